/*
 * evolve.h: columns that a load brings and its target lacks.
 */
#ifndef INGEST_PUBLISH_EVOLVE_H
#define INGEST_PUBLISH_EVOLVE_H

#include "options/options.h"
#include "publish/publish.h"

/* What to add. */
typedef struct Evolution
{
	List *columns; /* of char * */
	List *
		types; /* of char *: of their values in the lanes; "": text that the values are written in */
	const ConvertFormat *format; /* how they are written */
} Evolution;

/*
 * Adds to the target of a request, which is closed and opened again, the columns that it lacks,
 * with the caller's rights, and gives those of the lanes its types; the request's rows carry them
 * from then on.  A column without any value is not added.  Needs lanes that nobody else reads.
 */
extern void publish_evolve(PublishRequest *request, const Evolution *evolution);

#endif
