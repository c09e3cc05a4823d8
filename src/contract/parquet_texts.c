/*
 * parquet_texts.c: STRING, ENUM, JSON and byte arrays without annotation that are taken as text.
 *
 * In: runs of bytes that are, or should be, UTF-8.  Out: what the column's converter makes of the text in
 * the server encoding, so every type can be had and every rule of text files holds.  What is
 * not UTF-8, has a NUL byte, or a character that the server encoding has not, is refused.
 * Texts that need no conversion are not copied on the way.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "contract/convert_verdict.h"
#include "contract/parquet_internal.h"

/* Bytes of a refused text that are kept, as hexadecimal digits. */
#define MAX_SHOWN_BYTES 500

/* What an input function can be given. */
#define MAX_TEXT_BYTES      (MaxAllocSize - VARHDRSZ - 1)
#define MAX_CONVERTED_BYTES (MAX_TEXT_BYTES / MAX_CONVERSION_GROWTH)

/* Bytes that are looked at together; compilers make one instruction of an operation on them. */
typedef uint8 TextBlock __attribute__((vector_size(16)));

/* scan_plain_ascii() for less than a block. */
static inline bool
scan_few_ascii(char *to, const char *data, size_t len)
{
	const uint64 low = UINT64CONST(0x0101010101010101);
	const uint64 high = UINT64CONST(0x8080808080808080);
	uint64 seen = 0;
	size_t i;

	if (len >= sizeof(uint64))
	{
		uint64 head;
		uint64 tail;

		memcpy(&head, data, sizeof(head));
		memcpy(&tail, data + len - sizeof(tail), sizeof(tail));
		if (to != NULL)
		{
			memcpy(to, &head, sizeof(head));
			memcpy(to + len - sizeof(tail), &tail, sizeof(tail));
		}
		return ((head | (head - low) | tail | (tail - low)) & high) == 0;
	}
	for (i = 0; i < len; i++)
	{
		seen |= (uint64) (unsigned char) data[i] | (uint64) ((unsigned char) data[i] - 1);
		if (to != NULL)
			to[i] = data[i];
	}
	return (seen & high) == 0;
}

/*
 * Whether text is ASCII without NUL bytes.  Copies it as well, unless `to` is NULL: one pass over bytes that the
 * cache does not have yet.
 */
static inline bool
scan_plain_ascii(char *to, const char *data, size_t len)
{
	const uint64 high = UINT64CONST(0x8080808080808080);
	TextBlock seen = {0};
	uint64 halves[2];
	size_t i;

	if (len < sizeof(TextBlock))
		return scan_few_ascii(to, data, len);
	for (i = 0; i < len; i += sizeof(TextBlock))
	{
		size_t at = Min(i, len - sizeof(TextBlock)); /* the last block overlaps the one before */
		TextBlock bytes;

		memcpy(&bytes, data + at, sizeof(bytes));
		if (to != NULL)
			memcpy(to + at, &bytes, sizeof(bytes));
		seen |= bytes | (bytes - 1); /* no high bit: each is between 1 and 127 */
	}
	memcpy(halves, &seen, sizeof(halves));
	return ((halves[0] | halves[1]) & high) == 0;
}

/* The value is shown as bytea. */
static void
refuse(ParquetRun *run, uint32 i, PqBytes bytes, int sqlstate, const char *message)
{
	size_t shown = Min(bytes.len, MAX_SHOWN_BYTES);
	char *text = MemoryContextAlloc(run->arena->context, 2 + 2 * shown);

	text[0] = '\\';
	text[1] = 'x';
	hex_encode(bytes.data, shown, text + 2);
	parquet_doubt(run, i, NULL, text, 2 + 2 * shown)->failure =
		convert_failure("encoding", sqlstate, message);
}

/* The bytes of the character at data as " 0xHH 0xHH". */
static char *
show_character(const char *data, size_t len)
{
	size_t n = Min((size_t) pg_encoding_mblen(PG_UTF8, data), len);
	StringInfoData text;
	size_t i;

	initStringInfo(&text);
	for (i = 0; i < n; i++)
		appendStringInfo(&text, " 0x%02x", (unsigned char) data[i]);
	return text.data;
}

/* What cannot be text in the server encoding: the messages of report_invalid_encoding() and its kin. */
static void
refuse_invalid(ParquetRun *run, uint32 i, PqBytes bytes, size_t at)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);

	refuse(run, i, bytes, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE,
		   psprintf("invalid byte sequence for encoding \"UTF8\":%s",
					show_character(bytes.data + at, bytes.len - at)));
	MemoryContextSwitchTo(oldcontext);
}

static void
refuse_untranslatable(ParquetRun *run, uint32 i, PqBytes bytes, size_t at)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);

	refuse(run, i, bytes, ERRCODE_UNTRANSLATABLE_CHARACTER,
		   psprintf("character with byte sequence%s in encoding \"UTF8\" has no equivalent in "
					"encoding \"%s\"",
					show_character(bytes.data + at, bytes.len - at), GetDatabaseEncodingName()));
	MemoryContextSwitchTo(oldcontext);
}

static void
refuse_length(ParquetRun *run, uint32 i, PqBytes bytes)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);

	refuse(run, i, bytes, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		   psprintf("text of %u bytes is too long", bytes.len));
	MemoryContextSwitchTo(oldcontext);
}

/* From valid UTF-8 to the server encoding; false if the text was refused. */
static bool
convert_encoding(ParquetScalar *scalar, ParquetRun *run, uint32 i, PqBytes *bytes)
{
	size_t size = add_size(mul_size(bytes->len, MAX_CONVERSION_GROWTH), 1);
	char *out = MemoryContextAllocHuge(run->arena->context, size);
	size_t used =
		pg_do_encoding_conversion_buf(scalar->conversion, PG_UTF8, GetDatabaseEncoding(),
									  (unsigned char *) unconstify(char *, bytes->data),
									  (int) bytes->len, (unsigned char *) out, (int) size, true);

	if (used != bytes->len)
	{
		pfree(out);
		refuse_untranslatable(run, i, *bytes, used);
		return false;
	}
	bytes->data = out;
	bytes->len = (uint32) strlen(out);
	return true;
}

/* Makes bytes a text in the server encoding; false if it was refused. */
static bool
decode(ParquetScalar *scalar, ParquetRun *run, uint32 i, PqBytes *bytes)
{
	int encoding = GetDatabaseEncoding() == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8;
	size_t valid;

	if (bytes->len > (OidIsValid(scalar->conversion) ? MAX_CONVERTED_BYTES : MAX_TEXT_BYTES))
	{
		refuse_length(run, i, *bytes);
		return false;
	}
	valid = pg_encoding_verifymbstr(encoding, bytes->data, (int) bytes->len);
	if (valid != bytes->len)
	{
		refuse_invalid(run, i, *bytes, valid);
		return false;
	}
	return !OidIsValid(scalar->conversion) || convert_encoding(scalar, run, i, bytes);
}

/* Text of the server encoding, by the column's converter. */
static inline void
convert_decoded(ParquetScalar *scalar, ParquetRun *run, uint32 i, PqBytes bytes)
{
	Datum value;

	if (likely(converter_try(scalar->converter, bytes.data, bytes.len, run->arena, &value) ==
			   CONVERT_OK))
		parquet_put(run, i, value);
	else
		(void) parquet_doubt(run, i, scalar->converter, bytes.data, bytes.len);
}

static inline void
value_from_text(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	PqBytes bytes = parquet_bytes_at(scalar, parquet_at(run, i));

	if ((bytes.len <= MAX_TEXT_BYTES && scan_plain_ascii(NULL, bytes.data, bytes.len)) ||
		decode(scalar, run, i, &bytes))
		convert_decoded(scalar, run, i, bytes);
}

static void
convert_texts(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
		value_from_text(scalar, run, i);
}

/* The same for a column that takes any text as it is. */
static void
convert_any_texts(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		PqBytes bytes = parquet_bytes_at(scalar, parquet_at(run, i));

		if (likely(bytes.len <= MAX_TEXT_BYTES))
		{
			char *payload;
			struct varlena *text = convert_arena_varlena(run->arena, bytes.len, &payload);

			if (likely(scan_plain_ascii(payload, bytes.data, bytes.len)))
			{
				parquet_put(run, i, PointerGetDatum(text));
				continue;
			}
		}
		if (decode(scalar, run, i, &bytes))
			convert_decoded(scalar, run, i, bytes);
	}
}

void
parquet_as_text(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	value_from_text(scalar, run, i);
}

bool
parquet_pick_text(ParquetScalar *scalar)
{
	int encoding = GetDatabaseEncoding();

	if (encoding != PG_UTF8 && encoding != PG_SQL_ASCII)
	{
		scalar->conversion = FindDefaultConversionProc(PG_UTF8, encoding);
		if (!OidIsValid(scalar->conversion))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
							errmsg("there is no conversion from encoding \"%s\" to \"%s\"", "UTF8",
								   GetDatabaseEncodingName())));
	}
	scalar->convert =
		converter_function(scalar->converter) == convert_text ? convert_any_texts : convert_texts;
	return true;
}
