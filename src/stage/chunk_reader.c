/*
 * chunk_reader.c: chunk -> batches of checked rows.
 *
 *   text:    csv_loader.c      records -> fields  -> RowBatch \
 *   Parquet: parquet_loader.c  pages   -> vectors -> RowBatch -> row_checker.c
 *
 * Whoever reads decides where rows go: row_sink.c into a load, api/validation.c into a report,
 * read/file_rows.c to a query.
 */
#include "postgres.h"

#include "stage/chunk_reader.h"

#include "stage/csv_loader.h"
#include "stage/parquet_loader.h"

struct ChunkReader
{
	RowChecker *checker;
	CsvLoader *csv;
	ParquetLoader *parquet;
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
};

ChunkReader *
chunk_reader_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc desc,
					Oid user)
{
	ChunkReader *reader = palloc0(sizeof(ChunkReader));

	reader->checker = row_checker_create(spec, options, desc, user);
	reader->csv = csv_loader_create(options, reader->checker);
	reader->parquet = parquet_loader_create(spec, options, reader->checker);
	return reader;
}

RowChecker *
chunk_reader_checker(const ChunkReader *reader)
{
	return reader->checker;
}

void
chunk_reader_open(ChunkReader *reader, const Chunk *chunk, ChunkCounts *counts)
{
	memset(counts, 0, sizeof(*counts));
	reader->chunk = chunk;
	reader->counts = counts;
	if (chunk->file->format == CHUNK_PARQUET)
		parquet_loader_open(reader->parquet, chunk, counts);
	else
		csv_loader_open(reader->csv, chunk, counts);
}

/* All rows are out: do the counts add up? */
static void
check_counts(const ChunkReader *reader)
{
	const Chunk *chunk = reader->chunk;
	const ChunkCounts *counts = reader->counts;

	/* Leader and loader count the same rows; if they ever disagree, nothing may be committed. */
	if ((uint64) counts->rows_read != chunk->records)
		elog(ERROR, "chunk %d of file \"%s\" has " INT64_FORMAT " records, expected " UINT64_FORMAT,
			 chunk->chunk_no, chunk->file->source->path, counts->rows_read, chunk->records);
	if (counts->rows_read != counts->rows_staged + counts->rows_quarantined + counts->rows_ignored)
		elog(ERROR,
			 "chunk %d of file \"%s\": " INT64_FORMAT " rows read, " INT64_FORMAT
			 " staged, " INT64_FORMAT " quarantined, " INT64_FORMAT " ignored do not add up",
			 chunk->chunk_no, chunk->file->source->path, counts->rows_read, counts->rows_staged,
			 counts->rows_quarantined, counts->rows_ignored);
}

bool
chunk_reader_next(ChunkReader *reader)
{
	bool has_rows;

	row_checker_empty(reader->checker);
	has_rows = reader->chunk->file->format == CHUNK_PARQUET ? parquet_loader_fill(reader->parquet)
															: csv_loader_fill(reader->csv);
	if (!has_rows)
	{
		check_counts(reader);
		return false;
	}
	row_checker_check(reader->checker);
	return true;
}
