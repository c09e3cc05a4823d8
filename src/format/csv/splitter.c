/*
 * splitter.c: counts whole records in a buffer that grows at its end.
 *
 * in:  the bytes of a file in any pieces, in order
 * out: how many records and lines they hold and where the last whole one ends
 *
 * A scan engine counts the regular records of one line, which are one record
 * and one line however long they are; the record at which it stops, and
 * the one that has not ended yet, are walked by csv_record_scan_run(), which keeps
 * its place between calls.  So every byte is looked at a bounded number of
 * times however small the pieces are.  No memory is allocated.
 */
#include "format/csv/record_scan.h"
#include "format/csv/scan.h"

#include <string.h>

void
csv_splitter_init(CsvSplitter *splitter, const CsvDialect *dialect)
{
	memset(splitter, 0, sizeof(*splitter));
	splitter->dialect = dialect;
	csv_record_scan_begin(&splitter->open, 0);
}

void
csv_splitter_feed(CsvSplitter *splitter, const char *buf, size_t len, bool eof)
{
	const CsvScanEngine *const engine = csv_scan_engine();
	CsvScanSet set;

	csv_scan_set_init(&set, splitter->dialect);
	splitter->too_long = false;
	while (splitter->complete < len)
	{
		CsvRecord record;

		/* The record at complete has not been begun. */
		if (splitter->open.pos == splitter->complete)
		{
			uint64_t records;

			splitter->complete +=
				engine->count(&set, buf + splitter->complete, len - splitter->complete, &records);
			splitter->records += records;
			splitter->lines += records;
			csv_record_scan_begin(&splitter->open, splitter->complete);
			if (splitter->complete == len)
				break;
		}
		if (csv_record_scan_run(&splitter->open, splitter->dialect, buf, len, eof, &record) !=
			FMT_OK)
			break;
		splitter->too_long = record.lines == 0;
		if (splitter->too_long)
			break;
		splitter->complete = record.next;
		splitter->records++;
		splitter->lines += record.lines;
		csv_record_scan_begin(&splitter->open, splitter->complete);
	}
}
