/*
 * chunk_job.c: one transaction's work: rows, quarantine and manifest rows.
 */
#include "postgres.h"

#include "stage/chunk_job.h"

#include "access/table.h"
#include "access/xact.h"
#include "commands/progress.h"
#include "manifest/manifest.h"
#include "mb/pg_wchar.h"
#include "stage/failpoint.h"
#include "stage/lane_table.h"
#include "utils/backend_progress.h"

struct ChunkJob
{
	const StageSetup *setup;
	ManifestLane lane;
	ChunkLoader *loader;
	int64 rows_done; /* for progress */
	int64 rows_bad;
};

/* The load's lane of this number from an earlier call, or a new one. */
static void
open_lane(ChunkJob *job, int lane_no)
{
	ListCell *lc;

	foreach (lc, manifest_lanes(job->setup->load_id))
	{
		const ManifestLane *lane = lfirst(lc);

		if (lane->lane_no == lane_no)
		{
			job->lane = *lane;
			return;
		}
	}
	lane_create(job->setup->load_id, lane_no, job->setup->spec, job->setup->user, &job->lane);
}

ChunkJob *
chunk_job_create(const StageSetup *setup, int lane_no)
{
	ChunkJob *job = palloc0(sizeof(ChunkJob));
	Relation lane;

	job->setup = setup;
	open_lane(job, lane_no);
	lane = table_open(job->lane.relation, RowExclusiveLock);
	job->loader = chunk_loader_create(setup->spec, setup->options,
									  CreateTupleDescCopy(RelationGetDescr(lane)), setup->user);
	table_close(lane, NoLock);
	return job;
}

/* The chunk is the last of its file. */
static void
finish_file(const ChunkJob *job, const Chunk *chunk)
{
	const ChunkFile *file = chunk->file;
	ManifestFile row = {.file_no = file->file_no,
						.size = chunk->file_size,
						.content_hash = unconstify(unsigned char *, &chunk->file_hash[0]),
						.chunks = chunk->chunk_no + 1};
	ManifestHead head = {.names = file->names,
						 .encoding = pg_encoding_to_char(file->encoding),
						 .delimiter = file->dialect.delimiter,
						 .delimiter_len = file->dialect.delimiter_len,
						 .newline = file->dialect.newline,
						 .ends_with_delimiter = file->empty_last_field};

	manifest_finish_file(job->setup->load_id, &row, file->format == CHUNK_CSV ? &head : NULL);
}

/* The manifest rows of one chunk. */
static void
enter_chunk(const ChunkJob *job, const Chunk *chunk, const ChunkCounts *counts)
{
	ManifestChunk row;

	row.file_no = chunk->file->file_no;
	row.chunk_no = chunk->chunk_no;
	row.byte_start = chunk->byte_start;
	row.byte_end = chunk->byte_end;
	row.raw_end = chunk->raw_end;
	row.first_row = chunk->first_row;
	row.first_line = chunk->first_line;
	row.lines = chunk->lines;
	memcpy(row.hash, chunk->hash, MANIFEST_HASH_LEN);
	row.rows_read = counts->rows_read;
	row.rows_staged = counts->rows_staged;
	row.rows_quarantined = counts->rows_quarantined;
	row.rows_ignored = counts->rows_ignored;
	row.has_defaults = chunk->file->has_defaults;
	row.rows_bad = counts->rows_bad;
	row.lane_no = job->lane.lane_no;
	manifest_insert_chunk(job->setup->load_id, &row);
	if (chunk->last)
		finish_file(job, chunk);
}

/* Adds a chunk's counts to the job's. */
static void
add_counts(JobResult *result, const ChunkCounts *counts)
{
	if (chunk_counts_all_bad(&result->counts))
		result->counts.leading_bad += counts->leading_bad;
	result->counts.rows_read += counts->rows_read;
	result->counts.rows_staged += counts->rows_staged;
	result->counts.rows_quarantined += counts->rows_quarantined;
	result->counts.rows_ignored += counts->rows_ignored;
	result->counts.rows_filtered += counts->rows_filtered;
	result->rows_bad += counts->rows_bad;
}

void
chunk_job_run(ChunkJob *job, List *chunks, JobResult *result)
{
	Relation lane = table_open(job->lane.relation, RowExclusiveLock);
	ListCell *lc;

	memset(&result->counts, 0, sizeof(result->counts));
	result->rows_bad = 0;
	chunk_loader_begin(job->loader, job->setup->load_id, lane);
	foreach (lc, chunks)
	{
		const Chunk *chunk = lfirst(lc);
		ChunkCounts counts;

		chunk_loader_load(job->loader, chunk, &counts);
		enter_chunk(job, chunk, &counts);
		add_counts(result, &counts);
	}
	chunk_loader_end(job->loader);
	table_close(lane, NoLock);
	CommandCounterIncrement();
	job->rows_done += result->counts.rows_staged;
	job->rows_bad += result->rows_bad;
	pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, job->rows_done);
	pgstat_progress_update_param(PROGRESS_COPY_TUPLES_EXCLUDED, job->rows_bad);
	FAILPOINT("chunk_loaded");
}
