/*
 * parquet_table.c: makes the rows, levels and pages of the table.
 *
 * Leaves: 0 INT64 required, 1 INT32 optional (dictionary, then PLAIN), 2 BYTE_ARRAY optional, 3 BYTE_ARRAY
 * required (dictionary), 4 BYTE_ARRAY optional DELTA_BYTE_ARRAY, 5 list of optional INT32, 6 BOOLEAN optional,
 * 7 FIXED(5) required, 8 repeated BYTE_ARRAY (dictionary, then PLAIN), 9 INT64 DELTA_BINARY_PACKED, mostly null.
 */
#include <stdlib.h>
#include <string.h>

#include "test/unit/parquet_digest.h"
#include "test/unit/parquet_table.h"

typedef struct LeafShape
{
	int type;
	uint32_t type_length;
	uint8_t max_def;
	uint8_t max_rep;
	bool has_dictionary;
	bool falls_back; /* the second half of the pages are PLAIN */
	int encoding;
	uint32_t null_percent;
	uint32_t max_len; /* of a BYTE_ARRAY */
	uint32_t distinct;
} LeafShape;

static const LeafShape leaves[TABLE_LEAVES] = {
	{PW_INT64, 0, 0, 0, false, false, PW_PLAIN, 0, 0, 0},
	{PW_INT32, 0, 1, 0, true, true, PW_RLE_DICTIONARY, 20, 0, 40},
	{PW_BYTE_ARRAY, 0, 1, 0, false, false, PW_PLAIN, 10, 60, 0},
	{PW_BYTE_ARRAY, 0, 0, 0, true, false, PW_RLE_DICTIONARY, 0, 30, 50},
	{PW_BYTE_ARRAY, 0, 1, 0, false, false, PW_DELTA_BYTE_ARRAY, 5, 40, 300},
	{PW_INT32, 0, 3, 1, false, false, PW_PLAIN, 15, 0, 0},
	{PW_BOOLEAN, 0, 1, 0, false, false, PW_PLAIN, 30, 0, 2},
	{PW_FIXED, 5, 0, 0, false, false, PW_PLAIN, 0, 0, 0},
	{PW_BYTE_ARRAY, 0, 1, 1, true, true, PW_RLE_DICTIONARY, 0, 20, 25},
	{PW_INT64, 0, 1, 0, false, false, PW_DELTA_BINARY_PACKED, 95, 0, 0},
};

FmtStatus
memory_read(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	const MemoryInput *input = context;

	if (offset > input->len || len > input->len - offset)
		return pq_error(error, FMT_IO, offset, "could not read: behind the end");
	memcpy(buffer, input->data + offset, len);
	return FMT_OK;
}

static void *
need(size_t size)
{
	void *block = calloc(1, size + 1);

	if (block == NULL)
		abort();
	return block;
}

static uint32_t
value_length(const LeafShape *shape, uint64_t random)
{
	switch (shape->type)
	{
		case PW_BOOLEAN:
			return 1;
		case PW_INT32:
			return 4;
		case PW_INT64:
			return 8;
		case PW_FIXED:
			return shape->type_length;
		default:
			return (uint32_t) (random % (shape->max_len + 1));
	}
}

static EncString
make_value(const LeafShape *shape, uint64_t *seed)
{
	uint64_t random = enc_random(seed);
	char *data;
	EncString value;
	uint32_t i;

	if (shape->distinct > 0)
		random = random % shape->distinct * UINT64_C(0x9E3779B97F4A7C15);
	value.len = value_length(shape, random >> 8);
	data = need(value.len);
	for (i = 0; i < value.len; i++)
		data[i] = (char) (random >> (i * 7 % 57));
	if (shape->type == PW_BOOLEAN)
		data[0] &= 1;
	value.data = data;
	return value;
}

/* Appends a row's slots. */
static void
make_row(const LeafShape *shape, PwSlots *slots, size_t *nvalues, uint64_t *seed)
{
	uint32_t elements = shape->max_rep > 0 ? (uint32_t) (enc_random(seed) % 6) : 1;
	uint32_t nslots = elements > 0 ? elements : 1;
	uint8_t *def = (uint8_t *) slots->def;
	uint8_t *rep = (uint8_t *) slots->rep;
	uint32_t i;

	for (i = 0; i < nslots; i++)
	{
		uint8_t level = shape->max_def;

		/* a null list, an empty list, a null element */
		if (elements == 0)
			level = (uint8_t) (enc_random(seed) % shape->max_def);
		else if (enc_random(seed) % 100 < shape->null_percent)
			level = (uint8_t) (shape->max_def - 1);
		if (shape->max_rep > 0 && elements == 0 && level >= 2)
			level = 1;
		def[slots->n] = level;
		rep[slots->n] = i > 0;
		slots->n++;
		if (level == shape->max_def)
			((EncString *) slots->values)[(*nvalues)++] = make_value(shape, seed);
	}
}

static void
make_slots(const LeafShape *shape, PwSlots *slots, uint32_t rows, uint64_t *seed)
{
	size_t nvalues = 0;
	uint32_t i;

	slots->type = shape->type;
	slots->type_length = shape->type_length;
	slots->max_def = shape->max_def;
	slots->max_rep = shape->max_rep;
	slots->def = need(rows * 6);
	slots->rep = need(rows * 6);
	slots->values = need(rows * 6 * sizeof(EncString));
	for (i = 0; i < rows; i++)
		make_row(shape, slots, &nvalues, seed);
}

/* The slot behind a page that begins at from; V2 pages end with a row. */
static size_t
page_end(const PwSlots *slots, const TableShape *table, size_t from, uint64_t *seed)
{
	size_t to = from + table->page_slots;

	if (table->has_tiny_pages && enc_random(seed) % 4 == 0)
		to = from + enc_random(seed) % 2;
	if (to > slots->n)
		to = slots->n;
	while (table->version == PW_V2 && slots->max_rep > 0 && to < slots->n && slots->rep[to] != 0)
		to++;
	return to;
}

static void
write_chunk(PwFile *writer, const LeafShape *shape, const PwSlots *slots, const TableShape *table,
			uint64_t *seed)
{
	size_t from = 0;

	pw_chunk(writer, table->codec, -1);
	if (shape->has_dictionary)
		pw_dictionary(writer, slots);
	while (from < slots->n)
	{
		size_t to = page_end(slots, table, from, seed);
		bool plain = shape->falls_back && from > slots->n / 2;

		pw_data_page(writer, slots, from, to, table->version, plain ? PW_PLAIN : shape->encoding);
		from = to;
	}
}

static void
write_schema(PwFile *writer)
{
	static const char *const names[TABLE_LEAVES] = {"id",   "small", "text", "word", "path",
													"list", "flag",  "code", "tags", "rare"};
	int i;

	pw_top_level(writer, TABLE_LEAVES);
	for (i = 0; i < TABLE_LEAVES; i++)
	{
		const LeafShape *shape = &leaves[i];
		int repetition = shape->max_rep > 0    ? PW_REPEATED
						 : shape->max_def == 0 ? PW_REQUIRED
											   : PW_OPTIONAL;

		if (shape->max_def == 3)
		{
			pw_group(writer, names[i], PW_OPTIONAL, 1, 3);
			pw_group(writer, "list", PW_REPEATED, 1, -1);
			pw_leaf(writer, "element", PW_OPTIONAL, shape->type, 0);
		}
		else
			pw_leaf(writer, names[i], repetition, shape->type, shape->type_length);
	}
}

TestTable *
table_create(const TableShape *shape)
{
	TestTable *table = need(sizeof(*table));
	MemoryInput *input = need(sizeof(*input));
	uint64_t seed = shape->seed;
	int i;

	table->writer = pw_create();
	write_schema(table->writer);
	pw_row_group(table->writer, shape->rows);
	for (i = 0; i < TABLE_LEAVES; i++)
	{
		make_slots(&leaves[i], &table->slots[i], shape->rows, &seed);
		write_chunk(table->writer, &leaves[i], &table->slots[i], shape, &seed);
	}
	table->data = pw_finish(table->writer, "test version 1.0.0", &table->len);
	input->data = table->data;
	input->len = table->len;
	table->input.read_at = memory_read;
	table->input.context = input;
	table->input.size = table->len;
	return table;
}

void
table_free(TestTable *table)
{
	int i;

	for (i = 0; i < TABLE_LEAVES; i++)
	{
		const PwSlots *slots = &table->slots[i];
		size_t nvalues = 0;
		size_t j;

		for (j = 0; j < slots->n; j++)
		{
			if (slots->def[j] == slots->max_def)
				free((void *) slots->values[nvalues++].data);
		}
		free((void *) slots->def);
		free((void *) slots->rep);
		free((void *) slots->values);
	}
	pw_free(table->writer);
	free(table->input.context);
	free(table);
}

uint64_t
table_digest(const TestTable *table, int leaf, uint32_t skip)
{
	const PwSlots *slots = &table->slots[leaf];
	uint64_t digest = DIGEST_START;
	uint32_t row = 0;
	size_t value = 0;
	size_t i;

	for (i = 0; i < slots->n; i++)
	{
		bool present = slots->def[i] == slots->max_def;
		const EncString *string = &slots->values[value];

		row += slots->rep[i] == 0;
		if (row > skip)
			digest = digest_slot(digest, slots->rep[i], slots->def[i],
								 present ? string->data : NULL, present ? string->len : 0);
		value += present;
	}
	return digest;
}
