/*
 * simple_check.c: CHECK (column operator constant), without the executor.
 *
 * In: a planned expression, values of rows.  Out: a verdict per row.  Most CHECKs have this form, and
 * interpreting them takes three times as long as the operator itself.  Only strict operators are taken, so that
 * NULLs need no call.
 */
#include "postgres.h"

#include "contract/simple_check.h"

#include "fmgr.h"
#include "nodes/pg_list.h"

struct SimpleCheck
{
	FmgrInfo function;
	int attribute;          /* from 0 */
	NullableDatum *operand; /* where the function expects the column's value */
	FunctionCallInfo call;
};

/* The column below casts that change no bytes; NULL: something else. */
static const Var *
find_column(const Node *node)
{
	while (IsA(node, RelabelType))
		node = (const Node *) ((const RelabelType *) node)->arg;
	if (!IsA(node, Var) || ((const Var *) node)->varattno <= 0)
		return NULL;
	return (const Var *) node;
}

SimpleCheck *
simple_check_create(const Expr *expr)
{
	const OpExpr *operation = (const OpExpr *) expr;
	SimpleCheck *check;
	int i;

	if (!IsA(expr, OpExpr) || list_length(operation->args) != 2)
		return NULL;
	for (i = 0; i < 2; i++)
	{
		const Var *column = find_column(list_nth(operation->args, i));
		const Const *constant = list_nth(operation->args, 1 - i);

		if (column == NULL || !IsA(constant, Const) || constant->constisnull)
			continue;
		check = palloc0(sizeof(SimpleCheck));
		fmgr_info(operation->opfuncid, &check->function);
		fmgr_info_set_expr((Node *) operation, &check->function);
		if (!check->function.fn_strict || check->function.fn_retset)
			return NULL;
		check->call = palloc0(SizeForFunctionCallInfo(2));
		InitFunctionCallInfoData(*check->call, &check->function, 2, operation->inputcollid, NULL,
								 NULL);
		check->call->args[1 - i].value = constant->constvalue;
		check->operand = &check->call->args[i];
		check->attribute = column->varattno - 1;
		return check;
	}
	return NULL;
}

bool
simple_check_passes(SimpleCheck *check, const Datum *values, const bool *nulls)
{
	Datum result;

	if (nulls[check->attribute])
		return true;
	check->operand->value = values[check->attribute];
	check->call->isnull = false;
	result = FunctionCallInvoke(check->call);
	return check->call->isnull || DatumGetBool(result);
}
