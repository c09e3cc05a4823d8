/*
 * spec_internal.h: what spec.c, spec_notation.c and spec_rules.c share.
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
