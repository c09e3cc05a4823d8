/*
 * validate.c: the SQL functions validate() and validate_summary().
 *
 * in:  the bad rows of a validation
 * out: a row for each violation; a row for all of them and one for each rule and column
 *
 * Violations go to the function's tuplestore at once.  Of the summary one entry per rule and
 * column is kept in memory.
 */
#include "postgres.h"

#include "api/validation.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(ingest_validate);
PG_FUNCTION_INFO_V1(ingest_validate_summary);

#define VALIDATE_COLUMNS 13
#define SUMMARY_COLUMNS  12

/* Rules and columns for which the summary makes room at first. */
#define SUMMARY_ENTRIES 64

/* A row of the result that is being made. */
typedef struct ResultRow
{
	Datum values[Max(VALIDATE_COLUMNS, SUMMARY_COLUMNS)];
	bool nulls[Max(VALIDATE_COLUMNS, SUMMARY_COLUMNS)];
	int n;
} ResultRow;

typedef struct SummaryKey
{
	char rule[NAMEDATALEN];
	char column[NAMEDATALEN]; /* empty: none */
} SummaryKey;

/* What the summary says about one rule and column. */
typedef struct SummaryEntry
{
	SummaryKey key;
	int64 violations;
	/* of the first one */
	const char *file;
	int64 record_no;
	int64 line_no;
	char *value; /* NULL: none */
	char *message;
} SummaryEntry;

static void
put(ResultRow *row, bool is_known, Datum value)
{
	row->values[row->n] = value;
	row->nulls[row->n++] = !is_known;
}

static void
put_int64(ResultRow *row, int64 value)
{
	put(row, true, Int64GetDatum(value));
}

/* NULL for NULL. */
static void
put_bytes(ResultRow *row, const char *bytes, size_t len)
{
	put(row, bytes != NULL,
		bytes != NULL ? PointerGetDatum(cstring_to_text_with_len(bytes, len)) : (Datum) 0);
}

static void
put_text(ResultRow *row, const char *text)
{
	put_bytes(row, text, text != NULL ? strlen(text) : 0);
}

static void
put_nulls(ResultRow *row, int n)
{
	while (n-- > 0)
		put(row, false, (Datum) 0);
}

static void
store(FunctionCallInfo fcinfo, ResultRow *row)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	Assert(row->n == result->setDesc->natts);
	tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
}

/* The part of a violation's value that quarantine would keep; NULL: there is none. */
static char *
kept_value(const Violation *violation)
{
	if (violation->value == NULL)
		return NULL;
	return pnstrdup(violation->value, quarantine_kept_len(violation->value, violation->value_len));
}

static char *
kept_message(const Violation *violation)
{
	return pnstrdup(violation->message,
					quarantine_kept_len(violation->message, strlen(violation->message)));
}

static void
show_violation(FunctionCallInfo fcinfo, const char *file, const QuarantineRow *bad,
			   const Violation *violation)
{
	ResultRow row = {.n = 0};

	put_text(&row, file);
	put_int64(&row, bad->record_no);
	put_int64(&row, bad->line_no);
	put_text(&row, violation->column);
	put_text(&row, violation->rule);
	put_text(&row, kept_message(violation));
	put_text(&row, kept_value(violation));
	put_text(&row, unpack_sql_state(violation->sqlstate));
	put_int64(&row, bad->byte_offset);
	put_int64(&row, bad->byte_length);
	put(&row, bad->row_group >= 0, Int32GetDatum(bad->row_group));
	put_bytes(&row, bad->raw_is_text ? bad->raw : NULL, bad->raw_len);
	put_bytes(&row, bad->raw_is_text ? NULL : bad->raw, bad->raw_len);
	store(fcinfo, &row);
}

Datum
ingest_validate(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context =
		AllocSetContextCreate(caller, "ingest violation", ALLOCSET_DEFAULT_SIZES);
	Validation validation;
	QuarantineRow bad;
	int64 shown = 0;
	int64 limit;

	InitMaterializedSRF(fcinfo, 0);
	validation_begin(fcinfo, &validation);
	limit = validation.request.options->max_violations;
	while ((limit == 0 || shown < limit) && validation_next(&validation, &bad))
	{
		const Violation *violation;

		MemoryContextSwitchTo(context);
		for (violation = bad.violations; violation != NULL && (limit == 0 || shown < limit);
			 violation = violation->next, shown++)
			show_violation(fcinfo, row_scan_file(validation.scan)->path, &bad, violation);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	validation_end(&validation);
	return (Datum) 0;
}

static HTAB *
create_summary(void)
{
	HASHCTL control = {.keysize = sizeof(SummaryKey),
					   .entrysize = sizeof(SummaryEntry),
					   .hcxt = CurrentMemoryContext};

	return hash_create("ingest violations by rule", SUMMARY_ENTRIES, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Longer names, which no column has, are told apart by their beginning. */
static void
count_violation(HTAB *summary, const char *file, const QuarantineRow *bad,
				const Violation *violation)
{
	SummaryKey key;
	SummaryEntry *entry;
	bool found;

	memset(&key, 0, sizeof(key));
	strlcpy(key.rule, violation->rule, NAMEDATALEN);
	if (violation->column != NULL)
		strlcpy(key.column, violation->column, NAMEDATALEN);
	entry = hash_search(summary, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->violations = 0;
		entry->file = file;
		entry->record_no = bad->record_no;
		entry->line_no = bad->line_no;
		entry->value = kept_value(violation);
		entry->message = kept_message(violation);
	}
	entry->violations++;
}

/* The most frequent one first. */
static int
compare_entries(const ListCell *a, const ListCell *b)
{
	const SummaryEntry *left = lfirst(a);
	const SummaryEntry *right = lfirst(b);
	int order;

	if (left->violations != right->violations)
		return left->violations > right->violations ? -1 : 1;
	order = strcmp(left->key.rule, right->key.rule);
	return order != 0 ? order : strcmp(left->key.column, right->key.column);
}

static List *
sorted_entries(HTAB *summary)
{
	HASH_SEQ_STATUS status;
	SummaryEntry *entry;
	List *entries = NIL;

	hash_seq_init(&status, summary);
	while ((entry = hash_seq_search(&status)) != NULL)
		entries = lappend(entries, entry);
	list_sort(entries, compare_entries);
	return entries;
}

static void
show_total(FunctionCallInfo fcinfo, Validation *validation, int64 violations)
{
	const ChunkCounts *counts = row_scan_counts(validation->scan);
	ResultRow row = {.n = 0};

	put_nulls(&row, 2);
	put_int64(&row, violations);
	put_int64(&row, counts->rows_read);
	put_int64(&row, counts->rows_staged);
	put_int64(&row, counts->rows_bad);
	put_int64(&row, counts->rows_ignored);
	put_nulls(&row, 4);
	put_text(&row, validation_rejection(validation));
	store(fcinfo, &row);
}

static void
show_entry(FunctionCallInfo fcinfo, const SummaryEntry *entry)
{
	ResultRow row = {.n = 0};

	put_text(&row, entry->key.rule);
	put_text(&row, entry->key.column[0] != '\0' ? entry->key.column : NULL);
	put_int64(&row, entry->violations);
	put_nulls(&row, 4);
	put_text(&row, entry->file);
	put_int64(&row, entry->record_no);
	put_int64(&row, entry->line_no);
	put_text(&row, entry->value);
	put_text(&row, entry->message);
	store(fcinfo, &row);
}

Datum
ingest_validate_summary(PG_FUNCTION_ARGS)
{
	HTAB *summary = create_summary();
	Validation validation;
	QuarantineRow bad;
	int64 violations = 0;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	validation_begin(fcinfo, &validation);
	while (validation_next(&validation, &bad))
	{
		const Violation *violation;

		for (violation = bad.violations; violation != NULL; violation = violation->next)
		{
			count_violation(summary, row_scan_file(validation.scan)->path, &bad, violation);
			violations++;
		}
	}
	show_total(fcinfo, &validation, violations);
	foreach (lc, sorted_entries(summary))
		show_entry(fcinfo, lfirst(lc));
	validation_end(&validation);
	hash_destroy(summary);
	return (Datum) 0;
}
