-- a person overrules the check by its name; its rows are there, no file is read
SELECT status, rows_inserted, rows_updated, rows_quarantined
  FROM ingest.publish((SELECT max(load_id) FROM ingest.checks), options => '{"accept": "enough members"}');
SELECT name, passed, accepted_by, accepted_at IS NOT NULL AS accepted FROM ingest.checks
 WHERE load_id = (SELECT max(load_id) FROM ingest.checks);

-- the rows in quarantine: mended by an expression over what the file says, and replayed
SELECT line_no, raw_line, errors -> 0 ->> 'message' AS why FROM ingest.quarantine
 WHERE target = 'members'::regclass AND status = 'open';
SELECT load_id, rows_read, rows_inserted, rows_updated, message
  FROM ingest.replay('members', '{"column": "points", "set": {"points": "round(points::numeric)::text"}}');

-- the row says where it came from; a replay again finds nothing
SELECT line_no, raw_line, status, replayed_by FROM ingest.quarantine WHERE target = 'members'::regclass;
SELECT status, rows_read FROM ingest.replay('members');

SELECT * FROM members ORDER BY id;
SELECT load_id, kind, column_name, file_column, action FROM ingest.drifts ORDER BY load_id, kind;
