/*
 * datetime_format.h: dates and times in a given strptime style format.
 */
#ifndef INGEST_CONTRACT_DATETIME_FORMAT_H
#define INGEST_CONTRACT_DATETIME_FORMAT_H

typedef struct DatetimeFormat DatetimeFormat; /* opaque */

/* What a text said; month and day are checked against the calendar. */
typedef struct DatetimeParts
{
	int year;  /* 1 .. 9999 */
	int month; /* 1 .. 12; 1 if the format has none */
	int day;   /* 1 .. 31; 1 if the format has none */
	int hour;
	int minute;
	int second;      /* 0 .. 59 */
	int microsecond; /* may be 1000000 after rounding */
	bool inexact;    /* more than microseconds were given, and rounded */
	bool has_zone;
	int zone; /* seconds east of UTC */
} DatetimeParts;

typedef enum DatetimeMatch
{
	DATETIME_MATCH,
	DATETIME_NO_MATCH,    /* not written in this format */
	DATETIME_OUT_OF_RANGE /* 31 February, hour 25 */
} DatetimeMatch;

/*
 * Allocated in CurrentMemoryContext.  option is the name for error messages.
 * ERRCODE_INVALID_PARAMETER_VALUE if the format is not usable.
 */
extern DatetimeFormat *datetime_format_compile(const char *format, const char *option);

/* Raises nothing, allocates nothing. */
extern DatetimeMatch datetime_format_parse(const DatetimeFormat *format, const char *data,
										   size_t len, DatetimeParts *parts);

#endif
