/*
 * drift_log.c: see drift_log.h.
 *
 * in:  heads of files
 * out: commands; they live as long as the log
 */
#include "postgres.h"

#include "stage/drift_log.h"

#include "stage/command.h"
#include "stage/drift.h"
#include "stage/file_columns.h"

/* Far below the smallest chunk_size, which bounds a command. */
#define COMMAND_DIFFERENCES 100

struct DriftLog
{
	MemoryContext context;
	int64 load_id;
	List *commands; /* of StringInfo */
};

DriftLog *
drift_log_create(int64 load_id)
{
	DriftLog *log = palloc0(sizeof(DriftLog));

	log->context = CurrentMemoryContext;
	log->load_id = load_id;
	return log;
}

void
drift_log_file(DriftLog *log, const StageRequest *request, int file_no, const SourceFile *file,
			   const FileHead *head)
{
	ChunkFormat format = file_columns_format(request->options, file);
	List *differences = drift_find(request, file, format, head, NULL);
	MemoryContext oldcontext = MemoryContextSwitchTo(log->context);
	int first;

	for (first = 0; first < list_length(differences); first += COMMAND_DIFFERENCES)
	{
		StringInfo command = makeStringInfo();
		DriftCommand part = {log->load_id, file_no, first, NIL};
		int i;

		for (i = first; i < Min(first + COMMAND_DIFFERENCES, list_length(differences)); i++)
			part.differences = lappend(part.differences, list_nth(differences, i));
		command_write_drift(&part, command);
		list_free(part.differences);
		log->commands = lappend(log->commands, command);
	}
	MemoryContextSwitchTo(oldcontext);
}

List *
drift_log_commands(const DriftLog *log)
{
	return log->commands;
}
