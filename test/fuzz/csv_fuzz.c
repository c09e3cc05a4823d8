/*
 * csv_fuzz.c: fuzz target for the CSV splitter and reader.
 *
 * The input's first bytes choose the dialect and the pieces that the splitter is fed; the
 * rest is the data.  With a usual dialect every engine must agree with the oracle
 * of the unit tests; with an arbitrary one, nothing may be read outside the
 * data and the reader must come to an end.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -I. -Isrc \
 *       test/fuzz/csv_fuzz.c src/format/csv/ *.c -lcsv
 *
 * With replay_main.c instead of the fuzzer it runs over stored inputs.
 */
/* Unit tests and fuzz targets share no library. */
#include "test/unit/csv_oracle.c"
#include "test/unit/csv_random.c"

#define HEAD_SIZE 16 /* bytes for dialect and pieces */

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes may mean anything. */
static CsvDialect
arbitrary_dialect(const uint8_t head[HEAD_SIZE])
{
	CsvDialect d;

	memset(&d, 0, sizeof(d));
	memcpy(d.delimiter, head + 1, CSV_DELIMITER_MAX);
	d.delimiter_len = (uint8_t) (1 + head[5] % CSV_DELIMITER_MAX);
	if (head[6] % 2 == 0)
		d.delimiter_len = 1;
	d.quote = (char) head[7];
	d.escape = (char) head[8];
	d.comment = (char) head[9];
	d.newline = head[10] % 2 == 0 ? '\n' : '\r';
	d.null_padding = head[11] % 2 == 0;
	d.ncolumns = head[12] % 4;
	d.max_record = head[13] % 2 == 0 ? head[14] : (size_t) -1;
	return d;
}

static void
add_length(const char *data, size_t len, void *arg)
{
	size_t i;

	for (i = 0; i < len; i++)
		*(size_t *) arg += (unsigned char) data[i];
}

/* Reads every row and touches every byte of every field. */
static void
read_all(const CsvDialect *d, const char *buf, size_t len)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvReader *reader = csv_reader_create(&allocator);
	CsvSplitter splitter;
	size_t rows = 0;
	size_t sum = 0;
	CsvRow row;

	csv_reader_begin(reader, d, buf, len);
	while (csv_reader_next(reader, &row) == FMT_OK)
	{
		uint32_t i;

		if (++rows > len || row.raw < buf || row.raw + row.raw_len > buf + len)
			abort();
		for (i = 0; i < row.nfields; i++)
			add_length(row.fields[i].data, row.fields[i].len, &sum);
		csv_split_lenient(d, row.raw, row.raw_len, add_length, &sum);
	}
	csv_reader_destroy(reader);

	csv_splitter_init(&splitter, d);
	csv_splitter_feed(&splitter, buf, len / 2, false);
	csv_splitter_feed(&splitter, buf, len, true);
	if (splitter.complete != len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const buf = (const char *) data + HEAD_SIZE;
	const size_t len = size - HEAD_SIZE;
	const char *const *engine;

	if (size < HEAD_SIZE)
		return 0;
	if (data[0] % 4 == 0)
	{
		const CsvDialect d = arbitrary_dialect(data);

		for (engine = csv_scan_engines(); *engine != NULL; engine++)
		{
			csv_scan_use_engine(*engine);
			read_all(&d, buf, len);
		}
		csv_scan_use_engine(NULL);
	}
	else
	{
		CsvRandom random = {1, data + 1, HEAD_SIZE - 1};
		const CsvDialect d = csv_random_dialect(&random);
		const size_t piece = data[0] < 128 ? (size_t) 1 + data[0] % 17 : 1 + len / 4;
		const char *failure = oracle_check(&d, buf, len, piece, &random);

		if (failure != NULL)
		{
			printf("%s\n", failure);
			abort();
		}
	}
	return 0;
}
