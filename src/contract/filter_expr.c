/*
 * filter_expr.c: the text of option "filter" -> an analysed expression.
 *
 * in:  text, the target whose columns it is about
 * out: a boolean expression in CurrentMemoryContext, Vars number the target's columns
 *
 * Runs in the leader only, under the caller's search_path: workers get the result, as
 * they get CHECK expressions.
 */
#include "postgres.h"

#include "contract/filter_expr.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"

/* Makes the position of an error one in the filter's text, not in the caller's statement. */
static void
point_into_text(void *arg)
{
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) arg);
	}
	errcontext("option \"filter\"");
}

/* Is it "*" or "t.*"? */
static bool
is_star(Node *node)
{
	return IsA(node, ColumnRef) && IsA(llast(((ColumnRef *) node)->fields), A_Star);
}

/* The one expression that text is. */
static Node *
parse_text(const char *text)
{
	RawStmt *raw = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_PLPGSQL_EXPR));
	SelectStmt *parsed = castNode(SelectStmt, raw->stmt);
	SelectStmt *bare = makeNode(SelectStmt);
	ResTarget *target;

	/* the grammar is that of PL/pgSQL's expressions, which takes clauses of SELECT as well */
	bare->targetList = parsed->targetList;
	target = list_length(parsed->targetList) == 1 ? linitial(parsed->targetList) : NULL;
	if (target == NULL || target->name != NULL || is_star(target->val) || !equal(bare, parsed))
		ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
						errmsg("option \"filter\" must be one SQL expression: \"%s\"", text)));
	return target->val;
}

/* Raises an error for what cannot be decided on a row of a file. */
static bool
refuse_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not contain a subquery")));
	if (IsA(node, Var) && ((Var *) node)->varattno < 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not use system columns"),
						errdetail("A row that is not in the table yet has none.")));
	if (IsA(node, Var) && ((Var *) node)->varattno == 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not use whole rows"),
						errhint("Name the columns.")));
	return expression_tree_walker(node, refuse_walker, context);
}

/* EXPR_KIND_WHERE refuses aggregates, window functions and functions that return sets. */
static Node *
analyse(Relation target, const char *text)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item;
	Node *expr = parse_text(text);

	pstate->p_sourcetext = text;
	item = addRangeTableEntryForRelation(pstate, target, AccessShareLock, NULL, false, true);
	addNSItemToQuery(pstate, item, false, true, true);
	expr = transformExpr(pstate, expr, EXPR_KIND_WHERE);
	expr = coerce_to_boolean(pstate, expr, "filter");
	assign_expr_collations(pstate, expr);
	free_parsestate(pstate);
	return expr;
}

Node *
filter_expr_parse(Relation target, const char *text)
{
	ErrorContextCallback callback = {error_context_stack, point_into_text,
									 unconstify(char *, text)};
	Node *expr;

	error_context_stack = &callback;
	expr = analyse(target, text);
	(void) refuse_walker(expr, NULL);
	if (contain_volatile_functions(expr))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not use volatile functions"),
						errdetail("A load that is continued must decide as it did before.")));
	error_context_stack = callback.previous;
	return expr;
}

Node *
filter_expr_fold(Node *expr, const char *text)
{
	ErrorContextCallback callback = {error_context_stack, point_into_text,
									 unconstify(char *, text)};
	PlannerInfo *root = makeNode(PlannerInfo);

	root->glob = makeNode(PlannerGlobal);
	error_context_stack = &callback;
	expr = estimate_expression_value(root, expr);
	error_context_stack = callback.previous;
	return expr;
}
