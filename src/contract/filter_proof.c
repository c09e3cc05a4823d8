/*
 * filter_proof.c: bounds of columns against option "filter".
 *
 * in:  the filter, a ColumnRange for every column it reads
 * out: whether no row within these ranges can pass it
 *
 * The bounds are written as clauses, "a >= 1 AND a <= 5", and predicate_refuted_by() does the
 * rest, as for partitions and constraint exclusion: it knows the operators of btree families, IN,
 * NULL, AND, OR and NOT.
 *
 * A filter may raise an error, and then its row is a bad one and not left out.  So only what
 * cannot (leakproof functions) takes part, and of "a AND b" with such an a and another b, a
 * must be false for every row, for then b is not evaluated.
 */
#include "postgres.h"

#include "contract/filter_proof.h"

#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

struct FilterProof
{
	const ContractSpec *spec;
	List *conjuncts;    /* the first ones, that cannot raise an error */
	bool is_whole;      /* there are no others */
	Bitmapset *columns; /* of all of them */
};

/* Does it compare numerics?  That raises no error either, though it is not marked leakproof. */
static bool
is_numeric_comparison(Node *node)
{
	Oid family = lookup_type_cache(NUMERICOID, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	Oid opno = InvalidOid;

	if (IsA(node, OpExpr))
		opno = ((OpExpr *) node)->opno;
	else if (IsA(node, ScalarArrayOpExpr))
		opno = ((ScalarArrayOpExpr *) node)->opno;
	/* <> is the negator of one that is in the family */
	return OidIsValid(opno) &&
		   (op_in_opfamily(opno, family) || op_in_opfamily(get_negator(opno), family));
}

/* May it raise an error that depends on the row? */
static bool
may_raise(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, BoolExpr) || IsA(node, List) || is_numeric_comparison(node))
		return expression_tree_walker(node, may_raise, context);
	return contain_leaked_vars(node);
}

FilterProof *
filter_proof_create(const ContractSpec *spec)
{
	FilterProof *proof;
	List *conjuncts;
	Bitmapset *attrs = NULL;
	int attr = -1;
	ListCell *lc;

	if (spec->filter == NULL)
		return NULL;
	proof = palloc0(sizeof(FilterProof));
	proof->spec = spec;
	conjuncts = make_ands_implicit(stringToNode(spec->filter));
	pull_varattnos((Node *) conjuncts, 1, &attrs);
	while ((attr = bms_next_member(attrs, attr)) >= 0)
		proof->columns =
			bms_add_member(proof->columns, attr + FirstLowInvalidHeapAttributeNumber - 1);
	foreach (lc, conjuncts)
	{
		if (may_raise(lfirst(lc), NULL) || contain_mutable_functions(lfirst(lc)))
			break;
		proof->conjuncts = lappend(proof->conjuncts, lfirst(lc));
	}
	proof->is_whole = list_length(proof->conjuncts) == list_length(conjuncts);
	return proof->conjuncts != NIL ? proof : NULL;
}

const Bitmapset *
filter_proof_columns(const FilterProof *proof)
{
	return proof->columns;
}

/* "column operator bound" with the operator of that btree strategy. */
static Expr *
make_comparison(Expr *subject, const ContractColumn *column, const TypeCacheEntry *type,
				StrategyNumber strategy, Datum bound)
{
	Oid input = type->btree_opintype;
	Const *value =
		makeConst(column->type, -1, column->collation, type->typlen, bound, false, type->typbyval);

	return make_opclause(get_opfamily_member(type->btree_opf, input, input, strategy), BOOLOID,
						 false, subject, (Expr *) value, InvalidOid, column->collation);
}

/* What a boolean is; filters have no operators for that. */
static List *
boolean_clauses(Expr *subject, const ColumnRange *range)
{
	if (!range->has_min || !range->has_max || range->min != range->max)
		return NIL;
	return list_make1(DatumGetBool(range->min) ? subject : make_notclause(subject));
}

/* What the values of a column are that are not NULL. */
static List *
value_clauses(Var *var, const ContractColumn *column, const ColumnRange *range)
{
	TypeCacheEntry *type = lookup_type_cache(column->type, TYPECACHE_BTREE_OPFAMILY);
	Expr *subject = (Expr *) var;
	List *clauses = NIL;

	if (column->type == BOOLOID)
		return boolean_clauses(subject, range);
	if (!OidIsValid(type->btree_opf))
		return NIL;
	/* as the parser writes a varchar, or a domain, beside an operator of text */
	if (type->btree_opintype != column->type && !IsPolymorphicType(type->btree_opintype))
		subject = (Expr *) makeRelabelType(subject, type->btree_opintype, -1, column->collation,
										   COERCE_IMPLICIT_CAST);
	if (range->has_min && range->has_max &&
		datumIsEqual(range->min, range->max, type->typbyval, type->typlen))
		return list_make1(
			make_comparison(subject, column, type, BTEqualStrategyNumber, range->min));
	if (range->has_min)
		clauses = lappend(clauses, make_comparison(subject, column, type,
												   BTGreaterEqualStrategyNumber, range->min));
	if (range->has_max)
		clauses = lappend(
			clauses, make_comparison(subject, column, type, BTLessEqualStrategyNumber, range->max));
	return clauses;
}

static Expr *
make_null_test(Var *var, NullTestType kind)
{
	NullTest *test = makeNode(NullTest);

	test->arg = (Expr *) var;
	test->nulltesttype = kind;
	test->location = -1;
	return (Expr *) test;
}

/* What is true of a column in every row. */
static Expr *
column_clause(AttrNumber attno, const ContractColumn *column, const ColumnRange *range)
{
	Var *var = makeVar(1, attno, column->type, column->typmod, column->collation, 0);
	Expr *values;

	if (!range->has_values)
		return make_null_test(var, IS_NULL);
	values = make_ands_explicit(
		lcons(make_null_test(var, IS_NOT_NULL), value_clauses(var, column, range)));
	if (!range->has_nulls)
		return values;
	return make_orclause(list_make2(make_null_test(var, IS_NULL), values));
}

bool
filter_proof_refutes(const FilterProof *proof, const ColumnRange *ranges)
{
	List *clauses = NIL;
	int column = -1;

	while ((column = bms_next_member(proof->columns, column)) >= 0)
		clauses = lappend(
			clauses, column_clause(column + 1, &proof->spec->columns[column], &ranges[column]));
	/* weakly: not true, but perhaps NULL, and then what follows it would be evaluated */
	return predicate_refuted_by(proof->conjuncts, clauses, proof->is_whole);
}
