/*
 * text_encoding.c: what is known of a text's encoding before it is decoded.
 *
 * Only UTF-16 and byte order marks matter here; every other encoding is
 * PostgreSQL's business.
 */
#include "postgres.h"

#include "source/text_encoding.h"

/* Is name the given encoding, whatever its case, hyphens and underscores? */
static bool
is_encoding(const char *name, const char *encoding)
{
	for (; *name != '\0'; name++)
	{
		if (*name == '-' || *name == '_')
			continue;
		if (pg_tolower((unsigned char) *name) != (unsigned char) *encoding)
			return false;
		encoding++;
	}
	return *encoding == '\0';
}

TextEncoding
text_encoding_declared(const char *name)
{
	if (name == NULL)
		return TEXT_OTHER;
	if (is_encoding(name, "utf16"))
		return TEXT_UTF16;
	if (is_encoding(name, "utf16le"))
		return TEXT_UTF16LE;
	if (is_encoding(name, "utf16be"))
		return TEXT_UTF16BE;
	return TEXT_OTHER;
}

size_t
text_encoding_detect(const unsigned char *head, size_t len, TextEncoding *encoding)
{
	static const struct
	{
		TextEncoding encoding;
		size_t len;
		unsigned char bytes[TEXT_MARK_MAX];
	} marks[] = {{TEXT_UTF8, 3, {0xef, 0xbb, 0xbf}},
				 {TEXT_UTF16LE, 2, {0xff, 0xfe}},
				 {TEXT_UTF16BE, 2, {0xfe, 0xff}}};

	for (size_t i = 0; i < lengthof(marks); i++)
	{
		if (len >= marks[i].len && memcmp(head, marks[i].bytes, marks[i].len) == 0)
		{
			*encoding = marks[i].encoding;
			return marks[i].len;
		}
	}
	return 0;
}
