/*
 * source.h: from the source argument of a call to a stream of decoded bytes.
 *
 * source_expand() turns a file, directory or glob into a list of files;
 * a SourceStream reads one of them: raw bytes -> decompress -> (UTF-16 to
 * UTF-8) -> bytes of text.  All memory is allocated below the memory context
 * that is current at the call and goes with it, after an error too; the open
 * file is closed by source_close(), or at the latest with that context.  Errors are raised with ereport and name
 * the file and byte.  Rights are the caller's business (api/).
 */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "format/codec/codec.h"
#include "nodes/pg_list.h"

typedef struct SourceFile
{
	char *path;
	size_t root_len; /* of the path: named in the source argument; partitions come behind it */
	char *salt;      /* part of the identity beside the bytes; NULL: none */
	uint64 size;     /* raw bytes, from stat */
	int64 mtime;     /* microseconds since the Unix epoch */
	uint64 device;
	uint64 inode;
} SourceFile;

/*
 * Identity of a file: the size and XXH3-128 (canonical byte order) of its raw bytes; with a
 * salt, the hash of that hash and the salt.
 */
#define SOURCE_HASH_LEN 16
typedef struct SourceIdentity
{
	uint64 size;
	unsigned char hash[SOURCE_HASH_LEN];
} SourceIdentity;

typedef struct SourceStream SourceStream;

/* List of SourceFile *, in byte order of their paths. Error when nothing is found. */
extern List *source_expand(const char *source);

/* The file as it is now. Error when it is gone. */
extern SourceFile *source_look_again(const SourceFile *file);

/*
 * compression: "auto" (by magic bytes), "none", "gzip", "zstd".
 * encoding: NULL, or a name; "utf-16", "utf-16le", "utf-16be" are decoded to
 * UTF-8 here, as is any file that starts with a UTF-16 byte order mark; an
 * unpaired surrogate becomes its 3-byte form, which is invalid UTF-8 and lets
 * the row be found bad.  Other encodings pass through untouched.  A byte order
 * mark is dropped and wins over the encoding; "utf-16" without one is an error.
 */
extern SourceStream *source_open(const SourceFile *file, const char *compression,
								 const char *encoding);

/* Reads up to len decoded bytes; fewer only at the end. 0 at the end. */
extern size_t source_read(SourceStream *stream, char *buf, size_t len);

/* Raw bytes consumed so far, for progress. */
extern uint64 source_raw_position(const SourceStream *stream);

extern bool source_is_compressed(const SourceStream *stream);

/* true if the text arrives as UTF-8 whatever the encoding option says (was UTF-16 or had a BOM). */
extern bool source_is_utf8(const SourceStream *stream);

/* "utf-8", "utf-16le" or "utf-16be" if a mark or the option says so, else NULL. */
extern const char *source_unicode_name(const SourceStream *stream);

/*
 * After source_read() gave 0: the identity of what was read. Error when the
 * file's size, mtime or inode is no longer that of SourceFile.
 */
extern void source_finish(SourceStream *stream, SourceIdentity *identity);
extern void source_close(SourceStream *stream);

/* Identity without decoding: reads the raw file once. */
extern void source_identify(const SourceFile *file, SourceIdentity *identity);

/*
 * The hash of ever longer beginnings of a file, and at its end the identity.  Memory and
 * descriptor as for a stream.
 */
typedef struct SourceDigest SourceDigest;
extern SourceDigest *source_digest_open(const SourceFile *file);
/* Reads on to byte `to`, if it is not behind that; hash: SOURCE_HASH_LEN bytes, of [0, position). */
extern void source_digest_advance(SourceDigest *digest, uint64 to, unsigned char *hash);
extern uint64 source_digest_position(const SourceDigest *digest);
/* Reads to the end, and closes. Error when the file has changed. */
extern void source_digest_finish(SourceDigest *digest, SourceIdentity *identity);
extern void source_digest_close(SourceDigest *digest);

#endif
