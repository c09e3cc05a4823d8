/*
 * csv_random.c: random dialects and inputs, so that tests meet what nobody thought of.
 */
#include "csv_random.h"

#include <string.h>

uint32_t
csv_random(CsvRandom *random, uint32_t bound)
{
	if (random->nbytes > 0)
	{
		random->nbytes--;
		return *random->bytes++ % bound;
	}
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (uint32_t) ((random->state * UINT64_C(2685821657736338717)) >> 40) % bound;
}

CsvDialect
csv_random_dialect(CsvRandom *random)
{
	static const char *const delimiters[] = {",", ";", "\t", "|", " ", "||", ",,", ", ", "<|>|"};
	static const size_t limits[] = {0, 1, 7, 40, 64, 65, 100, 300, 20000, (size_t) -1};
	CsvDialect d;
	const char *delimiter;

	memset(&d, 0, sizeof(d));
	delimiter = delimiters[csv_random(random, 3) != 0 ? 0 : csv_random(random, 9)];
	d.delimiter_len = (uint8_t) strlen(delimiter);
	memcpy(d.delimiter, delimiter, d.delimiter_len);
	d.quote = "\"\"\"\"\"'\0"[csv_random(random, 7)];
	d.escape = csv_random(random, 4) == 0 ? '\\' : d.quote;
	d.comment = csv_random(random, 4) == 0 ? '#' : '\0';
	d.newline = csv_random(random, 6) == 0 ? '\r' : '\n';
	d.null_padding = csv_random(random, 4) == 0;
	d.ncolumns = csv_random(random, 5);
	d.max_record = csv_random(random, 2) == 0 ? limits[csv_random(random, 10)] : 1 << 24;
	return d;
}

/* Appends to buf, as far as there is room. */
static size_t
put(char *buf, size_t len, size_t pos, const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n && pos < len; i++)
		buf[pos++] = bytes[i];
	return pos;
}

/* One field that obeys the grammar. */
static size_t
put_field(CsvRandom *random, const CsvDialect *d, char *buf, size_t len, size_t pos)
{
	const bool quoted = d->quote != '\0' && csv_random(random, 3) == 0;
	uint32_t n = csv_random(random, csv_random(random, 50) == 0 ? 150 : 12);
	uint32_t i;

	if (quoted)
		pos = put(buf, len, pos, &d->quote, 1);
	for (i = 0; i < n; i++)
	{
		const uint32_t choice = quoted ? csv_random(random, 24) : 99;
		char pair[2];

		pair[0] = choice == 0 ? d->escape : choice == 1 ? d->newline : "abc1 "[i % 5];
		pair[1] = choice == 0 && csv_random(random, 3) == 0 ? d->escape : d->quote;
		if (choice == 2)
			pos = put(buf, len, pos, d->delimiter, d->delimiter_len);
		else
			pos = put(buf, len, pos, pair, choice == 0 ? 2 : 1);
	}
	if (quoted)
		pos = put(buf, len, pos, &d->quote, 1);
	return pos;
}

/* Either noise from the bytes that matter, or records with a little noise in them. */
void
csv_random_input(CsvRandom *random, const CsvDialect *d, char *buf, size_t len)
{
	const char special[] = {
		d->quote, d->escape, d->delimiter[0], d->newline, '\r', '\n', ' ', '\t', '#', 'a',
		'b',      'c',       d->quote,        d->newline};
	const uint32_t noise = csv_random(random, 4) == 0 ? 1 : 1 + csv_random(random, 400);
	const uint32_t columns = d->ncolumns != 0 ? d->ncolumns : 3;
	uint32_t column = 0;
	size_t pos = 0;

	while (pos < len)
	{
		if (noise == 1 || csv_random(random, noise) == 0)
		{
			const uint32_t choice = csv_random(random, sizeof(special) + 1);

			if (choice == sizeof(special))
				pos = put(buf, len, pos, d->delimiter, d->delimiter_len);
			else
				pos = put(buf, len, pos, &special[choice], 1);
			continue;
		}
		pos = put_field(random, d, buf, len, pos);
		if (++column % columns != 0)
			pos = put(buf, len, pos, d->delimiter, d->delimiter_len);
		else
		{
			if (csv_random(random, 5) == 0)
				pos = put(buf, len, pos, "\r\r", 1 + csv_random(random, 2));
			pos = put(buf, len, pos, &d->newline, 1);
		}
	}
}
