/*
 * extra_fields.c: see extra_fields.h.
 *
 * in:  values of fields that no column takes
 * out: violations, or the value of the column that captures them; all in the batch
 */
#include "postgres.h"

#include "stage/extra_fields.h"

#include "utils/json.h"

void
extra_fields_begin(ExtraFields *extras, RowBatch *batch, const ChunkFile *file, int row)
{
	extras->batch = batch;
	extras->file = file;
	extras->row = row;
	extras->json.data = NULL;
}

/* The member's name, and what stands before it. */
static void
begin_member(ExtraFields *extras, int i)
{
	bool is_first = extras->json.data == NULL;

	if (is_first)
		initStringInfo(&extras->json);
	appendStringInfoChar(&extras->json, is_first ? '{' : ',');
	escape_json(&extras->json, extras->file->extra_names[i]);
	appendStringInfoChar(&extras->json, ':');
}

static void
discard_row(ExtraFields *extras, int i, const char *value, size_t len)
{
	const char *name = extras->file->extra_names[i];
	Violation *violation =
		batch_add_violation(extras->batch, extras->row, "new_column", ERRCODE_UNDEFINED_COLUMN,
							psprintf("the table has no column \"%s\"", name));

	violation->column = name;
	violation->value = value;
	violation->value_len = len;
	violation->is_judgement = true;
}

void
extra_fields_add_text(ExtraFields *extras, int i, const char *text, size_t len)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(extras->batch->context);

	if (extras->file->capture < 0)
		discard_row(extras, i, text, len);
	else
	{
		begin_member(extras, i);
		escape_json(&extras->json, pnstrdup(text, len));
	}
	MemoryContextSwitchTo(oldcontext);
}

void
extra_fields_add_json(ExtraFields *extras, int i, const char *json, size_t len)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(extras->batch->context);

	if (extras->file->capture < 0)
		discard_row(extras, i, json, len);
	else
	{
		begin_member(extras, i);
		appendBinaryStringInfo(&extras->json, json, len);
	}
	MemoryContextSwitchTo(oldcontext);
}

void
extra_fields_end(ExtraFields *extras, Converter *converter)
{
	int column = extras->file->capture;
	RowBatch *batch = extras->batch;

	if (column < 0)
		return;
	if (extras->json.data == NULL)
	{
		batch->nulls[(size_t) extras->row * batch->natts + column] = true;
		return;
	}
	appendStringInfoChar(&extras->json, '}');
	batch_put_text(batch, extras->row, column, converter, extras->json.data);
}
