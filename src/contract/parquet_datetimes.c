/*
 * parquet_datetimes.c: DATE, TIME, TIMESTAMP and INT96.
 *
 * In: runs of days since 1970-01-01, of milli-, micro- or nanoseconds since then or since midnight, of INT96
 * (nanoseconds of a Julian day).  Out: dates, times and timestamps where they are in range and lose no digit;
 * everything else by way of ISO 8601 text.  All values are by value (where int8 is).
 *
 * An instant (UTC) becomes a timestamp of its UTC wall clock; a local timestamp becomes a timestamptz of
 * the session's TimeZone, as its text would.  With "lossy" nanoseconds are rounded down.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "contract/parquet_calendar.h"
#include "contract/parquet_internal.h"
#include "format/parquet/little_endian.h"

#define EPOCH_DAYS          (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) /* from 1970 to 2000 */
#define NANOS_PER_MICRO     1000
#define MAX_TIMESTAMP_DAYS  INT64CONST(106000000) /* in microseconds well within int64 */
#define MAX_FRACTION_DIGITS 6

/* Units of a day, by PqTimeUnit. */
static const int64 units_per_day[] = {
	[PQ_MILLIS] = SECS_PER_DAY * INT64CONST(1000),
	[PQ_MICROS] = USECS_PER_DAY,
	[PQ_NANOS] = NANOS_PER_DAY,
};

/* Microseconds in the last digit that the column keeps of a second. */
static int64
precision_unit(const Converter *converter)
{
	int64 unit = 1;
	int i;

	if (converter->precision >= 0)
	{
		for (i = converter->precision; i < MAX_FRACTION_DIGITS; i++)
			unit *= 10;
	}
	return unit;
}

static int64
load_unit(const ParquetScalar *scalar, const char *data)
{
	int64 wide;
	int32 narrow;

	if (scalar->width == sizeof(wide))
	{
		memcpy(&wide, data, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, data, sizeof(narrow));
	return narrow;
}

/* Whether nanoseconds are dropped here; the input function would round them. */
static bool
cuts_nanos(const ParquetScalar *scalar)
{
	return scalar->format->allow_lossy && scalar->target != TARGET_TEXT;
}

/* Any value, without overflow, in the proleptic Gregorian calendar. */
static ParquetMoment
load_moment(const ParquetScalar *scalar, const char *data)
{
	ParquetMoment moment;

	if (scalar->type == PQ_INT96)
	{
		int64 nanos = (int64) pq_load64(data);

		moment.days = (int64) (int32) pq_load32(data + sizeof(nanos)) - UNIX_EPOCH_JDATE +
					  floor_div(nanos, NANOS_PER_DAY);
		moment.nanos = floor_mod(nanos, NANOS_PER_DAY);
	}
	else
	{
		int64 value = load_unit(scalar, data);
		int64 per_day =
			scalar->logical.kind == PQ_LOGICAL_DATE ? 1 : units_per_day[scalar->logical.unit];

		moment.days = floor_div(value, per_day);
		moment.nanos = floor_mod(value, per_day) * (NANOS_PER_DAY / per_day);
	}
	if (scalar->julian)
		moment.days = parquet_day_from_julian(moment.days);
	if (cuts_nanos(scalar))
		moment.nanos -= moment.nanos % NANOS_PER_MICRO;
	return moment;
}

static bool
render_date(ParquetScalar *scalar, const char *data, StringInfo text)
{
	ParquetMoment moment = load_moment(scalar, data);

	parquet_append_date(text, moment.days);
	parquet_append_era(text, moment.days);
	return true;
}

static bool
render_timestamp(ParquetScalar *scalar, const char *data, StringInfo text)
{
	ParquetMoment moment = load_moment(scalar, data);

	parquet_append_date(text, moment.days);
	appendStringInfoChar(text, ' ');
	parquet_append_time(text, moment.nanos);
	if (scalar->is_utc)
		appendStringInfoString(text, "+00");
	parquet_append_era(text, moment.days);
	return true;
}

/* 24:00 is a time of PostgreSQL, anything beyond or below 0 is not, and is shown as the number it is. */
static bool
render_time(ParquetScalar *scalar, const char *data, StringInfo text)
{
	int64 value = load_unit(scalar, data);
	int64 per_day = units_per_day[scalar->logical.unit];
	int64 nanos;

	if (value < 0 || value > per_day)
	{
		static const char *const units[] = {"ms", "us", "ns"};

		appendStringInfo(text, INT64_FORMAT " %s", value, units[scalar->logical.unit]);
		return false;
	}
	nanos = value * (NANOS_PER_DAY / per_day);
	if (cuts_nanos(scalar))
		nanos -= nanos % NANOS_PER_MICRO;
	parquet_append_time(text, nanos);
	if (scalar->rendered->base_type == TIMETZOID && scalar->logical.is_utc)
		appendStringInfoString(text, "+00");
	return true;
}

static void
convert_dates(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 days = load_unit(scalar, parquet_at(run, i));

		if (scalar->julian)
			days = parquet_day_from_julian(days);
		days -= EPOCH_DAYS;
		if (likely(days >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
				   days < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE))
			parquet_put(run, i, DateADTGetDatum((DateADT) days));
		else
			parquet_by_text(scalar, run, i);
	}
}

static void
convert_times(ParquetScalar *scalar, ParquetRun *run)
{
	int64 per_day = units_per_day[scalar->logical.unit];
	int64 multiplier = per_day < USECS_PER_DAY ? USECS_PER_DAY / per_day : 1;
	int64 divisor = per_day > USECS_PER_DAY ? per_day / USECS_PER_DAY : 1;
	int64 unit = precision_unit(scalar->rendered);
	bool exact = !scalar->format->allow_lossy;
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 value = load_unit(scalar, parquet_at(run, i));
		TimeADT time;

		if (value < 0 || value > per_day || (exact && value % divisor != 0))
		{
			parquet_by_text(scalar, run, i);
			continue;
		}
		time = value / divisor * multiplier;
		if (time % unit == 0)
			parquet_put(run, i, TimeADTGetDatum(time));
		else
			parquet_by_text(scalar, run, i);
	}
}

/* What timestamps are made of: a loop over values of one unit leaves the rest to this. */
typedef struct TimestampTarget
{
	int64 unit; /* microseconds that the column keeps */
	bool is_date;
	bool is_local_to_tz;
} TimestampTarget;

static TimestampTarget
timestamp_target(const ParquetScalar *scalar)
{
	TimestampTarget target;

	target.is_date = scalar->rendered->base_type == DATEOID;
	target.is_local_to_tz = scalar->rendered->base_type == TIMESTAMPTZOID && !scalar->is_utc;
	target.unit = target.is_date ? USECS_PER_DAY : precision_unit(scalar->rendered);
	return target;
}

/* timestamp is in microseconds from 2000. */
static inline void
put_timestamp(ParquetScalar *scalar, ParquetRun *run, uint32 i, Timestamp timestamp,
			  const TimestampTarget *target)
{
	int overflow = 0;

	if (!IS_VALID_TIMESTAMP(timestamp) || timestamp % target->unit != 0)
		parquet_by_text(scalar, run, i);
	else if (target->is_date)
		parquet_put(run, i, DateADTGetDatum((DateADT) (timestamp / USECS_PER_DAY)));
	else if (!target->is_local_to_tz)
		parquet_put(run, i, TimestampGetDatum(timestamp));
	else
	{
		TimestampTz zoned = timestamp2timestamptz_opt_overflow(timestamp, &overflow);

		if (overflow == 0)
			parquet_put(run, i, TimestampTzGetDatum(zoned));
		else
			parquet_by_text(scalar, run, i);
	}
}

/* Any source: INT96, DATE, the Julian calendar. */
static void
convert_moments(ParquetScalar *scalar, ParquetRun *run)
{
	TimestampTarget target = timestamp_target(scalar);
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		ParquetMoment moment = load_moment(scalar, parquet_at(run, i));

		if (moment.days < -MAX_TIMESTAMP_DAYS || moment.days > MAX_TIMESTAMP_DAYS ||
			moment.nanos % NANOS_PER_MICRO != 0)
			parquet_by_text(scalar, run, i);
		else
			put_timestamp(scalar, run, i,
						  (moment.days - EPOCH_DAYS) * USECS_PER_DAY +
							  moment.nanos / NANOS_PER_MICRO,
						  &target);
	}
}

static void
convert_millis(ParquetScalar *scalar, ParquetRun *run)
{
	TimestampTarget target = timestamp_target(scalar);
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 value = load_unit(scalar, parquet_at(run, i));

		if (likely(value > PG_INT64_MIN / 2000 && value < PG_INT64_MAX / 2000))
			put_timestamp(scalar, run, i, value * 1000 - EPOCH_DAYS * USECS_PER_DAY, &target);
		else
			parquet_by_text(scalar, run, i);
	}
}

static void
convert_micros(ParquetScalar *scalar, ParquetRun *run)
{
	TimestampTarget target = timestamp_target(scalar);
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 value = load_unit(scalar, parquet_at(run, i));

		if (likely(value > PG_INT64_MIN + EPOCH_DAYS * USECS_PER_DAY))
			put_timestamp(scalar, run, i, value - EPOCH_DAYS * USECS_PER_DAY, &target);
		else
			parquet_by_text(scalar, run, i);
	}
}

static void
convert_nanos(ParquetScalar *scalar, ParquetRun *run)
{
	TimestampTarget target = timestamp_target(scalar);
	bool exact = !scalar->format->allow_lossy;
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		int64 value = load_unit(scalar, parquet_at(run, i));
		int64 micros = floor_div(value, NANOS_PER_MICRO);

		if (unlikely(exact && value % NANOS_PER_MICRO != 0))
			parquet_by_text(scalar, run, i);
		else
			put_timestamp(scalar, run, i, micros - EPOCH_DAYS * USECS_PER_DAY, &target);
	}
}

bool
parquet_pick_date(ParquetScalar *scalar)
{
	scalar->julian = scalar->format->julian_dates;
	scalar->render = render_date;
	if (scalar->target == TARGET_DATE)
		scalar->convert = convert_dates;
	else if (scalar->target == TARGET_TIMESTAMP)
		scalar->convert = convert_moments;
	else
		scalar->convert = parquet_convert_by_text;
	return (scalar->target & (TARGET_DATE | TARGET_TIMESTAMP | TARGET_TEXT | TARGET_USER)) != 0;
}

bool
parquet_pick_time(ParquetScalar *scalar)
{
	scalar->render = render_time;
	scalar->convert =
		scalar->rendered->base_type == TIMEOID ? convert_times : parquet_convert_by_text;
	return (scalar->target & (TARGET_TIME | TARGET_INTERVAL | TARGET_TEXT | TARGET_USER)) != 0;
}

bool
parquet_pick_timestamp(ParquetScalar *scalar)
{
	bool int96 = scalar->type == PQ_INT96;

	scalar->is_utc = int96 ? scalar->format->int96_is_utc : scalar->logical.is_utc;
	scalar->julian = int96 ? scalar->format->julian_int96 : scalar->format->julian_dates;
	scalar->render = render_timestamp;
	if ((scalar->target & (TARGET_DATE | TARGET_TIMESTAMP)) == 0)
		scalar->convert = parquet_convert_by_text;
	else if (int96 || scalar->julian)
		scalar->convert = convert_moments;
	else if (scalar->logical.unit == PQ_MILLIS)
		scalar->convert = convert_millis;
	else if (scalar->logical.unit == PQ_MICROS)
		scalar->convert = convert_micros;
	else
		scalar->convert = convert_nanos;
	return (scalar->target & (TARGET_DATE | TARGET_TIMESTAMP | TARGET_TEXT | TARGET_USER)) != 0;
}
