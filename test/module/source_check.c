/*
 * source_check.c: drives source_expand, source_identify and SourceStream from SQL.
 *
 * Files are made here too: with exactly the given bytes, gzip or zstd included,
 * so that the tests need no other programs.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>
#include <zlib.h>
#include <zstd.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "storage/fd.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "source/source.h"

PG_FUNCTION_INFO_V1(source_check_write);
PG_FUNCTION_INFO_V1(source_check_compress);
PG_FUNCTION_INFO_V1(source_check_expand);
PG_FUNCTION_INFO_V1(source_check_identify);
PG_FUNCTION_INFO_V1(source_check_read);
PG_FUNCTION_INFO_V1(source_check_change);

static SourceFile *
the_file(const char *path)
{
	return linitial(source_expand(path));
}

static char *
identity_text(const SourceIdentity *identity)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < SOURCE_HASH_LEN; i++)
		appendStringInfo(&text, "%02x", identity->hash[i]);
	return text.data;
}

static void
write_file(const char *path, const char *mode, const void *data, size_t len)
{
	FILE *file = AllocateFile(path, mode);

	if (file == NULL || fwrite(data, 1, len, file) != len || FreeFile(file) != 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not write file \"%s\": %m", path)));
}

/* source_check_write(path text, data bytea) */
Datum
source_check_write(PG_FUNCTION_ARGS)
{
	bytea *data = PG_GETARG_BYTEA_PP(1);

	write_file(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_BINARY_W, VARDATA_ANY(data),
			   VARSIZE_ANY_EXHDR(data));
	PG_RETURN_VOID();
}

static size_t
compress_gzip(const char *src, size_t len, char *dst, size_t size)
{
	z_stream zlib = {0};

	zlib.next_in = (Bytef *) unconstify(char *, src);
	zlib.avail_in = (uInt) len;
	zlib.next_out = (Bytef *) dst;
	zlib.avail_out = (uInt) size;
	if (deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
		deflate(&zlib, Z_FINISH) != Z_STREAM_END)
		elog(ERROR, "could not make gzip data");
	deflateEnd(&zlib);
	return zlib.total_out;
}

static size_t
compress_zstd(const char *src, size_t len, char *dst, size_t size)
{
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	size_t done;

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, 1);
	done = ZSTD_compress2(cctx, dst, size, src, len);
	ZSTD_freeCCtx(cctx);
	if (ZSTD_isError(done))
		elog(ERROR, "could not make zstd data: %s", ZSTD_getErrorName(done));
	return done;
}

/* source_check_compress(data bytea, method text) returns bytea: one gzip member or zstd frame */
Datum
source_check_compress(PG_FUNCTION_ARGS)
{
	bytea *data = PG_GETARG_BYTEA_PP(0);
	bool gzip = strcmp(text_to_cstring(PG_GETARG_TEXT_PP(1)), "gzip") == 0;
	size_t len = VARSIZE_ANY_EXHDR(data);
	size_t size = ZSTD_compressBound(len) + len / 1000 + 100; /* more than either needs */
	bytea *result = palloc(VARHDRSZ + size);

	size = gzip ? compress_gzip(VARDATA_ANY(data), len, VARDATA(result), size)
				: compress_zstd(VARDATA_ANY(data), len, VARDATA(result), size);
	SET_VARSIZE(result, VARHDRSZ + size);
	PG_RETURN_BYTEA_P(result);
}

/* source_check_expand(source text) returns text[] */
Datum
source_check_expand(PG_FUNCTION_ARGS)
{
	List *files = source_expand(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Datum *paths = palloc(sizeof(Datum) * list_length(files));
	int npaths = 0;
	ListCell *cell;

	foreach (cell, files)
		paths[npaths++] = CStringGetTextDatum(((SourceFile *) lfirst(cell))->path);
	PG_RETURN_ARRAYTYPE_P(construct_array(paths, npaths, TEXTOID, -1, false, TYPALIGN_INT));
}

/* source_check_identify(path text) returns text: the hash */
Datum
source_check_identify(PG_FUNCTION_ARGS)
{
	SourceIdentity identity;

	source_identify(the_file(text_to_cstring(PG_GETARG_TEXT_PP(0))), &identity);
	PG_RETURN_TEXT_P(cstring_to_text(identity_text(&identity)));
}

/* Reads to the end with reads of one size, and checks that only the last one is short. */
static void
read_all(SourceStream *stream, int read_size, StringInfo content)
{
	char *buf = palloc(read_size);
	size_t last = read_size;
	size_t got;

	while ((got = source_read(stream, buf, read_size)) > 0)
	{
		if (last < (size_t) read_size)
			elog(ERROR, "a read was short before the end");
		appendBinaryStringInfo(content, buf, (int) got);
		last = got;
	}
	if (source_read(stream, buf, read_size) != 0)
		elog(ERROR, "the stream went on behind its end");
	pfree(buf);
}

/*
 * source_check_read(path text, compression text, encoding text, read_size int,
 *     OUT content bytea, OUT raw_size int8, OUT hash text, OUT is_utf8 bool)
 */
Datum
source_check_read(PG_FUNCTION_ARGS)
{
	SourceFile *file = the_file(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	char *compression = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *encoding = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	SourceStream *stream = source_open(file, compression, encoding);
	SourceIdentity identity;
	StringInfoData content;
	TupleDesc tupdesc;
	Datum values[4];
	bool nulls[4] = {false};

	initStringInfo(&content);
	appendStringInfoSpaces(&content, VARHDRSZ);
	read_all(stream, PG_GETARG_INT32(3), &content);
	SET_VARSIZE(content.data, content.len);
	source_finish(stream, &identity);

	values[0] = PointerGetDatum(content.data);
	values[1] = Int64GetDatum((int64) source_raw_position(stream));
	values[2] = CStringGetTextDatum(identity_text(&identity));
	values[3] = BoolGetDatum(source_is_utf8(stream));
	source_close(stream);

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

static void
change_file(const char *path, const char *change)
{
	struct utimbuf long_ago = {1000000000, 1000000000};
	char *other = psprintf("%s.other", path);
	int failed = 0;

	if (strcmp(change, "append") == 0)
		write_file(path, PG_BINARY_A, "x", 1);
	else if (strcmp(change, "truncate") == 0)
		failed = truncate(path, 1);
	else if (strcmp(change, "touch") == 0)
		failed = utime(path, &long_ago);
	else if (strcmp(change, "replace") == 0)
	{
		/* same size, same time, another file */
		struct stat st;
		struct timespec times[2];

		failed = stat(path, &st);
		times[0] = times[1] = st.st_mtim;
		write_file(other, PG_BINARY_W, "", 0);
		failed |= truncate(other, st.st_size) | utimensat(AT_FDCWD, other, times, 0) |
				  rename(other, path);
	}
	else if (strcmp(change, "none") != 0)
		elog(ERROR, "unrecognized change: \"%s\"", change);
	if (failed != 0)
		elog(ERROR, "could not change file \"%s\": %m", path);
}

/*
 * source_check_change(path text, change text, moment text) returns text:
 * changes the file before it is opened, after the first byte or at the end.
 */
Datum
source_check_change(PG_FUNCTION_ARGS)
{
	char *path = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char *change = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *moment = text_to_cstring(PG_GETARG_TEXT_PP(2));
	SourceFile *file = the_file(path);
	SourceStream *stream;
	SourceIdentity identity;
	StringInfoData content;
	char first;

	if (strcmp(moment, "before") == 0)
		change_file(path, change);
	stream = source_open(file, "auto", NULL);
	source_read(stream, &first, 1);
	if (strcmp(moment, "while") == 0)
		change_file(path, change);
	initStringInfo(&content);
	read_all(stream, 4096, &content);
	if (strcmp(moment, "end") == 0)
		change_file(path, change);
	source_finish(stream, &identity);
	source_close(stream);
	PG_RETURN_TEXT_P(cstring_to_text("not noticed"));
}
