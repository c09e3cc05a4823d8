/*
 * row_layout.c: rows of one table that are, byte for byte, those of another.
 *
 * In: tuples as they are on a page or in memory.  Out: tuples, and verdicts.
 */
#include "postgres.h"

#include "publish/row_layout.h"

bool
row_layout_begins_with(TupleDesc longer, TupleDesc shorter)
{
	int i;

	if (longer->natts < shorter->natts)
		return false;
	for (i = 0; i < shorter->natts; i++)
	{
		Form_pg_attribute here = TupleDescAttr(longer, i);
		Form_pg_attribute there = TupleDescAttr(shorter, i);

		if (here->attisdropped || there->attisdropped || here->atttypid != there->atttypid ||
			here->attlen != there->attlen || here->attbyval != there->attbyval ||
			here->attalign != there->attalign)
			return false;
	}
	return true;
}

/* The bits of the last byte of a bitmap of natts attributes. */
static inline uint8
last_bits(int natts)
{
	return natts % BITS_PER_BYTE == 0 ? 0xFF : (1 << (natts % BITS_PER_BYTE)) - 1;
}

HeapTuple
row_layout_cut(HeapTupleHeader from, int natts, Size data_len)
{
	bool has_null = (from->t_infomask & HEAP_HASNULL) != 0;
	Size hoff = MAXALIGN(SizeofHeapTupleHeader + (has_null ? BITMAPLEN(natts) : 0));
	HeapTuple tuple = palloc(HEAPTUPLESIZE + hoff + data_len);
	HeapTupleHeader header = (HeapTupleHeader) ((char *) tuple + HEAPTUPLESIZE);

	tuple->t_len = hoff + data_len;
	ItemPointerSetInvalid(&tuple->t_self);
	tuple->t_tableOid = InvalidOid;
	tuple->t_data = header;

	memset(header, 0, hoff);
	ItemPointerSetInvalid(&header->t_ctid);
	header->t_infomask = from->t_infomask & (HEAP_HASNULL | HEAP_HASVARWIDTH | HEAP_HASEXTERNAL);
	HeapTupleHeaderSetNatts(header, natts);
	header->t_hoff = hoff;
	if (has_null)
	{
		memcpy(header->t_bits, from->t_bits, BITMAPLEN(natts));
		header->t_bits[BITMAPLEN(natts) - 1] &= last_bits(natts);
	}
	memcpy((char *) header + hoff, (char *) from + from->t_hoff, data_len);
	return tuple;
}

static bool
same_nulls(HeapTupleHeader one, HeapTupleHeader other, int natts)
{
	int whole = BITMAPLEN(natts) - 1;

	if ((one->t_infomask & HEAP_HASNULL) != (other->t_infomask & HEAP_HASNULL))
		return false;
	return (one->t_infomask & HEAP_HASNULL) == 0 ||
		   (memcmp(one->t_bits, other->t_bits, whole) == 0 &&
			((one->t_bits[whole] ^ other->t_bits[whole]) & last_bits(natts)) == 0);
}

bool
row_layout_same_bytes(HeapTuple longer, HeapTuple row, int natts)
{
	HeapTupleHeader one = longer->t_data;
	HeapTupleHeader other = row->t_data;
	Size data_len = row->t_len - other->t_hoff;

	return natts > 0 && HeapTupleHeaderGetNatts(other) == natts &&
		   HeapTupleHeaderGetNatts(one) >= natts && longer->t_len - one->t_hoff >= data_len &&
		   same_nulls(one, other, natts) &&
		   memcmp((char *) one + one->t_hoff, (char *) other + other->t_hoff, data_len) == 0;
}
