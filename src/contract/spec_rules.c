/*
 * spec_rules.c: what a contract asks of values and rows -> checks of a ContractSpec.
 *
 * in:  a ContractDocument, the target
 * out: a check for every bound, length, pattern, list of values and rule; or notes of what does not fit
 *
 * Each becomes the SQL expression that people would write as a CHECK, and goes the way of
 * CHECKs from there on: NULL passes.
 */
#include "postgres.h"

#include "contract/spec_internal.h"

#include "contract/expression.h"
#include "contract/guard.h"
#include "optimizer/optimizer.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "compat.h"

static void
add_demand(List **demands, const DocumentColumn *column, const char *rule, char *subject, char *sql)
{
	SpecDemand *demand = palloc(sizeof(SpecDemand));

	demand->rule = rule;
	demand->column = column->name;
	demand->subject = subject;
	demand->path = psprintf("columns.%s.%s", column->name, rule);
	demand->sql = sql;
	*demands = lappend(*demands, demand);
}

/* 'a'::type, 'b'::type */
static char *
literal_list(List *texts, const char *type)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, texts)
		appendStringInfo(&sql, "%s%s::%s", sql.len > 0 ? ", " : "", quote_literal_cstr(lfirst(lc)),
						 type);
	return sql.data;
}

void
spec_column_demands(const DocumentColumn *column, const char *name, const char *type,
					List **demands)
{
	if (column->min != NULL)
		add_demand(demands, column, "min",
				   psprintf("min %s of column \"%s\"", column->min, column->name),
				   psprintf("%s >= %s::%s", name, quote_literal_cstr(column->min), type));
	if (column->max != NULL)
		add_demand(demands, column, "max",
				   psprintf("max %s of column \"%s\"", column->max, column->name),
				   psprintf("%s <= %s::%s", name, quote_literal_cstr(column->max), type));
	if (column->min_length >= 0)
		add_demand(demands, column, "min_length",
				   psprintf("min_length " INT64_FORMAT " of column \"%s\"", column->min_length,
							column->name),
				   psprintf("pg_catalog.char_length(%s::pg_catalog.text)"
							" OPERATOR(pg_catalog.>=) " INT64_FORMAT,
							name, column->min_length));
	if (column->max_length >= 0)
		add_demand(demands, column, "max_length",
				   psprintf("max_length " INT64_FORMAT " of column \"%s\"", column->max_length,
							column->name),
				   psprintf("pg_catalog.char_length(%s::pg_catalog.text)"
							" OPERATOR(pg_catalog.<=) " INT64_FORMAT,
							name, column->max_length));
	if (column->pattern != NULL)
		add_demand(demands, column, "pattern",
				   psprintf("pattern '%s' of column \"%s\"", column->pattern, column->name),
				   psprintf("%s::pg_catalog.text OPERATOR(pg_catalog.~) %s", name,
							quote_literal_cstr(column->pattern)));
	if (column->allowed != NIL)
		add_demand(demands, column, "allowed",
				   psprintf("the allowed values of column \"%s\"", column->name),
				   psprintf("%s IN (%s)", name, literal_list(column->allowed, type)));
}

/* Does the target check this by itself, under the same name? */
static bool
is_own_check(Relation target, const char *name)
{
	const TupleConstr *constr = RelationGetDescr(target)->constr;
	int i;

	for (i = 0; constr != NULL && i < constr->num_check; i++)
		if (strcmp(constr->check[i].ccname, name) == 0)
			return true;
	return false;
}

static List *
rule_demands(Relation target, const ContractDocument *document)
{
	List *demands = NIL;
	ListCell *lc;

	foreach (lc, document->rules)
	{
		const DocumentRule *rule = lfirst(lc);
		SpecDemand *demand = palloc0(sizeof(SpecDemand));

		if (is_own_check(target, rule->name))
			continue;
		demand->rule = "rule";
		demand->subject = psprintf("rule \"%s\"", rule->name);
		demand->path = psprintf("rules.%s", rule->name);
		demand->sql = rule->expression;
		demands = lappend(demands, demand);
	}
	return demands;
}

/* Of the column's type without its length or precision, which a bound need not fit into. */
static char *
literal_type(Form_pg_attribute att)
{
	return format_type_be_qualified(getBaseType(att->atttypid));
}

pg_noreturn static void
refuse_volatile(const char *subject)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("%s must not use volatile functions", subject),
					errdetail("A load that is continued must decide as it did before.")));
}

static Node *
parse_demand(Relation target, const SpecDemand *demand)
{
	ExpressionSource source = {.subject = psprintf("contract key \"%s\"", demand->path),
							   .text = demand->sql};
	Node *expr = expression_parse(target, &source);

	if (contain_volatile_functions(expr))
		refuse_volatile(source.subject);
	return expr;
}

/* The transform of a column over texts; inputs: of char *, those it reads are added. type: as expression_parse_texts(). */
static Node *
parse_transform(const DocumentColumn *column, Oid type, int32 typmod, List **inputs)
{
	ExpressionSource source = {.subject =
								   psprintf("contract key \"columns.%s.transform\"", column->name),
							   .text = column->transform};
	Node *expr = expression_parse_texts(&source, type, typmod, inputs);

	if (contain_volatile_functions(expr))
		refuse_volatile(source.subject);
	return expr;
}

static void
set_notation(ContractColumn *column, const DocumentColumn *said)
{
	ColumnNotation *notation = &column->notation;

	notation->dateformat = said->dateformat;
	notation->timestampformat = said->timestampformat;
	if (said->decimal_separator != NULL)
		notation->decimal_separator = said->decimal_separator[0];
	if (said->thousands != NULL)
		notation->thousands = said->thousands[0];
	notation->true_words = said->true_words;
	notation->false_words = said->false_words;
	notation->null_strings = said->null_strings;
	column->not_null = column->not_null || said->not_null;
}

static void
add_check(ContractSpec *spec, const SpecDemand *demand, int column, SpecRemap *remap)
{
	Node *expr = parse_demand(remap->target, demand);

	remap->unknowable = false;
	expr = spec_remap(expr, remap);
	if (remap->unknowable || contain_volatile_functions(expr))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("contract key \"%s\" uses a column that the files do not provide "
							   "and whose value is not known before publishing",
							   demand->path)));
	spec_add_check(spec, demand->rule, demand->subject, column, expr);
}

/* Names mean what they meant when the contract was set. */
static int
path_enter(const ContractDocument *document)
{
	int nest_level = NewGUCNestLevel();

	if (document->search_path != NULL)
		(void) set_config_option("search_path", document->search_path, PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

static void
path_leave(int nest_level)
{
	AtEOXact_GUC(true, nest_level);
}

List *
contract_spec_inputs(const ContractDocument *document)
{
	int nest_level = path_enter(document);
	List *inputs = NIL;
	ListCell *lc;

	foreach (lc, document->columns)
	{
		const DocumentColumn *column = lfirst(lc);

		if (column->transform != NULL)
			(void) parse_transform(column, InvalidOid, -1, &inputs);
	}
	path_leave(nest_level);
	return inputs;
}

static char *
trailer_pattern(const ContractDocument *document)
{
	ListCell *lc;

	foreach (lc, document->checks)
	{
		const DocumentCheck *check = lfirst(lc);

		if (strcmp(check->type, "trailer") == 0)
			return check->pattern;
	}
	return NULL;
}

void
spec_add_document(ContractSpec *spec, const ContractDocument *document, SpecRemap *remap)
{
	TupleDesc desc = RelationGetDescr(remap->target);
	int nest_level = path_enter(document);
	ListCell *lc;
	int i;

	spec->inputs = contract_spec_inputs(document);
	spec->trailer = trailer_pattern(document);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		DocumentColumn *said = document_column(document, NameStr(att->attname));
		int column = remap->lane_attno[i] - 1;
		List *demands = NIL;

		if (att->attisdropped || said == NULL || column < 0)
			continue;
		set_notation(&spec->columns[column], said);
		if (said->transform != NULL)
			spec->columns[column].transform =
				nodeToString(parse_transform(said, att->atttypid, att->atttypmod, &spec->inputs));
		spec_column_demands(said, quote_identifier(said->name), literal_type(att), &demands);
		foreach (lc, demands)
			add_check(spec, lfirst(lc), column, remap);
	}
	foreach (lc, rule_demands(remap->target, document))
		add_check(spec, lfirst(lc), -1, remap);
	path_leave(nest_level);
}

/* What guard_error() runs. */
typedef struct Verification
{
	Relation target;
	const SpecDemand *demand;
} Verification;

static void
verify_demand(void *arg)
{
	const Verification *verification = arg;

	(void) parse_demand(verification->target, verification->demand);
}

/* What guard_call() runs. */
typedef struct TransformVerification
{
	const DocumentColumn *column;
	Form_pg_attribute att;
} TransformVerification;

static void
try_transform(void *arg)
{
	const TransformVerification *verification = arg;
	List *inputs = NIL;

	(void) parse_transform(verification->column, verification->att->atttypid,
						   verification->att->atttypmod, &inputs);
}

static void
verify_transform(Form_pg_attribute att, const DocumentColumn *column, DocumentErrors *errors)
{
	TransformVerification verification = {column, att};
	ErrorData *error;

	if (!guard_call(try_transform, &verification, &error))
		document_error(errors, psprintf("columns.%s.transform", column->name), "%s",
					   error->message);
}

static void
verify_demands(Relation target, List *demands, DocumentErrors *errors)
{
	ListCell *lc;

	foreach (lc, demands)
	{
		const SpecDemand *demand = lfirst(lc);
		Verification verification = {target, demand};
		ErrorData *error;

		if (!guard_call(verify_demand, &verification, &error))
			document_error(errors, demand->path, "%s", error->message);
	}
}

static Form_pg_attribute
find_attribute(Relation target, const char *name)
{
	TupleDesc desc = RelationGetDescr(target);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return att;
	}
	return NULL;
}

/* What guard_call() runs. */
typedef struct TypeRequest
{
	const char *text;
	Oid type;
	int32 typmod;
} TypeRequest;

static void
parse_type(void *arg)
{
	TypeRequest *name = arg;

	compat_parse_type(name->text, &name->type, &name->typmod);
}

/* Does the text mean the type of the column? */
static bool
is_type(const char *text, Form_pg_attribute att)
{
	TypeRequest name = {text, InvalidOid, -1};

	return guard_call(parse_type, &name, NULL) && name.type == att->atttypid &&
		   name.typmod == att->atttypmod;
}

static void
verify_column(Relation target, const DocumentColumn *column, DocumentErrors *errors)
{
	Form_pg_attribute att = find_attribute(target, column->name);
	char *path = psprintf("columns.%s", column->name);
	List *demands = NIL;
	int before = errors->count;

	if (att == NULL)
	{
		document_error(errors, path, "table \"%s\" has no such column",
					   RelationGetRelationName(target));
		return;
	}
	if (column->type != NULL && !is_type(column->type, att))
		document_error(errors, path, "the column's type is %s, not %s",
					   format_type_with_typemod(att->atttypid, att->atttypmod), column->type);
	if (att->attgenerated != '\0' && column->sources != NIL)
		document_error(errors, path, "a generated column has no source");
	if (column->true_words != NIL && getBaseType(att->atttypid) != BOOLOID)
		document_error(errors, path, "true and false are for boolean columns");
	spec_column_demands(column, quote_identifier(column->name), literal_type(att), &demands);
	verify_demands(target, demands, errors);
	if (errors->count == before)
		spec_verify_agreement(target, column, literal_type(att), errors);
	if (column->transform != NULL)
		verify_transform(att, column, errors);
}

void
contract_spec_verify(Relation target, const ContractDocument *document, DocumentErrors *errors)
{
	ListCell *lc;

	foreach (lc, document->columns)
		verify_column(target, lfirst(lc), errors);
	verify_demands(target, rule_demands(target, document), errors);
	foreach (lc, document->checks)
	{
		const DocumentCheck *check = lfirst(lc);

		if (check->pattern != NULL)
			(void) spec_verify_pattern(check->pattern, psprintf("checks.%s.pattern", check->name),
									   errors);
	}
}
