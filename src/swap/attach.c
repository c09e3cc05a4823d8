/*
 * attach.c: DETACH, ATTACH, and the names.
 *
 * In: tables that are compared and locked.  Out: the replacement is the
 * partition and has its name.  ALTER TABLE does the work, so event triggers
 * and hooks see what they always see.
 */
#include "postgres.h"

#include "swap/swap_parts.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "swap/bound.h"
#include "swap/caller_sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static void
rename_relation(const char *kind, Oid relid, const char *name)
{
	if (strcmp(get_rel_name(relid), name) != 0)
		caller_execute(psprintf("ALTER %s %s RENAME TO %s", kind, caller_relation_name(relid),
								quote_identifier(name)));
}

/* The name with the swap's id, if some relation of the schema has it. */
static void
rename_if_taken(const Swap *swap, const char *kind, Oid relid, Oid schema)
{
	char *name = get_rel_name(relid);

	if (OidIsValid(get_relname_relid(name, schema)))
		rename_relation(kind, relid,
						makeObjectName(name, psprintf(INT64_FORMAT, swap->swap_id), NULL));
}

/* A replacement of another schema moves into the partition's, with its indexes. */
void
attach_make_way(const Swap *swap)
{
	Oid replacement = swap->request.replacement;
	Oid schema = get_rel_namespace(swap->request.partition);
	Relation table;
	List *indexes;
	ListCell *lc;

	if (schema == get_rel_namespace(replacement))
		return;
	table = table_open(replacement, NoLock);
	indexes = list_copy(RelationGetIndexList(table));
	table_close(table, NoLock);
	foreach (lc, indexes)
		rename_if_taken(swap, "INDEX", lfirst_oid(lc), schema);
	rename_if_taken(swap, "TABLE", replacement, schema);
	caller_execute(psprintf("ALTER TABLE %s SET SCHEMA %s", caller_relation_name(replacement),
							quote_identifier(swap->schema)));
}

void
attach_replacement(const Swap *swap)
{
	const SwapRequest *request = &swap->request;
	char *parent = caller_relation_name(request->parent);
	char *bound = bound_text(request->partition);

	caller_execute(psprintf("ALTER TABLE %s DETACH PARTITION %s", parent,
							caller_relation_name(request->partition)));
	caller_execute(psprintf("ALTER TABLE %s ATTACH PARTITION %s %s", parent,
							caller_relation_name(request->replacement), bound));
	rename_relation("TABLE", request->partition, swap->old_name);
	rename_relation("TABLE", request->replacement, swap->name);
	bound_drop_check(request->replacement);
}
