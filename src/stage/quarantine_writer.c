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

/* Values and messages in "errors" are cut here; the whole line is beside them. */
#define VALUE_MAX 1000

/* Columns of ingest.quarantine_rows, in order. */
enum
{
	COL_LOAD_ID,
	COL_FILE_NO,
	COL_RECORD_NO,
	COL_LINE_NO,
	COL_BYTE_OFFSET,
	COL_BYTE_LENGTH,
	COL_ROW_GROUP,
	COL_RAW_LINE,
	COL_RAW_BYTES,
	COL_ERRORS,
	COL_STATUS,
	COL_QUARANTINED_AT,
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
			(void) CompatInsertIndexTuples(writer->result_rel, writer->slots[i], writer->estate);
		ExecClearTuple(writer->slots[i]);
		ResetPerTupleExprContext(writer->estate);
	}
	MemoryContextReset(writer->context);
	writer->nrows = 0;
	writer->bytes = 0;
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

/*
 * [{"rule": …, "value": …, "column": …, "message": …, "sqlstate": …}, …]: keys in the
 * order of jsonb, shorter ones first, which then has nothing to sort.
 */
static Jsonb *
build_errors(const Violation *violations)
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
			push_string(&state, "value", v->value, pg_mbcliplen(v->value, v->value_len, VALUE_MAX));
		if (v->column != NULL)
			push_string(&state, "column", v->column, strlen(v->column));
		push_string(&state, "message", v->message,
					pg_mbcliplen(v->message, strlen(v->message), VALUE_MAX));
		/* a copy: unpack_sql_state() has one buffer for all */
		push_string(&state, "sqlstate", pstrdup(unpack_sql_state(v->sqlstate)), 5);
		(void) pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	result = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(result);
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
	memset(nulls, false, QUARANTINE_COLUMNS);
	values[COL_LOAD_ID] = Int64GetDatum(writer->load_id);
	values[COL_FILE_NO] = Int32GetDatum(row->file_no);
	values[COL_RECORD_NO] = Int64GetDatum(row->record_no);
	values[COL_LINE_NO] = Int64GetDatum(row->line_no);
	values[COL_BYTE_OFFSET] = Int64GetDatum(row->byte_offset);
	values[COL_BYTE_LENGTH] = Int64GetDatum(row->byte_length);
	values[COL_ROW_GROUP] = Int32GetDatum(row->row_group);
	nulls[COL_ROW_GROUP] = row->row_group < 0;
	values[COL_RAW_LINE] = values[COL_RAW_BYTES] =
		PointerGetDatum(cstring_to_text_with_len(row->raw, row->raw_len));
	nulls[COL_RAW_LINE] = !row->raw_is_text;
	nulls[COL_RAW_BYTES] = row->raw_is_text;
	values[COL_ERRORS] = JsonbPGetDatum(build_errors(row->violations));
	values[COL_STATUS] = PointerGetDatum(cstring_to_text("open"));
	values[COL_QUARANTINED_AT] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
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
