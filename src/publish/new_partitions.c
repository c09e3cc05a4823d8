/*
 * new_partitions.c: partitions that rows need and the target does not have.
 *
 * In: a request whose target is partitioned by one column.  Out: a partition
 * for every value of that column, or, of times, for every hour, day, … that
 * occurs.  swap/create_partition.c knows how they are made and named.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/new_partitions.h"
#include "publish/staged.h"
#include "swap/create_partition.h"

#include "access/table.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"

/* A value of the partition key. */
typedef struct KeyValue
{
	Datum value;
	bool isnull;
} KeyValue;

/* The name of the one column of the target's partition key, whose type it is. */
static char *
key_column(const PublishRequest *request, Oid *type)
{
	int32 typmod;
	char *name;

	*type = create_partition_key_type(RelationGetRelid(request->target), &typmod);
	name = get_attname(RelationGetRelid(request->target),
					   RelationGetPartitionKey(request->target)->partattrs[0], false);
	if (!conditions_has_name(request->columns, name))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("column \"%s\" of the partition key is not among the columns of the load",
						name),
				 errhint("The source must carry it.")));
	return name;
}

/* SELECT of one value of the column for each partition that there may have to be. */
static char *
values_query(const PublishRequest *request, const char *column, Oid type, const char *interval)
{
	const char *name = quote_identifier(column);
	bool is_time = type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID;
	const char *each = psprintf("staged.%s", name);

	if (interval != NULL && is_time)
		each = psprintf("pg_catalog.date_trunc(%s, staged.%s%s)", quote_literal_cstr(interval),
						name, type == DATEOID ? "::pg_catalog.timestamp" : "");
	return psprintf("SELECT DISTINCT ON (%s) staged.%s FROM (%s) AS staged ORDER BY %s", each, name,
					staged_rows(request), each);
}

/* Runs the query; the values live in the context that is current at the call. */
static List *
fetch_values(const char *sql, Oid type)
{
	MemoryContext caller = CurrentMemoryContext;
	List *values = NIL;
	int16 length;
	bool by_value;
	uint64 i;

	get_typlenbyval(type, &length, &by_value);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(sql, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", sql);
	for (i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		KeyValue *value = palloc(sizeof(KeyValue));

		value->value =
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &value->isnull);
		if (!value->isnull)
			value->value = datumCopy(value->value, by_value, length);
		values = lappend(values, value);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return values;
}

void
new_partitions_create(PublishRequest *request)
{
	const char *interval = request->options->create_partitions;
	Oid target = RelationGetRelid(request->target);
	List *values;
	char *column;
	Oid type;
	ListCell *cell;

	if (interval == NULL)
		return;
	column = key_column(request, &type);
	if (strcmp(interval, "auto") == 0 ||
		RelationGetPartitionKey(request->target)->strategy == PARTITION_STRATEGY_LIST)
		interval = NULL; /* a list has a partition for every value */
	values = fetch_values(values_query(request, column, type, interval), type);
	table_close(request->target, NoLock);
	foreach (cell, values)
	{
		KeyValue *value = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		(void) create_partition_for(target, value->value, value->isnull, interval);
	}
	request->target = table_open(target, NoLock);
}
