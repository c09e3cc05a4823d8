/*
 * csv_oracle.h: a second, slow definition of the CSV grammar, and checks of the real
 * code against it.  Used by unit tests and the fuzzer.
 */
#ifndef INGEST_TEST_CSV_ORACLE_H
#define INGEST_TEST_CSV_ORACLE_H

#include "csv_random.h"
#include "format/csv/reader.h"

/* An allocator on malloc(); context may point to a counter of live allocations. */
extern FmtAllocator oracle_allocator(long *live);

/*
 * Checks on buf[0 .. len): csv_record_next() and each engine's reader give the
 * records and fields of the oracle; each engine's splitter, fed with pieces of 1
 * .. max_piece bytes, is after every piece where csv_record_next() is.  NULL, or what
 * differs (static memory).
 */
extern const char *oracle_check(const CsvDialect *dialect, const char *buf, size_t len,
								size_t max_piece, CsvRandom *random);

#endif
