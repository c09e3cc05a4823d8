/*
 * file_chunk.c: writes column chunks, for tests: dictionary and data pages.
 *
 * in:  the slots of a leaf
 * out: pages in the file, and what the footer has to say about them
 */
#include "test/parquet/file_writer_parts.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A page before it is written. */
typedef struct Page
{
	int32_t type; /* PqPageType */
	int32_t encoding;
	size_t nslots;
	size_t nnulls;
	size_t nrows;
	size_t def_len, rep_len; /* of the levels, which stand outside of the body in version 2 */
} Page;

/* Levels [first, first + n) in the hybrid encoding; the length before it only in version 1. */
static size_t
put_levels(FileWriter *writer, const EncBuffer *levels, size_t first, size_t n, unsigned max)
{
	const size_t start = writer->levels.len;
	uint64_t *numbers;
	uint32_t width = 0;
	uint32_t len;
	size_t i;

	if (max == 0)
		return 0;
	while (max >> width != 0)
		width++;
	numbers = file_writer_allocate(n, sizeof(*numbers));
	for (i = 0; i < n; i++)
		numbers[i] = levels->data[first + i];
	if (writer->options.page_version == 1)
		enc_number(&writer->levels, 0, 4);
	enc_hybrid(&writer->levels, numbers, n, width, ENC_RUNS_MIXED);
	free(numbers);
	if (writer->options.page_version == 1)
	{
		len = (uint32_t) (writer->levels.len - start - 4);
		for (i = 0; i < 4; i++)
			writer->levels.data[start + i] = (unsigned char) (len >> (8 * i));
	}
	return writer->levels.len - start;
}

static void
put_page_header(FileWriter *writer, const Page *page, size_t uncompressed, size_t compressed,
				uint32_t crc)
{
	ThriftWriter *w = &writer->thrift;
	const bool is_wrong = writer->options.wrong_crc_page == writer->pages;

	tw_init(w);
	tw_field_i32(w, 1, page->type);
	tw_field_i32(w, 2, (int64_t) uncompressed);
	tw_field_i32(w, 3, (int64_t) compressed);
	if (writer->options.crc || is_wrong)
		tw_field_i32(w, 4, (int32_t) (is_wrong ? ~crc : crc));
	tw_field_struct(w, page->type == PQ_DATA_PAGE ? 5 : page->type == PQ_DICTIONARY_PAGE ? 7 : 8);
	tw_field_i32(w, 1, (int64_t) page->nslots);
	if (page->type == PQ_DATA_PAGE_V2)
	{
		tw_field_i32(w, 2, (int64_t) page->nnulls);
		tw_field_i32(w, 3, (int64_t) page->nrows);
		tw_field_i32(w, 4, page->encoding);
		tw_field_i32(w, 5, (int64_t) page->def_len);
		tw_field_i32(w, 6, (int64_t) page->rep_len);
		tw_field_bool(w, 7, writer->options.codec != PQ_UNCOMPRESSED);
	}
	else
	{
		tw_field_i32(w, 2, page->encoding);
		if (page->type == PQ_DATA_PAGE)
		{
			tw_field_i32(w, 3, PQ_RLE);
			tw_field_i32(w, 4, PQ_RLE);
		}
	}
	tw_end(w);
	tw_byte(w, 0);
}

/* Writes writer->levels and writer->body as one page. */
static void
put_page(FileWriter *writer, const Page *page, WrittenChunk *chunk)
{
	const bool levels_outside = page->type == PQ_DATA_PAGE_V2;
	const size_t uncompressed = writer->levels.len + writer->body.len;
	uint32_t crc;

	writer->packed.len = 0;
	if (levels_outside)
		enc_bytes(&writer->packed, writer->levels.data, writer->levels.len);
	else if (writer->levels.len > 0)
	{
		enc_bytes(&writer->levels, writer->body.data, writer->body.len);
		writer->body.len = 0;
		enc_bytes(&writer->body, writer->levels.data, writer->levels.len);
	}
	page_compress(writer->options.codec, &writer->body, &writer->packed);
	crc = (uint32_t) crc32(0, writer->packed.data, (uInt) writer->packed.len);
	put_page_header(writer, page, uncompressed, writer->packed.len, crc);
	file_writer_put(writer, writer->thrift.data, writer->thrift.len);
	file_writer_put(writer, writer->packed.data, writer->packed.len);
	chunk->uncompressed += (int64_t) (writer->thrift.len + uncompressed);
	writer->pages++;
}

static void
put_dictionary_page(FileWriter *writer, const LeafBuffer *leaf, const LeafDictionary *dictionary,
					WrittenChunk *chunk)
{
	Page page = {.type = PQ_DICTIONARY_PAGE, .encoding = PQ_PLAIN, .nslots = dictionary->n};
	LeafBuffer entries = {.node = leaf->node};
	uint32_t i;

	for (i = 0; i < dictionary->n; i++)
	{
		const EncString value = leaf_value(leaf, ((const uint64_t *) dictionary->entries.data)[i]);
		uint64_t end;

		enc_bytes(&entries.values, value.data, value.len);
		end = entries.values.len;
		enc_bytes(&entries.ends, &end, sizeof(end));
	}
	writer->levels.len = writer->body.len = 0;
	leaf_encode(&entries, 0, dictionary->n, PQ_PLAIN, &writer->body);
	enc_free(&entries.values);
	enc_free(&entries.ends);
	chunk->dictionary_page_offset = writer->position;
	put_page(writer, &page, chunk);
}

/* Where the page that begins with slot first ends; the slots' values and rows are counted. */
static size_t
page_end(const FileWriter *writer, const LeafBuffer *leaf, size_t first, size_t first_value,
		 Page *page)
{
	uint64_t bytes = 0;
	size_t value = first_value;
	size_t slot;

	page->nrows = page->nnulls = 0;
	for (slot = first; slot < leaf->nslots; slot++)
	{
		if (leaf->node->max_rep == 0 || leaf->rep.data[slot] == 0)
		{
			if (page->nrows >= writer->options.page_rows || bytes >= writer->options.page_bytes)
				break;
			page->nrows++;
		}
		if (leaf->node->max_def > 0 && leaf->def.data[slot] < leaf->node->max_def)
			page->nnulls++;
		else
			bytes += leaf_value(leaf, value++).len;
	}
	return slot;
}

static void
put_data_pages(FileWriter *writer, const LeafBuffer *leaf, const LeafDictionary *dictionary,
			   WrittenChunk *chunk)
{
	const FileNode *node = leaf->node;
	size_t slot = 0;
	size_t value = 0;
	uint32_t width = 0;

	while (dictionary != NULL && width < 32 && (dictionary->n - 1) >> width != 0 &&
		   dictionary->n > 0)
		width++;
	chunk->data_page_offset = writer->position;
	while (slot < leaf->nslots)
	{
		Page page = {.type = writer->options.page_version == 1 ? PQ_DATA_PAGE : PQ_DATA_PAGE_V2,
					 .encoding = dictionary != NULL ? PQ_RLE_DICTIONARY : leaf_encoding(leaf)};
		const size_t end = page_end(writer, leaf, slot, value, &page);
		const size_t nvalues = end - slot - page.nnulls;

		page.nslots = end - slot;
		writer->levels.len = writer->body.len = 0;
		page.rep_len = put_levels(writer, &leaf->rep, slot, page.nslots, node->max_rep);
		page.def_len = put_levels(writer, &leaf->def, slot, page.nslots, node->max_def);
		if (dictionary != NULL)
		{
			enc_byte(&writer->body, (unsigned char) width);
			enc_hybrid(&writer->body, dictionary->indices + value, nvalues, width, ENC_RUNS_MIXED);
		}
		else
			leaf_encode(leaf, value, nvalues, page.encoding, &writer->body);
		put_page(writer, &page, chunk);
		slot = end;
		value += nvalues;
	}
}

void
file_writer_put_chunk(FileWriter *writer, LeafBuffer *leaf, WrittenChunk *chunk)
{
	LeafDictionary dictionary;
	const bool has_dictionary = leaf->dictionary != FILE_DICTIONARY_NO &&
								leaf_dictionary_make(leaf, writer->options.page_bytes, &dictionary);

	chunk->start = writer->position;
	chunk->dictionary_page_offset = -1;
	chunk->num_values = (int64_t) leaf->nslots;
	chunk->null_count = (int64_t) (leaf->nslots - leaf->nvalues);
	chunk->encodings[chunk->nencodings++] = PQ_RLE;
	if (has_dictionary)
	{
		chunk->encodings[chunk->nencodings++] = PQ_PLAIN;
		chunk->encodings[chunk->nencodings++] = PQ_RLE_DICTIONARY;
		put_dictionary_page(writer, leaf, &dictionary, chunk);
	}
	else if (leaf_encoding(leaf) != PQ_RLE)
		chunk->encodings[chunk->nencodings++] = leaf_encoding(leaf);
	put_data_pages(writer, leaf, has_dictionary ? &dictionary : NULL, chunk);
	chunk->compressed = writer->position - chunk->start;
	if (writer->options.statistics)
		leaf_bounds(leaf, chunk);
	if (has_dictionary)
		leaf_dictionary_free(&dictionary);
	leaf->def.len = leaf->rep.len = leaf->values.len = leaf->ends.len = 0;
	leaf->nslots = leaf->nvalues = 0;
}
