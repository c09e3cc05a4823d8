-- load: what happens to bad rows, and when there are too many of them
\set ECHO none
\set test load_bad_rows
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (a int, b numeric(4,1), c text NOT NULL CHECK (c <> 'bad'));
CALL write(file('five'), E'a,b,c\n1,1.5,x\ntwo,2.55,\n3,3,bad\n4,4,y\n5,,z,\n');

-- on_error: quarantine
SELECT report(ingest.load('t', file('five')));
SELECT record, line, "column", rule, code, message, value FROM bad;
SELECT jsonb_pretty(errors) FROM ingest.quarantine WHERE load_id = 1 AND record_no = 2;
SELECT * FROM t;
TRUNCATE t;
-- on_error: ignore counts them as ignored
SELECT report(ingest.load('t', file('five'), options => '{"on_error": "ignore", "force": true}'));
SELECT * FROM t;
TRUNCATE t;
-- on_error: set_null saves what can be NULL
SELECT report(ingest.load('t', file('five'), options => '{"on_error": "set_null", "force": true}'));
SELECT record, line, "column", rule, code, message, value FROM bad;
SELECT * FROM t;
TRUNCATE t;
-- on_error: stop names the first one
SELECT failure($$ SELECT ingest.load('t', file('five'), options => '{"on_error": "stop", "force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', file('five'), options => '{"on_error": "stop", "force": true, "workers": 0}') $$);
-- the failed load is known; nothing is known of one in the caller's own process, it went with its transaction
SELECT count(*) FROM t;
SELECT load_id, status, rows_read, rows_staged, mask(message) AS message FROM ingest.loads WHERE status <> 'published' ORDER BY load_id;
CALL write(file('fixed'), E'a,b,c\n1,1.5,x\n');
SELECT report(ingest.load('t', file('fixed'), options => '{"on_error": "stop"}'));

-- reject_limit as a number: as many are allowed
SELECT report(ingest.load('t', file('five'), options => '{"reject_limit": 3, "force": true}'));
SELECT report(ingest.load('t', file('five'), options => '{"reject_limit": 2, "force": true}'));
-- as a share of the rows read
SELECT report(ingest.load('t', file('five'), options => '{"reject_limit": "60%", "force": true}'));
SELECT ingest.load('t', file('five'), options => '{"reject_limit": "59.9%", "force": true}');
SELECT ingest.load('t', file('five'), options => '{"reject_limit": 0, "force": true}');
-- Ignored rows count as bad ones
SELECT ingest.load('t', file('five'), options => '{"reject_limit": 0, "on_error": "ignore", "force": true}');
-- In the caller's process nothing of the load remains, the message says why
SELECT ingest.load('t', file('five'), options => '{"reject_limit": 0, "workers": 0, "force": true}');
-- Evidence of the rejected loads
SELECT load_id, status, rows_read, rows_staged, rows_quarantined, rows_ignored, rows_inserted, message
  FROM ingest.loads WHERE status = 'rejected' ORDER BY load_id;
SELECT load_id, array_agg(record_no ORDER BY record_no) FROM ingest.quarantine GROUP BY load_id ORDER BY load_id;
SELECT relname FROM pg_class WHERE relnamespace = 'ingest'::regnamespace AND relname LIKE '%lane%' AND relkind = 'r';
TRUNCATE t;

-- initial_bad_rows: stop early when the file is not what it should be
CALL write(file('wrong'), E'a,b,c\n' || repeat(E'x,1,y\n', 30) || E'1,1,y\n');
SELECT ingest.load('t', file('wrong'), options => '{"initial_bad_rows": 30}');
SELECT ingest.load('t', file('wrong'), options => '{"initial_bad_rows": 30, "on_error": "ignore"}');
SELECT report(ingest.load('t', file('wrong'), options => '{"initial_bad_rows": 31}'));
SELECT report(ingest.load('t', file('wrong'), options => '{"initial_bad_rows": 0, "force": true}'));
CALL write(file('wronger'), E'a,b,c\n' || repeat(E'x,1,y\n', 2000));
SELECT ingest.load('t', file('wronger'));
-- Blank lines are no rows that are bad
CALL write(file('blank'), E'a,b,c\n' || repeat(E'\n', 2000) || E'1,1,y\n');
SELECT report(ingest.load('t', file('blank')));

-- Bad rows behind a good one are not the first ones, wherever chunks end
CREATE TABLE numbers (n int);
CALL write(file('later'), E'n\n' || repeat(E'1\n', 40000) || repeat(E'x\n', 100000));
SELECT report(ingest.load('numbers', file('later'), options => '{"chunk_size": "64kB"}'));
-- The verdict on a hopeless file does not wait for a whole chunk_size of it, nor for what is loaded meanwhile
CALL write(file('hopeless'), E'n\n' || repeat(E'nothing but text\n', 300000));
SELECT regexp_replace(f, '\d\d+', 'N', 'g') AS failure FROM failure($$ SELECT ingest.load('numbers', file('hopeless'), options => '{"workers": 1}') $$) AS f;
SELECT rows_read BETWEEN 1000 AND 20000 AS early, rows_read = rows_quarantined AS kept, (SELECT count(*) FROM ingest.chunks AS c WHERE c.load_id = l.load_id) AS chunks
  FROM ingest.loads AS l WHERE source = file('hopeless');

-- A rejected load does not stand in the way of a corrected file, or of another limit
CALL write(file('wronger'), E'a,b,c\n9,9,y\n');
SELECT report(ingest.load('t', file('wronger')));
SELECT ingest.load('t', file('five'), options => '{"force": true, "reject_limit": 1}');
SELECT report(ingest.load('t', file('five'), options => '{"force": true, "reject_limit": 10}'));
