/*
 * parquet_domains.c: values of domains.
 *
 * In: a run whose values were converted for the domain's base type.  Out: those that break a
 * constraint are failures.  Constraints may raise any error: a run is checked in one guarded
 * call, which goes on behind the value that an error struck.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "contract/convert_verdict.h"
#include "contract/guard.h"
#include "contract/parquet_internal.h"

typedef struct DomainRun
{
	Converter *converter;
	const ParquetRun *run;
	const bool *is_doubt;
	uint32 next;
} DomainRun;

/* Checks values from run->next on; a raised error leaves it at its value. */
static void
check_values(void *arg)
{
	DomainRun *domain = arg;
	const ParquetRun *run = domain->run;
	Converter *converter = domain->converter;

	for (; domain->next < run->n; domain->next++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!domain->is_doubt[domain->next])
			domain_check(run->values[domain->next * run->stride], false, converter->type,
						 &converter->domain_state, converter->input.fn_mcxt);
	}
}

/* As fail_from_error() of convert_cells.c: a constraint, or an error that it raised. */
static void
fail(ParquetScalar *scalar, ParquetRun *run, uint32 i, const ErrorData *error)
{
	bool constraint = error->sqlerrcode == ERRCODE_CHECK_VIOLATION ||
					  error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION;

	parquet_refuse_range(scalar, run, i);
	run->doubts[run->ndoubts - 1].failure =
		convert_failure(constraint ? "domain" : "type", error->sqlerrcode,
						error->detail != NULL && error->detail[0] != '\0'
							? psprintf("%s: %s", error->message, error->detail)
							: pstrdup(error->message));
}

void
parquet_convert_domain(ParquetScalar *scalar, ParquetRun *run)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);
	bool *is_doubt = palloc0(Max(run->n, 1) * sizeof(bool));
	DomainRun domain = {scalar->rendered, run, is_doubt, 0};
	uint32 first = run->ndoubts;
	ErrorData *error;
	uint32 i;

	scalar->plain(scalar, run);
	for (i = first; i < run->ndoubts; i++)
		is_doubt[run->doubts[i].index] = true;
	while (!guard_call(check_values, &domain, &error))
	{
		fail(scalar, run, domain.next, error);
		FreeErrorData(error);
		domain.next++;
	}
	pfree(is_doubt);
	MemoryContextSwitchTo(oldcontext);
}
