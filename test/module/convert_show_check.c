/*
 * convert_show_check.c: what becomes of single texts, and in what time.
 *
 * convert_one() shows the value or the failure of a text under any format
 * options; convert_many() the same for a batch with bad values in it;
 * convert_bench() compares the time with the input function's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "contract/convert.h"

PG_FUNCTION_INFO_V1(convert_one);
PG_FUNCTION_INFO_V1(convert_many);
PG_FUNCTION_INFO_V1(convert_bench);

/* convert_one(type, typmod, text, dateformat, timestampformat, decimal, thousands, allow_lossy) */
static void
get_format(FunctionCallInfo fcinfo, ConvertFormat *format)
{
	memset(format, 0, sizeof(*format));
	if (!PG_ARGISNULL(3))
		format->dateformat = text_to_cstring(PG_GETARG_TEXT_PP(3));
	if (!PG_ARGISNULL(4))
		format->timestampformat = text_to_cstring(PG_GETARG_TEXT_PP(4));
	if (!PG_ARGISNULL(5))
		format->decimal_separator = *text_to_cstring(PG_GETARG_TEXT_PP(5));
	if (!PG_ARGISNULL(6))
		format->thousands = *text_to_cstring(PG_GETARG_TEXT_PP(6));
	format->allow_lossy = PG_GETARG_BOOL(7);
}

static char *
show_value(Oid type, Datum value)
{
	Oid output;
	bool varlena;

	getTypeOutputInfo(type, &output, &varlena);
	return OidOutputFunctionCall(output, value);
}

static char *
show_cell(Oid type, const ConvertCell *cell)
{
	if (cell->failure == NULL)
		return show_value(type, cell->value);
	return psprintf("%s %s %s", cell->failure->rule, unpack_sql_state(cell->failure->sqlstate),
					cell->failure->message);
}

/* Both paths must say the same where the fast one decides. */
Datum
convert_one(PG_FUNCTION_ARGS)
{
	Oid type = PG_GETARG_OID(0);
	text *input = PG_GETARG_TEXT_PP(2);
	ConvertFormat format;
	ConvertCell cell = {0};
	ConvertArena arena;
	Datum value;

	get_format(fcinfo, &format);
	cell.converter = converter_create(type, PG_GETARG_INT32(1), &format);
	cell.data = VARDATA_ANY(input);
	cell.len = VARSIZE_ANY_EXHDR(input);
	convert_cells(&cell, 1);

	convert_arena_init(&arena, CurrentMemoryContext);
	if (converter_try(cell.converter, cell.data, cell.len, &arena, &value) == CONVERT_OK &&
		(cell.failure != NULL ||
		 !datum_image_eq(value, cell.value, get_typbyval(type), get_typlen(type))))
		elog(ERROR, "the fast path says %s, the slow one %s", show_value(type, value),
			 show_cell(type, &cell));
	PG_RETURN_TEXT_P(cstring_to_text(show_cell(type, &cell)));
}

static char **
get_texts(ArrayType *array, int *ntexts)
{
	Datum *elements;
	char **texts;
	int i;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, ntexts);
	texts = palloc(*ntexts * sizeof(char *));
	for (i = 0; i < *ntexts; i++)
		texts[i] = TextDatumGetCString(elements[i]);
	return texts;
}

/* convert_many(type oid, typmod int4, texts text[]) returns text[]: all in one batch, slow path */
Datum
convert_many(PG_FUNCTION_ARGS)
{
	Oid type = PG_GETARG_OID(0);
	Converter *converter = converter_create(type, PG_GETARG_INT32(1), NULL);
	int n;
	char **texts = get_texts(PG_GETARG_ARRAYTYPE_P(2), &n);
	ConvertCell *cells = palloc0(n * sizeof(ConvertCell));
	Datum *shown = palloc(n * sizeof(Datum));
	int i;

	for (i = 0; i < n; i++)
	{
		cells[i].converter = converter;
		cells[i].data = texts[i];
		cells[i].len = strlen(texts[i]);
	}
	convert_cells(cells, n);
	for (i = 0; i < n; i++)
		shown[i] = CStringGetTextDatum(show_cell(type, &cells[i]));
	PG_RETURN_ARRAYTYPE_P(construct_array(shown, n, TEXTOID, -1, false, TYPALIGN_INT));
}

typedef struct Bench
{
	Oid type;
	int32 typmod;
	int n;
	int reps;
	char **texts;
	size_t *lens;
	MemoryContext context;
} Bench;

static double
nanoseconds_per_value(const Bench *bench, instr_time start)
{
	instr_time duration;

	INSTR_TIME_SET_CURRENT(duration);
	INSTR_TIME_SUBTRACT(duration, start);
	return INSTR_TIME_GET_DOUBLE(duration) * 1e9 / ((double) bench->n * bench->reps);
}

static double
time_converter(const Bench *bench, int64 *undecided)
{
	Converter *converter = converter_create(bench->type, bench->typmod, NULL);
	ConvertArena arena;
	volatile Datum sink;
	instr_time start;
	int rep;
	int i;

	convert_arena_init(&arena, bench->context);
	INSTR_TIME_SET_CURRENT(start);
	for (rep = 0; rep < bench->reps; rep++)
	{
		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < bench->n; i++)
		{
			Datum value = 0;

			if (converter_try(converter, bench->texts[i], bench->lens[i], &arena, &value) !=
				CONVERT_OK)
				(*undecided)++;
			sink = value;
		}
		MemoryContextReset(bench->context);
		convert_arena_reset(&arena);
	}
	(void) sink;
	return nanoseconds_per_value(bench, start);
}

static double
time_input_function(const Bench *bench)
{
	MemoryContext old = MemoryContextSwitchTo(bench->context);
	FmgrInfo input;
	Oid function;
	Oid ioparam;
	volatile Datum sink;
	instr_time start;
	int rep;
	int i;

	getTypeInputInfo(bench->type, &function, &ioparam);
	fmgr_info_cxt(function, &input, old);
	INSTR_TIME_SET_CURRENT(start);
	for (rep = 0; rep < bench->reps; rep++)
	{
		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < bench->n; i++)
			sink = InputFunctionCall(&input, bench->texts[i], ioparam, bench->typmod);
		MemoryContextReset(bench->context);
	}
	(void) sink;
	MemoryContextSwitchTo(old);
	return nanoseconds_per_value(bench, start);
}

/* convert_bench(type oid, typmod int4, texts text[], reps int4) returns text */
Datum
convert_bench(PG_FUNCTION_ARGS)
{
	Bench bench;
	int64 undecided = 0;
	double fast;
	double slow;
	int i;

	bench.type = PG_GETARG_OID(0);
	bench.typmod = PG_GETARG_INT32(1);
	bench.texts = get_texts(PG_GETARG_ARRAYTYPE_P(2), &bench.n);
	bench.reps = PG_GETARG_INT32(3);
	bench.lens = palloc(bench.n * sizeof(size_t));
	for (i = 0; i < bench.n; i++)
		bench.lens[i] = strlen(bench.texts[i]);
	bench.context =
		AllocSetContextCreate(CurrentMemoryContext, "convert_bench", ALLOCSET_DEFAULT_SIZES);

	fast = time_converter(&bench, &undecided);
	slow = time_input_function(&bench);
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("converter %.1f ns, input function %.1f ns, %.1f times, undecided " INT64_FORMAT,
				 fast, slow, slow / fast, undecided / bench.reps)));
}
