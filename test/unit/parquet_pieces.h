/*
 * parquet_pieces.h: page bodies whose sections are windows of a few bytes.
 *
 * Each window is memory of its own, of exactly its size and PQ_SLACK bytes of rubbish, and is freed
 * by the next one: reading behind it, or what was there before, is seen by the address sanitizer.
 * Or, when is_stable, windows are parts of the data itself.
 */
#ifndef INGEST_TEST_PARQUET_PIECES_H
#define INGEST_TEST_PARQUET_PIECES_H

#include <stdlib.h>
#include <string.h>

#include "format/parquet/section.h"

typedef struct PieceBody
{
	PqBody body;
	const unsigned char *data; /* is_stable: PQ_SLACK bytes follow */
	size_t window;
	bool is_stable;
	int nopen;
} PieceBody;

typedef struct PieceState
{
	const unsigned char *next; /* what follows the window */
	size_t window;
	unsigned char *memory;
} PieceState;

static inline FmtStatus
piece_more(PqSection *section, size_t need, PqError *error)
{
	PieceState *state = section->state;
	size_t kept = (size_t) (section->end - section->pos);
	size_t len = need > state->window ? need : state->window;
	unsigned char *memory;

	if (len > kept + section->behind)
		len = kept + (size_t) section->behind;
	section->behind -= len - kept;
	state->next += len - kept;
	if (section->is_stable)
	{
		section->end = state->next;
		return FMT_OK;
	}
	memory = malloc(len + PQ_SLACK);
	if (memory == NULL)
		abort();
	memcpy(memory, state->next - len, len);
	memset(memory + len, 0xa5, PQ_SLACK);
	free(state->memory);
	state->memory = memory;
	section->pos = memory;
	section->end = memory + len;
	return FMT_OK;
}

static inline FmtStatus
piece_open(PqBody *base, uint64_t offset, uint64_t len, PqSection *section, PqError *error)
{
	PieceBody *body = (PieceBody *) base;
	PieceState *state = calloc(1, sizeof(*state));

	if (state == NULL || offset > base->len || len > base->len - offset)
		abort();
	state->next = body->data + offset;
	state->window = body->window;
	section->pos = section->end = state->next;
	section->behind = len;
	section->more = piece_more;
	section->state = state;
	section->is_stable = body->is_stable;
	body->nopen++;
	return FMT_OK;
}

static inline void
piece_close(PqBody *base, PqSection *section)
{
	PieceState *state = section->state;

	((PieceBody *) base)->nopen--;
	free(state->memory);
	free(state);
}

static inline void
piece_body_init(PieceBody *body, const unsigned char *data, size_t len, size_t window)
{
	memset(body, 0, sizeof(*body));
	body->body.len = len;
	body->body.open = piece_open;
	body->body.close = piece_close;
	body->data = data;
	body->window = window;
}

#endif
