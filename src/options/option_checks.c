/*
 * option_checks.c: options that contradict each other.
 *
 * in:  options whose values are each allowed
 * out: nothing, or an error (22023) that names both options
 *
 * The rules are COPY's where COPY has one.
 */
#include "postgres.h"

#include <ctype.h>

#include "mb/pg_wchar.h"
#include "options/option_kinds.h"

/* Smallest byte that can be the second byte of a character in a client-only encoding (GB18030). */
#define CLIENT_ENCODING_TRAIL_MIN 0x30

/* A piece of syntax that is searched for in the undecoded bytes of the file. */
typedef struct SyntaxBytes
{
	const char *option;
	const char *bytes; /* empty: not set */
} SyntaxBytes;

static void
refuse_same(bool same, const char *a, const char *b)
{
	if (same)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options \"%s\" and \"%s\" must be different", a, b)));
}

static void
check_line_ends(const SyntaxBytes *syntax, int n)
{
	int i;

	for (i = 0; i < n; i++)
	{
		if (strpbrk(syntax[i].bytes, "\r\n") != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"%s\" must not contain a newline or carriage return",
								   syntax[i].option)));
	}
}

static void
check_dialect(const IngestOptions *options)
{
	bool doubled = (options->escape == options->quote);
	const char *delimiter = options->delimiter;

	refuse_same(options->quote != '\0' && strchr(delimiter, options->quote) != NULL, "delimiter",
				"quote");
	refuse_same(!doubled && strchr(delimiter, options->escape) != NULL, "delimiter", "escape");
	if (options->comment != '\0')
	{
		refuse_same(options->comment == delimiter[0], "comment", "delimiter");
		refuse_same(options->comment == options->quote, "comment", "quote");
	}
	if (options->quote == '\0' && options->escape != '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"escape\" requires a quote character"),
						errdetail("The escape character has a meaning inside quotes only.")));
}

static void
check_null_strings(const IngestOptions *options)
{
	ListCell *cell;

	foreach (cell, options->null_strings)
	{
		const char *marker = lfirst(cell);
		const char *what = NULL;

		if (strpbrk(marker, "\r\n") != NULL)
			what = "a newline or carriage return";
		else if (strstr(marker, options->delimiter) != NULL)
			what = "the delimiter";
		else if (options->quote != '\0' && strchr(marker, options->quote) != NULL)
			what = "the quote";
		if (what != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"null\" must not contain %s", what)));
	}
}

/* decimal_separator may be the delimiter: such numbers are then quoted in the file. */
static void
check_number_format(const IngestOptions *options)
{
	const struct
	{
		const char *option;
		char byte;
	} separators[] = {{"decimal_separator", options->format.decimal_separator},
					  {"thousands", options->format.thousands}};
	size_t i;

	for (i = 0; i < lengthof(separators); i++)
	{
		char byte = separators[i].byte;

		if (byte == '\0')
			continue;
		if (isalnum((unsigned char) byte) || strchr("+-\r\n", byte) != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"%s\" must not be a letter, digit, sign or line end",
								   separators[i].option)));
		refuse_same(byte == options->quote, separators[i].option, "quote");
	}
	if (options->format.thousands == options->format.decimal_separator)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options \"thousands\" and \"decimal_separator\" must be different"),
						errhint("The default of \"decimal_separator\" is \".\".")));
}

/* Whatever maps columns by name needs a header or columns to take the names from. */
static void
check_mapping(const IngestOptions *options)
{
	bool named = (options->header != HEADER_FALSE || options->columns != NIL);
	bool by_name = (options->match_by_given && options->match_by != MATCH_BY_POSITION);

	if (options->columns != NIL && options->header != HEADER_FALSE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"columns\" requires \"header\": false"),
						errhint("Use \"column_map\" to rename the columns of a header.")));
	if (!named && (by_name || options->column_map != NIL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" requires column names", by_name ? "match_by" : "column_map"),
				 errhint("Name the columns of a file without a header in \"columns\".")));
	if (options->column_map != NIL && options->match_by == MATCH_BY_POSITION)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"column_map\" cannot be used when matching by position")));
	if (options->column_map != NIL && options->header == HEADER_MATCH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"column_map\" cannot be used with \"header\": \"match\""),
				 errdetail("The header must then name the columns of the target in their order.")));
}

/* What becomes of new columns goes by their names. */
static void
check_new_columns(const IngestOptions *options)
{
	bool captures = options->new_columns == NEW_COLUMNS_CAPTURE;
	bool named = (options->header != HEADER_FALSE || options->columns != NIL) &&
				 options->match_by != MATCH_BY_POSITION;

	if (captures != (options->capture_column != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 captures ? errmsg("\"new_columns\": \"capture\" requires \"capture_column\"")
						  : errmsg("option \"capture_column\" requires \"new_columns\": "
								   "\"capture\"")));
	if (options->new_columns >= NEW_COLUMNS_EVOLVE && !named)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"new_columns\" requires column names"),
						errhint("Match by name, and name the columns of a file without a header "
								"in \"columns\".")));
}

/* The encoding of the bytes that are searched for records: UTF-16 is turned into UTF-8 before. */
static int
searched_encoding(const char *encoding)
{
	if (encoding == NULL)
		return GetDatabaseEncoding();
	if (strncmp(encoding, "utf-16", strlen("utf-16")) == 0)
		return PG_UTF8;
	return pg_char_to_encoding(encoding);
}

/*
 * Records and fields are found before decoding, so the syntax must mean the
 * same in the undecoded bytes: no byte that may be half of a character, and
 * nothing outside ASCII unless the file is in the database's encoding.
 */
static void
check_encoding(const IngestOptions *options, const SyntaxBytes *syntax, int n)
{
	int encoding = searched_encoding(options->encoding);
	bool converted = (encoding != GetDatabaseEncoding());
	int i;

	for (i = 0; i < n; i++)
	{
		const unsigned char *byte = (const unsigned char *) syntax[i].bytes;

		for (; *byte != '\0'; byte++)
		{
			if (PG_ENCODING_IS_CLIENT_ONLY(encoding) && *byte >= CLIENT_ENCODING_TRAIL_MIN)
				ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
								errmsg("option \"%s\" cannot be \"%s\" in encoding \"%s\"",
									   syntax[i].option, syntax[i].bytes, options->encoding),
								errdetail("The byte can be the second half of a character."),
								errhint("Convert the file to UTF-8, or use a comma, tab or another "
										"byte below 0x30.")));
			if (converted && IS_HIGHBIT_SET(*byte))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("option \"%s\" must be ASCII in encoding \"%s\"", syntax[i].option,
								options->encoding),
						 errdetail("The database encoding is \"%s\".", GetDatabaseEncodingName())));
		}
	}
}

void
option_check_all(const IngestOptions *options)
{
	const char quote[2] = {options->quote, '\0'};
	const char escape[2] = {options->escape, '\0'};
	const char comment[2] = {options->comment, '\0'};
	const SyntaxBytes syntax[] = {{"delimiter", options->delimiter},
								  {"quote", quote},
								  {"escape", escape},
								  {"comment", comment}};

	check_line_ends(syntax, lengthof(syntax));
	check_dialect(options);
	check_null_strings(options);
	check_number_format(options);
	check_mapping(options);
	check_new_columns(options);
	check_encoding(options, syntax, lengthof(syntax));
	if (options->on_error == ON_ERROR_STOP &&
		(options->reject_limit >= 0 || options->reject_limit_percent >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"reject_limit\" cannot be used with \"on_error\": \"stop\""),
				 errdetail("The first bad row stops the load.")));
}
