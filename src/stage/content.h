/*
 * content.h: files that are known by their content, under whatever name.
 */
#ifndef INGEST_STAGE_CONTENT_H
#define INGEST_STAGE_CONTENT_H

#include "nodes/pg_list.h"

/* Files (of SourceFile *) whose content is not published in the target; adds the others to *skipped. */
extern List *content_drop_published(Oid target, List *files, int *skipped);

/*
 * Of files those behind the known ones (of ManifestFile *), which come first, without those whose
 * content came before; adds these to *skipped.
 */
extern List *content_drop_repeated(List *files, List *known, int *skipped);

#endif
