/*
 * check_block.c: AND, OR, NOT and IS NULL over the terms of a check, a block of rows at a time.
 *
 * in:  a planned expression; blocks of rows
 * out: sets of rows, in three-valued logic
 *
 * Interpreting a comparison costs more than the comparison.  Here a term is called once for 64
 * rows, and the logic between terms is that of machine words.
 */
#include "postgres.h"

#include "contract/check_block.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pg_list.h"

typedef enum CheckKind
{
	CHECK_TERM,
	CHECK_AND,
	CHECK_OR,
	CHECK_NOT,
	CHECK_IS_NULL,
	CHECK_IS_NOT_NULL,
} CheckKind;

struct BlockCheck
{
	CheckKind kind;
	BlockTerm *term;    /* of CHECK_TERM */
	int attribute;      /* of the tests for NULL */
	BlockCheck **parts; /* of the others */
	int nparts;
};

/* Rows for which an expression is true, or false; for the others it is NULL. */
typedef struct Verdict
{
	uint64 yes;
	uint64 no;
} Verdict;

int
block_attribute(const Node *node)
{
	while (IsA(node, RelabelType))
		node = (const Node *) ((const RelabelType *) node)->arg;
	if (!IsA(node, Var) || ((const Var *) node)->varattno <= 0)
		return -1;
	return ((const Var *) node)->varattno - 1;
}

static BlockTerm *
find_term(const Expr *expr)
{
	const OpExpr *operation = (const OpExpr *) expr;
	BlockTerm *term;

	if (IsA(expr, ScalarArrayOpExpr))
		return membership_term((const ScalarArrayOpExpr *) expr);
	if (!IsA(expr, OpExpr) || list_length(operation->args) != 2)
		return NULL;
	term = comparison_term(operation);
	if (term == NULL)
		term = length_term(operation);
	if (term == NULL)
		term = text_equality_term(operation);
	if (term == NULL)
		term = pattern_term(operation);
	return term;
}

static bool
set_null_test(BlockCheck *check, const NullTest *test)
{
	check->kind = test->nulltesttype == IS_NULL ? CHECK_IS_NULL : CHECK_IS_NOT_NULL;
	check->attribute = block_attribute((const Node *) test->arg);
	return check->attribute >= 0 && !test->argisrow;
}

static bool
set_parts(BlockCheck *check, const BoolExpr *expr)
{
	ListCell *lc;

	check->kind = expr->boolop == AND_EXPR  ? CHECK_AND
				  : expr->boolop == OR_EXPR ? CHECK_OR
											: CHECK_NOT;
	check->parts = palloc(list_length(expr->args) * sizeof(BlockCheck *));
	foreach (lc, expr->args)
	{
		BlockCheck *part = block_check_create(lfirst(lc));

		if (part == NULL)
			return false;
		check->parts[check->nparts++] = part;
	}
	return true;
}

BlockCheck *
block_check_create(const Expr *expr)
{
	BlockCheck *check = palloc0(sizeof(BlockCheck));

	check_stack_depth();
	if (IsA(expr, BoolExpr))
		return set_parts(check, (const BoolExpr *) expr) ? check : NULL;
	if (IsA(expr, NullTest))
		return set_null_test(check, (const NullTest *) expr) ? check : NULL;
	check->term = find_term(expr);
	return check->term == NULL ? NULL : check;
}

/* The rows in which the attribute is NULL. */
static uint64
null_rows(const CheckBlock *block, int attribute)
{
	const bool *null = block->nulls + attribute;
	uint64 rows = 0;
	int row;

	if (!block->has_nulls)
		return 0;
	for (row = 0; row < block->nrows; row++, null += block->natts)
		rows |= (uint64) *null << row;
	return rows;
}

static Verdict
judge_term(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	uint64 yes;
	int i;

	for (i = 0; i < (int) lengthof(term->attributes); i++)
		if (term->attributes[i] >= 0)
			rows &= ~null_rows(block, term->attributes[i]);
	yes = rows == 0 ? 0 : term->holds(term, block, rows) & rows;
	return (Verdict){yes, rows & ~yes};
}

static Verdict judge(const BlockCheck *check, const CheckBlock *block, uint64 rows);

/* A row that one part decides needs no other. */
static Verdict
judge_parts(const BlockCheck *check, const CheckBlock *block, uint64 rows)
{
	bool is_and = check->kind == CHECK_AND;
	uint64 undecided = rows; /* rows that no part has decided */
	uint64 agreed = rows;    /* rows that all parts decided the other way */
	int i;

	for (i = 0; i < check->nparts && undecided != 0; i++)
	{
		Verdict part = judge(check->parts[i], block, undecided);

		undecided &= ~(is_and ? part.no : part.yes);
		agreed &= is_and ? part.yes : part.no;
	}
	return is_and ? (Verdict){agreed, rows & ~undecided} : (Verdict){rows & ~undecided, agreed};
}

/* What the check says of rows. */
static Verdict
judge(const BlockCheck *check, const CheckBlock *block, uint64 rows)
{
	Verdict verdict = {0, 0};
	uint64 nulls;

	switch (check->kind)
	{
		case CHECK_TERM:
			return judge_term(check->term, block, rows);
		case CHECK_AND:
		case CHECK_OR:
			return judge_parts(check, block, rows);
		case CHECK_NOT:
			verdict = judge(check->parts[0], block, rows);
			return (Verdict){verdict.no, verdict.yes};
		case CHECK_IS_NULL:
			nulls = null_rows(block, check->attribute);
			return (Verdict){rows & nulls, rows & ~nulls};
		case CHECK_IS_NOT_NULL:
			nulls = null_rows(block, check->attribute);
			return (Verdict){rows & ~nulls, rows & nulls};
	}
	return verdict;
}

uint64
block_check_violations(const BlockCheck *check, const CheckBlock *block)
{
	return judge(check, block, block->rows).no;
}
