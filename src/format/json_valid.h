/*
 * json_valid.h: the grammar of JSON.
 */
#ifndef INGEST_FORMAT_JSON_VALID_H
#define INGEST_FORMAT_JSON_VALID_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is it one JSON text (RFC 8259) of limited depth, that jsonb could hold?  A text that is not may
 * still be one: who gets false and must know asks PostgreSQL.  The encoding is not looked at.
 */
extern bool json_is_valid(const char *data, size_t len);

#endif
