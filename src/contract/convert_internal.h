/*
 * convert_internal.h: what the files behind convert.h share.
 *
 * convert.c picks the fast converter of a column, convert_<family>.c holds the
 * fast converters, convert_cells.c decides what they did not.
 */
#ifndef INGEST_CONTRACT_CONVERT_INTERNAL_H
#define INGEST_CONTRACT_CONVERT_INTERNAL_H

#include "fmgr.h"

#include "compat.h"
#include "contract/convert.h"
#include "contract/datetime_format.h"

struct Converter
{
	ConvertFunction *convert; /* what converter_try() calls */
	ConvertFunction *plain;   /* after the separators of a number were normalised */
	Oid type;
	int32 typmod;
	Oid base_type; /* type and typmod below all domains; else the same */
	int32 base_typmod;
	int precision;                   /* numeric: digits; times: of the second; -1: any */
	int scale;                       /* numeric */
	int max_chars;                   /* varchar(n), char(n); -1: any */
	ConvertFormat format;            /* strings are copies */
	DatetimeFormat *datetime_format; /* NULL: what the input function takes */
	FmgrInfo input;
	Oid ioparam;
	FmgrInfo base_input; /* of base_type */
	Oid base_ioparam;
	void *domain_state; /* of domain_check() */
	/* looked up once: a file may have a bad value in each row */
	const char *type_name;      /* of base_type, as the messages of its input function have it */
	const char *syntax_message; /* "invalid input syntax for type %s: ...", translated */
};

/* Whether the column's numbers are written with separators of their own. */
extern bool converter_has_separators(const Converter *converter);

/* convert_binary.c: whether the column's booleans have words of their own, and no others. */
extern bool converter_has_words(const Converter *converter);

/*
 * convert_datetime.c: the value of a text in the column's datetime_format,
 * rounded to the column's precision; *lossy tells whether that changed it.
 * value and lossy are set with DATETIME_MATCH only.
 */
extern DatetimeMatch convert_by_format(const Converter *converter, const char *data, size_t len,
									   Datum *value, bool *lossy);

/*
 * convert_separated.c: writes the number to out (at least len bytes) with a
 * point and no thousands separators, leading blanks removed. Returns its
 * length, or -1 if the separators are not where the format has them.
 */
extern int normalise_number(const ConvertFormat *format, const char *data, size_t len, char *out);

/* The largest scale convert_numeric() takes: the field width of the short format. */
#define CONVERT_NUMERIC_MAX_SCALE 63

/* convert_arena.c */
extern void *convert_arena_extend(ConvertArena *arena, size_t size);

/* Uninitialised memory, MAXALIGNed; size is at most MaxAllocSize. */
static inline void *
convert_arena_alloc(ConvertArena *arena, size_t size)
{
	size_t aligned = MAXALIGN(size);

	if (likely(aligned <= (size_t) (arena->end - arena->pos)))
	{
		void *result = arena->pos;

		arena->pos += aligned;
		return result;
	}
	return convert_arena_extend(arena, aligned);
}

/*
 * A varlena for len bytes, with the 1-byte header if they fit; *payload is
 * where they go.  Only for types whose storage is not PLAIN.
 */
static inline struct varlena *
convert_arena_varlena(ConvertArena *arena, size_t len, char **payload)
{
	struct varlena *result;

	if (likely(len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX))
	{
		result = convert_arena_alloc(arena, len + VARHDRSZ_SHORT);
		SET_VARSIZE_SHORT(result, len + VARHDRSZ_SHORT);
		*payload = (char *) result + VARHDRSZ_SHORT;
	}
	else
	{
		result = convert_arena_alloc(arena, len + VARHDRSZ);
		SET_VARSIZE(result, len + VARHDRSZ);
		*payload = VARDATA(result);
	}
	return result;
}

static inline bool
is_digit(char c)
{
	return (unsigned char) (c - '0') <= 9;
}

/* The fast converters, by family. */
extern ConvertFunction convert_int2, convert_int4, convert_int8;
extern ConvertFunction convert_float4, convert_float8;
extern ConvertFunction convert_numeric;
extern ConvertFunction convert_bool, convert_words, convert_uuid, convert_bytea;
extern ConvertFunction convert_date, convert_time, convert_timestamp, convert_timestamptz;
extern ConvertFunction convert_separated; /* numbers with separators, then "plain" */
extern ConvertFunction convert_formatted; /* dates and timestamps by datetime_format */
extern ConvertFunction convert_text, convert_varchar, convert_bpchar;
extern ConvertFunction convert_json;

#endif
