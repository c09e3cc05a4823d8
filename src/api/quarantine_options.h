/*
 * quarantine_options.h: which rows of quarantine a call is about.
 */
#ifndef INGEST_API_QUARANTINE_OPTIONS_H
#define INGEST_API_QUARANTINE_OPTIONS_H

#include "manifest/quarantine_queue.h"
#include "utils/jsonb.h"

/*
 * Reads the filters "load_id", "file", "rule" and "column" from options, each one value or an array,
 * and returns what else there is.  Raises 22023 for values of another type.
 */
extern Jsonb *quarantine_options_filter(Jsonb *options, QueueFilter *filter);

/* The member of that name, taken from *options; NULL: there is none. */
extern JsonbValue *quarantine_options_take(Jsonb **options, const char *name);

/* The value or values of a member as texts, of char *; NULL gives NIL. */
extern List *quarantine_options_texts(const JsonbValue *value, const char *name);

/* Raises 22023 if options has a member, naming it; valid: those that there may be. */
extern void quarantine_options_check_empty(Jsonb *options, const char *valid);

#endif
