/*
 * expression.c: text -> analysed expressions.
 *
 * in:  text that nobody has looked at, the table whose columns it is about
 * out: expressions in CurrentMemoryContext
 *
 * Names are looked up in the caller's search_path.
 */
#include "postgres.h"

#include "contract/expression.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/builtins.h"

#include "compat.h"

/* What makes a list of sort keys something that the grammar of expressions takes. */
#define ORDER_PREFIX "1 ORDER BY "

/* Makes the position of an error one in the option's text, not in the caller's statement. */
void
expression_context(void *arg)
{
	const ExpressionSource *source = arg;
	int position = geterrposition() - source->skip;

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(source->text);
	}
	errcontext("%s", source->subject);
}

/* Is it "*" or "t.*"? */
static bool
is_star(Node *node)
{
	return IsA(node, ColumnRef) && IsA(llast(((ColumnRef *) node)->fields), A_Star);
}

pg_noreturn static void
refuse_text(const ExpressionSource *source)
{
	ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("%s must be one SQL expression: \"%s\"",
														  source->subject, source->text)));
}

/*
 * "SELECT text" that is one expression and perhaps an ORDER BY: the grammar is that of PL/pgSQL's
 * expressions, which takes the clauses of SELECT as well.
 */
static SelectStmt *
parse(const ExpressionSource *source, const char *text)
{
	RawStmt *raw = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_PLPGSQL_EXPR));
	SelectStmt *parsed = castNode(SelectStmt, raw->stmt);
	SelectStmt *bare = makeNode(SelectStmt);
	ResTarget *target;

	bare->targetList = parsed->targetList;
	bare->sortClause = parsed->sortClause;
	target = list_length(parsed->targetList) == 1 ? linitial(parsed->targetList) : NULL;
	if (target == NULL || target->name != NULL || is_star(target->val) || !equal(bare, parsed))
		refuse_text(source);
	return parsed;
}

static void
refuse_parts(const ParseState *pstate, const ExpressionSource *source)
{
	const char *refused = pstate->p_hasSubLinks      ? "subqueries"
						  : pstate->p_hasAggs        ? "aggregates"
						  : pstate->p_hasWindowFuncs ? "window functions"
						  : pstate->p_hasTargetSRFs  ? "functions that return sets"
													 : NULL;

	if (refused != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("%s must not contain %s", source->subject, refused)));
}

/* text: what was parsed */
static Node *
analyse(Relation target, const ExpressionSource *source, const char *text, Node *raw,
		ParseExprKind kind)
{
	ParseState *pstate = make_parsestate(NULL);
	Alias *alias = source->alias != NULL ? makeAlias(source->alias, NIL) : NULL;
	ParseNamespaceItem *item;
	Node *expr;

	pstate->p_sourcetext = text;
	item = addRangeTableEntryForRelation(pstate, target, AccessShareLock, alias, false, true);
	addNSItemToQuery(pstate, item, false, true, true);
	expr = transformExpr(pstate, raw, kind);
	if (kind == EXPR_KIND_WHERE)
		expr = coerce_to_boolean(pstate, expr, source->subject);
	assign_expr_collations(pstate, expr);
	refuse_parts(pstate, source);
	free_parsestate(pstate);
	return expr;
}

Node *
expression_parse(Relation target, ExpressionSource *source)
{
	ErrorContextCallback callback = {error_context_stack, expression_context, source};
	SelectStmt *select;
	Node *expr;

	error_context_stack = &callback;
	source->skip = 0;
	select = parse(source, source->text);
	if (select->sortClause != NIL)
		refuse_text(source);
	expr = analyse(target, source, source->text, linitial_node(ResTarget, select->targetList)->val,
				   EXPR_KIND_WHERE);
	error_context_stack = callback.previous;
	return expr;
}

/* PreParseColumnRefHook: a name stands for a text. */
static Node *
text_of_name(ParseState *pstate, ColumnRef *cref)
{
	List **names = pstate->p_ref_hook_state;
	char *name;
	int i = 0;

	if (list_length(cref->fields) != 1 || !IsA(linitial(cref->fields), String))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("columns of a file are named without a table"),
						parser_errposition(pstate, cref->location)));
	name = strVal(linitial(cref->fields));
	while (i < list_length(*names) && strcmp(list_nth(*names, i), name) != 0)
		i++;
	if (i == list_length(*names))
		*names = lappend(*names, pstrdup(name));
	return (Node *) makeVar(1, i + 1, TEXTOID, -1, DEFAULT_COLLATION_OID, 0);
}

Node *
expression_parse_texts(ExpressionSource *source, Oid type, int32 typmod, List **names)
{
	ErrorContextCallback callback = {error_context_stack, expression_context, source};
	ParseState *pstate = make_parsestate(NULL);
	SelectStmt *select;
	Node *expr;
	Oid given;

	error_context_stack = &callback;
	source->skip = 0;
	select = parse(source, source->text);
	if (select->sortClause != NIL)
		refuse_text(source);
	pstate->p_sourcetext = source->text;
	pstate->p_pre_columnref_hook = text_of_name;
	pstate->p_ref_hook_state = names;
	expr = transformExpr(pstate, linitial_node(ResTarget, select->targetList)->val,
						 EXPR_KIND_SELECT_TARGET);
	given = exprType(expr);
	if (given == UNKNOWNOID)
		expr = coerce_type(pstate, expr, given, TEXTOID, -1, COERCION_IMPLICIT,
						   COERCE_IMPLICIT_CAST, -1);
	else if (given != TEXTOID && OidIsValid(type))
		expr = coerce_to_target_type(pstate, expr, given, type, typmod, COERCION_ASSIGNMENT,
									 COERCE_IMPLICIT_CAST, -1);
	if (expr == NULL)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("%s must give %s or text, not %s", source->subject,
							   format_type_with_typemod(type, typmod), format_type_be(given))));
	assign_expr_collations(pstate, expr);
	refuse_parts(pstate, source);
	free_parsestate(pstate);
	error_context_stack = callback.previous;
	return expr;
}

List *
expression_parse_order(Relation target, ExpressionSource *source)
{
	ErrorContextCallback callback = {error_context_stack, expression_context, source};
	char *text = psprintf("%s%s", ORDER_PREFIX, source->text);
	SelectStmt *select;
	ListCell *lc;

	error_context_stack = &callback;
	source->skip = strlen(ORDER_PREFIX);
	select = parse(source, text);
	foreach (lc, select->sortClause)
	{
		SortBy *sort = lfirst_node(SortBy, lc);

		if (sort->sortby_dir == SORTBY_USING)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("%s must not contain USING", source->subject)));
		sort->node = analyse(target, source, text, sort->node, EXPR_KIND_ORDER_BY);
	}
	error_context_stack = callback.previous;
	return select->sortClause;
}
