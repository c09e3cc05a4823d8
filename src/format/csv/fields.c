/*
 * fields.c: splits one record into fields, one byte at a time.
 *
 * in:  a record that csv_record_next() found to be data
 * out: slices of it, and of scratch memory where escapes were removed
 *
 * Memory comes from the caller's allocator and belongs to the CsvFields.
 */
#include "format/csv/fields.h"

#include <string.h>

#define MIN_GROWTH         64                   /* fields */
#define SCRATCH_BLOCK_SIZE ((size_t) 64 * 1024) /* bytes */

struct CsvScratchBlock
{
	CsvScratchBlock *next;
	size_t size;
	size_t used;
	char bytes[];
};

void
csv_fields_init(CsvFields *fields, const FmtAllocator *allocator)
{
	memset(fields, 0, sizeof(*fields));
	fields->allocator = allocator;
}

void
csv_fields_destroy(CsvFields *fields)
{
	csv_fields_release(fields);
	if (fields->scratch != NULL)
		fields->allocator->free(fields->allocator->context, fields->scratch);
	if (fields->items != NULL)
		fields->allocator->free(fields->allocator->context, fields->items);
	csv_fields_init(fields, fields->allocator);
}

void
csv_fields_release(CsvFields *fields)
{
	const FmtAllocator *const allocator = fields->allocator;
	CsvScratchBlock *kept = NULL;

	while (fields->scratch != NULL)
	{
		CsvScratchBlock *const block = fields->scratch;

		fields->scratch = block->next;
		if (kept == NULL && block->size == SCRATCH_BLOCK_SIZE)
			kept = block;
		else
			allocator->free(allocator->context, block);
	}
	if (kept != NULL)
	{
		kept->next = NULL;
		kept->used = 0;
	}
	fields->scratch = kept;
}

FmtStatus
csv_fields_reserve(CsvFields *fields, uint32_t capacity)
{
	const FmtAllocator *const allocator = fields->allocator;
	CsvField *items;

	if (capacity <= fields->capacity)
		return FMT_OK;
	items = allocator->alloc(allocator->context, sizeof(CsvField) * (size_t) capacity);
	if (items == NULL)
		return FMT_NO_MEMORY;
	if (fields->items != NULL)
	{
		memcpy(items, fields->items, sizeof(CsvField) * (size_t) fields->count);
		allocator->free(allocator->context, fields->items);
	}
	fields->items = items;
	fields->capacity = capacity;
	return FMT_OK;
}

/* Appends an item; NULL when memory is refused. */
static CsvField *
append_field(CsvFields *fields)
{
	/* No overflow: a record has at most CSV_RECORD_MAX + 1 fields. */
	if (fields->count == fields->capacity &&
		csv_fields_reserve(fields, fields->capacity * 2 + MIN_GROWTH) != FMT_OK)
		return NULL;
	return &fields->items[fields->count++];
}

/* size bytes of scratch memory; NULL when memory is refused. */
static char *
scratch_reserve(CsvFields *fields, size_t size)
{
	const FmtAllocator *const allocator = fields->allocator;
	CsvScratchBlock *block = fields->scratch;

	if (block == NULL || block->size - block->used < size)
	{
		const size_t block_size = size > SCRATCH_BLOCK_SIZE ? size : SCRATCH_BLOCK_SIZE;

		block = allocator->alloc(allocator->context, sizeof(CsvScratchBlock) + block_size);
		if (block == NULL)
			return NULL;
		block->next = fields->scratch;
		block->size = block_size;
		block->used = 0;
		fields->scratch = block;
	}
	return block->bytes + block->used;
}

/*
 * The first byte of from .. end that is an escape followed by a byte it makes
 * data, or the first quote of a doubled one; end if there is none.
 */
static const char *
next_escape(const CsvDialect *dialect, const char *from, const char *end)
{
	const char *p;

	if (dialect->escape == dialect->quote)
	{
		p = from < end ? memchr(from, dialect->quote, (size_t) (end - from)) : NULL;
		return p != NULL ? p : end;
	}
	for (p = from; p < end; p++)
	{
		if (*p == dialect->quote || (*p == dialect->escape && p + 1 < end &&
									 (p[1] == dialect->quote || p[1] == dialect->escape)))
			return p;
	}
	return end;
}

FmtStatus
csv_field_unescape(CsvFields *fields, const CsvDialect *dialect, CsvField *field)
{
	const char *const end = field->data + field->len;
	const char *from = field->data;
	const char *escape = next_escape(dialect, from, end);
	char *bytes;
	char *to;

	if (escape == end)
		return FMT_OK;
	bytes = scratch_reserve(fields, field->len);
	if (bytes == NULL)
		return FMT_NO_MEMORY;
	to = bytes;
	while (escape + 1 < end)
	{
		memcpy(to, from, (size_t) (escape - from));
		to += escape - from;
		*to++ = escape[1];
		from = escape + 2;
		escape = next_escape(dialect, from, end);
	}
	memcpy(to, from, (size_t) (end - from));
	to += end - from;
	field->data = bytes;
	field->len = (uint32_t) (to - bytes);
	fields->scratch->used += field->len;
	return FMT_OK;
}

/* Behind the last byte of the plain field at from. */
static const char *
plain_field_end(const CsvDialect *dialect, const char *from, const char *end)
{
	const size_t length = dialect->delimiter_len;
	const char *p = from;

	while (p < end)
	{
		p = memchr(p, dialect->delimiter[0], (size_t) (end - p));
		if (p == NULL)
			return end;
		if ((size_t) (end - p) >= length && memcmp(p, dialect->delimiter, length) == 0)
			return p;
		p++;
	}
	return end;
}

/* The closing quote of the quoted field whose content starts at from. */
static const char *
closing_quote(const CsvDialect *dialect, const char *from, const char *end)
{
	const char *p = from;

	for (;;)
	{
		p = next_escape(dialect, p, end);
		if (p + 1 >= end || (p[0] == dialect->quote && p[1] != dialect->quote))
			return p;
		p += 2;
	}
}

FmtStatus
csv_fields_split(CsvFields *fields, const CsvDialect *dialect, const char *record, size_t len)
{
	const char *const end = record + len;
	const char *from = record;

	fields->count = 0;
	for (;;)
	{
		CsvField *const field = append_field(fields);
		const char *field_end;

		if (field == NULL)
			return FMT_NO_MEMORY;
		field->quoted = dialect->quote != '\0' && from < end && *from == dialect->quote;
		if (field->quoted)
		{
			field_end = closing_quote(dialect, from + 1, end);
			field->data = from + 1;
			field->len = (uint32_t) (field_end - field->data);
			if (csv_field_unescape(fields, dialect, field) != FMT_OK)
				return FMT_NO_MEMORY;
			field_end++;
		}
		else
		{
			field_end = plain_field_end(dialect, from, end);
			field->data = from;
			field->len = (uint32_t) (field_end - from);
		}
		if (field_end >= end)
			return FMT_OK;
		from = field_end + dialect->delimiter_len;
	}
}
