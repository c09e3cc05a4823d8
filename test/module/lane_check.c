/*
 * lane_check.c: drives the lane writer from SQL.
 *
 * Rows come either from a seed, so that both ways of writing can be given the
 * same ones, or from another table, so that SQL can make up any row.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "stage/lane_writer.h"

PG_FUNCTION_INFO_V1(lane_check_write);
PG_FUNCTION_INFO_V1(lane_check_copy);
PG_FUNCTION_INFO_V1(lane_check_time);
PG_FUNCTION_INFO_V1(lane_check_two_writers);
PG_FUNCTION_INFO_V1(lane_check_subtransaction);

/* Distinct rows that lane_check_time writes over and over. */
#define TIMED_ROWS 1000

typedef struct RowMaker
{
	pg_prng_state prng;
	bool timed; /* no NULL, short values only */
} RowMaker;

static uint64
between(RowMaker *maker, uint64 low, uint64 high)
{
	return pg_prng_uint64_range(&maker->prng, low, high);
}

static uint64
random_length(RowMaker *maker)
{
	uint64 die = between(maker, 0, 999);

	if (maker->timed)
		return between(maker, 5, 25);
	if (die < 900)
		return between(maker, 0, 40);
	if (die < 980)
		return between(maker, 41, 400);
	if (die < 998)
		return between(maker, 401, 12000);
	return between(maker, 12001, 1500000);
}

/* Half of the texts repeat one word, the others do not compress. */
static Datum
random_text(RowMaker *maker)
{
	uint64 length = random_length(maker);
	bool compressible = !maker->timed && between(maker, 0, 1) == 0;
	text *result = palloc(VARHDRSZ + length);
	char *chars = VARDATA(result);
	uint64 i;

	SET_VARSIZE(result, VARHDRSZ + length);
	for (i = 0; i < length; i++)
		chars[i] = compressible ? "lane "[i % 5] : (char) between(maker, '0', 'z');
	return PointerGetDatum(result);
}

static Datum
make_numeric(RowMaker *maker)
{
	int64 value = (int64) between(maker, 0, 99999999);
	char digits[200];
	int i;

	if (maker->timed || between(maker, 0, 9) > 0)
		return NumericGetDatum(int64_div_fast_to_numeric(value, 2));

	for (i = 0; i < (int) sizeof(digits) - 1; i++)
		digits[i] = (char) between(maker, '1', '9');
	digits[i] = '\0';
	return DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

/* Every second array is an expanded object, some of them longer than a page. */
static Datum
random_array(RowMaker *maker)
{
	int length = (int) between(maker, 0, between(maker, 0, 99) == 0 ? 5000 : 9);
	Datum *elements = palloc(sizeof(Datum) * Max(length, 1));
	Datum array;
	int i;

	for (i = 0; i < length; i++)
		elements[i] = Int32GetDatum((int32) between(maker, 0, PG_INT32_MAX));
	array = PointerGetDatum(
		construct_array(elements, length, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	if (between(maker, 0, 1) == 0)
		array = expand_array(array, CurrentMemoryContext, NULL);
	return array;
}

static Datum
random_value(RowMaker *maker, Oid type)
{
	switch (type)
	{
		case BOOLOID:
			return BoolGetDatum(between(maker, 0, 1) == 1);
		case INT2OID:
			return Int16GetDatum((int16) between(maker, 0, PG_INT16_MAX));
		case INT4OID:
			return Int32GetDatum((int32) between(maker, 0, PG_INT32_MAX));
		case INT8OID:
			return Int64GetDatum((int64) between(maker, 0, PG_INT64_MAX));
		case FLOAT8OID:
			return Float8GetDatum(pg_prng_double(&maker->prng));
		case TIMESTAMPTZOID:
			return TimestampTzGetDatum((TimestampTz) between(maker, 0, USECS_PER_DAY * 10000));
		case NUMERICOID:
			return make_numeric(maker);
		case TEXTOID:
			return random_text(maker);
		case INT4ARRAYOID:
			return random_array(maker);
		default:
			elog(ERROR, "no random values for type %u", type);
	}
}

static void
make_row(RowMaker *maker, TupleDesc desc, Datum *values, bool *isnull)
{
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		isnull[i] = att->attisdropped || (!maker->timed && between(maker, 0, 7) == 0);
		values[i] = isnull[i] ? (Datum) 0 : random_value(maker, att->atttypid);
	}
}

/* lane_check_write(lane, n, whole_pages, seed): appends n rows that depend on seed alone. */
Datum
lane_check_write(PG_FUNCTION_ARGS)
{
	Relation lane = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	int64 n = PG_GETARG_INT64(1);
	LaneWriter *writer = lane_writer_begin(lane, PG_GETARG_BOOL(2));
	TupleDesc desc = RelationGetDescr(lane);
	Datum *values = palloc(sizeof(Datum) * desc->natts);
	bool *isnull = palloc(sizeof(bool) * desc->natts);
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "row", ALLOCSET_DEFAULT_SIZES);
	RowMaker maker = {.timed = false};
	int64 i;

	pg_prng_seed(&maker.prng, (uint64) PG_GETARG_INT64(3));
	for (i = 0; i < n; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(row);

		CHECK_FOR_INTERRUPTS();
		make_row(&maker, desc, values, isnull);
		lane_writer_write(writer, values, isnull);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	lane_writer_end(writer);
	table_close(lane, NoLock);
	PG_RETURN_INT64(n);
}

/* lane_check_copy(lane, source, whole_pages): appends the rows of source. */
Datum
lane_check_copy(PG_FUNCTION_ARGS)
{
	Relation lane = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	Relation source = table_open(PG_GETARG_OID(1), AccessShareLock);
	LaneWriter *writer = lane_writer_begin(lane, PG_GETARG_BOOL(2));
	TupleTableSlot *slot = table_slot_create(source, NULL);
	TableScanDesc scan = table_beginscan(source, GetActiveSnapshot(), 0, NULL);
	int64 n = 0;

	if (RelationGetDescr(lane)->natts != RelationGetDescr(source)->natts)
		elog(ERROR, "lane and source have different numbers of columns");
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		lane_writer_write(writer, slot->tts_values, slot->tts_isnull);
		n++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	lane_writer_end(writer);
	table_close(source, NoLock);
	table_close(lane, NoLock);
	PG_RETURN_INT64(n);
}

/* lane_check_time(lane, n, whole_pages): nanoseconds a row for n short rows made beforehand. */
Datum
lane_check_time(PG_FUNCTION_ARGS)
{
	Relation lane = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	int64 n = PG_GETARG_INT64(1);
	TupleDesc desc = RelationGetDescr(lane);
	Datum *values = palloc(sizeof(Datum) * desc->natts * TIMED_ROWS);
	bool *isnull = palloc(sizeof(bool) * desc->natts * TIMED_ROWS);
	RowMaker maker = {.timed = true};
	LaneWriter *writer;
	instr_time start;
	instr_time elapsed;
	int64 i;

	pg_prng_seed(&maker.prng, 1);
	for (i = 0; i < TIMED_ROWS; i++)
		make_row(&maker, desc, values + i * desc->natts, isnull + i * desc->natts);

	INSTR_TIME_SET_CURRENT(start);
	writer = lane_writer_begin(lane, PG_GETARG_BOOL(2));
	for (i = 0; i < n; i++)
	{
		int64 row = i % TIMED_ROWS;

		lane_writer_write(writer, values + row * desc->natts, isnull + row * desc->natts);
	}
	lane_writer_end(writer);
	INSTR_TIME_SET_CURRENT(elapsed);
	INSTR_TIME_SUBTRACT(elapsed, start);
	table_close(lane, NoLock);
	PG_RETURN_FLOAT8(INSTR_TIME_GET_DOUBLE(elapsed) * 1e9 / (double) n);
}

static void
write_nulls(LaneWriter *writer, TupleDesc desc)
{
	Datum *values = palloc0(sizeof(Datum) * desc->natts);
	bool *isnull = palloc(sizeof(bool) * desc->natts);

	memset(isnull, true, sizeof(bool) * desc->natts);
	lane_writer_write(writer, values, isnull);
}

/* lane_check_two_writers(lane): what the contract forbids, two writers at once. */
Datum
lane_check_two_writers(PG_FUNCTION_ARGS)
{
	Relation lane = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	LaneWriter *one = lane_writer_begin(lane, true);
	LaneWriter *other = lane_writer_begin(lane, true);

	write_nulls(one, RelationGetDescr(lane));
	write_nulls(other, RelationGetDescr(lane));
	lane_writer_end(one);
	lane_writer_end(other);
	table_close(lane, NoLock);
	PG_RETURN_VOID();
}

/* lane_check_subtransaction(lane): what the contract forbids, a row given in a subtransaction. */
Datum
lane_check_subtransaction(PG_FUNCTION_ARGS)
{
	Relation lane = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	LaneWriter *writer = lane_writer_begin(lane, true);
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		write_nulls(writer, RelationGetDescr(lane));
	}
	PG_CATCH();
	{
		RollbackAndReleaseCurrentSubTransaction();
		CurrentResourceOwner = owner;
		PG_RE_THROW();
	}
	PG_END_TRY();
	elog(ERROR, "the lane writer took a row of a subtransaction");
}
