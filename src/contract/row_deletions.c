/*
 * row_deletions.c: rows that say that a row of the target is to be deleted.
 *
 * in:  converted rows, the column of option "hard_delete"
 * out: a mark on these rows: of a deletion only the key has to be complete
 *
 * Feeds of changes leave the other columns of a deletion empty.
 */
#include "postgres.h"

#include "contract/row_deletions.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* As conditions_append_deletes(): text may be that of a boolean. */
static bool
says_delete(Oid type, Datum value)
{
	Oid output;
	bool is_varlena;
	const char *text;

	if (getBaseType(type) == BOOLOID)
		return DatumGetBool(value);
	getTypeOutputInfo(type, &output, &is_varlena);
	text = OidOutputFunctionCall(output, value);
	return pg_strcasecmp(text, "d") == 0 || pg_strcasecmp(text, "delete") == 0 ||
		   pg_strcasecmp(text, "t") == 0 || pg_strcasecmp(text, "true") == 0;
}

void
row_deletions_mark(const ContractSpec *spec, RowBatch *batch)
{
	MemoryContext caller = MemoryContextSwitchTo(batch->context);
	int row;

	for (row = 0; row < batch->nrows; row++)
	{
		size_t cell = (size_t) row * batch->natts + spec->deletion;

		batch->rows[row].is_deletion =
			batch_row_is_checked(&batch->rows[row]) && !batch->nulls[cell] &&
			says_delete(spec->columns[spec->deletion].type, batch->values[cell]);
	}
	MemoryContextSwitchTo(caller);
}
