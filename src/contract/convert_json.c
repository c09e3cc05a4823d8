/*
 * convert_json.c: json, stored as it is written once it is known to be valid.
 *
 * Texts that json_is_valid() does not take, which may be JSON all the same, are left to
 * json_in().  Values are varlenas in the arena.
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/convert_internal.h"
#include "format/json_valid.h"

ConvertStatus
convert_json(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	if (!json_is_valid(data, len))
		return CONVERT_UNDECIDED;
	return convert_text(converter, data, len, arena, value);
}
