/*
 * statement.c: SPI with the rights of the manifest's owner.
 *
 * The user id is switched for the statement only, search_path is pinned in a
 * GUC nest level of its own, and both go back with the transaction if the
 * statement raises an error.
 */
#include "postgres.h"

#include "manifest/statement.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "manifest/manifest.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "compat.h"

#define UNIX_TO_POSTGRES_EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

Oid
manifest_owner(void)
{
	Oid namespace = get_namespace_oid("ingest", false);
	Oid relid = get_relname_relid("manifest_loads", namespace);
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation \"ingest.manifest_loads\" does not exist"),
						errhint("Install the extension with CREATE EXTENSION pg_ingest.")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
statement_init(Statement *statement, const char *sql)
{
	statement->sql = sql;
	statement->nargs = 0;
}

static void
add_arg(Statement *statement, Oid type, Datum value, bool isnull)
{
	if (statement->nargs >= STATEMENT_MAX_ARGS)
		elog(ERROR, "too many statement arguments");
	statement->types[statement->nargs] = type;
	statement->values[statement->nargs] = value;
	statement->nulls[statement->nargs] = isnull ? 'n' : ' ';
	statement->nargs++;
}

void
statement_add_int64(Statement *statement, int64 value)
{
	add_arg(statement, INT8OID, Int64GetDatum(value), false);
}

void
statement_add_int32(Statement *statement, int32 value)
{
	add_arg(statement, INT4OID, Int32GetDatum(value), false);
}

void
statement_add_bool(Statement *statement, bool value)
{
	add_arg(statement, BOOLOID, BoolGetDatum(value), false);
}

void
statement_add_text(Statement *statement, const char *value)
{
	add_arg(statement, TEXTOID, value ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
}

void
statement_add_regclass(Statement *statement, Oid value)
{
	add_arg(statement, REGCLASSOID, ObjectIdGetDatum(value), false);
}

void
statement_add_bytes(Statement *statement, const void *data, size_t len)
{
	bytea *value = palloc(VARHDRSZ + len);

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), data, len);
	add_arg(statement, BYTEAOID, PointerGetDatum(value), false);
}

void
statement_add_texts(Statement *statement, List *values)
{
	Datum *elements = palloc(list_length(values) * sizeof(Datum));
	int n = 0;
	ListCell *lc;

	foreach (lc, values)
		elements[n++] = CStringGetTextDatum((char *) lfirst(lc));
	add_arg(statement, TEXTARRAYOID,
			PointerGetDatum(construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT)), false);
}

void
statement_add_int64s(Statement *statement, const int64 *values, int n)
{
	Datum *elements = palloc(n * sizeof(Datum));
	int i;

	for (i = 0; i < n; i++)
		elements[i] = Int64GetDatum(values[i]);
	add_arg(statement, INT8ARRAYOID,
			PointerGetDatum(construct_array(elements, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
											TYPALIGN_DOUBLE)),
			false);
}

void
statement_add_int32s(Statement *statement, const int32 *values, int n)
{
	Datum *elements = palloc(n * sizeof(Datum));
	int i;

	for (i = 0; i < n; i++)
		elements[i] = Int32GetDatum(values[i]);
	add_arg(
		statement, INT4ARRAYOID,
		PointerGetDatum(construct_array(elements, n, INT4OID, sizeof(int32), true, TYPALIGN_INT)),
		false);
}

void
statement_add_jsonbs(Statement *statement, List *values)
{
	Datum *elements = palloc(list_length(values) * sizeof(Datum));
	int n = 0;
	ListCell *lc;

	foreach (lc, values)
		elements[n++] = JsonbPGetDatum((Jsonb *) lfirst(lc));
	add_arg(statement, JSONBARRAYOID,
			PointerGetDatum(construct_array(elements, n, JSONBOID, -1, false, TYPALIGN_INT)),
			false);
}

void
statement_add_timestamp(Statement *statement, int64 unix_microseconds)
{
	add_arg(statement, TIMESTAMPTZOID,
			TimestampTzGetDatum(unix_microseconds - UNIX_TO_POSTGRES_EPOCH_USECS), false);
}

void
statement_add_jsonb(Statement *statement, const char *text)
{
	add_arg(statement, JSONBOID, DirectFunctionCall1(jsonb_in, CStringGetDatum(text)), false);
}

uint64
statement_run(const Statement *statement, StatementRow row, void *arg)
{
	MemoryContext callercontext = CurrentMemoryContext;
	MemoryContext spicontext;
	Oid save_userid;
	int save_sec_context;
	int nestlevel;
	int rc;
	uint64 processed;
	uint64 i;

	GetUserIdAndSecContext(&save_userid, &save_sec_context);
	SetUserIdAndSecContext(manifest_owner(), save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
	nestlevel = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	rc = SPI_execute_with_args(statement->sql, statement->nargs, (Oid *) statement->types,
							   (Datum *) statement->values, statement->nulls, false, 0);
	if (rc < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
	processed = SPI_processed;
	if (row != NULL && SPI_tuptable != NULL)
	{
		spicontext = MemoryContextSwitchTo(callercontext);
		for (i = 0; i < processed; i++)
			row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, arg);
		MemoryContextSwitchTo(spicontext);
	}
	SPI_finish();

	AtEOXact_GUC(true, nestlevel);
	SetUserIdAndSecContext(save_userid, save_sec_context);
	return processed;
}

int64
row_int64(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);

	if (isnull)
		return 0;
	switch (TupleDescAttr(desc, column - 1)->atttypid)
	{
		case INT8OID:
			return DatumGetInt64(value);
		case INT4OID:
			return DatumGetInt32(value);
		case OIDOID:
		case REGCLASSOID:
			return DatumGetObjectId(value);
		case BOOLOID:
			return DatumGetBool(value);
		default:
			elog(ERROR, "column %d of a manifest statement is no number", column);
	}
}

char *
row_text(HeapTuple tuple, TupleDesc desc, int column)
{
	return SPI_getvalue(tuple, desc, column);
}

/* MANIFEST_HASH_LEN bytes, palloc'd; NULL for SQL NULL. */
unsigned char *
row_hash(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);
	unsigned char *hash;
	bytea *bytes;

	if (isnull)
		return NULL;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) != MANIFEST_HASH_LEN)
		elog(ERROR, "the manifest holds a hash of %zu bytes", (size_t) VARSIZE_ANY_EXHDR(bytes));
	hash = palloc(MANIFEST_HASH_LEN);
	memcpy(hash, VARDATA_ANY(bytes), MANIFEST_HASH_LEN);
	return hash;
}

List *
row_texts(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);
	List *result = NIL;
	Datum *elements;
	int n;
	int i;

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  &n);
	for (i = 0; i < n; i++)
		result = lappend(result, TextDatumGetCString(elements[i]));
	return result;
}

char *
row_bytes(HeapTuple tuple, TupleDesc desc, int column, int *len)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);
	bytea *bytes;
	char *copy;

	*len = 0;
	if (isnull)
		return NULL;
	bytes = DatumGetByteaPP(value);
	*len = VARSIZE_ANY_EXHDR(bytes);
	copy = palloc(*len + 1);
	memcpy(copy, VARDATA_ANY(bytes), *len);
	copy[*len] = '\0';
	return copy;
}

bool
row_is_null(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;

	(void) SPI_getbinval(tuple, desc, column, &isnull);
	return isnull;
}

char *
statement_collation(Oid collation)
{
	HeapTuple tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	Form_pg_collation form;
	char *clause;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for collation %u", collation);
	form = (Form_pg_collation) GETSTRUCT(tuple);
	clause =
		psprintf("COLLATE %s", quote_qualified_identifier(get_namespace_name(form->collnamespace),
														  NameStr(form->collname)));
	ReleaseSysCache(tuple);
	return clause;
}
