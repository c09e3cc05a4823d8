/*
 * schema.h: the columns of a Parquet file.
 *
 * Two views.  PqNode: the tree as it is written, one node an element, leaves
 * numbered in file order.  PqField: what it means, with LIST and MAP resolved by
 * the format's compatibility rules: scalars, structs, lists, maps, and the
 * definition and repetition levels that tell null, empty and present apart.
 * The memory is the PqSchema's; names are slices of the bytes that were parsed.
 */
#ifndef INGEST_FORMAT_PARQUET_SCHEMA_H
#define INGEST_FORMAT_PARQUET_SCHEMA_H

#include "format/allocator.h"
#include "format/parquet/thrift.h"

/*
 * Levels are kept in a byte; deeper nesting, of required groups too, is FMT_UNSUPPORTED.  So
 * functions that walk down the tree may recurse.
 */
#define PQ_MAX_LEVEL 255

/* Elements of any list in the footer: more is FMT_LIMIT, because each is given memory. */
#define PQ_MAX_ELEMENTS 1000000

typedef struct PqNode
{
	PqBytes name;
	int32_t repetition; /* PqRepetition; of the root: ignored */
	bool is_leaf;
	int32_t type;        /* PqType, of a leaf */
	int32_t type_length; /* of FIXED_LEN_BYTE_ARRAY; checked: > 0 */
	/* as written, for inspection; -1: absent */
	int32_t converted_type;
	int32_t logical_id; /* field id of the LogicalType's member */
	int32_t scale;
	int32_t precision;
	int32_t num_children;
	int32_t field_id;
	bool has_field_id;
	PqLogical logical;
	int32_t parent;      /* node number; -1: root */
	int32_t first_child; /* node number; -1: none. Children follow by next_sibling */
	int32_t next_sibling;
	int32_t leaf; /* number of the leaf; of a group: of the first leaf below */
	int32_t nleaves;
	uint8_t max_def;
	uint8_t max_rep;
} PqNode;

typedef enum PqFieldKind
{
	PQ_FIELD_SCALAR,
	PQ_FIELD_STRUCT,
	PQ_FIELD_LIST,
	PQ_FIELD_MAP,
	PQ_FIELD_VARIANT /* children as of a struct: metadata, value, typed_value */
} PqFieldKind;

typedef struct PqField PqField;
struct PqField
{
	PqFieldKind kind;
	PqBytes name;
	int32_t node; /* that carries the name and annotation */
	bool nullable;
	uint8_t def_present; /* a slot with a definition level of at least this is not null here */
	/* LIST and MAP: */
	uint8_t
		rep; /* repetition level of the elements: rep == this: another element of the same list */
	uint8_t def_element; /* a slot with at least this has an element; between: the list is empty */
	int32_t nchildren;   /* LIST: 1 (element); MAP: 2, or 1 when it has keys only */
	PqField **children;
	int32_t leaf;    /* first leaf below, itself when SCALAR */
	int32_t nleaves; /* 0: a group without columns, of which the file holds nothing */
};

typedef struct PqSchema
{
	int32_t nnodes;
	PqNode *nodes; /* [0] is the root */
	int32_t nleaves;
	int32_t *leaves; /* node numbers */
	int32_t nfields; /* top-level columns */
	PqField **fields;
	PqField *all_fields; /* their memory, and that of all fields below */
} PqSchema;

/*
 * cursor: at the first of count SchemaElements; left behind the last.  Offsets in errors count
 * from the cursor's start.
 */
extern FmtStatus pq_schema_parse(ThriftCursor *cursor, uint32_t count,
								 const FmtAllocator *allocator, PqSchema **schema, PqError *error);
extern void pq_schema_free(PqSchema *schema, const FmtAllocator *allocator);

/* The nodes from the top-level column down to node, into path; how many.  The root has none. */
extern int pq_node_path(const PqSchema *schema, int32_t node, int32_t path[PQ_MAX_LEVEL]);

/* Says in error, which may be NULL, that it is about leaf; its column is the top-level one. */
extern void pq_error_at_leaf(PqError *error, const PqSchema *schema, int32_t leaf);

/* "a.b.c" into buffer, cut and NUL-terminated; returns it. Dots in names are not escaped. */
extern const char *pq_schema_path(const PqSchema *schema, int32_t node, char *buffer, size_t size);

#endif
