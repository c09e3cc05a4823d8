/*
 * annotations.c: names of types, annotations, codecs and encodings.
 *
 * in:  numbers of a file's footer
 * out: their names in parquet.thrift, logical types with their parameters as in
 *      LogicalTypes.md; palloc'd or static
 */
#include "postgres.h"

#include "inspect/annotations.h"

/* A LogicalType, by the field id of the union's member. */
typedef struct LogicalName
{
	const char *name;
	PqLogicalKind kind;
} LogicalName;

static const LogicalName logical_names[] = {
	[1] = {"STRING", PQ_LOGICAL_STRING},
	[2] = {"MAP", PQ_LOGICAL_MAP},
	[3] = {"LIST", PQ_LOGICAL_LIST},
	[4] = {"ENUM", PQ_LOGICAL_ENUM},
	[5] = {"DECIMAL", PQ_LOGICAL_DECIMAL},
	[6] = {"DATE", PQ_LOGICAL_DATE},
	[7] = {"TIME", PQ_LOGICAL_TIME},
	[8] = {"TIMESTAMP", PQ_LOGICAL_TIMESTAMP},
	[10] = {"INTEGER", PQ_LOGICAL_INTEGER},
	[11] = {"UNKNOWN", PQ_LOGICAL_NULL},
	[12] = {"JSON", PQ_LOGICAL_JSON},
	[13] = {"BSON", PQ_LOGICAL_BSON},
	[14] = {"UUID", PQ_LOGICAL_UUID},
	[15] = {"FLOAT16", PQ_LOGICAL_FLOAT16},
	[16] = {"VARIANT", PQ_LOGICAL_VARIANT},
	[17] = {"GEOMETRY", PQ_LOGICAL_GEOMETRY},
	[18] = {"GEOGRAPHY", PQ_LOGICAL_GEOGRAPHY},
};

/* The name, if there is one, else the number. */
static const char *
name_or_number(const char *name, const char *what, int32_t number)
{
	return name != NULL ? name : psprintf("%s %d", what, number);
}

const char *
annotation_type(int32_t type)
{
	return name_or_number(pq_type_name(type), "type", type);
}

const char *
annotation_codec(int32_t codec)
{
	return name_or_number(pq_codec_name(codec), "codec", codec);
}

const char *
annotation_encoding(int32_t encoding)
{
	return name_or_number(pq_encoding_name(encoding), "encoding", encoding);
}

const char *
annotation_repetition(int32_t repetition)
{
	static const char *const names[] = {"REQUIRED", "OPTIONAL", "REPEATED"};
	const bool is_known = repetition >= 0 && repetition < (int32_t) lengthof(names);

	return name_or_number(is_known ? names[repetition] : NULL, "repetition", repetition);
}

const char *
annotation_converted(int32_t converted_type)
{
	static const char *const names[] = {"UTF8",
										"MAP",
										"MAP_KEY_VALUE",
										"LIST",
										"ENUM",
										"DECIMAL",
										"DATE",
										"TIME_MILLIS",
										"TIME_MICROS",
										"TIMESTAMP_MILLIS",
										"TIMESTAMP_MICROS",
										"UINT_8",
										"UINT_16",
										"UINT_32",
										"UINT_64",
										"INT_8",
										"INT_16",
										"INT_32",
										"INT_64",
										"JSON",
										"BSON",
										"INTERVAL"};
	const bool is_known = converted_type >= 0 && converted_type < (int32_t) lengthof(names);

	if (converted_type == -1)
		return NULL;
	return name_or_number(is_known ? names[converted_type] : NULL, "converted type",
						  converted_type);
}

const char *
annotation_logical(const PqNode *node)
{
	static const char *const units[] = {"MILLIS", "MICROS", "NANOS"};
	const PqLogical *logical = &node->logical;
	const int32_t id = node->logical_id;
	const char *name;

	if (id == -1)
		return NULL;
	if (id < 0 || id >= (int32_t) lengthof(logical_names) || logical_names[id].name == NULL)
		return psprintf("logical type %d", id);

	/* one that does not fit the type is nothing to the reader, and has no parameters */
	name = logical_names[id].name;
	if (logical->kind != logical_names[id].kind)
		return name;
	switch (logical->kind)
	{
		case PQ_LOGICAL_DECIMAL:
			return psprintf("%s(%d,%d)", name, logical->precision, logical->scale);
		case PQ_LOGICAL_TIME:
		case PQ_LOGICAL_TIMESTAMP:
			return psprintf("%s(%s,%s)", name, units[logical->unit],
							logical->is_utc ? "true" : "false");
		case PQ_LOGICAL_INTEGER:
			return psprintf("%s(%d,%s)", name, logical->bits,
							logical->is_signed ? "true" : "false");
		default:
			return name;
	}
}
