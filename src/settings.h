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

extern int settings_lane_writer; /* LaneWriterKind */
#ifdef PG_INGEST_FAILPOINTS
extern char *settings_debug_failpoint;
#endif

extern void settings_define(void);

#endif
