/*
 * contract_functions.c: the SQL functions set_contract() and contract(); the contract of a load.
 *
 * They check arguments and rights; contract/ knows what contracts say, manifest/ keeps them.
 */
#include "postgres.h"

#include "api/contract_functions.h"

#include "access/table.h"
#include "api/access.h"
#include "audit/audit.h"
#include "catalog/pg_type.h"
#include "contract/guard.h"
#include "contract/spec.h"
#include "fmgr.h"
#include "manifest/contracts.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(ingest_set_contract);
PG_FUNCTION_INFO_V1(ingest_contract);

static Jsonb *
jsonb_of_text(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

static char *
jsonb_text(Jsonb *jsonb)
{
	return JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
}

/* The columns whose names in files the contract tells, unless option column_map does. */
static void
add_sources(const ContractDocument *document, IngestOptions *options)
{
	ListCell *lc;

	foreach (lc, document->columns)
	{
		const DocumentColumn *column = lfirst(lc);
		OptionsColumnMap *entry;
		bool is_mapped = false;
		ListCell *mc;

		if (column->transform != NULL)
			options->transformed = lappend(options->transformed, column->name);
		if (column->required)
			options->required = lappend(options->required, column->name);
		foreach (mc, options->column_map)
			if (strcmp(((OptionsColumnMap *) lfirst(mc))->column, column->name) == 0)
				is_mapped = true;
		if (column->sources == NIL || is_mapped)
			continue;
		entry = palloc(sizeof(OptionsColumnMap));
		entry->column = column->name;
		entry->sources = column->sources;
		options->column_map = lappend(options->column_map, entry);
	}
}

/* The stored contract, understood; NULL if there is none. */
static ContractDocument *
read_contract(Oid target, int version, LoadTerms *terms)
{
	ManifestContract *stored = manifest_contract(target, version);
	DocumentErrors errors;
	ContractDocument *document;

	if (stored == NULL)
		return NULL;
	document_errors_init(&errors);
	document = document_parse(jsonb_of_text(stored->contract), &errors);
	document_errors_raise(&errors, psprintf("contract of table \"%s\"", get_rel_name(target)));
	document->search_path = stored->search_path;
	terms->version = stored->version;
	return document;
}

/* first || second */
static Jsonb *
concatenate(Jsonb *first, Jsonb *second)
{
	if (first == NULL)
		return second;
	return DatumGetJsonbP(
		DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(first), JsonbPGetDatum(second)));
}

static void
set_terms(const ContractDocument *document, Jsonb *options, LoadTerms *terms)
{
	terms->document = document;
	terms->options_text = jsonb_text(options);
	terms->options = options_parse(options);
	if (document == NULL)
		return;
	add_sources(document, terms->options);
	terms->options->inputs = contract_spec_inputs(document);
}

void
load_terms(Oid target, int version, Jsonb *options, LoadTerms *terms)
{
	ContractDocument *document;

	memset(terms, 0, sizeof(*terms));
	document = read_contract(target, version, terms);
	if (document != NULL)
		options = concatenate(document->options, options);
	set_terms(document, options, terms);
}

/* Values are written as PostgreSQL writes them, under the names of the target. */
static void
forget_delivery(ContractDocument *document)
{
	ListCell *lc;

	foreach (lc, document->columns)
	{
		DocumentColumn *column = lfirst(lc);

		column->transform = NULL;
		column->sources = NIL;
		column->required = false;
	}
}

static void
set_transforms(ContractDocument *document, List *set)
{
	ListCell *lc;

	foreach (lc, set)
	{
		const DocumentRule *rule = lfirst(lc);
		DocumentColumn *column = document_column(document, rule->name);

		if (column == NULL)
		{
			column = palloc0(sizeof(DocumentColumn));
			column->name = rule->name;
			column->min_length = column->max_length = -1;
			document->columns = lappend(document->columns, column);
		}
		column->transform = rule->expression;
	}
}

/* What a transform of "set" says must fit the target, as if the contract said it. */
static void
verify_transforms(Oid target, const ContractDocument *document)
{
	Relation rel = table_open(target, AccessShareLock);
	DocumentErrors errors;

	document_errors_init(&errors);
	contract_spec_verify(rel, document, &errors);
	document_errors_raise(&errors, "contract with option \"set\"");
	table_close(rel, NoLock);
}

void
load_terms_again(Oid target, const TermsAgain *again, Jsonb *options, LoadTerms *terms)
{
	ContractDocument *document;
	ListCell *lc;

	memset(terms, 0, sizeof(*terms));
	document = read_contract(target, 0, terms);
	if (document == NULL)
		document = palloc0(sizeof(ContractDocument));
	document->checks = NIL;
	if (again->is_target_row)
		forget_delivery(document);
	set_transforms(document, again->set);
	if (again->set != NIL)
		verify_transforms(target, document);
	set_terms(document, concatenate(again->options, concatenate(document->options, options)),
			  terms);
	terms->options->header = HEADER_TRUE;
	if (terms->options->on_error == ON_ERROR_IGNORE)
		terms->options->on_error = ON_ERROR_QUARANTINE;
	/* the load has added what it was to add */
	if (terms->options->new_columns == NEW_COLUMNS_EVOLVE ||
		(again->is_target_row && terms->options->new_columns != NEW_COLUMNS_IGNORE))
		terms->options->new_columns = NEW_COLUMNS_FREEZE;
	foreach (lc, again->set)
		terms->options->replaced =
			lappend(terms->options->replaced, ((DocumentRule *) lfirst(lc))->name);
	if (!again->is_target_row)
		return;
	terms->options->capture_column = NULL;
	terms->options->filename = NULL;
	terms->options->hive_partitioning = false;
	terms->options->column_map = NIL;
	terms->options->match_by = MATCH_BY_NAME;
}

/* What guard_call() runs. */
typedef struct OptionsRequest
{
	Jsonb *jsonb;
	IngestOptions *options; /* out */
} OptionsRequest;

static void
parse_options(void *arg)
{
	OptionsRequest *request = arg;

	request->options = options_parse(request->jsonb);
}

/* Notes a column for captured values that the table has not, or that is for others. */
static void
verify_capture(Relation target, const char *name, const ContractDocument *document,
			   DocumentErrors *errors)
{
	AttrNumber attno = get_attnum(RelationGetRelid(target), name);
	const DocumentColumn *column = document_column(document, name);
	Oid type;

	if (attno <= 0)
	{
		document_error(errors, "options.capture_column", "table \"%s\" has no column \"%s\"",
					   RelationGetRelationName(target), name);
		return;
	}
	type = get_atttype(RelationGetRelid(target), attno);
	if (getBaseType(type) != JSONBOID)
		document_error(errors, "options.capture_column",
					   "column \"%s\" must be of type jsonb, not %s", name, format_type_be(type));
	if (column != NULL && (column->sources != NIL || column->transform != NULL || column->required))
		document_error(errors, psprintf("columns.%s", name),
					   "as capture_column it has no source, required or transform");
}

/* Notes columns that go by names where the options say that files have none. */
static void
verify_names(const IngestOptions *options, const ContractDocument *document, DocumentErrors *errors)
{
	bool named = options->header != HEADER_FALSE || options->columns != NIL;
	ListCell *lc;

	if (named && options->match_by != MATCH_BY_POSITION)
		return;
	foreach (lc, document->columns)
	{
		const DocumentColumn *column = lfirst(lc);

		if (column->sources != NIL)
			document_error(errors, psprintf("columns.%s.source", column->name),
						   "needs columns that go by names, which the options exclude");
	}
}

static void
verify_options(Relation target, const ContractDocument *document, DocumentErrors *errors)
{
	OptionsRequest request = {document->options, NULL};
	ErrorData *error;

	if (document->options == NULL)
		return;
	if (guard_call(parse_options, &request, &error))
	{
		if (request.options->capture_column != NULL)
			verify_capture(target, request.options->capture_column, document, errors);
		verify_names(request.options, document, errors);
		return;
	}
	/* a hint begins with what is closest; all that there is would hide the other mistakes */
	if (error->hint != NULL && strncmp(error->hint, "Perhaps", strlen("Perhaps")) == 0)
		document_error(errors, "options", "%s. %.*s", error->message,
					   (int) strcspn(error->hint, "."), error->hint);
	else
		document_error(errors, "options", "%s", error->message);
}

Datum
ingest_set_contract(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	Jsonb *jsonb = PG_GETARG_JSONB_P(1);
	Relation target;
	DocumentErrors errors;
	ContractDocument *document;
	ManifestContract contract = {.target = relid};
	int version;

	access_check_owner(relid);
	/* also against others who set a contract for it */
	target = table_open(relid, ShareUpdateExclusiveLock);
	document_errors_init(&errors);
	document = document_parse(jsonb, &errors);
	verify_options(target, document, &errors);
	contract_spec_verify(target, document, &errors);
	if (errors.count == 0)
		audit_verify(target, document, &errors);
	document_errors_raise(&errors,
						  psprintf("contract of table \"%s\"", RelationGetRelationName(target)));
	contract.contract = jsonb_text(jsonb);
	contract.search_path = GetConfigOptionByName("search_path", NULL, false);
	version = manifest_add_contract(&contract);
	table_close(target, NoLock);
	PG_RETURN_INT32(version);
}

Datum
ingest_contract(PG_FUNCTION_ARGS)
{
	Oid target = PG_GETARG_OID(0);

	access_check_readable(target);
	PG_RETURN_JSONB_P(jsonb_of_text(manifest_effective_contract(target)));
}

void
load_terms_apply(const LoadTerms *terms, StageRequest *request)
{
	request->options_text = terms->options_text;
	request->options = terms->options;
	request->document = terms->document;
	request->contract_version = terms->version;
}
