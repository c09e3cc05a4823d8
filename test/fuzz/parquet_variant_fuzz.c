/*
 * parquet_variant_fuzz.c: any bytes as a VARIANT, any levels as a shredded one.
 *
 * First byte even: the second is the length of the metadata, then metadata and value.  Odd: bytes
 * of levels for a variant whose typed_value is a list of pairs, each leaf as many as the second
 * byte says, then the values. What is accepted must be JSON; skipping a row must end where reading
 * it ended.
 */
#include <stdlib.h>
#include <string.h>

#include "format/json_valid.h"
#include "format/parquet/variant.h"

#define TEXT_MAX        (64 * 1024)
#define NLEAVES         4
#define MAX_VALID_DEPTH 60 /* json_is_valid() goes a little deeper */

typedef struct Text
{
	size_t len;
	char data[TEXT_MAX];
} Text;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static bool
append(void *context, const char *data, size_t len)
{
	Text *text = context;

	if (len > TEXT_MAX - text->len)
		return false;
	memcpy(text->data + text->len, data, len);
	text->len += len;
	return true;
}

/* How deep brackets are nested; those inside of strings count as well, and only make it more. */
static int
depth_of(const Text *text)
{
	int depth = 0;
	int deepest = 0;
	size_t i;

	for (i = 0; i < text->len; i++)
	{
		depth += text->data[i] == '[' || text->data[i] == '{';
		depth -= text->data[i] == ']' || text->data[i] == '}';
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

static void
check_text(FmtStatus status, const Text *text)
{
	require(status == FMT_OK || status == FMT_UNSUPPORTED || status == FMT_LIMIT ||
			status == FMT_ENCODING || status == FMT_CORRUPT);
	if (status == FMT_OK && depth_of(text) < MAX_VALID_DEPTH)
		require(pq_utf8_is_valid(text->data, text->len, true) &&
				json_is_valid(text->data, text->len));
}

static void
try_value(const uint8_t *data, size_t size, size_t metadata_len)
{
	static const PqJsonStyle style = {.nul_is_invalid = true};
	static Text text;
	PqBytes metadata = {(const char *) data, 0};
	PqBytes value = {NULL, 0};
	PqSink sink = {append, &text};
	PqError error;
	FmtStatus status;

	metadata.len = (uint32_t) (metadata_len < size ? metadata_len : size);
	value.data = (const char *) data + metadata.len;
	value.len = (uint32_t) size - metadata.len;
	text.len = 0;
	status = pq_variant_json(metadata, value, &style, &sink, &error);
	require(status != FMT_CORRUPT);
	check_text(status, &text);
}

/*
 * optional variant { metadata, optional value, optional list typed_value of { optional value,
 * optional typed_value } }
 */
static const PqField *
shredded_field(void)
{
	static PqField leaves[NLEAVES];
	static PqField group, list, pair;
	static PqField *group_children[] = {&leaves[0], &leaves[1], &list};
	static PqField *pair_children[] = {&leaves[2], &leaves[3]};
	static PqField *list_children[] = {&pair};
	static const char *const names[] = {"metadata", "value", "value", "typed_value"};
	static const uint8_t levels[] = {1, 2, 4, 4};
	int i;

	for (i = 0; i < NLEAVES; i++)
		leaves[i] = (PqField){.kind = PQ_FIELD_SCALAR,
							  .name = {names[i], (uint32_t) strlen(names[i])},
							  .node = i,
							  .def_present = levels[i],
							  .leaf = i,
							  .nleaves = 1};
	pair = (PqField){.kind = PQ_FIELD_STRUCT,
					 .def_present = 3,
					 .nchildren = 2,
					 .children = pair_children,
					 .leaf = 2,
					 .nleaves = 2};
	list = (PqField){.kind = PQ_FIELD_LIST,
					 .name = {"typed_value", 11},
					 .def_present = 2,
					 .rep = 1,
					 .def_element = 3,
					 .nchildren = 1,
					 .children = list_children,
					 .leaf = 2,
					 .nleaves = 2};
	group = (PqField){.kind = PQ_FIELD_VARIANT,
					  .def_present = 1,
					  .nchildren = 3,
					  .children = group_children,
					  .nleaves = NLEAVES};
	return &group;
}

/* Levels of at most max, taken from bytes. */
static void
take_levels(const uint8_t **data, const uint8_t *end, uint32_t n, uint8_t max, uint8_t *levels)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		levels[i] = *data < end ? (uint8_t) (*(*data)++ % (max + 1)) : 0;
}

static void
try_shredded(const uint8_t *data, size_t size, uint32_t nslots)
{
	static const PqJsonStyle style = {.variant_is_json = true, .nul_is_invalid = true};
	static const uint8_t max_def[] = {1, 2, 4, 4};
	static PqNode nodes[NLEAVES] = {
		{.type = PQ_BYTE_ARRAY},
		{.type = PQ_BYTE_ARRAY},
		{.type = PQ_BYTE_ARRAY},
		{.type = PQ_BYTE_ARRAY, .logical = {.kind = PQ_LOGICAL_STRING}}};
	static uint8_t levels[NLEAVES][2][256];
	static PqBytes values[256];
	static Text text;
	const PqField *field = shredded_field();
	PqSchema schema = {.nnodes = NLEAVES, .nodes = nodes, .nleaves = NLEAVES};
	PqVector vectors[NLEAVES];
	PqPosition at[NLEAVES] = {{0, 0}};
	PqAssembly assembly = {field, vectors, at};
	PqSink sink = {append, &text};
	const uint8_t *end = data + size;
	FmtStatus status = FMT_OK;
	PqError error;
	uint32_t i;

	memset(vectors, 0, sizeof(vectors));
	for (i = 0; i < NLEAVES; i++)
	{
		take_levels(&data, end, nslots, max_def[i], levels[i][0]);
		vectors[i].def = levels[i][0];
		if (i >= 2)
		{
			take_levels(&data, end, nslots, 1, levels[i][1]);
			vectors[i].rep = levels[i][1];
		}
		vectors[i].nslots = nslots;
		vectors[i].nvalues = nslots;
		vectors[i].kind = PQ_VALUES_BYTES;
		vectors[i].width = sizeof(PqBytes);
		vectors[i].data = values;
	}
	for (i = 0; i < nslots; i++)
		values[i] = (PqBytes){(const char *) data, (uint32_t) (end - data)};

	while (status == FMT_OK && at[0].slot < nslots)
	{
		PqPosition skipped[NLEAVES];

		memcpy(skipped, at, sizeof(at));
		text.len = 0;
		status = pq_json_field(&schema, &assembly, &style, &sink, &error);
		check_text(status, &text);
		pq_skip_rows(field, vectors, skipped, 1);
		if (status == FMT_OK)
			require(memcmp(skipped, at, sizeof(at)) == 0);
		else if (status != FMT_CORRUPT)
		{
			memcpy(at, skipped, sizeof(at));
			status = FMT_OK;
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] % 2 == 0)
		try_value(data + 2, size - 2, data[1]);
	else
		try_shredded(data + 2, size - 2, data[1]);
	return 0;
}
