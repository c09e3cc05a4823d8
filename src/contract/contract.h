/*
 * contract.h: a ContractSpec compiled for one process.
 *
 * Everything is compiled once and lives in the memory context that is current
 * at contract_compile().
 */
#ifndef INGEST_CONTRACT_CONTRACT_H
#define INGEST_CONTRACT_CONTRACT_H

#include "access/tupdesc.h"
#include "contract/batch.h"
#include "contract/spec.h"
#include "nodes/bitmapset.h"

typedef struct Contract Contract; /* opaque */

/* desc: the lane's, whose first attributes are the spec's columns. */
extern Contract *contract_compile(const ContractSpec *spec, const ConvertFormat *format,
								  TupleDesc desc);

extern const ContractSpec *contract_spec(const Contract *contract);
extern Converter *contract_converter(const Contract *contract, int column);

/*
 * The texts of files that transforms read: as columns of type text, which are no columns of the
 * lane.  In a batch they stand behind the lane's attributes.
 */
extern int contract_ninputs(const Contract *contract);
extern const ContractColumn *contract_input(const Contract *contract, int input);
extern Converter *contract_input_converter(const Contract *contract);
/* The attribute of the first input in a batch, from 0. */
extern int contract_first_input(const Contract *contract);

/* The same for texts that no file has: written as PostgreSQL writes values, whatever the format. */
extern Converter *contract_constant_converter(const Contract *contract, int column);

/*
 * Decides the batch's undecided cells and puts their values into the rows.
 * With set_null a value that cannot be converted becomes NULL, else it is a
 * violation.
 */
extern void contract_convert(Contract *contract, RowBatch *batch, bool set_null);

/*
 * Is the row to be judged by an expression that reads the columns attrs (offset by
 * FirstLowInvalidHeapAttributeNumber)?  Not by columns whose value is missing only because it was bad.
 */
extern bool contract_can_decide(const ContractSpec *spec, const Bitmapset *attrs,
								const BatchRow *row);

/*
 * NOT NULL, key and CHECK on every row that is not filtered; a CHECK is skipped on rows where a
 * column it reads could not be converted.  Adds violations.
 */
extern void contract_check(Contract *contract, RowBatch *batch);

#endif
