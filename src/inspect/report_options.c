/*
 * report_options.c: the call that loads a source.
 *
 * in:  a report
 * out: options as JSON, the statement with them
 *
 * Options that were given come first, as they were; of those found, the ones that differ from a load's
 * defaults.
 */
#include "postgres.h"

#include "inspect/report.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

typedef struct OptionsText
{
	const SourceReport *report;
	StringInfoData json;
} OptionsText;

/* Begins an option; false if it was given. */
static bool
begin_option(OptionsText *text, const char *name)
{
	if (report_is_given(text->report, name))
		return false;
	if (text->json.len > 1)
		appendStringInfoString(&text->json, ", ");
	escape_json(&text->json, name);
	appendStringInfoString(&text->json, ": ");
	return true;
}

static void
add_text(OptionsText *text, const char *name, const char *value)
{
	if (begin_option(text, name))
		escape_json(&text->json, value);
}

static void
add_char(OptionsText *text, const char *name, char value)
{
	const char string[2] = {value, '\0'};

	add_text(text, name, string);
}

static void
add_list(OptionsText *text, const char *name, List *values)
{
	ListCell *lc;

	if (!begin_option(text, name))
		return;
	appendStringInfoChar(&text->json, '[');
	foreach (lc, values)
	{
		if (lc != list_head(values))
			appendStringInfoString(&text->json, ", ");
		escape_json(&text->json, lfirst(lc));
	}
	appendStringInfoChar(&text->json, ']');
}

static void
add_dialect(OptionsText *text)
{
	const IngestOptions *options = text->report->options;

	if (strcmp(options->delimiter, ",") != 0)
		add_text(text, "delimiter", options->delimiter);
	if (options->quote != '"')
		add_char(text, "quote", options->quote);
	if (options->escape != options->quote && options->quote != '\0')
		add_char(text, "escape", options->escape);
	if (options->comment != '\0')
		add_char(text, "comment", options->comment);
	if (options->encoding != NULL)
		add_text(text, "encoding", options->encoding);
	if (options->skip > 0 && begin_option(text, "skip"))
		appendStringInfo(&text->json, INT64_FORMAT, options->skip);
	if (options->header == HEADER_FALSE && begin_option(text, "header"))
		appendStringInfoString(&text->json, "false");
	if (options->header == HEADER_FALSE && options->columns != NIL)
		add_list(text, "columns", options->columns);
}

static void
add_formats(OptionsText *text)
{
	const ConvertFormat *format = &text->report->formats.format;

	if (format->dateformat != NULL)
		add_text(text, "dateformat", format->dateformat);
	if (format->timestampformat != NULL)
		add_text(text, "timestampformat", format->timestampformat);
	if (format->decimal_separator != '.' && format->decimal_separator != '\0')
		add_char(text, "decimal_separator", format->decimal_separator);
	if (format->thousands != '\0')
		add_char(text, "thousands", format->thousands);
}

static void
add_nulls(OptionsText *text)
{
	const SourceReport *report = text->report;
	List *forced = NIL;
	ListCell *lc;

	foreach (lc, report->columns)
	{
		const ColumnReport *column = lfirst(lc);

		if (column->force_null)
			forced = lappend(forced, column->name);
	}
	if (report->null_words != NIL)
		add_list(text, "null", lcons(pstrdup(""), list_copy(report->null_words)));
	if (forced != NIL)
		add_list(text, "force_null", forced);
}

char *
report_options_json(const SourceReport *report)
{
	OptionsText text = {.report = report};

	initStringInfo(&text.json);
	JsonbToCString(&text.json, &report->given->root, VARSIZE(report->given));
	text.json.data[--text.json.len] = '\0'; /* what follows goes before the closing brace */
	if (!report->is_parquet && report->columns != NIL)
	{
		add_dialect(&text);
		add_formats(&text);
		add_nulls(&text);
	}
	appendStringInfoChar(&text.json, '}');
	return text.json.data;
}

/* Letters of other scripts stay: quoting lets them be. */
char *
report_table_name(const SourceReport *report)
{
	const char *source = report->source;
	size_t len = strlen(source);
	const char *start;
	char *name;
	char *c;

	while (len > 1 && source[len - 1] == '/')
		len--;
	for (start = source + len; start > source && start[-1] != '/'; start--)
		;
	name = pnstrdup(start, source + len - start);
	for (c = name; *c != '\0' && *c != '.'; c++)
	{
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || (signed char) *c < 0))
			*c = *c >= 'A' && *c <= 'Z' ? *c | 0x20 : '_';
	}
	*c = '\0';
	if (name[0] == '\0' || (name[0] >= '0' && name[0] <= '9'))
		name = psprintf("t_%s", name);
	return pstrdup(quote_identifier(name));
}

char *
report_load_call(const SourceReport *report, const char *table)
{
	const char *json = report_options_json(report);

	if (strcmp(json, "{}") == 0)
		return psprintf("SELECT * FROM ingest.load(%s, %s)", quote_literal_cstr(table),
						quote_literal_cstr(report->source));
	return psprintf("SELECT * FROM ingest.load(%s, %s, options => %s)", quote_literal_cstr(table),
					quote_literal_cstr(report->source), quote_literal_cstr(json));
}
