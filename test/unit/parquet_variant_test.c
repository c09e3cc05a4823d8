/*
 * parquet_variant_test.c: VARIANT values, whole and shredded, and those that lie about themselves.
 *
 * Bytes are written by hand from VariantEncoding.md, shredded columns from VariantShredding.md.
 */
#include <string.h>

#include "format/parquet/variant.h"
#include "parquet_json_fixture.h"
#include "unit.h"

/* Names a, b, cc; sorted. */
#define NAMES                  \
	"\x11\x03\x00\x01\x02\x04" \
	"abcc"
#define NO_NAMES "\x01\x00\x00"

static const PqJsonStyle plain = {.variant_is_json = true, .nul_is_invalid = true};

static FmtStatus
variant_json(const char *metadata, size_t metadata_len, const char *value, size_t value_len,
			 char *text)
{
	FixtureText target = {text, 0};
	PqSink sink = {fixture_append, &target};
	PqBytes metadata_bytes = {metadata, (uint32_t) metadata_len};
	PqBytes value_bytes = {value, (uint32_t) value_len};
	PqError error;

	text[0] = '\0';
	return pq_variant_json(metadata_bytes, value_bytes, &plain, &sink, &error);
}

/* expected: NULL when the value is not valid. */
static void
check_variant(const char *metadata, size_t metadata_len, const char *value, size_t value_len,
			  const char *expected)
{
	char text[FIXTURE_MAX_TEXT];
	FmtStatus status = variant_json(metadata, metadata_len, value, value_len, text);

	if (expected == NULL)
		CHECK_NOTE(status == FMT_UNSUPPORTED || status == FMT_ENCODING, text);
	else
		CHECK_NOTE(status == FMT_OK && strcmp(text, expected) == 0, text);
}

#define CHECK_VARIANT(metadata, value, expected) \
	check_variant(metadata, sizeof(metadata) - 1, value, sizeof(value) - 1, expected)
#define CHECK_VALUE(value, expected) CHECK_VARIANT(NO_NAMES, value, expected)

static void
test_primitives(void)
{
	CHECK_VALUE("\x00", "null");
	CHECK_VALUE("\x04", "true");
	CHECK_VALUE("\x08", "false");
	CHECK_VALUE("\x0c\xff", "-1");
	CHECK_VALUE("\x10\x2e\xfb", "-1234");
	CHECK_VALUE("\x14\x03\x00\x00\x00", "3");
	CHECK_VALUE("\x18\x00\x00\x00\x00\x00\x00\x00\x80", "-9223372036854775808");
	CHECK_VALUE("\x1c\x9a\x99\x99\x99\x99\x99\xb9\x3f", "0.1");
	CHECK_VALUE("\x20\x02\x96\x00\x00\x00", "1.50");
	CHECK_VALUE("\x24\x00\xff\xff\xff\xff\xff\xff\xff\xff", "-1");
	CHECK_VALUE("\x28\x26\xff\xff\xff\xff\x3f\x22\x8a\x09\x7a\xc4\x86\x5a\xa8\x4c\x3b\x4b",
				"0.99999999999999999999999999999999999999");
	CHECK_VALUE("\x2c\xff\xff\xff\xff", "\"1969-12-31\"");
	CHECK_VALUE("\x30\x01\x00\x00\x00\x00\x00\x00\x00", "\"1970-01-01T00:00:00.000001Z\"");
	CHECK_VALUE("\x34\x01\x00\x00\x00\x00\x00\x00\x00", "\"1970-01-01T00:00:00.000001\"");
	CHECK_VALUE("\x38\x00\x00\xc0\x7f", "\"NaN\"");
	CHECK_VALUE("\x3c\x02\x00\x00\x00\xab\x01", "\"\\\\xab01\"");
	CHECK_VALUE("\x40\x02\x00\x00\x00\xc3\xa9", "\"\xc3\xa9\"");
	CHECK_VALUE("\x44\x40\x42\x0f\x00\x00\x00\x00\x00", "\"00:00:01.000000\"");
	CHECK_VALUE("\x48\xe8\x03\x00\x00\x00\x00\x00\x00", "\"1970-01-01T00:00:00.000001Z\"");
	CHECK_VALUE("\x4c\xe8\x03\x00\x00\x00\x00\x00\x00", "\"1970-01-01T00:00:00.000001\"");
	CHECK_VALUE("\x50\x12\x34\x56\x78\x90\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef",
				"\"12345678-90ab-cdef-0123-456789abcdef\"");
	CHECK_VALUE("\x01", "\"\"");
	CHECK_VALUE("\x0d\x61\x22\x62", "\"a\\\"b\"");
	CHECK_VALUE("\x04 and more", "true");
}

static void
test_containers(void)
{
	CHECK_VALUE("\x02\x00\x00", "{}");
	CHECK_VALUE("\x03\x00\x00", "[]");
	CHECK_VALUE("\x03\x02\x00\x01\x03\x04\x0c\x07", "[true,7]");
	/* four bytes of count and of offsets */
	CHECK_VALUE("\x1f\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00", "[null]");
	CHECK_VARIANT(NAMES, "\x02\x02\x00\x02\x00\x01\x03\x04\x0c\x07", "{\"a\":true,\"cc\":7}");
	/* values in another order than the fields */
	CHECK_VARIANT(NAMES, "\x02\x02\x00\x01\x02\x00\x03\x0c\x07\x04", "{\"a\":true,\"b\":7}");
	/* is_large, two bytes of ids, three of offsets */
	CHECK_VARIANT(NAMES, "\x5a\x01\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x00\x08",
				  "{\"b\":false}");
	/* {"a": [{"b": 1}]} */
	CHECK_VARIANT(NAMES, "\x02\x01\x00\x00\x0b\x03\x01\x00\x07\x02\x01\x01\x00\x02\x0c\x01",
				  "{\"a\":[{\"b\":1}]}");
	/* names with offsets of 2 bytes; bit 5 is reserved */
	CHECK_VARIANT("\x61\x01\x00\x00\x00\x01\x00z", "\x02\x01\x00\x00\x01\x04", "{\"z\":true}");
}

static void
test_hostile(void)
{
	CHECK_VARIANT("", "\x04", NULL);
	CHECK_VARIANT("\x02\x00\x00", "\x04", NULL); /* version 2 */
	CHECK_VARIANT("\x01", "\x04", NULL);
	CHECK_VARIANT("\x01\x02\x00\x01", "\x04", NULL);
	CHECK_VARIANT("\xc1\xff\xff\xff\xff\x00", "\x04", NULL);
	CHECK_VALUE("", NULL);
	CHECK_VALUE("\x54", NULL);         /* type 21 */
	CHECK_VALUE("\x18\x00\x00", NULL); /* cut short */
	CHECK_VALUE("\x0d\x61", NULL);
	CHECK_VALUE("\x40\xff\xff\xff\xff\x61", NULL);
	CHECK_VALUE("\x05\xff", NULL); /* not UTF-8 */
	CHECK_VALUE("\x05\x00", NULL); /* U+0000 */
	CHECK_VALUE("\x20\xff\x96\x00\x00\x00",
				"0."
				"0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
				"0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
				"0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
				"000000150");
	CHECK_VARIANT(NAMES, "\x02\x01\x03\x00\x01\x04", NULL); /* no such name */
	CHECK_VARIANT("\x01\x01\x02\x01zz", "\x02\x01\x00\x00\x01\x04",
				  NULL); /* name ends before it begins */
	CHECK_VARIANT("\x01\x01\x00\x09z", "\x02\x01\x00\x00\x01\x04", NULL);
	CHECK_VALUE("\x03\x01\x01\x01\x04", NULL);     /* element behind the end */
	CHECK_VALUE("\x03\x01\x00\x05\x04", NULL);     /* end behind the end */
	CHECK_VALUE("\x1f\xff\xff\xff\xff\x00", NULL); /* 4 G elements */
	CHECK_VALUE("\x03\x02\x00\x00\x01\x04", NULL); /* the same element twice */
}

/* Arrays in an array, as deep as bytes allow: refused before the stack is used up. */
static void
test_depth(void)
{
	static char value[4 * 2000 + 1];
	static char text[FIXTURE_MAX_TEXT];
	size_t depth;

	for (depth = 10; depth <= 2000; depth += 1990)
	{
		size_t i;

		/* each: header with offsets of 4 bytes would be longer; of 2 bytes: 1 + 1 + 4 */
		for (i = 0; i < depth; i++)
		{
			size_t rest = 6 * (depth - 1 - i) + 1;

			if (6 * (i + 1) > sizeof(value))
				break;
			memcpy(value + 6 * i, "\x07\x01\x00\x00", 4);
			value[6 * i + 4] = (char) (rest & 255);
			value[6 * i + 5] = (char) (rest >> 8);
		}
		if (depth == 10)
		{
			value[6 * depth] = 0;
			CHECK(variant_json(NO_NAMES, 3, value, 6 * depth + 1, text) == FMT_OK);
			CHECK_NOTE(strcmp(text, "[[[[[[[[[[null]]]]]]]]]]") == 0, text);
		}
		else
			CHECK(variant_json(NO_NAMES, 3, value, sizeof(value), text) == FMT_UNSUPPORTED);
	}
}

static const PqBytes names = TEXT(NAMES);

/* One row of a shredded field; vectors: metadata, then its other leaves. */
static void
check_shredded(const PqField *field, const PqVector *vectors, const char *const *rows)
{
	PqPosition at[FIXTURE_MAX_LEAVES] = {{0, 0}};
	char text[FIXTURE_MAX_TEXT];
	int i;

	for (i = 0; rows[i] != NULL; i++)
	{
		PqPosition start[FIXTURE_MAX_LEAVES];
		FmtStatus status;

		memcpy(start, at, sizeof(at));
		status = fixture_json(field, vectors, at, &plain, text);
		if (strcmp(rows[i], "invalid") == 0)
		{
			CHECK_NOTE(status == FMT_UNSUPPORTED, text);
			memcpy(at, start, sizeof(at));
			pq_skip_rows(field, vectors, at, 1);
		}
		else
			CHECK_NOTE(status == FMT_OK && strcmp(text, rows[i]) == 0, text);
	}
	for (i = 0; i < field->nleaves; i++)
		CHECK(at[i].slot == vectors[i].nslots);
}

#define CHECK_SHREDDED(field, vectors, ...)                    \
	do                                                         \
	{                                                          \
		static const char *const rows[] = {__VA_ARGS__, NULL}; \
                                                               \
		check_shredded(field, vectors, rows);                  \
	} while (0)

static PqField *
make_variant(uint8_t def_present, PqField *value, PqField *typed)
{
	PqField *metadata = fixture_binary("metadata", def_present);
	PqField *field = fixture_struct("v", def_present, value != NULL && typed != NULL ? 3 : 2,
									metadata, value != NULL ? value : typed, typed);

	field->kind = PQ_FIELD_VARIANT;
	return field;
}

static void
test_shredded_scalars(void)
{
	PqField *field = make_variant(1, fixture_binary("value", 2), fixture_int32("typed_value", 2));
	PqVector vectors[] = {
		TEXT_VECTOR(DEFS(0, 1, 1, 1, 1, 1), NO_LEVELS, names, names, names, names, names),
		TEXT_VECTOR(DEFS(0, 1, 2, 2, 1, 2), NO_LEVELS, TEXT("\x00"), TEXT("\x0dn/a"), TEXT("\x04")),
		INT_VECTOR(DEFS(0, 2, 1, 1, 1, 2), NO_LEVELS, 34, 35)};

	CHECK_SHREDDED(field, vectors, "null", "34", "null", "\"n/a\"", "null", "invalid");
	/* a name that is not in the schema is not an error of the file */
	field->children[0]->name.data = "metadatA";
	CHECK_SHREDDED(field, vectors, "null", "invalid", "invalid", "invalid", "invalid", "invalid");

	field = make_variant(0, NULL, fixture_int32("typed_value", 1));
	vectors[0] = TEXT_VECTOR(NO_LEVELS, NO_LEVELS, names, names);
	vectors[1] = INT_VECTOR(DEFS(1, 0), NO_LEVELS, 5);
	CHECK_SHREDDED(field, vectors, "5", "null");
}

/* optional typed_value { required a { optional value; optional int32 typed_value } } */
static void
test_shredded_objects(void)
{
	PqField *a =
		fixture_struct("a", 2, 2, fixture_binary("value", 3), fixture_int32("typed_value", 3));
	PqField *field =
		make_variant(1, fixture_binary("value", 2), fixture_struct("typed_value", 2, 1, a));
	PqVector vectors[] = {
		TEXT_VECTOR(DEFS(1, 1, 1, 1, 1, 1), NO_LEVELS, names, names, names, names, names, names),
		TEXT_VECTOR(DEFS(1, 2, 1, 2, 1, 2), NO_LEVELS, TEXT("\x02\x01\x01\x00\x01\x04"),
					TEXT("\x04"), TEXT("\x04")),
		TEXT_VECTOR(DEFS(2, 2, 3, 1, 2, 2), NO_LEVELS, TEXT("\x00")),
		INT_VECTOR(DEFS(3, 3, 2, 1, 2, 2), NO_LEVELS, 1, 2)};

	CHECK_SHREDDED(field, vectors, "{\"a\":1}", "{\"b\":true,\"a\":2}", "{\"a\":null}", "true",
				   "{}", "invalid");
}

/* optional typed_value (LIST) of required { optional value; optional int32 typed_value } */
static void
test_shredded_arrays(void)
{
	PqField *pair = fixture_struct("element", 3, 2, fixture_binary("value", 4),
								   fixture_int32("typed_value", 4));
	PqField *field =
		make_variant(1, fixture_binary("value", 2), fixture_list("typed_value", 2, 1, 3, pair));
	PqVector vectors[] = {
		TEXT_VECTOR(DEFS(1, 1, 1, 1), NO_LEVELS, names, names, names, names),
		TEXT_VECTOR(DEFS(1, 1, 2, 1), NO_LEVELS, TEXT("\x05x")),
		TEXT_VECTOR(DEFS(2, 3, 4, 3, 1, 4), REPS(0, 0, 1, 1, 0, 0), TEXT("\x00"), TEXT("\x04")),
		INT_VECTOR(DEFS(2, 4, 3, 3, 1, 4), REPS(0, 0, 1, 1, 0, 0), 7, 8)};

	CHECK_SHREDDED(field, vectors, "[]", "[7,null,null]", "\"x\"", "invalid");
}

int
main(void)
{
	fixture_reset();
	test_primitives();
	test_containers();
	test_hostile();
	test_depth();
	test_shredded_scalars();
	test_shredded_objects();
	test_shredded_arrays();
	return unit_finish();
}
