/*
 * publish_load.h: staged rows of a load into its target, judged before.
 */
#ifndef INGEST_API_PUBLISH_LOAD_H
#define INGEST_API_PUBLISH_LOAD_H

#include "api/arguments.h"
#include "api/contract_functions.h"
#include "manifest/manifest.h"
#include "options/options.h"
#include "utils/rel.h"

/*
 * Publishes a staged load, or one that its checks have rejected, and closes the target; counts says
 * what it did.  When a check of terms->document fails, the load is rejected: an error, and as far
 * as that can outlive it, what was found is noted and the lanes are kept.
 */
extern void publish_load(ManifestLoad *load, Relation target, const StrategyArgument *strategy,
						 const LoadTerms *terms, ManifestCounts *counts);

/* Tells the caller of rows of the load that are in quarantine. */
extern void publish_load_warn(int64 load_id, const ManifestCounts *counts);

#endif
