/*
 * chunker.c: source stream -> window -> chunks.
 *
 *   window: buf [ ... | start ... complete ... fill ) size
 *           handed out   next chunk   tail of a record
 *
 * The bytes of chunks that an earlier call committed are read and hashed
 * again, never split: if the hash is the manifest's, the file still begins
 * the same way and the chunk is passed over.
 */
#include "postgres.h"

#include "stage/chunker.h"

#include "format/csv/record_scan.h"
#include "format/csv/records.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "source/xxh3.h"

/* One read; large enough for the kernel, small enough to stay in the cache until it is scanned. */
#define READ_SIZE ((size_t) 256 * 1024)

/* How much of a record beyond max_line_size is kept for quarantine. */
#define OVERSIZE_HEAD ((size_t) 64 * 1024)

/* A window must have this much behind start to read through such a record. */
#define OVERSIZE_ROOM ((size_t) 1024)

#define CTRL_Z '\x1a'

struct Chunker
{
	const SourceFile *source;
	const IngestOptions *options;
	SourceStream *stream;
	const ChunkFile *file;
	CsvSplitter splitter;
	List *committed;
	/* window */
	char *buf;
	size_t size;
	size_t start;
	size_t fill;
	bool eof;
	bool done;
	/* position of buf[start] */
	uint64 byte_pos;
	uint64 row;
	uint64 line;
	int chunk_no;
	SourceIdentity identity; /* set at eof */
	XXH3_state_t *hash;      /* libxxhash's memory, freed with the chunker's context */
};

static void
free_hash_state(void *arg)
{
	XXH3_freeState(arg);
}

Chunker *
chunker_open(const SourceFile *file, const IngestOptions *options)
{
	Chunker *chunker = palloc0(sizeof(Chunker));
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));

	chunker->hash = XXH3_createState();
	if (chunker->hash == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	callback->func = free_hash_state;
	callback->arg = chunker->hash;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	chunker->source = file;
	chunker->options = options;
	chunker->stream = source_open(file, options->compression, options->encoding);
	chunker->row = 1;
	chunker->line = 1;
	return chunker;
}

int
chunker_encoding(const Chunker *chunker)
{
	if (source_is_utf8(chunker->stream))
		return PG_UTF8;
	if (chunker->options->encoding == NULL)
		return GetDatabaseEncoding();
	return pg_char_to_encoding(chunker->options->encoding);
}

uint64
chunker_raw_position(const Chunker *chunker)
{
	return source_raw_position(chunker->stream);
}

void
chunker_use(Chunker *chunker, char *buf, size_t size)
{
	size_t rest = chunker->fill - chunker->start;

	Assert(rest <= size);
	if (rest > 0)
		memmove(buf, chunker->buf + chunker->start, rest);
	chunker->buf = buf;
	chunker->size = size;
	chunker->start = 0;
	chunker->fill = rest;
	if (chunker->file != NULL)
		csv_splitter_init(&chunker->splitter, &chunker->file->dialect);
}

/* Reads once; notes the end of the file, where an old DOS end mark is dropped. */
static void
read_more(Chunker *chunker)
{
	size_t want = Min(READ_SIZE, chunker->size - chunker->fill);
	size_t got = source_read(chunker->stream, chunker->buf + chunker->fill, want);

	CHECK_FOR_INTERRUPTS();
	chunker->fill += got;
	if (got < want)
	{
		chunker->eof = true;
		source_finish(chunker->stream, &chunker->identity);
		if (chunker->fill > chunker->start && chunker->buf[chunker->fill - 1] == CTRL_Z)
			chunker->fill--;
	}
}

size_t
chunker_pending(const Chunker *chunker)
{
	return chunker->fill - chunker->start;
}

bool
chunker_fill(Chunker *chunker)
{
	while (!chunker->eof && chunker->fill < chunker->size)
		read_more(chunker);
	return chunker->eof;
}

/* ErrorContextCallback: errors of the header do not know the file. */
static void
say_whose_head(void *arg)
{
	errcontext("header of file \"%s\"", ((const Chunker *) arg)->source->path);
}

void
chunker_read_head(Chunker *chunker, FileHead *head)
{
	ErrorContextCallback callback = {error_context_stack, say_whose_head, chunker};

	error_context_stack = &callback;
	for (;;)
	{
		if (!chunker->eof && chunker->fill < chunker->size)
			read_more(chunker);
		if (file_head_read(chunker->options, chunker->buf, chunker->fill, chunker->eof,
						   chunker_encoding(chunker), head))
			break;
		if (chunker->fill == chunker->size)
			ereport(
				ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("header does not end within the first %zu bytes", chunker->size),
				 errhint("Check the options \"quote\" and \"skip\", or raise \"chunk_size\".")));
	}
	error_context_stack = callback.previous;
	chunker->start = head->bytes;
	chunker->byte_pos = head->bytes;
	chunker->line += head->lines;
}

void
chunker_begin(Chunker *chunker, const ChunkFile *file, List *committed)
{
	chunker->file = file;
	chunker->committed = committed;
	csv_splitter_init(&chunker->splitter, &file->dialect);
}

static void
store_hash(unsigned char *out, XXH128_hash_t hash)
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, hash);
	memcpy(out, canonical.digest, MANIFEST_HASH_LEN);
}

/* Moves the position behind a chunk that was cut or passed over. */
static void
advance(Chunker *chunker, const Chunk *chunk)
{
	chunker->byte_pos = chunk->byte_end;
	chunker->row += chunk->records;
	chunker->line += chunk->lines;
	chunker->chunk_no++;
	if (chunk->last)
		chunker->done = true;
}

/* Fills in what all chunks have; data and counts are the caller's. */
static void
init_chunk(const Chunker *chunker, Chunk *chunk)
{
	memset(chunk, 0, sizeof(*chunk));
	chunk->file = chunker->file;
	chunk->chunk_no = chunker->chunk_no;
	chunk->byte_start = chunker->byte_pos;
	chunk->first_row = chunker->row;
	chunk->first_line = chunker->line;
}

static void
finish_chunk(Chunker *chunker, Chunk *chunk)
{
	chunk->raw_end = source_raw_position(chunker->stream);
	if (chunk->last)
	{
		chunk->file_size = chunker->identity.size;
		memcpy(chunk->file_hash, chunker->identity.hash, MANIFEST_HASH_LEN);
	}
}

/*
 * Reads the bytes of a committed chunk and compares their hash. The window's
 * content is used up first, then overwritten.
 */
static ChunkerResult
pass_over(Chunker *chunker, const ManifestChunk *committed, Chunk *chunk)
{
	uint64 left = committed->byte_end - committed->byte_start;

	if ((uint64) committed->byte_start != chunker->byte_pos)
		return CHUNKER_CHANGED;
	XXH3_128bits_reset(chunker->hash);
	while (left > 0)
	{
		size_t n = Min(left, chunker->fill - chunker->start);

		if (n == 0)
		{
			if (chunker->eof)
				return CHUNKER_CHANGED;
			chunker->start = chunker->fill = 0;
			read_more(chunker);
			continue;
		}
		XXH3_128bits_update(chunker->hash, chunker->buf + chunker->start, n);
		chunker->start += n;
		left -= n;
	}
	init_chunk(chunker, chunk);
	store_hash(chunk->hash, XXH3_128bits_digest(chunker->hash));
	if (memcmp(chunk->hash, committed->hash, MANIFEST_HASH_LEN) != 0)
		return CHUNKER_CHANGED;
	chunk->byte_end = committed->byte_end;
	chunk->records = committed->rows_read;
	chunk->lines = committed->lines;
	finish_chunk(chunker, chunk);
	advance(chunker, chunk);
	csv_splitter_init(&chunker->splitter, &chunker->file->dialect);
	return CHUNKER_SKIPPED;
}

/*
 * The line at start is longer than max_line_size: keeps its head, hashes and
 * drops the rest up to its end.
 */
static void
cut_oversize(Chunker *chunker, Chunk *chunk)
{
	size_t room = chunker->size - chunker->start;
	size_t head = Min(Min(OVERSIZE_HEAD, room / 2), chunker->fill - chunker->start);
	size_t from = chunker->start; /* bytes [from, fill) are not hashed yet */
	uint64 length = 0;
	uint64 line_end = 0; /* bytes at the end of length */

	init_chunk(chunker, chunk);
	XXH3_128bits_reset(chunker->hash);
	for (;;)
	{
		char *data = chunker->buf + from;
		size_t n = chunker->fill - from;
		char *end = memchr(data, chunker->file->dialect.newline, n);
		size_t used = end == NULL ? n : (size_t) (end - data) + 1;
		size_t content; /* of the bytes used, without what may be the line end */

		XXH3_128bits_update(chunker->hash, data, used);
		length += used;
		content = csv_line_content_end(&chunker->file->dialect, data, 0, used - (end != NULL));
		line_end = (content > 0 ? 0 : line_end) + used - content;
		if (end != NULL || chunker->eof)
		{
			chunk->data = chunker->buf + chunker->start;
			chunk->len = head;
			chunker->start = from + used;
			break;
		}
		from = chunker->start + head;
		chunker->fill = from;
		read_more(chunker);
	}
	store_hash(chunk->hash, XXH3_128bits_digest(chunker->hash));
	chunk->oversize = true;
	chunk->oversize_len = length - line_end;
	chunk->records = 1;
	chunk->lines = 1;
	chunk->byte_end = chunk->byte_start + length;
}

/* The whole records at the front of the window. */
static void
cut_records(Chunker *chunker, Chunk *chunk)
{
	init_chunk(chunker, chunk);
	chunk->data = chunker->buf + chunker->start;
	chunk->len = chunker->splitter.complete;
	chunk->byte_end = chunk->byte_start + chunk->len;
	chunk->records = chunker->splitter.records;
	chunk->lines = chunker->splitter.lines;
	chunk->last = chunker->eof && !chunker->splitter.too_long;
	store_hash(chunk->hash, XXH3_128bits(chunk->data, chunk->len));
	chunker->start += chunk->len;
}

/* Cuts what the splitter found; CHUNKER_FULL when that is nothing. */
static ChunkerResult
cut(Chunker *chunker, Chunk *chunk)
{
	const ManifestChunk *committed;

	if (chunker->splitter.complete > 0 || (chunker->eof && !chunker->splitter.too_long))
		cut_records(chunker, chunk);
	else if (chunker->splitter.too_long && chunker->size - chunker->start >= OVERSIZE_ROOM)
		cut_oversize(chunker, chunk);
	else
		return CHUNKER_FULL;
	finish_chunk(chunker, chunk);
	advance(chunker, chunk);
	committed = manifest_chunk_of(chunker->committed, chunk->chunk_no);
	if (committed == NULL)
		return CHUNKER_CHUNK;
	if ((uint64) committed->byte_start != chunk->byte_start ||
		(uint64) committed->byte_end != chunk->byte_end ||
		memcmp(committed->hash, chunk->hash, MANIFEST_HASH_LEN) != 0)
		return CHUNKER_CHANGED;
	return CHUNKER_SKIPPED;
}

ChunkerResult
chunker_next(Chunker *chunker, Chunk *chunk)
{
	const ManifestChunk *committed;

	if (chunker->done)
		return CHUNKER_DONE;
	committed = manifest_chunk_of(chunker->committed, chunker->chunk_no);
	if (committed != NULL)
		return pass_over(chunker, committed, chunk);
	for (;;)
	{
		csv_splitter_feed(&chunker->splitter, chunker->buf + chunker->start,
						  chunker->fill - chunker->start, chunker->eof);
		if (chunker->eof || chunker->fill == chunker->size || chunker->splitter.too_long)
			return cut(chunker, chunk);
		read_more(chunker);
	}
}

void
chunker_close(Chunker *chunker)
{
	source_close(chunker->stream);
}
