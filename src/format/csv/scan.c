/*
 * scan.c: which scan engine runs, and what it is told to look for.
 *
 * The choice is made once per process from what the CPU offers; the only state
 * is that choice, which tests may override.
 */
#include "format/csv/scan.h"

#include "format/csv/reader.h"

#include <string.h>

#define MAX_ENGINES 3

/* NULL: not chosen yet. */
static const CsvScanEngine *engine_in_use = NULL;

/* Fills engines[] with what this CPU can run, best last; returns how many. */
static size_t
available_engines(const CsvScanEngine *engines[MAX_ENGINES])
{
	size_t n = 0;

	engines[n++] = &csv_scan_portable;
#if defined(__SSE2__)
	engines[n++] = &csv_scan_sse2;
#endif
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		__builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul"))
		engines[n++] = &csv_scan_avx2;
#endif
	return n;
}

const CsvScanEngine *
csv_scan_engine(void)
{
	if (engine_in_use == NULL)
		csv_scan_use_engine(NULL);
	return engine_in_use;
}

bool
csv_scan_use_engine(const char *name)
{
	const CsvScanEngine *engines[MAX_ENGINES];
	const size_t n = available_engines(engines);
	size_t i;

	if (name == NULL)
	{
		engine_in_use = engines[n - 1];
		return true;
	}
	for (i = 0; i < n; i++)
	{
		if (strcmp(engines[i]->name, name) == 0)
		{
			engine_in_use = engines[i];
			return true;
		}
	}
	return false;
}

const char *const *
csv_scan_engines(void)
{
	static const char *names[MAX_ENGINES + 1];
	const CsvScanEngine *engines[MAX_ENGINES];
	const size_t n = available_engines(engines);
	size_t i;

	for (i = 0; i < n; i++)
		names[i] = engines[i]->name;
	names[n] = NULL;
	return names;
}

void
csv_scan_set_init(CsvScanSet *set, const CsvDialect *dialect)
{
	set->newline = dialect->newline;
	set->delimiter = dialect->delimiter[0];
	set->quote = dialect->quote;
	set->comment = dialect->comment;
	set->quote_mask = dialect->quote != '\0' ? ~UINT64_C(0) : 0;
	set->cr_mask = dialect->newline == '\n' ? ~UINT64_C(0) : 0;
	set->comments = dialect->comment != '\0';
	set->quotes_by_record = dialect->delimiter_len != 1 || dialect->escape != dialect->quote;
}
