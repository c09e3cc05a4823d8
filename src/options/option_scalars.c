/*
 * option_scalars.c: the kinds of options that hold a boolean, a number or one
 * of a few words.
 *
 * in:  the JSON value of one option
 * out: the field of IngestOptions; its canonical JSON text for the fingerprint
 *
 * JSON booleans and numbers may also be written as strings, since many tools
 * pass every option as a string.
 */
#include "postgres.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>

#include "options/option_kinds.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#define KILOBYTE      INT64CONST(1024)
#define MEGABYTE      (1024 * KILOBYTE)
#define MSECS_PER_SEC 1000

void *
option_field(const OptionSpec *spec, const IngestOptions *options)
{
	return (char *) options + spec->offset;
}

char *
option_text(const JsonbValue *value)
{
	Datum number;

	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			number = DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(value->val.numeric));
			return DatumGetCString(DirectFunctionCall1(numeric_out, number));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

const OptionChoice *
option_choice(const OptionSpec *spec, const char *text)
{
	const OptionChoice *choice;

	for (choice = spec->choices; choice != NULL && choice->name != NULL; choice++)
	{
		if (pg_strcasecmp(choice->name, text) != 0)
			continue;
		if (choice->unsupported)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("%s \"%s\" is not supported by this version", spec->name,
								   choice->name)));
		return choice;
	}
	return NULL;
}

void
option_append_choices(const OptionSpec *spec, StringInfo text)
{
	const OptionChoice *choice;

	for (choice = spec->choices; choice != NULL && choice->name != NULL; choice++)
	{
		if (choice->unsupported)
			continue;
		appendStringInfo(text, "%s%s", text->len > 0 ? ", " : "", choice->name);
	}
}

/* Integers, booleans and enums differ in width only. */
static void
store_number(const OptionSpec *spec, IngestOptions *options, int64 number)
{
	void *field = option_field(spec, options);

	switch (spec->size)
	{
		case 0:
			break;
		case sizeof(bool):
			*(bool *) field = (number != 0);
			break;
		case sizeof(int):
			*(int *) field = (int) number;
			break;
		case sizeof(int64):
			*(int64 *) field = number;
			break;
		default:
			elog(ERROR, "option \"%s\" has a field of %zu bytes", spec->name, spec->size);
	}
}

static int64
stored_number(const OptionSpec *spec, const IngestOptions *options)
{
	const void *field = option_field(spec, options);

	if (spec->size == sizeof(bool))
		return *(const bool *) field;
	if (spec->size == sizeof(int))
		return *(const int *) field;
	Assert(spec->size == sizeof(int64));
	return *(const int64 *) field;
}

/* The name of the choice with this value, or NULL. */
static const char *
choice_name(const OptionSpec *spec, int64 number)
{
	const OptionChoice *choice;

	for (choice = spec->choices; choice != NULL && choice->name != NULL; choice++)
		if (choice->value == number)
			return choice->name;
	return NULL;
}

static void
print_number(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	int64 number = stored_number(spec, options);
	const char *name = choice_name(spec, number);

	if (name != NULL)
		appendStringInfo(json, "\"%s\"", name);
	else
		appendStringInfo(json, INT64_FORMAT, number);
}

static bool
read_choice(const OptionSpec *spec, const char *text, IngestOptions *options)
{
	const OptionChoice *choice = option_choice(spec, text);

	if (choice != NULL)
		store_number(spec, options, choice->value);
	return choice != NULL;
}

/* The words of COPY's boolean options (defGetBoolean). */
static bool
read_boolean(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);

	if (text == NULL)
		return false;
	if (pg_strcasecmp(text, "true") == 0 || pg_strcasecmp(text, "on") == 0 ||
		strcmp(text, "1") == 0)
		store_number(spec, options, true);
	else if (pg_strcasecmp(text, "false") == 0 || pg_strcasecmp(text, "off") == 0 ||
			 strcmp(text, "0") == 0)
		store_number(spec, options, false);
	else
		return read_choice(spec, text, options);
	return true;
}

static void
print_boolean(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	int64 number = stored_number(spec, options);

	if (number == false || number == true)
		appendStringInfoString(json, number ? "true" : "false");
	else
		print_number(spec, options, json);
}

static void
allow_boolean(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "true, false");
	option_append_choices(spec, text);
}

const OptionKind option_boolean = {"boolean", read_boolean, print_boolean, allow_boolean};

/* Decimal digits only, so that "010" is ten and 1.5 is refused. */
static bool
parse_whole_number(const char *text, int64 min, int64 max, int64 *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *number >= min && *number <= max;
}

static bool
read_integer(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);
	int64 number;

	if (text == NULL || value->type == jbvBool)
		return false;
	if (!parse_whole_number(text, spec->min, spec->max, &number))
		return read_choice(spec, text, options);
	store_number(spec, options, number);
	return true;
}

static void
allow_integer(const OptionSpec *spec, StringInfo text)
{
	appendStringInfo(text, INT64_FORMAT " to " INT64_FORMAT, spec->min, spec->max);
	option_append_choices(spec, text);
}

const OptionKind option_integer = {"integer", read_integer, print_number, allow_integer};

static bool
read_bytes(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);
	int number;

	if (text == NULL || value->type == jbvBool)
		return false;
	if (!parse_int(text, &number, GUC_UNIT_BYTE, NULL) || number < spec->min || number > spec->max)
		return false;
	store_number(spec, options, number);
	return true;
}

static void
append_bytes(StringInfo text, int64 bytes)
{
	if (bytes % MEGABYTE == 0)
		appendStringInfo(text, INT64_FORMAT "MB", bytes / MEGABYTE);
	else if (bytes % KILOBYTE == 0)
		appendStringInfo(text, INT64_FORMAT "kB", bytes / KILOBYTE);
	else
		appendStringInfo(text, INT64_FORMAT "B", bytes);
}

static void
allow_bytes(const OptionSpec *spec, StringInfo text)
{
	append_bytes(text, spec->min);
	appendStringInfoString(text, " to ");
	append_bytes(text, spec->max);
	appendStringInfoString(text, ", in bytes or with a unit (B, kB, MB, GB)");
}

const OptionKind option_bytes = {"size", read_bytes, print_number, allow_bytes};

/*
 * Seconds of a number or of an interval; a month counts 30 days, as when
 * intervals are compared.  The datetime parser is called below interval_in(),
 * which would raise its own error.
 */
static bool
parse_seconds(const char *text, double *seconds)
{
	char workbuf[256]; /* as interval_in() has it */
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields;
	int dtype;
	struct pg_itm_in itm;
	int error;

	memset(&itm, 0, sizeof(itm));
	error = ParseDateTime(text, workbuf, sizeof(workbuf), fields, types, MAXDATEFIELDS, &nfields);
	if (error == 0)
		error = DecodeInterval(fields, types, nfields, INTERVAL_FULL_RANGE, &dtype, &itm);
	if (error == DTERR_BAD_FORMAT)
		error = DecodeISO8601Interval(unconstify(char *, text), &dtype, &itm);
	if (error != 0 || dtype != DTK_DELTA)
		return false;
	*seconds =
		(double) itm.tm_usec / USECS_PER_SEC +
		(itm.tm_mday + DAYS_PER_MONTH * ((double) itm.tm_year * MONTHS_PER_YEAR + itm.tm_mon)) *
			SECS_PER_DAY;
	return true;
}

static bool
read_duration(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);
	double seconds;

	if (text == NULL || value->type == jbvBool || !parse_seconds(text, &seconds))
		return false;
	if (seconds * MSECS_PER_SEC < (double) spec->min ||
		seconds * MSECS_PER_SEC > (double) spec->max)
		return false;
	store_number(spec, options, (int64) rint(seconds * MSECS_PER_SEC));
	return true;
}

static void
allow_duration(const OptionSpec *spec, StringInfo text)
{
	appendStringInfo(text,
					 "seconds (" INT64_FORMAT " to " INT64_FORMAT
					 "), or an interval such as \"10 seconds\"",
					 spec->min / MSECS_PER_SEC, spec->max / MSECS_PER_SEC);
}

const OptionKind option_duration = {"interval", read_duration, print_number, allow_duration};

static bool
read_enum(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	if (value->type == jbvNull)
	{
		store_number(spec, options, 0);
		return true;
	}
	return value->type == jbvString && read_choice(spec, option_text(value), options);
}

const OptionKind option_enum = {"enum", read_enum, print_number, option_append_choices};

/* "0.5%" */
static bool
parse_percentage(const char *text, double *percentage)
{
	char *end;

	if (!isdigit((unsigned char) text[0]) || strspn(text, "0123456789.%") != strlen(text))
		return false;
	*percentage = strtod(text, &end);
	return strcmp(end, "%") == 0 && *percentage >= 0 && *percentage <= 100;
}

static bool
read_limit(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);

	options->reject_limit = -1;
	options->reject_limit_percent = -1;
	if (value->type == jbvNull)
		return true;
	if (text == NULL || value->type == jbvBool)
		return false;
	if (parse_percentage(text, &options->reject_limit_percent))
		return true;
	options->reject_limit_percent = -1;
	return parse_whole_number(text, spec->min, spec->max, &options->reject_limit);
}

static void
allow_limit(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "a number of rows, or a percentage such as \"1%\"");
}

const OptionKind option_limit = {"rows or percentage", read_limit, NULL, allow_limit};

/* A share of 1: 0.2 or "20%". */
static bool
read_ratio(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	const char *text = option_text(value);
	double *ratio = option_field(spec, options);
	double percentage;
	char *end;

	*ratio = -1;
	if (value->type == jbvNull)
		return true;
	if (text == NULL || value->type == jbvBool)
		return false;
	if (parse_percentage(text, &percentage))
		*ratio = percentage / 100;
	else
	{
		*ratio = strtod(text, &end);
		if (end == text || *end != '\0')
			return false;
	}
	return *ratio >= 0 && *ratio <= 1;
}

static void
allow_ratio(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "0 to 1, or a percentage such as \"20%\"");
}

const OptionKind option_ratio = {"ratio", read_ratio, NULL, allow_ratio};
