/*
 * predicate.c: conditions that people give as text.
 *
 * In: text that nobody has looked at.  Out: text printed from the analysed
 * expression, so that nothing but one expression ever gets into a statement.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/predicate.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

typedef struct PredicateSource
{
	const char *option;
	const char *text;
} PredicateSource;

/* ErrorContextCallback */
static void
say_which(void *arg)
{
	const PredicateSource *source = arg;

	errcontext("option \"%s\": %s", source->option, source->text);
}

pg_noreturn static void
refuse(const PredicateSource *source)
{
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 errmsg("option \"%s\" must be an expression without subqueries", source->option)));
}

/* "SELECT text" if it is that and nothing more than perhaps an ORDER BY. */
static SelectStmt *
parse(const PredicateSource *source, const char *text)
{
	List *statements = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select;
	ResTarget *target;

	if (list_length(statements) != 1)
		refuse(source);
	select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	if (!IsA(select, SelectStmt) || list_length(select->targetList) != 1 ||
		select->distinctClause != NIL || select->intoClause != NULL || select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL || select->havingClause != NULL ||
		select->windowClause != NIL || select->valuesLists != NIL || select->limitOffset != NULL ||
		select->limitCount != NULL || select->lockingClause != NIL || select->withClause != NULL ||
		select->op != SETOP_NONE)
		refuse(source);
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL || target->indirection != NIL)
		refuse(source);
	return select;
}

/* The analysed expression, a boolean one if that is asked for; its columns have varno 1. */
static Node *
analyse(Relation target, const PredicateSource *source, Node *raw, bool boolean)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item;
	Node *expression;

	item = addRangeTableEntryForRelation(pstate, target, AccessShareLock, makeAlias("target", NIL),
										 false, true);
	addNSItemToQuery(pstate, item, false, true, true);
	expression = transformExpr(pstate, raw, boolean ? EXPR_KIND_WHERE : EXPR_KIND_ORDER_BY);
	if (boolean)
		expression = coerce_to_boolean(pstate, expression, source->option);
	assign_expr_collations(pstate, expression);
	if (pstate->p_hasSubLinks || pstate->p_hasAggs || pstate->p_hasWindowFuncs ||
		pstate->p_hasTargetSRFs)
		refuse(source);
	free_parsestate(pstate);
	return expression;
}

/* The condition of the option; errors say which option it is. */
static Node *
analyse_condition(Relation target, const char *option, const char *text)
{
	PredicateSource source = {option, text};
	ErrorContextCallback callback = {error_context_stack, say_which, &source};
	SelectStmt *select;
	Node *expression;

	error_context_stack = &callback;
	select = parse(&source, text);
	if (select->sortClause != NIL)
		refuse(&source);
	expression = analyse(target, &source, linitial_node(ResTarget, select->targetList)->val, true);
	error_context_stack = callback.previous;
	return expression;
}

static char *
print(Relation target, Node *expression, const char *alias)
{
	int nest_level = NewGUCNestLevel();
	char *text;

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	text = deparse_expression(expression, deparse_context_for(alias, RelationGetRelid(target)),
							  true, false);
	AtEOXact_GUC(true, nest_level);
	return text;
}

char *
predicate_text(Relation target, const char *option, const char *expression, const char *alias)
{
	return print(target, analyse_condition(target, option, expression), alias);
}

static void
append_direction(StringInfo sql, const PredicateSource *source, const SortBy *sort)
{
	if (sort->sortby_dir == SORTBY_USING)
		refuse(source);
	if (sort->sortby_dir == SORTBY_DESC)
		appendStringInfoString(sql, " DESC");
	if (sort->sortby_nulls != SORTBY_NULLS_DEFAULT)
		appendStringInfo(sql, " NULLS %s",
						 sort->sortby_nulls == SORTBY_NULLS_FIRST ? "FIRST" : "LAST");
}

char *
predicate_order_text(Relation target, const char *option, const char *order, const char *alias)
{
	PredicateSource source = {option, order};
	ErrorContextCallback callback = {error_context_stack, say_which, &source};
	StringInfoData sql;
	SelectStmt *select;
	ListCell *cell;

	error_context_stack = &callback;
	initStringInfo(&sql);
	select = parse(&source, psprintf("1 ORDER BY %s", order));
	foreach (cell, select->sortClause)
	{
		const SortBy *sort = lfirst_node(SortBy, cell);

		appendStringInfo(&sql, "%s(%s)", sql.len > 0 ? ", " : "",
						 print(target, analyse(target, &source, sort->node, false), alias));
		append_direction(&sql, &source, sort);
	}
	error_context_stack = callback.previous;
	return sql.data;
}

List *
predicate_columns(Relation target, const char *option, const char *expression)
{
	Bitmapset *attnums = NULL;
	List *names = NIL;
	int member = -1;

	pull_varattnos(analyse_condition(target, option, expression), 1, &attnums);
	while ((member = bms_next_member(attnums, member)) >= 0)
	{
		AttrNumber attnum = member + FirstLowInvalidHeapAttributeNumber;

		if (attnum <= 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
							errmsg("option \"%s\" must not refer to system columns or whole rows",
								   option)));
		names = lappend(names, get_attname(RelationGetRelid(target), attnum, false));
	}
	return names;
}
