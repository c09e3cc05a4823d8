/*
 * lenient.c: splits one record with libcsv.
 *
 * in:  one record, line end excluded
 * out: one callback per field, with libcsv's copy of its content
 *
 * Made for bytes that the grammar of records.h calls irregular: a quote inside
 * a plain field and text behind a closing quote are kept as data.  libcsv's
 * buffer is allocated with malloc() and freed before the function returns, so
 * callbacks must return.
 */
#include "format/csv/reader.h"

#include <csv.h>

#define LIBCSV_GROWTH ((size_t) 64 * 1024) /* bytes; the default of 128 makes long fields slow */

typedef struct FieldTarget
{
	CsvFieldCallback field;
	void *arg;
	size_t count;
} FieldTarget;

/* For both questions libcsv asks: blanks are data, and the whole input is one record. */
static int
never(unsigned char byte)
{
	return 0;
}

static void
emit_field(void *data, size_t len, void *arg)
{
	FieldTarget *const target = arg;

	target->count++;
	target->field(data, len, target->arg);
}

static FmtStatus
libcsv_status(struct csv_parser *parser)
{
	const int error = csv_error(parser);

	return error == CSV_ENOMEM || error == CSV_ETOOBIG ? FMT_NO_MEMORY : FMT_CORRUPT;
}

FmtStatus
csv_split_lenient(const CsvDialect *dialect, const char *record, size_t len, CsvFieldCallback field,
				  void *arg)
{
	FieldTarget target = {field, arg, 0};
	FmtStatus status = FMT_OK;
	struct csv_parser parser;

	if (dialect->delimiter_len != 1 || dialect->quote == '\0' || dialect->escape != dialect->quote)
		return FMT_UNSUPPORTED;
	if (csv_init(&parser, 0) != 0)
		return FMT_NO_MEMORY;
	csv_set_delim(&parser, (unsigned char) dialect->delimiter[0]);
	csv_set_quote(&parser, (unsigned char) dialect->quote);
	csv_set_blk_size(&parser, LIBCSV_GROWTH);
	csv_set_space_func(&parser, never);
	csv_set_term_func(&parser, never);

	if (csv_parse(&parser, record, len, emit_field, NULL, &target) != len)
		status = libcsv_status(&parser);
	else
	{
		/* Quotes may stand anywhere, but the last field must be closed. */
		csv_set_opts(&parser, CSV_STRICT | CSV_STRICT_FINI);
		if (csv_fini(&parser, emit_field, NULL, &target) != 0)
			status = libcsv_status(&parser);
	}
	csv_free(&parser);

	if (status == FMT_OK && target.count == 0)
		field("", 0, arg); /* libcsv sees no field in a record without bytes */
	return status;
}
