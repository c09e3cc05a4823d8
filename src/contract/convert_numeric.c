/*
 * convert_numeric.c: numeric, straight into its on-disk form.
 *
 * Grammar: [+-] digits [. digits] with at least one digit, no exponent, no
 * special value.  With a typmod only values that need no rounding.
 * Values are varlenas in the arena.
 *
 * The on-disk form is the short format of src/backend/utils/adt/numeric.c,
 * which pg_upgrade obliges to stay as it is since 9.1: a uint16 of flags,
 * display scale and weight, then base-10000 digits without leading and
 * trailing zero digits.  convert_check() compares it with numeric_in().
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/convert_internal.h"

/* numeric.c: the names and values of the short header. */
#define NUMERIC_SHORT                  0x8000
#define NUMERIC_SHORT_SIGN_MASK        0x2000
#define NUMERIC_SHORT_DSCALE_SHIFT     7
#define NUMERIC_SHORT_DSCALE_MAX       CONVERT_NUMERIC_MAX_SCALE
#define NUMERIC_SHORT_WEIGHT_SIGN_MASK 0x0040
#define NUMERIC_SHORT_WEIGHT_MASK      0x003F
#define DEC_DIGITS                     4 /* decimal digits in a base-10000 digit */

/* Far above what people store; keeps the buffers small. */
#define MAX_INTEGER_DIGITS 64
#define MAX_GROUPS \
	((MAX_INTEGER_DIGITS + NUMERIC_SHORT_DSCALE_MAX + 2 * DEC_DIGITS - 2) / DEC_DIGITS)

/* The parts of a decimal number, pointing into its text. */
typedef struct DecimalText
{
	bool negative;
	const char *integer; /* without leading zeros */
	int ninteger;
	const char *fraction;
	int nfraction;
} DecimalText;

static inline bool
split_decimal(const char *data, size_t len, DecimalText *number)
{
	const char *end = data + len;
	const char *start;

	number->negative = false;
	if (len > MAX_INTEGER_DIGITS)
		return false;
	if (len > 0 && (*data == '-' || *data == '+'))
		number->negative = *data++ == '-';

	start = data;
	while (data < end && *data == '0')
		data++;
	number->integer = data;
	while (data < end && is_digit(*data))
		data++;
	number->ninteger = (int) (data - number->integer);
	if (data == end)
	{
		number->fraction = data;
		number->nfraction = 0;
		return data > start;
	}
	if (*data != '.')
		return false;
	number->fraction = ++data;
	while (data < end && is_digit(*data))
		data++;
	number->nfraction = (int) (data - number->fraction);
	return data == end && data - start > 1;
}

/* Appends the base-10000 digits of n decimal digits, the last one padded with zeros. */
static inline int16 *
append_groups(int16 *groups, const char *digits, int n)
{
	for (; n >= DEC_DIGITS; n -= DEC_DIGITS, digits += DEC_DIGITS)
		*groups++ = (int16) ((digits[0] - '0') * 1000 + (digits[1] - '0') * 100 +
							 (digits[2] - '0') * 10 + (digits[3] - '0'));
	if (n > 0)
	{
		static const int16 weights[DEC_DIGITS] = {1000, 100, 10, 1};
		int16 group = 0;
		int i;

		for (i = 0; i < n; i++)
			group += (int16) ((digits[i] - '0') * weights[i]);
		*groups++ = group;
	}
	return groups;
}

/* The number as base-10000 digits; *weight is the power of the first. Returns how many. */
static inline int
make_groups(const DecimalText *number, int16 *buffer, int16 **first, int *weight)
{
	int head = number->ninteger % DEC_DIGITS;
	int16 *begin = buffer;
	int16 *end = buffer;

	if (head > 0)
	{
		int16 group = 0;
		int i;

		for (i = 0; i < head; i++)
			group = (int16) (group * 10 + (number->integer[i] - '0'));
		*end++ = group;
	}
	end = append_groups(end, number->integer + head, number->ninteger - head);
	*weight = (int) (end - begin) - 1;
	end = append_groups(end, number->fraction, number->nfraction);

	while (begin < end && *begin == 0)
	{
		begin++;
		(*weight)--;
	}
	while (end > begin && end[-1] == 0)
		end--;
	*first = begin;
	return (int) (end - begin);
}

/*
 * Applies numeric(precision, scale): false if digits would be cut off or do not
 * fit. The scale to show comes back in *dscale.
 */
static inline bool
apply_typmod(const Converter *converter, DecimalText *number, int *dscale)
{
	int i;

	if (converter->precision < 0)
	{
		*dscale = number->nfraction;
		return *dscale <= NUMERIC_SHORT_DSCALE_MAX;
	}
	for (i = converter->scale; i < number->nfraction; i++)
	{
		if (number->fraction[i] != '0')
			return false;
	}
	number->nfraction = Min(number->nfraction, converter->scale);
	*dscale = converter->scale;
	return number->ninteger <= converter->precision - converter->scale;
}

/* numeric(p, s) with 0 <= s <= min(p, 63), or numeric: see converter_create(). */
ConvertStatus
convert_numeric(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				Datum *value)
{
	DecimalText number;
	int16 buffer[MAX_GROUPS];
	int16 *groups;
	int ngroups;
	int weight;
	int dscale;
	uint16 header;
	char *payload;
	struct varlena *result;

	if (!split_decimal(data, len, &number) || !apply_typmod(converter, &number, &dscale))
		return CONVERT_UNDECIDED;

	ngroups = make_groups(&number, buffer, &groups, &weight);
	header = (uint16) (NUMERIC_SHORT | dscale << NUMERIC_SHORT_DSCALE_SHIFT);
	if (ngroups > 0) /* zero has no sign and no weight */
	{
		if (number.negative)
			header |= NUMERIC_SHORT_SIGN_MASK;
		if (weight < 0)
			header |= NUMERIC_SHORT_WEIGHT_SIGN_MASK;
		header |= (uint16) (weight & NUMERIC_SHORT_WEIGHT_MASK);
	}
	result = convert_arena_varlena(arena, sizeof(header) + ngroups * sizeof(int16), &payload);
	memcpy(payload, &header, sizeof(header));
	memcpy(payload + sizeof(header), groups, ngroups * sizeof(int16));
	*value = PointerGetDatum(result);
	return CONVERT_OK;
}
