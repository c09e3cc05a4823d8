-- views: what they show of loads that end, fail, are given up, and of loads that run
\set ECHO none
\set test views
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET client_min_messages = error;

-- Columns are what others build upon
SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) AS columns
  FROM information_schema.columns WHERE table_schema = 'ingest' AND table_name NOT LIKE 'manifest%' AND table_name <> 'quarantine_rows'
 GROUP BY table_name ORDER BY table_name COLLATE "C";
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'ingest.load_result'::regclass ORDER BY attnum;

CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE other (id int);
CALL shell('mkdir in');
CALL write(file('in/1.csv'), E'id,name\n1,a\n\n2,b\nx,\n1,c\n');
CALL write(file('in/2.csv'), E'id,name\n3,"d\nd"\n4\n');
CALL write(file('fail.csv'), E'id,nom\n3,d\n');
CALL write(file('staged.csv'), E'id,name\n5,e\n');
CALL write(file('rejected.csv'), E'id,name\n5,\n6,\n');
CALL write(file('stop.csv'), E'id,name\n7,g\n8,\n');
SELECT report(ingest.load('t', file('in')));
SELECT report(ingest.load('t', file('in')));
SELECT failure($$ SELECT ingest.load('t', file('fail.csv')) $$);
SELECT ingest.stage('t', file('staged.csv'), '{"workers": 1}');
SELECT failure($$ SELECT ingest.load('t', file('rejected.csv'), options => '{"reject_limit": 1}') $$);
SELECT failure($$ SELECT ingest.load('t', file('stop.csv'), options => '{"on_error": "stop"}') $$);
CALL write(file('other.csv'), E'id\n1\n');
SELECT ingest.stage('other', file('other.csv')) AS id \gset
SELECT ingest.discard(:id);

-- loads
SELECT load_id, target, mask(source) AS source, status, strategy, unique_key, columns, options, loaded_by = current_user AS mine
  FROM ingest.loads ORDER BY load_id;
SELECT load_id, files_loaded, files_skipped, rows_read, rows_staged, rows_quarantined, rows_ignored, rows_deduplicated,
       rows_inserted, rows_updated, rows_deleted, rows_unchanged, bytes_read, mask(message) AS message FROM ingest.loads ORDER BY load_id;
SELECT load_id, started_at <= staged_at AS staged, staged_at <= finished_at AS finished, finished_at <= clock_timestamp() AS past
  FROM ingest.loads ORDER BY load_id;
-- files and chunks
SELECT load_id, file_no, target, mask(path) AS path, size, modified_at <= now() AS modified, length(content_hash) AS hash, published, forced,
       chunks, chunks_committed, rows_read, rows_staged, rows_quarantined, rows_ignored FROM ingest.files ORDER BY load_id, file_no;
SELECT load_id, file_no, chunk_no, target, byte_start, byte_end, first_row, first_line, lines, rows_read, rows_staged,
       rows_quarantined, rows_ignored, lane_no FROM ingest.chunks ORDER BY load_id, file_no, chunk_no;
-- Counts of loads, files and chunks agree
SELECT l.load_id FROM ingest.loads AS l
 WHERE (rows_read, rows_quarantined, rows_ignored) <>
       (SELECT coalesce(sum(rows_read), 0), coalesce(sum(rows_quarantined), 0), coalesce(sum(rows_ignored), 0)
          FROM ingest.chunks AS c WHERE c.load_id = l.load_id)
    OR rows_quarantined <> (SELECT count(*) FROM ingest.quarantine AS q WHERE q.load_id = l.load_id);
-- quarantine, one row per bad row; quarantine_errors, one per violation
SELECT load_id, target, mask(file) AS file, file_no, record_no, line_no, byte_offset, byte_length, raw_line, raw_bytes,
       jsonb_array_length(errors) AS errors, status, quarantined_at <= now() AS past FROM ingest.quarantine ORDER BY load_id, file_no, record_no;
SELECT load_id, copy_tbl, mask(filename) AS filename, lineno, line, colname, raw_field_value AS value, err_message, err_detail, errorcode, rule,
       file_no, record_no, byte_offset, status, userid = current_user AS mine, starttime <= now() AS past
  FROM ingest.quarantine_errors ORDER BY load_id, file_no, record_no, rule;

-- Nothing runs
SELECT count(*) FROM ingest.progress;
-- A load that runs, as its own trigger sees it: staging is over by then
CREATE TABLE seen (status text, progress bigint, copies bigint);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO seen SELECT (SELECT status FROM ingest.loads ORDER BY load_id DESC LIMIT 1),
        (SELECT count(*) FROM ingest.progress), (SELECT count(*) FROM pg_stat_progress_copy);
    RETURN NULL;
END $$;
CREATE TRIGGER look AFTER INSERT ON other FOR EACH STATEMENT EXECUTE FUNCTION look();
SELECT report(ingest.load('other', file('other.csv')));
SELECT * FROM seen;
-- A renamed target keeps its loads
ALTER TABLE other RENAME TO another;
SELECT DISTINCT target FROM ingest.loads ORDER BY 1;
