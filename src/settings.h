/*
 * settings.h: the extension's configuration parameters.
 */
#ifndef INGEST_SETTINGS_H
#define INGEST_SETTINGS_H

typedef enum LaneWriterKind
{
	LANE_WRITER_PAGES,
	LANE_WRITER_MULTI_INSERT
} LaneWriterKind;

typedef enum PublishPath
{
	PUBLISH_PATH_AUTO,
	PUBLISH_PATH_SQL
} PublishPath;

extern int settings_lane_writer;  /* LaneWriterKind */
extern int settings_publish_path; /* PublishPath */
#ifdef PG_INGEST_FAILPOINTS
extern char *settings_debug_failpoint;
#endif

extern void settings_define(void);

#endif
