/*
 * spec.h: what the rows of a load must satisfy, as data.
 *
 * The leader builds a ContractSpec from the target table; it travels to the
 * workers as bytes, because a worker must not touch the target.  Column i of
 * the spec is attribute i + 1 of a lane.
 */
#ifndef INGEST_CONTRACT_SPEC_H
#define INGEST_CONTRACT_SPEC_H

#include "contract/document.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

/* How files write a column, where it is otherwise than the options say; else NULL, NIL, '\0'. */
typedef struct ColumnNotation
{
	char *dateformat;
	char *timestampformat;
	char decimal_separator;
	char thousands;
	List *true_words; /* of char * */
	List *false_words;
	List *null_strings; /* of char *; NIL: as the options say */
} ColumnNotation;

typedef struct ContractColumn
{
	char *name;
	Oid type;
	int32 typmod;
	Oid collation;
	bool not_null;
	bool is_key; /* part of the unique key: NULL is a violation as well */
	ColumnNotation notation;
	char *
		transform; /* nodeToString form; Vars number the inputs from 1; NULL: the file has the value */
} ContractColumn;

typedef struct ContractCheck
{
	char *rule;    /* as violations have it: "check", "rule", "min" … */
	char *subject; /* for messages: 'check constraint "positive"' */
	int column;    /* whose values it judges; -1: the row */
	char *expr;    /* nodeToString form; Vars number the lane's attributes */
} ContractCheck;

typedef struct ContractSpec
{
	int ncolumns;
	ContractColumn *columns;
	int nchecks;
	ContractCheck *checks;
	int deletion; /* column that marks deletions; -1: none */
	char *filter; /* nodeToString form, as of checks; NULL: every row counts */
	char *
		trailer; /* pattern of a record that is no row, but what the sender says of the rows; NULL */
	List *inputs; /* of char *: columns of files that transforms read as text */
} ContractSpec;

/* What a load asks of its rows beyond the target's definition. Names are of columns. */
typedef struct ContractRules
{
	List *key;                        /* of char *: must not be NULL */
	List *computed;                   /* of char *: filled by publishing */
	const char *deletion;             /* of option "hard_delete"; NULL: none */
	const char *filter;               /* text of option "filter"; NULL: none */
	const ContractDocument *document; /* what people have set for the target; NULL: nothing */
	List *new_columns;                /* of char *: the target will get them */
	List *new_types;                  /* of char *: their types; "": text */
} ContractRules;

/*
 * The contract of target for rows that provide columns (of char *, all of them
 * insertable columns of target, but for those that it lacks: they are of the type that
 * rules->new_types gives them, or text).  A CHECK that mentions other columns is
 * evaluated with their default or generation expression; one that cannot be
 * known before publishing (volatile default, whole-row reference, computed
 * column) is left to the table itself.  The filter is treated like a CHECK, but
 * one that cannot be known is an error.
 * Allocated in CurrentMemoryContext.
 */
extern ContractSpec *contract_spec_build(Relation target, List *columns,
										 const ContractRules *rules);

/* The columns of files, of char *, that the document's transforms read. */
extern List *contract_spec_inputs(const ContractDocument *document);

/* Notes what of document does not fit the target: columns, types, expressions. */
extern void contract_spec_verify(Relation target, const ContractDocument *document,
								 DocumentErrors *errors);

extern void contract_spec_write(const ContractSpec *spec, StringInfo buf);
extern ContractSpec *contract_spec_read(StringInfo buf);

#endif
