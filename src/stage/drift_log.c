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

/* With one more difference far below the smallest chunk_size, which bounds a command. */
#define COMMAND_BYTES (32 * 1024)

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

/* The last command, or a new one if that is full. */
static StringInfo
current_command(DriftLog *log)
{
	StringInfo command = log->commands != NIL ? llast(log->commands) : NULL;

	if (command == NULL || command->len >= COMMAND_BYTES)
	{
		command = makeStringInfo();
		log->commands = lappend(log->commands, command);
	}
	return command;
}

void
drift_log_file(DriftLog *log, const StageRequest *request, int file_no, const SourceFile *file,
			   const FileHead *head)
{
	ChunkFormat format = file_columns_format(request->options, file);
	List *differences = drift_find(request, file, format, head, NULL);
	MemoryContext oldcontext = MemoryContextSwitchTo(log->context);
	ListCell *lc;

	foreach (lc, differences)
	{
		ManifestDifference *difference = lfirst(lc);

		difference->file_no = file_no;
		difference->difference_no = foreach_current_index(lc);
		command_write_difference(log->load_id, difference, current_command(log));
	}
	MemoryContextSwitchTo(oldcontext);
}

List *
drift_log_commands(const DriftLog *log)
{
	return log->commands;
}
