-- load: a thousand small files in one call: few transactions, a table per worker and not per file
\set ECHO none
\set test load_many_files
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int PRIMARY KEY, file int, name text);
-- Files of 100 rows each; the last row of every file is also the first of the next one
CALL shell($$ mkdir in && awk 'BEGIN { for (f = 0; f < 1000; f++) { path = sprintf("in/%04d.csv", f); print "id,file,name" >path;
    for (i = 0; i < 100; i++) printf "%d,%d,name %d\n", f * 99 + i, f, i >path; close(path) } }' $$);

SELECT ingest.stage('t', file('in'), '{"workers": 2}') AS id \gset
SELECT count(*) AS files, count(DISTINCT xmin::text) < 100 AS few_transactions FROM ingest.manifest_chunks WHERE load_id = :id;
SELECT count(*) BETWEEN 1 AND 2 AS few_lanes FROM ingest.manifest_lanes WHERE load_id = :id;
SELECT count(*) FILTER (WHERE chunks = 1 AND rows_read = 100 AND rows_staged = 100) AS complete FROM ingest.files WHERE load_id = :id;
SELECT report(ingest.publish(:id));
SELECT count(*), sum(id), count(*) FILTER (WHERE file <> least(id / 99, 999)) AS wrong FROM t;
-- Milliseconds a file, also to see that there is nothing new
TRUNCATE t;
SELECT status, rows_inserted, elapsed < '10 s' AS quick FROM ingest.load('t', file('in'), options => '{"force": true}');
SELECT status, files_skipped, elapsed < '10 s' AS quick FROM ingest.load('t', file('in'));
-- One of them changes
CALL write(file('in/0500.csv'), E'id,file,name\n-1,0,new\n');
SELECT report(ingest.load('t', file('in')));
