/*
 * document_keys.h: the keys of an object in a contract, as rows of a table, private to document*.c.
 */
#ifndef INGEST_CONTRACT_DOCUMENT_KEYS_H
#define INGEST_CONTRACT_DOCUMENT_KEYS_H

#include "contract/document.h"

typedef enum DocumentKind
{
	KEY_BOOLEAN,
	KEY_STRING,
	KEY_CHARACTER, /* a string of one byte */
	KEY_LENGTH,    /* a number of characters: an integer from 0 */
	KEY_SCALAR,    /* string, number or boolean, as text */
	KEY_STRINGS,   /* a string, or an array of them */
	KEY_SCALARS,   /* an array of scalars, as text */
	KEY_REFERENCE, /* {"table": …, "column": …} */
	KEY_OBJECT,    /* Jsonb * */
	KEY_MEMBERS    /* an object with names that people choose: a list of DocumentMember * */
} DocumentKind;

typedef struct DocumentKey
{
	const char *name;
	DocumentKind kind;
	size_t offset; /* of the field in the struct that the object fills */
} DocumentKey;

/*
 * Reads a JSON object into the struct at fields by the n keys; path: of the object, "" at the
 * top.  Notes unknown keys and values of another kind.
 */
extern void document_read(JsonbContainer *object, const DocumentKey *keys, int n, const char *path,
						  void *fields, DocumentErrors *errors);

/* path with name behind it */
extern char *document_path(const char *path, const char *name);

/* document_checks.c: the members of "unique" and "checks". */
extern List *document_read_unique(List *members, DocumentErrors *errors);
extern List *document_read_checks(List *members, DocumentErrors *errors);

#endif
