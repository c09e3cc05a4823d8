/*
 * spec_internal.h: what spec.c, spec_notation.c, spec_rules.c and spec_agreement.c share.
 */
#ifndef INGEST_CONTRACT_SPEC_INTERNAL_H
#define INGEST_CONTRACT_SPEC_INTERNAL_H

#include "contract/spec.h"

/* State of the rewriting of one expression over the target into one over the lane. */
typedef struct SpecRemap
{
	Relation target;
	const AttrNumber *lane_attno; /* by target attno - 1; 0: not provided */
	List *computed;               /* of char * */
	bool unknowable;              /* out: it needs what is not known before publishing */
} SpecRemap;

/* spec.c */
extern Node *spec_remap(Node *node, SpecRemap *context);
/* expr: over the lane; column: whose values it judges, or -1. */
extern void spec_add_check(ContractSpec *spec, const char *rule, const char *subject, int column,
						   Node *expr);

/* One thing that a document asks, as SQL. */
typedef struct SpecDemand
{
	const char *rule;   /* as violations have it */
	const char *column; /* NULL: the row */
	char *subject;      /* for violations */
	char *path;         /* in the document */
	char *sql;
} SpecDemand;

/* spec_rules.c: what a column asks of a value of the type; value: SQL, most often its name. */
extern void spec_column_demands(const DocumentColumn *column, const char *value, const char *type,
								List **demands);
/* spec_agreement.c: notes what no value could satisfy; each key by itself is known to be right. */
extern void spec_verify_agreement(Relation target, const DocumentColumn *column, const char *type,
								  DocumentErrors *errors);
/* Notes a pattern that is no regular expression, and returns false. */
extern bool spec_verify_pattern(const char *pattern, const char *path, DocumentErrors *errors);

/* spec_rules.c: what document asks of rows. */
extern void spec_add_document(ContractSpec *spec, const ContractDocument *document,
							  SpecRemap *remap);

/* spec_notation.c */
extern void spec_write_notation(const ColumnNotation *notation, StringInfo buf);
extern void spec_read_notation(ColumnNotation *notation, StringInfo buf);
/* A text that is not empty, or NULL; a list of texts. */
extern void spec_write_text(const char *text, StringInfo buf);
extern char *spec_read_text(StringInfo buf);
extern void spec_write_texts(List *texts, StringInfo buf);
extern List *spec_read_texts(StringInfo buf);

#endif
