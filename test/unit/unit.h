/*
 * unit.h: checks for unit tests that need no server.
 *
 * A failed check prints one line and the test goes on.  A test program ends
 * with "return unit_finish();", which prints "N passed, N failed".
 */
#ifndef INGEST_TEST_UNIT_H
#define INGEST_TEST_UNIT_H

#include <stdbool.h>
#include <stdio.h>

static unsigned long unit_passed = 0;
static unsigned long unit_failed = 0;

/* Counts one check; what and detail (may be NULL) describe it when it fails. */
static inline bool
unit_check(bool ok, const char *file, int line, const char *what, const char *detail)
{
	if (ok)
		unit_passed++;
	else
	{
		unit_failed++;
		printf("%s:%d: failed: %s%s%s\n", file, line, what, detail != NULL ? ": " : "",
			   detail != NULL ? detail : "");
	}
	return ok;
}

#define CHECK(condition) unit_check((condition), __FILE__, __LINE__, #condition, NULL)
#define CHECK_NOTE(condition, detail) \
	unit_check((condition), __FILE__, __LINE__, #condition, detail)

static inline int
unit_finish(void)
{
	printf("%lu passed, %lu failed\n", unit_passed, unit_failed);
	return unit_failed == 0 ? 0 : 1;
}

#endif
