/*
 * option_strings.c: the kinds of options that hold text.
 *
 * in:  the JSON value of one option
 * out: the field of IngestOptions, a string in CurrentMemoryContext or static;
 *      its canonical JSON text for the fingerprint
 *
 * A number is not taken for a string: "null": 0 says too little about how
 * zeros are written in the file.
 */
#include "postgres.h"

#include <ctype.h>

#include "mb/pg_wchar.h"
#include "options/option_kinds.h"
#include "utils/json.h"

static void
store_string(const OptionSpec *spec, IngestOptions *options, const char *string)
{
	*(const char **) option_field(spec, options) = string;
}

static void
print_string(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	const char *string = *(const char **) option_field(spec, options);

	if (string == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, string);
}

static bool
read_word(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const OptionChoice *choice;

	if (value->type == jbvNull)
	{
		store_string(spec, options, NULL);
		return true;
	}
	if (value->type != jbvString)
		return false;
	choice = option_choice(spec, option_text(value));
	if (choice != NULL)
		store_string(spec, options, choice->name);
	return choice != NULL;
}

const OptionKind option_word = {"enum", read_word, print_string, option_append_choices};

/* One byte; where the option is nullable, an empty string also means none. */
static bool
read_character(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	char *field = option_field(spec, options);
	bool none;

	none = (value->type == jbvNull) ||
		   (spec->nullable && value->type == jbvString && value->val.string.len == 0);
	if (!none && (value->type != jbvString || value->val.string.len != 1))
		return false;
	*field = none ? '\0' : value->val.string.val[0];
	return true;
}

static void
print_character(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	char string[2] = {*(const char *) option_field(spec, options), '\0'};

	escape_json(json, string);
}

static void
allow_character(const OptionSpec *spec, StringInfo text)
{
	appendStringInfo(text, "one single-byte character%s",
					 spec->nullable ? ", or an empty string for none" : "");
}

const OptionKind option_character = {"character", read_character, print_character, allow_character};

static bool
read_string(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	if (value->type == jbvNull)
	{
		store_string(spec, options, NULL);
		return true;
	}
	if (value->type != jbvString || value->val.string.len < spec->min ||
		value->val.string.len > spec->max)
		return false;
	store_string(spec, options, option_text(value));
	return true;
}

static void
allow_string(const OptionSpec *spec, StringInfo text)
{
	appendStringInfo(text, "a string of " INT64_FORMAT " to " INT64_FORMAT " bytes", spec->min,
					 spec->max);
}

const OptionKind option_string = {"string", read_string, print_string, allow_string};

/* "UTF_16 LE" -> "utf16le": names are compared as pg_char_to_encoding() compares them. */
static char *
letters_and_digits(const char *name)
{
	char *plain = palloc(strlen(name) + 1);
	char *out = plain;

	for (; *name != '\0'; name++)
		if (isalnum((unsigned char) *name))
			*out++ = pg_tolower((unsigned char) *name);
	*out = '\0';
	return plain;
}

/* Stores one spelling per encoding. UTF-16 is no PostgreSQL encoding, but spreadsheets write it. */
static bool
read_encoding(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	static const char *const utf16[][2] = {
		{"utf16", "utf-16"}, {"utf16le", "utf-16le"}, {"utf16be", "utf-16be"}};
	const char *plain;
	int encoding;
	size_t i;

	store_string(spec, options, NULL);
	if (value->type == jbvNull)
		return true;
	if (value->type != jbvString)
		return false;
	plain = letters_and_digits(option_text(value));
	for (i = 0; i < lengthof(utf16); i++)
	{
		if (strcmp(plain, utf16[i][0]) == 0)
		{
			store_string(spec, options, utf16[i][1]);
			return true;
		}
	}
	encoding = pg_char_to_encoding(plain);
	if (!PG_VALID_FE_ENCODING(encoding))
		return false;
	store_string(spec, options, pg_encoding_to_char(encoding));
	return true;
}

static void
allow_encoding(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text,
						   "the name of a PostgreSQL encoding, or utf-16, utf-16le, utf-16be");
}

const OptionKind option_encoding = {"encoding", read_encoding, print_string, allow_encoding};
