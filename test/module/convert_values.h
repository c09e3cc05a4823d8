/*
 * convert_values.h: random texts for the tests of converters.
 */
#ifndef INGEST_TEST_CONVERT_VALUES_H
#define INGEST_TEST_CONVERT_VALUES_H

#include "common/pg_prng.h"
#include "lib/stringinfo.h"

/*
 * Replaces text by a random one for a column of the type: a valid form, an edge
 * case, or one of these with a few characters changed. Valid in any server
 * encoding if ascii, else in UTF-8; never with a NUL byte.
 */
extern void random_text(pg_prng_state *prng, Oid type, bool ascii, StringInfo text);

#endif
