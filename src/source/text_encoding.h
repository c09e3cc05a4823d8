/*
 * text_encoding.h: what is known of a text's encoding before it is decoded;
 * private to src/source.
 */
#ifndef INGEST_SOURCE_TEXT_ENCODING_H
#define INGEST_SOURCE_TEXT_ENCODING_H

#include <stddef.h>

/* The longest byte order mark, UTF-8's. */
#define TEXT_MARK_MAX 3

typedef enum TextEncoding
{
	TEXT_OTHER,
	TEXT_UTF8,  /* by its mark */
	TEXT_UTF16, /* the byte order is still unknown */
	TEXT_UTF16LE,
	TEXT_UTF16BE
} TextEncoding;

/* What the name of an encoding (NULL: none) says; case, hyphens and underscores do not matter. */
extern TextEncoding text_encoding_declared(const char *name);

/* Length of the byte order mark that the text begins with, and what it tells; 0: there is none. */
extern size_t text_encoding_detect(const unsigned char *head, size_t len, TextEncoding *encoding);

#endif
