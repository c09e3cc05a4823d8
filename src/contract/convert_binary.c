/*
 * convert_binary.c: boolean, uuid and bytea.
 *
 * Grammars: boolean t f y n 1 0 true false in any case; uuid as
 * 8-4-4-4-12 or 32 hexadecimal digits; bytea as \x and an even number of
 * hexadecimal digits.  boolean is by value, the others live in the arena.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "contract/convert_internal.h"

/* word consists of lower case letters. */
static inline bool
equals_lower(const char *data, const char *word, size_t len)
{
	unsigned int differs = 0;
	size_t i;

	for (i = 0; i < len; i++)
		differs |= (unsigned int) ((data[i] | 0x20) ^ word[i]);
	return differs == 0;
}

ConvertStatus
convert_bool(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	if (len == 1)
	{
		switch (*data)
		{
			case 't':
			case 'T':
			case 'y':
			case 'Y':
			case '1':
				*value = BoolGetDatum(true);
				return CONVERT_OK;
			case 'f':
			case 'F':
			case 'n':
			case 'N':
			case '0':
				*value = BoolGetDatum(false);
				return CONVERT_OK;
			default:
				return CONVERT_UNDECIDED;
		}
	}
	if (len == 4 && equals_lower(data, "true", 4))
	{
		*value = BoolGetDatum(true);
		return CONVERT_OK;
	}
	if (len == 5 && equals_lower(data, "false", 5))
	{
		*value = BoolGetDatum(false);
		return CONVERT_OK;
	}
	return CONVERT_UNDECIDED;
}

bool
converter_has_words(const Converter *converter)
{
	return converter->base_type == BOOLOID && converter->format.true_words != NIL;
}

static bool
is_word(List *words, const char *data, size_t len)
{
	ListCell *lc;

	foreach (lc, words)
		if (strlen(lfirst(lc)) == len && memcmp(lfirst(lc), data, len) == 0)
			return true;
	return false;
}

/* Booleans in words of the contract, which are told apart by case. */
ConvertStatus
convert_words(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			  Datum *value)
{
	bool is_true = is_word(converter->format.true_words, data, len);

	if (!is_true && !is_word(converter->format.false_words, data, len))
		return CONVERT_UNDECIDED;
	*value = BoolGetDatum(is_true);
	return CONVERT_OK;
}

/* The value of a hexadecimal digit plus 1; 0 for any other character. */
static const unsigned char hex_digits[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};

/* Decodes 2 * nbytes hexadecimal digits. */
static inline bool
decode_hex(const char *data, size_t nbytes, unsigned char *out)
{
	size_t i;

	for (i = 0; i < nbytes; i++)
	{
		unsigned int high = hex_digits[(unsigned char) data[2 * i]];
		unsigned int low = hex_digits[(unsigned char) data[2 * i + 1]];

		if (high == 0 || low == 0)
			return false;
		out[i] = (unsigned char) ((high - 1) << 4 | (low - 1));
	}
	return true;
}

ConvertStatus
convert_uuid(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	unsigned char bytes[UUID_LEN];
	pg_uuid_t *result;

	if (len == 36)
	{
		if (data[8] != '-' || data[13] != '-' || data[18] != '-' || data[23] != '-' ||
			!decode_hex(data, 4, bytes) || !decode_hex(data + 9, 2, bytes + 4) ||
			!decode_hex(data + 14, 2, bytes + 6) || !decode_hex(data + 19, 2, bytes + 8) ||
			!decode_hex(data + 24, 6, bytes + 10))
			return CONVERT_UNDECIDED;
	}
	else if (len != 32 || !decode_hex(data, UUID_LEN, bytes))
		return CONVERT_UNDECIDED;

	result = convert_arena_alloc(arena, sizeof(pg_uuid_t));
	memcpy(result->data, bytes, UUID_LEN);
	*value = UUIDPGetDatum(result);
	return CONVERT_OK;
}

/*
 * The memory of a refused value is not given back: refused values are rare and
 * the arena lives only as long as its batch.
 */
ConvertStatus
convert_bytea(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			  Datum *value)
{
	size_t nbytes = len / 2 - 1;
	struct varlena *result;
	char *payload;

	if (len < 2 || len % 2 != 0 || data[0] != '\\' || data[1] != 'x' ||
		nbytes > MaxAllocSize - VARHDRSZ)
		return CONVERT_UNDECIDED;
	result = convert_arena_varlena(arena, nbytes, &payload);
	if (!decode_hex(data + 2, nbytes, (unsigned char *) payload))
		return CONVERT_UNDECIDED;
	*value = PointerGetDatum(result);
	return CONVERT_OK;
}
