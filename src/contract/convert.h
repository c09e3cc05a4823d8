/*
 * convert.h: text values to Datums.
 *
 * Two steps.  converter_try() is the fast path: a strict grammar per type,
 * no palloc, no error.  What it does not decide is collected by the caller as
 * ConvertCells and decided by convert_cells() with the type's input function,
 * inside soft errors (PostgreSQL 16+) or subtransactions (15).
 * Results are bit-identical to the type's input function with the session's
 * DateStyle, IntervalStyle and TimeZone, except that a varlena of up to 126
 * bytes may have the 1-byte header.
 */
#ifndef INGEST_CONTRACT_CONVERT_H
#define INGEST_CONTRACT_CONVERT_H

#include "nodes/pg_list.h"
#include "utils/palloc.h"

/* How values are written, from the options; NULL or '\0' where not set. */
typedef struct ConvertFormat
{
	const char *dateformat;      /* strptime style, "%d/%m/%Y" */
	const char *timestampformat; /* strptime style */
	char decimal_separator;      /* '.' unless set */
	char thousands;              /* '\0': none */
	bool allow_lossy;            /* round and truncate as the input function does */
	List *true_words;            /* of char *: what alone booleans are written as; NIL: as usual */
	List *false_words;
} ConvertFormat;

/* Bump allocator for by-reference values; lives as long as a batch. */
typedef struct ConvertArena
{
	MemoryContext context; /* reset by the owner together with the arena */
	char *pos;
	char *end;
} ConvertArena;

extern void convert_arena_init(ConvertArena *arena, MemoryContext context);
/* After the owner has reset the context. */
extern void convert_arena_reset(ConvertArena *arena);

typedef enum ConvertStatus
{
	CONVERT_OK,
	CONVERT_UNDECIDED, /* outside the strict grammar: convert_cells() decides */
} ConvertStatus;

typedef struct Converter Converter; /* one column; opaque */

/* Allocated in CurrentMemoryContext. Errors on an unusable format string (22023). */
extern Converter *converter_create(Oid type, int32 typmod, const ConvertFormat *format);

/*
 * The fast path: the value if the text is within the converter's grammar, else
 * CONVERT_UNDECIDED.  Raises nothing but out of memory.
 */
typedef ConvertStatus ConvertFunction(const Converter *converter, const char *data, size_t len,
									  ConvertArena *arena, Datum *value);

/* What converter_try() calls, for loops that want to call it themselves. */
extern ConvertFunction *converter_function(const Converter *converter);

extern ConvertStatus converter_try(const Converter *converter, const char *data, size_t len,
								   ConvertArena *arena, Datum *value);

/* Why a value was refused. All strings live in the batch context. */
typedef struct ConvertFailure
{
	/* "type" (cannot be converted), "domain" (breaks its constraint), "lossy" (would be changed) */
	const char *rule;
	int sqlstate;
	const char *message;
} ConvertFailure;

/* A value that converter_try() left undecided; never NULL. */
typedef struct ConvertCell
{
	Converter *converter;
	const char *data; /* in the server encoding, valid, no NUL byte; not NUL-terminated */
	uint32 len;
	uint32 row;              /* the caller's, untouched */
	uint32 column;           /* the caller's, untouched */
	Datum value;             /* out */
	ConvertFailure *failure; /* out: NULL when value is good */
} ConvertCell;

/*
 * Decides every cell. Values and failures are allocated in CurrentMemoryContext
 * (the batch's). Raises only what is not about the data: cancel, resources,
 * internal errors. Needs a transaction, no parallel mode, and an active snapshot
 * for domains whose constraints call functions.
 */
extern void convert_cells(ConvertCell *cells, int ncells);

#endif
