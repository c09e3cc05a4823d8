/*
 * filter_expr.c: the text of option "filter" -> an analysed expression.
 *
 * in:  text, the target whose columns it is about
 * out: a boolean expression in CurrentMemoryContext, Vars number the target's columns
 *
 * Runs in the leader only: workers get the result, as they get CHECK expressions.
 */
#include "postgres.h"

#include "contract/filter_expr.h"

#include "access/sysattr.h"
#include "contract/expression.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"

/* Raises an error for what cannot be decided on a row of a file. */
static void
refuse_columns(Node *expr)
{
	Bitmapset *attrs = NULL;
	int first;

	pull_varattnos(expr, 1, &attrs);
	first = bms_next_member(attrs, -1);
	if (first >= 0 && first + FirstLowInvalidHeapAttributeNumber <= 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not refer to system columns or whole rows"),
						errdetail("A row that is not in the table yet has no system columns."),
						errhint("Name the columns.")));
}

Node *
filter_expr_parse(Relation target, const char *text)
{
	ExpressionSource source = {.subject = "option \"filter\"", .text = text};
	Node *expr = expression_parse(target, &source);

	refuse_columns(expr);
	if (contain_volatile_functions(expr))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" must not use volatile functions"),
						errdetail("A load that is continued must decide as it did before.")));
	return expr;
}

/* Does the node call what may give another value in another statement? */
static bool
is_call(Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_RowCompareExpr:
		case T_CoerceViaIO:
		case T_SQLValueFunction:
			return true;
		default:
			return false;
	}
}

/* Does it have another value in another row, or in another place of the expression? */
static bool
depends_on_row(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var) || IsA(node, CaseTestExpr) || IsA(node, CoerceToDomainValue))
		return true;
	return expression_tree_walker(node, depends_on_row, context);
}

/* Replaces calls of stable functions by their values. */
static Node *
evaluate_calls(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (is_call(node) && !depends_on_row(node, NULL))
		return (Node *) evaluate_expr((Expr *) node, exprType(node), exprTypmod(node),
									  exprCollation(node));
	return expression_tree_mutator(node, evaluate_calls, context);
}

/* Not estimate_expression_value(): it leaves out what domains check. */
Node *
filter_expr_fold(Node *expr, const char *text)
{
	ExpressionSource source = {.subject = "option \"filter\"", .text = text};
	ErrorContextCallback callback = {error_context_stack, expression_context, &source};

	error_context_stack = &callback;
	expr = evaluate_calls(eval_const_expressions(NULL, expr), NULL);
	expr = eval_const_expressions(NULL, expr);
	error_context_stack = callback.previous;
	return expr;
}
