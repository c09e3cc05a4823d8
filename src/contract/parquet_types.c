/*
 * parquet_types.c: the types of a file, for people and for CREATE TABLE, and what its metadata says about them.
 *
 * In: fields of a schema, key-value metadata.  Out: palloc'd strings, errors, calendar flags.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "contract/parquet_internal.h"

#define NUMERIC_MAX_TYPMOD_PRECISION 1000 /* NUMERIC_MAX_PRECISION: what numeric(p, s) can say */

static const char *const unit_names[] = {"MILLIS", "MICROS", "NANOS"};

static void
append_annotation(StringInfo text, const PqLogical *logical)
{
	static const char *const names[] = {
		[PQ_LOGICAL_STRING] = "STRING",     [PQ_LOGICAL_ENUM] = "ENUM",
		[PQ_LOGICAL_JSON] = "JSON",         [PQ_LOGICAL_BSON] = "BSON",
		[PQ_LOGICAL_UUID] = "UUID",         [PQ_LOGICAL_INTEGER] = "INTEGER",
		[PQ_LOGICAL_DECIMAL] = "DECIMAL",   [PQ_LOGICAL_DATE] = "DATE",
		[PQ_LOGICAL_TIME] = "TIME",         [PQ_LOGICAL_TIMESTAMP] = "TIMESTAMP",
		[PQ_LOGICAL_INTERVAL] = "INTERVAL", [PQ_LOGICAL_FLOAT16] = "FLOAT16",
		[PQ_LOGICAL_NULL] = "UNKNOWN",      [PQ_LOGICAL_GEOMETRY] = "GEOMETRY",
		[PQ_LOGICAL_LIST] = "LIST",         [PQ_LOGICAL_GEOGRAPHY] = "GEOGRAPHY",
		[PQ_LOGICAL_MAP] = "MAP",           [PQ_LOGICAL_VARIANT] = "VARIANT"};

	appendStringInfoString(text, names[logical->kind]);
	switch (logical->kind)
	{
		case PQ_LOGICAL_INTEGER:
			appendStringInfo(text, "(%d, %s)", logical->bits,
							 logical->is_signed ? "signed" : "unsigned");
			break;
		case PQ_LOGICAL_DECIMAL:
			appendStringInfo(text, "(%d, %d)", logical->precision, logical->scale);
			break;
		case PQ_LOGICAL_TIME:
		case PQ_LOGICAL_TIMESTAMP:
			appendStringInfo(text, "(%s, %s)", unit_names[logical->unit],
							 logical->is_utc ? "UTC" : "local");
			break;
		default:
			break;
	}
}

char *
parquet_type_label(const PqNode *node)
{
	const char *name = node->is_leaf ? pq_type_name(node->type) : "group";
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, name != NULL ? name : "an unknown type");
	if (node->is_leaf && node->type == PQ_FIXED_LEN_BYTE_ARRAY)
		appendStringInfo(&text, "(%d)", node->type_length);
	if (node->logical.kind != PQ_LOGICAL_NONE)
	{
		appendStringInfoString(&text, " (");
		append_annotation(&text, &node->logical);
		appendStringInfoChar(&text, ')');
	}
	return text.data;
}

void
parquet_cannot_meet(const PqFile *file, const PqField *field, const ContractColumn *target,
					const ParquetFormat *format)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of file \"%s\" cannot be loaded into column \"%s\" of type %s",
					pnstrdup(field->name.data, field->name.len), format->path, target->name,
					format_type_with_typemod(target->type, target->typmod)),
			 errdetail("The column is %s in the file.",
					   parquet_type_label(&file->schema->nodes[field->node])),
			 errhint("Its values fit type %s. Change the type of the target's column, or map the "
					 "file's column to another one with option \"column_map\".",
					 parquet_field_type(file, field))));
}

static char *
integer_type(const PqNode *node)
{
	int bits = node->type == PQ_INT64 ? 64 : 32;

	if (node->logical.kind == PQ_LOGICAL_INTEGER)
		bits = node->logical.bits * (node->logical.is_signed ? 1 : 2);
	switch (bits)
	{
		case 8:
		case 16:
			return "smallint";
		case 32:
			return "integer";
		case 64:
			return "bigint";
		default:
			return "numeric(20,0)";
	}
}

static char *
scalar_type(const PqNode *node)
{
	switch (parquet_family(node))
	{
		case PARQUET_BOOLEAN:
			return "boolean";
		case PARQUET_INTEGER:
			return integer_type(node);
		case PARQUET_DECIMAL:
			if (node->logical.precision > NUMERIC_MAX_TYPMOD_PRECISION)
				return "numeric";
			return psprintf("numeric(%d,%d)", node->logical.precision, node->logical.scale);
		case PARQUET_FLOAT:
			return node->type == PQ_DOUBLE ? "double precision" : "real";
		case PARQUET_DATE:
			return "date";
		case PARQUET_TIME:
			return "time";
		case PARQUET_TIMESTAMP:
			return node->type != PQ_INT96 && node->logical.is_utc ? "timestamptz" : "timestamp";
		case PARQUET_INTERVAL:
			return "interval";
		case PARQUET_BINARY:
			return "bytea";
		case PARQUET_UUID:
			return "uuid";
		case PARQUET_TEXT:
			return node->logical.kind == PQ_LOGICAL_JSON ? "jsonb" : "text";
		case PARQUET_NOTHING:
			break;
	}
	return "text";
}

char *
parquet_field_type(const PqFile *file, const PqField *field)
{
	const PqNode *nodes = file->schema->nodes;

	if (field->kind == PQ_FIELD_SCALAR)
		return pstrdup(scalar_type(&nodes[field->node]));
	if (field->kind == PQ_FIELD_LIST && field->children[0]->kind == PQ_FIELD_SCALAR)
		return psprintf("%s[]", scalar_type(&nodes[field->children[0]->node]));
	return pstrdup("jsonb");
}

/* NULL: the file has no such key. */
static const PqKeyValue *
find_key(const PqFile *file, const char *key)
{
	uint32 i;

	for (i = 0; i < file->nkey_values; i++)
	{
		const PqBytes *bytes = &file->key_values[i].key;

		if (bytes->len == strlen(key) && memcmp(bytes->data, key, bytes->len) == 0)
			return &file->key_values[i];
	}
	return NULL;
}

/* Whether the file says that it was written by a Spark before major.minor. */
static bool
written_by_spark_before(const PqFile *file, int major, int minor)
{
	const PqKeyValue *version = find_key(file, "org.apache.spark.version");
	int found_major;
	int found_minor;

	if (version == NULL || !version->has_value ||
		sscanf(pnstrdup(version->value.data, Min(version->value.len, 20)), "%d.%d", &found_major,
			   &found_minor) != 2)
		return false;
	return found_major < major || (found_major == major && found_minor < minor);
}

/*
 * Spark: sql/core, DataSourceUtils.scala, datetimeRebaseSpec() and int96RebaseSpec().
 * Hive: ql, DataWritableWriteSupport.java, "writer.date.proleptic".
 */
void
parquet_format_detect(const PqFile *file, ParquetFormat *format)
{
	const PqKeyValue *hive = find_key(file, "writer.date.proleptic");

	format->julian_dates =
		written_by_spark_before(file, 3, 0) ||
		find_key(file, "org.apache.spark.legacyDateTime") != NULL ||
		(hive != NULL && hive->value.len == 5 && memcmp(hive->value.data, "false", 5) == 0);
	format->julian_int96 = written_by_spark_before(file, 3, 1) ||
						   find_key(file, "org.apache.spark.legacyINT96") != NULL;
}
