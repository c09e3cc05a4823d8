/*
 * conflict.h: errors that another transaction caused, and that may pass.
 */
#ifndef INGEST_PUBLISH_CONFLICT_H
#define INGEST_PUBLISH_CONFLICT_H

#include "publish/publish.h"

/*
 * Could a new attempt, with a new snapshot, succeed where this error was raised?
 * The staged rows of a key are one, so a key that exists although none was
 * found is another transaction's, which the next attempt will see.
 */
extern bool conflict_may_pass(const PublishRequest *request, const ErrorData *error);

#endif
