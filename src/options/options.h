/*
 * options.h: the options argument of the SQL functions.
 *
 * One table in option_table.c (name, type, default, allowed values, help) drives
 * parsing, error messages and the SQL function ingest.options().  Parsing is
 * pure: it reads no catalog except encodings, and gives the same result in the
 * leader and in a worker, which gets the options as jsonb text.
 */
#ifndef INGEST_OPTIONS_H
#define INGEST_OPTIONS_H

#include "contract/convert.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef enum OptionsFormat
{
	FORMAT_AUTO,
	FORMAT_CSV,
	FORMAT_PARQUET
} OptionsFormat;

typedef enum OptionsHeader
{
	HEADER_FALSE,
	HEADER_TRUE,
	HEADER_MATCH /* names must be the target's columns in their order, as COPY's */
} OptionsHeader;

typedef enum OptionsMatchBy
{
	MATCH_BY_NAME,
	MATCH_BY_POSITION,
	MATCH_BY_NAME_CI
} OptionsMatchBy;

typedef enum OptionsNewColumns
{
	NEW_COLUMNS_FREEZE,
	NEW_COLUMNS_IGNORE,
	NEW_COLUMNS_EVOLVE,
	NEW_COLUMNS_DISCARD_ROW,
	NEW_COLUMNS_CAPTURE,
	NEW_COLUMNS_SAMPLE /* read as text, by who only looks */
} OptionsNewColumns;

typedef enum OptionsMissingColumns
{
	MISSING_COLUMNS_DEFAULT, /* what INSERT would put into them */
	MISSING_COLUMNS_FREEZE
} OptionsMissingColumns;

typedef enum OptionsOnError
{
	ON_ERROR_QUARANTINE,
	ON_ERROR_STOP,
	ON_ERROR_IGNORE,
	ON_ERROR_SET_NULL
} OptionsOnError;

typedef enum OptionsOnChangedFile
{
	CHANGED_FILE_DEFAULT, /* load with a key, error for append */
	CHANGED_FILE_LOAD,
	CHANGED_FILE_ERROR,
	CHANGED_FILE_SKIP
} OptionsOnChangedFile;

typedef enum OptionsOnBusy
{
	ON_BUSY_WAIT,
	ON_BUSY_SKIP,
	ON_BUSY_ERROR
} OptionsOnBusy;

typedef enum OptionsDedup
{
	DEDUP_DEFAULT, /* last for loads, error for ingest.merge, which knows no order of its source */
	DEDUP_LAST,
	DEDUP_FIRST,
	DEDUP_ERROR,
	DEDUP_QUARANTINE
} OptionsDedup;

typedef enum OptionsNullKeys
{
	NULL_KEYS_QUARANTINE,
	NULL_KEYS_MATCH /* a NULL equals a NULL */
} OptionsNullKeys;

typedef enum OptionsPartitionSwap
{
	PARTITION_SWAP_AUTO, /* where most of a partition changes and the caller's transaction ends with the call */
	PARTITION_SWAP_ALWAYS,
	PARTITION_SWAP_NEVER
} OptionsPartitionSwap;

/* How staged rows go into the target. Names are columns of the target; NULL and NIL: not given. */
typedef struct PublishOptions
{
	OptionsDedup dedup;
	const char *dedup_sort; /* "updated_at desc, …" */
	OptionsNullKeys null_keys;
	const char *update_if_newer;
	List *merge_update_columns;  /* of char * */
	List *merge_exclude_columns; /* of char * */
	const char *hard_delete;     /* rows in which it says so are deleted */
	const char *soft_delete;     /* set instead of deleting a row */
	const char *replace_where;
	List *incremental_predicates; /* of char * */
	double max_update_ratio;      /* of the target's rows; -1: no limit */
	double max_delete_ratio;
	OptionsPartitionSwap partition_swap;
	const char *create_partitions; /* auto, or an interval; NULL: none are created */
	const char *valid_from;        /* columns of scd2 */
	const char *valid_to;
	const char *is_current;
	int sample_rows; /* that preview_merge shows of each kind */
} PublishOptions;

/* One entry of column_map: a target column and the file columns it may be read from. */
typedef struct OptionsColumnMap
{
	char *column;
	List *sources; /* of char * */
} OptionsColumnMap;

typedef struct IngestOptions
{
	/* reading */
	OptionsFormat file_format;
	const char *compression; /* auto, none, gzip, zstd */
	const char *delimiter;   /* 1 to 4 bytes */
	char quote;              /* '\0': none */
	char escape;             /* same as quote unless given */
	char comment;            /* '\0': none */
	List *null_strings;      /* of char *; default one empty string; NIL: nothing is NULL */
	OptionsHeader header;    /* default true */
	/* NULL: the database's; else PostgreSQL's own spelling, or utf-16, utf-16le, utf-16be */
	const char *encoding;
	int64 skip;       /* physical lines before the header */
	List *columns;    /* of char *: names for a headerless file; NIL */
	List *force_null; /* of char *; ("*") means all */
	List *force_not_null;
	bool null_padding;
	int64 max_line_size; /* bytes, default 16 MiB */
	ConvertFormat format;
	const char *filename; /* target column that receives the file's path; NULL */
	bool hive_partitioning;
	bool int96_is_utc;
	const char *filter; /* a boolean SQL expression; NULL: every row */
	/* mapping */
	OptionsMatchBy match_by; /* unless given: by name where names exist, else by position */
	bool match_by_given;
	List *column_map; /* of OptionsColumnMap * */
	OptionsNewColumns new_columns;
	const char *capture_column; /* NULL unless new_columns is capture */
	OptionsMissingColumns missing_columns;
	/* bad rows */
	OptionsOnError on_error;
	int64 reject_limit;          /* rows; -1: none */
	double reject_limit_percent; /* of rows read; -1: none; never set together with rows */
	int64 initial_bad_rows;      /* default 1000; 0: off */
	int64 max_violations;        /* that ingest.validate shows; 0: all */
	PublishOptions publish;
	List *computed;    /* of char *: columns that the strategy fills, set by the caller */
	List *required;    /* of char *: columns that every file must have, set by the caller */
	List *transformed; /* of char *: columns that a contract computes, set by the caller */
	List *replaced;    /* of char *: of these, columns whose field in the file need not be read */
	List *inputs;      /* of char *: columns of files that it computes them from, likewise */
	/* retry, resources */
	bool force;
	List *accept; /* of char *: checks of the contract that may fail */
	OptionsOnChangedFile on_changed_file;
	OptionsOnBusy on_busy;
	int64 min_file_age;   /* milliseconds, default 0 */
	int workers;          /* -1: as many as make sense; 0: in the caller's process */
	int64 chunk_size;     /* bytes, default 8 MiB, 64 KiB .. 256 MiB */
	int64 row_group_size; /* bytes, decoded; a larger row group is several chunks */
	int64 memory_budget;  /* bytes of a process that reads Parquet */
} IngestOptions;

/*
 * Parses and checks options, in CurrentMemoryContext. Raises 22023 for an unknown
 * name (listing the valid ones), a wrong type or value (listing the allowed
 * values), and for contradictions.
 */
extern IngestOptions *options_parse(Jsonb *options);

/*
 * A canonical text of the options that decide what is staged: two calls with
 * the same fingerprint stage the same rows from the same bytes. Options that
 * only say how to run (workers, on_busy, min_file_age, force …) are left out.
 */
extern char *options_fingerprint(const IngestOptions *options);

/* The same of the options that say how staged rows go into the target. */
extern char *options_of_publishing(const IngestOptions *options);

/* What ingest.options() shows of one option. */
typedef struct OptionInfo
{
	const char *name;
	const char *type;
	const char *default_value; /* as it would be written; NULL: none */
	const char *allowed;
	const char *help;
} OptionInfo;

extern int options_count(void);

/* Option i of options_count(), allocated in CurrentMemoryContext. */
extern const OptionInfo *options_describe(int i);

#endif
