/*
 * parquet_file.c: random access to a file, and the errors of the Parquet reader.
 *
 * in:  a SourceFile
 * out: its PqFile, whose reads go through a descriptor of this process
 *
 * Plain reads, never a mapping: a file cut short while it is read would kill the
 * process.  The descriptor is a virtual one, so that a worker can keep a
 * file open from one chunk, and transaction, to the next.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/parquet_file.h"

#include "compat.h"
#include "miscadmin.h"
#include "source/identity.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#define MAGIC     "PAR1"
#define MAGIC_LEN 4

struct ParquetFile
{
	SourceFile source;
	File fd;
	PqFile *file;
	MemoryContextCallback release;
};

static void *
parquet_alloc(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
parquet_free(void *context, void *pointer)
{
	pfree(pointer);
}

/* Called when the memory context goes, after an error too. */
static void
release_file(void *arg)
{
	ParquetFile *parquet = arg;

	if (parquet->fd >= 0)
		FileClose(parquet->fd);
	parquet->fd = -1;
}

/* PqInput.read_at; the reader asks for nothing behind the end. */
static FmtStatus
read_at(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	ParquetFile *parquet = context;
	char *out = buffer;

	while (len > 0)
	{
		int got;

		CHECK_FOR_INTERRUPTS();
		got = FileRead(parquet->fd, out, Min(len, (size_t) 1024 * 1024), (off_t) offset,
					   WAIT_EVENT_COPY_FILE_READ);
		if (got < 0)
		{
			int read_errno = errno;

			pq_error(error, FMT_IO, offset, "could not read");
			if (error != NULL)
				error->base.os_error = read_errno;
			return FMT_IO;
		}
		if (got == 0)
			return pq_error(error, FMT_TRUNCATED, offset, "the file ends before its size");
		out += got;
		offset += got;
		len -= got;
	}
	return FMT_OK;
}

FmtStatus
parquet_file_interrupt(void *context)
{
	CHECK_FOR_INTERRUPTS();
	return FMT_OK;
}

static int
error_sqlstate(const PqError *error)
{
	switch (error->base.status)
	{
		case FMT_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case FMT_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case FMT_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		default:
			return ERRCODE_DATA_CORRUPTED;
	}
}

/* "Row group 3, column \"a.b\", page 7, byte 4711." */
static char *
describe_place(const PqError *error)
{
	StringInfoData text;

	initStringInfo(&text);
	if (error->row_group >= 0)
		appendStringInfo(&text, "row group %d, ", error->row_group);
	if (error->column.len > 0)
		appendStringInfo(&text, "column \"%.*s\", ", (int) error->column.len, error->column.data);
	if (error->page >= 0)
		appendStringInfo(&text, "page %lld, ", (long long) error->page);
	appendStringInfo(&text, "byte %llu", (unsigned long long) error->base.offset);
	text.data[0] = pg_toupper((unsigned char) text.data[0]);
	return text.data;
}

void
parquet_file_raise(const SourceFile *file, const PqError *error)
{
	if (error->base.status == FMT_IO)
	{
		errno = error->base.os_error;
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not read file \"%s\" at byte %llu: %m", file->path,
							   (unsigned long long) error->base.offset)));
	}
	ereport(ERROR,
			(errcode(error_sqlstate(error)),
			 errmsg("could not read Parquet file \"%s\": %s", file->path, error->base.message),
			 errdetail("%s.", describe_place(error))));
}

/* The name without directories has this extension. */
static bool
has_extension(const char *path, const char *extension)
{
	size_t len = strlen(path);
	size_t extension_len = strlen(extension);

	return len > extension_len && pg_strcasecmp(path + len - extension_len, extension) == 0;
}

bool
source_is_parquet(const SourceFile *file)
{
	char head[MAGIC_LEN];
	int fd = OpenTransientFile(file->path, O_RDONLY | O_NONBLOCK | PG_BINARY);
	ssize_t got;

	if (fd < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\" for reading: %m", file->path)));
	got = pg_pread(fd, head, MAGIC_LEN, 0);
	if (got < 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not read file \"%s\": %m", file->path)));
	CloseTransientFile(fd);
	return (got == MAGIC_LEN && memcmp(head, MAGIC, MAGIC_LEN) == 0) ||
		   has_extension(file->path, ".parquet") || has_extension(file->path, ".parq");
}

ParquetFile *
parquet_file_open(const SourceFile *file)
{
	ParquetFile *parquet = palloc0(sizeof(ParquetFile));
	FmtAllocator allocator = {parquet_alloc, parquet_free, CurrentMemoryContext};
	PqInput input = {read_at, parquet, file->size};
	PqError error;

	parquet->source = *file;
	parquet->source.path = pstrdup(file->path);
	parquet->fd = PathNameOpenFile(file->path, O_RDONLY | PG_BINARY);
	if (parquet->fd < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\" for reading: %m", file->path)));
	parquet->release.func = release_file;
	parquet->release.arg = parquet;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &parquet->release);
	parquet_file_check_unchanged(parquet);
	pq_error_init(&error);
	if (pq_file_open(&input, &allocator, PQ_MAX_FOOTER, &parquet->file, &error) != FMT_OK)
		parquet_file_raise(file, &error);
	return parquet;
}

const PqFile *
parquet_file_footer(const ParquetFile *parquet)
{
	return parquet->file;
}

const SourceFile *
parquet_file_source(const ParquetFile *parquet)
{
	return &parquet->source;
}

void
parquet_file_check_unchanged(const ParquetFile *parquet)
{
	/* the path is looked at as well as the descriptor: FileSize() reopens it if need be */
	if (FileSize(parquet->fd) < 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not determine the size of file \"%s\": %m", parquet->source.path)));
	identity_check_unchanged(&parquet->source, FileGetRawDesc(parquet->fd));
}
