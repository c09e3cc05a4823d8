/*
 * parquet_json_test.c: nested fields from levels: all shapes of lists, structs and maps.
 *
 * Fields, levels and values are written by hand, as the Dremel paper and the format's
 * documentation have them.  For scalars see parquet_json_scalar_test.c.
 */
#include <string.h>

#include "parquet_json_fixture.h"
#include "unit.h"

/* Rows of a field, each with its expected text; the last text is NULL. */
static void
check_rows(const PqField *field, const PqVector *vectors, const char *const *rows)
{
	static const PqJsonStyle style = {.variant_is_json = true};
	PqPosition at[FIXTURE_MAX_LEAVES] = {{0, 0}};
	uint32_t n;
	int i;

	for (n = 0; rows[n] != NULL; n++)
	{
		PqPosition skipped[FIXTURE_MAX_LEAVES] = {{0, 0}};
		char text[FIXTURE_MAX_TEXT];

		pq_skip_rows(field, vectors, skipped, n);
		CHECK(memcmp(skipped, at, sizeof(*at) * (size_t) field->nleaves) == 0);
		CHECK(fixture_json(field, vectors, at, &style, text) == FMT_OK);
		CHECK_NOTE(strcmp(text, rows[n]) == 0, text);
	}
	for (i = 0; i < field->nleaves; i++)
		CHECK(at[i].slot == vectors[i].nslots && at[i].value == vectors[i].nvalues);
}

#define CHECK_ROWS(field, vectors, ...)                        \
	do                                                         \
	{                                                          \
		static const char *const rows[] = {__VA_ARGS__, NULL}; \
                                                               \
		check_rows(field, vectors, rows);                      \
	} while (0)

static void
check_corrupt(const PqField *field, const PqVector *vectors)
{
	static const PqJsonStyle style = {0};
	PqPosition at[FIXTURE_MAX_LEAVES] = {{0, 0}};
	char text[FIXTURE_MAX_TEXT];

	CHECK(fixture_json(field, vectors, at, &style, text) == FMT_CORRUPT);
}

static void
test_lists(void)
{
	/* optional group l (LIST) { repeated group list { optional int32 element } } */
	PqField *list = fixture_list("l", 1, 1, 2, fixture_int32("element", 3));
	PqVector vector = INT_VECTOR(DEFS(0, 1, 2, 3, 3, 2, 3), REPS(0, 0, 0, 0, 1, 1, 0), 7, 8, 9);

	CHECK_ROWS(list, &vector, "null", "[]", "[null]", "[7,8,null]", "[9]");

	/* required elements of a required list: repeated int32 */
	list = fixture_list("r", 0, 1, 1, fixture_int32("r", 1));
	vector = INT_VECTOR(DEFS(0, 1, 1), REPS(0, 0, 1), 1, 2);
	CHECK_ROWS(list, &vector, "[]", "[1,2]");

	/* optional list of optional lists of optional int32 */
	list = fixture_list("o", 1, 1, 2, fixture_list("i", 3, 2, 4, fixture_int32("element", 5)));
	vector = INT_VECTOR(DEFS(0, 1, 2, 3, 5, 5, 4, 2, 5), REPS(0, 0, 0, 1, 1, 2, 2, 1, 0), 1, 2, 3);
	CHECK_ROWS(list, &vector, "null", "[]", "[null,[],[1,2,null],null]", "[[3]]");
}

static void
test_structs(void)
{
	/* optional group s { optional int32 a; required group t { optional int32 b } } */
	PqField *inner = fixture_struct("t", 1, 1, fixture_int32("b", 2));
	PqField *outer = fixture_struct("s", 1, 2, fixture_int32("a", 2), inner);
	PqVector vectors[] = {INT_VECTOR(DEFS(0, 1, 2, 2), NO_LEVELS, 1, 2),
						  INT_VECTOR(DEFS(0, 1, 1, 2), NO_LEVELS, 3)};

	CHECK_ROWS(outer, vectors, "null", "{\"a\":null,\"t\":{\"b\":null}}",
			   "{\"a\":1,\"t\":{\"b\":null}}", "{\"a\":2,\"t\":{\"b\":3}}");

	vectors[0] = INT_VECTOR(NO_LEVELS, NO_LEVELS, 1, 2);
	outer = fixture_struct("q\"", 0, 1, fixture_int32("\xc3\xa9", 0));
	CHECK_ROWS(outer, vectors, "{\"\xc3\xa9\":1}", "{\"\xc3\xa9\":2}");
}

/*
 * optional struct { optional list of optional struct { required int32 x; optional list of required
 * int32 y } }
 */
static void
test_struct_of_lists_of_structs(void)
{
	PqField *x = fixture_int32("x", 4);
	PqField *y = fixture_list("y", 5, 2, 6, fixture_int32("element", 6));
	PqField *list = fixture_list("l", 2, 1, 3, fixture_struct("element", 4, 2, x, y));
	PqField *top = fixture_struct("s", 1, 1, list);
	PqVector vectors[] = {
		INT_VECTOR(DEFS(0, 1, 2, 3, 4, 4, 4), REPS(0, 0, 0, 0, 1, 1, 0), 10, 11, 12),
		INT_VECTOR(DEFS(0, 1, 2, 3, 4, 5, 6, 6), REPS(0, 0, 0, 0, 1, 1, 0, 2), 20, 21)};

	CHECK_ROWS(top, vectors, "null", "{\"l\":null}", "{\"l\":[]}",
			   "{\"l\":[null,{\"x\":10,\"y\":null},{\"x\":11,\"y\":[]}]}",
			   "{\"l\":[{\"x\":12,\"y\":[20,21]}]}");
}

static void
test_maps(void)
{
	/*
	 * optional group m (MAP) { repeated group { required binary key (STRING); optional int32 value
	 * } }
	 */
	PqField *map = fixture_map("m", 1, 1, 2, fixture_text("key", 2), fixture_int32("value", 3));
	PqVector vectors[] = {
		TEXT_VECTOR(DEFS(0, 1, 2, 2, 2), REPS(0, 0, 0, 1, 0), TEXT("a"), TEXT("b"), TEXT("")),
		INT_VECTOR(DEFS(0, 1, 3, 2, 3), REPS(0, 0, 0, 1, 0), 1, 2)};
	PqVector numbers[] = {INT_VECTOR(DEFS(2, 2), REPS(0, 1), 5, 6),
						  INT_VECTOR(DEFS(3, 2), REPS(0, 1), 1)};

	CHECK_ROWS(map, vectors, "null", "{}", "{\"a\":1,\"b\":null}", "{\"\":2}");

	/* keys that are no text */
	map = fixture_map("m", 1, 1, 2, fixture_int32("key", 2), fixture_int32("value", 3));
	CHECK_ROWS(map, numbers, "[{\"key\":5,\"value\":1},{\"key\":6,\"value\":null}]");

	/* keys without values */
	map = fixture_map("m", 1, 1, 2, fixture_text("key", 2), NULL);
	CHECK_ROWS(map, vectors, "null", "{}", "{\"a\":null,\"b\":null}", "{\"\":null}");

	/* list of maps: the map's entries repeat at level 2 */
	map = fixture_map("element", 3, 2, 4, fixture_text("key", 4), fixture_int32("value", 5));
	vectors[0] = TEXT_VECTOR(DEFS(4, 4, 3, 4), REPS(0, 2, 1, 1), TEXT("a"), TEXT("b"), TEXT("c"));
	vectors[1] = INT_VECTOR(DEFS(5, 5, 3, 5), REPS(0, 2, 1, 1), 1, 2, 3);
	CHECK_ROWS(fixture_list("l", 1, 1, 2, map), vectors, "[{\"a\":1,\"b\":2},{},{\"c\":3}]");
}

/* A null key, which Presto's schemas allow, is no member's name. */
static void
test_null_key(void)
{
	static const PqJsonStyle objects = {0};
	static const PqJsonStyle pairs = {.maps_as_pairs = true};
	PqField *map = fixture_map("m", 1, 1, 2, fixture_text("key", 3), fixture_int32("value", 3));
	PqVector vectors[] = {TEXT_VECTOR(DEFS(2), REPS(0), TEXT("")), INT_VECTOR(DEFS(3), REPS(0), 1)};
	PqPosition at[2] = {{0, 0}};
	char text[FIXTURE_MAX_TEXT];

	vectors[0].nvalues = 0;
	CHECK(fixture_json(map, vectors, at, &objects, text) == FMT_UNSUPPORTED);
	memset(at, 0, sizeof(at));
	CHECK(fixture_json(map, vectors, at, &pairs, text) == FMT_OK);
	CHECK_NOTE(strcmp(text, "[{\"key\":null,\"value\":1}]") == 0, text);
}

static void
test_dictionary(void)
{
	static const PqBytes words[] = {TEXT("no"), TEXT("yes")};
	static const uint32_t indices[] = {1, 0, 1};
	PqDictionary dictionary = {
		1, {PQ_VALUES_BYTES, sizeof(PqBytes), 2, 2, (void *) words, 0, 0, NULL, NULL, false}};
	PqField *list = fixture_list("l", 0, 1, 1, fixture_text("element", 1));
	PqVector vector = INT_VECTOR(DEFS(1, 1, 1), REPS(0, 1, 0), 1, 0, 1);

	vector.kind = PQ_VALUES_INDEX;
	vector.data = indices;
	vector.dictionary = &dictionary;
	CHECK_ROWS(list, &vector, "[\"yes\",\"no\"]", "[\"yes\"]");
}

/* Leaves that do not have the same lists, structs and rows. */
static void
test_disagreement(void)
{
	PqField *list =
		fixture_list("l", 1, 1, 2,
					 fixture_struct("element", 3, 2, fixture_int32("a", 4), fixture_int32("b", 4)));
	PqVector good = INT_VECTOR(DEFS(4, 4), REPS(0, 1), 1, 2);
	PqVector vectors[2];

	vectors[0] = good;
	vectors[1] = good;
	CHECK_ROWS(list, vectors, "[{\"a\":1,\"b\":1},{\"a\":2,\"b\":2}]");

	vectors[1] = INT_VECTOR(DEFS(4, 4), REPS(0, 0), 1, 2); /* two rows */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4), REPS(0), 1); /* a shorter list */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 4, 4), REPS(0, 1, 1), 1, 2, 3); /* a longer one */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 2), REPS(0, 1), 1); /* another null element */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(1, 4), REPS(0, 1), 1); /* empty */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 4), REPS(1, 1), 1, 2); /* begins inside a list */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 4), REPS(0, 2), 1, 2); /* deeper than the list */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 1), REPS(0, 1), 1); /* an element of no list */
	check_corrupt(list, vectors);
	vectors[1] = INT_VECTOR(DEFS(4, 4), REPS(0, 1), 1); /* a value too few */
	check_corrupt(list, vectors);
	vectors[1].nslots = 0;
	check_corrupt(list, vectors);

	/* and a list that goes on behind a null */
	vectors[0] = INT_VECTOR(DEFS(0, 4), REPS(0, 1), 1);
	vectors[1] = vectors[0];
	check_corrupt(list, vectors);
}

/* Sinks that refuse, and nesting without end. */
static void
test_limits(void)
{
	static const PqJsonStyle style = {0};
	static PqField fields[PQ_MAX_NESTING + 2];
	static PqField *children[PQ_MAX_NESTING + 2];
	PqVector vector = INT_VECTOR(NO_LEVELS, NO_LEVELS, 1);
	PqPosition at = {0, 0};
	PqField *leaf = fixture_int32("x", 0);
	PqField *wrapper = fixture_struct("s", 0, 1, leaf);
	char text[FIXTURE_MAX_TEXT];
	int i;

	CHECK(fixture_json_refused(leaf, &vector, &at, &style) == FMT_LIMIT);
	for (i = 0; i < PQ_MAX_NESTING + 2; i++)
	{
		children[i] = i == 0 ? leaf : &fields[i - 1];
		fields[i] = *wrapper;
		fields[i].children = &children[i];
	}
	at = (PqPosition){0, 0};
	CHECK(fixture_json(&fields[10], &vector, &at, &style, text) == FMT_OK);
	at = (PqPosition){0, 0};
	CHECK(fixture_json(&fields[PQ_MAX_NESTING + 1], &vector, &at, &style, text) == FMT_LIMIT);
}

int
main(void)
{
	fixture_reset();
	test_lists();
	test_structs();
	test_struct_of_lists_of_structs();
	test_maps();
	fixture_reset();
	test_null_key();
	test_dictionary();
	test_disagreement();
	test_limits();
	return unit_finish();
}
