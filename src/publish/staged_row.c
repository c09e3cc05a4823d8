/*
 * staged_row.c: staged rows in the layout of the target.
 *
 * In: slots of a SELECT of staged rows.  Out: values, as they are or as they
 * are assigned.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/staged.h"
#include "publish/staged_row.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/rel.h"

typedef struct StagedColumn
{
	int from; /* attribute of the slot, from 0 */
	int to;   /* of the target, from 0 */
	bool updated;
	ExprState *assignment; /* NULL: the value as it is */
} StagedColumn;

struct StagedRowReader
{
	StagedColumn *columns;
	int ncolumns;
	bool coerces; /* at least one column has an assignment */
	StagedRow row;
	ExprContext *context;
};

/* What INSERT would do with a value of the staged column. */
static ExprState *
assignment(Form_pg_attribute staged, Form_pg_attribute target)
{
	Node *value;

	if (staged->atttypid == target->atttypid && staged->atttypmod == target->atttypmod)
		return NULL;
	value = coerce_to_target_type(NULL,
								  (Node *) makeVar(1, staged->attnum, staged->atttypid,
												   staged->atttypmod, staged->attcollation, 0),
								  staged->atttypid, target->atttypid, target->atttypmod,
								  COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (value == NULL)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" is of another type than what is staged",
							   NameStr(target->attname))));
	return ExecInitExpr(expression_planner((Expr *) value), NULL);
}

StagedRowReader *
staged_row_reader_create(Relation target, TupleDesc desc, List *updated)
{
	StagedRowReader *reader = palloc0(sizeof(StagedRowReader));
	int natts = Max(RelationGetDescr(target)->natts, 1);
	int i;

	reader->columns = palloc0(desc->natts * sizeof(StagedColumn));
	reader->row.values = palloc0(natts * sizeof(Datum));
	reader->row.nulls = palloc(natts * sizeof(bool));
	memset(reader->row.nulls, true, natts * sizeof(bool));
	reader->context = CreateStandaloneExprContext();
	for (i = STAGED_ROW_ATTNUM; i < desc->natts; i++)
	{
		StagedColumn *column = &reader->columns[reader->ncolumns++];
		Form_pg_attribute from = TupleDescAttr(desc, i);
		Form_pg_attribute to = conditions_attribute(target, NameStr(from->attname));

		column->from = i;
		column->to = to->attnum - 1;
		column->updated = conditions_has_name(updated, NameStr(from->attname));
		column->assignment = assignment(from, to);
		reader->coerces = reader->coerces || column->assignment != NULL;
	}
	return reader;
}

StagedPosition
staged_row_read(StagedRowReader *reader, TupleTableSlot *slot, StagedRow *row)
{
	StagedPosition position;
	int i;

	slot_getallattrs(slot);
	reader->context->ecxt_scantuple = slot;
	for (i = 0; i < reader->ncolumns; i++)
	{
		const StagedColumn *column = &reader->columns[i];

		reader->row.values[column->to] = slot->tts_values[column->from];
		reader->row.nulls[column->to] = slot->tts_isnull[column->from];
	}
	*row = reader->row;
	position.file_no = DatumGetInt32(slot->tts_values[STAGED_FILE_ATTNUM - 1]);
	position.record = DatumGetInt64(slot->tts_values[STAGED_ROW_ATTNUM - 1]);
	return position;
}

static void
coerce(StagedRowReader *reader, StagedRow *row, bool updated_only)
{
	int i;

	for (i = 0; reader->coerces && i < reader->ncolumns; i++)
	{
		const StagedColumn *column = &reader->columns[i];

		if (column->assignment != NULL && (column->updated || !updated_only))
			row->values[column->to] =
				ExecEvalExpr(column->assignment, reader->context, &row->nulls[column->to]);
	}
}

void
staged_row_coerce_all(StagedRowReader *reader, StagedRow *row)
{
	coerce(reader, row, false);
}

void
staged_row_coerce_updated(StagedRowReader *reader, StagedRow *row)
{
	coerce(reader, row, true);
}
