/*
 * convert_reject.c: what no input function would take.
 *
 * In: a text.  Out: the failure that the type's input function would raise, if
 * that is certain, with its very SQLSTATE and message; so a file full of bad
 * values costs no subtransaction per value.  convert_check() compares each of
 * them with the input function of the server it runs on.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "contract/convert_verdict.h"

/* The longest number that is called too large without asking numeric_in(). */
#define NUMERIC_MAX_REJECTED_DIGITS 100

/* Digits after which a floating-point number could be out of range instead of bad syntax. */
#define NUMBER_MAX_REJECTED_DIGITS 18

ConvertFailure *
convert_failure(const char *rule, int sqlstate, const char *message)
{
	ConvertFailure *failure = palloc(sizeof(ConvertFailure));

	failure->rule = rule;
	failure->sqlstate = sqlstate;
	failure->message = message;
	return failure;
}

ConvertFailure *
convert_syntax_failure(const Converter *converter, const CellText *value)
{
	Oid type = converter->base_type;
	bool datetime =
		type == DATEOID || type == TIMEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;

	return convert_failure(
		"type", datetime ? ERRCODE_INVALID_DATETIME_FORMAT : ERRCODE_INVALID_TEXT_REPRESENTATION,
		psprintf(converter->syntax_message, converter->type_name, (int) value->data_len,
				 value->data));
}

static ConvertFailure *
field_overflow_failure(const CellText *value)
{
	return convert_failure("type", ERRCODE_DATETIME_FIELD_OVERFLOW,
						   psprintf(_("date/time field value out of range: \"%.*s\""),
									(int) value->data_len, value->data));
}

ConvertFailure *
convert_format_failure(const Converter *converter, DatetimeMatch match, const CellText *value)
{
	bool date = converter->base_type == DATEOID;

	if (match == DATETIME_OUT_OF_RANGE)
		return field_overflow_failure(value);
	return convert_failure(
		"type", ERRCODE_INVALID_DATETIME_FORMAT,
		psprintf("value \"%.*s\" does not match %s \"%s\"", (int) value->data_len, value->data,
				 date ? "dateformat" : "timestampformat",
				 date ? converter->format.dateformat : converter->format.timestampformat));
}

/* A number's text in front of what decides about it. */
typedef struct NumberHead
{
	const char *digits; /* behind blanks and sign */
	int ndigits;
	char next; /* the character behind the digits, '\0' at the end */
} NumberHead;

static NumberHead
number_head(const char *text)
{
	NumberHead head;

	while (isspace((unsigned char) *text))
		text++;
	if (*text == '-' || *text == '+')
		text++;
	head.digits = text;
	while (is_digit(*text))
		text++;
	head.ndigits = (int) (text - head.digits);
	head.next = *text;
	return head;
}

/*
 * Out of range only for digits to the end, because an input function may see
 * either fault first; bad syntax only where no version takes the character
 * behind the digits (16 takes 0x1F, 0o17, 0b11 and 1_000).
 */
static ConvertFailure *
reject_integer(const Converter *converter, const CellText *value, const char *max)
{
	NumberHead head = number_head(value->text);
	int max_digits = (int) strlen(max);
	int cmp;

	if (head.ndigits == 0)
		return convert_syntax_failure(converter, value);
	while (head.ndigits > 1 && *head.digits == '0')
	{
		head.digits++;
		head.ndigits--;
	}
	cmp = head.ndigits - max_digits;
	if (cmp == 0)
		cmp = memcmp(head.digits, max, max_digits);
	if (cmp > 0)
	{
		/* the most negative number is one above max */
		bool last_differs = head.ndigits == max_digits &&
							memcmp(head.digits, max, max_digits - 1) == 0 &&
							head.digits[max_digits - 1] == max[max_digits - 1] + 1;

		if (head.next != '\0' || last_differs)
			return NULL;
		return convert_failure("type", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
							   psprintf(_("value \"%.*s\" is out of range for type %s"),
										(int) value->data_len, value->data, converter->type_name));
	}
	if (head.next == '\0' || head.next == '_' || isspace((unsigned char) head.next) ||
		(isalpha((unsigned char) head.next) && *head.digits == '0'))
		return NULL;
	return convert_syntax_failure(converter, value);
}

/* real, double precision and numeric: what cannot be the beginning of a number. */
static ConvertFailure *
reject_number(const Converter *converter, const CellText *value)
{
	NumberHead head = number_head(value->text);
	const char *may_follow = head.ndigits == 0 ? ".nNiI" : ".eExXoObB_";

	if (head.ndigits > NUMBER_MAX_REJECTED_DIGITS || isspace((unsigned char) head.next))
		return NULL;
	if (head.next == '\0' ? head.ndigits > 0 : strchr(may_follow, head.next) != NULL)
		return NULL;
	return convert_syntax_failure(converter, value);
}

/* A plain number with more digits before the point than numeric(p, s) has. */
static ConvertFailure *
reject_numeric(const Converter *converter, const CellText *value)
{
	int max_digits = converter->precision - converter->scale;
	NumberHead head = number_head(value->text);
	int ndigits = head.ndigits;
	const char *pos = head.digits + head.ndigits;

	while (ndigits > 0 && *head.digits == '0')
	{
		head.digits++;
		ndigits--;
	}
	if (converter->precision < 0 || converter->scale < 0 || max_digits < 0 ||
		ndigits <= max_digits || ndigits > NUMERIC_MAX_REJECTED_DIGITS)
		return reject_number(converter, value);
	if (*pos == '.')
		pos++;
	while (is_digit(*pos))
		pos++;
	if (*pos != '\0')
		return reject_number(converter, value);

	/* numeric.c, apply_typmod(): the message and its detail */
	return convert_failure(
		"type", ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		psprintf("%s: %s", _("numeric field overflow"),
				 psprintf(_("A field with precision %d, scale %d must round to an absolute value "
							"less than %s%d."),
						  converter->precision, converter->scale, max_digits > 0 ? "10^" : "",
						  max_digits > 0 ? max_digits : 1)));
}

static ConvertFailure *
reject_bool(const Converter *converter, const CellText *value)
{
	const char *start = value->text;
	const char *end = start + value->len;
	bool ignored;

	while (isspace((unsigned char) *start))
		start++;
	while (end > start && isspace((unsigned char) end[-1]))
		end--;
	if (parse_bool_with_len(start, end - start, &ignored))
		return NULL;
	return convert_syntax_failure(converter, value);
}

/* However it is grouped, a uuid has 32 hexadecimal digits and nothing else than -{}. */
static ConvertFailure *
reject_uuid(const Converter *converter, const CellText *value)
{
	int ndigits = 0;
	const char *pos;

	for (pos = value->text; *pos != '\0' && ndigits <= 32; pos++)
	{
		if (isxdigit((unsigned char) *pos))
			ndigits++;
		else if (strchr("-{}", *pos) == NULL)
			return convert_syntax_failure(converter, value);
	}
	return ndigits == 32 ? NULL : convert_syntax_failure(converter, value);
}

/* varchar(n), char(n): characters other than blanks behind the n-th. */
static ConvertFailure *
reject_string(const Converter *converter, const CellText *value)
{
	int limit = converter->max_chars;
	size_t kept;
	const char *message;

	if (limit < 0 || value->len <= (size_t) limit)
		return NULL;
	kept = pg_mbcharcliplen(value->text, (int) value->len, limit);
	if (strspn(value->text + kept, " ") == value->len - kept)
		return NULL;
	if (converter->base_type == BPCHAROID)
		message = psprintf(_("value too long for type character(%d)"), limit);
	else
		message = psprintf(_("value too long for type character varying(%d)"), limit);
	return convert_failure("type", ERRCODE_STRING_DATA_RIGHT_TRUNCATION, message);
}

/* The parsers of the date and time types report codes; what they mean is datetime.c's. */
static ConvertFailure *
reject_datetime(const Converter *converter, const CellText *value)
{
	bool timestamp = converter->base_type == TIMESTAMPOID || converter->base_type == TIMESTAMPTZOID;
	char buffer[MAXDATELEN + MAXDATEFIELDS];
	/* the sizes the input functions give it: a text that does not fit is bad syntax */
	size_t buffer_size = timestamp ? MAXDATELEN + MAXDATEFIELDS : MAXDATELEN + 1;
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields;
	int dtype;
	struct pg_tm tm;
	fsec_t fsec;
	int zone;
	int error;

	error = ParseDateTime(value->text, buffer, buffer_size, fields, types, MAXDATEFIELDS, &nfields);
	if (error == 0 && converter->base_type == TIMEOID)
		error = compat_decode_time(fields, types, nfields, &dtype, &tm, &fsec, &zone);
	else if (error == 0)
		error = compat_decode_datetime(fields, types, nfields, &dtype, &tm, &fsec, &zone);

	switch (error)
	{
		case DTERR_BAD_FORMAT:
			return convert_syntax_failure(converter, value);
		case DTERR_FIELD_OVERFLOW:
		case DTERR_MD_FIELD_OVERFLOW:
			return field_overflow_failure(value);
		default:
			return NULL;
	}
}

/* A domain's input function raises the errors of its base type before its own. */
ConvertFailure *
convert_reject(const Converter *converter, const CellText *value)
{
	switch (converter->base_type)
	{
		case INT2OID:
			return reject_integer(converter, value, "32767");
		case INT4OID:
			return reject_integer(converter, value, "2147483647");
		case INT8OID:
			return reject_integer(converter, value, "9223372036854775807");
		case FLOAT4OID:
		case FLOAT8OID:
			return reject_number(converter, value);
		case NUMERICOID:
			return reject_numeric(converter, value);
		case BOOLOID:
			return reject_bool(converter, value);
		case UUIDOID:
			return reject_uuid(converter, value);
		case VARCHAROID:
		case BPCHAROID:
			return reject_string(converter, value);
		case DATEOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return reject_datetime(converter, value);
		default:
			return NULL;
	}
}
