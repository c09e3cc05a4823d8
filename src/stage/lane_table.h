/*
 * lane_table.h: lanes as tables: create, look whether they survived, drop.
 *
 * A lane is ingest.load_<load>_lane_<n>: unlogged, the columns of the contract
 * plus _ingest_file and _ingest_row.  Its first row is a marker (_ingest_file
 * = -1) that carries a random epoch, which the manifest holds too: a server
 * crash empties unlogged tables, and then the marker is gone with the rows.
 */
#ifndef INGEST_STAGE_LANE_TABLE_H
#define INGEST_STAGE_LANE_TABLE_H

#include "contract/spec.h"
#include "manifest/manifest.h"

#define LANE_FILE_COLUMN "_ingest_file"
#define LANE_ROW_COLUMN  "_ingest_row"
#define LANE_MARKER_FILE (-1)

/* Creates lane lane_no of the load, readable by reader, and enters it into the manifest. */
extern void lane_create(int64 load_id, int lane_no, const ContractSpec *spec, Oid reader,
						ManifestLane *lane);

/* Lets reader read the lane: whoever publishes a load, not only who staged it. */
extern void lane_grant(const ManifestLane *lane, Oid reader);

/* Does the lane still hold what was committed into it? */
extern bool lane_is_intact(const ManifestLane *lane);

/* Drops all lanes of a load and forgets them in the manifest. */
extern void lane_drop_all(int64 load_id);

#endif
