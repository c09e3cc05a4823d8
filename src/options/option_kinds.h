/*
 * option_kinds.h: how the options table is written, private to src/options.
 *
 * An OptionSpec is one row of option_table.c: what the option is
 * called, where its value goes and what is allowed.  An OptionKind is the
 * behaviour that rows share.  A new option is a field in IngestOptions and a
 * row in the table; a new sort of value is a kind.
 */
#ifndef INGEST_OPTION_KINDS_H
#define INGEST_OPTION_KINDS_H

#include "lib/stringinfo.h"
#include "options/options.h"

/* One word that an option accepts, compared without regard to case. */
typedef struct OptionChoice
{
	const char *name; /* NULL ends the array */
	int value;
	bool unsupported; /* known, but an error in this version; not shown as allowed */
} OptionChoice;

typedef struct OptionSpec OptionSpec;

typedef struct OptionKind
{
	const char *type; /* as ingest.options() shows it */

	/*
	 * Stores value; false when it is not allowed.  A null value only comes for
	 * a nullable option and stores what "not set" means for the kind.
	 */
	bool (*read)(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options);

	/* Appends the stored value as JSON; NULL for a kind no option of which is fingerprinted. */
	void (*print)(const OptionSpec *spec, const IngestOptions *options, StringInfo json);

	/* Appends what read() accepts, as a phrase. */
	void (*allowed)(const OptionSpec *spec, StringInfo text);
} OptionKind;

struct OptionSpec
{
	const char *name;
	const OptionKind *kind;
	const char *initial; /* the default, given to the kind's read(); NULL: null */
	const OptionChoice *choices;
	int64 min; /* of a number, or bytes of a string */
	int64 max;
	size_t offset; /* of the field in IngestOptions */
	size_t size;   /* of the field; 0: the value is checked, not stored */
	bool nullable;
	bool fingerprint; /* decides what is staged */
	const char *help;
};

/* option_table.c: row i of options_count() */
extern const OptionSpec *option_spec(int i);

/* option_scalars.c */
extern const OptionKind option_boolean; /* choices: words beside true and false */
extern const OptionKind option_integer; /* choices: words beside numbers */
extern const OptionKind option_bytes;
extern const OptionKind option_duration; /* milliseconds */
extern const OptionKind option_enum;     /* stores the choice's value */
extern const OptionKind option_limit;    /* reject_limit and reject_limit_percent */
extern const OptionKind option_ratio;    /* a double; null: -1 */

/* option_strings.c */
extern const OptionKind option_word; /* stores the choice's name */
extern const OptionKind option_character;
extern const OptionKind option_string;
extern const OptionKind option_encoding;

/* option_lists.c */
extern const OptionKind option_string_set;  /* sorted, distinct */
extern const OptionKind option_string_list; /* in the given order */
extern const OptionKind option_column_set;  /* sorted, distinct; or "*" alone */
extern const OptionKind option_column_list; /* in the given order */
extern const OptionKind option_column_map;

/* The field of spec in options. */
extern void *option_field(const OptionSpec *spec, const IngestOptions *options);

/*
 * A scalar as text: a string as it is, a number without trailing zeros, true
 * or false.  NULL for null, arrays and objects.
 */
extern char *option_text(const JsonbValue *value);

/* The choice called text, or NULL. Raises 0A000 for an unsupported one. */
extern const OptionChoice *option_choice(const OptionSpec *spec, const char *text);

/* Appends the supported choices, each behind separator except a first one in an empty text. */
extern void option_append_choices(const OptionSpec *spec, StringInfo text);

/* option_checks.c: raises 22023 when options contradict each other. */
extern void option_check_all(const IngestOptions *options);

#endif
