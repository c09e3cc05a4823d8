/*
 * identity.c: what tells one version of a file from another.
 *
 * The cheap look is stat's: size, mtime, inode and device.  The real identity
 * is the content: size and XXH3-128 of the raw bytes.
 */
#include "postgres.h"

#include "source/identity.h"

#include "source/raw_file.h"
#include "utils/memutils.h"

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

void
identity_from_stat(SourceFile *file, const struct stat *st)
{
	file->size = (uint64) st->st_size;
	file->mtime = (int64) st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
	file->device = (uint64) st->st_dev;
	file->inode = (uint64) st->st_ino;
}

static void
report_changed(const SourceFile *file, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					errmsg("file \"%s\" changed while it was being read", file->path),
					errdetail_internal("%s", detail),
					errhint("Load the file again when nothing writes to it any more.")));
}

void
identity_report_size(const SourceFile *file, uint64 size)
{
	report_changed(file, psprintf("Its size was %llu bytes and is now %llu bytes.",
								  (unsigned long long) file->size, (unsigned long long) size));
}

void
identity_check_unchanged(const SourceFile *file, int fd)
{
	struct stat st;
	SourceFile now;

	if (fstat(fd, &st) != 0)
		ereport(ERROR,
				(errcode_for_file_access(), errmsg("could not stat file \"%s\": %m", file->path)));
	identity_from_stat(&now, &st);

	if (now.size != file->size)
		identity_report_size(file, now.size);
	if (now.device != file->device || now.inode != file->inode)
		report_changed(file, "Another file has taken its place.");
	if (now.mtime != file->mtime)
		report_changed(file, "Its modification time is different now.");
}

struct SourceDigest
{
	RawFile *raw;
	char *buf;
	bool at_end;
};

SourceDigest *
source_digest_open(const SourceFile *file)
{
	SourceDigest *digest = palloc0(sizeof(SourceDigest));

	digest->raw = raw_file_open(file, CurrentMemoryContext);
	digest->buf = palloc(RAW_FILE_PIECE);
	return digest;
}

void
source_digest_advance(SourceDigest *digest, uint64 to, unsigned char *hash)
{
	while (raw_file_position(digest->raw) < to && !digest->at_end)
	{
		uint64 want = Min(to - raw_file_position(digest->raw), RAW_FILE_PIECE);

		digest->at_end = raw_file_read(digest->raw, digest->buf, want) == 0;
	}
	raw_file_digest(digest->raw, hash);
}

uint64
source_digest_position(const SourceDigest *digest)
{
	return raw_file_position(digest->raw);
}

void
source_digest_finish(SourceDigest *digest, SourceIdentity *identity)
{
	while (!digest->at_end)
		digest->at_end = raw_file_read(digest->raw, digest->buf, RAW_FILE_PIECE) == 0;
	raw_file_finish(digest->raw, identity);
	source_digest_close(digest);
}

void
source_digest_close(SourceDigest *digest)
{
	raw_file_close(digest->raw);
	pfree(digest->buf);
	pfree(digest);
}

void
source_identify(const SourceFile *file, SourceIdentity *identity)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest identity", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);

	source_digest_finish(source_digest_open(file), identity);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}
