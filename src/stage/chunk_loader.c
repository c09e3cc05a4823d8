/*
 * chunk_loader.c: chunk -> rows -> lane and quarantine.
 *
 *   chunk_reader.c  chunk -> batches of checked rows -> row_sink.c -> lane, quarantine
 *
 * Everything lives as long as the load, but the writers, which live as long as the
 * transaction.
 */
#include "postgres.h"

#include "stage/chunk_loader.h"

#include "stage/chunk_reader.h"
#include "stage/row_sink.h"

struct ChunkLoader
{
	ChunkReader *reader;
	RowSink *sink;
};

ChunkLoader *
chunk_loader_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc lane_desc,
					Oid user)
{
	ChunkLoader *loader = palloc0(sizeof(ChunkLoader));

	loader->reader = chunk_reader_create(spec, options, lane_desc, user);
	loader->sink = row_sink_create(chunk_reader_checker(loader->reader));
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
	chunk_reader_open(loader->reader, chunk, counts);
	while (chunk_reader_next(loader->reader))
		row_sink_take(loader->sink, chunk);
}

void
chunk_loader_end(ChunkLoader *loader)
{
	row_sink_end(loader->sink);
}
