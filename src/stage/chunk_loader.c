/*
 * chunk_loader.c: chunk -> rows -> lane and quarantine.
 *
 *   text:    csv_loader.c      records -> fields  -> RowBatch \
 *   Parquet: parquet_loader.c  pages   -> vectors -> RowBatch -> row_sink.c -> lane, quarantine
 *
 * Everything lives as long as the load, but the writers, which live as long as the
 * transaction.
 */
#include "postgres.h"

#include "stage/chunk_loader.h"

#include "stage/csv_loader.h"
#include "stage/parquet_loader.h"
#include "stage/row_sink.h"

struct ChunkLoader
{
	RowSink *sink;
	CsvLoader *csv;
	ParquetLoader *parquet;
};

ChunkLoader *
chunk_loader_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc lane_desc,
					Oid user)
{
	ChunkLoader *loader = palloc0(sizeof(ChunkLoader));

	loader->sink = row_sink_create(spec, options, lane_desc, user);
	loader->csv = csv_loader_create(options, loader->sink);
	loader->parquet = parquet_loader_create(spec, options, loader->sink);
	return loader;
}

void
chunk_loader_begin(ChunkLoader *loader, int64 load_id, Relation lane)
{
	row_sink_begin(loader->sink, load_id, lane);
}

void
chunk_loader_load(ChunkLoader *loader, const Chunk *chunk, ChunkCounts *counts)
{
	memset(counts, 0, sizeof(*counts));
	counts->rows_read = chunk->file->format == CHUNK_PARQUET
							? (int64) parquet_loader_load(loader->parquet, chunk, counts)
							: (int64) csv_loader_load(loader->csv, chunk, counts);

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

void
chunk_loader_end(ChunkLoader *loader)
{
	row_sink_end(loader->sink);
}
