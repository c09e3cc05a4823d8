-- load: what is loaded once, what is loaded again; staging and publishing in steps
\set ECHO none
\set test load_again
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE a (id int, name text);
CREATE TABLE u (id int PRIMARY KEY, name text);
CALL write(file('x.csv'), E'id,name\n1,a\n');

-- The same bytes are loaded once per target, under whatever name
SELECT report(ingest.load('a', file('x.csv')));
SELECT report(ingest.load('a', file('x.csv')));
CALL shell('cp x.csv copy.csv; mkdir two; cp x.csv two/1.csv; printf "id,name\n2,b\n" >two/2.csv; cp two/2.csv two/3.csv');
SELECT report(ingest.load('a', file('copy.csv')));
SELECT report(ingest.load('a', file('two')));
SELECT report(ingest.load('u', file('two')));
SELECT * FROM a;
SELECT load_id, status, files_loaded, files_skipped FROM ingest.loads ORDER BY 1;
SELECT load_id, file_no, mask(path) AS path, size, published, forced, chunks, chunks_committed, rows_read, content_hash IS NOT NULL AS hash
  FROM ingest.files ORDER BY 1, 2;
-- force loads again, and is remembered
SELECT report(ingest.load('a', file('x.csv'), options => '{"force": true}'));
SELECT report(ingest.load('a', file('x.csv')));
-- Rolled back is not loaded
CALL write(file('y.csv'), E'id,name\n9,y\n');
BEGIN;
SELECT report(ingest.load('a', file('y.csv')));
SELECT status FROM ingest.loads ORDER BY load_id DESC LIMIT 1;
ROLLBACK;
SELECT status, rows_read, rows_inserted FROM ingest.loads ORDER BY load_id DESC LIMIT 1;
SELECT count(*) FROM a WHERE id = 9;
SELECT report(ingest.load('a', file('y.csv')));
SELECT count(*) FROM a WHERE id = 9;

-- a load of a directory is continued behind files that were published before it
CREATE TABLE inbox (id int, name text);
CALL shell('mkdir inbox');
CALL write(file('inbox/1.csv'), E'id,name\n1,x\n');
SELECT report(ingest.load('inbox', file('inbox')));
CALL write(file('inbox/2.csv'), E'id,name\n22,x\n');
BEGIN;
SELECT load_id FROM ingest.load('inbox', file('inbox')) \gset rolled_back_
ROLLBACK;
CALL write(file('inbox/3.csv'), E'id,name\n333,x\n');
CALL write(file('inbox/4.csv'), E'id,name\n22,x\n');
SELECT load_id = :rolled_back_load_id AS same, files_loaded, files_skipped, rows_inserted FROM ingest.load('inbox', file('inbox'));
SELECT * FROM inbox ORDER BY id;

-- on_changed_file: new bytes under a loaded path
CALL write(file('x.csv'), E'id,name\n1,a\n3,c\n');
SELECT failure($$ SELECT ingest.load('a', file('x.csv')) $$);
SELECT report(ingest.load('a', file('x.csv'), options => '{"on_changed_file": "skip"}'));
SELECT report(ingest.load('a', file('x.csv'), options => '{"on_changed_file": "load"}'));
SELECT report(ingest.load('u', file('x.csv')));
CALL write(file('x.csv'), E'id,name\n1,a\n4,d\n');
SELECT report(ingest.load('u', file('x.csv')));
CALL write(file('x.csv'), E'id,name\n1,a\n5,e\n');
SELECT failure($$ SELECT ingest.load('u', file('x.csv'), options => '{"on_changed_file": "error"}') $$);
-- min_file_age: what somebody may still be writing is left for later
CALL write(file('young.csv'), E'id,name\n6,f\n');
SELECT replace(message, current_setting('pg_ingest_test.dir'), 'DIR') FROM failure($$ SELECT ingest.load('u', file('young.csv'), options => '{"min_file_age": "one day"}') $$) AS f(message);
SET client_min_messages = warning;
SELECT report(ingest.load('u', file('young.csv'), options => '{"min_file_age": "1h"}'));
CALL shell('touch -d "2 hours ago" young.csv');
SELECT report(ingest.load('u', file('young.csv'), options => '{"min_file_age": "1h"}'));
RESET client_min_messages;

-- stage, publish, discard
CALL write(file('s.csv'), E'id,name\n7,g\n8,h\n7,G\nx,\n');
SELECT ingest.stage('u', file('s.csv')) AS id \gset
SELECT status, strategy, rows_read, rows_staged, rows_quarantined, rows_inserted FROM ingest.loads WHERE load_id = :id;
SELECT count(*) FROM u WHERE id > 6;
SELECT ingest.stage('u', file('s.csv')) = :id AS same_load;
SELECT report(ingest.publish(:id));
SELECT * FROM u WHERE id > 6 ORDER BY id;
SELECT ingest.publish(:id);
SELECT ingest.discard(:id);
SELECT ingest.stage('u', file('s.csv')) IS NULL AS nothing_new;
CALL write(file('d.csv'), E'id,name\n9,i\n');
SELECT ingest.stage('u', file('d.csv')) AS id \gset
SELECT ingest.discard(:id);
SELECT status, rows_staged, rows_inserted FROM ingest.loads WHERE load_id = :id;
SELECT ingest.publish(:id);
SELECT report(ingest.load('u', file('d.csv')));
SELECT ingest.publish(4711);
SELECT ingest.discard(4711);
-- The strategy may be chosen at the end; a load continues what was staged
CALL write(file('e.csv'), E'id,name\n10,j\n10,k\n,x\n');
SELECT ingest.stage('a', file('e.csv')) AS id \gset
SELECT report(ingest.publish(:id, '{id}'));
SELECT record, line, "column", rule, code, message, value FROM bad;
SELECT record_no, line_no, byte_offset, byte_length, raw_line FROM ingest.quarantine WHERE load_id = :id;
CALL write(file('f.csv'), E'id,name\n11,j\n');
SELECT ingest.stage('u', file('f.csv')) AS id \gset
SELECT report(ingest.load('u', file('f.csv')));
SELECT status FROM ingest.loads WHERE load_id = :id;
-- A lane that is not the one that was filled is never published, but filled again
CALL write(file('h.csv'), E'id,name\n13,l\n');
SELECT ingest.stage('u', file('h.csv')) AS id \gset
UPDATE ingest.manifest_lanes SET epoch = epoch + 1;
SELECT ingest.publish(:id);
SELECT report(ingest.load('u', file('h.csv')));
SELECT status FROM ingest.loads WHERE load_id = :id;
-- Other options are another load; what was staged before is given up
CALL write(file('g.csv'), E'id;name\n12;k\n');
SELECT ingest.stage('u', file('g.csv'), '{"header": false, "initial_bad_rows": 0}') AS id \gset
SELECT report(ingest.load('u', file('g.csv'), options => '{"delimiter": ";"}'));
SELECT status FROM ingest.loads WHERE load_id = :id;

-- So is another contract: rows are judged by what holds now
CALL write(file('j.csv'), E'id,name\n15,n\n16,\n');
SELECT ingest.stage('u', file('j.csv')) AS id \gset
ALTER TABLE u ADD CHECK (name IS NOT NULL);
SELECT report(ingest.load('u', file('j.csv')));
SELECT status, rows_staged FROM ingest.loads WHERE load_id >= :id ORDER BY load_id;
SELECT record, line, "column", rule, code, message, value FROM bad;
-- Nothing is given up for a call whose header does not fit: that one has failed
CALL write(file('i.csv'), E'id,name\n14,m\n');
SELECT ingest.stage('u', file('i.csv')) AS id \gset
SELECT failure($$ SELECT ingest.load('u', file('i.csv'), options => '{"delimiter": ";"}') $$);
SELECT status, columns, mask(message) AS message FROM ingest.loads WHERE load_id >= :id ORDER BY load_id;
SELECT report(ingest.publish(:id));

-- No unfinished load and no lane stays behind
SELECT load_id, status FROM ingest.loads WHERE status IN ('staging', 'staged');
SELECT count(*) FROM pg_class WHERE relnamespace = 'ingest'::regnamespace AND relname LIKE 'load\_%\_lane\_%';
