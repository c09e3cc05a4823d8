/*
 * convert_verdict.h: the failures of values.
 *
 * Failures and their messages live in CurrentMemoryContext.
 */
#ifndef INGEST_CONTRACT_CONVERT_VERDICT_H
#define INGEST_CONTRACT_CONVERT_VERDICT_H

#include "contract/convert_internal.h"

/* A value as its input function takes it, NUL-terminated, and as the file has it. */
typedef struct CellText
{
	char *text;
	size_t len;
	const char *data;
	size_t data_len;
} CellText;

/* convert_reject.c */

extern ConvertFailure *convert_failure(const char *rule, int sqlstate, const char *message);

/* "invalid input syntax for type ..." as the input function of the base type says it. */
extern ConvertFailure *convert_syntax_failure(const Converter *converter, const CellText *value);

/* The failure of a text that is not in the column's datetime_format. */
extern ConvertFailure *convert_format_failure(const Converter *converter, DatetimeMatch match,
											  const CellText *value);

/*
 * The failure the input function is certain to raise for this text, with the same
 * SQLSTATE and message; NULL if only the input function knows.
 */
extern ConvertFailure *convert_reject(const Converter *converter, const CellText *value);

/* convert_lossy.c */

/* Whether result, which the input function made of the text, says less than the text. */
extern bool convert_is_lossy(Converter *converter, const CellText *value, Datum result);

extern ConvertFailure *convert_lossy_failure(const Converter *converter, const CellText *value);

#endif
