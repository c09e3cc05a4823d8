/*
 * manifest.h: loads, files, chunks, lanes: what was done.
 *
 * Who writes what: workers (or the caller's process when it stages by itself)
 * write loads up to 'staged', files, chunks and lanes, each in a transaction of
 * their own; only the caller's transaction marks a load 'published'.
 */
#ifndef INGEST_MANIFEST_MANIFEST_H
#define INGEST_MANIFEST_MANIFEST_H

#include "compat.h"
#include "nodes/pg_list.h"

#define MANIFEST_HASH_LEN 16 /* XXH3-128, canonical byte order */

typedef struct ManifestLoad
{
	int64 load_id;
	Oid target;
	char *source;
	char *options;     /* jsonb as text, as given by the caller */
	char *fingerprint; /* equal fingerprints stage equal rows from equal bytes */
	char *strategy;    /* NULL until known */
	List *unique_key;  /* of char * */
	List *columns;     /* of char *: target columns that the lanes carry */
	List *new_columns; /* of char *: those of columns that the target lacked */
	List *new_types;   /* of char *: their types in the lanes; "": text, the data will tell */
	char *status;
	int leader_pid;
	char *caller;         /* role name */
	int contract_version; /* 0: the target had no contract */
} ManifestLoad;

typedef struct ManifestFile
{
	int file_no;
	char *path;
	int64 size;
	int64 modified_at; /* microseconds since the Unix epoch */
	bool forced;
	int chunks; /* -1 until the file's last chunk is committed */
	/* filled by manifest_files() only */
	Oid target;
	unsigned char *content_hash; /* NULL until the last chunk is committed */
} ManifestFile;

/* What one needs to know of a text file to read a line of it again. */
typedef struct ManifestHead
{
	List *names; /* of char *; NIL: the fields have none */
	const char *encoding;
	const char *delimiter; /* bytes of the file */
	int delimiter_len;
	char newline;
	bool ends_with_delimiter; /* the header does */
} ManifestHead;

typedef struct ManifestChunk
{
	int file_no;
	int chunk_no;
	int64 byte_start; /* in the decoded stream */
	int64 byte_end;
	int64 raw_end; /* in the file, for progress */
	int64 first_row;
	int64 first_line;
	int64 lines;
	unsigned char hash[MANIFEST_HASH_LEN];
	int64 rows_read;
	int64 rows_staged;
	int64 rows_quarantined;
	int64 rows_ignored;
	bool has_defaults; /* columns that the file lacks and other files of the load have */
	int64 rows_bad;    /* quarantined, or ignored because bad */
	int lane_no;
} ManifestChunk;

typedef struct ManifestLane
{
	int lane_no;
	Oid relation;
	int64 epoch;
} ManifestLane;

/* Sums over the chunks of a load, and what publishing adds. */
typedef struct ManifestCounts
{
	int files_loaded;
	int files_skipped;
	int64 rows_read;
	int64 rows_staged;
	int64 rows_quarantined;
	int64 rows_ignored;
	int64 rows_bad; /* quarantined, or ignored because bad, while staging */
	int64 rows_deduplicated;
	int64 rows_inserted;
	int64 rows_updated;
	int64 rows_deleted;
	int64 rows_unchanged;
	int64 rows_skipped;
	int64 bytes_read;
} ManifestCounts;

/* loads.c */
extern int64 manifest_next_load_id(void);
extern void manifest_insert_load(const ManifestLoad *load);
extern ManifestLoad *manifest_load(int64 load_id); /* NULL when there is none */
/* The same, and its row stays as it is; an error if the snapshot is older than the row's state. */
extern ManifestLoad *manifest_lock_load(int64 load_id);
/* Staged or being staged, or rejected by checks with its lanes kept; of ManifestLoad *, oldest first. */
extern List *manifest_unfinished(Oid target);
/* Did the current transaction write the load's row last? */
extern bool manifest_is_own_load(int64 load_id);
extern void manifest_resume(int64 load_id, int leader_pid);
extern void manifest_set_status(int64 load_id, const char *status, const char *message);
extern void manifest_set_published(const ManifestLoad *load, const ManifestCounts *counts,
								   const char *message);
extern void manifest_forget_staged(int64 load_id); /* chunks, quarantine, file ends */
extern void manifest_sum(int64 load_id, ManifestCounts *counts);

/* files.c */
extern void manifest_insert_file(int64 load_id, Oid target, const ManifestFile *file);
/* size, content_hash and chunks of file are known; head: NULL for files of another format than text. */
extern void manifest_finish_file(int64 load_id, const ManifestFile *file, const ManifestHead *head);
extern List *manifest_files(int64 load_id); /* of ManifestFile *, by number */
/* Of a replay, that of the file from which the rows came. */
extern char *manifest_file_path(int64 load_id, int file_no);

/* Which of n sizes belong to some published file of target: sets known[i]. */
extern void manifest_published_sizes(Oid target, const int64 *sizes, int n, bool *known);
extern bool manifest_content_published(Oid target, int64 size, const unsigned char *hash);
/* Those of paths (of char *) under which a file was published into target. */
extern List *manifest_published_paths(Oid target, List *paths);
extern void manifest_publish_files(int64 load_id);

/* chunks.c */
extern void manifest_insert_chunk(int64 load_id, const ManifestChunk *chunk);
extern List *manifest_chunks(int64 load_id, int file_no); /* of ManifestChunk *, by number */
/* That of this number among chunks, as manifest_chunks() gives them; NULL: it is not committed. */
extern const ManifestChunk *manifest_chunk_of(List *chunks, int chunk_no);
/* The first file whose staged rows have defaults in columns that it lacks; NULL: there is none. */
extern char *manifest_path_with_defaults(int64 load_id);
/* Raises that such a file cannot be part of an upsert. */
pg_noreturn extern void manifest_refuse_defaults(const char *path);
extern void manifest_insert_lane(int64 load_id, const ManifestLane *lane);
extern List *manifest_lanes(int64 load_id); /* of ManifestLane *, by number */
extern void manifest_delete_lanes(int64 load_id);

#endif
