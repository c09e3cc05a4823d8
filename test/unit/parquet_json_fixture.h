/*
 * parquet_json_fixture.h: fields and vectors written by hand, for tests of JSON text.
 *
 * Fields live in static memory until fixture_reset(); leaves are numbered when the
 * outermost field is complete (every constructor numbers what is below it).
 */
#ifndef INGEST_TEST_PARQUET_JSON_FIXTURE_H
#define INGEST_TEST_PARQUET_JSON_FIXTURE_H

#include "format/parquet/json.h"

#define FIXTURE_MAX_LEAVES 8
#define FIXTURE_MAX_TEXT   65536

extern void fixture_reset(void);

/* A leaf; def: the definition level of a value. Its node may be changed. */
extern PqField *fixture_leaf(const char *name, uint8_t def, int32_t type, PqLogicalKind kind);
extern PqNode *fixture_node(const PqField *leaf);
extern PqField *fixture_int32(const char *name, uint8_t def);
extern PqField *fixture_text(const char *name, uint8_t def);
extern PqField *fixture_binary(const char *name, uint8_t def);

extern PqField *fixture_struct(const char *name, uint8_t def_present, int nchildren, ...);
extern PqField *fixture_list(const char *name, uint8_t def_present, uint8_t rep,
							 uint8_t def_element, PqField *element);
/* value may be NULL. */
extern PqField *fixture_map(const char *name, uint8_t def_present, uint8_t rep, uint8_t def_element,
							PqField *key, PqField *value);

/* pq_json_field() into text, NUL-terminated. */
extern FmtStatus fixture_json(const PqField *field, const PqVector *vectors, PqPosition *at,
							  const PqJsonStyle *style, char *text);
/* The same with a sink that takes nothing. */
extern FmtStatus fixture_json_refused(const PqField *field, const PqVector *vectors, PqPosition *at,
									  const PqJsonStyle *style);
/* Any sink that fills a text of FIXTURE_MAX_TEXT bytes. */
typedef struct FixtureText
{
	char *text;
	size_t len;
} FixtureText;
extern bool fixture_append(void *context, const char *data, size_t len);

/* Levels of a vector: counted bytes. */
#define DEFS(...) ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})
#define REPS(...) ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})
#define NO_LEVELS NULL, 0
#define TEXT(literal)                \
	{                                \
		literal, sizeof(literal) - 1 \
	}

#define COUNT(type, ...) (uint32_t)(sizeof((const type[]){__VA_ARGS__}) / sizeof(type))
#define INT_VECTOR(def, rep, ...) \
	fixture_int_vector(def, rep, COUNT(int32_t, __VA_ARGS__), (const int32_t[]){__VA_ARGS__})
#define TEXT_VECTOR(def, rep, ...) \
	fixture_text_vector(def, rep, COUNT(PqBytes, __VA_ARGS__), (const PqBytes[]){__VA_ARGS__})

/* def or rep may be NULL; slots are counted from def, else from the values. */
extern PqVector fixture_int_vector(const uint8_t *def, size_t ndef, const uint8_t *rep, size_t nrep,
								   uint32_t nvalues, const int32_t *values);
extern PqVector fixture_text_vector(const uint8_t *def, size_t ndef, const uint8_t *rep,
									size_t nrep, uint32_t nvalues, const PqBytes *values);

#endif
