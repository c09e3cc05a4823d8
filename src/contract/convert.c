/*
 * convert.c: the converter of a column.
 *
 * In: a type, its typmod and how values are written.  Out: a Converter, which
 * picks the fast path of the type once and keeps what the slow path needs.
 * Types without a fast path, and all domains, are always left to
 * convert_cells().  Everything lives in the context current at creation.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "contract/convert_internal.h"

typedef struct FastType
{
	Oid type;
	ConvertFunction *convert;
} FastType;

static const FastType fast_types[] = {
	{BOOLOID, convert_bool},
	{INT2OID, convert_int2},
	{INT4OID, convert_int4},
	{INT8OID, convert_int8},
	{FLOAT4OID, convert_float4},
	{FLOAT8OID, convert_float8},
	{NUMERICOID, convert_numeric},
	{DATEOID, convert_date},
	{TIMEOID, convert_time},
	{TIMESTAMPOID, convert_timestamp},
	{TIMESTAMPTZOID, convert_timestamptz},
	{UUIDOID, convert_uuid},
	{TEXTOID, convert_text},
	{VARCHAROID, convert_varchar},
	{BPCHAROID, convert_bpchar},
	{BYTEAOID, convert_bytea},
	{JSONOID, convert_json},
};

static ConvertStatus
convert_undecided(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				  Datum *value)
{
	return CONVERT_UNDECIDED;
}

static ConvertFunction *
find_fast_type(Oid type)
{
	size_t i;

	for (i = 0; i < lengthof(fast_types); i++)
	{
		if (fast_types[i].type == type)
			return fast_types[i].convert;
	}
	return convert_undecided;
}

/* Unpacks base_typmod; the encodings are those of the types' typmodin functions. */
static void
set_modifiers(Converter *converter)
{
	int32 typmod = converter->base_typmod;

	converter->precision = -1;
	converter->max_chars = -1;
	switch (converter->base_type)
	{
		case NUMERICOID:
			if (typmod >= (int32) VARHDRSZ)
			{
				typmod -= VARHDRSZ;
				converter->precision = typmod >> 16 & 0xffff;
				converter->scale = ((typmod & 0x7ff) ^ 0x400) - 0x400; /* 11 bits, signed */
			}
			break;
		case VARCHAROID:
		case BPCHAROID:
			if (typmod >= (int32) VARHDRSZ)
				converter->max_chars = typmod - VARHDRSZ;
			break;
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			converter->precision = typmod;
			break;
		default:
			break;
	}
}

static List *
copy_words(List *words)
{
	List *copy = NIL;
	ListCell *lc;

	foreach (lc, words)
		copy = lappend(copy, pstrdup(lfirst(lc)));
	return copy;
}

static void
set_format(Converter *converter, const ConvertFormat *format)
{
	ConvertFormat *copy = &converter->format;

	if (format != NULL)
		*copy = *format;
	if (copy->decimal_separator == '\0')
		copy->decimal_separator = '.';
	if (copy->dateformat != NULL)
		copy->dateformat = pstrdup(copy->dateformat);
	if (copy->timestampformat != NULL)
		copy->timestampformat = pstrdup(copy->timestampformat);

	copy->true_words = copy_words(copy->true_words);
	copy->false_words = copy_words(copy->false_words);

	if (converter->base_type == DATEOID && copy->dateformat != NULL)
		converter->datetime_format = datetime_format_compile(copy->dateformat, "dateformat");
	if ((converter->base_type == TIMESTAMPOID || converter->base_type == TIMESTAMPTZOID) &&
		copy->timestampformat != NULL)
		converter->datetime_format =
			datetime_format_compile(copy->timestampformat, "timestampformat");
}

/* The fast path, once everything else is known. */
static void
set_fast_path(Converter *converter)
{
	converter->plain = find_fast_type(converter->type);
	/* 0 <= scale <= precision is what convert_numeric() can check by counting digits. */
	if (converter->type == NUMERICOID && converter->precision >= 0 &&
		(converter->scale < 0 || converter->scale > converter->precision ||
		 converter->scale > CONVERT_NUMERIC_MAX_SCALE))
		converter->plain = convert_undecided;

	converter->convert = converter->plain;
	if (converter->type != converter->base_type)
		return;
	if (converter->datetime_format != NULL)
		converter->convert = convert_formatted;
	else if (converter_has_separators(converter))
		converter->convert = convert_separated;
	else if (converter_has_words(converter))
		converter->convert = convert_words;
}

bool
converter_has_separators(const Converter *converter)
{
	switch (converter->base_type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return converter->format.decimal_separator != '.' ||
				   converter->format.thousands != '\0';
		default:
			return false;
	}
}

static void
set_messages(Converter *converter)
{
	switch (converter->base_type)
	{
		case TIMEOID:
			converter->type_name = "time";
			break;
		case TIMESTAMPOID:
			converter->type_name = "timestamp";
			break;
		default:
			converter->type_name = format_type_be(converter->base_type);
	}
	converter->syntax_message = _("invalid input syntax for type %s: \"%.*s\"");
}

Converter *
converter_create(Oid type, int32 typmod, const ConvertFormat *format)
{
	Converter *converter = palloc0(sizeof(Converter));
	Oid input_function;

	converter->type = type;
	converter->typmod = typmod;
	converter->base_typmod = typmod;
	converter->base_type = getBaseTypeAndTypmod(type, &converter->base_typmod);
	getTypeInputInfo(type, &input_function, &converter->ioparam);
	fmgr_info(input_function, &converter->input);
	getTypeInputInfo(converter->base_type, &input_function, &converter->base_ioparam);
	fmgr_info(input_function, &converter->base_input);

	set_modifiers(converter);
	set_format(converter, format);
	set_fast_path(converter);
	set_messages(converter);
	return converter;
}

ConvertFunction *
converter_function(const Converter *converter)
{
	return converter->convert;
}

ConvertStatus
converter_try(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			  Datum *value)
{
	return converter->convert(converter, data, len, arena, value);
}
