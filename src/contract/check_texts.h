/*
 * check_texts.h: texts in place, for the terms of checks.
 */
#ifndef INGEST_CONTRACT_CHECK_TEXTS_H
#define INGEST_CONTRACT_CHECK_TEXTS_H

#include "compat.h"
#include "fmgr.h"

typedef struct TextSlice
{
	const char *data;
	int len;
} TextSlice;

/* The bytes of a text; one that is compressed or elsewhere is fetched into CurrentMemoryContext. */
static inline TextSlice
text_slice(Datum datum)
{
	struct varlena *varlena = (struct varlena *) DatumGetPointer(datum);

	if (unlikely(VARATT_IS_EXTERNAL(varlena) || VARATT_IS_COMPRESSED(varlena)))
		varlena = pg_detoast_datum_packed(varlena);
	return (TextSlice){VARDATA_ANY(varlena), VARSIZE_ANY_EXHDR(varlena)};
}

#endif
