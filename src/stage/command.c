/*
 * command.c: commands as bytes, and what they do.
 */
#include "postgres.h"

#include "stage/command.h"

#include "libpq/pqformat.h"
#include "stage/lane_table.h"

enum
{
	COMMAND_PLAN = 'P',
	COMMAND_FILES = 'F',
	COMMAND_DRIFT = 'D',
	COMMAND_STATUS = 'S',
	COMMAND_CHECKS = 'C'
};

/* Server encoding on both sides: no conversion. */
static void
send_string(StringInfo buf, const char *string)
{
	pq_sendbyte(buf, string != NULL);
	if (string != NULL)
		appendBinaryStringInfo(buf, string, strlen(string) + 1);
}

static char *
get_string(StringInfo buf)
{
	if (!pq_getmsgbyte(buf))
		return NULL;
	return pstrdup(pq_getmsgrawstring(buf));
}

static void
send_strings(StringInfo buf, List *strings)
{
	ListCell *lc;

	pq_sendint32(buf, list_length(strings));
	foreach (lc, strings)
		send_string(buf, lfirst(lc));
}

static List *
get_strings(StringInfo buf)
{
	List *strings = NIL;
	int n = pq_getmsgint(buf, 4);

	while (n-- > 0)
		strings = lappend(strings, get_string(buf));
	return strings;
}

static void
send_files(StringInfo buf, List *files)
{
	ListCell *lc;

	pq_sendint32(buf, list_length(files));
	foreach (lc, files)
	{
		const ManifestFile *file = lfirst(lc);

		pq_sendint32(buf, file->file_no);
		send_string(buf, file->path);
		pq_sendint64(buf, file->size);
		pq_sendint64(buf, file->modified_at);
		pq_sendbyte(buf, file->forced);
	}
}

static void
insert_files(StringInfo buf, int64 load_id, Oid target)
{
	int n = pq_getmsgint(buf, 4);

	while (n-- > 0)
	{
		ManifestFile file;

		file.file_no = pq_getmsgint(buf, 4);
		file.path = get_string(buf);
		file.size = pq_getmsgint64(buf);
		file.modified_at = pq_getmsgint64(buf);
		file.forced = pq_getmsgbyte(buf);
		manifest_insert_file(load_id, target, &file);
	}
}

void
command_write_plan(const PlanCommand *plan, StringInfo buf)
{
	const ManifestLoad *load = plan->load;
	ListCell *lc;

	pq_sendbyte(buf, COMMAND_PLAN);
	pq_sendbyte(buf, plan->is_new);
	pq_sendbyte(buf, plan->restart);
	pq_sendint32(buf, list_length(plan->abandoned));
	foreach (lc, plan->abandoned)
		pq_sendint64(buf, *(int64 *) lfirst(lc));
	pq_sendint64(buf, load->load_id);
	pq_sendint32(buf, load->target);
	send_string(buf, load->source);
	send_string(buf, load->options);
	send_string(buf, load->fingerprint);
	send_string(buf, load->strategy);
	send_strings(buf, load->unique_key);
	send_strings(buf, load->columns);
	send_strings(buf, load->new_columns);
	send_strings(buf, load->new_types);
	send_string(buf, load->caller);
	pq_sendint32(buf, load->leader_pid);
	pq_sendint32(buf, load->contract_version);
	send_files(buf, plan->files);
}

static void
run_plan(StringInfo buf)
{
	ManifestLoad load = {0};
	bool is_new = pq_getmsgbyte(buf);
	bool restart = pq_getmsgbyte(buf);
	int nabandoned = pq_getmsgint(buf, 4);

	while (nabandoned-- > 0)
	{
		int64 abandoned = pq_getmsgint64(buf);

		lane_drop_all(abandoned);
		manifest_set_status(abandoned, "discarded", "replaced by a later call");
	}
	load.load_id = pq_getmsgint64(buf);
	load.target = pq_getmsgint(buf, 4);
	load.source = get_string(buf);
	load.options = get_string(buf);
	load.fingerprint = get_string(buf);
	load.strategy = get_string(buf);
	load.unique_key = get_strings(buf);
	load.columns = get_strings(buf);
	load.new_columns = get_strings(buf);
	load.new_types = get_strings(buf);
	load.caller = get_string(buf);
	load.leader_pid = pq_getmsgint(buf, 4);
	load.contract_version = pq_getmsgint(buf, 4);
	if (is_new)
		manifest_insert_load(&load);
	else
		manifest_resume(load.load_id, load.leader_pid);
	if (restart)
	{
		lane_drop_all(load.load_id);
		manifest_forget_staged(load.load_id);
	}
	insert_files(buf, load.load_id, load.target);
}

void
command_write_files(int64 load_id, Oid target, List *files, StringInfo buf)
{
	pq_sendbyte(buf, COMMAND_FILES);
	pq_sendint64(buf, load_id);
	pq_sendint32(buf, target);
	send_files(buf, files);
}

static void
run_files(StringInfo buf)
{
	int64 load_id = pq_getmsgint64(buf);
	Oid target = pq_getmsgint(buf, 4);

	insert_files(buf, load_id, target);
}

void
command_write_difference(int64 load_id, const ManifestDifference *difference, StringInfo buf)
{
	if (buf->len == 0)
	{
		pq_sendbyte(buf, COMMAND_DRIFT);
		pq_sendint64(buf, load_id);
	}
	pq_sendint32(buf, difference->file_no);
	pq_sendint32(buf, difference->difference_no);
	send_string(buf, difference->kind);
	send_string(buf, difference->column);
	send_string(buf, difference->file_column);
	send_string(buf, difference->expected);
	send_string(buf, difference->found);
	send_string(buf, difference->action);
	pq_sendbyte(buf, difference->breaking);
}

static void
run_drift(StringInfo buf)
{
	int64 load_id = pq_getmsgint64(buf);
	List *differences = NIL;

	while (buf->cursor < buf->len)
	{
		ManifestDifference *difference = palloc(sizeof(ManifestDifference));

		difference->file_no = pq_getmsgint(buf, 4);
		difference->difference_no = pq_getmsgint(buf, 4);
		difference->kind = get_string(buf);
		difference->column = get_string(buf);
		difference->file_column = get_string(buf);
		difference->expected = get_string(buf);
		difference->found = get_string(buf);
		difference->action = get_string(buf);
		difference->breaking = pq_getmsgbyte(buf);
		differences = lappend(differences, difference);
	}
	manifest_add_differences(load_id, differences);
}

void
command_write_status(int64 load_id, const char *status, const char *message, StringInfo buf)
{
	pq_sendbyte(buf, COMMAND_STATUS);
	pq_sendint64(buf, load_id);
	send_string(buf, status);
	send_string(buf, message);
}

static void
run_status(StringInfo buf)
{
	int64 load_id = pq_getmsgint64(buf);
	char *status = get_string(buf);
	char *message = get_string(buf);

	manifest_set_status(load_id, status, message);
	if (strcmp(status, "staged") != 0)
		lane_drop_all(load_id);
}

void
command_write_checks(int64 load_id, const char *message, List *results, StringInfo buf)
{
	ListCell *lc;

	pq_sendbyte(buf, COMMAND_CHECKS);
	pq_sendint64(buf, load_id);
	send_string(buf, message);
	pq_sendint32(buf, list_length(results));
	foreach (lc, results)
	{
		const ManifestCheck *check = lfirst(lc);

		send_string(buf, check->name);
		send_string(buf, check->type);
		pq_sendbyte(buf, check->is_warning);
		pq_sendbyte(buf, check->passed);
		send_string(buf, check->observed);
		send_string(buf, check->expected);
	}
}

static void
run_checks(StringInfo buf)
{
	int64 load_id = pq_getmsgint64(buf);
	char *message = get_string(buf);
	int n = pq_getmsgint(buf, 4);
	List *results = NIL;

	while (n-- > 0)
	{
		ManifestCheck *check = palloc0(sizeof(ManifestCheck));

		check->name = get_string(buf);
		check->type = get_string(buf);
		check->is_warning = pq_getmsgbyte(buf);
		check->passed = pq_getmsgbyte(buf);
		check->observed = get_string(buf);
		check->expected = get_string(buf);
		results = lappend(results, check);
	}
	manifest_set_checks(load_id, NULL, results);
	manifest_set_status(load_id, "rejected", message);
}

void
command_run(StringInfo buf)
{
	switch (pq_getmsgbyte(buf))
	{
		case COMMAND_PLAN:
			run_plan(buf);
			break;
		case COMMAND_FILES:
			run_files(buf);
			break;
		case COMMAND_DRIFT:
			run_drift(buf);
			break;
		case COMMAND_STATUS:
			run_status(buf);
			break;
		case COMMAND_CHECKS:
			run_checks(buf);
			break;
		default:
			elog(ERROR, "unrecognized staging command");
	}
}
