/*
 * lane_file.c: appends runs of pages to a table's main fork.
 *
 * in:  pages in private memory
 * out: the file, and a request to the checkpointer to sync it
 *
 * Before 17 the storage manager extends a file by one page a call, and a write of 8 kB costs the
 * kernel 1.4 times as much for a byte as one of 32.  So all pages of a run but the last are
 * written here, through a file descriptor of our own, and smgrextend() adds the last one.  It goes
 * last because it also asks the checkpointer to sync the segment, which must not happen before
 * the data is there.  Where a segment begins, smgrextend() creates it with the first page.
 *
 * The storage manager notices nothing but a file that grew by several pages, as it does when
 * another process extends it.  The caller's lock on the table keeps the file where it is.
 */
#include "postgres.h"

#include <fcntl.h>

#include "stage/lane_file.h"

#include "pgstat.h"
#include "storage/fd.h"
#include "storage/smgr.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "compat.h"

/*
 * Bytes of a write.  The kernel makes the page cache's pieces of memory as large; up to eight of its pages it
 * has them at hand (PAGE_ALLOC_COSTLY_ORDER), larger ones it has to look for.
 */
#define WRITE_SIZE (4 * BLCKSZ)

struct LaneFile
{
	File segment; /* -1: none is open */
	BlockNumber segment_no;
	MemoryContextCallback at_reset;
};

void
lane_file_close(LaneFile *file)
{
	if (file->segment >= 0)
		FileClose(file->segment);
	file->segment = -1;
}

static void
close_at_reset(void *arg)
{
	lane_file_close(arg);
}

LaneFile *
lane_file_create(void)
{
	LaneFile *file = palloc0(sizeof(LaneFile));

	file->segment = -1;
	file->at_reset.func = close_at_reset;
	file->at_reset.arg = file;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &file->at_reset);
	return file;
}

/* Opens the segment that block is in, which exists. */
static void
open_segment(LaneFile *file, Relation lane, BlockNumber block)
{
	BlockNumber segment_no = block / RELSEG_SIZE;
	char *path;

	if (file->segment >= 0 && file->segment_no == segment_no)
		return;
	lane_file_close(file);
	path = compat_relation_path(RelationGetSmgr(lane));
	if (segment_no > 0)
		path = psprintf("%s.%u", path, segment_no);
	file->segment = PathNameOpenFile(path, O_RDWR | PG_BINARY);
	if (file->segment < 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open file \"%s\": %m", path)));
	file->segment_no = segment_no;
	pfree(path);
}

/* Writes pages of one segment.  The kernel may write less than it can; what is left says why. */
static void
write_pages(LaneFile *file, Relation lane, BlockNumber first, const char *pages, int npages)
{
	int size = npages * BLCKSZ;
	off_t offset = (off_t) BLCKSZ * (first % RELSEG_SIZE);
	int done = 0;

	open_segment(file, lane, first);
	while (done < size)
	{
		int written;

		errno = 0;
		written =
			FileWrite(file->segment, unconstify(char *, pages) + done, Min(size - done, WRITE_SIZE),
					  offset + done, WAIT_EVENT_DATA_FILE_EXTEND);
		if (written <= 0)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not extend file \"%s\": %m", FilePathName(file->segment)),
							errhint("Check free disk space.")));
		done += written;
	}
}

/* lane_file_append() for pages of one segment. */
static void
append_to_segment(LaneFile *file, Relation lane, BlockNumber first, const char *pages, int npages)
{
	BlockNumber last = first + npages - 1;

	if (first % RELSEG_SIZE == 0 && npages > 1)
	{
		smgrextend(RelationGetSmgr(lane), MAIN_FORKNUM, first, unconstify(char *, pages), false);
		first++;
		pages += BLCKSZ;
	}
	if (first < last)
		write_pages(file, lane, first, pages, last - first);
	pages += (Size) (last - first) * BLCKSZ;
	smgrextend(RelationGetSmgr(lane), MAIN_FORKNUM, last, unconstify(char *, pages), false);
}

void
lane_file_append(LaneFile *file, Relation lane, BlockNumber first, const char *pages, int npages)
{
	while (npages > 0)
	{
		int n = Min(npages, (int) (RELSEG_SIZE - first % RELSEG_SIZE));

		append_to_segment(file, lane, first, pages, n);
		first += n;
		pages += (Size) n * BLCKSZ;
		npages -= n;
	}
}
