/*
 * json_reader.h: JSON texts as trees, for tests.
 */
#ifndef INGEST_TEST_JSON_READER_H
#define INGEST_TEST_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum JsonKind
{
	JSON_NULL,
	JSON_BOOLEAN,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
} JsonKind;

typedef struct JsonNode JsonNode;
struct JsonNode
{
	JsonKind kind;
	const char *name; /* of a member of an object, terminated */
	const char *text; /* of a scalar; terminated, and of strings decoded */
	size_t len;
	JsonNode *first_child;
	JsonNode *next;
};

/*
 * One JSON text; text is changed, and the tree points into it.  A mistake ends the program.
 */
extern JsonNode *json_read(char *text);
extern void json_free(JsonNode *node);
/* NULL if there is none. */
extern const JsonNode *json_member(const JsonNode *object, const char *name);

#endif
