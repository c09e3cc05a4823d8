/*
 * document.h: a contract as people write it: a JSON object.
 *
 *   {"description": "…",
 *    "options": {options of ingest.load},
 *    "columns": {"amount": {"source": ["Betrag", "amount"], "decimal_separator": ",", "min": 0}},
 *    "rules":   {"paid after ordered": "paid_on >= ordered_on"},
 *    "unique":  {"one invoice": {"columns": ["invoice"], "in": "target", "keep": "last"}},
 *    "checks":  {"enough rows": {"type": "row_count", "min": 1000}}}
 *
 * The keys of a column are the rows of a table in document_keys.c.  What is wrong is
 * collected, not raised at the first: people mend a document once.
 */
#ifndef INGEST_CONTRACT_DOCUMENT_H
#define INGEST_CONTRACT_DOCUMENT_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef struct DocumentReference
{
	char *table;
	char *column;
} DocumentReference;

/* One column of the target. Pointers are NULL, lists NIL and lengths -1 where nothing is said. */
typedef struct DocumentColumn
{
	char *name;
	char *type; /* what the target's column must be */
	char *description;
	char *default_value; /* of what ingest.contract() gives, as domain; not read */
	Jsonb *domain;
	/* how it is delivered */
	List *sources; /* of char *: names in files, of which a file has one */
	bool required; /* every file must have it */
	char *dateformat;
	char *timestampformat;
	char *decimal_separator;
	char *thousands;
	List *null_strings; /* of char * */
	List *true_words;
	List *false_words;
	char *transform; /* SQL over the raw values */
	/* what its values must satisfy */
	bool not_null;
	bool unique;
	char *min;
	char *max;
	int64 min_length;
	int64 max_length;
	char *pattern;
	List *allowed;                 /* of char * */
	DocumentReference *references; /* NULL: none */
} DocumentColumn;

/* A member of "rules", and of any other object whose keys are names that people choose. */
typedef struct DocumentRule
{
	char *name;
	char *expression;
} DocumentRule;

/* A member of an object whose keys are names that people choose. */
typedef struct DocumentMember
{
	char *name;
	Jsonb *value;
} DocumentMember;

/* A member of "unique": of rows that agree in the columns one is kept. */
typedef struct DocumentUnique
{
	char *name;
	List *columns;  /* of char * */
	bool in_target; /* rows of the target count, too, and are kept */
	char *keep;     /* first, last, none */
	char *in;       /* as written: load, target */
} DocumentUnique;

/* A member of "checks": what the staged rows of a load must satisfy as a whole. */
typedef struct DocumentCheck
{
	char *name;
	char *type; /* see document_checks.c */
	char *severity;
	bool is_warning;
	/* which of these a type has is in its row of the table; as text, NULL where nothing is said */
	char *column;
	List *columns; /* of char * */
	char *min;
	char *max;
	char *equals;
	char *tolerance;
	char *max_age;
	int64 loads; /* -1: not said */
	char *query;
	char *pattern;
	char *file;
	bool optional;
} DocumentCheck;

typedef struct ContractDocument
{
	char *search_path; /* in which names of its expressions are looked up; NULL: the present one */
	char *description;
	Jsonb *options; /* NULL: none */
	List *columns;  /* of DocumentColumn * */
	List *rules;    /* of DocumentRule * */
	List *unique;   /* of DocumentUnique *, also of columns that say so */
	List *checks;   /* of DocumentCheck * */
} ContractDocument;

/* What is wrong with a document: lines of "path: what". */
typedef struct DocumentErrors
{
	StringInfoData lines;
	int count;
} DocumentErrors;

extern void document_errors_init(DocumentErrors *errors);
extern void document_error(DocumentErrors *errors, const char *path, const char *format, ...)
	pg_attribute_printf(3, 4);
/* Raises 22023 with all of them if there are any; what: "contract of table \"t\"". */
extern void document_errors_raise(const DocumentErrors *errors, const char *what);

/* In CurrentMemoryContext; what cannot be understood is left out and noted in errors. */
extern ContractDocument *document_parse(Jsonb *jsonb, DocumentErrors *errors);

/* That of this name, or NULL. */
extern DocumentColumn *document_column(const ContractDocument *document, const char *name);

#endif
