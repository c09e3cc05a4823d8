/*
 * make_parquet.c: writes a Parquet file from a description, for tests.
 *
 *   make_parquet [options] FILE <description
 *   make_parquet [options] --from-csv CSV [--schema SCHEMA] FILE
 *
 * The description is a schema (schema_text.h) and then the rows, JSON objects, one a line.  CSV:
 * the columns of the schema in the file SCHEMA, or those of the benchmarks (csv_rows.h).
 *
 *     --codec NAME               uncompressed, snappy, gzip, brotli, lz4, zstd, lz4_raw; a number:
 *                                pages are not compressed, but the footer says so
 *     --encoding [COLUMN=]NAME   plain, rle, delta_binary_packed, delta_length_byte_array,
 *                                delta_byte_array, byte_stream_split; COLUMN: "a.list.element"
 *     --dictionary [COLUMN=]HOW  no, yes, auto (where it pays)
 *     --page-version 1|2
 *     --page-rows N, --page-bytes N, --row-group-rows N
 *     --crc                      checksums of pages
 *     --wrong-crc N              page N of the file has a wrong one
 *     --no-statistics, --old-statistics (min and max without an order)
 *     --annotations WHICH        both, logical, converted
 *     --key-value KEY[=VALUE]
 *     --created-by TEXT
 *     --repeat N                 the rows N times
 *     --cut N                    the file without its last N bytes
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "test/parquet/csv_rows.h"
#include "test/parquet/file_writer.h"
#include "test/parquet/row_shredder.h"
#include "test/parquet/schema_text.h"
#include "test/unit/parquet_encode.h"

#define MAX_SETTINGS 64

/* Options that can be had only when there is a writer. */
typedef struct Setting
{
	int option;
	char *value;
} Setting;

typedef struct Arguments
{
	FileOptions file;
	const char *output;
	const char *csv;
	const char *schema;
	const char *annotations;
	uint64_t cut;
	uint64_t repeat;
	Setting settings[MAX_SETTINGS];
	int nsettings;
} Arguments;

enum
{
	OPT_CODEC = 1,
	OPT_ENCODING,
	OPT_DICTIONARY,
	OPT_PAGE_VERSION,
	OPT_PAGE_ROWS,
	OPT_PAGE_BYTES,
	OPT_ROW_GROUP_ROWS,
	OPT_CRC,
	OPT_WRONG_CRC,
	OPT_NO_STATISTICS,
	OPT_OLD_STATISTICS,
	OPT_ANNOTATIONS,
	OPT_KEY_VALUE,
	OPT_CREATED_BY,
	OPT_REPEAT,
	OPT_CUT,
	OPT_FROM_CSV,
	OPT_SCHEMA
};

static const struct option long_options[] = {
	{"codec", required_argument, NULL, OPT_CODEC},
	{"encoding", required_argument, NULL, OPT_ENCODING},
	{"dictionary", required_argument, NULL, OPT_DICTIONARY},
	{"page-version", required_argument, NULL, OPT_PAGE_VERSION},
	{"page-rows", required_argument, NULL, OPT_PAGE_ROWS},
	{"page-bytes", required_argument, NULL, OPT_PAGE_BYTES},
	{"row-group-rows", required_argument, NULL, OPT_ROW_GROUP_ROWS},
	{"crc", no_argument, NULL, OPT_CRC},
	{"wrong-crc", required_argument, NULL, OPT_WRONG_CRC},
	{"no-statistics", no_argument, NULL, OPT_NO_STATISTICS},
	{"old-statistics", no_argument, NULL, OPT_OLD_STATISTICS},
	{"annotations", required_argument, NULL, OPT_ANNOTATIONS},
	{"key-value", required_argument, NULL, OPT_KEY_VALUE},
	{"created-by", required_argument, NULL, OPT_CREATED_BY},
	{"repeat", required_argument, NULL, OPT_REPEAT},
	{"cut", required_argument, NULL, OPT_CUT},
	{"from-csv", required_argument, NULL, OPT_FROM_CSV},
	{"schema", required_argument, NULL, OPT_SCHEMA},
	{NULL, 0, NULL, 0}};

/* The number of name, whatever its case, among names. */
static int32_t
choose(const char *name, const char *const *names, int32_t nnames)
{
	int32_t i;

	for (i = 0; i < nnames; i++)
	{
		if (names[i] != NULL && strcasecmp(name, names[i]) == 0)
			return i;
	}
	file_writer_fail("unknown name \"%s\"", name);
}

static int32_t
choose_codec(const char *name)
{
	static const char *const names[] = {"uncompressed", "snappy", "gzip", NULL,
										"brotli",       "lz4",    "zstd", "lz4_raw"};

	if (*name >= '0' && *name <= '9')
		return (int32_t) strtol(name, NULL, 10);
	return choose(name, names, 8);
}

static int32_t
choose_encoding(const char *name)
{
	static const char *const names[] = {"plain",
										NULL,
										NULL,
										"rle",
										NULL,
										"delta_binary_packed",
										"delta_length_byte_array",
										"delta_byte_array",
										NULL,
										"byte_stream_split"};

	return choose(name, names, 10);
}

static FileDictionary
choose_dictionary(const char *name)
{
	static const char *const names[] = {"no", "yes", "auto"};

	return (FileDictionary) choose(name, names, 3);
}

static void
defer(Arguments *arguments, int option, char *value)
{
	if (arguments->nsettings == MAX_SETTINGS)
		file_writer_fail("too many options");
	arguments->settings[arguments->nsettings++] = (Setting){option, value};
}

/* Options that are names or texts, or stand alone. */
static void
take_word(Arguments *arguments, int option, const char *value)
{
	FileOptions *file = &arguments->file;

	switch (option)
	{
		case OPT_CODEC:
			file->codec = choose_codec(value);
			break;
		case OPT_ENCODING:
			file->encoding = choose_encoding(value);
			file->dictionary = FILE_DICTIONARY_NO;
			break;
		case OPT_DICTIONARY:
			file->dictionary = choose_dictionary(value);
			break;
		case OPT_CRC:
			file->crc = true;
			break;
		case OPT_NO_STATISTICS:
			file->statistics = false;
			break;
		case OPT_OLD_STATISTICS:
			file->old_statistics = true;
			break;
		case OPT_ANNOTATIONS:
			arguments->annotations = value;
			break;
		case OPT_CREATED_BY:
			file->created_by = value;
			break;
		case OPT_FROM_CSV:
			arguments->csv = value;
			break;
		case OPT_SCHEMA:
			arguments->schema = value;
			break;
		default:
			file_writer_fail("see the head of make_parquet.c for the options");
	}
}

/* Options whose value is a number; false: it is none of them. */
static bool
take_number(Arguments *arguments, int option, const char *value)
{
	FileOptions *file = &arguments->file;
	const uint64_t number = value != NULL ? strtoull(value, NULL, 10) : 0;

	switch (option)
	{
		case OPT_PAGE_VERSION:
			file->page_version = (int32_t) number;
			return true;
		case OPT_PAGE_ROWS:
			file->page_rows = (uint32_t) number;
			return true;
		case OPT_PAGE_BYTES:
			file->page_bytes = (uint32_t) number;
			return true;
		case OPT_ROW_GROUP_ROWS:
			file->row_group_rows = (uint32_t) number;
			return true;
		case OPT_WRONG_CRC:
			file->wrong_crc_page = (int64_t) number;
			return true;
		case OPT_REPEAT:
			arguments->repeat = number;
			return true;
		case OPT_CUT:
			arguments->cut = number;
			return true;
		default:
			return false;
	}
}

static void
take_option(Arguments *arguments, int option, char *value)
{
	const bool of_column =
		(option == OPT_ENCODING || option == OPT_DICTIONARY) && strchr(value, '=') != NULL;

	if (of_column || option == OPT_KEY_VALUE)
		defer(arguments, option, value);
	else if (!take_number(arguments, option, value))
		take_word(arguments, option, value);
}

static void
read_arguments(int argc, char **argv, Arguments *arguments)
{
	int option;

	memset(arguments, 0, sizeof(*arguments));
	file_options_init(&arguments->file);
	arguments->annotations = "both";
	arguments->repeat = 1;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(arguments, option, optarg);
	if (optind + 1 != argc)
		file_writer_fail("expected the name of one file");
	arguments->output = argv[optind];
}

/* The leaf "a.b.c". */
static int32_t
find_leaf(const FileNode *node, const char *path)
{
	const FileNode *child;

	for (child = node->first_child; child != NULL; child = child->next)
	{
		const size_t len = strlen(child->name);

		if (strncmp(path, child->name, len) != 0)
			continue;
		if (path[len] == '\0' && child->is_leaf)
			return child->leaf;
		if (path[len] == '.')
			return find_leaf(child, path + len + 1);
	}
	file_writer_fail("no such column: \"%s\"", path);
}

/* Options that name a column, and key-value metadata. */
static void
apply_settings(const Arguments *arguments, const FileNode *root, FileWriter *writer)
{
	int i;

	for (i = 0; i < arguments->nsettings; i++)
	{
		char *name = arguments->settings[i].value;
		char *value = strchr(name, '=');

		if (value != NULL)
			*value++ = '\0';
		if (arguments->settings[i].option == OPT_KEY_VALUE)
			file_writer_add_key_value(writer, name, value);
		else if (arguments->settings[i].option == OPT_ENCODING)
			file_writer_set_encoding(writer, find_leaf(root, name), choose_encoding(value));
		else
			file_writer_set_dictionary(writer, find_leaf(root, name), choose_dictionary(value));
	}
}

/* All of a file, terminated. NULL: the standard input. */
static char *
read_input(const char *path)
{
	FILE *file = path != NULL ? fopen(path, "rb") : stdin;
	EncBuffer input = {0};
	char piece[65536];
	size_t len;

	if (file == NULL)
		file_writer_fail("could not open \"%s\"", path);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		enc_bytes(&input, piece, len);
	enc_byte(&input, '\0');
	if (path != NULL)
		fclose(file);
	return (char *) input.data;
}

static void
add_rows(FileWriter *writer, const FileNode *root, const char *text)
{
	while (*text != '\0')
	{
		const size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);
		JsonNode *row;

		if (line == NULL)
			file_writer_fail("out of memory");
		if (strspn(line, " \t\r") < len)
		{
			row = json_read(line);
			shred_row(writer, root, row);
			json_free(row);
		}
		free(line);
		text += len + (text[len] != '\0');
	}
}

int
main(int argc, char **argv)
{
	Arguments arguments;
	const char *text;
	FileNode *root;
	FileWriter *writer;

	read_arguments(argc, argv, &arguments);
	if (arguments.csv != NULL && arguments.schema == NULL)
		text = csv_schema;
	else
		text = read_input(arguments.schema);
	root = schema_read(&text);
	schema_keep_annotations(root, strcmp(arguments.annotations, "converted") != 0,
							strcmp(arguments.annotations, "logical") != 0);
	writer = file_writer_open(arguments.output, root, &arguments.file);
	apply_settings(&arguments, root, writer);
	for (; arguments.repeat > 0; arguments.repeat--)
	{
		if (arguments.csv != NULL)
			csv_add_rows(writer, root, arguments.csv);
		else
			add_rows(writer, root, text);
	}
	file_writer_close(writer, arguments.cut);
	return 0;
}
