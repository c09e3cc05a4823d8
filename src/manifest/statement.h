/*
 * statement.h: one SQL statement on the manifest, with its owner's rights.
 *
 * Every statement runs as the owner of the extension's tables, with
 * search_path pinned, in the current transaction.  Results are copied into the
 * memory context that is current at the call.
 */
#ifndef INGEST_MANIFEST_STATEMENT_H
#define INGEST_MANIFEST_STATEMENT_H

#include "access/tupdesc.h"
#include "executor/spi.h"

#define STATEMENT_MAX_ARGS 24

typedef struct Statement
{
	const char *sql;
	int nargs;
	Oid types[STATEMENT_MAX_ARGS];
	Datum values[STATEMENT_MAX_ARGS];
	char nulls[STATEMENT_MAX_ARGS];
} Statement;

extern void statement_init(Statement *statement, const char *sql);

/* Each appends the next $n. Pointers are not copied. NULL strings are SQL NULL. */
extern void statement_add_int64(Statement *statement, int64 value);
extern void statement_add_int32(Statement *statement, int32 value);
extern void statement_add_bool(Statement *statement, bool value);
extern void statement_add_text(Statement *statement, const char *value);
extern void statement_add_regclass(Statement *statement, Oid value);
extern void statement_add_bytes(Statement *statement, const void *data, size_t len);
extern void statement_add_texts(Statement *statement, List *values);
extern void statement_add_int64s(Statement *statement, const int64 *values, int n);
extern void statement_add_int32s(Statement *statement, const int32 *values, int n);
extern void statement_add_jsonbs(Statement *statement, List *values); /* of Jsonb * */
extern void statement_add_timestamp(Statement *statement, int64 unix_microseconds);
extern void statement_add_jsonb(Statement *statement, const char *text);

/* Called once per result row, in the caller's memory context, while the row is valid. */
typedef void (*StatementRow)(HeapTuple tuple, TupleDesc desc, void *arg);

/* Runs it and returns the number of rows processed. row may be NULL. */
extern uint64 statement_run(const Statement *statement, StatementRow row, void *arg);

/* Access to the columns of a result row; strings are palloc'd, NULL for SQL NULL. */
extern int64 row_int64(HeapTuple tuple, TupleDesc desc, int column);
extern char *row_text(HeapTuple tuple, TupleDesc desc, int column);
extern unsigned char *row_hash(HeapTuple tuple, TupleDesc desc, int column);
extern char *row_bytes(HeapTuple tuple, TupleDesc desc, int column, int *len);
extern List *row_texts(HeapTuple tuple, TupleDesc desc, int column); /* of char *; NIL for NULL */
extern bool row_is_null(HeapTuple tuple, TupleDesc desc, int column);

/* "COLLATE …" for a statement, whose search_path is not the caller's. */
extern char *statement_collation(Oid collation);

/* The owner of the extension's tables. */
extern Oid manifest_owner(void);

#endif
