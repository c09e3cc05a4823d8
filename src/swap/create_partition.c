/*
 * create_partition.c: see create_partition.h.
 *
 * In: a parent and a value of its partition key.  Out: the OID of a partition.
 *
 * A table like the parent is attached: unlike CREATE TABLE ... PARTITION OF that
 * lets readers and writers of the parent pass.  Names are those of pg_partman 5.
 */
#include "postgres.h"

#include "compat.h"
#include "swap/create_partition.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/lmgr.h"
#include "swap/caller_sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"

static const char *const intervals[] = {"hour", "day", "week", "month", "quarter", "year"};

void
create_partition_check_interval(const char *interval)
{
	int i;

	for (i = 0; i < (int) lengthof(intervals); i++)
		if (strcmp(intervals[i], interval) == 0)
			return;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unrecognized partition interval: \"%s\"", interval),
					errhint("Intervals are hour, day, week, month, quarter and year.")));
}

/* What is to be known of a partition key of one column. */
typedef struct KeyColumn
{
	char strategy;
	Oid type;
	int32 typmod;
} KeyColumn;

static KeyColumn
key_column(Oid parent)
{
	Relation rel = table_open(parent, AccessShareLock);
	PartitionKey key = RelationGetPartitionKey(rel);
	KeyColumn column = {'\0', InvalidOid, -1};

	if (key != NULL && key->partnatts == 1 && key->partattrs[0] != 0)
	{
		column.strategy = key->strategy;
		column.type = key->parttypid[0];
		column.typmod = key->parttypmod[0];
	}
	table_close(rel, NoLock);
	if (column.strategy == PARTITION_STRATEGY_LIST || column.strategy == PARTITION_STRATEGY_RANGE)
		return column;
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("cannot create partitions of \"%s\"", get_rel_name(parent)),
					errdetail("It is not partitioned by ranges or lists of one column.")));
}

Oid
create_partition_key_type(Oid parent, int32 *typmod)
{
	KeyColumn column = key_column(parent);

	*typmod = column.typmod;
	return column.type;
}

Oid
create_partition_find(Oid parent, Datum value, bool isnull)
{
	Relation rel = table_open(parent, AccessShareLock);
	PartitionKey key = RelationGetPartitionKey(rel);
	PartitionDesc desc = RelationGetPartitionDesc(rel, true);
	PartitionBoundInfo bounds = desc->boundinfo;
	bool equal = false;
	int index = -1;
	int offset;
	Oid partition;

	if (desc->nparts == 0)
		index = -1;
	else if (key->strategy == PARTITION_STRATEGY_LIST && isnull)
		index = bounds->null_index;
	else if (key->strategy == PARTITION_STRATEGY_LIST)
	{
		offset =
			partition_list_bsearch(key->partsupfunc, key->partcollation, bounds, value, &equal);
		if (offset >= 0 && equal)
			index = bounds->indexes[offset];
	}
	else if (!isnull)
	{
		offset = partition_range_datum_bsearch(key->partsupfunc, key->partcollation, bounds, 1,
											   &value, &equal);
		index = bounds->indexes[offset + 1];
	}
	partition = index < 0 ? InvalidOid : desc->oids[index];
	table_close(rel, NoLock);
	return partition;
}

/* A new partition, as SQL wants it. */
typedef struct NewPartition
{
	char *bound;
	char *suffix;
} NewPartition;

/* StatementRow: columns are lower bound, upper bound, suffix */
static void
read_range(HeapTuple tuple, TupleDesc desc, void *arg)
{
	NewPartition *partition = arg;

	partition->bound =
		psprintf("FOR VALUES FROM (%s) TO (%s)", quote_literal_cstr(row_text(tuple, desc, 1)),
				 quote_literal_cstr(row_text(tuple, desc, 2)));
	partition->suffix = row_text(tuple, desc, 3);
}

static const char *
checked_time_type(Oid parent, Oid type)
{
	switch (type)
	{
		case DATEOID:
			return "date";
		case TIMESTAMPOID:
			return "timestamp";
		case TIMESTAMPTZOID:
			return "timestamptz";
		default:
			ereport(
				ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot create partitions of \"%s\"", get_rel_name(parent)),
				 errdetail("Ranges are made of dates and timestamps, and its key is of type %s.",
						   format_type_be(type))));
	}
}

static void
describe_range(Oid parent, Oid type, char *value, const char *interval, NewPartition *partition)
{
	const char *name = checked_time_type(parent, type);
	const char *computed = type == TIMESTAMPTZOID ? "timestamptz" : "timestamp";
	const char *step = strcmp(interval, "quarter") == 0 ? "3 months" : psprintf("1 %s", interval);
	bool hours = strcmp(interval, "hour") == 0;

	if (hours && type == DATEOID)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("partitions of \"%s\" cannot be hours", get_rel_name(parent)),
						errdetail("Its key is a date.")));
	(void) caller_query(psprintf("SELECT l::%s, (l + interval '%s')::%s, to_char(l, '%s')"
								 "  FROM (SELECT date_trunc('%s', %s::%s::%s)) AS d(l)",
								 name, step, name,
								 hours ? "\"p\"YYYYMMDD_HH24MISS" : "\"p\"YYYYMMDD", interval,
								 quote_literal_cstr(value), name, computed),
						NULL, 0, read_range, partition);
}

static void
describe_value(char *value, NewPartition *partition)
{
	partition->bound =
		psprintf("FOR VALUES IN (%s)", value == NULL ? "NULL" : quote_literal_cstr(value));
	partition->suffix = psprintf("p%s", value == NULL ? "null" : value);
}

static char *
value_text(Oid type, Datum value)
{
	Oid output;
	bool varlena;

	getTypeOutputInfo(type, &output, &varlena);
	return OidOutputFunctionCall(output, value);
}

/* StatementRow */
static void
read_name(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

/* That of the parent and the suffix; another one if some relation has it, as long names may. */
static char *
partition_name(Oid parent, const char *suffix)
{
	char *parent_name = get_rel_name(parent);
	Oid schema = get_rel_namespace(parent);
	char *name = makeObjectName(parent_name, suffix, NULL);

	if (!OidIsValid(get_relname_relid(name, schema)))
		return name;
	return ChooseRelationName(parent_name, suffix, "part", schema, false);
}

/* Owned by the parent's owner, in its schema and tablespace. */
static Oid
make_partition(Oid parent, const NewPartition *partition)
{
	Oid schema = get_rel_namespace(parent);
	char *parent_name = caller_relation_name(parent);
	char *name = partition_name(parent, partition->suffix);
	char *qualified = quote_qualified_identifier(get_namespace_name(schema), name);
	Oid tablespace = get_rel_tablespace(parent);
	char *owner = NULL;

	caller_execute(psprintf(
		"CREATE%s TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED"
		" INCLUDING STORAGE INCLUDING COMPRESSION)%s%s",
		get_rel_persistence(parent) == RELPERSISTENCE_UNLOGGED ? " UNLOGGED" : "", qualified,
		parent_name, OidIsValid(tablespace) ? " TABLESPACE " : "",
		OidIsValid(tablespace) ? quote_identifier(get_tablespace_name(tablespace)) : ""));
	(void) caller_query(
		"SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = $1", &parent, 1,
		read_name, &owner);
	caller_execute(psprintf("ALTER TABLE %s OWNER TO %s", qualified, owner));
	caller_execute(psprintf("ALTER TABLE %s ATTACH PARTITION %s %s", parent_name, qualified,
							partition->bound));
	return get_relname_relid(name, schema);
}

/* The schema of pg_partman if it manages the table, else NULL. */
static char *
partman_schema(Oid parent)
{
	char *schema = NULL;
	char *managed = NULL;

	(void) caller_query("SELECT quote_ident(n.nspname) FROM pg_extension e"
						" JOIN pg_namespace n ON n.oid = e.extnamespace"
						" WHERE e.extname = 'pg_partman'",
						NULL, 0, read_name, &schema);
	if (schema != NULL)
		(void) caller_query(
			psprintf(
				"SELECT parent_table FROM %s.part_config WHERE parent_table = %s", schema,
				quote_literal_cstr(psprintf("%s.%s", get_namespace_name(get_rel_namespace(parent)),
											get_rel_name(parent)))),
			NULL, 0, read_name, &managed);
	return managed == NULL ? NULL : schema;
}

/* pg_partman knows interval, name, template and privileges. */
static void
let_partman_create(const char *schema, Oid parent, const char *value)
{
	char *name = quote_literal_cstr(
		psprintf("%s.%s", get_namespace_name(get_rel_namespace(parent)), get_rel_name(parent)));

	(void) caller_query(psprintf("SELECT CASE WHEN s.suffix_timestamp IS NULL"
								 " THEN %s.create_partition_id(%s, ARRAY[s.suffix_id])"
								 " ELSE %s.create_partition_time(%s, ARRAY[s.suffix_timestamp]) END"
								 " FROM %s.show_partition_name(%s, %s) s",
								 schema, name, schema, name, schema, name,
								 quote_literal_cstr(value)),
						NULL, 0, NULL, NULL);
}

static void
refuse_key(Oid parent, bool isnull)
{
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("no range partition of \"%s\" can hold a null key", get_rel_name(parent))));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("cannot create a partition of \"%s\" without an interval",
						   get_rel_name(parent)),
					errhint("Intervals are hour, day, week, month, quarter and year.")));
}

static Oid
create(Oid parent, Datum value, bool isnull, const char *interval)
{
	KeyColumn key = key_column(parent);
	char *text = isnull ? NULL : value_text(key.type, value);
	NewPartition partition;

	if (key.strategy == PARTITION_STRATEGY_LIST)
		describe_value(text, &partition);
	else if (isnull || interval == NULL)
		refuse_key(parent, isnull);
	else
		describe_range(parent, key.type, text, interval, &partition);
	return make_partition(parent, &partition);
}

/*
 * The partition that pg_partman makes; InvalidOid: the table is not its own.
 * Its functions set search_path for the session, and at their end set it to what
 * they found: it must be the caller's.
 */
static Oid
create_by_partman(Oid parent, Datum value)
{
	int nest_level = caller_settings_begin();
	char *schema = partman_schema(parent);
	Oid partition;

	caller_settings_end(nest_level);
	if (schema == NULL)
		return InvalidOid;
	let_partman_create(schema, parent, value_text(key_column(parent).type, value));
	partition = create_partition_find(parent, value, false);
	if (!OidIsValid(partition))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("pg_partman created no partition of \"%s\" for the key",
							   get_rel_name(parent))));
	return partition;
}

Oid
create_partition_for(Oid parent, Datum key, bool isnull, const char *interval)
{
	Oid partition;

	if (interval != NULL)
		create_partition_check_interval(interval);
	(void) key_column(parent);
	partition = create_partition_find(parent, key, isnull);
	if (OidIsValid(partition))
		return partition;
	if (!compat_owns_relation(parent, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(parent));
	LockRelationOid(parent, ShareUpdateExclusiveLock);
	partition = create_partition_find(parent, key, isnull);
	if (!OidIsValid(partition) && !isnull)
		partition = create_by_partman(parent, key);
	if (!OidIsValid(partition))
	{
		int nest_level = caller_settings_begin();

		partition = create(parent, key, isnull, interval);
		caller_settings_end(nest_level);
	}
	return partition;
}
