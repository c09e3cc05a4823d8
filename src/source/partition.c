/*
 * partition.c: "/data/sales/year=2024/region=EU%2FNorth/part-0.parquet" -> year, region.
 *
 * in:  a SourceFile
 * out: keys and values, decoded
 *
 * All directories of the path count; those that the caller did not write himself
 * are marked, because he may not know of them.
 */
#include "postgres.h"

#include "source/partition.h"

#include "mb/pg_wchar.h"

/* What Hive and Spark write for NULL. */
#define NULL_PARTITION "__HIVE_DEFAULT_PARTITION__"

bool
partition_is_name(const char *name, size_t len)
{
	const char *equals = memchr(name, '=', len);

	return equals != NULL && equals > name;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A copy with %XX replaced; anything else that begins with % is taken as it is. */
static char *
decode(const char *text, size_t len, const char *path)
{
	char *result = palloc(len + 1);
	size_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
	{
		int high = i + 2 < len && text[i] == '%' ? hex_digit(text[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		if (low >= 0 && (high > 0 || low > 0))
		{
			result[n++] = (char) (high << 4 | low);
			i += 2;
		}
		else
			result[n++] = text[i];
	}
	result[n] = '\0';
	if (pg_encoding_verifymbstr(GetDatabaseEncoding(), result, (int) n) < (int) n)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
						errmsg("partition in path \"%s\" is not valid in encoding \"%s\"", path,
							   GetDatabaseEncodingName())));
	return result;
}

static SourcePartition *
make_partition(const char *name, size_t len, const char *path)
{
	SourcePartition *partition = palloc(sizeof(SourcePartition));
	size_t key_len = (const char *) memchr(name, '=', len) - name;

	partition->key = decode(name, key_len, path);
	partition->value = decode(name + key_len + 1, len - key_len - 1, path);
	if (strcmp(partition->value, NULL_PARTITION) == 0)
		partition->value = NULL;
	return partition;
}

List *
source_partitions(const SourceFile *file)
{
	const char *name = file->path;
	List *partitions = NIL;
	const char *end;

	while ((end = strchr(name, '/')) != NULL)
	{
		if (partition_is_name(name, end - name))
		{
			SourcePartition *partition = make_partition(name, end - name, file->path);

			partition->was_found = (size_t) (name - file->path) >= file->root_len;
			partitions = lappend(partitions, partition);
		}
		name = end + 1;
	}
	return partitions;
}
