/*
 * strategy.h: the strategies behind publish_run().
 *
 * Each writes the request's rows into the target and sets all counts but
 * null_keys and duplicates.
 */
#ifndef INGEST_PUBLISH_STRATEGY_H
#define INGEST_PUBLISH_STRATEGY_H

#include "publish/publish.h"
#include "publish/write.h"

typedef enum PublishKey
{
	KEY_NONE,
	KEY_NEEDED
} PublishKey;

struct PublishStrategy
{
	const char *name;
	AclMode rights;
	PublishKey key;
	bool restates;     /* the same rows again change nothing */
	bool deduplicates; /* of rows with one key one counts */
	bool rereads;      /* reads the rows in several statements, also after it wrote */
	void (*run)(PublishRequest *request, PublishCounts *counts);
	/* Does run() itself refuse rows of a relation with a NULL in their key?  NULL: it does not. */
	bool (*refuses_null_keys)(const PublishRequest *request);
	/* what tells versions of a key apart in the row called alias; NULL: one of them counts */
	char *(*version)(const PublishRequest *request, const char *alias);
	/* SELECT kind, staged row …, as merge_classification(); NULL: every row is inserted */
	char *(*classify)(const PublishRequest *request);
	/* SELECT of the target's rows that would go away; NULL: none does */
	char *(*removed_rows)(const PublishRequest *request);
};

extern void append_run(PublishRequest *request, PublishCounts *counts);

/* Writes every staged row as a new row, the fastest way that the target allows. */
extern void append_rows(const PublishRequest *request, WriteCounts *done);

/* The same, to be run by write_guarded(). */
extern WriteAttempt append_attempt(const PublishRequest *request, WriteCounts *done);

/* INSERT INTO target (columns) SELECT columns FROM rows, a SELECT of staged.h. */
extern char *append_statement(const PublishRequest *request, const char *rows);

#endif
