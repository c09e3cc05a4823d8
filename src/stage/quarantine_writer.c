/*
 * quarantine_writer.c: buffers bad rows and inserts them many at a time.
 *
 * in:  QuarantineRows, copied
 * out: heap rows and their index entries, in the current transaction
 *
 * table_multi_insert writes one WAL record a page instead of one a row: a file
 * that is half bad must not be much slower than a good one.  No rights are
 * checked here: the manifest belongs to the extension.
 */
#include "postgres.h"

#include "stage/quarantine_writer.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"

/* As COPY: rows, and bytes of input, at which the buffer is flushed. */
#define BUFFER_ROWS  1000
#define BUFFER_BYTES ((size_t) 1024 * 1024)

/* Values and messages are cut here. */
#define VALUE_MAX 1000

/* Columns of ingest.quarantine_rows, in order. */
enum
{
	COL_LOAD_ID,
	COL_RECORD_NO,
	COL_LINE_NO,
	COL_BYTE_OFFSET,
	COL_BYTE_LENGTH,
	COL_QUARANTINED_AT,
	COL_FILE_NO,
	COL_ROW_GROUP,
	COL_RAW_LINE,
	COL_RAW_BYTES,
	COL_STATUS,
	COL_RULE,
	COL_COLUMN_NAME,
	COL_SQLSTATE,
	COL_MESSAGE,
	COL_VALUE,
	COL_MORE_ERRORS,
	COL_STATUS_BY,
	COL_STATUS_AT,
	COL_STATUS_REASON,
	COL_REPLAYED_BY,
	QUARANTINE_COLUMNS
};

struct QuarantineWriter
{
	int64 load_id;
	Relation rel;
	EState *estate;
	ResultRelInfo *result_rel;
	BulkInsertState bulk;
	MemoryContext context; /* of the buffered rows */
	TupleTableSlot *slots[BUFFER_ROWS];
	int nrows;
	size_t bytes;
	text *open;      /* the status of bad rows */
	text *discarded; /* … and of trailers */
};

QuarantineWriter *
quarantine_writer_begin(int64 load_id)
{
	QuarantineWriter *writer = palloc0(sizeof(QuarantineWriter));
	Oid namespace = get_namespace_oid("ingest", false);

	writer->load_id = load_id;
	writer->rel = table_open(get_relname_relid("quarantine_rows", namespace), RowExclusiveLock);
	if (RelationGetDescr(writer->rel)->natts != QUARANTINE_COLUMNS)
		elog(ERROR, "ingest.quarantine_rows has %d columns, expected %d",
			 RelationGetDescr(writer->rel)->natts, QUARANTINE_COLUMNS);
	writer->estate = CreateExecutorState();
	writer->result_rel = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->result_rel, writer->rel, 1, NULL, 0);
	ExecOpenIndices(writer->result_rel, false);
	writer->bulk = GetBulkInsertState();
	writer->context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest quarantine", ALLOCSET_DEFAULT_SIZES);
	writer->open = cstring_to_text("open");
	writer->discarded = cstring_to_text("discarded");
	return writer;
}

/* Inserts the buffered rows and empties the buffer. */
static void
flush(QuarantineWriter *writer)
{
	MemoryContext oldcontext;
	int i;

	if (writer->nrows == 0)
		return;
	oldcontext = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer->estate));
	table_multi_insert(writer->rel, writer->slots, writer->nrows, GetCurrentCommandId(true), 0,
					   writer->bulk);
	MemoryContextSwitchTo(oldcontext);
	for (i = 0; i < writer->nrows; i++)
	{
		GetPerTupleExprContext(writer->estate)->ecxt_scantuple = writer->slots[i];
		if (writer->result_rel->ri_NumIndices > 0)
			compat_insert_index_tuples(writer->result_rel, writer->slots[i], writer->estate);
		ExecClearTuple(writer->slots[i]);
		ResetPerTupleExprContext(writer->estate);
	}
	MemoryContextReset(writer->context);
	writer->nrows = 0;
	writer->bytes = 0;
}

size_t
quarantine_kept_len(const char *string, size_t len)
{
	if (len <= VALUE_MAX)
		return len;
	return pg_mbcliplen(string, len, VALUE_MAX);
}

static void
push_string(JsonbParseState **state, const char *key, const char *value, size_t len)
{
	JsonbValue jv;

	jv.type = jbvString;
	jv.val.string.val = (char *) key;
	jv.val.string.len = strlen(key);
	(void) pushJsonbValue(state, WJB_KEY, &jv);
	jv.val.string.val = (char *) value;
	jv.val.string.len = len;
	(void) pushJsonbValue(state, WJB_VALUE, &jv);
}

/* Keys in the order of jsonb, shorter ones first, which then has nothing to sort. */
Jsonb *
quarantine_errors(const Violation *violations)
{
	JsonbParseState *state = NULL;
	JsonbValue *result;
	const Violation *v;

	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (v = violations; v != NULL; v = v->next)
	{
		(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_string(&state, "rule", v->rule, strlen(v->rule));
		if (v->value != NULL)
			push_string(&state, "value", v->value, quarantine_kept_len(v->value, v->value_len));
		if (v->column != NULL)
			push_string(&state, "column", v->column, strlen(v->column));
		push_string(&state, "message", v->message,
					quarantine_kept_len(v->message, strlen(v->message)));
		/* a copy: unpack_sql_state() has one buffer for all */
		push_string(&state, "sqlstate", pstrdup(unpack_sql_state(v->sqlstate)), 5);
		(void) pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	result = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(result);
}

/* A copy of the string, or NULL. */
static void
put_text(TupleTableSlot *slot, int column, const char *string, size_t len)
{
	slot->tts_isnull[column] = string == NULL;
	if (string != NULL)
		slot->tts_values[column] = PointerGetDatum(cstring_to_text_with_len(string, len));
}

/* The first violation has columns of its own, because few rows have a second one. */
static void
put_violations(TupleTableSlot *slot, const Violation *first)
{
	put_text(slot, COL_RULE, first->rule, strlen(first->rule));
	put_text(slot, COL_COLUMN_NAME, first->column,
			 first->column == NULL ? 0 : strlen(first->column));
	put_text(slot, COL_SQLSTATE, unpack_sql_state(first->sqlstate), 5);
	put_text(slot, COL_MESSAGE, first->message,
			 quarantine_kept_len(first->message, strlen(first->message)));
	put_text(slot, COL_VALUE, first->value,
			 first->value == NULL ? 0 : quarantine_kept_len(first->value, first->value_len));
	slot->tts_isnull[COL_MORE_ERRORS] = first->next == NULL;
	if (first->next != NULL)
		slot->tts_values[COL_MORE_ERRORS] = JsonbPGetDatum(quarantine_errors(first->next));
}

static TupleTableSlot *
next_slot(QuarantineWriter *writer)
{
	if (writer->slots[writer->nrows] == NULL)
		writer->slots[writer->nrows] = table_slot_create(writer->rel, NULL);
	return writer->slots[writer->nrows];
}

void
quarantine_writer_add(QuarantineWriter *writer, const QuarantineRow *row)
{
	MemoryContext oldcontext;
	TupleTableSlot *slot;
	Datum *values;
	bool *nulls;

	if (writer->nrows == BUFFER_ROWS || writer->bytes >= BUFFER_BYTES)
		flush(writer);
	slot = next_slot(writer);
	values = slot->tts_values;
	nulls = slot->tts_isnull;
	oldcontext = MemoryContextSwitchTo(writer->context);
	memset(nulls, false, COL_STATUS_BY);
	memset(&nulls[COL_STATUS_BY], true, QUARANTINE_COLUMNS - COL_STATUS_BY);
	values[COL_LOAD_ID] = Int64GetDatum(writer->load_id);
	values[COL_RECORD_NO] = Int64GetDatum(row->record_no);
	values[COL_LINE_NO] = Int64GetDatum(row->line_no);
	values[COL_BYTE_OFFSET] = Int64GetDatum(row->byte_offset);
	values[COL_BYTE_LENGTH] = Int64GetDatum(row->byte_length);
	values[COL_QUARANTINED_AT] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	values[COL_FILE_NO] = Int32GetDatum(row->file_no);
	values[COL_ROW_GROUP] = Int32GetDatum(row->row_group);
	nulls[COL_ROW_GROUP] = row->row_group < 0;
	values[COL_RAW_LINE] = values[COL_RAW_BYTES] =
		PointerGetDatum(cstring_to_text_with_len(row->raw, row->raw_len));
	nulls[COL_RAW_LINE] = !row->raw_is_text;
	nulls[COL_RAW_BYTES] = row->raw_is_text;
	values[COL_STATUS] = PointerGetDatum(row->is_trailer ? writer->discarded : writer->open);
	put_violations(slot, row->violations);
	ExecStoreVirtualTuple(slot);
	MemoryContextSwitchTo(oldcontext);
	writer->nrows++;
	writer->bytes += row->raw_len;
}

void
quarantine_writer_end(QuarantineWriter *writer)
{
	int i;

	flush(writer);
	for (i = 0; i < BUFFER_ROWS && writer->slots[i] != NULL; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	FreeBulkInsertState(writer->bulk);
	ExecCloseIndices(writer->result_rel);
	FreeExecutorState(writer->estate);
	table_close(writer->rel, NoLock);
	MemoryContextDelete(writer->context);
	pfree(writer);
}
