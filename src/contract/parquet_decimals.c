/*
 * parquet_decimals.c: DECIMAL of any precision, exactly.
 *
 * In: unscaled integers as INT32, INT64, or two's complement in big-endian bytes (an empty array is 0).
 * Out: numeric (parquet_numerics.c), integers where there is no fraction, other types by way of
 * the decimal's text.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"

#include "contract/numeric_form.h"
#include "contract/parquet_decimals.h"
#include "format/parquet/json_writer.h"

#define MAX_POWER64 19 /* 10^19 < 2^64 */
#define MAX_GROUPS64 \
	7 /* base-10000 digits of 64 bits, cut at the decimal point, both ends incomplete */

/* PqSink. */
static bool
append_text(void *context, const char *data, size_t len)
{
	appendBinaryStringInfo(context, data, (int) len);
	return true;
}

/* All digits of the fraction, zeros included: "-0.50". */
static bool
render_decimal(ParquetScalar *scalar, const char *data, StringInfo text)
{
	PqSink sink = {append_text, text};
	PqJsonStyle style = {0};
	PqJsonWriter writer;
	int64 value;

	pq_json_begin(&writer, &sink, &style, NULL);
	if (load64(scalar, data, &value))
		pq_json_decimal64(&writer, value, scalar->logical.scale);
	else
	{
		PqBytes bytes = parquet_bytes_at(scalar, data);

		pq_json_decimal(&writer, bytes.data, bytes.len, true, scalar->logical.scale);
	}
	if (pq_json_finish(&writer) == FMT_OK)
		return true;
	resetStringInfo(text);
	appendStringInfoString(text, "a decimal of too many digits");
	return false;
}

/* Adds 1 to the digits behind a sign. */
static void
increment(StringInfo text)
{
	int first = text->data[0] == '-';
	int i;

	for (i = text->len - 1; i >= first; i--)
	{
		if (text->data[i] != '9')
		{
			text->data[i]++;
			return;
		}
		text->data[i] = '0';
	}
	appendStringInfoChar(text, '0'); /* 999 has become 000 */
	text->data[first] = '1';
}

/* For integers: without a fraction of zeros; with lossy rounded half away from zero, as numeric is. */
static bool
render_integral(ParquetScalar *scalar, const char *data, StringInfo text)
{
	char *point;
	bool up;

	if (!render_decimal(scalar, data, text))
		return false;
	point = strchr(text->data, '.');
	if (point == NULL ||
		(strspn(point + 1, "0") != strlen(point + 1) && !scalar->format->allow_lossy))
		return true;
	up = point[1] >= '5';
	*point = '\0';
	text->len = (int) (point - text->data);
	if (up)
		increment(text);
	return true;
}

static bool
has_fraction(const char *text)
{
	return strchr(text, '.') != NULL;
}

/* A value that is not a small integer. */
static void
convert_integral_by_text(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	resetStringInfo(&scalar->text);
	if (render_integral(scalar, parquet_at(run, i), &scalar->text) &&
		has_fraction(scalar->text.data))
		parquet_refuse_loss(scalar, run, i);
	else
		parquet_by_text(scalar, run, i);
}

/* The value, if it is an integer of 64 bits. */
static inline bool
load_integral(const ParquetScalar *scalar, const char *data, int64 *value)
{
	int scale = scalar->logical.scale;
	int64 power;

	if (!load64(scalar, data, value))
		return false;
	if (scale == 0)
		return true;
	if (scale >= MAX_POWER64) /* 10^19 is beyond int64 */
		return false;
	power = (int64) parquet_powers_of_ten[scale];
	if (*value % power != 0)
		return false;
	*value /= power;
	return true;
}

static void
convert_integral_values(ParquetScalar *scalar, ParquetRun *run)
{
	Oid type = scalar->rendered->base_type;
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 value;

		if (!load_integral(scalar, parquet_at(run, i), &value))
			convert_integral_by_text(scalar, run, i);
		else if (type == INT8OID)
			parquet_put(run, i, Int64GetDatum(value));
		else if (type == INT4OID && value >= PG_INT32_MIN && value <= PG_INT32_MAX)
			parquet_put(run, i, Int32GetDatum((int32) value));
		else if (type == INT2OID && value >= PG_INT16_MIN && value <= PG_INT16_MAX)
			parquet_put(run, i, Int16GetDatum((int16) value));
		else
			convert_integral_by_text(scalar, run, i);
	}
}

bool
parquet_pick_decimal(ParquetScalar *scalar)
{
	scalar->render = render_decimal;
	scalar->convert = parquet_convert_by_text;
	if (scalar->logical.scale > PQ_MAX_DECIMAL_SCALE)
		return false;
	switch (scalar->rendered->base_type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			scalar->render = render_integral;
			scalar->convert = convert_integral_values;
			break;
		case NUMERICOID:
			if (numeric_is_plain(scalar->rendered) &&
				(scalar->rendered->precision >= 0 ||
				 scalar->logical.scale <= NUMERIC_SHORT_DSCALE_MAX))
				scalar->convert = parquet_convert_numerics;
			break;
		default:
			break;
	}
	return (scalar->target & (TARGET_NUMBER | TARGET_TEXT | TARGET_USER)) != 0;
}
