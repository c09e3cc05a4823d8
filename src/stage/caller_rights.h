/*
 * caller_rights.h: running other people's code as the caller of the load.
 *
 * Input functions, domains and CHECKs run with the rights of the caller, cannot
 * change role, and leave no setting behind.
 */
#ifndef INGEST_STAGE_CALLER_RIGHTS_H
#define INGEST_STAGE_CALLER_RIGHTS_H

/* What caller_rights_take() replaced; an abort of the transaction puts it back as well. */
typedef struct CallerRights
{
	Oid user;
	int context;
	int guc_level;
} CallerRights;

extern void caller_rights_take(Oid caller, CallerRights *saved);
extern void caller_rights_leave(const CallerRights *saved);

#endif
