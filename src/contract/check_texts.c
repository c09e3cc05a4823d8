/*
 * check_texts.c: terms about texts: "char_length(column) operator constant", "column = constant",
 * "column IN (constants)".
 *
 * Equality is that of bytes, so that it is taken only for deterministic collations.
 */
#include "postgres.h"

#include "contract/check_block.h"
#include "contract/check_texts.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#define SET_SLOTS_PER_VALUE 2 /* at least; the table is a power of two */

/* Lengths that are allowed: [min, max] characters. */
typedef struct LengthTerm
{
	BlockTerm term;
	int64 min;
	int64 max;
} LengthTerm;

typedef struct SetMember
{
	TextSlice text; /* data NULL: the slot is free */
	uint32 hash;
} SetMember;

/* A hash table with linear probing. */
typedef struct MembershipTerm
{
	BlockTerm term;
	uint32 mask;
	SetMember *members;
} MembershipTerm;

typedef struct EqualityTerm
{
	BlockTerm term;
	TextSlice constant;
	bool negated;
} EqualityTerm;

static inline TextSlice
slice_of_row(const BlockTerm *term, const CheckBlock *block, int row)
{
	return text_slice(block->values[(size_t) row * block->natts + term->attributes[0]]);
}

/* A text of n bytes has from n / MAX_MULTIBYTE_CHAR_LEN to n characters: most need not be counted. */
static inline bool
has_length(const LengthTerm *length, TextSlice text)
{
	int64 least = (text.len + MAX_MULTIBYTE_CHAR_LEN - 1) / MAX_MULTIBYTE_CHAR_LEN;
	int64 chars;

	if (likely(least >= length->min && text.len <= length->max))
		return true;
	if (text.len < length->min || least > length->max)
		return false;
	chars = pg_database_encoding_max_length() == 1 ? text.len
												   : pg_mbstrlen_with_len(text.data, text.len);
	return chars >= length->min && chars <= length->max;
}

static uint64
judge_lengths(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	uint64 yes = 0;

	for (; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);

		yes |= (uint64) has_length((const LengthTerm *) term, slice_of_row(term, block, row))
			   << row;
	}
	return yes;
}

/* Is it one of the names of char_length() of a text? */
static bool
is_char_length(Oid function)
{
	return function == F_CHAR_LENGTH_TEXT || function == F_LENGTH_TEXT ||
		   function == F_CHARACTER_LENGTH_TEXT;
}

/* The bounds that the operator sets; false: it sets other ones. */
static bool
set_bounds(LengthTerm *length, Oid function, int64 bound)
{
	length->min = PG_INT64_MIN;
	length->max = PG_INT64_MAX;
	if (function == F_INT4GE || function == F_INT4EQ || function == F_INT4GT)
		length->min = function == F_INT4GT ? bound + 1 : bound;
	if (function == F_INT4LE || function == F_INT4EQ || function == F_INT4LT)
		length->max = function == F_INT4LT ? bound - 1 : bound;
	return length->min != PG_INT64_MIN || length->max != PG_INT64_MAX;
}

BlockTerm *
length_term(const OpExpr *operation)
{
	const FuncExpr *call = linitial(operation->args);
	const Const *bound = lsecond(operation->args);
	LengthTerm *length = palloc0(sizeof(LengthTerm));

	if (!IsA(call, FuncExpr) || !is_char_length(call->funcid) || !IsA(bound, Const) ||
		bound->constisnull || bound->consttype != INT4OID ||
		!set_bounds(length, operation->opfuncid, DatumGetInt32(bound->constvalue)))
		return NULL;
	length->term.holds = judge_lengths;
	length->term.attributes[0] = block_attribute(linitial(call->args));
	length->term.attributes[1] = -1;
	return length->term.attributes[0] < 0 ? NULL : &length->term;
}

/* Does the collation tell texts apart that differ in their bytes? */
static bool
is_bytewise(Oid collation)
{
	return OidIsValid(collation) && get_collation_isdeterministic(collation);
}

static inline bool
are_equal(TextSlice a, TextSlice b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static uint64
judge_equality(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const EqualityTerm *equality = (const EqualityTerm *) term;
	uint64 equal = 0;

	for (; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);

		equal |= (uint64) are_equal(slice_of_row(term, block, row), equality->constant) << row;
	}
	return equality->negated ? ~equal : equal;
}

BlockTerm *
text_equality_term(const OpExpr *operation)
{
	const Const *constant = lsecond(operation->args);
	EqualityTerm *equality = palloc0(sizeof(EqualityTerm));

	if ((operation->opfuncid != F_TEXTEQ && operation->opfuncid != F_TEXTNE) ||
		!is_bytewise(operation->inputcollid) || !IsA(constant, Const) || constant->constisnull)
		return NULL;
	equality->term.holds = judge_equality;
	equality->term.attributes[0] = block_attribute(linitial(operation->args));
	equality->term.attributes[1] = -1;
	equality->constant = text_slice(constant->constvalue);
	equality->negated = operation->opfuncid == F_TEXTNE;
	return equality->term.attributes[0] < 0 ? NULL : &equality->term;
}

static inline uint32
hash_of(TextSlice text)
{
	return hash_bytes((const unsigned char *) text.data, text.len);
}

/* The text's slot, or the free one where it belongs. */
static inline SetMember *
find_member(const MembershipTerm *membership, TextSlice text, uint32 hash)
{
	uint32 slot = hash & membership->mask;

	while (membership->members[slot].text.data != NULL &&
		   (membership->members[slot].hash != hash ||
			!are_equal(membership->members[slot].text, text)))
		slot = (slot + 1) & membership->mask;
	return &membership->members[slot];
}

static uint64
judge_membership(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const MembershipTerm *membership = (const MembershipTerm *) term;
	uint64 yes = 0;

	for (; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);
		TextSlice text = slice_of_row(term, block, row);

		yes |= (uint64) (find_member(membership, text, hash_of(text))->text.data != NULL) << row;
	}
	return yes;
}

static void
add_members(MembershipTerm *membership, const Datum *texts, int n)
{
	int i;

	membership->mask = pg_nextpower2_32(Max(SET_SLOTS_PER_VALUE * n, 1)) - 1;
	membership->members = palloc0((membership->mask + 1) * sizeof(SetMember));
	for (i = 0; i < n; i++)
	{
		TextSlice text = text_slice(texts[i]);
		uint32 hash = hash_of(text);

		*find_member(membership, text, hash) = (SetMember){text, hash};
	}
}

BlockTerm *
membership_term(const ScalarArrayOpExpr *operation)
{
	const Const *array = lsecond(operation->args);
	MembershipTerm *membership = palloc0(sizeof(MembershipTerm));
	Datum *texts;
	bool *nulls;
	int n;
	int i;

	if (!operation->useOr || get_opcode(operation->opno) != F_TEXTEQ ||
		!is_bytewise(operation->inputcollid) || !IsA(array, Const) || array->constisnull)
		return NULL;
	membership->term.holds = judge_membership;
	membership->term.attributes[0] = block_attribute(linitial(operation->args));
	membership->term.attributes[1] = -1;
	if (membership->term.attributes[0] < 0)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(array->constvalue), TEXTOID, -1, false, TYPALIGN_INT,
					  &texts, &nulls, &n);
	for (i = 0; i < n; i++)
		if (nulls[i])
			return NULL;
	add_members(membership, texts, n);
	return &membership->term;
}
