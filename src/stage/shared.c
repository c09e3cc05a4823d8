/*
 * shared.c: layout of the segment, and the setup's way through it.
 */
#include "postgres.h"

#include "stage/shared.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"

/* An error message with its context fits; longer ones pass in pieces. */
#define QUEUE_SIZE ((size_t) 16 * 1024)

/* A slot being cut, one being loaded by each worker, one ready: nobody waits for the other. */
#define SLOTS_FOR(nworkers) ((nworkers) + 2)

/* What converting and checking values depends on; workers take the caller's. */
static const char *const session_settings[] = {
	"DateStyle",
	"IntervalStyle",
	"TimeZone",
	"timezone_abbreviations",
	"extra_float_digits",
	"lc_monetary",
	"lc_numeric",
	"lc_time",
	"xmloption",
	"bytea_output",
	"search_path",
	"pg_ingest.lane_writer",
#ifdef PG_INGEST_FAILPOINTS
	"pg_ingest.debug_failpoint",
#endif
};

/*
 * Data of a slot where chunks bring none: commands only, which are far smaller.  Memory that is shared is
 * zeroed when it is made: 40 MB take 7 ms, and longer when memory is short.
 */
#define COMMAND_SIZE ((size_t) 1024 * 1024)

static size_t
slot_data_size(const StageSetup *setup, bool large)
{
	size_t size = executor_window_size(setup->options, large);

	return MAXALIGN(setup->has_text ? size : Min(size, COMMAND_SIZE));
}

static void
send_string(StringInfo buf, const char *string)
{
	appendBinaryStringInfo(buf, string, strlen(string) + 1);
}

static void
write_setup(const StageSetup *setup, StringInfo buf)
{
	int i;

	for (i = 0; i < (int) lengthof(session_settings); i++)
		send_string(buf, GetConfigOption(session_settings[i], false, false));
	pq_sendint64(buf, setup->load_id);
	pq_sendint32(buf, setup->target);
	pq_sendint32(buf, setup->user);
	pq_sendint64(buf, setup->bytes_total);
	send_string(buf, setup->options_text);
	contract_spec_write(setup->spec, buf);
}

StageSetup *
shared_read_setup(SharedStage *shared)
{
	StageSetup *setup = palloc0(sizeof(StageSetup));
	StringInfoData buf;
	int i;

	buf.data = (char *) shared + shared->setup_offset;
	buf.len = buf.maxlen = shared->setup_len;
	buf.cursor = 0;
	for (i = 0; i < (int) lengthof(session_settings); i++)
		SetConfigOption(session_settings[i], pq_getmsgrawstring(&buf), PGC_USERSET, PGC_S_SESSION);
	setup->load_id = pq_getmsgint64(&buf);
	setup->target = pq_getmsgint(&buf, 4);
	setup->user = pq_getmsgint(&buf, 4);
	setup->bytes_total = pq_getmsgint64(&buf);
	setup->options_text = pstrdup(pq_getmsgrawstring(&buf));
	setup->options = options_parse(
		DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(setup->options_text))));
	setup->spec = contract_spec_read(&buf);
	return setup;
}

dsm_segment *
shared_create(const StageSetup *setup, int nworkers)
{
	int nslots = SLOTS_FOR(nworkers);
	size_t slot_size = slot_data_size(setup, false);
	size_t large_size = slot_data_size(setup, true);
	StringInfoData bytes;
	SharedStage *shared;
	dsm_segment *segment;
	size_t offset;
	size_t size;
	int i;

	initStringInfo(&bytes);
	write_setup(setup, &bytes);
	size = MAXALIGN(offsetof(SharedStage, slots) + nslots * sizeof(SharedSlot));
	size = add_size(size, MAXALIGN(bytes.len));
	size = add_size(size, mul_size(nworkers, QUEUE_SIZE));
	size = add_size(size, mul_size(nslots, SHARED_META_SIZE));
	size = add_size(size, mul_size(nslots - 1, slot_size));
	size = add_size(size, large_size);
	segment = dsm_create(size, 0);
	shared = dsm_segment_address(segment);

	memset(shared, 0, offsetof(SharedStage, slots) + nslots * sizeof(SharedSlot));
	shared->database = MyDatabaseId;
	shared->leader = MyProc;
	pg_atomic_init_u32(&shared->stop, 0);
	pg_atomic_init_u32(&shared->nattached, 0);
	shared->nworkers = nworkers;
	shared->nslots = nslots;
	shared->setup_offset = MAXALIGN(offsetof(SharedStage, slots) + nslots * sizeof(SharedSlot));
	shared->setup_len = bytes.len;
	memcpy((char *) shared + shared->setup_offset, bytes.data, bytes.len);
	shared->queue_offset = shared->setup_offset + MAXALIGN(bytes.len);
	offset = shared->queue_offset + nworkers * QUEUE_SIZE;
	for (i = 0; i < nslots; i++)
	{
		SharedSlot *slot = &shared->slots[i];

		pg_atomic_init_u32(&slot->state, SLOT_FREE);
		slot->meta_offset = offset;
		offset += SHARED_META_SIZE;
	}
	/* the last slot is the large one */
	for (i = 0; i < nslots; i++)
	{
		SharedSlot *slot = &shared->slots[i];

		slot->data_offset = offset;
		slot->data_size = i == nslots - 1 ? large_size : slot_size;
		offset += slot->data_size;
	}
	Assert(offset == size);
	for (i = 0; i < nworkers; i++)
		shm_mq_set_receiver(shm_mq_create(shared_queue(shared, i), QUEUE_SIZE), MyProc);
	return segment;
}

SharedStage *
shared_attach(dsm_segment *segment)
{
	SharedStage *shared = dsm_segment_address(segment);

	if (shared->database == InvalidOid || shared->nslots < 1)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("shared memory of the load is gone")));
	return shared;
}

char *
shared_slot_data(SharedStage *shared, SharedSlot *slot)
{
	return (char *) shared + slot->data_offset;
}

char *
shared_slot_meta(SharedStage *shared, SharedSlot *slot)
{
	return (char *) shared + slot->meta_offset;
}

shm_mq *
shared_queue(SharedStage *shared, int worker)
{
	return (shm_mq *) ((char *) shared + shared->queue_offset + worker * QUEUE_SIZE);
}
