-- quarantine as work: the summary, rows that are discarded, and those that cleanup removes
\set ECHO none
\set test quarantine_queue
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int PRIMARY KEY, amount numeric(6,2) CHECK (amount >= 0), note text);
CALL write(file('a'), E'id,amount,note\n1,1,x\n2,zwei,y\n3,-3,z\nvier,-4,\n5,fünf,\n6,sechs,"a\nb"\n7,sieben,\n');
CALL write(file('b'), E'id,amount,note\n8,8\n9,9,\nx,-1,\n');
SELECT status, rows_quarantined FROM ingest.load('t', file('a'));
SELECT status, rows_quarantined FROM ingest.load('t', file('b'));
SELECT rule, "column", rows, open, replayed, discarded, superseded, example_values, example_messages
  FROM ingest.quarantine_summary WHERE target = 't'::regclass ORDER BY rule, "column";

-- Filters: a violation of the rule, one on the column, files, loads; all of them at once
SELECT ingest.discard_quarantine('t', 'wrong file', '{"rule": "check", "load_id": 1, "column": "id"}');
SELECT ingest.discard_quarantine('t', 'no number', jsonb_build_object('column', 'amount', 'file', file('b')));
SELECT ingest.discard_quarantine('t', 'short', jsonb_build_object('rule', array['missing_columns', 'other'], 'file', array[file('a'), file('b')]));
SELECT ingest.discard_quarantine('t', 'again', '{"rule": "missing_columns"}');
SELECT load_id, record_no, raw_line, status, status_by = current_user AS by_me, status_at IS NOT NULL AS at, status_reason, replayed_by
  FROM ingest.quarantine ORDER BY load_id, record_no;
SELECT rule, "column", rows, open, discarded FROM ingest.quarantine_summary ORDER BY rule, "column";

-- What is refused
SELECT failure($$SELECT ingest.discard_quarantine('t', NULL)$$);
SELECT failure($$SELECT ingest.discard_quarantine(NULL, 'x')$$);
SELECT failure($$SELECT ingest.discard_quarantine('t', 'x', '{"rules": "check"}')$$);
SELECT failure($$SELECT ingest.discard_quarantine('t', 'x', '{"rule": {"a": 1}}')$$);
SELECT failure($$SELECT ingest.discard_quarantine('t', 'x', '{"rule": []}')$$);
SELECT failure($$SELECT ingest.discard_quarantine('t', 'x', '{"load_id": "one"}')$$);
SELECT failure($$SELECT ingest.discard_quarantine('t', 'x', '[]')$$);
SELECT split_part(failure, ':', 1) AS sqlstate FROM failure($$UPDATE ingest.quarantine_rows SET status = 'done'$$) LIMIT 1;

-- Only who may read and fill the table discards, and sees what there is
CREATE ROLE quarantine_queue_clerk;
GRANT USAGE ON SCHEMA ingest, quarantine_queue TO quarantine_queue_clerk;
GRANT EXECUTE ON FUNCTION ingest.discard_quarantine, ingest.cleanup TO quarantine_queue_clerk;
GRANT SELECT ON ingest.quarantine_summary TO quarantine_queue_clerk;
SET ROLE quarantine_queue_clerk;
SELECT count(*) FROM ingest.quarantine_summary;
RESET ROLE;
GRANT INSERT ON t TO quarantine_queue_clerk;
SET ROLE quarantine_queue_clerk;
\set VERBOSITY terse
SELECT ingest.discard_quarantine('t', 'x');
RESET ROLE;
GRANT SELECT ON t TO quarantine_queue_clerk;
SET ROLE quarantine_queue_clerk;
SELECT count(*) FROM ingest.quarantine_summary;
SELECT ingest.discard_quarantine('t', 'x', '{"column": "id"}');
-- … and only the owner of the table removes them
SELECT * FROM ingest.cleanup('-1 second');
RESET ROLE;
SELECT * FROM ingest.cleanup('1 day');
SELECT * FROM ingest.cleanup('-1 second');
SELECT load_id, record_no, status FROM ingest.quarantine ORDER BY load_id, record_no;
DROP OWNED BY quarantine_queue_clerk;
DROP ROLE quarantine_queue_clerk;
