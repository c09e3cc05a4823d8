/*
 * parquet_binary.c: BOOLEAN, UUID, INTERVAL and bytes.
 *
 * In: runs of values of a fixed width, and byte arrays.  Out: boolean, uuid, interval, bytea; other types by way
 * of text.  Byte arrays without annotation are text for every type but bytea (and uuid, if they are 16 bytes):
 * old writers did not annotate strings.  Values by reference live in the run's arena.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "contract/convert_verdict.h"
#include "contract/parquet_internal.h"
#include "format/parquet/little_endian.h"

static void
convert_booleans(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
		parquet_put(run, i, BoolGetDatum(run->data[i] != 0));
}

static bool
render_boolean(ParquetScalar *scalar, const char *data, StringInfo text)
{
	appendStringInfoString(text, *data != 0 ? "true" : "false");
	return true;
}

bool
parquet_pick_boolean(ParquetScalar *scalar)
{
	scalar->render = render_boolean;
	scalar->convert = scalar->target == TARGET_BOOLEAN ? convert_booleans : parquet_convert_by_text;
	return (scalar->target & (TARGET_BOOLEAN | TARGET_TEXT | TARGET_USER)) != 0;
}

static void
convert_uuids(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		pg_uuid_t *uuid = convert_arena_alloc(run->arena, sizeof(pg_uuid_t));

		memcpy(uuid->data, parquet_at(run, i), UUID_LEN);
		parquet_put(run, i, UUIDPGetDatum(uuid));
	}
}

static bool
render_uuid(ParquetScalar *scalar, const char *data, StringInfo text)
{
	int i;

	for (i = 0; i < UUID_LEN; i++)
		appendStringInfo(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
						 (unsigned char) data[i]);
	return true;
}

/* An interval of the months, days and milliseconds; false: too many months or days. */
static bool
load_interval(const char *data, Interval *interval)
{
	uint32 months = pq_load32(data);
	uint32 days = pq_load32(data + 4);
	uint32 millis = pq_load32(data + 8);

	interval->month = (int32) months;
	interval->day = (int32) days;
	interval->time = millis * INT64CONST(1000);
	return months <= PG_INT32_MAX && days <= PG_INT32_MAX;
}

/* Without a typmod. */
static void
convert_intervals(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		Interval *interval = convert_arena_alloc(run->arena, sizeof(Interval));

		if (load_interval(parquet_at(run, i), interval))
			parquet_put(run, i, IntervalPGetDatum(interval));
		else
			parquet_by_text(scalar, run, i);
	}
}

static bool
render_interval(ParquetScalar *scalar, const char *data, StringInfo text)
{
	uint32 millis = pq_load32(data + 8);
	Interval interval;

	appendStringInfo(text, "%u mons %u days %u.%03u secs", pq_load32(data), pq_load32(data + 4),
					 millis / 1000, millis % 1000);
	return load_interval(data, &interval);
}

bool
parquet_pick_interval(ParquetScalar *scalar)
{
	scalar->render = render_interval;
	scalar->convert = scalar->target == TARGET_INTERVAL && scalar->rendered->base_typmod < 0
						  ? convert_intervals
						  : parquet_convert_by_text;
	return (scalar->target & (TARGET_INTERVAL | TARGET_TEXT | TARGET_USER)) != 0;
}

static void
refuse_length(ParquetRun *run, uint32 i, uint32 len)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);

	parquet_doubt(run, i, NULL, "", 0)->failure =
		convert_failure("type", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
						psprintf("value of %u bytes is too long for type bytea", len));
	MemoryContextSwitchTo(oldcontext);
}

static void
convert_bytes(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		PqBytes bytes = parquet_bytes_at(scalar, parquet_at(run, i));
		struct varlena *value;
		char *payload;

		if (bytes.len > MaxAllocSize - VARHDRSZ)
		{
			refuse_length(run, i, bytes.len);
			continue;
		}
		value = convert_arena_varlena(run->arena, bytes.len, &payload);
		memcpy(payload, bytes.data, bytes.len);
		parquet_put(run, i, PointerGetDatum(value));
	}
}

/* The text that types of extensions take for their binary form: PostGIS reads WKB so. */
static bool
render_hex(ParquetScalar *scalar, const char *data, StringInfo text)
{
	PqBytes bytes = parquet_bytes_at(scalar, data);

	if (bytes.len >= MaxAllocSize / 2)
	{
		appendStringInfo(text, "%u bytes", bytes.len);
		return false;
	}
	enlargeStringInfo(text, (int) (2 * bytes.len));
	text->len += (int) hex_encode(bytes.data, bytes.len, text->data + text->len);
	text->data[text->len] = '\0';
	return true;
}

bool
parquet_pick_uuid(ParquetScalar *scalar)
{
	scalar->render = render_uuid;
	if (scalar->target == TARGET_UUID)
		scalar->convert = convert_uuids;
	else if (scalar->target == TARGET_BYTEA)
		scalar->convert = convert_bytes;
	else
		scalar->convert = parquet_convert_by_text;
	return (scalar->target & (TARGET_UUID | TARGET_BYTEA | TARGET_TEXT | TARGET_USER)) != 0;
}

bool
parquet_pick_binary(ParquetScalar *scalar)
{
	bool fixed16 = scalar->type == PQ_FIXED_LEN_BYTE_ARRAY && scalar->width == UUID_LEN;

	scalar->render = render_hex;
	if (scalar->target == TARGET_BYTEA)
	{
		scalar->convert = convert_bytes;
		return true;
	}
	if (scalar->logical.kind == PQ_LOGICAL_GEOMETRY || scalar->logical.kind == PQ_LOGICAL_GEOGRAPHY)
	{
		scalar->convert = parquet_convert_by_text;
		return scalar->target == TARGET_USER;
	}
	if (scalar->logical.kind != PQ_LOGICAL_NONE)
		return false;
	if (scalar->target == TARGET_UUID && fixed16)
	{
		scalar->render = render_uuid;
		scalar->convert = convert_uuids;
		return true;
	}
	if (parquet_is_geometry(scalar->converter->base_type))
		return parquet_pick_geometry(scalar);
	return parquet_pick_text(scalar);
}
