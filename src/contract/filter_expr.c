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
#include "nodes/pathnodes.h"
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

Node *
filter_expr_fold(Node *expr, const char *text)
{
	ExpressionSource source = {.subject = "option \"filter\"", .text = text};
	ErrorContextCallback callback = {error_context_stack, expression_context, &source};
	PlannerInfo *root = makeNode(PlannerInfo);

	root->glob = makeNode(PlannerGlobal);
	error_context_stack = &callback;
	expr = estimate_expression_value(root, expr);
	error_context_stack = callback.previous;
	return expr;
}
