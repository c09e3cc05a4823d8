/*
 * options_check.c: SQL functions that show what the options parser does.
 *
 * options_check(jsonb) gives "field=value" of every field of IngestOptions that
 * differs from its value for '{}', or all fields for '{}' itself.  It reads the
 * struct directly, not through the options table, which is what it tests.
 */
#include "postgres.h"

#include "fmgr.h"
#include "options/options.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(options_check);
PG_FUNCTION_INFO_V1(options_check_fingerprint);
PG_FUNCTION_INFO_V1(options_check_count);
PG_FUNCTION_INFO_V1(options_check_describe);

static char *
show_string(const char *string)
{
	return string == NULL ? "-" : psprintf("\"%s\"", string);
}

static char *
show_character(char character)
{
	return character == '\0' ? "-" : psprintf("'%c'", character);
}

static char *
show_strings(List *strings)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, strings)
		appendStringInfoString(&text, show_string(lfirst(cell)));
	return psprintf("[%s]", text.data);
}

static char *
show_column_map(List *map)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach (cell, map)
	{
		OptionsColumnMap *entry = lfirst(cell);

		appendStringInfo(&text, "%s<-%s", show_string(entry->column), show_strings(entry->sources));
	}
	return psprintf("{%s}", text.data);
}

static List *
show_reading(List *fields, const IngestOptions *o)
{
	fields = lappend(fields, psprintf("compression=%s", o->compression));
	fields = lappend(fields, psprintf("delimiter=%s", show_string(o->delimiter)));
	fields = lappend(fields, psprintf("quote=%s", show_character(o->quote)));
	fields = lappend(fields, psprintf("escape=%s", show_character(o->escape)));
	fields = lappend(fields, psprintf("comment=%s", show_character(o->comment)));
	fields = lappend(fields, psprintf("null_strings=%s", show_strings(o->null_strings)));
	fields = lappend(fields, psprintf("header=%d", o->header));
	fields = lappend(fields, psprintf("encoding=%s", show_string(o->encoding)));
	fields = lappend(fields, psprintf("skip=" INT64_FORMAT, o->skip));
	fields = lappend(fields, psprintf("columns=%s", show_strings(o->columns)));
	fields = lappend(fields, psprintf("force_null=%s", show_strings(o->force_null)));
	fields = lappend(fields, psprintf("force_not_null=%s", show_strings(o->force_not_null)));
	fields = lappend(fields, psprintf("null_padding=%d", o->null_padding));
	fields = lappend(fields, psprintf("max_line_size=" INT64_FORMAT, o->max_line_size));
	fields = lappend(fields, psprintf("dateformat=%s", show_string(o->format.dateformat)));
	fields =
		lappend(fields, psprintf("timestampformat=%s", show_string(o->format.timestampformat)));
	fields = lappend(fields,
					 psprintf("decimal_separator=%s", show_character(o->format.decimal_separator)));
	fields = lappend(fields, psprintf("thousands=%s", show_character(o->format.thousands)));
	fields = lappend(fields, psprintf("allow_lossy=%d", o->format.allow_lossy));
	fields = lappend(fields, psprintf("filename=%s", show_string(o->filename)));
	return lappend(fields, psprintf("filter=%s", show_string(o->filter)));
}

static List *
show_options(const IngestOptions *o)
{
	List *fields = show_reading(NIL, o);

	fields = lappend(fields, psprintf("match_by=%d", o->match_by));
	fields = lappend(fields, psprintf("match_by_given=%d", o->match_by_given));
	fields = lappend(fields, psprintf("column_map=%s", show_column_map(o->column_map)));
	fields = lappend(fields, psprintf("on_error=%d", o->on_error));
	fields = lappend(fields, psprintf("reject_limit=" INT64_FORMAT, o->reject_limit));
	fields = lappend(fields, psprintf("reject_limit_percent=%g", o->reject_limit_percent));
	fields = lappend(fields, psprintf("initial_bad_rows=" INT64_FORMAT, o->initial_bad_rows));
	fields = lappend(fields, psprintf("force=%d", o->force));
	fields = lappend(fields, psprintf("on_changed_file=%d", o->on_changed_file));
	fields = lappend(fields, psprintf("on_busy=%d", o->on_busy));
	fields = lappend(fields, psprintf("min_file_age=" INT64_FORMAT, o->min_file_age));
	fields = lappend(fields, psprintf("workers=%d", o->workers));
	return lappend(fields, psprintf("chunk_size=" INT64_FORMAT, o->chunk_size));
}

/* options_check(options jsonb) RETURNS text */
Datum
options_check(PG_FUNCTION_ARGS)
{
	Jsonb *jsonb = PG_GETARG_JSONB_P(0);
	Jsonb *empty = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	List *fields = show_options(options_parse(jsonb));
	List *defaults = show_options(options_parse(empty));
	bool all = (JB_ROOT_COUNT(jsonb) == 0);
	StringInfoData text;
	ListCell *field;
	ListCell *unset;

	initStringInfo(&text);
	forboth(field, fields, unset, defaults)
	{
		if (all || strcmp(lfirst(field), lfirst(unset)) != 0)
			appendStringInfo(&text, "%s%s",
							 text.len == 0 ? ""
							 : all         ? "\n"
										   : " ",
							 (char *) lfirst(field));
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}

/* options_check_fingerprint(options jsonb) RETURNS text */
Datum
options_check_fingerprint(PG_FUNCTION_ARGS)
{
	IngestOptions *options = options_parse(PG_GETARG_JSONB_P(0));

	PG_RETURN_TEXT_P(cstring_to_text(options_fingerprint(options)));
}

/* options_check_count() RETURNS int */
Datum
options_check_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(options_count());
}

/* options_check_describe(i int) RETURNS text: name, type, default, allowed, help */
Datum
options_check_describe(PG_FUNCTION_ARGS)
{
	const OptionInfo *info = options_describe(PG_GETARG_INT32(0));

	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%s: %s = %s; %s; %s", info->name, info->type,
				 info->default_value == NULL ? "-" : psprintf("\"%s\"", info->default_value),
				 info->allowed, info->help)));
}
