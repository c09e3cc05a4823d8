/*
 * raw_file.c: the bytes of one file as they are on disk.
 *
 * in:  a SourceFile, as source_expand() found it
 * out: its raw bytes in pieces, and at the end their identity
 *
 * Exactly the bytes that stat promised are read; one byte less or more is an
 * error at once, so a file that keeps growing cannot be read forever.  The
 * descriptor is a transient one: an abort closes it.  The hash state is
 * libxxhash's own memory and freed when the memory context goes.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/raw_file.h"

#include "miscadmin.h"
#include "source/identity.h"
#include "source/xxh3.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

struct RawFile
{
	SourceFile file;
	int fd;
	uint64 position;
	bool at_end;
	XXH3_state_t *hash;
	MemoryContextCallback release;
};

StaticAssertDecl(sizeof(XXH128_canonical_t) == SOURCE_HASH_LEN,
				 "SOURCE_HASH_LEN is not the size of an XXH3-128 hash");

/* Called when the memory context goes, after an error too. */
static void
release_hash(void *arg)
{
	RawFile *raw = arg;

	XXH3_freeState(raw->hash);
	raw->hash = NULL;
}

static void
init_hash(RawFile *raw, MemoryContext context)
{
	raw->release.func = release_hash;
	raw->release.arg = raw;
	raw->hash = XXH3_createState();
	if (raw->hash == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	MemoryContextRegisterResetCallback(context, &raw->release);
	XXH3_128bits_reset(raw->hash);
}

static void
check_regular(const RawFile *raw)
{
	struct stat st;

	if (fstat(raw->fd, &st) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not stat file \"%s\": %m", raw->file.path)));
	if (!S_ISREG(st.st_mode))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not a regular file", raw->file.path)));
}

RawFile *
raw_file_open(const SourceFile *file, MemoryContext context)
{
	RawFile *raw = MemoryContextAllocZero(context, sizeof(RawFile));

	raw->file = *file;
	raw->file.path = MemoryContextStrdup(context, file->path);
	if (file->salt != NULL)
		raw->file.salt = MemoryContextStrdup(context, file->salt);
	init_hash(raw, context);

	/* O_NONBLOCK: a FIFO that took the file's place must not block the backend */
	raw->fd = OpenTransientFile(raw->file.path, O_RDONLY | O_NONBLOCK | PG_BINARY);
	if (raw->fd < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\" for reading: %m", raw->file.path)));
	check_regular(raw);
	identity_check_unchanged(&raw->file, raw->fd);
#ifdef USE_POSIX_FADVISE
	(void) posix_fadvise(raw->fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only */
#endif
	return raw;
}

/* One read(); returns what it gave, 0 at the end of the file. */
static size_t
read_piece(RawFile *raw, char *buf, size_t len)
{
	for (;;)
	{
		ssize_t got;

		CHECK_FOR_INTERRUPTS();
		pgstat_report_wait_start(WAIT_EVENT_COPY_FILE_READ);
		got = read(raw->fd, buf, len);
		pgstat_report_wait_end();
		if (got >= 0)
			return (size_t) got;
		if (errno != EINTR)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not read file \"%s\" at byte %llu: %m", raw->file.path,
								   (unsigned long long) raw->position)));
	}
}

/* The file could be read up to another size than stat promised. */
static void
report_other_size(const RawFile *raw, uint64 size)
{
	identity_check_unchanged(&raw->file, raw->fd);
	/* stat has not noticed: it never knows the real size of the kernel's files */
	identity_report_size(&raw->file, size);
}

size_t
raw_file_read(RawFile *raw, char *buf, size_t len)
{
	uint64 left = raw->file.size - raw->position;
	size_t got;

	if (raw->at_end || len == 0)
		return 0;
	if (left == 0)
	{
		char more;

		if (read_piece(raw, &more, 1) > 0)
			report_other_size(raw, raw->position + 1);
		raw->at_end = true;
		return 0;
	}
	got = read_piece(raw, buf, Min(Min(len, RAW_FILE_PIECE), left));
	if (got == 0)
		report_other_size(raw, raw->position);
	XXH3_128bits_update(raw->hash, buf, got);
	raw->position += got;
	return got;
}

uint64
raw_file_position(const RawFile *raw)
{
	return raw->position;
}

void
raw_file_digest(const RawFile *raw, unsigned char *hash)
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(raw->hash));
	memcpy(hash, canonical.digest, SOURCE_HASH_LEN);
}

/* The hash of hash and the file's salt, in place. */
static void
add_salt(const RawFile *raw, unsigned char *hash)
{
	size_t len = strlen(raw->file.salt);
	char *text = palloc(SOURCE_HASH_LEN + len);
	XXH128_canonical_t canonical;

	memcpy(text, hash, SOURCE_HASH_LEN);
	memcpy(text + SOURCE_HASH_LEN, raw->file.salt, len);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits(text, SOURCE_HASH_LEN + len));
	memcpy(hash, canonical.digest, SOURCE_HASH_LEN);
	pfree(text);
}

void
raw_file_finish(RawFile *raw, SourceIdentity *identity)
{
	if (!raw->at_end)
		elog(ERROR, "file \"%s\" has not been read to its end", raw->file.path);
	identity_check_unchanged(&raw->file, raw->fd);
	identity->size = raw->position;
	raw_file_digest(raw, identity->hash);
	if (raw->file.salt != NULL)
		add_salt(raw, identity->hash);
}

/* The memory stays until its context goes. */
void
raw_file_close(RawFile *raw)
{
	if (CloseTransientFile(raw->fd) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not close file \"%s\": %m", raw->file.path)));
	raw->fd = -1;
}
