/*
 * arguments.h: arguments that several SQL functions take.
 */
#ifndef INGEST_API_ARGUMENTS_H
#define INGEST_API_ARGUMENTS_H

#include "fmgr.h"
#include "options/options.h"
#include "publish/publish.h"

/* How rows go into the target. */
typedef struct StrategyArgument
{
	const PublishStrategy *strategy;
	List *key; /* of char *; NIL if the strategy has none */
} StrategyArgument;

/* A text[] argument as a list of char *; NIL for NULL. */
extern List *argument_texts(FunctionCallInfo fcinfo, int arg);

/* NULL for NULL. */
extern char *argument_text(FunctionCallInfo fcinfo, int arg);

/* Raises an error if the argument is NULL. */
extern void argument_require(FunctionCallInfo fcinfo, int arg, const char *name);

/* The options argument, '{}' for NULL. */
extern Jsonb *argument_options(FunctionCallInfo fcinfo, int arg);

/*
 * By default upsert with a key (given, or the primary key), else append. The
 * key's columns exist, each named once, and the caller has the rights on the
 * target that the strategy needs.
 */
extern StrategyArgument argument_strategy(Relation target, const char *name, List *unique_key);

#endif
