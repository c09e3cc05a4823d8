/*
 * predicate.c: conditions that people give as text.
 *
 * In: text that nobody has looked at.  Out: text printed from the analysed
 * expression, so that nothing but one expression ever gets into a statement.
 */
#include "postgres.h"

#include "publish/predicate.h"

#include "access/sysattr.h"
#include "contract/expression.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

/* By which conditions on the target may qualify their columns. */
#define TARGET_ALIAS "target"

char *
predicate_print(Relation target, Node *expression, const char *alias)
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

/* Statements that classify rows and those that write must agree. */
static void
refuse_volatile(const ExpressionSource *source, Node *expression)
{
	if (contain_volatile_functions(expression))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("%s must not contain volatile functions", source->subject)));
}

char *
predicate_text(Relation target, const char *option, const char *expression, const char *alias)
{
	ExpressionSource source = {
		.subject = psprintf("option \"%s\"", option), .text = expression, .alias = TARGET_ALIAS};

	Node *condition = expression_parse(target, &source);

	refuse_volatile(&source, condition);
	return predicate_print(target, condition, alias);
}

static void
append_direction(StringInfo sql, const SortBy *sort)
{
	if (sort->sortby_dir == SORTBY_DESC)
		appendStringInfoString(sql, " DESC");
	if (sort->sortby_nulls != SORTBY_NULLS_DEFAULT)
		appendStringInfo(sql, " NULLS %s",
						 sort->sortby_nulls == SORTBY_NULLS_FIRST ? "FIRST" : "LAST");
}

char *
predicate_order_text(Relation target, const char *option, const char *order, const char *alias)
{
	ExpressionSource source = {
		.subject = psprintf("option \"%s\"", option), .text = order, .alias = TARGET_ALIAS};
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	foreach (cell, expression_parse_order(target, &source))
	{
		const SortBy *sort = lfirst_node(SortBy, cell);

		refuse_volatile(&source, sort->node);
		appendStringInfo(&sql, "%s(%s)", sql.len > 0 ? ", " : "",
						 predicate_print(target, sort->node, alias));
		append_direction(&sql, sort);
	}
	return sql.data;
}

/* The names of columns; an error for what is none. */
static List *
names_of(Relation target, const char *option, Bitmapset *attnums)
{
	List *names = NIL;
	int member = -1;

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

List *
predicate_order_columns(Relation target, const char *option, const char *order)
{
	ExpressionSource source = {
		.subject = psprintf("option \"%s\"", option), .text = order, .alias = TARGET_ALIAS};
	Bitmapset *attnums = NULL;
	ListCell *cell;

	foreach (cell, expression_parse_order(target, &source))
		pull_varattnos(lfirst_node(SortBy, cell)->node, 1, &attnums);
	return names_of(target, option, attnums);
}

List *
predicate_columns(Relation target, const char *option, const char *expression)
{
	ExpressionSource source = {
		.subject = psprintf("option \"%s\"", option), .text = expression, .alias = TARGET_ALIAS};
	Bitmapset *attnums = NULL;

	pull_varattnos(expression_parse(target, &source), 1, &attnums);
	return names_of(target, option, attnums);
}
