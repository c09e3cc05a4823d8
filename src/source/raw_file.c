/*
 * raw_file.c: the bytes of one file as they are on disk.
 *
 * in:  a SourceFile, as source_expand() found it
 * out: its raw bytes in pieces, and at the end their identity
 *
 * Exactly the bytes that stat promised are read; one byte less or more is an
 * error at once, so a file that keeps growing cannot be read forever.  The
 * descriptor is a virtual one, so that a cursor can read on when the
 * subtransaction that opened the file is rolled back.  It is closed, and the hash state,
 * which is libxxhash's own memory, is freed at the latest when the memory context goes.
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
	File fd;
	uint64 position;
	bool at_end;
	XXH3_state_t *hash;
	MemoryContextCallback release;
};

StaticAssertDecl(sizeof(XXH128_canonical_t) == SOURCE_HASH_LEN,
				 "SOURCE_HASH_LEN is not the size of an XXH3-128 hash");

/* Called when the memory context goes, after an error too. */
static void
release(void *arg)
{
	RawFile *raw = arg;

	if (raw->fd >= 0)
		FileClose(raw->fd);
	raw->fd = -1;
	XXH3_freeState(raw->hash);
	raw->hash = NULL;
}

static void
init_hash(RawFile *raw)
{
	raw->hash = XXH3_createState();
	if (raw->hash == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	XXH3_128bits_reset(raw->hash);
}

/* Opens the file again if need be: what is then under its path is looked at. */
static int
descriptor(const RawFile *raw)
{
	if (FileSize(raw->fd) < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not determine the size of file \"%s\": %m", raw->file.path)));
	return FileGetRawDesc(raw->fd);
}

static void
check_regular(const RawFile *raw)
{
	struct stat st;

	if (fstat(descriptor(raw), &st) != 0)
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
	raw->fd = -1;
	raw->release.func = release;
	raw->release.arg = raw;
	MemoryContextRegisterResetCallback(context, &raw->release);
	init_hash(raw);

	/* O_NONBLOCK: a FIFO that took the file's place must not block the backend */
	raw->fd = PathNameOpenFile(raw->file.path, O_RDONLY | O_NONBLOCK | PG_BINARY);
	if (raw->fd < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\" for reading: %m", raw->file.path)));
	check_regular(raw);
	identity_check_unchanged(&raw->file, descriptor(raw));
#ifdef USE_POSIX_FADVISE
	(void) posix_fadvise(FileGetRawDesc(raw->fd), 0, 0, POSIX_FADV_SEQUENTIAL); /* advice only */
#endif
	return raw;
}

/* One read; returns what it gave, 0 at the end of the file. */
static size_t
read_piece(RawFile *raw, char *buf, size_t len)
{
	int got;

	CHECK_FOR_INTERRUPTS();
	got = FileRead(raw->fd, buf, len, (off_t) raw->position, WAIT_EVENT_COPY_FILE_READ);
	if (got < 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not read file \"%s\" at byte %llu: %m", raw->file.path,
							   (unsigned long long) raw->position)));
	return (size_t) got;
}

/* The file could be read up to another size than stat promised. */
static void
report_other_size(const RawFile *raw, uint64 size)
{
	identity_check_unchanged(&raw->file, descriptor(raw));
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
	identity_check_unchanged(&raw->file, descriptor(raw));
	identity->size = raw->position;
	raw_file_digest(raw, identity->hash);
	if (raw->file.salt != NULL)
		add_salt(raw, identity->hash);
}

/* The memory stays until its context goes. */
void
raw_file_close(RawFile *raw)
{
	FileClose(raw->fd);
	raw->fd = -1;
}
