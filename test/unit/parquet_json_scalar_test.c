/*
 * parquet_json_scalar_test.c: single values as JSON text, one annotation after the other.
 *
 * Expected texts are written by hand, or made by printf for numbers that it writes exactly.
 */
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format/json_valid.h"
#include "format/parquet/json_writer.h"
#include "parquet_json_fixture.h"
#include "unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const PqJsonStyle plain = {0};
static const PqJsonStyle exact = {
	.keep_nanoseconds = true, .decimals_as_text = true, .widen_floats = true, .json_is_text = true};

/* The text of one value, which is at data. */
static FmtStatus
scalar_json(const PqNode *node, PqValueKind kind, uint32_t width, const void *data,
			const PqJsonStyle *style, char *text)
{
	FixtureText target = {text, 0};
	PqSink sink = {fixture_append, &target};
	PqElement element = {kind, width, data};
	PqJsonWriter writer;
	PqError error;

	text[0] = '\0';
	pq_json_begin(&writer, &sink, style, &error);
	pq_json_scalar(&writer, node, &element);
	return pq_json_finish(&writer);
}

static void
check_text(FmtStatus status, const char *text, const char *expected)
{
	if (expected == NULL)
		CHECK_NOTE(status == FMT_UNSUPPORTED || status == FMT_ENCODING, text);
	else
		CHECK_NOTE(status == FMT_OK && strcmp(text, expected) == 0, text);
}

static void
check_int32(PqLogical logical, int32_t value, const PqJsonStyle *style, const char *expected)
{
	PqNode node = {.is_leaf = true, .type = PQ_INT32, .logical = logical};
	char text[FIXTURE_MAX_TEXT];

	check_text(scalar_json(&node, PQ_VALUES_INT32, 4, &value, style, text), text, expected);
}

static void
check_int64(PqLogical logical, int64_t value, const PqJsonStyle *style, const char *expected)
{
	PqNode node = {.is_leaf = true, .type = PQ_INT64, .logical = logical};
	char text[FIXTURE_MAX_TEXT];

	check_text(scalar_json(&node, PQ_VALUES_INT64, 8, &value, style, text), text, expected);
}

static void
check_bytes(PqLogical logical, const char *data, size_t len, const PqJsonStyle *style,
			const char *expected)
{
	PqNode node = {.is_leaf = true, .type = PQ_BYTE_ARRAY, .logical = logical};
	PqBytes bytes = {data, (uint32_t) len};
	char text[FIXTURE_MAX_TEXT];

	check_text(scalar_json(&node, PQ_VALUES_BYTES, sizeof(bytes), &bytes, style, text), text,
			   expected);
}

#define CHECK_BYTES(logical, literal, style, expected) \
	check_bytes(logical, literal, sizeof(literal) - 1, style, expected)

static void
check_fixed(int32_t type, PqLogicalKind kind, const void *data, uint32_t width,
			const PqJsonStyle *style, const char *expected)
{
	PqNode node = {.is_leaf = true, .type = type, .type_length = (int32_t) width};
	char text[FIXTURE_MAX_TEXT];

	node.logical.kind = kind;
	check_text(scalar_json(&node, PQ_VALUES_FIXED, width, data, style, text), text, expected);
}

static void
test_integers(void)
{
	PqLogical none = {0};
	PqLogical small = {.kind = PQ_LOGICAL_INTEGER, .bits = 8};
	PqLogical wide = {.kind = PQ_LOGICAL_INTEGER, .bits = 64};
	PqLogical is_signed = {.kind = PQ_LOGICAL_INTEGER, .bits = 32, .is_signed = true};
	uint8_t yes = 1;
	PqNode node = {.is_leaf = true, .type = PQ_BOOLEAN};
	char text[FIXTURE_MAX_TEXT];

	check_int32(none, INT32_MIN, &plain, "-2147483648");
	check_int32(is_signed, -7, &plain, "-7");
	check_int32(small, -1, &plain, "255");
	check_int64(none, INT64_MIN, &plain, "-9223372036854775808");
	check_int64(none, 0, &plain, "0");
	check_int64(wide, -1, &plain, "18446744073709551615");
	check_text(scalar_json(&node, PQ_VALUES_BOOL, 1, &yes, &plain, text), text, "true");
}

static void
test_decimals(void)
{
	PqLogical two = {.kind = PQ_LOGICAL_DECIMAL, .precision = 18, .scale = 2};
	PqLogical none = {.kind = PQ_LOGICAL_DECIMAL, .precision = 76, .scale = 0};
	PqLogical many = {.kind = PQ_LOGICAL_DECIMAL, .precision = 38, .scale = 30};
	PqLogical wrong = {.kind = PQ_LOGICAL_DECIMAL, .precision = 38, .scale = -1};
	static char huge[PQ_MAX_DECIMAL_BYTES + 1];

	check_int32(two, -5, &plain, "-0.05");
	check_int32(two, 150, &plain, "1.50");
	check_int32(two, 150, &exact, "\"1.50\"");
	check_int64(two, INT64_MIN, &plain, "-92233720368547758.08");
	check_int64(wrong, 1, &plain, NULL);
	CHECK_BYTES(none, "", &plain, "0");
	CHECK_BYTES(none, "\x00", &plain, "0");
	CHECK_BYTES(none, "\xff", &plain, "-1");
	CHECK_BYTES(none, "\x80", &plain, "-128");
	CHECK_BYTES(none, "\xff\xff\xff\x7f", &plain, "-129");
	CHECK_BYTES(none, "\x00\xff\xff\xff\xff\xff\xff\xff\xff", &plain, "18446744073709551615");
	/* 10^38 - 1, 2^127, -2^255: by bc */
	CHECK_BYTES(none, "\x4b\x3b\x4c\xa8\x5a\x86\xc4\x7a\x09\x8a\x22\x3f\xff\xff\xff\xff", &plain,
				"99999999999999999999999999999999999999");
	CHECK_BYTES(many, "\x00\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &plain,
				"170141183.460469231731687303715884105728");
	CHECK_BYTES(none, "\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &plain,
				"-57896044618658097711785492504343953926634992332820282019728792003956564819968");
	check_bytes(none, huge, PQ_MAX_DECIMAL_BYTES, &plain, "0");
	check_bytes(none, huge, PQ_MAX_DECIMAL_BYTES + 1, &plain, NULL);
	memset(huge, 0x55, sizeof(huge)); /* 2466 digits need no more than the buffer */
	{
		PqNode node = {.is_leaf = true, .type = PQ_BYTE_ARRAY, .logical = none};
		PqBytes bytes = {huge, PQ_MAX_DECIMAL_BYTES};
		char text[FIXTURE_MAX_TEXT];

		CHECK(scalar_json(&node, PQ_VALUES_BYTES, sizeof(bytes), &bytes, &plain, text) == FMT_OK);
		CHECK(strlen(text) == 2466);
	}
}

static void
check_double(double value, const PqJsonStyle *style, const char *expected)
{
	PqNode node = {.is_leaf = true, .type = PQ_DOUBLE};
	char text[FIXTURE_MAX_TEXT];

	check_text(scalar_json(&node, PQ_VALUES_INT64, 8, &value, style, text), text, expected);
}

static void
check_float(float value, const PqJsonStyle *style, const char *expected)
{
	PqNode node = {.is_leaf = true, .type = PQ_FLOAT};
	char text[FIXTURE_MAX_TEXT];

	check_text(scalar_json(&node, PQ_VALUES_INT32, 4, &value, style, text), text, expected);
}

static void
test_floats(void)
{
	static const unsigned char half_one_third[] = {0x55, 0x35};
	static const unsigned char half_smallest[] = {0x01, 0x80};
	static const unsigned char half_infinity[] = {0x00, 0xfc};

	check_double(0, &plain, "0");
	check_double(-0.0, &plain, "-0");
	check_double(0.1, &plain, "0.1");
	check_double(-1234.5678, &plain, "-1234.5678");
	check_double(1e20, &plain, "100000000000000000000");
	check_double(1e21, &plain, "1e21");
	check_double(1.5e300, &plain, "1.5e300");
	check_double(1e-7, &plain, "0.0000001");
	check_double(1.25e-8, &plain, "1.25e-8");
	check_double(9007199254740993.0, &plain, "9007199254740992");
	check_double(0.1 + 0.2, &plain, "0.30000000000000004");
	check_double(5e-324, &plain, "5e-324");
	check_double(1.7976931348623157e308, &plain, "1.7976931348623157e308");
	check_double(NAN, &plain, "\"NaN\"");
	check_double(-INFINITY, &plain, "\"-Infinity\"");
	check_float(0.1f, &plain, "0.1");
	check_float(0.1f, &exact, "0.10000000149011612");
	check_float(16777216.0f, &plain, "16777216");
	check_float(3.4028235e38f, &plain, "3.4028235e38");
	check_float(1e-45f, &plain, "1e-45");
	check_float(INFINITY, &plain, "\"Infinity\"");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_FLOAT16, half_one_third, 2, &exact,
				"0.333251953125");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_FLOAT16, half_smallest, 2, &exact,
				"-5.9604644775390625e-8");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_FLOAT16, half_infinity, 2, &plain,
				"\"-Infinity\"");
}

/* Random bits, and random decimals: what is written reads as the same number. */
static void
test_floats_round_trip(void)
{
	PqNode double_node = {.is_leaf = true, .type = PQ_DOUBLE};
	PqNode float_node = {.is_leaf = true, .type = PQ_FLOAT};
	uint64_t bits = 88172645463325252;
	char text[FIXTURE_MAX_TEXT];
	int i;

	for (i = 0; i < 200000; i++)
	{
		double number;
		float small;

		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&number, &bits, sizeof(number));
		memcpy(&small, &bits, sizeof(small));
		if (i % 2 == 0)
		{
			number = (double) (int64_t) (bits % 100000000) / 1000;
			small = (float) (bits % 100000) / 100;
		}
		if (isfinite(number))
		{
			(void) scalar_json(&double_node, PQ_VALUES_INT64, 8, &number, &plain, text);
			CHECK_NOTE(strtod(text, NULL) == number, text);
			CHECK_NOTE(i % 2 != 0 || strlen(text) <= 9, text);
		}
		if (isfinite(small))
		{
			(void) scalar_json(&float_node, PQ_VALUES_INT32, 4, &small, &plain, text);
			CHECK_NOTE(strtof(text, NULL) == small, text);
			CHECK_NOTE(i % 2 != 0 || strlen(text) <= 7, text);
		}
	}
}

static void
test_dates(void)
{
	PqLogical date = {.kind = PQ_LOGICAL_DATE};
	PqLogical millis = {.kind = PQ_LOGICAL_TIMESTAMP, .unit = PQ_MILLIS, .is_utc = true};
	PqLogical micros = {.kind = PQ_LOGICAL_TIMESTAMP, .unit = PQ_MICROS};
	PqLogical nanos = {.kind = PQ_LOGICAL_TIMESTAMP, .unit = PQ_NANOS, .is_utc = true};

	check_int32(date, 0, &plain, "\"1970-01-01\"");
	check_int32(date, -1, &plain, "\"1969-12-31\"");
	check_int32(date, 11016, &plain, "\"2000-02-29\"");
	check_int32(date, 2932897, &plain, "\"10000-01-01\"");
	check_int32(date, -719162, &plain, "\"0001-01-01\"");
	check_int32(date, -719163, &plain, "\"0001-12-31 BC\"");
	check_int32(date, -735160, &plain, "\"0044-03-15 BC\"");
	check_int32(date, INT32_MAX, &plain, "\"5881580-07-11\"");
	check_int32(date, INT32_MIN, &plain, "\"5877642-06-23 BC\"");
	check_int64(millis, -1, &plain, "\"1969-12-31T23:59:59.999000Z\"");
	check_int64(micros, 1735727400123456, &plain, "\"2025-01-01T10:30:00.123456\"");
	check_int64(nanos, 1735727400123456789, &plain, "\"2025-01-01T10:30:00.123456Z\"");
	check_int64(nanos, 1735727400123456789, &exact, "\"2025-01-01T10:30:00.123456789Z\"");
	check_int64(nanos, -1, &plain, "\"1969-12-31T23:59:59.999999Z\"");
	check_int64(millis, INT64_MIN, &plain, "\"292275056-05-16T16:47:04.192000Z BC\"");
	check_int64(micros, INT64_MAX, &plain, "\"294247-01-10T04:00:54.775807\"");
}

static void
test_times(void)
{
	PqLogical millis = {.kind = PQ_LOGICAL_TIME, .unit = PQ_MILLIS};
	PqLogical micros = {.kind = PQ_LOGICAL_TIME, .unit = PQ_MICROS, .is_utc = true};
	PqLogical nanos = {.kind = PQ_LOGICAL_TIME, .unit = PQ_NANOS};
	static const unsigned char int96[] = {1, 0, 0, 0, 0, 0, 0, 0, 0x8c, 0x3d, 0x25, 0};
	static const unsigned char int96_before[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
												 0xff, 0xff, 0x8c, 0x3d, 0x25, 0};
	static const unsigned char interval[] = {1,    0,    0,    0,    0xff, 0xff,
											 0xff, 0xff, 0x80, 0xee, 0x36, 0};
	static const char uuid[] = "\x12\x34\x56\x78\x90\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef";

	check_int32(millis, 27000001, &plain, "\"07:30:00.001000\"");
	check_int64(micros, 86399999999, &plain, "\"23:59:59.999999Z\"");
	check_int64(micros, INT64_C(86400000000), &plain, "\"24:00:00.000000Z\"");
	check_int64(nanos, 1999, &plain, "\"00:00:00.000001\"");
	check_int64(nanos, 1999, &exact, "\"00:00:00.000001999\"");
	check_int64(nanos, -1000, &exact, "\"-00:00:00.000001000\"");
	check_int64(nanos, INT64_MIN, &plain, "\"-2562047:47:16.854775\"");
	check_fixed(PQ_INT96, PQ_LOGICAL_NONE, int96, 12, &exact, "\"1970-01-01T00:00:00.000000001\"");
	check_fixed(PQ_INT96, PQ_LOGICAL_NONE, int96_before, 12, &exact,
				"\"1969-12-31T23:59:59.999999999\"");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_INTERVAL, interval, 12, &plain,
				"{\"months\":1,\"days\":4294967295,\"millis\":3600000}");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_UUID, uuid, 16, &plain,
				"\"12345678-90ab-cdef-0123-456789abcdef\"");
	check_fixed(PQ_FIXED_LEN_BYTE_ARRAY, PQ_LOGICAL_NONE, uuid, 3, &plain, "\"\\\\x123456\"");
}

static void
test_text(void)
{
	static const PqJsonStyle marked = {.mark_invalid_text = true, .nul_is_invalid = true};
	static const PqJsonStyle no_nul = {.nul_is_invalid = true};
	static const char *const invalid[] = {"\x80",
										  "a\xc0\x80",
										  "\xc3",
										  "\xe0\x9f\xbf",
										  "\xed\xa0\x80",
										  "\xf0\x8f\xbf\xbf",
										  "\xf4\x90\x80\x80",
										  "\xf8\x88\x80\x80\x80",
										  "12345678\xff",
										  "\xe2\x82"};
	PqLogical string = {.kind = PQ_LOGICAL_STRING};
	PqLogical none = {0};
	size_t i;

	CHECK_BYTES(string, "", &plain, "\"\"");
	CHECK_BYTES(string, "a\"\\/\b\f\n\r\t\x01\x1f\x7f\x0b", &plain,
				"\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u000b\"");
	CHECK_BYTES(string, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf", &plain,
				"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\"");
	CHECK_BYTES(string, "a\0b", &plain, "\"a\\u0000b\"");
	CHECK_BYTES(string, "a\0b", &no_nul, NULL);
	CHECK_BYTES(string, "a\0b", &marked, "{\"$invalid_utf8\":\"610062\"}");
	for (i = 0; i < LENGTH(invalid); i++)
		check_bytes(string, invalid[i], strlen(invalid[i]), &plain, NULL);
	CHECK_BYTES(string, "a\xff", &marked, "{\"$invalid_utf8\":\"61ff\"}");
	CHECK_BYTES(none, "a\xff", &plain, "\"\\\\x61ff\"");
}

static void
test_json(void)
{
	static const char *const valid[] = {"{\"a\": [1, -2.5e+3, true, null, \"\\u00e9\\n\"]}", "0",
										"\"x\"", " [ ] ", "\"\\ud83d\\ude00\""};
	static const char *const invalid[] = {
		"",    "{",   "[1,]",      "01",     "nul",           "\"\\x\"",     "{\"a\"}",
		"1 2", "'a'", "\"\\u00\"", "\"\t\"", "[\"\\u0000\"]", "\"\\ud83d\"", "-",
		"1."};
	PqLogical json = {.kind = PQ_LOGICAL_JSON};
	PqNode node = {.is_leaf = true, .type = PQ_BYTE_ARRAY, .logical = json};
	char nested[131];
	char text[FIXTURE_MAX_TEXT];
	size_t i;

	for (i = 0; i < LENGTH(valid); i++)
		check_bytes(json, valid[i], strlen(valid[i]), &plain, valid[i]);
	for (i = 0; i < LENGTH(invalid); i++)
	{
		PqBytes bytes = {invalid[i], (uint32_t) strlen(invalid[i])};

		CHECK(scalar_json(&node, PQ_VALUES_BYTES, sizeof(bytes), &bytes, &plain, text) == FMT_OK);
		CHECK_NOTE(text[0] == '"', text);
	}
	CHECK_BYTES(json, "[1]", &exact, "\"[1]\"");
	memset(nested, '[', 65);
	memset(nested + 65, ']', 65);
	nested[130] = '\0';
	CHECK(!json_is_valid(nested, 130) && json_is_valid(nested + 1, 128));
}

int
main(void)
{
	test_integers();
	test_decimals();
	test_floats();
	test_floats_round_trip();
	test_dates();
	test_times();
	test_text();
	test_json();
	/* none of it may depend on the locale; a machine may have none but C */
	if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL)
		test_floats();
	return unit_finish();
}
