/*
 * convert_reference.h: what a type's own input function says of texts.
 */
#ifndef INGEST_TEST_CONVERT_REFERENCE_H
#define INGEST_TEST_CONVERT_REFERENCE_H

#include "fmgr.h"

typedef struct TypeInput
{
	Oid type;
	int32 typmod;
	Oid ioparam;
	FmgrInfo function;
} TypeInput;

typedef struct Reference
{
	char *text;
	bool good;
	Datum value;
	ErrorData *error; /* if not good */
} Reference;

/* Whether the input function dropped a part of the text. */
typedef enum Loss
{
	LOST_NOTHING,
	LOST_SOMETHING,
	LOST_PERHAPS /* cannot be told */
} Loss;

extern void type_input_init(TypeInput *input, Oid type, int32 typmod);

/* Fills in the references, of which only text is set; results live in CurrentMemoryContext. */
extern void make_references(TypeInput *input, Reference *refs, int nrefs);

/* Says it without the converters' code. The reference is good. */
extern Loss reference_loss(TypeInput *input, const Reference *ref);

#endif
