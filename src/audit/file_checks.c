/*
 * file_checks.c: what a sender says of a file, beside it or in its last record.
 *
 * in:  the files of a load with their counts, small files beside them, trailers in quarantine
 * out: results in CurrentMemoryContext
 *
 *   "side_file"  "<path><suffix>" holds the number of rows (".count"), or the file's SHA-256 as
 *                sha256sum prints it (".sha256"); or "_SUCCESS" lies in its directory
 *   "trailer"    a record that matches the pattern, whose first group is the number of rows
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit_internal.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "manifest/statement.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/builtins.h"

#define SIDE_FILE_MAX 4096 /* bytes that are read of one */
#define HASH_BUFFER   (256 * 1024)

/* A file of the load and what was read of it. */
typedef struct LoadedFile
{
	int file_no;
	char *path;
	int64 rows_read;
} LoadedFile;

bool
audit_is_file_check(const DocumentCheck *check)
{
	return strcmp(check->type, "side_file") == 0 || strcmp(check->type, "trailer") == 0;
}

/* StatementRow: appends to *(List **) arg. */
static void
read_file_row(HeapTuple tuple, TupleDesc desc, void *arg)
{
	LoadedFile *file = palloc0(sizeof(LoadedFile));
	List **files = arg;

	file->file_no = row_int64(tuple, desc, 1);
	file->path = row_text(tuple, desc, 2);
	file->rows_read = row_int64(tuple, desc, 3);
	*files = lappend(*files, file);
}

static List *
loaded_files(int64 load_id)
{
	Statement statement;
	List *files = NIL;

	statement_init(&statement,
				   "SELECT f.file_no, f.path, coalesce(sum(c.rows_read), 0)::int8"
				   " FROM ingest.manifest_files f LEFT JOIN ingest.manifest_chunks c"
				   " ON c.load_id = f.load_id AND c.file_no = f.file_no"
				   " WHERE f.load_id = $1 GROUP BY f.file_no, f.path ORDER BY f.file_no");
	statement_add_int64(&statement, load_id);
	(void) statement_run(&statement, read_file_row, &files);
	return files;
}

/* The first word of a small file; NULL when there is no such file. */
static char *
read_side_file(const char *path)
{
	char *text = palloc(SIDE_FILE_MAX + 1);
	int fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	ssize_t len;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", path)));
	len = read(fd, text, SIDE_FILE_MAX);
	if (len < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", path)));
	CloseTransientFile(fd);
	text[len] = '\0';
	text[strcspn(text, " \t\r\n*")] = '\0';
	return text;
}

/* The SHA-256 of a file as it lies on disk, in hexadecimal. */
static char *
file_sha256(const char *path)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	int fd = OpenTransientFile(path, O_RDONLY | PG_BINARY);
	uint8 *buffer = palloc(HASH_BUFFER);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc(2 * PG_SHA256_DIGEST_LENGTH + 1);
	ssize_t len;

	if (context == NULL || pg_cryptohash_init(context) < 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (fd < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", path)));
	while ((len = read(fd, buffer, HASH_BUFFER)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (pg_cryptohash_update(context, buffer, len) < 0)
			elog(ERROR, "could not update SHA-256");
	}
	if (len < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not read file \"%s\": %m", path)));
	CloseTransientFile(fd);
	if (pg_cryptohash_final(context, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not finish SHA-256");
	pg_cryptohash_free(context);
	hex[hex_encode((char *) digest, sizeof(digest), hex)] = '\0';
	return hex;
}

static void
fail(ManifestCheck *result, char *observed, char *wanted)
{
	result->passed = false;
	result->observed = observed;
	result->expected = wanted;
}

static void
check_count(const LoadedFile *file, const char *text, ManifestCheck *result)
{
	char *end;
	int64 wanted;

	errno = 0;
	wanted = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0')
		fail(result, psprintf("\"%s\" beside file \"%s\"", text, file->path),
			 "the number of its rows");
	else if (wanted != file->rows_read)
		fail(result, psprintf(INT64_FORMAT " rows in file \"%s\"", file->rows_read, file->path),
			 psprintf(INT64_FORMAT " rows", wanted));
}

static void
check_sha256(const LoadedFile *file, const char *text, ManifestCheck *result)
{
	char *found = file_sha256(file->path);

	if (pg_strcasecmp(found, text) != 0)
		fail(result, psprintf("SHA-256 %s of file \"%s\"", found, file->path),
			 psprintf("SHA-256 %s", text));
}

/* Where what the sender says of a file is. */
static char *
side_path(const LoadedFile *file, const DocumentCheck *check)
{
	const char *slash;

	if (check->file[0] == '.')
		return psprintf("%s%s", file->path, check->file);
	slash = strrchr(file->path, '/');
	return psprintf("%.*s%s", (int) (slash + 1 - file->path), file->path, check->file);
}

static void
check_side_file(const LoadedFile *file, const DocumentCheck *check, ManifestCheck *result)
{
	char *path = side_path(file, check);
	char *text = read_side_file(path);

	if (text == NULL)
	{
		if (!check->optional)
			fail(result, psprintf("no file \"%s\"", path), "that file");
		return;
	}
	if (strcmp(check->file, ".sha256") == 0)
		check_sha256(file, text, result);
	else if (check->file[0] == '.')
		check_count(file, text, result);
}

/* StatementRow: appends a number, -1 for NULL, and a record number, to *(List **) arg. */
typedef struct Trailer
{
	char *count; /* NULL: the pattern has no group, or another text */
	int64 record;
} Trailer;

static void
read_trailer(HeapTuple tuple, TupleDesc desc, void *arg)
{
	Trailer *trailer = palloc0(sizeof(Trailer));
	List **trailers = arg;

	trailer->record = row_int64(tuple, desc, 1);
	trailer->count = row_text(tuple, desc, 2);
	*trailers = lappend(*trailers, trailer);
}

static void
check_trailer(const AuditRequest *request, const LoadedFile *file, const DocumentCheck *check,
			  ManifestCheck *result)
{
	Statement statement;
	List *trailers = NIL;
	Trailer *last;

	statement_init(&statement,
				   "SELECT record_no, substring(raw_line FROM $3) FROM ingest.quarantine_rows"
				   " WHERE load_id = $1 AND file_no = $2 AND rule = 'trailer' ORDER BY record_no");
	statement_add_int64(&statement, request->load_id);
	statement_add_int32(&statement, file->file_no);
	statement_add_text(&statement, check->pattern);
	(void) statement_run(&statement, read_trailer, &trailers);
	if (trailers == NIL)
	{
		if (!check->optional)
			fail(result, psprintf("no trailer in file \"%s\"", file->path), "one");
		return;
	}
	last = llast(trailers);
	if (list_length(trailers) > 1 || last->record != file->rows_read)
		fail(result,
			 psprintf("a trailer in record " INT64_FORMAT " of " INT64_FORMAT " of file \"%s\"",
					  ((Trailer *) linitial(trailers))->record, file->rows_read, file->path),
			 "it in the last");
	else
	{
		LoadedFile rows = {file->file_no, file->path, file->rows_read - 1};

		check_count(&rows, last->count != NULL ? last->count : "", result);
	}
}

ManifestCheck *
audit_file_check(const AuditRequest *request, const DocumentCheck *check)
{
	ManifestCheck *result = audit_result(check);
	List *files = loaded_files(request->load_id);
	ListCell *lc;

	result->passed = true;
	result->observed = psprintf("%d files as their sender has them", list_length(files));
	result->expected = "that";
	foreach (lc, files)
	{
		if (strcmp(check->type, "trailer") == 0)
			check_trailer(request, lfirst(lc), check, result);
		else
			check_side_file(lfirst(lc), check, result);
		if (!result->passed)
			break;
	}
	return result;
}
