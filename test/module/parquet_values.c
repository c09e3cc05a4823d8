/*
 * parquet_values.c: random Parquet values, and what they mean as text.
 *
 * In: a generator's state, a kind of leaf and the target's type.  Out: the value's bytes and a text, made without the
 * code that is tested: times by PostgreSQL's own functions.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "convert_values.h"
#include "parquet_values.h"

#define FROM_1970_TO_2000 10957 /* days */

/* Microseconds since 1970 end before PostgreSQL's timestamps do. */
#define MAX_UNIX_TIMESTAMP (PG_INT64_MAX - FROM_1970_TO_2000 * USECS_PER_DAY)

static int
pick(pg_prng_state *prng, int n)
{
	return (int) pg_prng_uint64_range(prng, 0, n - 1);
}

/* A timestamp of PostgreSQL's, by its own calendar, with three more digits. */
static char *
timestamp_text(Timestamp timestamp, int nanos, bool is_utc)
{
	struct pg_tm tm;
	fsec_t fsec;

	if (timestamp2tm(timestamp, NULL, &tm, &fsec, NULL, NULL) != 0)
		return NULL;
	return psprintf("%04d-%02d-%02d %02d:%02d:%02d.%06d%03d%s%s",
					tm.tm_year > 0 ? tm.tm_year : 1 - tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
					tm.tm_min, tm.tm_sec, fsec, nanos, is_utc ? "+00" : "",
					tm.tm_year > 0 ? "" : " BC");
}

/* Anywhere in PostgreSQL's range, often near its ends, often a round number. */
static Timestamp
random_timestamp(pg_prng_state *prng)
{
	static const int64 rounding[] = {1, 1, 1000, USECS_PER_SEC, USECS_PER_DAY};
	int64 unit = rounding[pick(prng, lengthof(rounding))];
	int64 timestamp;

	switch (pick(prng, 4))
	{
		case 0:
			timestamp = MIN_TIMESTAMP + (int64) random_bits(prng) / 4;
			break;
		case 1:
			timestamp = MAX_UNIX_TIMESTAMP - (int64) (random_bits(prng) / 4);
			break;
		default:
			timestamp = random_int64(prng);
			break;
	}
	timestamp = timestamp / unit * unit;
	return timestamp >= MIN_TIMESTAMP && timestamp <= MAX_UNIX_TIMESTAMP
			   ? timestamp
			   : timestamp % (100 * 365 * USECS_PER_DAY);
}

static void
make_int96(int64 micros, int nanos, char *bytes)
{
	int64 days = micros / USECS_PER_DAY - (micros % USECS_PER_DAY < 0);
	int64 of_day = (micros - days * USECS_PER_DAY) * 1000 + nanos;
	int32 julian = (int32) (days + 2440588);

	memcpy(bytes, &of_day, sizeof(of_day));
	memcpy(bytes + sizeof(of_day), &julian, sizeof(julian));
}

static void
make_timestamp_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	const PqLogical *logical = &kind->logical;
	Timestamp timestamp = random_timestamp(prng);
	int nanos = pick(prng, 4) == 0 ? pick(prng, 1000) : 0;
	int64 number;

	if (kind->type == PQ_INT96)
	{
		value->text = timestamp_text(timestamp, nanos, false);
		make_int96(timestamp + FROM_1970_TO_2000 * USECS_PER_DAY, nanos, value->bytes);
		return;
	}
	if (logical->unit == PQ_NANOS) /* 1677 to 2262 */
		timestamp %= 200 * 365 * USECS_PER_DAY;
	else
		nanos = 0;
	if (logical->unit == PQ_MILLIS)
		timestamp -= timestamp % 1000;
	if (pick(prng, 50) == 0 && logical->unit != PQ_NANOS)
		number = logical->unit == PQ_MILLIS && pick(prng, 2) == 0 ? PG_INT64_MAX - pick(prng, 3)
																  : PG_INT64_MIN + pick(prng, 3);
	else
	{
		value->text = timestamp_text(timestamp, nanos, logical->is_utc);
		number = timestamp + FROM_1970_TO_2000 * USECS_PER_DAY;
		if (logical->unit == PQ_MILLIS)
			number /= 1000;
		else if (logical->unit == PQ_NANOS)
			number = number * 1000 + nanos;
	}
	memcpy(value->bytes, &number, sizeof(number));
}

static void
make_date_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	int32 days = (int32) random_int64(prng);
	int64 date = (int64) days - FROM_1970_TO_2000;

	memcpy(value->bytes, &days, sizeof(days));
	if (date >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
		date < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE)
		value->text = OidOutputFunctionCall(F_DATE_OUT, DateADTGetDatum((DateADT) date));
}

static void
make_time_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	static const int64 per_second[] = {1000, 1000000, 1000000000};
	int64 unit = per_second[kind->logical.unit];
	int64 number = (int64) pg_prng_uint64_range(prng, 0, 86400 * (uint64) unit);
	int64 seconds;
	int32 narrow;

	if (pick(prng, 4) == 0)
		number -= number % unit;
	if (pick(prng, 50) == 0)
		number = 86400 * unit;
	if (pick(prng, 50) == 0)
		number = pick(prng, 2) == 0 ? -1 - pick(prng, 1000) : 86400 * unit + 1 + pick(prng, 1000);
	narrow = (int32) number;
	if (kind->type == PQ_INT32)
		memcpy(value->bytes, &narrow, sizeof(narrow));
	else
		memcpy(value->bytes, &number, sizeof(number));
	seconds = number / unit;
	if (number >= 0 && number <= 86400 * unit)
		value->text =
			psprintf("%02d:%02d:%02d.%09lld", (int) (seconds / 3600), (int) (seconds / 60 % 60),
					 (int) (seconds % 60), (long long) (number % unit * (per_second[2] / unit)));
}

/* What a text file could have for the target, and now and then bytes that are no text. */
static void
make_text_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	StringInfoData text;

	initStringInfo(&text);
	random_text(prng, target, GetDatabaseEncoding() != PG_UTF8, &text);
	value->text = pstrdup(text.data);
	if (pick(prng, 20) == 0)
	{
		static const char *const bad[] = {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
										  "\xe4\xb8"};

		value->text = NULL;
		if (pick(prng, 4) == 0)
			appendStringInfoChar(&text, '\0');
		else
			appendStringInfoString(&text, bad[pick(prng, lengthof(bad))]);
		if (pick(prng, 2) == 0)
			appendStringInfoString(&text, "some text");
	}
	value->data.data = text.data;
	value->data.len = (uint32) text.len;
}

static void
make_bytes_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	int len =
		kind->type == PQ_BYTE_ARRAY ? pick(prng, (int) sizeof(value->bytes)) : kind->type_length;
	StringInfoData text;
	int i;

	initStringInfo(&text);
	appendStringInfoString(&text, target == BYTEAOID ? "\\x" : "");
	for (i = 0; i < len; i++)
	{
		value->bytes[i] = (char) pick(prng, 256);
		appendStringInfo(&text, "%02x", (unsigned char) value->bytes[i]);
	}
	value->data.len = (uint32) len;
	value->text = text.data;
	if (target == TEXTOID) /* as uuid_out() groups it */
		value->text = psprintf("%.8s-%.4s-%.4s-%.4s-%s", text.data, text.data + 8, text.data + 12,
							   text.data + 16, text.data + 20);
}

static void
make_interval_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	uint32 parts[3];
	int i;

	for (i = 0; i < 3; i++)
		parts[i] = (uint32) random_bits(prng);
	memcpy(value->bytes, parts, sizeof(parts));
	if (parts[0] <= PG_INT32_MAX && parts[1] <= PG_INT32_MAX)
		value->text = psprintf("%u mons %u days %u.%03u secs", parts[0], parts[1], parts[2] / 1000,
							   parts[2] % 1000);
}

static void
make_boolean_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	value->bytes[0] = (char) pick(prng, 2);
	value->text = value->bytes[0] != 0 ? "true" : "false";
}

#define INTEGER(n, s)                                    \
	{                                                    \
		PQ_LOGICAL_INTEGER, PQ_MILLIS, false, s, n, 0, 0 \
	}
#define DECIMAL(p, s)                                        \
	{                                                        \
		PQ_LOGICAL_DECIMAL, PQ_MILLIS, false, false, 0, p, s \
	}
#define TIME(kind, u, z)                             \
	{                                                \
		PQ_LOGICAL_##kind, PQ_##u, z, false, 0, 0, 0 \
	}
#define PLAIN(kind)                                         \
	{                                                       \
		PQ_LOGICAL_##kind, PQ_MILLIS, false, false, 0, 0, 0 \
	}

static const ParquetKind kinds[] = {
	{"boolean", PQ_BOOLEAN, 0, PLAIN(NONE), make_boolean_value},
	{"int32", PQ_INT32, 0, PLAIN(NONE), make_integer_value},
	{"int64", PQ_INT64, 0, PLAIN(NONE), make_integer_value},
	{"uint8", PQ_INT32, 0, INTEGER(8, false), make_integer_value},
	{"uint16", PQ_INT32, 0, INTEGER(16, false), make_integer_value},
	{"uint32", PQ_INT32, 0, INTEGER(32, false), make_integer_value},
	{"uint64", PQ_INT64, 0, INTEGER(64, false), make_integer_value},
	{"float16", PQ_FIXED_LEN_BYTE_ARRAY, 2, PLAIN(FLOAT16), make_float16_value},
	{"float", PQ_FLOAT, 0, PLAIN(NONE), make_float_value},
	{"double", PQ_DOUBLE, 0, PLAIN(NONE), make_float_value},
	{"decimal32(9,2)", PQ_INT32, 0, DECIMAL(9, 2), make_decimal_value},
	{"decimal64(18,0)", PQ_INT64, 0, DECIMAL(18, 0), make_decimal_value},
	{"decimal64(18,7)", PQ_INT64, 0, DECIMAL(18, 7), make_decimal_value},
	{"decimal64(18,18)", PQ_INT64, 0, DECIMAL(18, 18), make_decimal_value},
	{"fixed decimal(20,5)", PQ_FIXED_LEN_BYTE_ARRAY, 9, DECIMAL(20, 5), make_decimal_value},
	{"fixed decimal(38,10)", PQ_FIXED_LEN_BYTE_ARRAY, 16, DECIMAL(38, 10), make_decimal_value},
	{"bytes decimal(30,3)", PQ_BYTE_ARRAY, 0, DECIMAL(30, 3), make_decimal_value},
	{"bytes decimal(90,70)", PQ_BYTE_ARRAY, 0, DECIMAL(90, 70), make_decimal_value},
	{"date", PQ_INT32, 0, PLAIN(DATE), make_date_value},
	{"time ms", PQ_INT32, 0, TIME(TIME, MILLIS, false), make_time_value},
	{"time us", PQ_INT64, 0, TIME(TIME, MICROS, true), make_time_value},
	{"time ns", PQ_INT64, 0, TIME(TIME, NANOS, false), make_time_value},
	{"local ms", PQ_INT64, 0, TIME(TIMESTAMP, MILLIS, false), make_timestamp_value},
	{"local us", PQ_INT64, 0, TIME(TIMESTAMP, MICROS, false), make_timestamp_value},
	{"local ns", PQ_INT64, 0, TIME(TIMESTAMP, NANOS, false), make_timestamp_value},
	{"utc ms", PQ_INT64, 0, TIME(TIMESTAMP, MILLIS, true), make_timestamp_value},
	{"utc us", PQ_INT64, 0, TIME(TIMESTAMP, MICROS, true), make_timestamp_value},
	{"utc ns", PQ_INT64, 0, TIME(TIMESTAMP, NANOS, true), make_timestamp_value},
	{"int96", PQ_INT96, 0, PLAIN(NONE), make_timestamp_value},
	{"interval", PQ_FIXED_LEN_BYTE_ARRAY, 12, PLAIN(INTERVAL), make_interval_value},
	{"string", PQ_BYTE_ARRAY, 0, PLAIN(STRING), make_text_value},
	{"bytes as text", PQ_BYTE_ARRAY, 0, PLAIN(NONE), make_text_value},
	{"bytes", PQ_BYTE_ARRAY, 0, PLAIN(NONE), make_bytes_value},
	{"fixed", PQ_FIXED_LEN_BYTE_ARRAY, 16, PLAIN(NONE), make_bytes_value},
	{"uuid", PQ_FIXED_LEN_BYTE_ARRAY, 16, PLAIN(UUID), make_bytes_value},
};

const ParquetKind *
parquet_kind(const char *name)
{
	size_t i;

	for (i = 0; i < lengthof(kinds); i++)
	{
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	return NULL;
}
