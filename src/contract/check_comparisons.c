/*
 * check_comparisons.c: terms "column operator constant" and "column operator column" over numbers
 * and times.
 *
 * Only operators of the type's default btree family are taken: their meaning is that of the order.
 * Integers, dates, times and timestamps are compared as integers, infinities being the extreme ones;
 * numerics in their short form are compared where they are, others by numeric_cmp().
 */
#include "postgres.h"

#include "contract/check_block.h"
#include "contract/numeric_form.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/pg_list.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

/* One side of a comparison. */
typedef struct Operand
{
	int attribute; /* -1: the constant */
	Datum constant;
	Oid type;
	int width; /* bytes of a number */
} Operand;

typedef struct Comparison
{
	BlockTerm term;
	Operand left;
	Operand right;
	bool
		is_equality; /* "left = right"; else "left < right", of which the others are turned around */
	bool negated;
} Comparison;

/* An operand's values in a block; a constant has a stride of 0. */
typedef struct Values
{
	const Datum *first;
	int stride;
} Values;

static inline Values
values_of(const Operand *operand, const CheckBlock *block)
{
	if (operand->attribute < 0)
		return (Values){&operand->constant, 0};
	return (Values){block->values + operand->attribute, block->natts};
}

static inline int64
integer_of(Datum datum, int width)
{
	if (width == sizeof(int64))
		return DatumGetInt64(datum);
	return width == sizeof(int32) ? DatumGetInt32(datum) : DatumGetInt16(datum);
}

/* For a width and kind that are constants where it is called. */
static inline uint64
integers_of_width(const Comparison *comparison, const CheckBlock *block, int left_width,
				  int right_width, bool is_equality)
{
	Values left = values_of(&comparison->left, block);
	Values right = values_of(&comparison->right, block);
	uint64 yes = 0;
	int row;

	/* from the last row on, so that every row is a shift by one */
	for (row = block->nrows - 1; row >= 0; row--)
	{
		int64 a = integer_of(left.first[row * left.stride], left_width);
		int64 b = integer_of(right.first[row * right.stride], right_width);

		yes = yes << 1 | (uint64) (is_equality ? a == b : a < b);
	}
	return comparison->negated ? ~yes : yes;
}

static uint64
compare_integers(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const Comparison *comparison = (const Comparison *) term;
	int left = comparison->left.width;
	int right = comparison->right.width;

	if (comparison->is_equality)
		return integers_of_width(comparison, block, left, right, true);
	if (left == sizeof(int64) && right == sizeof(int64))
		return integers_of_width(comparison, block, sizeof(int64), sizeof(int64), false);
	if (left == sizeof(int32) && right == sizeof(int32))
		return integers_of_width(comparison, block, sizeof(int32), sizeof(int32), false);
	return integers_of_width(comparison, block, left, right, false);
}

static inline float8
float_of(Datum datum, int width)
{
	return width == sizeof(float8) ? DatumGetFloat8(datum) : (float8) DatumGetFloat4(datum);
}

/* float8_lt() and float8_eq() put NaN above everything, and make it equal to itself. */
static inline uint64
floats_of_width(const Comparison *comparison, const CheckBlock *block, int left_width,
				int right_width, bool is_equality)
{
	Values left = values_of(&comparison->left, block);
	Values right = values_of(&comparison->right, block);
	uint64 yes = 0;
	int row;

	/* from the last row on, so that every row is a shift by one */
	for (row = block->nrows - 1; row >= 0; row--)
	{
		float8 a = float_of(left.first[row * left.stride], left_width);
		float8 b = float_of(right.first[row * right.stride], right_width);

		yes = yes << 1 | (uint64) (is_equality ? float8_eq(a, b) : float8_lt(a, b));
	}
	return comparison->negated ? ~yes : yes;
}

static uint64
compare_floats(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const Comparison *comparison = (const Comparison *) term;
	int left = comparison->left.width;
	int right = comparison->right.width;

	if (comparison->is_equality)
		return floats_of_width(comparison, block, left, right, true);
	if (left == sizeof(float8) && right == sizeof(float8))
		return floats_of_width(comparison, block, sizeof(float8), sizeof(float8), false);
	return floats_of_width(comparison, block, left, right, false);
}

/* A numeric of the short form in place. */
typedef struct ShortNumeric
{
	bool negative;
	int weight;
	int ngroups;
	const char *groups; /* int16, not aligned */
} ShortNumeric;

/* False: it is not in memory in the short form. */
static inline bool
read_short_numeric(Datum datum, ShortNumeric *number)
{
	const char *varlena = DatumGetPointer(datum);
	uint16 header;

	if (VARATT_IS_EXTERNAL(varlena) || VARATT_IS_COMPRESSED(varlena))
		return false;
	memcpy(&header, VARDATA_ANY(varlena), sizeof(header));
	if ((header & 0xC000) != NUMERIC_SHORT) /* the long form; NaN and infinities */
		return false;
	number->negative = (header & NUMERIC_SHORT_SIGN_MASK) != 0;
	number->weight = header & NUMERIC_SHORT_WEIGHT_MASK;
	if (header & NUMERIC_SHORT_WEIGHT_SIGN_MASK)
		number->weight -= NUMERIC_SHORT_WEIGHT_MASK + 1;
	number->ngroups = (VARSIZE_ANY_EXHDR(varlena) - sizeof(header)) / sizeof(int16);
	number->groups = VARDATA_ANY(varlena) + sizeof(header);
	return true;
}

/* Order of the absolute values of numbers that are not 0: groups begin and end with other than zeros. */
static inline int
order_of_magnitudes(const ShortNumeric *a, const ShortNumeric *b)
{
	int common = Min(a->ngroups, b->ngroups);
	int i;

	if (a->weight != b->weight)
		return a->weight < b->weight ? -1 : 1;
	for (i = 0; i < common; i++)
	{
		int16 left;
		int16 right;

		memcpy(&left, a->groups + i * sizeof(left), sizeof(left));
		memcpy(&right, b->groups + i * sizeof(right), sizeof(right));
		if (left != right)
			return left < right ? -1 : 1;
	}
	return (a->ngroups > b->ngroups) - (a->ngroups < b->ngroups);
}

static inline int
sign_of(const ShortNumeric *number)
{
	if (number->ngroups == 0)
		return 0;
	return number->negative ? -1 : 1;
}

static inline int
order_of_numerics(Datum left, Datum right)
{
	ShortNumeric a;
	ShortNumeric b;

	if (unlikely(!read_short_numeric(left, &a) || !read_short_numeric(right, &b)))
		return DatumGetInt32(DirectFunctionCall2(numeric_cmp, left, right));
	if (sign_of(&a) != sign_of(&b))
		return sign_of(&a) - sign_of(&b);
	return sign_of(&a) * order_of_magnitudes(&a, &b);
}

static uint64
compare_numerics(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const Comparison *comparison = (const Comparison *) term;
	Values left = values_of(&comparison->left, block);
	Values right = values_of(&comparison->right, block);
	uint64 yes = 0;

	for (; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);
		int order =
			order_of_numerics(left.first[row * left.stride], right.first[row * right.stride]);

		yes |= (uint64) (comparison->is_equality ? order == 0 : order < 0) << row;
	}
	return comparison->negated ? ~yes : yes;
}

/* How values of the type are compared; NULL: not here.  Different types of one kind can be compared. */
static BlockTermFunction
function_of(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case DATEOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return compare_integers;
		case FLOAT4OID:
		case FLOAT8OID:
			return compare_floats;
		case NUMERICOID:
			return compare_numerics;
		default:
			return NULL;
	}
}

/* Dates, times and timestamps are integers of different units. */
static bool
are_of_one_kind(Oid left, Oid right)
{
	bool left_is_integer = left == INT2OID || left == INT4OID || left == INT8OID;
	bool right_is_integer = right == INT2OID || right == INT4OID || right == INT8OID;

	return left == right || (left_is_integer && right_is_integer) ||
		   (function_of(left) == compare_floats && function_of(right) == compare_floats);
}

static bool
set_operand(Operand *operand, const Node *node, Oid type)
{
	const Const *constant = (const Const *) node;

	operand->type = type;
	operand->width = get_typlen(type);
	operand->attribute = block_attribute(node);
	if (operand->attribute >= 0)
		return true;
	if (!IsA(node, Const) || constant->constisnull)
		return false;
	operand->constant = datumCopy(constant->constvalue, constant->constbyval, constant->constlen);
	return true;
}

/* What the operator means; false: it is not one of the order. Its operands are set. */
static bool
set_meaning(Comparison *comparison, Oid operator, Oid type)
{
	Oid family = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	int strategy = get_op_opfamily_strategy(operator, family);

	if (strategy == 0) /* <> */
	{
		comparison->is_equality = comparison->negated = true;
		return get_op_opfamily_strategy(get_negator(operator), family) == BTEqualStrategyNumber;
	}
	comparison->is_equality = strategy == BTEqualStrategyNumber;
	comparison->negated =
		strategy == BTLessEqualStrategyNumber || strategy == BTGreaterEqualStrategyNumber;
	if (strategy == BTGreaterStrategyNumber || strategy == BTLessEqualStrategyNumber)
	{
		Operand left = comparison->left;

		comparison->left = comparison->right;
		comparison->right = left;
	}
	return true;
}

BlockTerm *
comparison_term(const OpExpr *operation)
{
	Comparison *comparison = palloc0(sizeof(Comparison));
	Oid left;
	Oid right;

	op_input_types(operation->opno, &left, &right);
	if (function_of(left) == NULL || !are_of_one_kind(left, right) ||
		!set_operand(&comparison->left, linitial(operation->args), left) ||
		!set_operand(&comparison->right, lsecond(operation->args), right) ||
		!set_meaning(comparison, operation->opno, left))
		return NULL;
	comparison->term.holds = function_of(left);
	comparison->term.attributes[0] = comparison->left.attribute;
	comparison->term.attributes[1] = comparison->right.attribute;
	return &comparison->term;
}
