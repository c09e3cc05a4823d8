/*
 * file_columns.c: heads of files -> columns of a load, fields of a file.
 *
 * in:  the request, files
 * out: names of columns, ChunkFiles; in the current memory context
 */
#include "postgres.h"

#include "stage/file_columns.h"

#include "miscadmin.h"
#include "source/parquet_file.h"
#include "stage/chunker.h"
#include "stage/drift_log.h"
#include "stage/mapping.h"
#include "stage/row_group_cutter.h"
#include "utils/memutils.h"

ChunkFormat
file_columns_format(const IngestOptions *options, const SourceFile *file)
{
	bool is_parquet = options->file_format == FORMAT_AUTO ? source_is_parquet(file)
														  : options->file_format == FORMAT_PARQUET;

	return is_parquet ? CHUNK_PARQUET : CHUNK_CSV;
}

void
file_columns_head(const IngestOptions *options, const SourceFile *file, FileHead *head)
{
	Chunker *chunker;

	if (file_columns_format(options, file) == CHUNK_PARQUET)
	{
		memset(head, 0, sizeof(*head));
		head->names = row_group_cutter_names(parquet_file_open(file));
		return;
	}
	chunker = chunker_open(file, options);
	chunker_use(chunker, MemoryContextAllocHuge(CurrentMemoryContext, options->chunk_size),
				options->chunk_size);
	chunker_read_head(chunker, head);
	chunker_close(chunker);
}

static List *
copy_names(List *names)
{
	List *copy = NIL;
	ListCell *lc;

	foreach (lc, names)
		copy = lappend(copy, pstrdup(lfirst(lc)));
	return copy;
}

List *
file_columns_find(const StageRequest *request, List *files, int enough)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest head", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = CurrentMemoryContext;
	List *columns = NIL;
	ListCell *lc;

	foreach (lc, files)
	{
		const SourceFile *file = lfirst(lc);
		bool is_last = lnext(files, lc) == NULL;
		FileHead head;
		List *found;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		file_columns_head(request->options, file, &head);
		if (request->drift_log != NULL && !head.missing)
			drift_log_file(request->drift_log, request, foreach_current_index(lc), file, &head);
		if (!head.missing || (is_last && columns == NIL))
			found = mapping_columns(request->target, request->options, &head, file, columns);
		else
			found = columns;
		MemoryContextSwitchTo(oldcontext);
		if (list_length(found) > list_length(columns))
			columns = copy_names(found);
		MemoryContextReset(context);
		if (list_length(columns) >= enough)
			break;
	}
	mapping_check_rules(request->target, request->options, columns);
	MemoryContextDelete(context);
	return columns;
}

ChunkFile *
file_columns_describe(const StageRequest *request, List *columns, const SourceFile *file,
					  ChunkFormat format, const FileHead *head)
{
	ChunkFile *described = palloc0(sizeof(ChunkFile));

	described->format = format;
	described->source = file;
	if (format == CHUNK_CSV)
		described->names = head->names != NIL ? head->names : request->options->columns;
	mapping_resolve(request->target, request->options, head, columns, described);
	if (described->has_defaults && request->unique_key != NIL)
		manifest_refuse_defaults(file->path);
	return described;
}
