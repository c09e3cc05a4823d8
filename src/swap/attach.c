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

static List *
indexes_of(Oid relid)
{
	Relation table = table_open(relid, AccessShareLock);
	List *indexes = list_copy(RelationGetIndexList(table));

	table_close(table, NoLock);
	return indexes;
}

/*
 * A replacement of another schema moves into the partition's.  An index of the
 * partition that has the name of one of the replacement's is renamed; that needs
 * no lock against readers.
 */
void
attach_make_way(const Swap *swap)
{
	const SwapRequest *request = &swap->request;
	char *suffix = psprintf(INT64_FORMAT, swap->swap_id);
	Oid schema = get_rel_namespace(request->partition);
	ListCell *lc;

	if (schema == get_rel_namespace(request->replacement))
		return;
	foreach (lc, indexes_of(request->replacement))
	{
		char *name = get_rel_name(lfirst_oid(lc));
		Oid other = get_relname_relid(name, schema);

		if (OidIsValid(other) && list_member_oid(indexes_of(request->partition), other))
			rename_relation("INDEX", other, makeObjectName(name, "swapped", suffix));
	}
	if (OidIsValid(get_relname_relid(get_rel_name(request->replacement), schema)))
		rename_relation("TABLE", request->replacement,
						makeObjectName(swap->source_name, "replacement", suffix));
	caller_execute(psprintf("ALTER TABLE %s SET SCHEMA %s",
							caller_relation_name(request->replacement),
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
