/*
 * publications.c: which rows of a target are newer than a load.
 *
 * in:  the snapshot under which a load was published, the xmin of a row
 * out: does the row come after the load?
 *
 * Loads into one target are serial, so a row that a later load wrote has a transaction that the
 * snapshot does not see; and so has what others changed since.  A row's xmin has 32 bits: it is the
 * latest transaction with them, or an earlier one.  So what counts as older is older.
 */
#include "postgres.h"

#include "manifest/publications.h"

#include "access/xact.h"
#include "manifest/statement.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/xid8.h"

typedef struct XidRange
{
	uint64 first;
	uint64 last;
} XidRange;

struct LoadHorizon
{
	Datum snapshot; /* a pg_snapshot; 0: unknown */
	uint64 xid; /* of the transaction; what it wrote before or after the load is not told apart */
	XidRange *wrote; /* of the load, and of replays of its rows */
	int nwrote;
	uint64 next; /* transaction id that was next when this was read */
};

static uint64
next_xid(void)
{
	return U64FromFullTransactionId(ReadNextFullTransactionId());
}

void
publication_begin(int64 load_id)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_publications (load_id, snapshot, xid, first_xid)"
				   " VALUES ($1, pg_current_snapshot(), pg_current_xact_id(), $2::text::xid8)");
	(void) GetTopTransactionId();
	statement_add_int64(&statement, load_id);
	statement_add_int64(&statement, (int64) next_xid());
	statement_run(&statement, NULL, NULL);
}

void
publication_end(int64 load_id)
{
	Statement statement;

	statement_init(&statement, "UPDATE ingest.manifest_publications SET last_xid = $2::text::xid8"
							   " WHERE load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_add_int64(&statement, (int64) next_xid() - 1);
	statement_run(&statement, NULL, NULL);
}

/* StatementRow for horizon_of(). */
static void
read_publication(HeapTuple tuple, TupleDesc desc, void *arg)
{
	LoadHorizon *horizon = arg;
	bool isnull;

	if (row_int64(tuple, desc, 1) != 0)
	{
		horizon->snapshot = datumCopy(SPI_getbinval(tuple, desc, 2, &isnull), false, -1);
		horizon->xid = (uint64) row_int64(tuple, desc, 3);
	}
	horizon->wrote = repalloc(horizon->wrote, (horizon->nwrote + 1) * sizeof(XidRange));
	horizon->wrote[horizon->nwrote].first = (uint64) row_int64(tuple, desc, 4);
	horizon->wrote[horizon->nwrote++].last = (uint64) row_int64(tuple, desc, 5);
}

LoadHorizon *
horizon_of(int64 load_id)
{
	LoadHorizon *horizon = palloc0(sizeof(LoadHorizon));
	Statement statement;

	horizon->wrote = palloc(sizeof(XidRange));
	horizon->next = next_xid();
	statement_init(&statement,
				   "SELECT load_id = $1, snapshot, xid::text::int8, first_xid::text::int8,"
				   " last_xid::text::int8 FROM ingest.manifest_publications"
				   " WHERE last_xid IS NOT NULL AND (load_id = $1 OR load_id IN"
				   "  (SELECT load_id FROM ingest.manifest_replays WHERE of_load_id = $1))");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_publication, horizon);
	return horizon;
}

/* The latest transaction that a row's xmin may mean; 0: none that is known. */
static uint64
full_xid(const LoadHorizon *horizon, TransactionId xmin)
{
	uint64 epoch = horizon->next >> 32;

	if (!TransactionIdIsNormal(xmin))
		return 0;
	if (xmin > (uint32) horizon->next)
		epoch--;
	return epoch << 32 | xmin;
}

bool
horizon_is_older(const LoadHorizon *horizon, TransactionId xmin)
{
	uint64 full = full_xid(horizon, xmin);

	if (full == 0 || horizon->snapshot == (Datum) 0 || full == horizon->xid)
		return false;
	return DatumGetBool(DirectFunctionCall2(
		pg_visible_in_snapshot, FullTransactionIdGetDatum(FullTransactionIdFromU64(full)),
		horizon->snapshot));
}

bool
horizon_wrote(const LoadHorizon *horizon, TransactionId xmin)
{
	uint64 full = full_xid(horizon, xmin);
	int i;

	for (i = 0; i < horizon->nwrote; i++)
		if (full >= horizon->wrote[i].first && full <= horizon->wrote[i].last)
			return true;
	return false;
}
