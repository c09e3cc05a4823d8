/*
 * convert_lossy.c: would the column silently keep less than the text says?
 *
 * In: a text and the value its input function made of it, without an error.
 * Out: whether digits were rounded away, a time of day, a date or a time zone
 * dropped, or characters cut off.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "contract/convert_verdict.h"

#define MAX_FRACTION_DIGITS 6   /* microseconds */
#define MAX_SHOWN_BYTES     100 /* of a value in a message */

/* The type whose typmod rule applies: the base type, or an array's element. */
static Oid
ruling_type(const Converter *converter)
{
	Oid element = get_element_type(converter->base_type);

	return OidIsValid(element) ? element : converter->base_type;
}

/* Whether the value would be another without the typmod. */
static bool
typmod_changes(Converter *converter, char *text, Datum value)
{
	TypeCacheEntry *entry = lookup_type_cache(converter->base_type, TYPECACHE_EQ_OPR_FINFO);
	Datum exact = InputFunctionCall(&converter->base_input, text, converter->base_ioparam, -1);

	return !DatumGetBool(FunctionCall2Coll(&entry->eq_opr_finfo,
										   get_typcollation(converter->base_type), exact, value));
}

/*
 * Whether a number has non-zero digits behind the scale. Decided by the text,
 * because without the typmod 1e-20000 is not a numeric at all.
 */
static bool
exceeds_scale(Converter *converter, char *text, Datum value)
{
	bool point = false;
	int power = 0;      /* of ten, of the last digit */
	int last_power = 0; /* the same, of the last non-zero digit */
	bool nonzero = false;
	long exponent = 0;

	if (strpbrk(text, "xXoObB_") != NULL) /* 16+: 0x1F, 1_000 */
		return typmod_changes(converter, text, value);
	text += strspn(text, " \t\n\v\f\r+-");
	for (; *text == '.' || is_digit(*text); text++)
	{
		if (*text == '.')
			point = true;
		else
		{
			power -= point;
			last_power += !point;
			if (*text != '0')
			{
				nonzero = true;
				last_power = power;
			}
		}
	}
	if (*text == 'e' || *text == 'E')
		exponent = strtol(text + 1, NULL, 10);
	return nonzero && exponent < -converter->scale - (long) last_power;
}

/* Appends the text's digits, but for zeros at both ends. */
static void
append_significant_digits(StringInfo digits, const char *text)
{
	for (; *text != '\0'; text++)
		if (is_digit(*text) && (digits->len > 0 || *text != '0'))
			appendStringInfoChar(digits, *text);
	while (digits->len > 0 && digits->data[digits->len - 1] == '0')
		digits->data[--digits->len] = '\0';
}

/* Whether an amount was rounded to units of lc_monetary: then other digits are left. */
static bool
exceeds_money(const char *text, int64 units)
{
	StringInfoData given;
	StringInfoData kept;

	initStringInfo(&given);
	initStringInfo(&kept);
	append_significant_digits(&given, text);
	append_significant_digits(&kept, psprintf(INT64_FORMAT, units));
	return strcmp(given.data, kept.data) != 0;
}

/*
 * Whether a fraction of seconds has non-zero digits behind the microseconds.
 * In an interval only seconds are rounded to microseconds: 0.1234567 days is exact.
 */
static bool
exceeds_microseconds(const char *text, bool interval)
{
	const char *point;

	for (point = strchr(text, '.'); point != NULL; point = strchr(point, '.'))
	{
		const char *start = ++point;
		bool exceeds = false;

		for (; is_digit(*point); point++)
			exceeds |= point - start >= MAX_FRACTION_DIGITS && *point != '0';
		if (!exceeds)
			continue;
		while (isspace((unsigned char) *point))
			point++;
		if (!interval || !isalpha((unsigned char) *point) || *point == 's' || *point == 'S')
			return true;
	}
	return false;
}

/* Whether a text for a date column names a time of day other than midnight. */
static bool
has_time_of_day(const char *text)
{
	char buffer[MAXDATELEN + 1];
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields;
	int dtype;
	struct pg_tm tm;
	fsec_t fsec;
	int zone;

	if (strpbrk(text, "0123456789") == NULL)
		return false; /* now, today, infinity */
	if (ParseDateTime(text, buffer, sizeof(buffer), fields, types, MAXDATEFIELDS, &nfields) != 0 ||
		compat_decode_datetime(fields, types, nfields, &dtype, &tm, &fsec, &zone) != 0)
		return false;
	return dtype == DTK_DATE && (tm.tm_hour != 0 || tm.tm_min != 0 || tm.tm_sec != 0 || fsec != 0);
}

/*
 * Whether a text for a time column names a date, which time_in() drops. It takes
 * "2020-001" for a time and a zone unless it is where DecodeTimeOnly() wants a date.
 */
static bool
has_date(const char *text)
{
	char buffer[MAXDATELEN + 1];
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields;

	if (ParseDateTime(text, buffer, sizeof(buffer), fields, types, MAXDATEFIELDS, &nfields) != 0)
		return false;
	return nfields >= 2 && types[0] == DTK_DATE &&
		   (types[1] == DTK_TIME || types[nfields - 1] == DTK_DATE);
}

/* The offset that a text for a time or timestamp column names; 0 if none, or if it cannot be read. */
static int
decode_zone(const Converter *converter, const char *text)
{
	char buffer[MAXDATELEN + 1];
	char *fields[MAXDATEFIELDS];
	int types[MAXDATEFIELDS];
	int nfields;
	int dtype;
	struct pg_tm tm;
	fsec_t fsec;
	int zone = 0;
	int error;

	if (ParseDateTime(text, buffer, sizeof(buffer), fields, types, MAXDATEFIELDS, &nfields) != 0)
		return 0;
	if (converter->base_type == TIMEOID)
		error = compat_decode_time(fields, types, nfields, &dtype, &tm, &fsec, &zone);
	else
		error = compat_decode_datetime(fields, types, nfields, &dtype, &tm, &fsec, &zone);
	return error == 0 && (dtype == DTK_DATE || dtype == DTK_TIME) ? zone : 0; /* not infinity */
}

/*
 * Whether a text for a column without a zone names one, which would be ignored.
 * UTC is fine: whoever drops it and whoever converts to it gets the same value.
 * Texts without a zone get the session's, which is UTC for the moment.
 */
static bool
has_other_zone(const Converter *converter, const char *text)
{
	pg_tz *session = session_timezone;
	volatile bool other = false;

	if (strpbrk(text, "0123456789") == NULL)
		return false; /* now, today, infinity */
	session_timezone = pg_tzset("GMT");
	PG_TRY();
	{
		other = decode_zone(converter, text) != 0;
	}
	PG_FINALLY();
	{
		session_timezone = session;
	}
	PG_END_TRY();
	return other;
}

bool
convert_is_lossy(Converter *converter, const CellText *value, Datum result)
{
	char *text = value->text;
	bool limited = converter->base_typmod >= 0;

	switch (converter->base_type)
	{
		case NAMEOID:
			return value->len >= NAMEDATALEN;
		case CHAROID: /* keeps one byte; \101 is a byte on 16+ */
			return value->len > 1 && DatumGetChar(result) == text[0];
		case VARCHAROID:
			return converter->max_chars >= 0 &&
				   VARSIZE_ANY_EXHDR(DatumGetPointer(result)) < (Size) value->len;
		case BPCHAROID:
			return converter->max_chars >= 0 &&
				   pg_mbstrlen_with_len(text, (int) value->len) > converter->max_chars;
		case DATEOID:
			return has_time_of_day(text);
		case TIMEOID:
		case TIMESTAMPOID:
			if (has_other_zone(converter, text))
				return true;
			break;
		default:
			break;
	}

	switch (ruling_type(converter))
	{
		case NUMERICOID:
			if (converter->base_type == NUMERICOID)
				return limited && exceeds_scale(converter, text, result);
			return limited && typmod_changes(converter, text, result);
		case MONEYOID:
			return converter->base_type == MONEYOID && exceeds_money(text, DatumGetInt64(result));
		case VARCHAROID:
			return limited && typmod_changes(converter, text, result);
		case TIMEOID:
			return has_date(text) || exceeds_microseconds(text, false) ||
				   (limited && typmod_changes(converter, text, result));
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return exceeds_microseconds(text, false) ||
				   (limited && typmod_changes(converter, text, result));
		case INTERVALOID:
			return exceeds_microseconds(text, true) ||
				   (limited && typmod_changes(converter, text, result));
		default:
			return false;
	}
}

/* Whether the loss is that of a time zone. */
static bool
lost_zone(const Converter *converter, const CellText *value)
{
	DatetimeParts parts;

	if (converter->datetime_format == NULL)
		return converter->base_type == ruling_type(converter) &&
			   has_other_zone(converter, value->text);
	return datetime_format_parse(converter->datetime_format, value->data, value->data_len,
								 &parts) == DATETIME_MATCH &&
		   parts.has_zone && parts.zone != 0;
}

ConvertFailure *
convert_lossy_failure(const Converter *converter, const CellText *value)
{
	size_t shown = value->data_len;
	const char *loss = "rounding";
	int sqlstate = ERRCODE_DATETIME_FIELD_OVERFLOW;

	switch (ruling_type(converter))
	{
		case NUMERICOID:
		case MONEYOID:
			sqlstate = ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
			break;
		case NAMEOID:
		case CHAROID:
			sqlstate = ERRCODE_STRING_DATA_RIGHT_TRUNCATION;
			loss = "cutting it off";
			break;
		case VARCHAROID:
		case BPCHAROID:
			sqlstate = ERRCODE_STRING_DATA_RIGHT_TRUNCATION;
			loss = "cutting off trailing blanks";
			break;
		case DATEOID:
			loss = "dropping the time of day";
			break;
		case TIMEOID:
			loss = lost_zone(converter, value) ? "dropping the time zone"
											   : "rounding or dropping the date";
			break;
		case TIMESTAMPOID:
			if (lost_zone(converter, value))
				loss = "dropping the time zone";
			break;
		default:
			break;
	}
	if (shown > MAX_SHOWN_BYTES)
		shown = pg_mbcliplen(value->data, (int) shown, MAX_SHOWN_BYTES);
	return convert_failure(
		"lossy", sqlstate,
		psprintf("value \"%.*s%s\" does not fit %s without %s", (int) shown, value->data,
				 shown < value->data_len ? "..." : "",
				 format_type_with_typemod(converter->base_type, converter->base_typmod), loss));
}
