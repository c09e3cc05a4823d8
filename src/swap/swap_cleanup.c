/*
 * swap_cleanup.c: drops the tables that swaps have replaced.
 *
 * In: an age.  Out: dropped tables, their swaps 'cleaned'.  Only what still has
 * the name that the swap gave it is dropped: who renames a table keeps it.
 */
#include "postgres.h"

#include "swap/swap_parts.h"

#include "access/xact.h"
#include "compat.h"
#include "commands/defrem.h"
#include "manifest/swaps.h"
#include "miscadmin.h"
#include "swap/caller_sql.h"
#include "swap/compare.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

static bool
may_be_dropped(const ManifestSwap *swap)
{
	char *name = get_rel_name(swap->old_partition);
	char *given =
		makeObjectName(swap->partition_name, "swapped", psprintf(INT64_FORMAT, swap->swap_id));

	return strcmp(name, given) == 0 && !get_rel_relispartition(swap->old_partition) &&
		   compat_owns_relation(swap->old_partition, GetUserId());
}

/* The name of the dropped table, or NULL. */
static char *
clean(const ManifestSwap *swap)
{
	char *name = caller_relation_name(swap->old_partition);
	char *failure = compare_try(psprintf("DROP TABLE %s", name));

	if (failure == NULL)
	{
		manifest_finish_swap(swap->swap_id, "cleaned");
		return name;
	}
	ereport(WARNING, (errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
					  errmsg("could not drop %s, which swap " INT64_FORMAT " replaced: %s", name,
							 swap->swap_id, failure)));
	return NULL;
}

List *
swap_cleanup(int64 older_than)
{
	int nest_level = caller_settings_begin();
	List *dropped = NIL;
	ListCell *lc;

	foreach (lc, manifest_swaps_to_clean(older_than))
	{
		ManifestSwap *swap = manifest_swap(*(int64 *) lfirst(lc));
		char *name = NULL;

		CHECK_FOR_INTERRUPTS();
		if (get_rel_name(swap->old_partition) == NULL)
			manifest_finish_swap(swap->swap_id, "cleaned");
		else if (may_be_dropped(swap))
			name = clean(swap);
		if (name != NULL)
			dropped = lappend(dropped, name);
	}
	caller_settings_end(nest_level);
	return dropped;
}
