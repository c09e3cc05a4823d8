/*
 * identity.h: what tells one version of a file from another; private to src/source.
 */
#ifndef INGEST_SOURCE_IDENTITY_H
#define INGEST_SOURCE_IDENTITY_H

#include <sys/stat.h>

#include "source/source.h"

/* Fills everything but the path. */
extern void identity_from_stat(SourceFile *file, const struct stat *st);

/* Error when the open file is not, or no longer, what *file says. */
extern void identity_check_unchanged(const SourceFile *file, int fd);

/* Raises that error for a file found to be longer or shorter while reading. */
extern void identity_report_size(const SourceFile *file, uint64 size);

#endif
