/*
 * convert_check.c: compares the converters with the types' input functions.
 *
 * convert_check() makes up random texts, convert_check_dates() walks through the
 * calendar.  Batches live in a memory context that is reset after each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "contract/convert.h"
#include "convert_reference.h"
#include "convert_values.h"

PG_FUNCTION_INFO_V1(convert_check);
PG_FUNCTION_INFO_V1(convert_check_dates);

/* Enough for several chunks of the arena. */
#define MAX_BATCH 1000

typedef struct Check
{
	TypeInput input;
	int16 typlen;
	bool typbyval;
	Converter *converter;
	int64 fast;
	int64 cells;
	int64 failures;
	int64 lossy;
	int64 differences;
	char *first; /* difference */

	/* the batch */
	MemoryContext batch_context;
	ConvertArena arena;
	int nrefs;
	Reference refs[MAX_BATCH];
} Check;

static void
init_check(Check *check, Oid type, int32 typmod)
{
	memset(check, 0, sizeof(*check));
	type_input_init(&check->input, type, typmod);
	get_typlenbyval(type, &check->typlen, &check->typbyval);
	check->converter = converter_create(type, typmod, NULL);
	check->batch_context =
		AllocSetContextCreate(CurrentMemoryContext, "convert_check batch", ALLOCSET_DEFAULT_SIZES);
	convert_arena_init(&check->arena, check->batch_context);
}

static void
difference(Check *check, const Reference *ref, const char *what)
{
	MemoryContext old = MemoryContextSwitchTo(GetMemoryChunkContext(check->converter));

	if (check->differences++ == 0)
		check->first = psprintf("%s: \"%s\"", what, ref->text);
	MemoryContextSwitchTo(old);
}

static void
compare_value(Check *check, const Reference *ref, Datum value)
{
	if (!ref->good)
		difference(check, ref, psprintf("accepted, not refused with %s", ref->error->message));
	else if (!datum_image_eq(ref->value, value, check->typbyval, check->typlen))
		difference(check, ref, "another value");
	else if (reference_loss(&check->input, ref) == LOST_SOMETHING)
		difference(check, ref, "accepted though lossy");
}

static void
compare_failure(Check *check, const Reference *ref, const ConvertFailure *failure)
{
	check->failures++;
	if (strcmp(failure->rule, "lossy") == 0)
	{
		check->lossy++;
		if (!ref->good || reference_loss(&check->input, ref) == LOST_NOTHING)
			difference(check, ref, psprintf("not lossy, but %s", failure->message));
	}
	else if (ref->good)
		difference(check, ref, psprintf("refused with %s", failure->message));
	else
	{
		const char *message = ref->error->message;

		if (ref->error->detail != NULL)
			message = psprintf("%s: %s", message, ref->error->detail);
		if (failure->sqlstate != ref->error->sqlerrcode || strcmp(failure->message, message) != 0)
			difference(check, ref,
					   psprintf("refused with %s %s, not %s %s",
								unpack_sql_state(failure->sqlstate), failure->message,
								unpack_sql_state(ref->error->sqlerrcode), message));
	}
}

/*
 * Converts the batch in check->refs in both ways, then compares: no value may
 * have been touched by the ones that came later.
 */
static void
check_batch(Check *check)
{
	ConvertCell *cells = palloc0(MAX_BATCH * sizeof(ConvertCell));
	Datum *values = palloc(MAX_BATCH * sizeof(Datum));
	bool *fast = palloc(MAX_BATCH * sizeof(bool));
	int ncells = 0;
	int i;

	make_references(&check->input, check->refs, check->nrefs);
	for (i = 0; i < check->nrefs; i++)
	{
		size_t len = strlen(check->refs[i].text);
		/* not NUL-terminated, and reading on would show */
		char *data = memcpy(palloc(len + 1), check->refs[i].text, len);

		data[len] = '7';
		fast[i] =
			converter_try(check->converter, data, len, &check->arena, &values[i]) == CONVERT_OK;
		if (fast[i])
			continue;
		cells[ncells].converter = check->converter;
		cells[ncells].data = data;
		cells[ncells].len = (uint32) len;
		cells[ncells].row = i;
		ncells++;
	}
	convert_cells(cells, ncells);

	check->fast += check->nrefs - ncells;
	check->cells += ncells;
	for (i = 0; i < check->nrefs; i++)
	{
		if (fast[i])
			compare_value(check, &check->refs[i], values[i]);
	}
	for (i = 0; i < ncells; i++)
	{
		const Reference *ref = &check->refs[cells[i].row];

		if (cells[i].failure != NULL)
			compare_failure(check, ref, cells[i].failure);
		else
			compare_value(check, ref, cells[i].value);
	}
}

/* convert_check(type oid, typmod int4, n int8, seed int8) returns text */
Datum
convert_check(PG_FUNCTION_ARGS)
{
	int64 n = PG_GETARG_INT64(2);
	Check *check = palloc(sizeof(Check));
	bool ascii = GetDatabaseEncoding() != PG_UTF8;
	pg_prng_state prng;
	StringInfoData text;
	int64 done;
	int i;

	init_check(check, PG_GETARG_OID(0), PG_GETARG_INT32(1));
	pg_prng_seed(&prng, (uint64) PG_GETARG_INT64(3));
	initStringInfo(&text);
	for (done = 0; done < n; done += check->nrefs)
	{
		MemoryContext old = MemoryContextSwitchTo(check->batch_context);

		CHECK_FOR_INTERRUPTS();
		memset(check->refs, 0, sizeof(check->refs));
		check->nrefs = 1 + (int) pg_prng_uint64_range(&prng, 0, MAX_BATCH - 1);
		check->nrefs = (int) Min(n - done, check->nrefs);
		for (i = 0; i < check->nrefs; i++)
		{
			random_text(&prng, check->input.type, ascii, &text);
			check->refs[i].text = pstrdup(text.data);
		}
		check_batch(check);
		MemoryContextSwitchTo(old);
		MemoryContextReset(check->batch_context);
		convert_arena_reset(&check->arena);
	}

	ereport(DEBUG1, (errmsg_internal("fast " INT64_FORMAT ", cells " INT64_FORMAT
									 ", failures " INT64_FORMAT ", lossy " INT64_FORMAT,
									 check->fast, check->cells, check->failures, check->lossy)));
	if (check->fast < n / 10)
		difference(check, &check->refs[0], "the fast path hardly ever decides");
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf(INT64_FORMAT " values, " INT64_FORMAT " differences%s%s", n, check->differences,
				 check->first != NULL ? ": " : "", check->first != NULL ? check->first : "")));
}

/*
 * convert_check_dates() returns int8: on how many of all dates with years 1 to 9999
 * the converter does not agree with date2j() and date_in().
 */
Datum
convert_check_dates(PG_FUNCTION_ARGS)
{
	Converter *converter = converter_create(DATEOID, -1, NULL);
	ConvertArena arena;
	int last = date2j(9999, 12, 31);
	int64 differences = 0;
	int julian;

	convert_arena_init(&arena, CurrentMemoryContext);
	for (julian = date2j(1, 1, 1); julian <= last; julian++)
	{
		int year;
		int month;
		int day;
		char text[32];
		Datum value = 0;
		Datum expected;

		CHECK_FOR_INTERRUPTS();
		j2date(julian, &year, &month, &day);
		snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
		expected = DirectFunctionCall1(date_in, CStringGetDatum(text));
		if (converter_try(converter, text, strlen(text), &arena, &value) != CONVERT_OK ||
			value != expected || DatumGetDateADT(value) != julian - POSTGRES_EPOCH_JDATE)
			differences++;
	}
	PG_RETURN_INT64(differences);
}
