/*
 * version_comparison.h: a staged row against the target's row of its key.
 */
#ifndef INGEST_PUBLISH_VERSION_COMPARISON_H
#define INGEST_PUBLISH_VERSION_COMPARISON_H

#include "executor/tuptable.h"
#include "publish/publish.h"
#include "publish/staged_row.h"

typedef enum VersionVerdict
{
	VERSION_SAME,      /* nothing to write */
	VERSION_DIFFERENT, /* one of the updated columns differs */
	VERSION_OLDER      /* the staged row is the older one: see update_if_newer */
} VersionVerdict;

typedef struct VersionComparison VersionComparison; /* opaque */

/* updated: columns, of char *, that an update would set.  Lives in CurrentMemoryContext. */
extern VersionComparison *version_comparison_create(const PublishRequest *request, List *updated);

/*
 * Decides as conditions_append_older() and conditions_append_different() do in
 * SQL.  Comparing may allocate in CurrentMemoryContext.
 */
extern VersionVerdict version_comparison_decide(VersionComparison *comparison,
												const StagedRow *staged, TupleTableSlot *target);

#endif
