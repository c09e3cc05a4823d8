/*
 * schema_parts.h: what the files that build a PqSchema share.
 *
 * schema.c makes the tree of nodes, schema_logical.c says what a node's annotations mean,
 * schema_fields.c makes the fields of the finished tree.
 */
#ifndef INGEST_FORMAT_PARQUET_SCHEMA_PARTS_H
#define INGEST_FORMAT_PARQUET_SCHEMA_PARTS_H

#include "format/parquet/schema.h"

/*
 * The cursor is inside a LogicalType.  *id: field id of its member, -1 when there is none;
 * *logical: what the member says, PQ_LOGICAL_NONE for one that is unknown.
 */
extern void pq_logical_parse(ThriftCursor *cursor, int32_t *id, PqLogical *logical);

/*
 * Sets node->logical, which holds what pq_logical_parse gave, to what counts: the logical type
 * if it fits the physical type, else the converted type if that fits, else nothing.
 * NULL, or what is wrong with a DECIMAL: to ignore that would change values.
 */
extern const char *pq_logical_resolve(PqNode *node);

/* Fills fields, nfields and all_fields.  FMT_OK or FMT_NO_MEMORY. */
extern FmtStatus pq_fields_build(PqSchema *schema, const FmtAllocator *allocator);

#endif
