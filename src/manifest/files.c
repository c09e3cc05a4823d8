/*
 * files.c: one row per file of a load; identity and what is published.
 */
#include "postgres.h"

#include "manifest/manifest.h"

#include "manifest/statement.h"

void
manifest_insert_file(int64 load_id, Oid target, const ManifestFile *file)
{
	Statement statement;

	statement_init(&statement, "INSERT INTO ingest.manifest_files"
							   " (load_id, file_no, target, path, size, modified_at, forced)"
							   " VALUES ($1, $2, $3, $4, $5, $6, $7)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file->file_no);
	statement_add_regclass(&statement, target);
	statement_add_text(&statement, file->path);
	statement_add_int64(&statement, file->size);
	statement_add_timestamp(&statement, file->modified_at);
	statement_add_bool(&statement, file->forced);
	statement_run(&statement, NULL, NULL);
}

void
manifest_finish_file(int64 load_id, const ManifestFile *file, const ManifestHead *head)
{
	Statement statement;

	statement_init(&statement, "UPDATE ingest.manifest_files"
							   " SET size = $3, content_hash = $4, chunks = $5, header = $6,"
							   " encoding = $7, delimiter = $8, newline = $9,"
							   " ends_with_delimiter = $10"
							   " WHERE load_id = $1 AND file_no = $2");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file->file_no);
	statement_add_int64(&statement, file->size);
	statement_add_bytes(&statement, file->content_hash, MANIFEST_HASH_LEN);
	statement_add_int32(&statement, file->chunks);
	statement_add_texts(&statement, head == NULL ? NIL : head->names);
	statement_add_text(&statement, head == NULL ? NULL : head->encoding);
	statement_add_bytes(&statement, head == NULL ? "" : head->delimiter,
						head == NULL ? 0 : head->delimiter_len);
	statement_add_text(&statement, head == NULL ? NULL : head->newline == '\r' ? "\r" : "\n");
	statement_add_bool(&statement, head != NULL && head->ends_with_delimiter);
	if (statement_run(&statement, NULL, NULL) != 1)
		elog(ERROR, "file %d of load " INT64_FORMAT " is not in the manifest", file->file_no,
			 load_id);
}

/* StatementRow for manifest_files(). */
static void
read_file(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestFile *file = palloc0(sizeof(ManifestFile));
	List **files = arg;

	file->file_no = row_int64(tuple, desc, 1);
	file->path = row_text(tuple, desc, 2);
	file->size = row_int64(tuple, desc, 3);
	file->modified_at = row_int64(tuple, desc, 4);
	file->forced = row_int64(tuple, desc, 5);
	file->chunks = row_is_null(tuple, desc, 6) ? -1 : row_int64(tuple, desc, 6);
	file->target = row_int64(tuple, desc, 7);
	file->content_hash = row_hash(tuple, desc, 8);
	*files = lappend(*files, file);
}

List *
manifest_files(int64 load_id)
{
	Statement statement;
	List *files = NIL;

	statement_init(&statement, "SELECT file_no, path, size,"
							   " (extract(epoch FROM modified_at) * 1000000)::int8, forced, chunks,"
							   " target, content_hash"
							   " FROM ingest.manifest_files WHERE load_id = $1 ORDER BY file_no");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_file, &files);
	return files;
}

/* StatementRow: appends the first column, a text, to *(List **) arg. */
static void
read_text(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **texts = arg;

	*texts = lappend(*texts, row_text(tuple, desc, 1));
}

char *
manifest_file_path(int64 load_id, int file_no)
{
	Statement statement;
	List *paths = NIL;

	statement_init(&statement,
				   "SELECT path FROM ingest.manifest_files WHERE load_id = $1 AND file_no = $2"
				   " UNION ALL SELECT f.path FROM ingest.manifest_replays r"
				   " JOIN ingest.manifest_files f ON f.load_id = r.of_load_id"
				   "  AND f.file_no = r.of_file_no WHERE r.load_id = $1 AND r.file_no = $2");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file_no);
	statement_run(&statement, read_text, &paths);
	return paths == NIL ? pstrdup("") : linitial(paths);
}

/* What manifest_published_sizes() hands to its rows. */
typedef struct KnownSizes
{
	const int64 *sizes;
	int n;
	bool *known;
} KnownSizes;

/* StatementRow for manifest_published_sizes(). */
static void
read_known_size(HeapTuple tuple, TupleDesc desc, void *arg)
{
	KnownSizes *known = arg;
	int64 position = row_int64(tuple, desc, 1);

	if (position >= 1 && position <= known->n)
		known->known[position - 1] = true;
}

void
manifest_published_sizes(Oid target, const int64 *sizes, int n, bool *known)
{
	Statement statement;
	KnownSizes arg = {sizes, n, known};

	memset(known, 0, n * sizeof(bool));
	statement_init(&statement,
				   "SELECT s.position FROM unnest($2) WITH ORDINALITY AS s(size, position)"
				   " WHERE EXISTS (SELECT FROM ingest.manifest_files f WHERE f.target = $1"
				   " AND f.size = s.size AND f.published)");
	statement_add_regclass(&statement, target);
	statement_add_int64s(&statement, sizes, n);
	statement_run(&statement, read_known_size, &arg);
}

bool
manifest_content_published(Oid target, int64 size, const unsigned char *hash)
{
	Statement statement;

	statement_init(&statement, "SELECT FROM ingest.manifest_files WHERE target = $1"
							   " AND size = $2 AND content_hash = $3 AND published");
	statement_add_regclass(&statement, target);
	statement_add_int64(&statement, size);
	statement_add_bytes(&statement, hash, MANIFEST_HASH_LEN);
	return statement_run(&statement, NULL, NULL) > 0;
}

List *
manifest_published_paths(Oid target, List *paths)
{
	Statement statement;
	List *result = NIL;

	statement_init(&statement, "SELECT DISTINCT path FROM ingest.manifest_files"
							   " WHERE target = $1 AND path = ANY ($2) AND published");
	statement_add_regclass(&statement, target);
	statement_add_texts(&statement, paths);
	statement_run(&statement, read_text, &result);
	return result;
}

/* What refuse_published() hands to its row. */
typedef struct PublishedTwin
{
	char *path;
	int64 load_id;
} PublishedTwin;

/* StatementRow for refuse_published(). */
static void
read_twin(HeapTuple tuple, TupleDesc desc, void *arg)
{
	PublishedTwin *twin = arg;

	twin->path = row_text(tuple, desc, 1);
	twin->load_id = row_int64(tuple, desc, 2);
}

/* The unique index would refuse a content that is already published, but not say it as clearly. */
static void
refuse_published(int64 load_id)
{
	Statement statement;
	PublishedTwin twin;

	statement_init(&statement, "SELECT f.path, other.load_id FROM ingest.manifest_files f"
							   " JOIN ingest.manifest_files other ON other.target = f.target"
							   " AND other.size = f.size AND other.content_hash = f.content_hash"
							   " AND other.published AND other.load_id <> f.load_id"
							   " WHERE f.load_id = $1 AND NOT f.forced LIMIT 1");
	statement_add_int64(&statement, load_id);
	if (statement_run(&statement, read_twin, &twin) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the content of file \"%s\" is already published by load " INT64_FORMAT,
						twin.path, twin.load_id),
				 errhint("Give this load up with ingest.discard(" INT64_FORMAT "), then call "
						 "ingest.load for what is new.",
						 load_id)));
}

/* Forced files may repeat a content that is published, others not. */
void
manifest_publish_files(int64 load_id)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	Statement statement;

	refuse_published(load_id);
	statement_init(&statement, "UPDATE ingest.manifest_files SET published = true"
							   " WHERE load_id = $1 AND NOT published");
	statement_add_int64(&statement, load_id);
	PG_TRY();
	{
		statement_run(&statement, NULL, NULL);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(oldcontext);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION)
			PG_RE_THROW();
		/* refuse_published() looked with a snapshot from before the other load */
		FlushErrorState();
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("could not serialize access due to concurrent load"),
						errdetail("A file of load " INT64_FORMAT
								  " was published by a transaction that this one does not see.",
								  load_id),
						errhint("Call it again in a new transaction.")));
	}
	PG_END_TRY();
}
