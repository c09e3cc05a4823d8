/*
 * convert_reference.c: what a type's own input function says of texts.
 *
 * In: texts.  Out: values, errors caught, and whether a value keeps less than
 * its text says, told from the text or from other types' input functions.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "contract/guard.h"
#include "convert_reference.h"

void
type_input_init(TypeInput *input, Oid type, int32 typmod)
{
	Oid function;

	input->type = type;
	input->typmod = typmod;
	getTypeInputInfo(type, &function, &input->ioparam);
	fmgr_info(function, &input->function);
}

static Datum
call_input(TypeInput *input, const char *text, int32 typmod)
{
	return InputFunctionCall(&input->function, unconstify(char *, text), input->ioparam, typmod);
}

typedef struct ReferenceRun
{
	TypeInput *input;
	Reference *refs;
	int nrefs;
	int next;
} ReferenceRun;

static void
run_references(void *arg)
{
	ReferenceRun *run = arg;

	for (; run->next < run->nrefs; run->next++)
	{
		Reference *ref = &run->refs[run->next];

		ref->value = call_input(run->input, ref->text, run->input->typmod);
		ref->good = true;
	}
}

void
make_references(TypeInput *input, Reference *refs, int nrefs)
{
	ReferenceRun run = {input, refs, nrefs, 0};
	ErrorData *error;

	while (!guard_call(run_references, &run, &error))
		refs[run.next++].error = error;
}

static bool
is_datetime(Oid type)
{
	return type == TIMEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

/* Non-zero digits behind the sixth of a fraction. */
static bool
has_nanoseconds(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
	{
		if (*p == '.')
		{
			size_t ndigits = strspn(p + 1, "0123456789");

			if (ndigits > 6 && strspn(p + 7, "0") < ndigits - 6)
				return true;
		}
	}
	return false;
}

typedef struct DateText
{
	const char *text;
	Timestamp timestamp;
} DateText;

static void
read_timestamp(void *arg)
{
	DateText *date = arg;

	date->timestamp =
		DatumGetTimestamp(DirectFunctionCall3(timestamp_in, CStringGetDatum(date->text),
											  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

typedef struct ExactText
{
	TypeInput *input;
	const char *text;
	Datum value;
} ExactText;

/* The value without a typmod. */
static void
read_exact(void *arg)
{
	ExactText *exact = arg;

	exact->value = call_input(exact->input, exact->text, -1);
}

/* Whether the text has a time of day with colons. */
static bool
has_clock_time(const char *text)
{
	const char *p;

	for (p = strchr(text, ':'); p != NULL; p = strchr(p + 1, ':'))
	{
		if (p > text && isdigit((unsigned char) p[-1]) && isdigit((unsigned char) p[1]))
			return true;
	}
	return false;
}

/* Whether a text with a date in it has room for a time: not "040506" or "2020-001". */
static bool
has_two_parts(const char *text)
{
	const char *start = text + strspn(text, " \t");
	const char *blank = strchr(start, ' ');

	return isdigit((unsigned char) *start) &&
		   (has_clock_time(text) || (blank != NULL && strpbrk(blank, "0123456789") != NULL));
}

static void
read_date(void *arg)
{
	DirectFunctionCall1(date_in, CStringGetDatum((const char *) arg));
}

/* Whether time_in() took a text with a date; no opinion on 040506, 2020-001 and the like. */
static Loss
lost_date(const Reference *ref)
{
	if (!guard_call(read_date, ref->text, NULL))
		return LOST_NOTHING;
	return has_two_parts(ref->text) ? LOST_SOMETHING : LOST_PERHAPS;
}

typedef struct ZonedText
{
	const Reference *ref;
	Oid type;
	Timestamp exact; /* the text as a timestamp, if that is the type */
	bool differs;    /* out: its zone is not UTC */
} ZonedText;

/* Reads the text as the type with a zone. */
static void
read_zoned(void *arg)
{
	ZonedText *zoned = arg;
	Datum text = CStringGetDatum(zoned->ref->text);
	Datum no_type = ObjectIdGetDatum(InvalidOid);

	if (zoned->type == TIMEOID)
		zoned->differs =
			DatumGetTimeTzADTP(DirectFunctionCall3(timetz_in, text, no_type, Int32GetDatum(-1)))
				->zone != 0;
	else
		zoned->differs = DatumGetTimestampTz(DirectFunctionCall3(
							 timestamptz_in, text, no_type, Int32GetDatum(-1))) != zoned->exact;
}

/* Whether the text names a zone other than UTC; where it names none, this session's is UTC. */
static Loss
lost_zone(TypeInput *input, const Reference *ref)
{
	ZonedText zoned = {ref, input->type, DatumGetTimestamp(call_input(input, ref->text, -1)),
					   false};
	pg_tz *timezone = session_timezone;
	bool good;

	session_timezone = pg_tzset("UTC");
	good = guard_call(read_zoned, &zoned, NULL);
	session_timezone = timezone;
	if (!good)
		return LOST_PERHAPS;
	return zoned.differs ? LOST_SOMETHING : LOST_NOTHING;
}

Loss
reference_loss(TypeInput *input, const Reference *ref)
{
	DateText date = {ref->text, 0};
	ExactText exact = {input, ref->text, 0};
	bool digits = strpbrk(ref->text, "0123456789") != NULL;
	size_t limit = input->typmod - VARHDRSZ;

	switch (input->type)
	{
		case NUMERICOID:
			if (input->typmod < 0)
				return LOST_NOTHING;
			if (!guard_call(read_exact, &exact, NULL)) /* 1e-20000 */
				return strcspn(ref->text, "123456789") < strcspn(ref->text, "eE");
			return !DatumGetBool(DirectFunctionCall2(numeric_eq, ref->value, exact.value));
		case VARCHAROID:
		case BPCHAROID:
			return input->typmod >= 0 && pg_mbstrlen(ref->text) > (int) limit;
		case DATEOID:
			if (!digits)
				return LOST_NOTHING;
			/* beyond the timestamps a date still has a time of day */
			if (!guard_call(read_timestamp, &date, NULL))
				return has_clock_time(ref->text);
			return !TIMESTAMP_NOT_FINITE(date.timestamp) &&
				   date.timestamp != DatumGetDateADT(ref->value) * USECS_PER_DAY;
		default:
			break;
	}
	if (!is_datetime(input->type))
		return LOST_NOTHING;
	if (input->type == TIMEOID && lost_date(ref) != LOST_NOTHING)
		return lost_date(ref);
	if (input->type != TIMESTAMPTZOID && digits && lost_zone(input, ref) != LOST_NOTHING)
		return lost_zone(input, ref);
	return has_nanoseconds(ref->text) ||
		   (input->typmod >= 0 &&
			DatumGetInt64(call_input(input, ref->text, -1)) != DatumGetInt64(ref->value));
}
