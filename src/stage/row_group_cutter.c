/*
 * row_group_cutter.c: footer -> chunks.
 *
 * in:  the footer of a file, the columns that will be read
 * out: chunks: a row group each, or an equal share of the rows of a large one
 *
 * The file is read once from its beginning for the hashes: that of a chunk covers
 * everything up to the end of its row group, and the footer.  This also brings
 * the bytes into memory just before a worker wants them.
 */
#include "postgres.h"

#include <xxhash.h>

#include "stage/row_group_cutter.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

/*
 * Rows of the first chunk of a load, at most.  A file that is not what it should be is
 * noticed in it (option initial_bad_rows), before a whole row group is in quarantine.
 */
#define FIRST_CHUNK_ROWS 10000

struct RowGroupCutter
{
	const ParquetFile *parquet;
	const PqFile *pq;
	const ChunkFile *file;
	List *committed;
	int32 nleaves; /* that will be read */
	int32 *leaves;
	uint64 target_size;   /* decoded bytes of a chunk */
	SourceDigest *digest; /* NULL when the file is read to its end, or not at all */
	XXH128_hash_t footer_hash;
	int chunk_no;
	uint64 row;      /* of the next chunk, from 1 */
	uint64 byte_pos; /* where the row groups begin that are not cut yet */
	/* the row group being cut */
	int32 row_group; /* number of row groups begun */
	uint64 group_rows;
	uint64 rows_cut;
	uint64 rows_per_chunk;
	uint64 group_end; /* the largest end of any row group so far */
	bool done;
};

List *
row_group_cutter_names(const ParquetFile *parquet)
{
	const PqSchema *schema = parquet_file_footer(parquet)->schema;
	List *names = NIL;
	int32 i;

	for (i = 0; i < schema->nfields; i++)
	{
		char *name = pnstrdup(schema->fields[i]->name.data, schema->fields[i]->name.len);

		if (strlen(name) != schema->fields[i]->name.len)
			ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
							errmsg("name of column %d of file \"%s\" contains a NUL byte", i + 1,
								   parquet_file_source(parquet)->path)));
		names = lappend(names, pg_any_to_server(name, strlen(name), PG_UTF8));
	}
	return names;
}

static void
want_field(const PqField *field, bool *wanted)
{
	memset(&wanted[field->leaf], true, field->nleaves);
}

/* The leaves of the fields that are read, in order. */
static void
find_leaves(RowGroupCutter *cutter)
{
	const PqSchema *schema = cutter->pq->schema;
	bool *wanted = palloc0(Max(schema->nleaves, 1) * sizeof(bool));
	int32 i;

	for (i = 0; i < cutter->file->ncolumns; i++)
		if (cutter->file->fields[i] >= 0)
			want_field(schema->fields[cutter->file->fields[i]], wanted);
	for (i = 0; i < cutter->file->ninputs; i++)
		if (cutter->file->inputs[i] >= 0)
			want_field(schema->fields[cutter->file->inputs[i]], wanted);
	for (i = 0; i < cutter->file->nextras; i++)
		want_field(schema->fields[cutter->file->extras[i]], wanted);
	cutter->leaves = palloc(Max(schema->nleaves, 1) * sizeof(int32));
	for (i = 0; i < schema->nleaves; i++)
		if (wanted[i])
			cutter->leaves[cutter->nleaves++] = i;
	pfree(wanted);
}

RowGroupCutter *
row_group_cutter_open(const ParquetFile *parquet, const ChunkFile *file,
					  const IngestOptions *options, bool identify, List *committed)
{
	RowGroupCutter *cutter = palloc0(sizeof(RowGroupCutter));

	cutter->parquet = parquet;
	cutter->pq = parquet_file_footer(parquet);
	cutter->file = file;
	cutter->committed = committed;
	cutter->target_size = options->row_group_size;
	cutter->row = 1;
	cutter->footer_hash = XXH3_128bits(cutter->pq->footer, cutter->pq->footer_len);
	if (identify)
		cutter->digest = source_digest_open(parquet_file_source(parquet));
	find_leaves(cutter);
	return cutter;
}

uint64
row_group_cutter_position(const RowGroupCutter *cutter)
{
	if (cutter->digest == NULL)
		return cutter->done ? parquet_file_source(cutter->parquet)->size : cutter->group_end;
	return source_digest_position(cutter->digest);
}

/* Where the row group's pages end, and how large those that are read become. */
static void
measure_group(RowGroupCutter *cutter, uint64 *end, uint64 *decoded)
{
	PqColumnChunk *chunks = palloc(Max(cutter->nleaves, 1) * sizeof(PqColumnChunk));
	PqError error;
	int32 i;

	pq_error_init(&error);
	if (pq_row_group_read(cutter->pq, cutter->row_group, cutter->leaves, cutter->nleaves, chunks,
						  &error) != FMT_OK)
		parquet_file_raise(parquet_file_source(cutter->parquet), &error);
	*end = 0;
	*decoded = 0;
	for (i = 0; i < cutter->nleaves; i++)
	{
		uint64 chunk_start;
		uint64 chunk_end;

		/* what cannot be read is complained about by whoever reads it */
		if (chunks[i].encrypted || chunks[i].file_path.len > 0)
			continue;
		if (pq_chunk_range(cutter->pq, &chunks[i], &chunk_start, &chunk_end, &error) != FMT_OK)
			parquet_file_raise(parquet_file_source(cutter->parquet), &error);
		*end = Max(*end, chunk_end);
		*decoded += Max(chunks[i].total_uncompressed_size, 0);
	}
	pfree(chunks);
}

/* Begins the next row group that has rows; false when there is none. */
static bool
begin_group(RowGroupCutter *cutter)
{
	while ((uint32) cutter->row_group < cutter->pq->nrow_groups)
	{
		uint64 rows = cutter->pq->row_groups[cutter->row_group].num_rows;
		uint64 end;
		uint64 decoded;
		uint64 parts;

		CHECK_FOR_INTERRUPTS();
		if (rows == 0)
		{
			cutter->row_group++;
			continue;
		}
		measure_group(cutter, &end, &decoded);
		parts = Min(decoded / cutter->target_size + 1, rows);
		cutter->group_rows = rows;
		cutter->rows_cut = 0;
		cutter->rows_per_chunk = (rows + parts - 1) / parts;
		cutter->group_end = Max(cutter->group_end, end);
		return true;
	}
	return false;
}

/* Is any row group with rows left behind the current one? */
static bool
is_last_group(const RowGroupCutter *cutter)
{
	uint32 i;

	for (i = cutter->row_group + 1; i < cutter->pq->nrow_groups; i++)
		if (cutter->pq->row_groups[i].num_rows > 0)
			return false;
	return true;
}

/* Hash of the file up to the end of the row group, and of the footer. */
static void
hash_chunk(RowGroupCutter *cutter, Chunk *chunk)
{
	struct
	{
		unsigned char beginning[SOURCE_HASH_LEN];
		XXH128_canonical_t footer;
	} both;
	XXH128_canonical_t canonical;

	if (cutter->digest == NULL)
		return;
	source_digest_advance(cutter->digest, cutter->group_end, both.beginning);
	XXH128_canonicalFromHash(&both.footer, cutter->footer_hash);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits(&both, sizeof(both)));
	memcpy(chunk->hash, canonical.digest, MANIFEST_HASH_LEN);
}

/* The file has been cut to its end: what identifies it. */
static void
finish_file(RowGroupCutter *cutter, Chunk *chunk)
{
	SourceIdentity identity;

	chunk->last = true;
	chunk->raw_end = parquet_file_source(cutter->parquet)->size;
	if (cutter->digest == NULL)
		return;
	source_digest_finish(cutter->digest, &identity);
	cutter->digest = NULL;
	chunk->file_size = identity.size;
	memcpy(chunk->file_hash, identity.hash, MANIFEST_HASH_LEN);
}

static void
cut(RowGroupCutter *cutter, Chunk *chunk)
{
	bool has_rows = cutter->rows_cut < cutter->group_rows || begin_group(cutter);

	memset(chunk, 0, sizeof(*chunk));
	chunk->file = cutter->file;
	chunk->chunk_no = cutter->chunk_no++;
	chunk->first_row = cutter->row;
	chunk->byte_start = cutter->byte_pos;
	if (has_rows)
	{
		chunk->row_group = cutter->row_group;
		chunk->group_rows = cutter->rows_cut;
		chunk->records = Min(cutter->rows_per_chunk, cutter->group_rows - cutter->rows_cut);
		if (chunk->chunk_no == 0 && cutter->file->file_no == 0)
			chunk->records = Min(chunk->records, FIRST_CHUNK_ROWS);
		cutter->row += chunk->records;
		cutter->rows_cut += chunk->records;
	}
	hash_chunk(cutter, chunk);
	chunk->byte_end = cutter->group_end;
	chunk->raw_end = cutter->group_end;
	cutter->byte_pos = cutter->group_end;
	if (has_rows && cutter->rows_cut < cutter->group_rows)
		return;
	if (!has_rows || is_last_group(cutter))
	{
		cutter->done = true;
		finish_file(cutter, chunk);
	}
	cutter->row_group++;
}

ChunkerResult
row_group_cutter_next(RowGroupCutter *cutter, Chunk *chunk)
{
	const ManifestChunk *committed;

	CHECK_FOR_INTERRUPTS();
	if (cutter->done)
		return CHUNKER_DONE;
	cut(cutter, chunk);
	committed = manifest_chunk_of(cutter->committed, chunk->chunk_no);
	if (committed == NULL)
		return CHUNKER_CHUNK;
	if ((uint64) committed->rows_read != chunk->records ||
		memcmp(committed->hash, chunk->hash, MANIFEST_HASH_LEN) != 0)
		return CHUNKER_CHANGED;
	return CHUNKER_SKIPPED;
}

void
row_group_cutter_close(RowGroupCutter *cutter)
{
	if (cutter->digest != NULL)
		source_digest_close(cutter->digest);
	cutter->digest = NULL;
}
