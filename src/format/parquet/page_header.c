/*
 * page_header.c: the header of one page.
 *
 * in:  bytes of the file from where a page begins, as many as the caller has
 * out: a checked PqPageHeader and its length; no memory is allocated
 *
 * Statistics in page headers are skipped: they may be larger than the page.
 */
#include "format/parquet/page_header.h"

#include <string.h>

/* Field ids of PageHeader whose members describe one type of page. */
enum
{
	DATA_PAGE_HEADER = 5,
	DICTIONARY_PAGE_HEADER = 7,
	DATA_PAGE_HEADER_V2 = 8
};

/* What was seen of a header besides what PqPageHeader holds. */
typedef struct Seen
{
	bool type;
	bool uncompressed_size;
	bool compressed_size;
	bool num_values;
	bool encoding;
	const unsigned char *members[DATA_PAGE_HEADER_V2 + 1]; /* by field id; NULL: absent */
} Seen;

static void
parse_data(ThriftCursor *cursor, PqPageHeader *header, Seen *seen)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				seen->num_values = thrift_field_i32(cursor, &field, &header->num_values);
				break;
			case 2:
				seen->encoding = thrift_field_i32(cursor, &field, &header->encoding);
				break;
			case 3:
				thrift_field_i32(cursor, &field, &header->def_encoding);
				break;
			case 4:
				thrift_field_i32(cursor, &field, &header->rep_encoding);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

static void
parse_dictionary(ThriftCursor *cursor, PqPageHeader *header, Seen *seen)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		if (field.id == 1)
			seen->num_values = thrift_field_i32(cursor, &field, &header->num_values);
		else if (field.id == 2)
			seen->encoding = thrift_field_i32(cursor, &field, &header->encoding);
		else
			thrift_skip_field(cursor, &field);
	}
}

static void
parse_data_v2(ThriftCursor *cursor, PqPageHeader *header, Seen *seen)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				seen->num_values = thrift_field_i32(cursor, &field, &header->num_values);
				break;
			case 2:
				thrift_field_i32(cursor, &field, &header->num_nulls);
				break;
			case 3:
				thrift_field_i32(cursor, &field, &header->num_rows);
				break;
			case 4:
				seen->encoding = thrift_field_i32(cursor, &field, &header->encoding);
				break;
			case 5:
				thrift_field_i32(cursor, &field, &header->def_len);
				break;
			case 6:
				thrift_field_i32(cursor, &field, &header->rep_len);
				break;
			case 7:
				thrift_field_bool(cursor, &field, &header->is_compressed);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

static void
parse_header(ThriftCursor *cursor, PqPageHeader *header, Seen *seen)
{
	ThriftField field = {0, THRIFT_STOP};
	int32_t crc;

	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				seen->type = thrift_field_i32(cursor, &field, &header->type);
				break;
			case 2:
				seen->uncompressed_size =
					thrift_field_i32(cursor, &field, &header->uncompressed_size);
				break;
			case 3:
				seen->compressed_size = thrift_field_i32(cursor, &field, &header->compressed_size);
				break;
			case 4:
				header->has_crc = thrift_field_i32(cursor, &field, &crc);
				header->crc = header->has_crc ? (uint32_t) crc : 0;
				break;
			case DATA_PAGE_HEADER:
			case DICTIONARY_PAGE_HEADER:
			case DATA_PAGE_HEADER_V2:
				/* Which of them counts is known when the type is. */
				seen->members[field.id] = field.type == THRIFT_STRUCT ? cursor->pos : NULL;
				thrift_skip_field(cursor, &field);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

/*
 * Parses the member that belongs to the page's type.  false: it is missing, or something in it is
 * that must be there.  Pages that are to be passed over need none.
 */
static bool
parse_member(const ThriftCursor *cursor, PqPageHeader *header, Seen *seen)
{
	ThriftCursor member = *cursor;
	int32_t id;

	if (header->type == PQ_DATA_PAGE)
		id = DATA_PAGE_HEADER;
	else if (header->type == PQ_DICTIONARY_PAGE)
		id = DICTIONARY_PAGE_HEADER;
	else if (header->type == PQ_DATA_PAGE_V2)
		id = DATA_PAGE_HEADER_V2;
	else
		return true;

	member.pos = seen->members[id];
	if (member.pos == NULL)
		return false;
	if (id == DATA_PAGE_HEADER)
		parse_data(&member, header, seen);
	else if (id == DICTIONARY_PAGE_HEADER)
		parse_dictionary(&member, header, seen);
	else
		parse_data_v2(&member, header, seen);
	return member.status == FMT_OK && seen->num_values && seen->encoding;
}

/* NULL, or what is wrong with the numbers of the header. */
static const char *
check_header(const PqPageHeader *header)
{
	if (header->uncompressed_size < 0 || header->compressed_size < 0)
		return "the size of the page is negative";
	if (header->num_values < 0 || header->num_nulls < 0 || header->num_rows < 0)
		return "the number of values is negative";
	if (header->def_len < 0 || header->rep_len < 0)
		return "the length of the levels is negative";
	if ((int64_t) header->def_len + header->rep_len > header->compressed_size ||
		(int64_t) header->def_len + header->rep_len > header->uncompressed_size)
		return "the levels are longer than the page";
	return NULL;
}

FmtStatus
pq_page_header_parse(const void *data, size_t len, PqPageHeader *header, size_t *used,
					 PqError *error)
{
	ThriftCursor cursor;
	Seen seen;
	const char *reason = NULL;

	memset(&seen, 0, sizeof(seen));
	memset(header, 0, sizeof(*header));
	header->def_encoding = PQ_RLE;
	header->rep_encoding = PQ_RLE;
	header->is_compressed = true;

	thrift_init(&cursor, data, len);
	parse_header(&cursor, header, &seen);
	if (cursor.status == FMT_TRUNCATED)
		return FMT_NEED_INPUT;
	if (cursor.status != FMT_OK)
		return thrift_report(&cursor, 0, "page header", error);
	if (!seen.type || !seen.uncompressed_size || !seen.compressed_size ||
		!parse_member(&cursor, header, &seen))
		reason = "a required field is missing or damaged";
	else
		reason = check_header(header);
	if (reason != NULL)
		return pq_error(error, FMT_CORRUPT, 0, "invalid page header: %s", reason);
	*used = (size_t) (cursor.pos - cursor.start);
	return FMT_OK;
}
