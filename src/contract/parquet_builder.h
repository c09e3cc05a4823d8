/*
 * parquet_builder.h: builds the Datum of a nested field, row by row, from its leaves.
 *
 * A builder per field and target type, compiled when the column is created:
 * parquet_builder.c chooses and dispatches, parquet_arrays.c and parquet_composites.c
 * build what their names say, parquet_nested_text.c makes the text that an input function takes.
 */
#ifndef INGEST_CONTRACT_PARQUET_BUILDER_H
#define INGEST_CONTRACT_PARQUET_BUILDER_H

#include "access/tupdesc.h"
#include "contract/parquet_internal.h"
#include "format/parquet/json.h"

typedef struct ParquetBuilder ParquetBuilder;

/* One row being built. */
typedef struct BuildRow
{
	const PqFile *file;
	PqAssembly assembly;
	RowBatch *batch;
	StringInfo text;         /* scratch */
	ConvertFailure *failure; /* why the row's value cannot be; building ends with it */
	FmtStatus status;        /* FMT_OK, or FMT_CORRUPT: the file is damaged, see error */
	PqError error;
} BuildRow;

/* Puts the value of the field in the current slots into *value; false: see failure and status. */
typedef bool ParquetBuild(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull);

struct ParquetBuilder
{
	ParquetBuild *build;
	const PqField *field;
	Oid type; /* and typmod: the target's, a domain perhaps */
	int32 typmod;
	Converter *
		converter; /* what only the type's input function can decide; NULL for arrays, composites */
	bool is_domain;
	bool null_is_checked; /* null_failure is known: why the domain refuses NULL */
	ConvertFailure *null_failure;
	MemoryContext context; /* of the builder */
	void *domain_state;

	ParquetScalar *scalar; /* scalars: values of the whole batch, converted in advance */
	Datum *values;
	ConvertFailure **failures;

	ParquetBuilder *element; /* arrays */
	Oid element_type;
	int ndims;
	int16 element_len;
	bool element_byval;
	char element_align;

	TupleDesc desc; /* composites */
	int nmembers;
	ParquetBuilder **members; /* by child of the field */
	AttrNumber *attnums;      /* the same */
};

/* How a builder is made: what it is for, in messages. */
typedef struct BuilderSetup
{
	const PqFile *file;
	const ParquetFormat *format;
	const ContractColumn *target;
	const PqField *top;   /* the column's field */
	Converter *converter; /* of the column */
	ConvertFormat convert_format;
} BuilderSetup;

/* Errors with 42804 when field cannot become type. Allocated in CurrentMemoryContext. */
extern ParquetBuilder *parquet_builder_create(const BuilderSetup *setup, const PqField *field,
											  Oid type, int32 typmod);
pg_noreturn extern void parquet_builder_mismatch(const BuilderSetup *setup, const PqField *field,
												 Oid type, const char *detail);

/* Converts the leaves of a batch. vectors: one per leaf of top, which the builder's field is in. */
extern void parquet_builder_prepare(ParquetBuilder *builder, const PqField *top,
									const PqVector *vectors, RowBatch *batch);

/* Shape, nulls and domains; then builder->build. */
extern bool parquet_build(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull);

extern bool parquet_build_fail(BuildRow *row, const char *rule, int sqlstate, const char *message);
/* What an assembly or JSON function returned; true for FMT_OK. */
extern bool parquet_build_status(BuildRow *row, FmtStatus status);

/* parquet_arrays.c */
extern void parquet_array_create(const BuilderSetup *setup, ParquetBuilder *builder,
								 Oid element_type, int32 element_typmod);

/* parquet_composites.c */
extern void parquet_composite_create(const BuilderSetup *setup, ParquetBuilder *builder,
									 Oid composite_type);

/*
 * parquet_nested_text.c: the field in the current slots as text, in the server encoding, appended
 * to row->text. json: as JSON.  hstore: a map, as hstore_in() reads it.
 */
extern bool parquet_text_json(BuildRow *row, const PqField *field);
extern bool parquet_text_hstore(BuildRow *row, const PqField *map);

#endif
