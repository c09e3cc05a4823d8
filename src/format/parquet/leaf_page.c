/*
 * leaf_page.c: one data page: its levels and values, and the position in both.
 *
 * in:  a PqPageInfo; the body from page.c when it is needed
 * out: levels and values in pieces of any size
 *
 * Owns the body, the decoder and a copy of the string that the page continues from.
 */
#include <string.h>

#include "format/parquet/decoder.h"
#include "format/parquet/leaf_page.h"
#include "format/parquet/levels.h"
#include "format/parquet/little_endian.h"

/* Levels that are passed over at a time. */
#define SKIP_STEP 1024

struct PqLeafPage
{
	const PqLeaf *leaf;
	PqPageInfo info;
	int64_t dictionary_size;
	uint32_t slots_done;
	uint32_t values_done;
	uint32_t values_known; /* that the levels of slots_done slots promise */

	/* while it is loaded */
	bool is_loaded;
	PqPage body;
	PqLevels rep;
	PqLevels def;
	uint64_t values_offset;
	PqDecoder *decoder; /* NULL until a value is needed */
	/* the string before the page's first, and the page's last */
	PqBytes previous;
	PqBytes last;
	bool has_last;
};

PqLeafPage *
pq_leaf_page_create(const PqLeaf *leaf)
{
	const FmtAllocator *allocator = pq_budget_allocator(leaf->budget);
	PqLeafPage *page = allocator->alloc(allocator->context, sizeof(*page));

	if (page == NULL)
		return NULL;
	memset(page, 0, sizeof(*page));
	page->leaf = leaf;
	return page;
}

static void
free_bytes(const PqLeafPage *page, PqBytes *bytes)
{
	const FmtAllocator *allocator = pq_budget_allocator(page->leaf->budget);

	if (bytes->data != NULL)
		allocator->free(allocator->context, (void *) bytes->data);
	bytes->data = NULL;
	bytes->len = 0;
}

static void
unload(PqLeafPage *page)
{
	if (page->decoder != NULL)
		page->decoder->close(page->decoder);
	page->decoder = NULL;
	if (page->is_loaded)
		pq_page_release(&page->leaf->setup, &page->body);
	page->is_loaded = false;
}

void
pq_leaf_page_free(PqLeafPage *page)
{
	const FmtAllocator *allocator = pq_budget_allocator(page->leaf->budget);

	unload(page);
	free_bytes(page, &page->previous);
	free_bytes(page, &page->last);
	allocator->free(allocator->context, page);
}

static bool
continues_strings(const PqLeafPage *page)
{
	return page->leaf->continues_strings && page->info.header.encoding == PQ_DELTA_BYTE_ARRAY;
}

/* Keeps the page's last string for the page behind it, when all values were read.  false: no memory. */
static bool
keep_last(PqLeafPage *page)
{
	const FmtAllocator *allocator = pq_budget_allocator(page->leaf->budget);
	PqBytes value;
	char *copy;

	if (!continues_strings(page) || page->decoder == NULL || page->has_last)
		return true;
	if (pq_leaf_page_slots_left(page) > 0 || page->values_done < page->values_known)
		return true;
	value = pq_delta_byte_array_previous(page->decoder);
	copy = allocator->alloc(allocator->context, (size_t) value.len + 1);
	if (copy == NULL)
		return false;
	if (value.len > 0)
		memcpy(copy, value.data, value.len);
	page->last.data = copy;
	page->last.len = value.len;
	page->has_last = true;
	return true;
}

FmtStatus
pq_leaf_page_announce(PqLeafPage *page, const PqPageInfo *info, int64_t dictionary_size,
					  PqError *error)
{
	if (!pq_leaf_page_release(page))
		return pq_error(error, FMT_NO_MEMORY, info->offset, "out of memory");
	if (page->has_last)
	{
		free_bytes(page, &page->previous);
		page->previous = page->last;
		page->last.data = NULL;
		page->last.len = 0;
		page->has_last = false;
	}
	page->info = *info;
	page->dictionary_size = dictionary_size;
	page->slots_done = 0;
	page->values_done = 0;
	page->values_known = 0;
	return FMT_OK;
}

const PqPageInfo *
pq_leaf_page_info(const PqLeafPage *page)
{
	return &page->info;
}

uint32_t
pq_leaf_page_slots_left(const PqLeafPage *page)
{
	return (uint32_t) page->info.header.num_values - page->slots_done;
}

bool
pq_leaf_page_may_pass_over(const PqLeafPage *page)
{
	return page->slots_done == 0 && !continues_strings(page);
}

void
pq_leaf_page_pass_over(PqLeafPage *page)
{
	page->slots_done = (uint32_t) page->info.header.num_values;
}

bool
pq_leaf_page_has_indices(const PqLeafPage *page)
{
	return page->info.header.encoding == PQ_PLAIN_DICTIONARY ||
		   page->info.header.encoding == PQ_RLE_DICTIONARY;
}

/* The levels of a V1 page: behind *offset, which is left behind them. */
static FmtStatus
open_v1_levels(PqLeafPage *page, uint8_t max, int32_t encoding, uint64_t *offset, PqLevels *levels,
			   PqError *error)
{
	PqBody *body = page->body.body;
	PqSection section = {0};
	uint64_t len;
	FmtStatus status;

	if (encoding == PQ_BIT_PACKED)
		len = ((uint64_t) page->info.header.num_values * pq_bit_width(max) + 7) / 8;
	else
	{
		status = body->open(body, *offset, sizeof(uint32_t), &section, error);
		if (status == FMT_OK)
			status = pq_section_need(&section, sizeof(uint32_t), error);
		if (status != FMT_OK)
			return status;
		len = pq_load32(section.pos);
		body->close(body, &section);
		*offset += sizeof(uint32_t);
	}
	if (len > body->len || *offset > body->len - len)
		return pq_error(error, FMT_CORRUPT, 0, "levels reach beyond the end of the page");
	status = body->open(body, *offset, len, &section, error);
	*offset += len;
	return status == FMT_OK ? pq_levels_init(levels, encoding, max, &section, error) : status;
}

static FmtStatus
open_v2_levels(PqLeafPage *page, PqError *error)
{
	const PqPageHeader *header = &page->info.header;
	const PqNode *node = page->leaf->node;
	PqBody *body = page->body.body;
	PqSection section;
	FmtStatus status = FMT_OK;

	if (node->max_rep > 0)
	{
		status = body->open(body, 0, (uint64_t) header->rep_len, &section, error);
		if (status == FMT_OK)
			status = pq_levels_init(&page->rep, PQ_RLE, node->max_rep, &section, error);
	}
	if (status == FMT_OK && node->max_def > 0)
	{
		status = body->open(body, (uint64_t) header->rep_len, (uint64_t) header->def_len, &section,
							error);
		if (status == FMT_OK)
			status = pq_levels_init(&page->def, PQ_RLE, node->max_def, &section, error);
	}
	page->values_offset = page->body.levels_len;
	return status;
}

static FmtStatus
open_levels(PqLeafPage *page, PqError *error)
{
	const PqPageHeader *header = &page->info.header;
	const PqNode *node = page->leaf->node;
	FmtStatus status = FMT_OK;

	if (header->type == PQ_DATA_PAGE_V2)
		return open_v2_levels(page, error);
	page->values_offset = 0;
	if (node->max_rep > 0)
		status = open_v1_levels(page, node->max_rep, header->rep_encoding, &page->values_offset,
								&page->rep, error);
	if (status == FMT_OK && node->max_def > 0)
		status = open_v1_levels(page, node->max_def, header->def_encoding, &page->values_offset,
								&page->def, error);
	return status;
}

static FmtStatus
decode_levels(PqLeafPage *page, uint32_t n, uint8_t *def, uint8_t *rep, uint32_t *npresent,
			  PqError *error)
{
	const PqNode *node = page->leaf->node;
	FmtStatus status = FMT_OK;
	uint32_t ignored;

	*npresent = n;
	if (node->max_rep > 0)
		status = pq_levels_decode(&page->rep, rep, n, &ignored, error);
	if (status == FMT_OK && node->max_def > 0)
		status = pq_levels_decode(&page->def, def, n, npresent, error);
	if (status == FMT_TRUNCATED)
		return pq_error(error, FMT_CORRUPT, 0, "the page has fewer levels than values");
	return status;
}

/* Loads the page and brings the levels to where they were. */
static FmtStatus
load(PqLeafPage *page, PqError *error)
{
	const PqLeaf *leaf = page->leaf;
	uint8_t def[SKIP_STEP], rep[SKIP_STEP];
	uint32_t left = page->slots_done;
	FmtStatus status = pq_page_load(&leaf->setup, leaf->scratch, &page->info, &page->body, error);

	if (status != FMT_OK)
		return status;
	page->is_loaded = true;
	status = open_levels(page, error);
	while (status == FMT_OK && left > 0)
	{
		uint32_t n = left < SKIP_STEP ? left : SKIP_STEP;
		uint32_t ignored;

		status = decode_levels(page, n, def, rep, &ignored, error);
		left -= n;
	}
	return status;
}

/* Opens the decoder of values and brings it to where it was. */
static FmtStatus
open_decoder(PqLeafPage *page, PqError *error)
{
	const PqLeaf *leaf = page->leaf;
	PqDecoderSource source = {0};
	FmtStatus status;

	source.type = leaf->node->type;
	source.type_length = leaf->node->type_length;
	source.body = page->body.body;
	source.offset = page->values_offset;
	source.num_values = (uint64_t) page->info.header.num_values;
	source.has_dictionary = page->dictionary_size >= 0;
	source.dictionary_size = source.has_dictionary ? (uint32_t) page->dictionary_size : 0;
	source.allocator = pq_budget_allocator(leaf->budget);
	status = pq_decoder_open(page->info.header.encoding, &source, &page->decoder, error);
	if (status != FMT_OK)
		page->decoder = NULL;
	else if (continues_strings(page) && page->previous.data != NULL)
		status = pq_delta_byte_array_set_previous(page->decoder, page->previous);
	if (status == FMT_OK && page->values_done > 0)
		status = page->decoder->skip(page->decoder, page->values_done, error);
	return status;
}

FmtStatus
pq_leaf_page_levels(PqLeafPage *page, uint32_t n, uint8_t *def, uint8_t *rep, uint32_t *npresent,
					PqError *error)
{
	FmtStatus status = page->is_loaded ? FMT_OK : load(page, error);

	if (status == FMT_OK)
		status = decode_levels(page, n, def, rep, npresent, error);
	if (status != FMT_OK)
		return status;
	page->slots_done += n;
	page->values_known += *npresent;
	return FMT_OK;
}

/* The page is loaded and its decoder is open. */
static FmtStatus
need_decoder(PqLeafPage *page, PqError *error)
{
	FmtStatus status = page->is_loaded ? FMT_OK : load(page, error);

	if (status == FMT_OK && page->decoder == NULL)
		status = open_decoder(page, error);
	return status;
}

static FmtStatus
values_error(FmtStatus status, PqError *error)
{
	if (status == FMT_TRUNCATED)
		return pq_error(error, FMT_CORRUPT, 0, "the page has fewer values than its levels say");
	return status;
}

FmtStatus
pq_leaf_page_values(PqLeafPage *page, uint32_t n, PqValues *values, PqError *error)
{
	FmtStatus status = need_decoder(page, error);
	uint32_t done = 0;

	if (status == FMT_OK)
	{
		values->copy_bytes = page->body.is_streamed;
		status = page->decoder->decode(page->decoder, n, values, &done, error);
	}
	page->values_done += done;
	return values_error(status, error);
}

FmtStatus
pq_leaf_page_skip_values(PqLeafPage *page, uint32_t n, PqError *error)
{
	FmtStatus status;

	/* a decoder that is not open yet passes over them when it is opened */
	if (page->decoder == NULL && !continues_strings(page))
	{
		page->values_done += n;
		return FMT_OK;
	}
	status = need_decoder(page, error);
	if (status == FMT_OK)
		status = page->decoder->skip(page->decoder, n, error);
	if (status == FMT_OK)
		page->values_done += n;
	return values_error(status, error);
}

size_t
pq_leaf_page_memory(const PqLeafPage *page)
{
	return page->is_loaded ? page->body.memory : 0;
}

bool
pq_leaf_page_is_streamed(const PqLeafPage *page)
{
	return page->is_loaded && page->body.is_streamed;
}

bool
pq_leaf_page_release(PqLeafPage *page)
{
	if (!keep_last(page))
		return false;
	unload(page);
	return true;
}
