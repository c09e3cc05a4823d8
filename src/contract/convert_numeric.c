/*
 * convert_numeric.c: numeric, straight into its on-disk form.
 *
 * Grammar: [+-] digits [. digits] with at least one digit, no exponent, no
 * special value.  With a typmod only values that need no rounding.
 * Values are varlenas in the arena.
 * convert_check() compares them with numeric_in().
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/numeric_form.h"

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
make_groups(const DecimalText *number, int16 *buffer, int *weight)
{
	int head = number->ninteger % DEC_DIGITS;
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
	*weight = (int) (end - buffer) - 1;
	end = append_groups(end, number->fraction, number->nfraction);
	return (int) (end - buffer);
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
	int16 groups[MAX_GROUPS];
	NumericForm form;

	if (!split_decimal(data, len, &number) || !apply_typmod(converter, &number, &form.dscale))
		return CONVERT_UNDECIDED;
	form.negative = number.negative;
	form.groups = groups;
	form.ngroups = make_groups(&number, groups, &form.weight);
	*value = numeric_form_store(form, arena);
	return CONVERT_OK;
}
