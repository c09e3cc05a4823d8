/*
 * tuple_former.c: values -> the data part of a heap tuple.
 *
 * in:  values and nulls of one row
 * out: bytes in a buffer of the former
 *
 * heap_compute_data_size() and heap_fill_tuple() decide the layout of every
 * value from its attribute, twice a row, and took a quarter of the time of
 * staging.  Here the attributes are looked at once a load, and rows that need
 * more than copying (wide, toasted, compressed, cstring) are not taken.  The
 * result is the same byte for byte, which the lane writer's tests prove against
 * table_multi_insert.
 */
#include "postgres.h"

#include "stage/tuple_former.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"

#include "compat.h"
#include "contract/short_copy.h"

typedef enum FormKind
{
	FORM_BYVAL_1,
	FORM_BYVAL_2,
	FORM_BYVAL_4,
	FORM_BYVAL_8,
	FORM_FIXED,   /* by reference, fixed length */
	FORM_VARLENA, /* may have a short header */
	FORM_VARLENA_PLAIN,
	FORM_OTHER /* not taken */
} FormKind;

typedef struct FormColumn
{
	FormKind kind;
	uint8 align;   /* bytes */
	int16 len;     /* bytes, of fixed length */
	uint16 offset; /* in a row without nulls, if all columns are of fixed length */
} FormColumn;

struct TupleFormer
{
	int natts;
	FormColumn *columns;
	Size fixed_size; /* of a row without nulls, if all columns are of fixed length; else 0 */
	char *data;      /* of TUPLE_FORMER_SIZE bytes */
};

/* No tuple on a page is larger. */
#define TUPLE_FORMER_SIZE BLCKSZ

static uint8
align_of(char typalign)
{
	switch (typalign)
	{
		case TYPALIGN_CHAR:
			return 1;
		case TYPALIGN_SHORT:
			return ALIGNOF_SHORT;
		case TYPALIGN_INT:
			return ALIGNOF_INT;
		default:
			return ALIGNOF_DOUBLE;
	}
}

static FormKind
kind_of(Form_pg_attribute att)
{
	if (att->attlen == -1)
		return att->attstorage == TYPSTORAGE_PLAIN ? FORM_VARLENA_PLAIN : FORM_VARLENA;
	if (att->attlen < 0)
		return FORM_OTHER;
	if (!att->attbyval)
		return FORM_FIXED;
	switch (att->attlen)
	{
		case 1:
			return FORM_BYVAL_1;
		case 2:
			return FORM_BYVAL_2;
		case 4:
			return FORM_BYVAL_4;
		case 8:
			return FORM_BYVAL_8;
		default:
			return FORM_OTHER;
	}
}

/* Finds offsets and fixed_size. */
static void
lay_out_fixed(TupleFormer *former)
{
	Size size = 0;
	int i;

	former->fixed_size = 0;
	for (i = 0; i < former->natts && size <= TUPLE_FORMER_SIZE; i++)
	{
		FormColumn *column = &former->columns[i];

		if (column->kind > FORM_FIXED)
			return;
		size = TYPEALIGN(column->align, size);
		column->offset = (uint16) size;
		size += column->len;
	}
	if (size <= TUPLE_FORMER_SIZE)
		former->fixed_size = size;
}

TupleFormer *
tuple_former_create(TupleDesc desc)
{
	TupleFormer *former = palloc(sizeof(TupleFormer));
	int i;

	former->natts = desc->natts;
	former->columns = palloc0(Max(desc->natts, 1) * sizeof(FormColumn));
	former->data = palloc(TUPLE_FORMER_SIZE);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		former->columns[i].kind = kind_of(att);
		former->columns[i].align = align_of(att->attalign);
		former->columns[i].len = att->attlen;
	}
	lay_out_fixed(former);
	return former;
}

/* Room for any value by value, its alignment included. */
#define BYVAL_ROOM 16

/*
 * Advances pos to a multiple of align; what is passed over becomes zero.  Writes up
 * to 8 bytes, whatever the alignment: cheaper than to ask.
 */
static inline char *
align_pos(char *pos, uint8 align)
{
	const uint64 zero = 0;

	memcpy(pos, &zero, sizeof(zero));
	return (char *) TYPEALIGN(align, pos);
}

/* A varlena at pos, where BYVAL_ROOM is; the new end, or NULL when it is not to be taken. */
static inline char *
put_varlena(char *pos, const char *end, Datum value, const FormColumn *column)
{
	const char *source = DatumGetPointer(value);
	Size size;

	if (VARATT_IS_1B(source))
	{
		if (VARATT_IS_1B_E(source))
			return NULL;
		size = VARSIZE_1B(source);
	}
	else if (!VARATT_IS_4B_U(source))
		return NULL;
	else if (column->kind == FORM_VARLENA && VARATT_CAN_MAKE_SHORT(source))
	{
		size = VARATT_CONVERTED_SHORT_SIZE(source);
		if (size > (Size) (end - pos))
			return NULL;
		SET_VARSIZE_SHORT(pos, size);
		short_copy(pos + 1, VARDATA(source), size - 1);
		return pos + size;
	}
	else
	{
		pos = align_pos(pos, column->align);
		size = VARSIZE_4B(source);
	}
	if (size > (Size) (end - pos))
		return NULL;
	short_copy(pos, source, size);
	return pos + size;
}

bool
tuple_former_fill(TupleFormer *former, const Datum *values, const bool *isnull, Size limit,
				  FormedTuple *tuple)
{
	char *pos = former->data;
	const char *end = former->data + Min(limit, TUPLE_FORMER_SIZE);
	uint16 infomask = 0;
	int i;

	for (i = 0; i < former->natts; i++)
	{
		const FormColumn *column = &former->columns[i];

		if (isnull[i])
		{
			infomask |= HEAP_HASNULL;
			continue;
		}
		if (unlikely(end - pos < BYVAL_ROOM))
			return false;
		switch (column->kind)
		{
			case FORM_BYVAL_1:
				*pos++ = DatumGetChar(values[i]);
				break;
			case FORM_BYVAL_2:
				pos = align_pos(pos, column->align);
				*(int16 *) pos = DatumGetInt16(values[i]);
				pos += sizeof(int16);
				break;
			case FORM_BYVAL_4:
				pos = align_pos(pos, column->align);
				*(int32 *) pos = DatumGetInt32(values[i]);
				pos += sizeof(int32);
				break;
			case FORM_BYVAL_8:
				pos = align_pos(pos, column->align);
				*(Datum *) pos = values[i];
				pos += sizeof(Datum);
				break;
			case FORM_FIXED:
				pos = align_pos(pos, column->align);
				if (column->len > end - pos)
					return false;
				memcpy(pos, DatumGetPointer(values[i]), column->len);
				pos += column->len;
				break;
			case FORM_VARLENA:
			case FORM_VARLENA_PLAIN:
				infomask |= HEAP_HASVARWIDTH;
				pos = put_varlena(pos, end, values[i], column);
				if (unlikely(pos == NULL))
					return false;
				break;
			case FORM_OTHER:
				return false;
		}
	}
	tuple->data = former->data;
	tuple->size = pos - former->data;
	tuple->infomask = infomask;
	return true;
}

Size
tuple_former_fixed_size(const TupleFormer *former)
{
	return former->fixed_size;
}

void
tuple_former_fill_fixed(const TupleFormer *former, const Datum *values, char *data)
{
	int i;

	for (i = 0; i < former->natts; i++)
	{
		const FormColumn *column = &former->columns[i];
		char *pos = data + column->offset;

		switch (column->kind)
		{
			case FORM_BYVAL_1:
				*pos = DatumGetChar(values[i]);
				break;
			case FORM_BYVAL_2:
				*(int16 *) pos = DatumGetInt16(values[i]);
				break;
			case FORM_BYVAL_4:
				*(int32 *) pos = DatumGetInt32(values[i]);
				break;
			case FORM_BYVAL_8:
				*(Datum *) pos = values[i];
				break;
			default:
				memcpy(pos, DatumGetPointer(values[i]), column->len);
				break;
		}
	}
}
