/*
 * table_sql.h: CREATE TABLE for a source.
 */
#ifndef INGEST_INSPECT_TABLE_SQL_H
#define INGEST_INSPECT_TABLE_SQL_H

#include "inspect/report.h"

/*
 * The statement, and the call that loads the source as a comment behind it. name: as in SQL, perhaps
 * with a schema. Constraints only where every row was seen.
 */
extern char *table_sql(const SourceReport *report, const char *name);

#endif
