/*
 * partition.h: values in the names of directories, as Hive, Spark and DuckDB write them.
 */
#ifndef INGEST_SOURCE_PARTITION_H
#define INGEST_SOURCE_PARTITION_H

#include "source/source.h"

/* One directory "key=value" on the way to a file. */
typedef struct SourcePartition
{
	char *key;
	char *value;    /* NULL: the partition of NULLs */
	bool was_found; /* below what the source argument names */
} SourcePartition;

/* Is this the name of a partition's directory? */
extern bool partition_is_name(const char *name, size_t len);

/* Partitions of a file (of SourcePartition *), outermost first, in CurrentMemoryContext. */
extern List *source_partitions(const SourceFile *file);

#endif
