/*
 * sniff_looks.h: what columns look like, and the record above them; private to sniff*.c.
 */
#ifndef INGEST_FORMAT_CSV_SNIFF_LOOKS_H
#define INGEST_FORMAT_CSV_SNIFF_LOOKS_H

#include "format/csv/sniff.h"

typedef enum SniffFamily
{
	FAMILY_NUMBER,
	FAMILY_DATE,
	FAMILY_TIME,
	FAMILY_OTHER,
	FAMILY_TEXT
} SniffFamily;

/* What stands in one column below the first record. */
typedef struct ColumnLook
{
	CsvField first; /* of the record that may be a header */
	CsvCellKind first_kind;
	uint32_t families[FAMILY_TEXT]; /* by SniffFamily; text not counted */
	uint32_t filled;                /* neither empty nor a null word */
	uint32_t min_len;
	uint32_t max_len;
	uint32_t with_digits;
	bool has_bytes;     /* some value is longer than nothing */
	bool repeats_first; /* the first field's text occurs again */
} ColumnLook;

extern SniffFamily sniff_family(CsvCellKind kind);

/* Takes in a value of the column. */
extern void sniff_look_at(ColumnLook *look, const CsvField *field);

/* Is the first record of these columns their header? */
extern bool sniff_is_header(const ColumnLook *looks, uint32_t n, uint32_t nrows,
							double *confidence);

#endif
