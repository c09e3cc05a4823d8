/*
 * file.c: the footer of a Parquet file.
 *
 * in:  a PqInput; layout: "PAR1" data... footer (Thrift), its length in 4 bytes, "PAR1"
 * out: a PqFile: schema, summaries of the row groups, key-value metadata
 *
 * The footer's bytes stay in memory, and all strings are slices of them.  The columns of row
 * groups are passed over; row_group.c comes back to those that are asked for.  All memory
 * belongs to the PqFile.
 */
#include "format/parquet/file.h"

#include <string.h>

#define MAGIC_LEN ((size_t) 4)
#define TAIL_LEN  ((size_t) 8) /* length of the footer, magic */

static const char magic_plain[] = "PAR1";
static const char magic_encrypted[] = "PARE";

/* The footer while it is parsed. Offsets in errors count from its start. */
typedef struct Parser
{
	PqFile *file;
	ThriftCursor cursor;
	PqError *error;
} Parser;

/* Checks both ends of the file; finds where the footer is. */
static FmtStatus
locate_footer(PqFile *file, size_t max_footer, PqError *error)
{
	const PqInput *input = &file->input;
	unsigned char head[MAGIC_LEN];
	unsigned char tail[TAIL_LEN];
	FmtStatus status;
	uint32_t len;

	if (input->size < MAGIC_LEN + TAIL_LEN)
		return pq_error(error, FMT_CORRUPT, 0, "not a Parquet file: it is too short");
	status = input->read_at(input->context, 0, head, MAGIC_LEN, error);
	if (status == FMT_OK)
		status = input->read_at(input->context, input->size - TAIL_LEN, tail, TAIL_LEN, error);
	if (status != FMT_OK)
		return status;

	if (memcmp(tail + MAGIC_LEN, magic_encrypted, MAGIC_LEN) == 0)
		return pq_error(error, FMT_UNSUPPORTED, input->size - MAGIC_LEN,
						"file is encrypted (Parquet modular encryption)");
	if (memcmp(tail + MAGIC_LEN, magic_plain, MAGIC_LEN) != 0)
		return memcmp(head, magic_plain, MAGIC_LEN) == 0
				   ? pq_error(error, FMT_TRUNCATED, input->size - MAGIC_LEN,
							  "Parquet file is incomplete: it does not end with PAR1")
				   : pq_error(error, FMT_CORRUPT, input->size - MAGIC_LEN,
							  "not a Parquet file: it does not end with PAR1");
	if (memcmp(head, magic_plain, MAGIC_LEN) != 0)
		return pq_error(error, FMT_CORRUPT, 0, "not a Parquet file: it does not begin with PAR1");

	len = (uint32_t) tail[0] | (uint32_t) tail[1] << 8 | (uint32_t) tail[2] << 16 |
		  (uint32_t) tail[3] << 24;
	if (len == 0 || len > input->size - TAIL_LEN - MAGIC_LEN)
		return pq_error(error, FMT_CORRUPT, input->size - TAIL_LEN,
						"footer length %u does not fit a file of %llu bytes", len,
						(unsigned long long) input->size);
	file->footer_offset = input->size - TAIL_LEN - len;
	file->footer_len = len;
	if (len > max_footer)
		return pq_error(error, FMT_LIMIT, file->footer_offset,
						"footer of %u bytes exceeds the limit of %llu bytes", len,
						(unsigned long long) max_footer);
	return FMT_OK;
}

/*
 * Memory for a list of count elements, zeroed, into *list; a byte more, so that it is never
 * NULL.  A list comes once, and its elements, which are larger here than in the file, are limited.
 */
static FmtStatus
alloc_list(Parser *parser, uint32_t count, size_t size, void **list)
{
	const FmtAllocator *allocator = &parser->file->allocator;
	const uint64_t offset = (uint64_t) (parser->cursor.pos - parser->cursor.start);

	if (*list != NULL)
		return pq_error(parser->error, FMT_CORRUPT, offset, "invalid footer: a list comes twice");
	if (count > PQ_MAX_ELEMENTS)
		return pq_error(parser->error, FMT_LIMIT, offset,
						"footer has a list of more than %d elements", PQ_MAX_ELEMENTS);
	*list = allocator->alloc(allocator->context, count * size + 1);
	if (*list == NULL)
		return pq_error(parser->error, FMT_NO_MEMORY, offset, "out of memory");
	memset(*list, 0, count * size + 1);
	return FMT_OK;
}

/* One RowGroup, its columns only counted. */
static void
parse_row_group(ThriftCursor *cursor, PqRowGroupSummary *group)
{
	ThriftField field = {0, THRIFT_STOP};
	uint32_t i;

	group->num_rows = group->total_byte_size = group->total_compressed_size = -1;
	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				if (!thrift_field_list(cursor, &field, THRIFT_STRUCT, &group->ncolumns))
					break;
				group->columns_at = (uint32_t) (cursor->pos - cursor->start);
				for (i = 0; i < group->ncolumns && cursor->status == FMT_OK; i++)
					thrift_skip(cursor, THRIFT_STRUCT);
				break;
			case 2:
				thrift_field_i64(cursor, &field, &group->total_byte_size);
				break;
			case 3:
				thrift_field_i64(cursor, &field, &group->num_rows);
				break;
			case 6:
				thrift_field_i64(cursor, &field, &group->total_compressed_size);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

static FmtStatus
parse_row_groups(Parser *parser, uint32_t count)
{
	PqFile *file = parser->file;
	uint64_t rows = 0;
	void *list = file->row_groups;
	FmtStatus status = alloc_list(parser, count, sizeof(PqRowGroupSummary), &list);

	if (status != FMT_OK)
		return status;
	file->row_groups = list;
	while (file->nrow_groups < count && parser->cursor.status == FMT_OK)
	{
		PqRowGroupSummary *group = &file->row_groups[file->nrow_groups];

		parse_row_group(&parser->cursor, group);
		if (parser->cursor.status != FMT_OK)
			break;
		if (group->num_rows < 0 || (uint64_t) group->num_rows > (uint64_t) INT64_MAX - rows)
		{
			status = pq_error(parser->error, FMT_CORRUPT, group->columns_at,
							  "row group has an invalid number of rows");
			if (parser->error != NULL)
				parser->error->row_group = (int32_t) file->nrow_groups;
			return status;
		}
		rows += (uint64_t) group->num_rows;
		file->nrow_groups++;
	}
	file->total_rows = (int64_t) rows;
	return FMT_OK;
}

static FmtStatus
parse_key_values(Parser *parser, uint32_t count)
{
	PqFile *file = parser->file;
	void *list = file->key_values;
	const FmtStatus status = alloc_list(parser, count, sizeof(PqKeyValue), &list);

	if (status != FMT_OK)
		return status;
	file->key_values = list;
	while (file->nkey_values < count && parser->cursor.status == FMT_OK)
	{
		PqKeyValue *pair = &file->key_values[file->nkey_values++];
		ThriftField field = {0, THRIFT_STOP};

		pair->key.data = pair->value.data = "";
		while (thrift_next_field(&parser->cursor, &field))
		{
			if (field.id == 1)
				thrift_field_binary(&parser->cursor, &field, &pair->key);
			else if (field.id == 2)
				pair->has_value = thrift_field_binary(&parser->cursor, &field, &pair->value);
			else
				thrift_skip_field(&parser->cursor, &field);
		}
	}
	return FMT_OK;
}

/* ColumnOrder is a union of empty structs: the field's number is the order. */
static FmtStatus
parse_column_orders(Parser *parser, uint32_t count)
{
	PqFile *file = parser->file;
	void *list = file->column_orders;
	const FmtStatus status = alloc_list(parser, count, sizeof(int32_t), &list);

	if (status != FMT_OK)
		return status;
	file->column_orders = list;
	while (file->ncolumn_orders < count && parser->cursor.status == FMT_OK)
	{
		int32_t *order = &file->column_orders[file->ncolumn_orders++];
		ThriftField field = {0, THRIFT_STOP};

		while (thrift_next_field(&parser->cursor, &field))
		{
			if (field.type == THRIFT_STRUCT)
				*order = field.id;
			thrift_skip_field(&parser->cursor, &field);
		}
	}
	return FMT_OK;
}

static FmtStatus
parse_schema(Parser *parser, uint32_t count)
{
	PqFile *file = parser->file;

	if (file->schema != NULL)
		return pq_error(parser->error, FMT_CORRUPT,
						(uint64_t) (parser->cursor.pos - parser->cursor.start),
						"invalid footer: a list comes twice");
	return pq_schema_parse(&parser->cursor, count, &file->allocator, &file->schema, parser->error);
}

/* One field of FileMetaData that is a list of structs. */
static FmtStatus
parse_list(Parser *parser, const ThriftField *field)
{
	uint32_t count;

	if (!thrift_field_list(&parser->cursor, field, THRIFT_STRUCT, &count))
		return FMT_OK;
	switch (field->id)
	{
		case 2:
			return parse_schema(parser, count);
		case 4:
			return parse_row_groups(parser, count);
		case 5:
			return parse_key_values(parser, count);
		default:
			return parse_column_orders(parser, count);
	}
}

/* FileMetaData. */
static FmtStatus
parse_footer(Parser *parser)
{
	PqFile *file = parser->file;
	ThriftCursor *cursor = &parser->cursor;
	ThriftField field = {0, THRIFT_STOP};
	FmtStatus status = FMT_OK;

	while (status == FMT_OK && thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				thrift_field_i32(cursor, &field, &file->version);
				break;
			case 2:
			case 4:
			case 5:
			case 7:
				status = parse_list(parser, &field);
				break;
			case 3:
				thrift_field_i64(cursor, &field, &file->num_rows);
				break;
			case 6:
				thrift_field_binary(cursor, &field, &file->created_by);
				break;
			case 8:
				file->is_encrypted = field.type == THRIFT_STRUCT;
				thrift_skip_field(cursor, &field);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
	if (status == FMT_OK)
		status = thrift_report(cursor, 0, "footer", parser->error);
	if (status == FMT_OK && file->schema == NULL)
		status = pq_error(parser->error, FMT_CORRUPT, 0, "invalid footer: it has no schema");
	return status;
}

/* Reads and parses the footer, whose place is known. */
static FmtStatus
load_footer(PqFile *file, PqError *error)
{
	const PqInput *input = &file->input;
	Parser parser;
	FmtStatus status;

	file->footer = file->allocator.alloc(file->allocator.context, file->footer_len);
	if (file->footer == NULL)
		return pq_error(error, FMT_NO_MEMORY, file->footer_offset, "out of memory");
	status =
		input->read_at(input->context, file->footer_offset, file->footer, file->footer_len, error);
	if (status != FMT_OK)
		return status;
	parser.file = file;
	parser.error = error;
	thrift_init(&parser.cursor, file->footer, file->footer_len);
	status = parse_footer(&parser);
	if (status != FMT_OK && error != NULL)
		error->base.offset += file->footer_offset;
	return status;
}

FmtStatus
pq_file_open(const PqInput *input, const FmtAllocator *allocator, size_t max_footer,
			 PqFile **result, PqError *error)
{
	PqFile *file = allocator->alloc(allocator->context, sizeof(PqFile));
	FmtStatus status;

	*result = NULL;
	if (file == NULL)
		return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
	memset(file, 0, sizeof(*file));
	file->input = *input;
	file->allocator = *allocator;
	file->created_by.data = "";
	status = locate_footer(file, max_footer, error);
	if (status == FMT_OK)
		status = load_footer(file, error);
	if (status == FMT_OK)
		*result = file;
	else
		pq_file_close(file);
	return status;
}

void
pq_file_close(PqFile *file)
{
	const FmtAllocator allocator = file->allocator;
	void *const parts[] = {file->row_groups, file->key_values, file->column_orders, file->footer,
						   file};
	size_t i;

	if (file->schema != NULL)
		pq_schema_free(file->schema, &allocator);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
	{
		if (parts[i] != NULL)
			allocator.free(allocator.context, parts[i]);
	}
}

int64_t
pq_file_rows(const PqFile *file)
{
	return file->total_rows;
}
