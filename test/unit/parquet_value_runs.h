/*
 * parquet_value_runs.h: runs a decoder over a page in all ways, and compares what comes out.
 */
#ifndef INGEST_TEST_PARQUET_VALUE_RUNS_H
#define INGEST_TEST_PARQUET_VALUE_RUNS_H

#include "format/parquet/decoder.h"
#include "parquet_encode.h"
#include "parquet_pieces.h"

/* A page and its values. */
typedef struct ValueSample
{
	const char *name;
	int32_t encoding;
	int32_t type;
	int32_t type_length;
	uint32_t dictionary_size; /* 0: none */
	EncBuffer page;
	uint64_t offset;     /* of the values in the page */
	uint64_t num_values; /* what the page claims; 0: n */
	uint32_t n;
	const void *numbers;      /* n elements as PqValues has them, or NULL */
	const EncString *strings; /* or these */
	bool has_padding;         /* more values than n can be decoded */
} ValueSample;

/* How to decode it. */
typedef struct ValueWay
{
	size_t window; /* 0: the page in memory */
	bool is_stable;
	uint32_t call; /* values asked at a time; 0: all */
	uint64_t bytes_limit;
	bool copy_bytes;
	uint64_t skip_seed; /* not 0: some calls skip, chosen by it */
} ValueWay;

/* Memory of one batch of values, and of decoders: counts what is alive. */
typedef struct ValueMemory
{
	FmtAllocator allocator;
	int alive;
	int allowed; /* allocations until the allocator refuses; -1: never */
	size_t largest;
	struct ValueBlock *arena; /* one allocation each, so that reading behind one is seen */
} ValueMemory;

extern void value_memory_init(ValueMemory *memory);
extern void value_memory_reset(ValueMemory *memory); /* frees the batch */

/* values for up to capacity values of the sample's kind; data is malloc'd. */
extern void value_target_init(PqValues *values, const ValueSample *sample, uint32_t capacity,
							  ValueMemory *memory);

/*
 * NULL when all is as it should be, else what is not.  The status that ended decoding is FMT_OK
 * unless the page is bad; *decoded: values that came out (or were skipped) and were right.
 */
extern const char *value_sample_run(const ValueSample *sample, const ValueWay *way,
									FmtStatus *status, uint32_t *decoded);

#endif
