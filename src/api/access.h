/*
 * access.h: may this role do that?
 */
#ifndef INGEST_API_ACCESS_H
#define INGEST_API_ACCESS_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

/* Reading server files: superuser or pg_read_server_files. */
extern void access_check_files(void);

/*
 * An ordinary or partitioned table on which the role has the rights, without
 * row-level security for it. Takes no lock: to be called before the one that
 * makes loads serial.
 */
extern void access_check_target(Oid target, AclMode rights);

/* The relation's owner, for what goes by ownership. */
extern void access_check_owner(Oid target);

/* The SELECT privilege on a table, which is all that reading about it takes. */
extern void access_check_readable(Oid target);

/* Opens a target that is checked, with RowExclusiveLock. */
extern Relation access_open_target(Oid target);

/* The same with another lock. */
extern Relation access_open_loadable(Oid target, LOCKMODE lockmode);

#endif
