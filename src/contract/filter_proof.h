/*
 * filter_proof.h: is option "filter" true for no row at all, whatever they are?
 */
#ifndef INGEST_CONTRACT_FILTER_PROOF_H
#define INGEST_CONTRACT_FILTER_PROOF_H

#include "contract/spec.h"
#include "nodes/bitmapset.h"

typedef struct FilterProof FilterProof; /* opaque; lives in the context current at creation */

/* What is known of a column's values in some rows, each of which converts. */
typedef struct ColumnRange
{
	bool has_nulls;  /* there may be */
	bool has_values; /* there may be others */
	bool has_min;    /* of the values; neither without has_values */
	bool has_max;
	Datum min;
	Datum max;
} ColumnRange;

/* NULL when there is no filter, or none about which anything can be proved. */
extern FilterProof *filter_proof_create(const ContractSpec *spec);

/* The columns that the filter reads, by number in the contract; each range must be known. */
extern const Bitmapset *filter_proof_columns(const FilterProof *proof);

/*
 * Is every row of these ranges (by column) one that the filter leaves out without an error?
 * false: it may be, or not.
 */
extern bool filter_proof_refutes(const FilterProof *proof, const ColumnRange *ranges);

#endif
