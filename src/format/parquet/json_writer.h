/*
 * json_writer.h: pieces of JSON text into a PqSink.
 *
 * Everything is written through a small buffer.  Failures stick: after the first one, text is
 * dropped, and status says what it was; callers check where going on would be
 * wrong or long.  No function here depends on the locale.
 */
#ifndef INGEST_FORMAT_PARQUET_JSON_WRITER_H
#define INGEST_FORMAT_PARQUET_JSON_WRITER_H

#include "format/parquet/json.h"

#define PQ_JSON_BUFFER 1024

typedef struct PqJsonWriter
{
	const PqSink *sink;
	const PqJsonStyle *style;
	PqError *error; /* may be NULL */
	FmtStatus status;
	uint32_t used;
	char buffer[PQ_JSON_BUFFER];
} PqJsonWriter;

extern void pq_json_begin(PqJsonWriter *writer, const PqSink *sink, const PqJsonStyle *style,
						  PqError *error);
/* Empties the buffer; the writer's status. */
extern FmtStatus pq_json_finish(PqJsonWriter *writer);

/* Records a failure, with a static message, unless there is one; the writer's status. */
extern FmtStatus pq_json_fail(PqJsonWriter *writer, FmtStatus status, const char *message);

/* Passes on what pq_assembly_... or another callee returned, which has filled the error. */
static inline bool
pq_json_ok(PqJsonWriter *writer, FmtStatus status)
{
	if (writer->status == FMT_OK)
		writer->status = status;
	return writer->status == FMT_OK;
}

extern void pq_json_put(PqJsonWriter *writer, const char *data, size_t len);
#define pq_json_literal(writer, text) pq_json_put(writer, "" text, sizeof(text) - 1)

/* A string with its quotes: text in UTF-8 as the style has it, and bytes as "\\x<hex>". */
extern void pq_json_string(PqJsonWriter *writer, const char *data, size_t len);
extern void pq_json_binary(PqJsonWriter *writer, const void *data, size_t len);
/* A member's name and colon. */
extern void pq_json_name(PqJsonWriter *writer, const char *data, size_t len);

/* Is it UTF-8 (RFC 3629), and free of NUL if that counts? */
extern bool pq_utf8_is_valid(const char *data, size_t len, bool nul_is_invalid);

/*
 * json_numbers.c
 */
extern void pq_json_integer(PqJsonWriter *writer, int64_t value);
extern void pq_json_unsigned(PqJsonWriter *writer, uint64_t value);
/* The fewest digits (nearly always) that give the same double, or float, when they are read. */
extern void pq_json_double(PqJsonWriter *writer, double value);
extern void pq_json_float(PqJsonWriter *writer, float value);
/*
 * A decimal: two's complement of len bytes, big-endian unless said otherwise; empty is 0.
 * FMT_UNSUPPORTED beyond PQ_MAX_DECIMAL_BYTES or a scale outside of 0 .. PQ_MAX_DECIMAL_SCALE.
 */
#define PQ_MAX_DECIMAL_BYTES 1024
#define PQ_MAX_DECIMAL_SCALE 16383 /* PostgreSQL's numeric has no more */
extern void pq_json_decimal(PqJsonWriter *writer, const void *data, size_t len, bool big_endian,
							int32_t scale);
extern void pq_json_decimal64(PqJsonWriter *writer, int64_t unscaled, int32_t scale);

/*
 * json_times.c: strings.
 */
extern void pq_json_date(PqJsonWriter *writer, int32_t days);
extern void pq_json_time(PqJsonWriter *writer, int64_t value, PqTimeUnit unit, bool is_utc);
extern void pq_json_timestamp(PqJsonWriter *writer, int64_t value, PqTimeUnit unit, bool is_utc);
/* 8 bytes of nanoseconds, 4 of Julian day. */
extern void pq_json_int96(PqJsonWriter *writer, const void *data);
extern void pq_json_interval(PqJsonWriter *writer, const void *data);
extern void pq_json_uuid(PqJsonWriter *writer, const void *data);

/*
 * json_scalar.c: one value of a leaf, in whatever way its annotation says.  element: as
 * pq_vector_value() finds it.
 */
typedef struct PqElement
{
	PqValueKind kind; /* never PQ_VALUES_INDEX */
	uint32_t width;
	const void *data;
} PqElement;

/* Value number i of the vector, or of its dictionary. */
extern PqElement pq_vector_value(const PqVector *vector, uint32_t i);
extern void pq_json_scalar(PqJsonWriter *writer, const PqNode *node, const PqElement *element);
/* The bytes of an element of kind BYTES or FIXED. */
extern PqBytes pq_element_bytes(const PqElement *element);
/* Is it text, as STRING or ENUM? */
extern bool pq_node_is_text(const PqNode *node);

/* A field being written: what json.c and variant_shredded.c hand down. */
typedef struct PqJsonRow
{
	const PqSchema *schema;
	PqAssembly assembly;
	PqJsonWriter *writer;
} PqJsonRow;

#endif
