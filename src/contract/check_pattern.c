/*
 * check_pattern.c: the term "column ~ constant" for patterns that are a sequence of characters and
 * classes from the start of the text: ^[A-Z]{2}[0-9]+$, ^note \d{4}.
 *
 * in:  a regular expression; texts
 * out: whether they match
 *
 * The pattern becomes elements, each a set of ASCII characters that occurs from min to max times.
 * It is taken only if no element that may occur more or less often shares a character with what may
 * follow it: then every element takes as many characters as it can get, and there is nothing to
 * try again.  A text that does not match and is not all ASCII is left to PostgreSQL's own matcher,
 * which knows the characters that the locale has in a class; so are all other patterns.
 */
#include "postgres.h"

#include "contract/check_block.h"
#include "contract/check_texts.h"

#include "catalog/pg_operator.h"
#include "nodes/pg_list.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

#define ELEMENTS_MAX 64
#define REPEAT_MAX   255 /* DUPMAX of regex/regguts.h: more is an error there */
#define UNBOUNDED    PG_INT32_MAX
#define ASCII_END    128
#define RANGES       2
#define RUN          16 /* bytes of a vector register */

typedef struct Element
{
	bool members[256];
	unsigned char
		first[RANGES]; /* the same as ranges, so that many characters are looked at at once */
	unsigned char span[RANGES]; /* characters behind the first */
	bool has_ranges;            /* else there are more of them */
	int min;
	int max;
} Element;

typedef struct PatternTerm
{
	BlockTerm term;
	Datum pattern;
	Oid collation;
	char prefix[ELEMENTS_MAX]; /* what the text begins with, before the elements */
	int nprefix;
	bool ends; /* the text has to end with the last element */
	int nelements;
	Element elements[FLEXIBLE_ARRAY_MEMBER];
} PatternTerm;

/* Where parsing is. */
typedef struct PatternParser
{
	const char *at;
	const char *end;
} PatternParser;

static bool
take(PatternParser *parser, char c)
{
	if (parser->at >= parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

static void
add_range(Element *element, char first, char last)
{
	memset(&element->members[(unsigned char) first], true, last - first + 1);
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		   (c > 0 && c < ASCII_END - 1 && strchr(" _-/:;,#@%&=<>'\"~!", c) != NULL);
}

/* The inside of [], without negation, classes with names, and escapes. */
static bool
parse_set(PatternParser *parser, Element *element)
{
	while (parser->at < parser->end && *parser->at != ']')
	{
		char first = *parser->at++;
		char last = first;

		if (!is_plain(first) && first != '.')
			return false;
		if (first != '-' && parser->end - parser->at >= 2 && parser->at[0] == '-' &&
			parser->at[1] != ']')
		{
			last = parser->at[1];
			parser->at += 2;
		}
		else if (first == '-') /* at one of the ends it means itself; leave it to those who know */
			return false;
		if ((!is_plain(last) && last != '.') || last < first)
			return false;
		add_range(element, first, last);
	}
	return take(parser, ']');
}

/* One character, or a set of them. */
static bool
parse_atom(PatternParser *parser, Element *element)
{
	char c;

	if (take(parser, '['))
		return parser->at < parser->end && *parser->at != ']' && parse_set(parser, element);
	if (take(parser, '\\'))
	{
		if (parser->at >= parser->end || strchr("d.-/+*?()[]{}|^$", *parser->at) == NULL)
			return false;
		c = *parser->at++;
		add_range(element, c == 'd' ? '0' : c, c == 'd' ? '9' : c);
		return c != '\0';
	}
	c = *parser->at++;
	add_range(element, is_plain(c) ? c : 'a', is_plain(c) ? c : 'a');
	return is_plain(c);
}

static bool
parse_number(PatternParser *parser, int *number)
{
	const char *start = parser->at;

	for (*number = 0; parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9';
		 parser->at++)
	{
		*number = *number * 10 + (*parser->at - '0');
		if (*number > REPEAT_MAX)
			return false;
	}
	return parser->at > start;
}

/* {n}, {n,}, {n,m} behind the brace. */
static bool
parse_bounds(PatternParser *parser, Element *element)
{
	if (!parse_number(parser, &element->min))
		return false;
	element->max = element->min;
	if (take(parser, ','))
	{
		element->max = UNBOUNDED;
		if (parser->at < parser->end && *parser->at != '}' && !parse_number(parser, &element->max))
			return false;
	}
	return take(parser, '}') && element->min <= element->max && element->max > 0;
}

static bool
parse_quantifier(PatternParser *parser, Element *element)
{
	element->min = element->max = 1;
	if (take(parser, '+'))
		element->max = UNBOUNDED;
	else if (take(parser, '*'))
		element->min = 0, element->max = UNBOUNDED;
	else if (take(parser, '?'))
		element->min = 0;
	else if (take(parser, '{') && !parse_bounds(parser, element))
		return false;
	/* a second quantifier means another thing, or nothing */
	return parser->at >= parser->end || strchr("+*?{", *parser->at) == NULL;
}

static bool
parse_pattern(PatternTerm *pattern, TextSlice text)
{
	PatternParser parser = {text.data, text.data + text.len};

	if (!take(&parser, '^') || memchr(text.data, '\0', text.len) != NULL)
		return false;
	while (parser.at < parser.end && *parser.at != '$')
	{
		Element *element = &pattern->elements[pattern->nelements];

		if (pattern->nelements == ELEMENTS_MAX || !parse_atom(&parser, element) ||
			!parse_quantifier(&parser, element))
			return false;
		pattern->nelements++;
	}
	pattern->ends = take(&parser, '$');
	return parser.at == parser.end && pattern->nelements > 0;
}

static bool
share_a_character(const Element *a, const Element *b)
{
	int c;

	for (c = 0; c < ASCII_END; c++)
		if (a->members[c] && b->members[c])
			return true;
	return false;
}

/* Can every element take what it gets? */
static bool
is_deterministic(const PatternTerm *pattern)
{
	int i;
	int next;

	for (i = 0; i < pattern->nelements; i++)
	{
		if (pattern->elements[i].min == pattern->elements[i].max)
			continue;
		for (next = i + 1; next < pattern->nelements; next++)
		{
			if (share_a_character(&pattern->elements[i], &pattern->elements[next]))
				return false;
			if (pattern->elements[next].min > 0)
				break;
		}
	}
	return true;
}

/* Elements at the start that are one character become the prefix. */
static void
set_prefix(PatternTerm *pattern)
{
	Element *elements = pattern->elements;

	while (pattern->nprefix < pattern->nelements)
	{
		const Element *element = &elements[pattern->nprefix];
		const bool *member = memchr(element->members, 1, ASCII_END);

		if (element->min != 1 || element->max != 1 ||
			memchr(member + 1, 1, &element->members[ASCII_END] - (member + 1)) != NULL)
			break;
		pattern->prefix[pattern->nprefix++] = member - element->members;
	}
	pattern->nelements -= pattern->nprefix;
	memmove(elements, elements + pattern->nprefix, pattern->nelements * sizeof(Element));
}

static void
set_ranges(Element *element)
{
	int n = 0;
	int c;

	for (c = 0; c < ASCII_END; c++)
	{
		if (!element->members[c])
			continue;
		if (c > 0 && element->members[c - 1])
			element->span[n - 1]++;
		else if (n == RANGES)
			return;
		else
			element->first[n++] = c;
	}
	for (; n < RANGES; n++)
	{
		element->first[n] = element->first[0];
		element->span[n] = element->span[0];
	}
	element->has_ranges = true;
}

/* Are all of the next RUN characters members?  Without a branch, so that compilers make vectors of it. */
static inline bool
is_run(const Element *element, const unsigned char *at)
{
	unsigned char first = element->first[0];
	unsigned char span = element->span[0];
	unsigned char first_2 = element->first[1];
	unsigned char span_2 = element->span[1];
	unsigned char outside = 0;
	int i;

	for (i = 0; i < RUN; i++)
		outside |=
			(unsigned char) (at[i] - first) > span && (unsigned char) (at[i] - first_2) > span_2;
	return !outside;
}

static inline bool
matches(const PatternTerm *pattern, TextSlice text)
{
	const unsigned char *at = (const unsigned char *) text.data;
	const unsigned char *end = at + text.len;
	const Element *element = pattern->elements;
	const Element *last = element + pattern->nelements;

	if (text.len < pattern->nprefix || memcmp(at, pattern->prefix, pattern->nprefix) != 0)
		return false;
	for (at += pattern->nprefix; element < last; element++)
	{
		const unsigned char *start = at;
		const unsigned char *limit = end - at > element->max ? at + element->max : end;

		while (element->has_ranges && limit - at >= RUN && is_run(element, at))
			at += RUN;
		while (at < limit && element->members[*at])
			at++;
		if (at - start < element->min)
			return false;
	}
	return !pattern->ends || at == end;
}

static bool
is_ascii(TextSlice text)
{
	int i;

	for (i = 0; i < text.len; i++)
		if (IS_HIGHBIT_SET(text.data[i]))
			return false;
	return true;
}

static uint64
judge_pattern(const BlockTerm *term, const CheckBlock *block, uint64 rows)
{
	const PatternTerm *pattern = (const PatternTerm *) term;
	uint64 yes = 0;

	for (; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);
		Datum value = block->values[(size_t) row * block->natts + term->attributes[0]];
		TextSlice text = text_slice(value);
		bool is_match = matches(pattern, text);

		if (unlikely(!is_match && !is_ascii(text)))
			is_match = DatumGetBool(
				DirectFunctionCall2Coll(textregexeq, pattern->collation, value, pattern->pattern));
		yes |= (uint64) is_match << row;
	}
	return yes;
}

BlockTerm *
pattern_term(const OpExpr *operation)
{
	const Const *constant = lsecond(operation->args);
	PatternTerm *pattern;
	int i;

	if (operation->opno != OID_TEXT_REGEXEQ_OP || !IsA(constant, Const) || constant->constisnull)
		return NULL;
	pattern = palloc0(offsetof(PatternTerm, elements) + ELEMENTS_MAX * sizeof(Element));
	pattern->term.holds = judge_pattern;
	pattern->term.attributes[0] = block_attribute(linitial(operation->args));
	pattern->term.attributes[1] = -1;
	pattern->pattern = constant->constvalue;
	pattern->collation = operation->inputcollid;
	if (pattern->term.attributes[0] < 0 ||
		!parse_pattern(pattern, text_slice(constant->constvalue)) || !is_deterministic(pattern))
		return NULL;
	set_prefix(pattern);
	for (i = 0; i < pattern->nelements; i++)
		set_ranges(&pattern->elements[i]);
	return &pattern->term;
}
