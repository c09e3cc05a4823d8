/*
 * chunk.c: chunks as bytes.
 *
 * The file's part travels with every chunk; it is small beside the data.
 */
#include "postgres.h"

#include "stage/chunk.h"

#include "libpq/pqformat.h"

static void
write_file(const ChunkFile *file, StringInfo buf)
{
	int i;

	pq_sendint32(buf, file->file_no);
	appendBinaryStringInfo(buf, file->path, strlen(file->path) + 1);
	pq_sendint32(buf, file->encoding);
	appendBinaryStringInfo(buf, (const char *) &file->dialect, sizeof(CsvDialect));
	pq_sendbyte(buf, file->empty_last_field);
	pq_sendint32(buf, file->ncolumns);
	for (i = 0; i < file->ncolumns; i++)
		pq_sendint16(buf, file->fields[i]);
}

static ChunkFile *
read_file(StringInfo buf)
{
	ChunkFile *file = palloc0(sizeof(ChunkFile));
	int i;

	file->file_no = pq_getmsgint(buf, 4);
	file->path = pstrdup(pq_getmsgrawstring(buf));
	file->encoding = pq_getmsgint(buf, 4);
	memcpy(&file->dialect, pq_getmsgbytes(buf, sizeof(CsvDialect)), sizeof(CsvDialect));
	file->empty_last_field = pq_getmsgbyte(buf);
	file->ncolumns = pq_getmsgint(buf, 4);
	file->fields = palloc(file->ncolumns * sizeof(int16));
	for (i = 0; i < file->ncolumns; i++)
		file->fields[i] = (int16) pq_getmsgint(buf, 2);
	return file;
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
	return chunk;
}
