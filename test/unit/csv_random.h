/*
 * csv_random.h: random dialects, and random input that suits them.
 */
#ifndef INGEST_TEST_CSV_RANDOM_H
#define INGEST_TEST_CSV_RANDOM_H

#include "format/csv/dialect.h"

/*
 * A source of small random numbers: first the given bytes (the fuzzer's input),
 * then xorshift64*, whose state must not be 0.
 */
typedef struct CsvRandom
{
	uint64_t state;
	const unsigned char *bytes;
	size_t nbytes;
} CsvRandom;

/* A number below bound (1 .. 65536). */
extern uint32_t csv_random(CsvRandom *random, uint32_t bound);

/* A random dialect, and random input for it: len bytes at buf. */
extern CsvDialect csv_random_dialect(CsvRandom *random);
extern void csv_random_input(CsvRandom *random, const CsvDialect *dialect, char *buf, size_t len);

#endif
