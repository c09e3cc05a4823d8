-- ingest.replay never undoes what came after the load: every strategy
\set ECHO none
\set test replay_newer
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET client_min_messages = error;
CREATE VIEW queue AS
    SELECT load_id AS load, record_no AS record, raw_line AS line, status, status_reason AS reason, replayed_by AS by
      FROM ingest.quarantine_rows ORDER BY load_id, file_no, record_no;
CREATE FUNCTION outcome(r ingest.load_result) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', r.load_id, r.status, nullif(r.rows_read, 0) || ' read', nullif(r.rows_staged, 0) || ' staged',
        nullif(r.rows_quarantined, 0) || ' quarantined', nullif(r.rows_ignored, 0) || ' ignored',
        nullif(r.rows_inserted, 0) || ' inserted', nullif(r.rows_updated, 0) || ' updated',
        nullif(r.rows_unchanged, 0) || ' unchanged', nullif(r.rows_deleted, 0) || ' deleted', r.message,
        CASE WHEN r.rows_read <> r.rows_staged + r.rows_quarantined + r.rows_ignored THEN 'ROWS READ DO NOT ADD UP' END,
        CASE WHEN r.rows_staged - (r.rows_inserted + r.rows_updated + r.rows_unchanged + r.rows_skipped) NOT BETWEEN 0 AND r.rows_deleted THEN 'ROWS STAGED DO NOT ADD UP' END) $$;
-- Loads a file of that text.
CREATE FUNCTION deliver(target regclass, content text, key text[] DEFAULT NULL, strategy text DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    path text := file('f' || nextval('ingest.load_id_seq'));
BEGIN
    CALL write(path, content);
    RETURN outcome(ingest.load(target, path, key, strategy, options || '{"on_changed_file": "load"}'));
END $$;

-- upsert: rows of before the load give way, what came after stays
CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v <> 0), w text);
SELECT deliver('t', E'id,v,w\n1,1,old\n2,2,old\n3,3,old\n4,4,old\n');
SELECT deliver('t', E'id,v,w\n1,x,bad\n2,x,bad\n3,x,bad\n4,x,bad\n5,x,bad\n6,x,bad\n7,7,good\n7,x,bad\n');
SELECT deliver('t', E'id,v,w\n1,100,newer\n6,100,newer\n');
UPDATE t SET w = 'by hand' WHERE id = 3;
BEGIN;
UPDATE t SET w = 'undone' WHERE id = 2;
ROLLBACK;
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}}'));
SELECT * FROM t ORDER BY id;
SELECT line, status, reason, by FROM queue;
-- several rows of a key: the last of the last load
SELECT deliver('t', E'id,v,w\n20,x,first\n20,x,second\n21,x,first\n');
SELECT deliver('t', E'id,v,w\n21,x,last\n');
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}}'));
SELECT * FROM t WHERE id >= 20 ORDER BY id;
SELECT line, status, reason FROM queue WHERE line LIKE '2_,%';
-- a key that is not there any more
SELECT deliver('t', E'id,v,w\n30,x,bad\n31,x,bad\n');
SELECT deliver('t', E'id,v,w,d\n30,,,true\n1,,,true\n', options => '{"hard_delete": "d"}');
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}}'));
SELECT line, status, reason FROM queue WHERE line LIKE '3_,%';
-- in one transaction with its load: rows of the transaction are not told apart
BEGIN;
SELECT deliver('t', E'id,v,w\n40,x,bad\n2,x,bad\n');
UPDATE t SET w = 'later' WHERE id = 2;
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}}'));
COMMIT;
SELECT line, status, reason FROM queue WHERE load > 17;
SELECT * FROM t WHERE id IN (2, 40) ORDER BY id;
-- nothing is known of a load from before a restore: what the table has stays
SELECT deliver('t', E'id,v,w\n41,x,bad\n4,x,bad\n');
TRUNCATE ingest.manifest_publications;
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}}'));
SELECT line, status FROM queue WHERE line LIKE '4%x%' ORDER BY line;

-- update_if_newer: that column says it
CREATE TABLE versions (id int PRIMARY KEY, v int, at date);
SELECT deliver('versions', E'id,v,at\n1,x,2024-01-05\n2,x,2024-01-05\n3,x,2024-01-01\n', options => '{"update_if_newer": "at"}');
SELECT deliver('versions', E'id,v,at\n1,1,2024-01-04\n2,2,2024-01-06\n', options => '{"update_if_newer": "at"}');
SELECT outcome(ingest.replay('versions', '{"set": {"v": "''50''"}}'));
SELECT * FROM versions ORDER BY id;

-- insert_only: what is there stays
CREATE TABLE firsts (id int PRIMARY KEY, v int);
SELECT deliver('firsts', E'id,v\n1,1\n', strategy => 'insert_only');
SELECT deliver('firsts', E'id,v\n1,x\n2,x\n', strategy => 'insert_only');
SELECT outcome(ingest.replay('firsts', '{"set": {"v": "''50''"}}'));
SELECT * FROM firsts ORDER BY id;

-- append: every row; replace: unless another load has said since what there is
CREATE TABLE log (id int, v int);
SELECT deliver('log', E'id,v\n1,x\n1,x\n');
SELECT deliver('log', E'id,v\n1,1\n');
SELECT outcome(ingest.replay('log', '{"set": {"v": "''50''"}}'));
SELECT * FROM log ORDER BY v;
SELECT deliver('log', E'id,v\n5,x\n6,6\n', strategy => 'replace');
SELECT outcome(ingest.replay('log', '{"set": {"v": "''50''"}}'));
SELECT deliver('log', E'id,v\n7,x\n', strategy => 'replace');
SELECT deliver('log', E'id,v\n8,8\n', strategy => 'replace');
SELECT outcome(ingest.replay('log', '{"set": {"v": "''50''"}}'));
SELECT * FROM log ORDER BY v;

-- delete_insert: the rows of a key are added to those of its load, not to those of another
CREATE TABLE lines (doc int, n int);
SELECT deliver('lines', E'doc,n\n1,1\n2,1\n', '{doc}', 'delete_insert');
SELECT deliver('lines', E'doc,n\n1,10\n1,x\n1,xx\n2,10\n2,x\n', '{doc}', 'delete_insert');
SELECT deliver('lines', E'doc,n\n2,100\n', '{doc}', 'delete_insert');
SELECT outcome(ingest.replay('lines', '{"set": {"n": "CASE n WHEN ''x'' THEN ''11'' ELSE n END"}}'));
SELECT outcome(ingest.replay('lines', '{"set": {"n": "CASE n WHEN ''xx'' THEN ''12'' ELSE n END"}}'));
SELECT * FROM lines ORDER BY doc, n;

-- scd2: a version goes where its time says; without a time, not over a newer one
CREATE TABLE history (id int, v int, at date, valid_from date, valid_to date, is_current bool);
SELECT deliver('history', E'id,v,at\n1,1,2024-01-01\n1,x,2024-02-01\n', '{id}', 'scd2', '{"update_if_newer": "at"}');
SELECT deliver('history', E'id,v,at\n1,3,2024-03-01\n', '{id}', 'scd2', '{"update_if_newer": "at"}');
SELECT outcome(ingest.replay('history', '{"set": {"v": "''2''"}}'));
SELECT id, v, valid_from, valid_to FROM history ORDER BY valid_from;

-- Loads that were published in different ways, unless the call says how
SELECT deliver('t', E'id,v,w\n50,x,bad\n');
SELECT deliver('t', E'id,v,w\n51,x,bad\n', strategy => 'insert_only');
SELECT failure($$SELECT ingest.replay('t', '{"set": {"v": "''50''"}}')$$);
SELECT outcome(ingest.replay('t', '{"set": {"v": "''50''"}, "strategy": "upsert", "unique_key": ["id"]}'));
SELECT * FROM t WHERE id >= 50 ORDER BY id;
