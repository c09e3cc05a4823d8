/*
 * access.c: privilege checks of the SQL functions.
 */
#include "postgres.h"

#include "api/access.h"

#include "access/relation.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "compat.h"

void
access_check_files(void)
{
	if (has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to read files of the server"),
			 errdetail("Only roles with privileges of the \"%s\" role may load server files.",
					   "pg_read_server_files")));
}

static void
check_rights(Oid target, AclMode rights)
{
	static const struct
	{
		AclMode right;
		const char *name;
	} names[] = {{ACL_INSERT, "INSERT"},
				 {ACL_SELECT, "SELECT"},
				 {ACL_UPDATE, "UPDATE"},
				 {ACL_DELETE, "DELETE"}};
	int i;

	for (i = 0; i < (int) lengthof(names); i++)
	{
		if ((rights & names[i].right) == 0 ||
			pg_class_aclcheck(target, GetUserId(), names[i].right) == ACLCHECK_OK)
			continue;
		ereport(
			ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for table %s", get_rel_name(target)),
			 errdetail("The %s privilege on the whole table is needed to load into it this way.",
					   names[i].name)));
	}
}

/* A kind of relation that can be loaded. */
static void
check_kind(Oid target)
{
	char relkind = get_rel_relkind(target);

	if (relkind == '\0')
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", target)));
	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("cannot load into \"%s\"", get_rel_name(target)),
						errdetail("Only ordinary and partitioned tables can be loaded.")));
}

void
access_check_owner(Oid target)
{
	check_kind(target);
	if (!compat_owns_relation(target, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(target));
}

void
access_check_readable(Oid target)
{
	check_kind(target);
	if (pg_class_aclcheck(target, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(target));
}

void
access_check_target(Oid target, AclMode rights)
{
	check_kind(target);
	check_rights(target, rights);
	if (check_enable_rls(target, InvalidOid, false) == RLS_ENABLED)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("loading into table \"%s\" is not supported with row-level security",
							   get_rel_name(target)),
						errhint("Load as a role that row-level security does not apply to.")));
}

Relation
access_open_loadable(Oid target, LOCKMODE lockmode)
{
	Relation rel = try_relation_open(target, lockmode);

	if (rel == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", target),
						errdetail("It was dropped by another transaction.")));
	if (RELATION_IS_OTHER_TEMP(rel))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot load into temporary tables of other sessions")));
	return rel;
}

Relation
access_open_target(Oid target)
{
	return access_open_loadable(target, RowExclusiveLock);
}
