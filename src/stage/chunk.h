/*
 * chunk.h: the unit of work: a run of whole records of one file.
 *
 * The leader cuts chunks; whoever loads one (a worker, or the caller's process
 * itself) does it in one transaction with its manifest row.
 */
#ifndef INGEST_STAGE_CHUNK_H
#define INGEST_STAGE_CHUNK_H

#include "format/csv/dialect.h"
#include "lib/stringinfo.h"
#include "manifest/manifest.h"
#include "source/source.h"

typedef enum ChunkFormat
{
	CHUNK_CSV,
	CHUNK_PARQUET
} ChunkFormat;

/* Where the column's value comes from when it is not a field of the file. */
#define CHUNK_CONSTANT (-1)
/* … a transform of the contract computes it from inputs */
#define CHUNK_COMPUTED (-3)
/* … it is the values of the file's extras, as a JSON object */
#define CHUNK_CAPTURED (-4)

/* What a chunk's records mean: one per file. */
typedef struct ChunkFile
{
	int file_no;
	ChunkFormat format;
	const SourceFile *source;
	int ncolumns;           /* of the contract */
	int32 *fields;          /* by contract column: its field, or one of CHUNK_… */
	const char **constants; /* by contract column: the text of all its values; NULL: null */
	bool has_defaults;      /* some constants are defaults of columns that the file lacks */
	int ninputs;            /* of the contract's transforms */
	int32 *inputs;          /* by input: its field; -1: the file lacks it */
	int nextras;            /* fields that no column takes, but that matter */
	int32 *extras;          /* fields */
	char **extra_names;     /* as the file calls them */
	int capture;            /* contract column that receives the extras; -1: they make a row bad */
	/* CSV */
	int encoding;          /* of the bytes, a pg_enc */
	CsvDialect dialect;    /* ncolumns: fields of a whole record */
	bool empty_last_field; /* the header ends with a delimiter: one more, empty, field is fine */
	List *names;           /* of char *: of fields, for the manifest; NIL: they have none */
} ChunkFile;

typedef struct Chunk
{
	const ChunkFile *file;
	int chunk_no;
	uint64 byte_start; /* of the first record, in the decoded stream */
	uint64 byte_end;   /* behind the last record */
	uint64 raw_end;    /* raw bytes consumed when it was cut */
	uint64 first_row;  /* number of the first record, from 1 */
	uint64 first_line; /* physical line it starts on, from 1 */
	uint64 records;    /* as counted by the splitter */
	uint64 lines;
	unsigned char hash[MANIFEST_HASH_LEN]; /* of the bytes */
	bool oversize;       /* one record longer than max_line_size; data is only its head */
	uint64 oversize_len; /* bytes of that record, without its line end */
	bool last;           /* the file ends here: size, file_hash and chunk count are known */
	uint64 file_size;
	unsigned char file_hash[MANIFEST_HASH_LEN];
	const char *data; /* CSV */
	size_t len;
	int32 row_group;   /* Parquet */
	uint64 group_rows; /* rows of the row group before the chunk's */
} Chunk;

/* Bytes that the file's part takes in chunk_write(); the rest of it is less than CHUNK_SPACE. */
extern size_t chunk_file_space(const ChunkFile *file);
#define CHUNK_SPACE ((size_t) 256)

/*
 * Serialisation of everything but the data, for the way through shared memory;
 * data_base is where the buffer that holds the data begins on either side.
 */
extern void chunk_write(const Chunk *chunk, const char *data_base, StringInfo buf);
extern Chunk *chunk_read(StringInfo buf, const char *data_base);

#endif
