/*
 * sniff_fuzz.c: fuzz target for csv_sniff().
 *
 * The first bytes say what is given, the rest is the file.  Whatever it is, the answer must be a
 * dialect that the reader can take, and the same again when that dialect is given.
 */
#include <stdlib.h>
#include <string.h>

#include "format/csv/sniff.h"

#define HEAD_SIZE 4 /* bytes that say what is given */

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_result(const CsvSniffResult *result)
{
	const CsvDialect *const d = &result->dialect;

	require(d->delimiter_len >= 1 && d->delimiter_len <= CSV_DELIMITER_MAX);
	require(d->delimiter[0] != '\n' && d->delimiter[0] != '\r');
	require(result->header_rows <= SNIFF_HEADER_ROWS);
	require(result->confidence >= 0 && result->confidence <= 1);
	require(result->header_confidence >= 0 && result->header_confidence <= 1);
	require(result->consistency >= 0 && result->consistency <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	CsvSniffRequest request;
	CsvSniffResult result, again;

	if (size < HEAD_SIZE)
		return 0;
	memset(&request, 0, sizeof(request));
	request.buf = (const char *) data + HEAD_SIZE;
	request.len = size - HEAD_SIZE;
	request.eof = (data[0] & 1) != 0;
	request.has_skip = (data[0] & 2) != 0;
	request.skip = data[1];
	request.has_header = (data[0] & 4) != 0;
	request.header = (data[0] & 8) != 0;
	request.dialect.newline = (data[0] & 16) != 0 ? '\r' : '\n';
	request.dialect.max_record = (data[0] & 32) != 0 ? 1 + data[2] : 1 << 20;
	request.dialect.delimiter[0] = ',';
	request.dialect.delimiter_len = 1;
	request.dialect.quote = '"';
	request.dialect.escape = '"';
	require(csv_sniff(&request, &allocator, &result) == FMT_OK);
	check_result(&result);

	if (result.sep_line)
		return 0;
	request.dialect = result.dialect;
	request.has_delimiter = request.has_quote = request.has_escape = request.has_comment = true;
	require(csv_sniff(&request, &allocator, &again) == FMT_OK);
	check_result(&again);
	require(memcmp(&again.dialect, &result.dialect, sizeof(again.dialect)) == 0);
	return 0;
}
