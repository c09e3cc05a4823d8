/*
 * parquet_composites.c: structs to composite values.
 *
 * In: a builder of kind composite and the current slots.  Out: a composite Datum in the batch.
 * Members go by name: the same, else the same but for the case of ASCII letters.  Attributes that
 * the struct has not are NULL.
 */
#include "postgres.h"

#include "contract/parquet_builder.h"

#include "access/htup_details.h"
#include "format/parquet/json_writer.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

static bool
build_composite(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	int natts = builder->desc->natts;
	Datum *values = palloc0(mul_size(Max(natts, 1), sizeof(Datum)));
	bool *nulls = palloc(Max(natts, 1) * sizeof(bool));
	Size size = 0;
	int i;

	memset(nulls, true, natts * sizeof(bool));
	for (i = 0; i < builder->nmembers; i++)
	{
		AttrNumber attnum = builder->attnums[i];

		if (!parquet_build(builder->members[i], row, &values[attnum - 1], &nulls[attnum - 1]))
			return false;
	}
	size = heap_compute_data_size(builder->desc, values, nulls);
	if (size > MaxAllocSize - MAXALIGN(SizeofHeapTupleHeader + BITMAPLEN(natts)) - HEAPTUPLESIZE)
		return parquet_build_fail(row, "type", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
								  "composite value is too large");
	*value = HeapTupleGetDatum(heap_form_tuple(builder->desc, values, nulls));
	pfree(values);
	pfree(nulls);
	return true;
}

static bool
same_name(const char *name, size_t len, const char *attname, bool ignore_case)
{
	if (strlen(attname) != len)
		return false;
	return ignore_case ? pg_strncasecmp(name, attname, len) == 0 : memcmp(name, attname, len) == 0;
}

/* The attribute of that name; 0: none, -1: several. */
static int
find_attribute(TupleDesc desc, const char *name, size_t len)
{
	int ignore_case;

	for (ignore_case = 0; ignore_case <= 1; ignore_case++)
	{
		int found = 0;
		int i;

		for (i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (!att->attisdropped && same_name(name, len, NameStr(att->attname), ignore_case))
				found = found == 0 ? i + 1 : -1;
		}
		if (found != 0)
			return found;
	}
	return 0;
}

/* The attribute for a member of the struct; errors if there is none. */
static AttrNumber
match_member(const BuilderSetup *setup, ParquetBuilder *builder, int child)
{
	const PqField *member = builder->field->children[child];
	const char *problem = "is not an attribute of the type";
	const char *name;
	int attnum;
	int i;

	if (!pq_utf8_is_valid(member->name.data, member->name.len, true))
		parquet_builder_mismatch(setup, builder->field, builder->type,
								 "The struct has a member whose name is not valid UTF-8.");
	name = pg_any_to_server(pnstrdup(member->name.data, member->name.len), (int) member->name.len,
							PG_UTF8);
	attnum = find_attribute(builder->desc, name, strlen(name));
	for (i = 0; i < child && attnum > 0; i++)
		if (builder->attnums[i] == attnum)
			attnum = -1;
	if (attnum < 0)
		problem = "is ambiguous";
	if (attnum <= 0)
		parquet_builder_mismatch(setup, builder->field, builder->type,
								 psprintf("Member \"%s\" of the struct %s.", name, problem));
	return (AttrNumber) attnum;
}

void
parquet_composite_create(const BuilderSetup *setup, ParquetBuilder *builder, Oid composite_type)
{
	int nmembers = builder->field->nchildren;
	int i;

	if (composite_type == RECORDOID)
		parquet_builder_mismatch(setup, builder->field, builder->type, NULL);
	builder->build = build_composite;
	builder->desc = lookup_rowtype_tupdesc_copy(composite_type, -1);
	builder->members = palloc0(mul_size(Max(nmembers, 1), sizeof(ParquetBuilder *)));
	builder->attnums = palloc0(mul_size(Max(nmembers, 1), sizeof(AttrNumber)));
	for (i = 0; i < nmembers; i++)
	{
		Form_pg_attribute att;

		builder->attnums[i] = match_member(setup, builder, i);
		att = TupleDescAttr(builder->desc, builder->attnums[i] - 1);
		builder->members[i] = parquet_builder_create(setup, builder->field->children[i],
													 att->atttypid, att->atttypmod);
	}
	builder->nmembers = nmembers;
}
