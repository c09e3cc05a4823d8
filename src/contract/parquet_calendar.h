/*
 * parquet_calendar.h: days and times as Parquet counts them.
 *
 * No range is checked here: a file's DATE and TIMESTAMP go far beyond what PostgreSQL has.
 */
#ifndef INGEST_CONTRACT_PARQUET_CALENDAR_H
#define INGEST_CONTRACT_PARQUET_CALENDAR_H

#include "lib/stringinfo.h"

#define NANOS_PER_DAY INT64CONST(86400000000000)

/* A moment, or a local one: days since 1970-01-01, nanoseconds since midnight. */
typedef struct ParquetMoment
{
	int64 days;
	int64 nanos; /* 0 .. NANOS_PER_DAY - 1; of a TIME also NANOS_PER_DAY */
} ParquetMoment;

/* 1582-10-15, the first day of the Gregorian calendar. */
#define PARQUET_GREGORIAN_START (-141427)

/*
 * A day of the hybrid calendar (Julian before 1582-10-15) as the day of the proleptic Gregorian
 * calendar that has the same name, as Spark does; 29 February where there is none: 1 March.
 */
extern int64 parquet_day_from_julian(int64 days);

/* "YYYY-MM-DD", and years before 1 counted backwards: the caller appends the era last. */
extern void parquet_append_date(StringInfo text, int64 days);
extern void parquet_append_era(StringInfo text, int64 days);
/* "HH:MM:SS" and as many digits of the fraction as it takes. */
extern void parquet_append_time(StringInfo text, int64 nanos);

/* Rounds down; divisor > 0. */
static inline int64
floor_div(int64 value, int64 divisor)
{
	return value / divisor - (value % divisor < 0);
}

static inline int64
floor_mod(int64 value, int64 divisor)
{
	int64 rest = value % divisor;

	return rest < 0 ? rest + divisor : rest;
}

#endif
