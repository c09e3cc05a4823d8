/*
 * page_header.h: the header of one page.
 */
#ifndef INGEST_FORMAT_PARQUET_PAGE_HEADER_H
#define INGEST_FORMAT_PARQUET_PAGE_HEADER_H

#include "format/parquet/thrift.h"

typedef struct PqPageHeader
{
	int32_t type; /* PqPageType, or a number we do not know: the page is to be skipped */
	int32_t uncompressed_size;
	int32_t compressed_size;
	bool has_crc;
	uint32_t crc;
	int32_t num_values; /* of a data page: slots, nulls included; of a dictionary: entries */
	int32_t encoding;
	/* V1 */
	int32_t def_encoding;
	int32_t rep_encoding;
	/* V2 */
	int32_t num_nulls; /* advisory */
	int32_t num_rows;
	int32_t def_len;
	int32_t rep_len;
	bool is_compressed;
} PqPageHeader;

/*
 * Parses the header at data.  FMT_OK: *header is checked (nothing negative, level lengths
 * within the page) and *used says how long it is.  FMT_NEED_INPUT: it goes on behind len.
 * The offset in *error counts from data.
 */
extern FmtStatus pq_page_header_parse(const void *data, size_t len, PqPageHeader *header,
									  size_t *used, PqError *error);

#endif
