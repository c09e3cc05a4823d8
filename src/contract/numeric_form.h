/*
 * numeric_form.h: the on-disk form of numeric.
 *
 * It is the short format of src/backend/utils/adt/numeric.c, which pg_upgrade
 * obliges to stay as it is since 9.1: a uint16 of flags, display scale and
 * weight, then base-10000 digits without leading and trailing zero digits.
 */
#ifndef INGEST_CONTRACT_NUMERIC_FORM_H
#define INGEST_CONTRACT_NUMERIC_FORM_H

#include "contract/convert_internal.h"

/* numeric.c: the names and values of the short header. */
#define NUMERIC_SHORT                  0x8000
#define NUMERIC_SHORT_SIGN_MASK        0x2000
#define NUMERIC_SHORT_DSCALE_SHIFT     7
#define NUMERIC_SHORT_DSCALE_MAX       CONVERT_NUMERIC_MAX_SCALE
#define NUMERIC_SHORT_WEIGHT_SIGN_MASK 0x0040
#define NUMERIC_SHORT_WEIGHT_MASK      0x003F
#define DEC_DIGITS                     4     /* decimal digits in a base-10000 digit */
#define NBASE                          10000 /* that base */

typedef struct NumericForm
{
	bool negative;
	int dscale;          /* 0 .. NUMERIC_SHORT_DSCALE_MAX */
	int weight;          /* power of NBASE of the first group; -64 .. 63 */
	int ngroups;         /* base-10000 digits */
	const int16 *groups; /* may begin and end with zeros */
} NumericForm;

/* Whether numerics of the column, below all domains, have a form: numeric(p, s) with 0 <= s <= p. */
static inline bool
numeric_is_plain(const Converter *converter)
{
	return converter->precision < 0 ||
		   (converter->scale >= 0 && converter->scale <= converter->precision &&
			converter->scale <= NUMERIC_SHORT_DSCALE_MAX);
}

/* A numeric in the arena. */
static inline Datum
numeric_form_store(NumericForm form, ConvertArena *arena)
{
	uint16 header = (uint16) (NUMERIC_SHORT | form.dscale << NUMERIC_SHORT_DSCALE_SHIFT);
	struct varlena *result;
	char *payload;
	int i;

	while (form.ngroups > 0 && form.groups[0] == 0)
	{
		form.groups++;
		form.ngroups--;
		form.weight--;
	}
	while (form.ngroups > 0 && form.groups[form.ngroups - 1] == 0)
		form.ngroups--;
	if (form.ngroups > 0) /* zero has no sign and no weight */
	{
		if (form.negative)
			header |= NUMERIC_SHORT_SIGN_MASK;
		if (form.weight < 0)
			header |= NUMERIC_SHORT_WEIGHT_SIGN_MASK;
		header |= (uint16) (form.weight & NUMERIC_SHORT_WEIGHT_MASK);
	}
	result = convert_arena_varlena(arena, sizeof(header) + form.ngroups * sizeof(int16), &payload);
	memcpy(payload, &header, sizeof(header));
	/* one by one, as they were written: the processor hands a wider load no recent stores */
	for (i = 0; i < form.ngroups; i++)
		memcpy(payload + sizeof(header) + i * sizeof(int16), &form.groups[i], sizeof(int16));
	return PointerGetDatum(result);
}

#endif
