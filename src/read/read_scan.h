/*
 * read_scan.h: the executor's side of ingest.read.
 *
 * custom_exprs: source, options; custom_scan_tlist: the columns; custom_private: the function's OID in a
 * list, the alias of the call.
 */
#ifndef INGEST_READ_READ_SCAN_H
#define INGEST_READ_READ_SCAN_H

#include "nodes/extensible.h"

/* As EXPLAIN shows it. */
#define READ_SCAN_NAME "IngestRead"

extern const CustomScanMethods *read_scan_methods(void);

/* Makes the scan known to whoever reads plans as text, once per process. */
extern void read_scan_register(void);

#endif
