/*
 * caller_rights.c: the rights under which values are converted and checked.
 */
#include "postgres.h"

#include "stage/caller_rights.h"

#include "miscadmin.h"
#include "utils/guc.h"

void
caller_rights_take(Oid caller, CallerRights *saved)
{
	GetUserIdAndSecContext(&saved->user, &saved->context);
	SetUserIdAndSecContext(caller, saved->context | SECURITY_LOCAL_USERID_CHANGE |
									   SECURITY_RESTRICTED_OPERATION);
	saved->guc_level = NewGUCNestLevel();
}

void
caller_rights_leave(const CallerRights *saved)
{
	AtEOXact_GUC(false, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->context);
}
