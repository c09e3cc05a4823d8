/*
 * chunks.c: one row per committed chunk, and the lanes that hold the rows.
 */
#include "postgres.h"

#include "manifest/manifest.h"

#include "manifest/statement.h"

void
manifest_insert_chunk(int64 load_id, const ManifestChunk *chunk)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_chunks (load_id, file_no, chunk_no, byte_start,"
				   " byte_end, raw_end, first_row, first_line, lines, content_hash, rows_read,"
				   " rows_staged, rows_quarantined, rows_ignored, rows_bad, has_defaults, lane_no)"
				   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
				   " $17)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, chunk->file_no);
	statement_add_int32(&statement, chunk->chunk_no);
	statement_add_int64(&statement, chunk->byte_start);
	statement_add_int64(&statement, chunk->byte_end);
	statement_add_int64(&statement, chunk->raw_end);
	statement_add_int64(&statement, chunk->first_row);
	statement_add_int64(&statement, chunk->first_line);
	statement_add_int64(&statement, chunk->lines);
	statement_add_bytes(&statement, chunk->hash, MANIFEST_HASH_LEN);
	statement_add_int64(&statement, chunk->rows_read);
	statement_add_int64(&statement, chunk->rows_staged);
	statement_add_int64(&statement, chunk->rows_quarantined);
	statement_add_int64(&statement, chunk->rows_ignored);
	statement_add_int64(&statement, chunk->rows_bad);
	statement_add_bool(&statement, chunk->has_defaults);
	statement_add_int32(&statement, chunk->lane_no);
	statement_run(&statement, NULL, NULL);
}

/* StatementRow for manifest_chunks(). */
static void
read_chunk(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestChunk *chunk = palloc0(sizeof(ManifestChunk));
	List **chunks = arg;

	chunk->file_no = row_int64(tuple, desc, 1);
	chunk->chunk_no = row_int64(tuple, desc, 2);
	chunk->byte_start = row_int64(tuple, desc, 3);
	chunk->byte_end = row_int64(tuple, desc, 4);
	chunk->raw_end = row_int64(tuple, desc, 5);
	chunk->first_row = row_int64(tuple, desc, 6);
	chunk->first_line = row_int64(tuple, desc, 7);
	chunk->lines = row_int64(tuple, desc, 8);
	memcpy(chunk->hash, row_hash(tuple, desc, 9), MANIFEST_HASH_LEN);
	chunk->rows_read = row_int64(tuple, desc, 10);
	chunk->rows_staged = row_int64(tuple, desc, 11);
	chunk->rows_quarantined = row_int64(tuple, desc, 12);
	chunk->rows_ignored = row_int64(tuple, desc, 13);
	chunk->rows_bad = row_int64(tuple, desc, 14);
	chunk->lane_no = row_int64(tuple, desc, 15);
	*chunks = lappend(*chunks, chunk);
}

List *
manifest_chunks(int64 load_id, int file_no)
{
	Statement statement;
	List *chunks = NIL;

	statement_init(&statement,
				   "SELECT file_no, chunk_no, byte_start, byte_end, raw_end, first_row,"
				   " first_line, lines, content_hash, rows_read, rows_staged, rows_quarantined,"
				   " rows_ignored, rows_bad, lane_no FROM ingest.manifest_chunks"
				   " WHERE load_id = $1 AND file_no = $2 ORDER BY chunk_no");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file_no);
	statement_run(&statement, read_chunk, &chunks);
	return chunks;
}

const ManifestChunk *
manifest_chunk_of(List *chunks, int chunk_no)
{
	int low = 0;
	int high = list_length(chunks);

	while (low < high)
	{
		int middle = (low + high) / 2;
		const ManifestChunk *chunk = list_nth(chunks, middle);

		if (chunk->chunk_no == chunk_no)
			return chunk;
		if (chunk->chunk_no < chunk_no)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* StatementRow: the text of the first column. */
static void
read_path(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

char *
manifest_path_with_defaults(int64 load_id)
{
	Statement statement;
	char *path = NULL;

	statement_init(&statement, "SELECT f.path FROM ingest.manifest_chunks c"
							   " JOIN ingest.manifest_files f USING (load_id, file_no)"
							   " WHERE c.load_id = $1 AND c.has_defaults AND c.rows_staged > 0"
							   " ORDER BY c.file_no LIMIT 1");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_path, &path);
	return path;
}

void
manifest_refuse_defaults(const char *path)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("file \"%s\" lacks columns that other files of the load have", path),
					errdetail("An upsert would replace their values in existing rows by defaults."),
					errhint("Load files with different columns in calls of their own.")));
}

void
manifest_insert_lane(int64 load_id, const ManifestLane *lane)
{
	Statement statement;

	statement_init(&statement, "INSERT INTO ingest.manifest_lanes (load_id, lane_no, relation,"
							   " epoch) VALUES ($1, $2, $3::oid, $4)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, lane->lane_no);
	statement_add_regclass(&statement, lane->relation);
	statement_add_int64(&statement, lane->epoch);
	statement_run(&statement, NULL, NULL);
}

/* StatementRow for manifest_lanes(). */
static void
read_lane(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestLane *lane = palloc0(sizeof(ManifestLane));
	List **lanes = arg;

	lane->lane_no = row_int64(tuple, desc, 1);
	lane->relation = row_int64(tuple, desc, 2);
	lane->epoch = row_int64(tuple, desc, 3);
	*lanes = lappend(*lanes, lane);
}

List *
manifest_lanes(int64 load_id)
{
	Statement statement;
	List *lanes = NIL;

	statement_init(&statement, "SELECT lane_no, relation, epoch FROM ingest.manifest_lanes"
							   " WHERE load_id = $1 ORDER BY lane_no");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_lane, &lanes);
	return lanes;
}

void
manifest_delete_lanes(int64 load_id)
{
	Statement statement;

	statement_init(&statement, "DELETE FROM ingest.manifest_lanes WHERE load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, NULL, NULL);
}
