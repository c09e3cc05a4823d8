/*
 * file_writer.c: writes whole Parquet files, for tests: slots and row groups.
 *
 * in:  a schema, and slots of its leaves, row by row
 * out: a file; a row group is kept in memory until it is complete
 */
#include "test/parquet/file_writer_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
file_writer_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("make_parquet: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

void
file_options_init(FileOptions *options)
{
	memset(options, 0, sizeof(*options));
	options->codec = PQ_UNCOMPRESSED;
	options->encoding = PQ_PLAIN;
	options->dictionary = FILE_DICTIONARY_AUTO;
	options->page_version = 1;
	options->page_rows = 1000000;
	options->page_bytes = 1024 * 1024;
	options->row_group_rows = 1000000;
	options->statistics = true;
	options->wrong_crc_page = -1;
	options->created_by = "make_parquet";
}

void *
file_writer_allocate(size_t n, size_t size)
{
	void *memory = calloc(n + 1, size);

	if (memory == NULL)
		file_writer_fail("out of memory");
	return memory;
}

/* Numbers the leaves below node, and sets the levels. */
static int32_t
number_leaves(FileNode *node, int32_t next)
{
	FileNode *child;

	node->leaf = next;
	if (node->is_leaf)
		next++;
	for (child = node->first_child; child != NULL; child = child->next)
	{
		child->parent = node;
		child->max_def = (uint8_t) (node->max_def + (child->repetition != PQ_REQUIRED));
		child->max_rep = (uint8_t) (node->max_rep + (child->repetition == PQ_REPEATED));
		next = number_leaves(child, next);
	}
	node->nleaves = next - node->leaf;
	return next;
}

static void
collect_leaves(FileNode *node, FileWriter *writer)
{
	FileNode *child;

	if (node->is_leaf)
	{
		LeafBuffer *leaf = &writer->file.leaves[node->leaf];

		leaf->node = node;
		leaf->encoding = writer->options.encoding;
		leaf->dictionary = writer->options.dictionary;
	}
	for (child = node->first_child; child != NULL; child = child->next)
		collect_leaves(child, writer);
}

void
file_writer_put(FileWriter *writer, const void *data, size_t len)
{
	if (len > 0 && fwrite(data, 1, len, writer->out) != len)
		file_writer_fail("could not write \"%s\"", writer->path);
	writer->position += (int64_t) len;
}

FileWriter *
file_writer_open(const char *path, FileNode *root, const FileOptions *options)
{
	FileWriter *writer = file_writer_allocate(1, sizeof(*writer));

	writer->path = path;
	writer->options = *options;
	writer->out = fopen(path, "wb");
	if (writer->out == NULL)
		file_writer_fail("could not open \"%s\"", path);
	writer->file.root = root;
	writer->file.options = &writer->options;
	writer->file.nleaves = number_leaves(root, 0);
	writer->file.leaves = file_writer_allocate((size_t) writer->file.nleaves, sizeof(LeafBuffer));
	collect_leaves(root, writer);
	file_writer_put(writer, "PAR1", 4);
	return writer;
}

void
file_writer_set_encoding(FileWriter *writer, int32_t leaf, int32_t encoding)
{
	writer->file.leaves[leaf].encoding = encoding;
	writer->file.leaves[leaf].dictionary = FILE_DICTIONARY_NO;
}

void
file_writer_set_dictionary(FileWriter *writer, int32_t leaf, FileDictionary dictionary)
{
	writer->file.leaves[leaf].dictionary = dictionary;
}

void
file_writer_add_key_value(FileWriter *writer, const char *key, const char *value)
{
	WrittenFile *file = &writer->file;

	file->key_values =
		realloc(file->key_values, (file->nkey_values + 1) * 2 * sizeof(*file->key_values));
	if (file->key_values == NULL)
		file_writer_fail("out of memory");
	file->key_values[file->nkey_values * 2] = key;
	file->key_values[file->nkey_values * 2 + 1] = value;
	file->nkey_values++;
}

void
file_writer_slot(FileWriter *writer, int32_t leaf, unsigned def, unsigned rep, const void *value,
				 size_t len)
{
	LeafBuffer *buffer = &writer->file.leaves[leaf];
	uint64_t end;

	if (buffer->node->max_def > 0)
		enc_byte(&buffer->def, (unsigned char) def);
	if (buffer->node->max_rep > 0)
		enc_byte(&buffer->rep, (unsigned char) rep);
	buffer->nslots++;
	if (def < buffer->node->max_def)
		return;
	enc_bytes(&buffer->values, value, len);
	if (buffer->node->type == PQ_BYTE_ARRAY)
	{
		end = buffer->values.len;
		enc_bytes(&buffer->ends, &end, sizeof(end));
	}
	buffer->nvalues++;
}

static void
put_row_group(FileWriter *writer)
{
	WrittenFile *file = &writer->file;
	WrittenRowGroup *group;
	int32_t i;

	file->row_groups =
		realloc(file->row_groups, (file->nrow_groups + 1) * sizeof(*file->row_groups));
	if (file->row_groups == NULL)
		file_writer_fail("out of memory");
	group = &file->row_groups[file->nrow_groups++];
	group->rows = (int64_t) writer->rows;
	group->chunks = file_writer_allocate((size_t) file->nleaves, sizeof(WrittenChunk));
	for (i = 0; i < file->nleaves; i++)
		file_writer_put_chunk(writer, &file->leaves[i], &group->chunks[i]);
	writer->rows = 0;
}

void
file_writer_end_row(FileWriter *writer)
{
	if (++writer->rows == writer->options.row_group_rows)
		put_row_group(writer);
}

void
file_writer_close(FileWriter *writer, uint64_t cut)
{
	EncBuffer tail = {0};

	if (writer->rows > 0)
		put_row_group(writer);
	tw_init(&writer->thrift);
	footer_write(&writer->file, &writer->thrift);
	file_writer_put(writer, writer->thrift.data, writer->thrift.len);
	enc_number(&tail, writer->thrift.len, 4);
	enc_bytes(&tail, "PAR1", 4);
	file_writer_put(writer, tail.data, tail.len);
	if (fclose(writer->out) != 0)
		file_writer_fail("could not write \"%s\"", writer->path);
	if (cut > 0 && (cut > (uint64_t) writer->position ||
					truncate(writer->path, writer->position - (int64_t) cut) != 0))
		file_writer_fail("could not cut \"%s\"", writer->path);
}
