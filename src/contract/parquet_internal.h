/*
 * parquet_internal.h: what the files behind parquet.h share.
 *
 * parquet_column.c puts values into rows, parquet_scalar.c picks how the values of one leaf
 * are converted, parquet_<family>.c do it, parquet_dictionary.c remembers entries.
 *
 * A ParquetConvert is a loop over one run of values.  It converts those that are easy by itself;
 * any other one goes through parquet_by_text(): written as text, it becomes what the
 * type's input function makes of it, with the same rules and messages as in a text file.
 */
#ifndef INGEST_CONTRACT_PARQUET_INTERNAL_H
#define INGEST_CONTRACT_PARQUET_INTERNAL_H

#include "contract/convert_internal.h"
#include "contract/parquet.h"
#include "lib/stringinfo.h"

typedef struct ParquetScalar ParquetScalar;

/* A value that a ParquetConvert did not convert. Memory: the run's arena, or the vector's. */
typedef struct ParquetDoubt
{
	uint32 index; /* in the run */
	Converter *converter;
	const char *text; /* of the value, in the server encoding; not NUL-terminated */
	uint32 len;
	ConvertFailure *failure; /* NULL: the converter is to decide the text */
} ParquetDoubt;

/* Values in a row, without nulls, and what becomes of them. */
typedef struct ParquetRun
{
	const char *data; /* as PqVector.data, but never indices */
	uint32 width;
	uint32 n;
	Datum *values; /* of value i: [i * stride]; untouched for doubts */
	size_t stride;
	ConvertArena *arena; /* of everything by reference */
	uint32 ndoubts;
	uint32 maxdoubts;
	ParquetDoubt *doubts;
} ParquetRun;

typedef void ParquetConvert(ParquetScalar *scalar, ParquetRun *run);

/* Appends the value at data as text that input functions take; false: it has no text that means it. */
typedef bool ParquetRender(ParquetScalar *scalar, const char *data, StringInfo text);

/* What a leaf's values are, whatever their physical type. */
typedef enum ParquetFamily
{
	PARQUET_NOTHING, /* all null */
	PARQUET_BOOLEAN,
	PARQUET_INTEGER,
	PARQUET_DECIMAL,
	PARQUET_FLOAT,
	PARQUET_DATE,
	PARQUET_TIME,
	PARQUET_TIMESTAMP,
	PARQUET_INTERVAL,
	PARQUET_TEXT,
	PARQUET_BINARY, /* perhaps text: not annotated */
	PARQUET_UUID
} ParquetFamily;

/* What a target type is, below all domains. */
typedef enum ParquetTarget
{
	TARGET_TEXT = 1 << 0, /* strings and enums */
	TARGET_BOOLEAN = 1 << 1,
	TARGET_NUMBER = 1 << 2,
	TARGET_DATE = 1 << 3,
	TARGET_TIME = 1 << 4,
	TARGET_TIMESTAMP = 1 << 5,
	TARGET_INTERVAL = 1 << 6,
	TARGET_BYTEA = 1 << 7,
	TARGET_UUID = 1 << 8,
	TARGET_JSON = 1 << 9,
	TARGET_USER = 1 << 10, /* a type of an extension, or the user's */
	TARGET_OTHER = 1 << 11 /* arrays, ranges, addresses, shapes, bits: text only */
} ParquetTarget;

typedef struct ParquetCache ParquetCache; /* parquet_dictionary.c */

struct ParquetScalar
{
	ParquetConvert *convert; /* what parquet_scalar_run() calls */
	ParquetConvert *plain;   /* of a domain: the same for its base type */
	ParquetRender *render;
	PqLogical logical;
	int32 type;   /* PqType */
	uint32 width; /* of an element of data */
	bool is_utc;  /* a timestamp is an instant */
	bool julian;  /* dates before 1582-10-15 are of the Julian calendar */
	ParquetTarget target;
	Converter *converter; /* decides text of the file */
	Converter *rendered;  /* decides text that render wrote */
	const ParquetFormat *format;
	Oid conversion; /* parquet_texts.c: from UTF-8 to the server encoding, if any */
	StringInfoData text;
	ParquetCache *cache; /* NULL: none */
};

/*
 * field is SCALAR.  converter: of type and typmod.  NULL when the types cannot meet.
 * Allocated in CurrentMemoryContext.
 */
extern ParquetScalar *parquet_scalar_create(const PqFile *file, const PqField *field, Oid type,
											int32 typmod, Converter *converter,
											const ParquetFormat *format);

/* Converts the values of a vector; of run, everything but data, width and n is set by the caller. */
extern void parquet_scalar_run(ParquetScalar *scalar, const PqVector *vector, ParquetRun *run);

/*
 * The values of a vector and the failures of those that do not fit, NULL where good; both have
 * room for vector->nvalues.  What only an input function can decide is decided at once.
 */
extern void parquet_scalar_values(ParquetScalar *scalar, const PqVector *vector, RowBatch *batch,
								  Datum *values, ConvertFailure **failures);

/* Lets the converters decide the doubts that are texts. Results live in CurrentMemoryContext. */
extern void parquet_decide(ParquetRun *run);

/* For conversions: value i by way of its text, in doubt, or refused. */
extern void parquet_by_text(ParquetScalar *scalar, ParquetRun *run, uint32 i);
extern ParquetDoubt *parquet_doubt(ParquetRun *run, uint32 i, Converter *converter,
								   const char *text, size_t len);
extern void parquet_refuse_range(ParquetScalar *scalar, ParquetRun *run, uint32 i);
extern void parquet_refuse_loss(ParquetScalar *scalar, ParquetRun *run, uint32 i);

/* A ParquetConvert that takes every value by way of its text. */
extern ParquetConvert parquet_convert_by_text;

/* How a column's values are converted; NULL: they are nested. parquet_column.c */
extern ParquetScalar *parquet_column_scalar(const ParquetColumn *column);

/* What a SCALAR field's values are. */
extern ParquetFamily parquet_family(const PqNode *node);

/* "INT64 (TIMESTAMP(MICROS, UTC))", for messages. Palloc'd. */
extern char *parquet_type_label(const PqNode *node);

/* Raises the error of types that cannot meet. */
pg_noreturn extern void parquet_cannot_meet(const PqFile *file, const PqField *field,
											const ContractColumn *target,
											const ParquetFormat *format);

/* The families set convert and render for the scalar's target; false: the types cannot meet. */
extern bool parquet_pick_boolean(ParquetScalar *scalar);
extern bool parquet_pick_integer(ParquetScalar *scalar);
extern bool parquet_pick_decimal(ParquetScalar *scalar);
extern bool parquet_pick_float(ParquetScalar *scalar);
extern bool parquet_pick_date(ParquetScalar *scalar);
extern bool parquet_pick_time(ParquetScalar *scalar);
extern bool parquet_pick_timestamp(ParquetScalar *scalar);
extern bool parquet_pick_interval(ParquetScalar *scalar);
extern bool parquet_pick_text(ParquetScalar *scalar);
extern bool parquet_pick_binary(ParquetScalar *scalar);
extern bool parquet_pick_uuid(ParquetScalar *scalar);

/* parquet_texts.c, for conversions picked after parquet_pick_text(): bytes i are text of the file. */
extern void parquet_as_text(ParquetScalar *scalar, ParquetRun *run, uint32 i);

/* parquet_geometry.c: is it geometry or geography of the extension postgis? */
extern bool parquet_is_geometry(Oid type);
/* Bytes without annotation, WKB or text, for such a type. */
extern bool parquet_pick_geometry(ParquetScalar *scalar);

/* parquet_dictionary.c: run->n values, by their index in a dictionary. */
extern ParquetCache *parquet_cache_create(size_t memory);
extern void parquet_dictionary_run(ParquetScalar *scalar, const PqDictionary *dictionary,
								   const uint32 *indices, ParquetRun *run);

/* parquet_domains.c: a ParquetConvert that applies the domain's constraints to what scalar->plain made. */
extern ParquetConvert parquet_convert_domain;

static inline void
parquet_put(ParquetRun *run, uint32 i, Datum value)
{
	run->values[i * run->stride] = value;
}

static inline const char *
parquet_at(const ParquetRun *run, uint32 i)
{
	return run->data + (size_t) i * run->width;
}

/* The bytes of a FIXED_LEN_BYTE_ARRAY or BYTE_ARRAY. */
static inline PqBytes
parquet_bytes_at(const ParquetScalar *scalar, const char *data)
{
	PqBytes bytes = {data, scalar->width};

	if (scalar->type == PQ_BYTE_ARRAY)
		memcpy(&bytes, data, sizeof(bytes));
	return bytes;
}

#endif
