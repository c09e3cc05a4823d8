/*
 * check_block.h: boolean expressions over blocks of rows, without the executor.
 *
 * A block has up to 64 rows of a RowBatch; sets of them are the bits of a uint64.  A BlockCheck is
 * a tree of AND, OR, NOT and IS NULL over terms: comparisons, membership, patterns.  A term is
 * taken only if it raises no error, so that the order of evaluation does not matter.
 *
 * In:  a planned expression, whose Vars number the attributes of a batch
 * Out: the rows for which it is false, as SQL has it
 */
#ifndef INGEST_CONTRACT_CHECK_BLOCK_H
#define INGEST_CONTRACT_CHECK_BLOCK_H

#include "nodes/primnodes.h"

#define BLOCK_ROWS 64

typedef struct CheckBlock
{
	const Datum *values; /* row r, attribute a: [r * natts + a] */
	const bool *nulls;
	int natts;
	int nrows;
	bool has_nulls; /* false: no value in it is NULL */
	uint64 rows;    /* those that are checked; values of others mean nothing */
} CheckBlock;

typedef struct BlockCheck BlockCheck;
typedef struct BlockTerm BlockTerm;

/* Those of the rows for which the term is true; bits of others may be set. No operand is NULL in rows. */
typedef uint64 (*BlockTermFunction)(const BlockTerm *term, const CheckBlock *block, uint64 rows);

/* The head of the structs that the families of terms have. */
struct BlockTerm
{
	BlockTermFunction holds;
	int attributes[2]; /* that it reads, from 0; -1: none */
};

/* NULL: it is of another form. In CurrentMemoryContext, which has to outlive expr as well. */
extern BlockCheck *block_check_create(const Expr *expr);

/* The rows of the block that violate the check; NULL passes. */
extern uint64 block_check_violations(const BlockCheck *check, const CheckBlock *block);

/* The families of terms; NULL: not one of theirs. */
extern BlockTerm *comparison_term(const OpExpr *operation);
extern BlockTerm *length_term(const OpExpr *operation);
extern BlockTerm *text_equality_term(const OpExpr *operation);
extern BlockTerm *membership_term(const ScalarArrayOpExpr *operation);
extern BlockTerm *pattern_term(const OpExpr *operation);

/* The attribute that the node is, below casts that change no bytes; -1: something else. */
extern int block_attribute(const Node *node);

#endif
