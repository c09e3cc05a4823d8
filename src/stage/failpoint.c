/*
 * failpoint.c: see failpoint.h.
 */
#include "postgres.h"

#include "stage/failpoint.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "settings.h"
#include "storage/latch.h"
#include "utils/backend_status.h"

#ifdef PG_INGEST_FAILPOINTS
void
failpoint_reached(const char *name)
{
	if (settings_debug_failpoint == NULL || strcmp(settings_debug_failpoint, name) != 0)
		return;
	pgstat_report_activity(STATE_RUNNING, psprintf("failpoint %s", name));
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 100,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}
#endif
