/*
 * section.h: how decoders read the bytes of a page.
 *
 * A page body is either in memory or decompressed while it is read (a page
 * that alone is larger than the budget).  A PqSection is a run of it: pos .. end
 * is what can be read now, more() provides what follows.  Decoders keep to
 * pq_section_need() and never look behind end, so the same code serves both, and
 * tests run it with windows of a few bytes.
 */
#ifndef INGEST_FORMAT_PARQUET_SECTION_H
#define INGEST_FORMAT_PARQUET_SECTION_H

#include "format/parquet/types.h"

typedef struct PqSection PqSection;
struct PqSection
{
	const unsigned char *pos;
	const unsigned char *end;
	uint64_t behind; /* bytes of the section that follow end */
	/*
	 * Makes end - pos >= need, need <= end - pos + behind; pos moves, and pointers into the old window
	 * are void.  NULL for sections that are in memory (behind is 0).  After an error, which is never
	 * FMT_TRUNCATED, the section is not to be used again.
	 */
	FmtStatus (*more)(PqSection *section, size_t need, PqError *error);
	void *state;    /* of more */
	bool is_stable; /* bytes stay where they are until the page is released */
};

/*
 * The body of a page, of which sections are opened.  Sections are independent of each
 * other and may overlap.  They end with the body, or with close(), which is only needed where
 * many are opened one after the other.  A section that is not inside the body is FMT_CORRUPT.
 */
typedef struct PqBody PqBody;
struct PqBody
{
	uint64_t len;
	FmtStatus (*open)(PqBody *body, uint64_t offset, uint64_t len, PqSection *section,
					  PqError *error);
	void (*close)(PqBody *body, PqSection *section);
};

/* Bytes that are left in the section. */
static inline uint64_t
pq_section_left(const PqSection *section)
{
	return (uint64_t) (section->end - section->pos) + section->behind;
}

/* FMT_OK: end - pos >= need.  FMT_TRUNCATED: the section has not that many. */
static inline FmtStatus
pq_section_need(PqSection *section, size_t need, PqError *error)
{
	if ((size_t) (section->end - section->pos) >= need)
		return FMT_OK;
	if (pq_section_left(section) < need)
		return FMT_TRUNCATED;
	return section->more(section, need, error);
}

/* Passes over n bytes; FMT_TRUNCATED when there are fewer. section.c */
extern FmtStatus pq_section_skip(PqSection *section, uint64_t n, PqError *error);

/* Bytes in memory as a body; at least PQ_SLACK readable bytes must follow them. section.c */
typedef struct PqMemoryBody
{
	PqBody body;
	const unsigned char *data;
} PqMemoryBody;

extern void pq_memory_body_init(PqMemoryBody *body, const void *data, uint64_t len);

/* What kernels may read, and ignore, behind the end of a window: unaligned 64-bit loads. */
#define PQ_SLACK 16

#endif
