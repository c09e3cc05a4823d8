/*
 * audit.c: staged rows against what a contract says of all of them together.
 *
 * in:  the lanes of a load, the contract
 * out: rows in quarantine instead of the lanes; results of the checks
 *
 * Expressions and names are looked up in the search_path that was current when the contract was
 * set.
 */
#include "postgres.h"

#include "audit/audit_internal.h"
#include "contract/guard.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

ManifestCheck *
audit_result(const DocumentCheck *check)
{
	ManifestCheck *result = palloc0(sizeof(ManifestCheck));

	result->name = check->name;
	result->type = check->type;
	result->is_warning = check->is_warning;
	return result;
}

char *
audit_table_name(Oid table)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
									  get_rel_name(table));
}

static void
append_rows(StringInfo sql, List *columns, const char *position, Oid table, const char *condition)
{
	ListCell *lc;

	appendStringInfo(sql, "%sSELECT tableoid AS _ingest_lane, ctid AS _ingest_ctid, %s",
					 sql->len > 0 ? " UNION ALL " : "", position);
	foreach (lc, columns)
		appendStringInfo(sql, ", %s", quote_identifier(lfirst(lc)));
	appendStringInfo(sql, " FROM %s WHERE %s", audit_table_name(table), condition);
}

char *
audit_staged_rows(const AuditRequest *request)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, request->lanes)
		append_rows(&sql, request->columns, "_ingest_file, _ingest_row", lfirst_oid(lc),
					"_ingest_file OPERATOR(pg_catalog.<>) -1");
	if (request->lanes == NIL) /* a contract is verified */
		append_rows(&sql, request->columns, "0 AS _ingest_file, 0::pg_catalog.int8 AS _ingest_row",
					RelationGetRelid(request->target), "false");
	return sql.data;
}

static bool
has_check(const ContractDocument *document, const char *name)
{
	ListCell *lc;

	foreach (lc, document->checks)
		if (strcmp(((DocumentCheck *) lfirst(lc))->name, name) == 0)
			return true;
	return false;
}

/* A name that is misspelt would overrule nothing, and nobody would know why. */
static void
check_accept(const AuditRequest *request)
{
	StringInfoData names;
	ListCell *lc;
	ListCell *nc;

	foreach (lc, request->accept)
	{
		if (has_check(request->document, lfirst(lc)))
			continue;
		initStringInfo(&names);
		foreach (nc, request->document->checks)
			appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "",
							 ((DocumentCheck *) lfirst(nc))->name);
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("option \"accept\" names check \"%s\", which the contract of table \"%s\" "
						"has not",
						(char *) lfirst(lc), RelationGetRelationName(request->target)),
				 names.len > 0 ? errhint("Its checks are: %s.", names.data) : 0));
	}
}

static bool
is_accepted(const AuditRequest *request, const char *name)
{
	ListCell *lc;

	foreach (lc, request->accept)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

/* "row_count: 3, expected at least 10" */
static char *
describe(const ManifestCheck *result)
{
	return psprintf("check \"%s\" (%s): found %s, expected %s", result->name, result->type,
					result->observed != NULL ? result->observed : "nothing", result->expected);
}

/* What follows from the results: warnings, or that the load is rejected. */
static void
judge(const AuditRequest *request, AuditOutcome *outcome)
{
	StringInfoData rejected;
	ListCell *lc;

	initStringInfo(&rejected);
	foreach (lc, outcome->results)
	{
		ManifestCheck *result = lfirst(lc);

		if (result->passed)
			continue;
		if (result->is_warning)
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("load " INT64_FORMAT ": %s", request->load_id, describe(result))));
		else if (is_accepted(request, result->name))
			result->accepted = true;
		else
			appendStringInfo(&rejected, "%s%s", rejected.len > 0 ? "; " : "", describe(result));
	}
	outcome->rejected = rejected.len > 0 ? rejected.data : NULL;
}

static List *
run_checks(const AuditRequest *request)
{
	List *results = audit_dataset_checks(request);
	ListCell *lc;

	foreach (lc, request->document->checks)
		if (audit_is_file_check(lfirst(lc)))
			results = lappend(results, audit_file_check(request, lfirst(lc)));
	return results;
}

void
audit_run(const AuditRequest *request, AuditOutcome *outcome)
{
	const ContractDocument *document = request->document;
	int64 removed;
	int nest_level;

	memset(outcome, 0, sizeof(*outcome));
	if (document == NULL)
		return;
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", document->search_path, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	check_accept(request);
	/* a row that goes may be what others referred to */
	do
	{
		removed = audit_remove_orphans(request) + audit_remove_repeats(request);
		outcome->removed += removed;
	} while (removed > 0);
	outcome->results = run_checks(request);
	AtEOXact_GUC(true, nest_level);
	judge(request, outcome);
}

/* What guard_call() runs: everything, on no rows. */
static void
try_audit(void *arg)
{
	AuditRequest *request = arg;

	(void) audit_remove_orphans(request);
	(void) audit_remove_repeats(request);
	(void) audit_dataset_checks(request);
}

static List *
column_names(Relation target)
{
	TupleDesc desc = RelationGetDescr(target);
	List *names = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			names = lappend(names, NameStr(TupleDescAttr(desc, i)->attname));
	return names;
}

static void
verify(AuditRequest *request, const char *path, DocumentErrors *errors)
{
	ErrorData *error;

	if (!guard_call(try_audit, request, &error))
		document_error(errors, path, "%s", error->message);
}

/* Each part by itself, so that an error has a path. */
void
audit_verify(Relation target, const ContractDocument *document, DocumentErrors *errors)
{
	ListCell *lc;

	foreach (lc, document->columns)
	{
		DocumentColumn *column = lfirst(lc);
		ContractDocument part = {.columns = list_make1(column)};
		AuditRequest request = {
			.target = target, .document = &part, .columns = column_names(target)};

		if (column->references != NULL)
			verify(&request, psprintf("columns.%s.references", column->name), errors);
	}
	foreach (lc, document->unique)
	{
		DocumentUnique *unique = lfirst(lc);
		ContractDocument part = {.unique = list_make1(unique)};
		AuditRequest request = {
			.target = target, .document = &part, .columns = column_names(target)};

		verify(&request, psprintf("unique.%s", unique->name), errors);
	}
	foreach (lc, document->checks)
	{
		DocumentCheck *check = lfirst(lc);
		ContractDocument part = {.checks = list_make1(check)};
		AuditRequest request = {
			.target = target, .document = &part, .columns = column_names(target)};

		verify(&request, psprintf("checks.%s", check->name), errors);
	}
}
