/*
 * convert_values.c: random texts for the tests of converters.
 *
 * In: a generator's state and a type.  Out: a text that is valid, at the edge
 * of validity, or slightly damaged; the same for the same seed.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "convert_values.h"

/* 0 .. n - 1 */
static int
pick(pg_prng_state *prng, int n)
{
	return (int) pg_prng_uint64_range(prng, 0, n - 1);
}

static bool
one_in(pg_prng_state *prng, int n)
{
	return pick(prng, n) == 0;
}

static void
append_from(pg_prng_state *prng, StringInfo text, const char *alphabet, int n)
{
	int count = (int) strlen(alphabet);

	for (; n > 0; n--)
		appendStringInfoChar(text, alphabet[pick(prng, count)]);
}

/* One of the words, which are separated by '|'. */
static void
append_word(pg_prng_state *prng, StringInfo text, const char *words)
{
	int nth = 0;
	const char *p;

	for (p = words; *p != '\0'; p++)
		nth += *p == '|';
	for (nth = pick(prng, nth + 1); nth > 0; nth--)
		words = strchr(words, '|') + 1;
	appendBinaryStringInfo(text, words, (int) strcspn(words, "|"));
}

static void
append_digits(pg_prng_state *prng, StringInfo text, int n)
{
	append_from(prng, text, "0123456789", n);
}

static void
append_sign(pg_prng_state *prng, StringInfo text)
{
	static const char signs[] = "|||-|-|+";

	append_word(prng, text, signs);
}

static void
random_integer(pg_prng_state *prng, StringInfo text)
{
	static const char edges[] =
		"32767|32768|-32768|-32769|2147483647|2147483648|-2147483648|-2147483649|"
		"9223372036854775807|9223372036854775808|-9223372036854775808|-9223372036854775809|"
		"99999999999999999999|0|-0|+0|| |-|+|0x1F|0b11|0o17|1_000|_1|1__0|1e5|1.0|abc|N/A|"
		"12abc|99999999999999999999abc|000000000000000000000000001| 7|7 |0x";

	if (one_in(prng, 6))
		append_word(prng, text, edges);
	else
	{
		append_sign(prng, text);
		append_digits(prng, text, 1 + pick(prng, one_in(prng, 4) ? 21 : 6));
	}
}

/* The exact decimal text of a number halfway between two doubles or floats, or close to it. */
static void
random_halfway(pg_prng_state *prng, StringInfo text)
{
	if (one_in(prng, 2))
	{
		uint64 odd = (UINT64CONST(1) << 53) + 2 * (uint64) pick(prng, 1000000) + 1;

		appendStringInfo(text, UINT64_FORMAT, odd);
	}
	else
		appendStringInfo(text, "%.*f", pick(prng, 12),
						 ldexp(16777217 + 2 * pick(prng, 100), -pick(prng, 24)));
	if (one_in(prng, 2))
		appendStringInfo(text, "e%d", pick(prng, 30) - 15);
}

static void
random_decimal(pg_prng_state *prng, StringInfo text, bool exponents)
{
	static const char edges[] =
		"NaN|nan|inf|-Infinity|+inf|infinit|0x1p3|1e400|1e-400|1e39|1e-46|4.9e-324|"
		"1.7976931348623157e308|1.8e308|3.4028235e38|3.4028236e38|-0|-0.0|+.5|5.|.|| |-|1e|"
		"1e+|abc|N/A|1,5|1.5.2|1_000.5|0x1F|12abc|00000.000|0.00001000|"
		"0000000000000000000000000012.5|18446744073709551616|99999999999999999999.5|"
		"184467440737095516160000000000000000000|1.0000000000000000000000001|1e-5|-nan";
	int before;
	int after;

	if (one_in(prng, 8))
	{
		append_word(prng, text, edges);
		return;
	}
	if (exponents && one_in(prng, 8))
	{
		random_halfway(prng, text);
		return;
	}
	before = pick(prng, one_in(prng, 8) ? 40 : 10);
	after = pick(prng, one_in(prng, 8) ? 40 : 8);
	if (one_in(prng, 4)) /* as many digits as a double has, and a few more */
		after = Max(0, 16 + pick(prng, 5) - before);
	append_sign(prng, text);
	append_digits(prng, text, before);
	if (!one_in(prng, 4))
	{
		appendStringInfoChar(text, '.');
		append_digits(prng, text, after);
		if (one_in(prng, 8))
			appendStringInfo(text, "%0*d", 1 + pick(prng, 5), 0);
	}
	if (one_in(prng, exponents ? 3 : 20))
	{
		appendStringInfoChar(text, one_in(prng, 2) ? 'e' : 'E');
		append_sign(prng, text);
		append_digits(prng, text, 1 + pick(prng, exponents && one_in(prng, 8) ? 4 : 2));
	}
}

static void
random_bool(pg_prng_state *prng, StringInfo text)
{
	static const char words[] =
		"true|false|yes|no|on|off|t|f|y|n|1|0|tr|o|of|TRUE|False| t |10||maybe|\t1|truee";

	append_word(prng, text, words);
}

static void
random_iso_date(pg_prng_state *prng, StringInfo text)
{
	if (one_in(prng, 3)) /* where zones change their offset */
		appendStringInfo(text, "%04d-%02d-%02d", 1880 + pick(prng, 160),
						 one_in(prng, 2) ? 3 : 10 + pick(prng, 2), 1 + pick(prng, 31));
	else
		appendStringInfo(
			text, "%04d-%02d-%02d", one_in(prng, 4) ? pick(prng, 10000) : 1950 + pick(prng, 100),
			1 + pick(prng, one_in(prng, 20) ? 14 : 12), 1 + pick(prng, one_in(prng, 20) ? 33 : 28));
}

static void
random_iso_time(pg_prng_state *prng, StringInfo text)
{
	int hour = one_in(prng, 3) ? pick(prng, 4) : pick(prng, one_in(prng, 30) ? 27 : 24);

	appendStringInfo(text, "%02d:%02d", hour, pick(prng, one_in(prng, 30) ? 62 : 60));
	if (one_in(prng, 8))
		return;
	appendStringInfo(text, ":%02d", pick(prng, one_in(prng, 30) ? 63 : 60));
	if (!one_in(prng, 2))
		return;
	appendStringInfoChar(text, '.');
	append_digits(prng, text, pick(prng, one_in(prng, 6) ? 10 : 4));
	if (one_in(prng, 3))
		appendStringInfo(text, "%0*d", 1 + pick(prng, 3), 0);
}

static void
random_zone(pg_prng_state *prng, StringInfo text)
{
	static const char zones[] =
		"Z|z|+00|+05:30|-0800|-08| UTC| EST|+16|-15:59|+1|+05:99|+05:30:15| America/New_York|"
		" +02|+-3|-00:00";

	append_word(prng, text, zones);
}

static void
random_datetime(pg_prng_state *prng, StringInfo text, Oid type)
{
	static const char edges[] =
		"now|today|infinity|-infinity|epoch|allballs|5/1/2020|31.12.2020|Jan 5, 2020|"
		"20200105|2020-001|10:00 AM|12:30 pm|| |abc|N/A|0000-00-00|2020-02-30|J2451187|"
		"2020-01-01 24:00:00|24:00:00|24:00:01|23:59:60|2020-13-01|99/99/9999|2020-01-05 BC|"
		"1999-01-08 04:05:06 -8:00|294277-01-01|5874898-01-01|20200105T101112|2020-1-5|"
		"20-01-05|04:05:06.789-8|040506|2020-01-01 2020-01-01|2020-01-01 10:00:00.5 PM|"
		"y2001m02d04|2000-01-01T";
	bool date = type != TIMEOID || one_in(prng, 20);
	bool time = type != DATEOID || one_in(prng, 20);

	if (one_in(prng, 12))
	{
		append_word(prng, text, edges);
		return;
	}
	if (date)
		random_iso_date(prng, text);
	if (time && (!date || !one_in(prng, 6)))
	{
		if (date)
			appendStringInfoChar(text, one_in(prng, 3) ? 'T' : ' ');
		random_iso_time(prng, text);
		if (one_in(prng, type == TIMESTAMPTZOID ? 2 : 8))
			random_zone(prng, text);
	}
}

static void
random_uuid(pg_prng_state *prng, StringInfo text)
{
	int i;
	int grouping = pick(prng, 4);

	if (grouping == 3)
		appendStringInfoChar(text, '{');
	for (i = 0; i < 16; i++)
	{
		append_from(prng, text, "0123456789abcdefABCDEF", 2);
		if ((grouping == 0 && (i == 3 || i == 5 || i == 7 || i == 9)) ||
			(grouping == 2 && i % 2 == 1 && i < 15 && one_in(prng, 2)))
			appendStringInfoChar(text, '-');
	}
	if (grouping == 3)
		appendStringInfoChar(text, '}');
}

static void
random_string(pg_prng_state *prng, StringInfo text, bool ascii)
{
	static const char wide[] = "\xc3\xa4|\xe2\x82\xac|\xf0\x9f\x90\x98";
	int len = one_in(prng, 10) ? 110 + pick(prng, 40) : pick(prng, 16);

	if (one_in(prng, 1000))
		len = pick(prng, 40000);
	for (; len > 0; len--)
	{
		if (!ascii && one_in(prng, 6))
			append_word(prng, text, wide);
		else
			appendStringInfoChar(text, (char) (' ' + pick(prng, 95)));
	}
	if (one_in(prng, 4))
		appendStringInfo(text, "%*s", pick(prng, 8), "");
}

static void
random_bytea(pg_prng_state *prng, StringInfo text)
{
	if (one_in(prng, 8))
		random_string(prng, text, true);
	else
	{
		appendStringInfoString(text, "\\x");
		append_from(prng, text, "0123456789abcdefABCDEF",
					one_in(prng, 10) ? pick(prng, 300) : 2 * pick(prng, 20));
	}
}

static void
random_json(pg_prng_state *prng, StringInfo text, int depth)
{
	static const char valid[] = "true|false|null|0|-1.5e3|12|\"\"|\"a\\n\\\"b\\/\"|\"text\"|1E+5";
	static const char others[] = "\"\\u00e4\"|\"\\ud83d\"|01|-|1.|tru|\"\\x\"|\"\t\"";
	static const char blanks[] = "||||| |\n|\t\r";
	int shape = depth >= 5 ? 0 : pick(prng, 4);
	int n;

	append_word(prng, text, blanks);
	if (shape < 2)
		append_word(prng, text, one_in(prng, 20) ? others : valid);
	else
	{
		appendStringInfoChar(text, shape == 2 ? '[' : '{');
		for (n = pick(prng, 4); n > 0; n--)
		{
			if (shape == 3)
			{
				appendStringInfo(text, "\"k%d\"", n);
				append_word(prng, text, blanks);
				appendStringInfoChar(text, ':');
			}
			random_json(prng, text, depth + 1);
			if (n > 1)
				appendStringInfoChar(text, ',');
		}
		appendStringInfoChar(text, shape == 2 ? ']' : '}');
	}
	append_word(prng, text, blanks);
}

static void
random_form(pg_prng_state *prng, Oid type, bool ascii, StringInfo text)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			random_integer(prng, text);
			break;
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			random_decimal(prng, text, type != NUMERICOID);
			break;
		case BOOLOID:
			random_bool(prng, text);
			break;
		case DATEOID:
		case TIMEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			random_datetime(prng, text, type);
			break;
		case UUIDOID:
			random_uuid(prng, text);
			break;
		case BYTEAOID:
			random_bytea(prng, text);
			break;
		case JSONOID:
			random_json(prng, text, 0);
			break;
		default:
			random_string(prng, text, ascii);
			break;
	}
}

/* Changes one ASCII character: removes, replaces or doubles it, or inserts another. */
static void
damage(pg_prng_state *prng, StringInfo text)
{
	static const char alphabet[] = "0123456789+-.,:/ _eExXTZNnIi\t\"{}[]\\abu";
	int at = pick(prng, text->len + 1);
	char c = alphabet[pick(prng, (int) strlen(alphabet))];

	if (at < text->len && (text->data[at] & 0x80) != 0)
		return;
	if (at < text->len && one_in(prng, 3))
	{
		memmove(text->data + at, text->data + at + 1, text->len - at);
		text->len--;
	}
	else if (at < text->len && one_in(prng, 2))
		text->data[at] = c;
	else
	{
		enlargeStringInfo(text, 1);
		memmove(text->data + at + 1, text->data + at, text->len - at + 1);
		text->data[at] = c;
		text->len++;
	}
}

void
random_text(pg_prng_state *prng, Oid type, bool ascii, StringInfo text)
{
	int ndamages = one_in(prng, 4) ? 1 + pick(prng, 2) : 0;

	resetStringInfo(text);
	random_form(prng, type, ascii, text);
	while (ndamages-- > 0)
		damage(prng, text);
}
