-- drift: columns of files that the target lacks: their rows in quarantine, or their values in one column
\set ECHO none
\set test drift_capture
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
CREATE TABLE t (id int PRIMARY KEY, name text, rest jsonb);
CALL write(file('a.csv'), E'id,color,name,size\n1,red,a,\n2,,b,\n3,"",c,"x ""y""\\ü"\n4,"gr\neen",d,7\n');
CALL write(file('b.csv'), E'name,id\ne,5\n');
CALL parquet('c.parquet', $$message m { required int64 id; optional double weight; optional group tags (LIST) { repeated group list { optional binary element (STRING); } } }
{"id": 6, "weight": 1.5, "tags": ["x", null]}
{"id": 7}
{"id": 8, "tags": []}$$);

-- discard_row: only rows that would lose a value
SELECT report(ingest.load('t', file('a.csv'), options => '{"new_columns": "discard_row"}'));
SELECT * FROM bad;
SELECT report(ingest.load('t', file('c.parquet'), options => '{"new_columns": "discard_row", "workers": 0}'));
SELECT * FROM bad;
SELECT raw_line FROM ingest.quarantine WHERE load_id = 2;
SELECT * FROM t ORDER BY id;
SELECT failure($$ SELECT ingest.load('t', file('a.csv'), options => '{"new_columns": "discard_row", "on_error": "stop", "force": true}') $$);
TRUNCATE t;

-- capture: as text, or, of Parquet, as JSON; in workers, and in the caller's process
CREATE TABLE kept AS SELECT * FROM t;
CREATE TABLE inside AS SELECT * FROM t;
CALL shell('mkdir all && cp a.csv b.csv c.parquet all');
SELECT report(ingest.load('kept', file('all'), options => '{"new_columns": "capture", "capture_column": "rest", "workers": 2}'));
SELECT report(ingest.load('inside', file('all'), options => '{"new_columns": "capture", "capture_column": "rest", "workers": 0}'));
SELECT * FROM kept ORDER BY id;
TABLE kept EXCEPT TABLE inside;
SELECT count(*) FROM inside;

-- By a contract; a later version without them empties the column
SELECT ingest.set_contract('t', '{"options": {"new_columns": "capture", "capture_column": "rest"}, "columns": {"rest": {"not_null": false}}}');
SELECT report(ingest.load('t', file('a.csv'), options => '{"force": true, "null": ["", "red"]}'));
SELECT * FROM t ORDER BY id;
CALL write(file('later.csv'), E'id,name\n4,d\n');
SELECT report(ingest.load('t', file('later.csv')));
SELECT * FROM t WHERE id = 4;

-- The column's own constraints count
CREATE TABLE strict (id int, rest jsonb NOT NULL CHECK (rest ->> 'size' <> '7'));
SELECT report(ingest.load('strict', file('a.csv'), options => '{"new_columns": "capture", "capture_column": "rest"}'));
SELECT * FROM bad;
SELECT * FROM strict;

-- Mistakes
CALL write(file('twice.csv'), E'id,x,x\n1,2,3\n');
CALL write(file('own.csv'), E'id,rest,y\n1,"{}",3\n');
SELECT failure($$ SELECT ingest.load('kept', file('twice.csv'), options => '{"new_columns": "capture", "capture_column": "rest"}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('own.csv'), options => '{"new_columns": "capture", "capture_column": "rest"}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"new_columns": "capture", "capture_column": "name", "force": true}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"new_columns": "capture", "capture_column": "no", "force": true}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"new_columns": "capture"}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"capture_column": "rest"}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"new_columns": "discard_row", "match_by": "position"}') $$);
SELECT failure($$ SELECT ingest.load('kept', file('a.csv'), options => '{"new_columns": "discard_row", "header": false}') $$);
