/*
 * option_table.c: every option there is.
 *
 * in:  nothing
 * out: the rows, static
 *
 * The table below is the only place that knows the options: names, defaults,
 * allowed values and help all come from its rows.
 */
#include "postgres.h"

#include <limits.h>

#include "datatype/timestamp.h"
#include "options/option_kinds.h"

#define KB               INT64CONST(1024)
#define MB               (1024 * KB)
#define FORMAT_MAX       255 /* bytes of a date format */
#define MIN_FILE_AGE_MAX (INT64CONST(366) * SECS_PER_DAY * 1000)

#define FIELD(member) \
	.offset = offsetof(IngestOptions, member), .size = sizeof(((IngestOptions *) NULL)->member)

/* "auto" decides by the file. */
static const OptionChoice formats[] = {{.name = "auto", .value = FORMAT_AUTO},
									   {.name = "csv", .value = FORMAT_CSV},
									   {.name = "parquet", .value = FORMAT_PARQUET},
									   {.name = NULL}};
static const OptionChoice compressions[] = {
	{.name = "auto"}, {.name = "none"}, {.name = "gzip"}, {.name = "zstd"}, {.name = NULL}};
static const OptionChoice headers[] = {{.name = "match", .value = HEADER_MATCH}, {.name = NULL}};
static const OptionChoice lossy[] = {
	{.name = "error", .value = false}, {.name = "allow", .value = true}, {.name = NULL}};
static const OptionChoice match_by[] = {{.name = "name", .value = MATCH_BY_NAME},
										{.name = "position", .value = MATCH_BY_POSITION},
										{.name = "name_ci", .value = MATCH_BY_NAME_CI},
										{.name = NULL}};
static const OptionChoice new_columns[] = {{.name = "freeze", .value = NEW_COLUMNS_FREEZE},
										   {.name = "ignore", .value = NEW_COLUMNS_IGNORE},
										   {.name = NULL}};
static const OptionChoice on_error[] = {{.name = "quarantine", .value = ON_ERROR_QUARANTINE},
										{.name = "stop", .value = ON_ERROR_STOP},
										{.name = "ignore", .value = ON_ERROR_IGNORE},
										{.name = "set_null", .value = ON_ERROR_SET_NULL},
										{.name = NULL}};
static const OptionChoice on_changed_file[] = {{.name = "load", .value = CHANGED_FILE_LOAD},
											   {.name = "error", .value = CHANGED_FILE_ERROR},
											   {.name = "skip", .value = CHANGED_FILE_SKIP},
											   {.name = NULL}};
static const OptionChoice on_busy[] = {{.name = "wait", .value = ON_BUSY_WAIT},
									   {.name = "skip", .value = ON_BUSY_SKIP},
									   {.name = "error", .value = ON_BUSY_ERROR},
									   {.name = NULL}};
static const OptionChoice workers[] = {{.name = "auto", .value = -1}, {.name = NULL}};

/*
 * Grouped as in the documentation.  Fingerprints list options in this order, and
 * only those that differ from their defaults: a new row leaves the fingerprints
 * of loads that do not use it as they are, a row that moves does not.
 */
static const OptionSpec option_table[] = {
	/* reading */
	{.name = "format",
	 .kind = &option_enum,
	 .initial = "auto",
	 FIELD(file_format),
	 .choices = formats,
	 .fingerprint = true,
	 .help = "Format of the file; auto looks at its first bytes and its name."},
	{.name = "compression",
	 .kind = &option_word,
	 .initial = "auto",
	 FIELD(compression),
	 .choices = compressions,
	 .fingerprint = true,
	 .help = "How the file is compressed; auto looks at its first bytes."},
	{.name = "delimiter",
	 .kind = &option_string,
	 .initial = ",",
	 FIELD(delimiter),
	 .min = 1,
	 .max = 4,
	 .fingerprint = true,
	 .help = "What separates the fields of a record."},
	{.name = "quote",
	 .kind = &option_character,
	 .initial = "\"",
	 FIELD(quote),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "What encloses fields that contain delimiters or line ends."},
	{.name = "escape",
	 .kind = &option_character,
	 FIELD(escape),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "What precedes a quote inside quotes; the quote itself unless given."},
	{.name = "null",
	 .kind = &option_string_set,
	 .initial = "",
	 FIELD(null_strings),
	 .fingerprint = true,
	 .help = "Unquoted strings that stand for NULL."},
	{.name = "header",
	 .kind = &option_boolean,
	 .initial = "true",
	 FIELD(header),
	 .choices = headers,
	 .fingerprint = true,
	 .help = "Whether the first line names the columns; match: it must be the target's columns in "
			 "their order."},
	{.name = "encoding",
	 .kind = &option_encoding,
	 FIELD(encoding),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Encoding of the file; that of the database unless given."},
	{.name = "skip",
	 .kind = &option_integer,
	 .initial = "0",
	 FIELD(skip),
	 .min = 0,
	 .max = INT_MAX,
	 .fingerprint = true,
	 .help = "Number of lines to skip before the header."},
	{.name = "comment",
	 .kind = &option_character,
	 FIELD(comment),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Lines that start with it are ignored."},
	{.name = "columns",
	 .kind = &option_column_list,
	 FIELD(columns),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Names for the columns of a file without a header."},
	{.name = "force_null",
	 .kind = &option_column_set,
	 FIELD(force_null),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Columns in which quoted null strings are NULL too."},
	{.name = "force_not_null",
	 .kind = &option_column_set,
	 FIELD(force_not_null),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Columns in which null strings are taken as they are."},
	{.name = "null_padding",
	 .kind = &option_boolean,
	 .initial = "false",
	 FIELD(null_padding),
	 .fingerprint = true,
	 .help = "Whether fields missing at the end of a record are NULL."},
	{.name = "max_line_size",
	 .kind = &option_bytes,
	 .initial = "16MB",
	 FIELD(max_line_size),
	 .min = 1,
	 .max = 256 * MB,
	 .fingerprint = true,
	 .help = "Longest record; a longer one is a bad row."},
	{.name = "dateformat",
	 .kind = &option_string,
	 FIELD(format.dateformat),
	 .min = 1,
	 .max = FORMAT_MAX,
	 .nullable = true,
	 .fingerprint = true,
	 .help = "How dates are written, such as \"%d/%m/%Y\"."},
	{.name = "timestampformat",
	 .kind = &option_string,
	 FIELD(format.timestampformat),
	 .min = 1,
	 .max = FORMAT_MAX,
	 .nullable = true,
	 .fingerprint = true,
	 .help = "How timestamps are written, such as \"%d/%m/%Y %H:%M:%S\"."},
	{.name = "decimal_separator",
	 .kind = &option_character,
	 .initial = ".",
	 FIELD(format.decimal_separator),
	 .fingerprint = true,
	 .help = "What separates the fraction of a number."},
	{.name = "thousands",
	 .kind = &option_character,
	 FIELD(format.thousands),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "What groups the digits of a number."},
	{.name = "lossy",
	 .kind = &option_enum,
	 .initial = "error",
	 FIELD(format.allow_lossy),
	 .choices = lossy,
	 .fingerprint = true,
	 .help = "Whether a value that does not fit exactly may be rounded or cut, or is an error of "
			 "its row."},
	{.name = "filename",
	 .kind = &option_string,
	 FIELD(filename),
	 .min = 1,
	 .max = NAMEDATALEN - 1,
	 .nullable = true,
	 .fingerprint = true,
	 .help = "Column of the target that receives the path of the file."},
	{.name = "hive_partitioning",
	 .kind = &option_boolean,
	 .initial = "true",
	 FIELD(hive_partitioning),
	 .fingerprint = true,
	 .help = "Whether directories named key=value give columns their values."},
	{.name = "int96_as_utc",
	 .kind = &option_boolean,
	 .initial = "true",
	 FIELD(int96_is_utc),
	 .fingerprint = true,
	 .help = "Whether INT96 timestamps of Parquet files are instants, as Spark and Hive write "
			 "them, or local times, as Impala does."},
	/* mapping */
	{.name = "match_by",
	 .kind = &option_enum,
	 .initial = "name",
	 FIELD(match_by),
	 .choices = match_by,
	 .fingerprint = true,
	 .help =
		 "How columns of the file find those of the target; position where the file names none."},
	{.name = "column_map",
	 .kind = &option_column_map,
	 FIELD(column_map),
	 .nullable = true,
	 .fingerprint = true,
	 .help = "File columns, or aliases of them, for columns of the target."},
	{.name = "new_columns",
	 .kind = &option_enum,
	 .initial = "freeze",
	 FIELD(new_columns),
	 .choices = new_columns,
	 .fingerprint = true,
	 .help = "What to do with columns of the file that the target has not; freeze: an error, "
			 "ignore: they are not read."},
	/* bad rows */
	{.name = "on_error",
	 .kind = &option_enum,
	 .initial = "quarantine",
	 FIELD(on_error),
	 .choices = on_error,
	 .fingerprint = true,
	 .help = "What happens to a bad row; set_null: its bad values become NULL."},
	{.name = "reject_limit",
	 .kind = &option_limit,
	 .min = 0,
	 .max = PG_INT64_MAX,
	 .nullable = true,
	 .help = "Bad rows, or percentage of the rows read, above which nothing is published."},
	{.name = "initial_bad_rows",
	 .kind = &option_integer,
	 .initial = "1000",
	 FIELD(initial_bad_rows),
	 .min = 0,
	 .max = INT_MAX,
	 .help = "The load stops when this many rows at its start are all bad; 0: never."},
	/* retry */
	{.name = "force",
	 .kind = &option_boolean,
	 .initial = "false",
	 FIELD(force),
	 .help = "Whether a file is loaded again that was loaded before."},
	{.name = "on_changed_file",
	 .kind = &option_enum,
	 FIELD(on_changed_file),
	 .choices = on_changed_file,
	 .nullable = true,
	 .help = "What to do with new bytes under a loaded path; unless given, load with a key, else "
			 "error."},
	{.name = "on_busy",
	 .kind = &option_enum,
	 .initial = "wait",
	 FIELD(on_busy),
	 .choices = on_busy,
	 .help = "What to do while another load has the same target."},
	{.name = "min_file_age",
	 .kind = &option_duration,
	 .initial = "0",
	 FIELD(min_file_age),
	 .min = 0,
	 .max = MIN_FILE_AGE_MAX,
	 .help = "Files changed more recently than this are left for the next load."},
	/* resources */
	{.name = "workers",
	 .kind = &option_integer,
	 .initial = "auto",
	 FIELD(workers),
	 .choices = workers,
	 .min = 0,
	 .max = 64,
	 .help = "Background workers; 0: the caller does the work."},
	{.name = "chunk_size",
	 .kind = &option_bytes,
	 .initial = "8MB",
	 FIELD(chunk_size),
	 .min = 64 * KB,
	 .max = 256 * MB,
	 .fingerprint = true,
	 .help = "Decoded bytes that one worker transaction loads."},
	{.name = "row_group_size",
	 .kind = &option_bytes,
	 .initial = "32MB",
	 FIELD(row_group_size),
	 .min = 64 * KB,
	 .max = INT64CONST(1024) * 1024 * MB,
	 .fingerprint = true,
	 .help = "Decoded bytes beyond which a row group of a Parquet file is loaded in parts."},
	{.name = "memory_budget",
	 .kind = &option_bytes,
	 .initial = "256MB",
	 FIELD(memory_budget),
	 .min = MB,
	 .max = INT64CONST(1024) * 1024 * MB,
	 .help = "Bytes of pages that a process keeps in memory when it reads Parquet files."},
};

int
options_count(void)
{
	return lengthof(option_table);
}

const OptionSpec *
option_spec(int i)
{
	Assert(i >= 0 && i < options_count());
	return &option_table[i];
}
