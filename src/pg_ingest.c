/*
 * pg_ingest.c: the module: its magic and what happens when it is loaded.
 */
#include "postgres.h"

#include "fmgr.h"
#include "read/read_path.h"
#include "settings.h"

PG_MODULE_MAGIC;

void _PG_init(void);

void
_PG_init(void)
{
	settings_define();
	read_path_install();
}
