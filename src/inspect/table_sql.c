/*
 * table_sql.c: CREATE TABLE for a source.
 *
 * in:  a report, a name
 * out: SQL
 */
#include "postgres.h"

#include "inspect/table_sql.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

static bool
ends_with(const char *name, const char *end)
{
	const size_t len = strlen(name);
	const size_t end_len = strlen(end);

	return len >= end_len && pg_strcasecmp(name + len - end_len, end) == 0;
}

/* Texts of keys are equal exactly when the values are. */
static bool
can_be_key(const ColumnReport *column)
{
	return column->is_unique &&
		   (strcmp(column->type, "bigint") == 0 || strcmp(column->type, "uuid") == 0 ||
			strcmp(column->type, "text") == 0);
}

/* A unique column that is called like a key, or stands first; NULL: none. */
static const ColumnReport *
find_key(const SourceReport *report)
{
	static const char *const names[] = {"id", "uuid", "key", "code", "no", "nr", "number"};
	ListCell *lc;
	size_t i;

	for (i = 0; i < lengthof(names); i++)
	{
		foreach (lc, report->columns)
		{
			const ColumnReport *column = lfirst(lc);

			if (can_be_key(column) && ends_with(column->name, names[i]))
				return column;
		}
	}
	return report->columns != NIL && can_be_key(linitial(report->columns))
			   ? linitial(report->columns)
			   : NULL;
}

/* Text that goes into a line of a comment. */
static void
append_comment(StringInfo sql, const char *text)
{
	appendStringInfoString(sql, "-- ");
	for (; *text != '\0'; text++)
		appendStringInfoChar(sql, *text == '\n' || *text == '\r' ? ' ' : *text);
}

static void
append_columns(StringInfo sql, const SourceReport *report, const ColumnReport *key)
{
	ListCell *lc;

	foreach (lc, report->columns)
	{
		const ColumnReport *column = lfirst(lc);

		appendStringInfo(sql, "\n    %s %s", quote_identifier(column->name), column->type);
		if (column == key)
			appendStringInfoString(sql, " PRIMARY KEY");
		else if (report->is_complete && report->rows > 0 && column->nnulls == 0)
			appendStringInfoString(sql, " NOT NULL");
		if (lnext(report->columns, lc) != NULL)
			appendStringInfoChar(sql, ',');
		if (column->note != NULL)
		{
			appendStringInfoChar(sql, ' ');
			append_comment(sql, column->note);
		}
	}
}

char *
table_sql(const SourceReport *report, const char *name)
{
	List *names = textToQualifiedNameList(cstring_to_text(name));
	char *table = NameListToQuotedString(names);
	const ColumnReport *candidate = find_key(report);
	StringInfoData sql;

	if (report->nfields > MaxHeapAttributeNumber)
		ereport(ERROR, (errcode(ERRCODE_TOO_MANY_COLUMNS),
						errmsg("file \"%s\" has %u columns, and a table can have %d",
							   report->file->path, report->nfields, MaxHeapAttributeNumber)));
	if (report->columns == NIL)
		ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						errmsg("file \"%s\" has no columns", report->file->path),
						errhint("The file is empty, or has nothing but skipped lines.")));
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s (", table);
	append_columns(&sql, report, report->is_complete ? candidate : NULL);
	appendStringInfoString(&sql, "\n)\n");
	if (candidate != NULL && !report->is_complete)
	{
		append_comment(&sql, psprintf("%s may be the key: it is unique in the first " INT64_FORMAT
									  " rows",
									  quote_identifier(candidate->name), report->rows));
		appendStringInfoChar(&sql, '\n');
	}
	append_comment(&sql, report_load_call(report, table));
	return sql.data;
}
