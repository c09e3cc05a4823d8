/*
 * audit.h: staged rows against what a contract says of all of them together, before they are published.
 *
 * Runs in the caller's transaction and with the caller's rights.  First rows that refer to nothing
 * or repeat what must be unique leave the lanes for quarantine; then the checks of the dataset run
 * on what is left.
 */
#ifndef INGEST_AUDIT_AUDIT_H
#define INGEST_AUDIT_AUDIT_H

#include "contract/document.h"
#include "manifest/manifest.h"
#include "utils/rel.h"

typedef struct AuditRequest
{
	int64 load_id;
	Relation target;
	const ContractDocument *document;
	List *lanes;   /* of Oid; readable for the caller */
	List *columns; /* of char *: columns of the target that the lanes carry */
	List *key;     /* of char *: the unique key, NIL if the strategy has none */
	List *accept;  /* of char *: names of checks that may fail */
} AuditRequest;

typedef struct AuditOutcome
{
	int64 removed;  /* rows that went from the lanes into quarantine */
	List *results;  /* of ManifestCheck * */
	char *rejected; /* which checks of severity error failed and why; NULL: none */
} AuditOutcome;

/* Error when accept names a check that the contract has not. */
extern void audit_run(const AuditRequest *request, AuditOutcome *outcome);

/* Notes what of "references", "unique" and "checks" does not fit the target. */
extern void audit_verify(Relation target, const ContractDocument *document, DocumentErrors *errors);

#endif
