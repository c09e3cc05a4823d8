/*
 * contracts.h: versions of contracts.
 */
#ifndef INGEST_MANIFEST_CONTRACTS_H
#define INGEST_MANIFEST_CONTRACTS_H

typedef struct ManifestContract
{
	Oid target;
	int version;
	char *contract; /* jsonb as text */
	char *search_path;
} ManifestContract;

/* Version 0 is the newest.  NULL when there is none. */
extern ManifestContract *manifest_contract(Oid target, int version);

/*
 * Adds a version and returns its number; that of the newest if it says the same.  The caller
 * holds a lock on the target that others who do this wait for.
 */
extern int manifest_add_contract(const ManifestContract *contract);

/* What holds for rows of target: its definition, and the newest contract; jsonb as text. */
extern char *manifest_effective_contract(Oid target);

#endif
