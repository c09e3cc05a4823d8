/*
 * json.h: fields of a batch's rows as JSON text.
 *
 * Integers exact, decimals as numbers with all their digits, floats with the digits it takes to
 * read them back, NaN and Infinity as strings, times in ISO 8601 (years before 1 as PostgreSQL
 * writes them, "0044-03-15 BC"), binary as "\\x<hex>", lists as arrays, structs as objects, maps
 * with text keys as objects (duplicates are all written: the last one counts) and other maps as
 * arrays of {"key", "value"}. Used for jsonb columns, for bad rows in quarantine, and by the
 * conformance dump.
 */
#ifndef INGEST_FORMAT_PARQUET_JSON_H
#define INGEST_FORMAT_PARQUET_JSON_H

#include "format/parquet/assembly.h"

/* Where the text goes; append returns false when memory is refused or the text becomes too long. */
typedef struct PqSink
{
	bool (*append)(void *context, const char *data, size_t len);
	void *context;
} PqSink;

typedef struct PqJsonStyle
{
	bool maps_as_pairs;    /* always arrays of {"key", "value"} */
	bool decimals_as_text; /* strings: for readers that would lose digits */
	bool keep_nanoseconds; /* 9 digits where the type has them, else cut to 6 (floor) */
	bool variant_is_json;  /* decode VARIANT; else its parts as binary */
	bool json_is_text;     /* values annotated JSON are strings, not part of the text */
	bool widen_floats;     /* FLOAT and FLOAT16 with the digits of the same double */
	bool
		mark_invalid_text; /* text that is not UTF-8 becomes {"$invalid_utf8": "<hex>"}, no error */
	bool nul_is_invalid;   /* U+0000 is not text: PostgreSQL has no place for it */
} PqJsonStyle;

/*
 * Appends the value of the assembly's field in the row that begins at its positions, and moves them
 * behind the row. FMT_CORRUPT: the leaves disagree about the shape.  About the value, not the file:
 * FMT_ENCODING: text that is not UTF-8; FMT_UNSUPPORTED: it cannot be JSON (a VARIANT that is not
 * one, a null key).  FMT_LIMIT: the sink refused, or nesting beyond PQ_MAX_NESTING.  After an error
 * text and positions are of no use; pq_skip_rows() from the saved positions finds the next row.
 */
extern FmtStatus pq_json_field(const PqSchema *schema, PqAssembly *assembly,
							   const PqJsonStyle *style, const PqSink *sink, PqError *error);

/*
 * The same for a field in the current slots of an assembly, wherever in a row that is: a scalar, a
 * null, a list from its first element on.
 */
extern FmtStatus pq_json_value(const PqSchema *schema, PqAssembly *assembly, const PqField *field,
							   const PqJsonStyle *style, const PqSink *sink, PqError *error);

#endif
