/*
 * csv_sample.c: the beginning of a text file, decoded.
 *
 * in:  a file, options
 * out: bytes, and their encoding
 *
 * An encoding that is neither given nor marked is told by its bytes: UTF-16 has a zero byte in nearly
 * every other place; what is not valid UTF-8 is taken as one of the encodings of Western Europe, which is
 * a guess and said to be one.
 */
#include "postgres.h"

#include "inspect/csv_sample.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#define PIECE         ((size_t) 1024 * 1024)
#define UTF16_LOOK_AT ((size_t) 64 * 1024)

/* "utf-16le", "utf-16be", or NULL: every other byte is zero, as in Latin text. */
static const char *
detect_utf16(const char *buf, size_t len)
{
	const size_t n = Min(len, UTF16_LOOK_AT) / 2 * 2;
	size_t zeros[2] = {0, 0};
	size_t i;

	for (i = 0; i < n; i++)
		zeros[i % 2] += buf[i] == '\0';
	if (n < 8 || zeros[0] + zeros[1] < n / 5)
		return NULL;
	if (zeros[0] * 10 < zeros[1])
		return "utf-16le";
	if (zeros[1] * 10 < zeros[0])
		return "utf-16be";
	return NULL;
}

/* Are lines that are not ASCII mostly invalid as UTF-8? */
static bool
is_single_byte(const char *buf, size_t len)
{
	const char *const end = buf + len;
	int64 valid = 0;
	int64 invalid = 0;

	while (buf < end)
	{
		const char *newline = memchr(buf, '\n', end - buf);
		const size_t line = (newline != NULL ? newline : end) - buf;
		size_t i;

		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < line && (signed char) buf[i] >= 0; i++)
			;
		/* what the end of the sample cuts proves nothing */
		if (i < line && newline != NULL)
		{
			if (pg_encoding_verifymbstr(PG_UTF8, buf, line) < (int) line &&
				memchr(buf, '\0', line) == NULL)
				invalid++;
			else
				valid++;
		}
		buf += line + 1;
	}
	return invalid > valid;
}

/* Bytes from 0x80 to 0x9f are controls in Latin 1; Windows' version has characters, but for five. */
static int
choose_single_byte(const char *buf, size_t len)
{
	bool is_windows = false;
	size_t i;

	for (i = 0; i < len; i++)
	{
		if ((unsigned char) buf[i] < 0x80 || (unsigned char) buf[i] > 0x9f)
			continue;
		if (memchr("\x81\x8d\x8f\x90\x9d", buf[i], 5) != NULL)
			return PG_LATIN1;
		is_windows = true;
	}
	return is_windows ? PG_WIN1252 : PG_LATIN1;
}

static bool
is_ascii(const char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		if ((signed char) buf[i] < 0)
			return false;
	}
	return true;
}

static void
set_encoding(CsvSample *sample, const char *unicode, const IngestOptions *options)
{
	sample->is_default = true;
	if (unicode != NULL)
	{
		sample->encoding = PG_UTF8;
		sample->name = unicode;
	}
	else if (options->encoding != NULL)
	{
		sample->encoding = pg_char_to_encoding(options->encoding);
		sample->name = options->encoding;
	}
	else if (is_ascii(sample->buf, sample->len))
	{
		sample->encoding = GetDatabaseEncoding();
		sample->name = "ascii";
	}
	else
	{
		sample->is_guess = is_single_byte(sample->buf, sample->len);
		sample->encoding =
			sample->is_guess ? choose_single_byte(sample->buf, sample->len) : PG_UTF8;
		sample->name = pg_encoding_to_char(sample->encoding);
		sample->is_default = sample->encoding == GetDatabaseEncoding();
	}
}

/* The bytes of a stream that is closed then; *eof: there are no more. */
static size_t
read_all(SourceStream *stream, char *buf, size_t max, bool *eof)
{
	size_t len = 0;
	size_t got = 1;
	char next;

	while (got > 0 && len < max)
	{
		CHECK_FOR_INTERRUPTS();
		got = source_read(stream, buf + len, Min(max - len, PIECE));
		len += got;
	}
	*eof = got == 0 || source_read(stream, &next, 1) == 0;
	return len;
}

CsvSample
csv_sample_read(const SourceFile *file, const IngestOptions *options, size_t max)
{
	CsvSample sample = {0};
	SourceStream *stream = source_open(file, options->compression, options->encoding);
	const char *unicode = source_unicode_name(stream);
	const char *unmarked;

	sample.buf = MemoryContextAllocHuge(CurrentMemoryContext, max);
	sample.len = read_all(stream, sample.buf, max, &sample.eof);
	source_close(stream);
	unmarked =
		unicode == NULL && options->encoding == NULL ? detect_utf16(sample.buf, sample.len) : NULL;
	if (unmarked != NULL)
	{
		stream = source_open(file, options->compression, unmarked);
		sample.len = read_all(stream, sample.buf, max, &sample.eof);
		source_close(stream);
		unicode = unmarked;
	}
	set_encoding(&sample, unicode, options);
	if (unmarked != NULL)
		sample.is_default = false;
	return sample;
}
