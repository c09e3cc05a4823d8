/*
 * assembly.h: walks the leaves of a nested field row by row.
 *
 * Definition and repetition levels of all leaves below a field say together whether it is null,
 * empty or present, and whether a list goes on.  A PqAssembly has one position per leaf; whoever
 * builds values asks for the shape of a field, descends, and takes values at the leaves.
 * Leaves that disagree are FMT_CORRUPT.  Nothing is allocated, and nothing recurses here.
 */
#ifndef INGEST_FORMAT_PARQUET_ASSEMBLY_H
#define INGEST_FORMAT_PARQUET_ASSEMBLY_H

#include "format/parquet/rows.h"

/* A position in a leaf's vector: the next slot, and the next value in data. */
typedef struct PqPosition
{
	uint32_t slot;
	uint32_t value;
} PqPosition;

/* The positions of the leaves of one field, usually a top-level one. */
typedef struct PqAssembly
{
	const PqField *field;
	const PqVector *vectors; /* one per leaf of field, in order */
	PqPosition *at;          /* the same */
} PqAssembly;

typedef enum PqShape
{
	PQ_SHAPE_NULL,
	PQ_SHAPE_EMPTY, /* a list or map without elements */
	PQ_SHAPE_PRESENT
} PqShape;

/* Callers that recurse over fields do so at most this deep, and report FMT_LIMIT beyond. */
#define PQ_MAX_NESTING 512

/* Is every leaf at the beginning of a row? */
extern FmtStatus pq_assembly_begin_row(const PqAssembly *assembly, PqError *error);
/* Is every leaf behind a row? */
extern FmtStatus pq_assembly_end_row(const PqAssembly *assembly, PqError *error);

/* What field is at the current slots. A field without leaves is present, or empty. */
extern FmtStatus pq_assembly_shape(const PqAssembly *assembly, const PqField *field, PqShape *shape,
								   PqError *error);

/* Moves the leaves of a field that is null or empty behind its slot. */
extern void pq_assembly_pass(PqAssembly *assembly, const PqField *field);

/* The number of the value of a scalar field that is present; moves behind it. */
extern FmtStatus pq_assembly_take(PqAssembly *assembly, const PqField *field, uint32_t *value,
								  PqError *error);

/*
 * All elements of a list of scalars at once, if none is null: the number of the first value, and how many; moves
 * behind the list.  false, and nothing moves: it has nulls or is empty, and pq_assembly_take() has to say.
 */
extern bool pq_assembly_take_list(PqAssembly *assembly, const PqField *list, uint32_t *value,
								  uint32_t *n);

/* After an element of a list or map that is present: does another one follow? */
extern FmtStatus pq_assembly_more(const PqAssembly *assembly, const PqField *field, bool *more,
								  PqError *error);

static inline const PqVector *
pq_assembly_vector(const PqAssembly *assembly, const PqField *scalar)
{
	return &assembly->vectors[scalar->leaf - assembly->field->leaf];
}

/* Moves the positions of a field's leaves behind n rows. */
extern void pq_skip_rows(const PqField *field, const PqVector *vectors, PqPosition *at, uint32_t n);

#endif
