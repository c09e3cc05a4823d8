/*
 * chunk.c: chunks as bytes.
 *
 * The file's part travels with every chunk; it is small beside the data.
 */
#include "postgres.h"

#include "stage/chunk.h"

#include "libpq/pqformat.h"

/* A string that may be NULL. */
static void
write_text(const char *text, StringInfo buf)
{
	pq_sendbyte(buf, text != NULL);
	if (text != NULL)
		appendBinaryStringInfo(buf, text, strlen(text) + 1);
}

static char *
read_text(StringInfo buf)
{
	return pq_getmsgbyte(buf) ? pstrdup(pq_getmsgrawstring(buf)) : NULL;
}

static void
write_source(const SourceFile *source, StringInfo buf)
{
	write_text(source->path, buf);
	pq_sendint64(buf, source->size);
	pq_sendint64(buf, source->mtime);
	pq_sendint64(buf, source->device);
	pq_sendint64(buf, source->inode);
}

static SourceFile *
read_source(StringInfo buf)
{
	SourceFile *source = palloc0(sizeof(SourceFile));

	source->path = read_text(buf);
	source->size = pq_getmsgint64(buf);
	source->mtime = pq_getmsgint64(buf);
	source->device = pq_getmsgint64(buf);
	source->inode = pq_getmsgint64(buf);
	return source;
}

static void
write_file(const ChunkFile *file, StringInfo buf)
{
	ListCell *lc;
	int i;

	pq_sendint32(buf, file->file_no);
	pq_sendbyte(buf, file->format);
	pq_sendbyte(buf, file->has_defaults);
	write_source(file->source, buf);
	pq_sendint32(buf, file->encoding);
	appendBinaryStringInfo(buf, (const char *) &file->dialect, sizeof(CsvDialect));
	pq_sendbyte(buf, file->empty_last_field);
	pq_sendint32(buf, file->ncolumns);
	for (i = 0; i < file->ncolumns; i++)
	{
		pq_sendint32(buf, file->fields[i]);
		if (file->fields[i] == CHUNK_CONSTANT)
			write_text(file->constants[i], buf);
	}
	pq_sendint32(buf, file->ninputs);
	for (i = 0; i < file->ninputs; i++)
		pq_sendint32(buf, file->inputs[i]);
	pq_sendint32(buf, list_length(file->names));
	foreach (lc, file->names)
		write_text(lfirst(lc), buf);
	pq_sendint32(buf, file->nextras);
	for (i = 0; i < file->nextras; i++)
	{
		pq_sendint32(buf, file->extras[i]);
		write_text(file->extra_names[i], buf);
	}
	pq_sendint32(buf, file->capture);
}

static ChunkFile *
read_file(StringInfo buf)
{
	ChunkFile *file = palloc0(sizeof(ChunkFile));
	int i;

	file->file_no = pq_getmsgint(buf, 4);
	file->format = pq_getmsgbyte(buf);
	file->has_defaults = pq_getmsgbyte(buf);
	file->source = read_source(buf);
	file->encoding = pq_getmsgint(buf, 4);
	memcpy(&file->dialect, pq_getmsgbytes(buf, sizeof(CsvDialect)), sizeof(CsvDialect));
	file->empty_last_field = pq_getmsgbyte(buf);
	file->ncolumns = pq_getmsgint(buf, 4);
	file->fields = palloc(file->ncolumns * sizeof(int32));
	file->constants = palloc0(file->ncolumns * sizeof(char *));
	for (i = 0; i < file->ncolumns; i++)
	{
		file->fields[i] = (int32) pq_getmsgint(buf, 4);
		if (file->fields[i] == CHUNK_CONSTANT)
			file->constants[i] = read_text(buf);
	}
	file->ninputs = pq_getmsgint(buf, 4);
	file->inputs = palloc(file->ninputs * sizeof(int32));
	for (i = 0; i < file->ninputs; i++)
		file->inputs[i] = (int32) pq_getmsgint(buf, 4);
	for (i = pq_getmsgint(buf, 4); i > 0; i--)
		file->names = lappend(file->names, read_text(buf));
	file->nextras = pq_getmsgint(buf, 4);
	file->extras = palloc(file->nextras * sizeof(int32));
	file->extra_names = palloc(file->nextras * sizeof(char *));
	for (i = 0; i < file->nextras; i++)
	{
		file->extras[i] = (int32) pq_getmsgint(buf, 4);
		file->extra_names[i] = read_text(buf);
	}
	file->capture = (int32) pq_getmsgint(buf, 4);
	return file;
}

size_t
chunk_file_space(const ChunkFile *file)
{
	StringInfoData buf;
	size_t space;

	initStringInfo(&buf);
	write_file(file, &buf);
	space = buf.len;
	pfree(buf.data);
	return space;
}

void
chunk_write(const Chunk *chunk, const char *data_base, StringInfo buf)
{
	write_file(chunk->file, buf);
	pq_sendint32(buf, chunk->chunk_no);
	pq_sendint64(buf, chunk->byte_start);
	pq_sendint64(buf, chunk->byte_end);
	pq_sendint64(buf, chunk->raw_end);
	pq_sendint64(buf, chunk->first_row);
	pq_sendint64(buf, chunk->first_line);
	pq_sendint64(buf, chunk->records);
	pq_sendint64(buf, chunk->lines);
	appendBinaryStringInfo(buf, (const char *) chunk->hash, MANIFEST_HASH_LEN);
	pq_sendbyte(buf, chunk->oversize);
	pq_sendint64(buf, chunk->oversize_len);
	pq_sendbyte(buf, chunk->last);
	pq_sendint64(buf, chunk->file_size);
	appendBinaryStringInfo(buf, (const char *) chunk->file_hash, MANIFEST_HASH_LEN);
	pq_sendint64(buf, chunk->data - data_base);
	pq_sendint64(buf, chunk->len);
	pq_sendint32(buf, chunk->row_group);
	pq_sendint64(buf, chunk->group_rows);
}

Chunk *
chunk_read(StringInfo buf, const char *data_base)
{
	Chunk *chunk = palloc0(sizeof(Chunk));

	chunk->file = read_file(buf);
	chunk->chunk_no = pq_getmsgint(buf, 4);
	chunk->byte_start = pq_getmsgint64(buf);
	chunk->byte_end = pq_getmsgint64(buf);
	chunk->raw_end = pq_getmsgint64(buf);
	chunk->first_row = pq_getmsgint64(buf);
	chunk->first_line = pq_getmsgint64(buf);
	chunk->records = pq_getmsgint64(buf);
	chunk->lines = pq_getmsgint64(buf);
	memcpy(chunk->hash, pq_getmsgbytes(buf, MANIFEST_HASH_LEN), MANIFEST_HASH_LEN);
	chunk->oversize = pq_getmsgbyte(buf);
	chunk->oversize_len = pq_getmsgint64(buf);
	chunk->last = pq_getmsgbyte(buf);
	chunk->file_size = pq_getmsgint64(buf);
	memcpy(chunk->file_hash, pq_getmsgbytes(buf, MANIFEST_HASH_LEN), MANIFEST_HASH_LEN);
	chunk->data = data_base + pq_getmsgint64(buf);
	chunk->len = pq_getmsgint64(buf);
	chunk->row_group = (int32) pq_getmsgint(buf, 4);
	chunk->group_rows = pq_getmsgint64(buf);
	return chunk;
}
