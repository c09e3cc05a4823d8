/*
 * section.c: page bodies in memory, and passing over bytes of any section.
 *
 * in:  the bytes of a page, which stay the caller's
 * out: sections that point into them
 */
#include "format/parquet/section.h"

static FmtStatus
memory_open(PqBody *body, uint64_t offset, uint64_t len, PqSection *section, PqError *error)
{
	const PqMemoryBody *memory = (const PqMemoryBody *) body;

	if (offset > body->len || len > body->len - offset)
		return pq_error(error, FMT_CORRUPT, offset, "section reaches beyond the end of the page");
	section->pos = memory->data + offset;
	section->end = section->pos + len;
	section->behind = 0;
	section->more = NULL;
	section->state = NULL;
	section->is_stable = true;
	return FMT_OK;
}

static void
memory_close(PqBody *body, PqSection *section)
{
	section->pos = section->end;
}

void
pq_memory_body_init(PqMemoryBody *body, const void *data, uint64_t len)
{
	body->body.len = len;
	body->body.open = memory_open;
	body->body.close = memory_close;
	body->data = data;
}

FmtStatus
pq_section_skip(PqSection *section, uint64_t n, PqError *error)
{
	if (pq_section_left(section) < n)
		return FMT_TRUNCATED;
	for (;;)
	{
		uint64_t here = (uint64_t) (section->end - section->pos);
		FmtStatus status;

		if (n <= here)
		{
			section->pos += n;
			return FMT_OK;
		}
		section->pos = section->end;
		n -= here;
		status = section->more(section, 1, error);
		if (status != FMT_OK)
			return status;
	}
}
