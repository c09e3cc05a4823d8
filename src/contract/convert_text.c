/*
 * convert_text.c: text, varchar(n), char(n).
 *
 * Any bytes in the server encoding (the reader has verified them) become the
 * value; a length limit counts characters.  Values are varlenas in the arena.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "contract/convert_internal.h"
#include "contract/short_copy.h"

ConvertStatus
convert_text(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	struct varlena *result;
	char *payload;

	if (len > MaxAllocSize - VARHDRSZ)
		return CONVERT_UNDECIDED;
	result = convert_arena_varlena(arena, len, &payload);
	short_copy(payload, data, len);
	*value = PointerGetDatum(result);
	return CONVERT_OK;
}

/* Characters in the text; a text longer than any limit can allow is not looked at. */
static inline int
count_chars(const char *data, size_t len, int limit)
{
	size_t i;

	if (len > (size_t) limit * MAX_MULTIBYTE_CHAR_LEN)
		return limit + 1;
	if (pg_database_encoding_max_length() == 1)
		return (int) len;
	for (i = 0; i < len && !IS_HIGHBIT_SET(data[i]); i++)
		;
	return i == len ? (int) len : pg_mbstrlen_with_len(data, (int) len);
}

/* A text that is too long is left to convert_cells(): trailing blanks make the difference. */
ConvertStatus
convert_varchar(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				Datum *value)
{
	int limit = converter->max_chars;

	if (limit >= 0 && len > (size_t) limit && count_chars(data, len, limit) > limit)
		return CONVERT_UNDECIDED;
	return convert_text(converter, data, len, arena, value);
}

/* Pads with blanks to n characters, as bpcharin() does. */
ConvertStatus
convert_bpchar(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			   Datum *value)
{
	int limit = converter->max_chars;
	int nchars;
	int padding;
	struct varlena *result;
	char *payload;

	if (limit < 0)
		return convert_text(converter, data, len, arena, value);

	nchars = count_chars(data, len, limit);
	if (nchars > limit)
		return CONVERT_UNDECIDED;
	padding = limit - nchars;
	result = convert_arena_varlena(arena, len + padding, &payload);
	memcpy(payload, data, len);
	memset(payload + len, ' ', padding);
	*value = PointerGetDatum(result);
	return CONVERT_OK;
}
