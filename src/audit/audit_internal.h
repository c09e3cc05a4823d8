/*
 * audit_internal.h: what the files of audit/ share.
 */
#ifndef INGEST_AUDIT_AUDIT_INTERNAL_H
#define INGEST_AUDIT_AUDIT_INTERNAL_H

#include "audit/audit.h"
#include "manifest/check_results.h"

/* audit.c: a SELECT of columns, _ingest_lane, _ingest_ctid, _ingest_file and _ingest_row of all lanes. */
extern char *audit_staged_rows(const AuditRequest *request);

/* audit.c: qualified and quoted */
extern char *audit_table_name(Oid table);

/* removals.c: "references" and "unique"; returns how many rows left the lanes. */
extern int64 audit_remove_orphans(const AuditRequest *request);
extern int64 audit_remove_repeats(const AuditRequest *request);

/* dataset_checks.c: results of the checks that are SQL over the staged rows, in results' order. */
extern List *audit_dataset_checks(const AuditRequest *request);

/* file_checks.c: of a check against files beside the load's, or their trailers. */
extern bool audit_is_file_check(const DocumentCheck *check);
extern ManifestCheck *audit_file_check(const AuditRequest *request, const DocumentCheck *check);

/* audit.c: a result that has not passed yet. */
extern ManifestCheck *audit_result(const DocumentCheck *check);

#endif
