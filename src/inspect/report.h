/*
 * report.h: what ingest.sniff and ingest.create_table_sql know about a source.
 *
 * Made from a sample; everything lives in the context current at report_create().
 */
#ifndef INGEST_INSPECT_REPORT_H
#define INGEST_INSPECT_REPORT_H

#include "inspect/type_guess.h"
#include "options/options.h"
#include "source/source.h"

/* The sample is the beginning of the first file: so much of it at most. */
#define REPORT_BYTES        ((size_t) 16 * 1024 * 1024)
#define REPORT_ROWS         20480
#define REPORT_SAMPLES      5    /* values shown of a column */
#define REPORT_SAMPLE_BYTES 100  /* of each */
#define REPORT_FILES        1000 /* of which the columns are compared */
#define REPORT_UNSURE       0.8  /* a confidence below is a problem that is named */

typedef struct ColumnReport
{
	char *file_name; /* in the file; NULL: it has none, or it is no column of the file */
	char *name;      /* in the table */
	const char *type;
	bool is_partition; /* value of a directory, or the file's path */
	int64 nvalues;
	int64 nnulls;
	List *null_words; /* of char *: words in it that stand for NULL */
	List *samples;    /* of char *: different values, the first ones */
	bool force_null;  /* quoted null strings are in it, which are no values of the type */
	bool is_unique;   /* no value twice, no NULL */
	double confidence;
	const char *note;
} ColumnReport;

/* What a load would call bad, or what is not sure; the first place and how often. */
typedef struct ProblemReport
{
	const char *rule;
	char *message;
	int64 record_no; /* from 1, the header not counted; 0: no record */
	int64 line_no;   /* from 1 */
	int64 count;     /* of records in the sample */
} ProblemReport;

typedef struct SourceReport
{
	const char *source; /* the argument */
	const SourceFile *file;
	List *files; /* of SourceFile * */
	bool is_parquet;
	/* of CSV */
	const char *encoding;
	IngestOptions *options; /* those given, and those found */
	const char *newline;    /* LF, CRLF, CR, mixed */
	uint32 nfields;         /* of most records; columns are NIL if a table cannot have as many */
	bool has_header;        /* also when its names cannot be used */
	int64 skip;             /* lines before the header, or before the data */
	double dialect_confidence;
	double header_confidence;
	TypeFormats formats;
	List *null_words; /* of char *; NIL: only the empty string */
	/* of both */
	List *columns;    /* of ColumnReport * */
	List *problems;   /* of ProblemReport * */
	int64 rows;       /* good ones of the sample */
	bool is_complete; /* all rows of all files were seen */
	Jsonb *given;
} SourceReport;

/* Looks at the source. Rights are the caller's business. */
extern SourceReport *report_create(const char *source, Jsonb *given);

/* Is the option among those given? */
extern bool report_is_given(const SourceReport *report, const char *option);

extern void report_add_problem(SourceReport *report, const char *rule, char *message);

/* csv_report.c: the first file. */
extern void report_csv(SourceReport *report);

/* report_files.c: do the other files of the source have the same columns? */
extern void report_compare_files(SourceReport *report);

/* report_options.c: the options that load the source, as JSON; the statement that does. */
extern char *report_options_json(const SourceReport *report);
extern char *report_load_call(const SourceReport *report, const char *table);

/* The table's name from that of the source; as it is written in SQL. */
extern char *report_table_name(const SourceReport *report);

#endif
