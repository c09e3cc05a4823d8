-- load: files of one load with different columns, and columns from the names of directories
\set ECHO none
\set test load_union
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int NOT NULL, name text DEFAULT 'nobody', note text, made timestamptz DEFAULT now());

-- By name: what a file lacks takes its default, as if INSERT had not mentioned it
CALL shell('mkdir union');
CALL write(file('union/1.csv'), E'id,name\n1,a\n');
CALL write(file('union/2.csv'), E'note,id\nn,2\n');
CALL write(file('union/3.csv'), E'id,made,name\n3,2001-02-03 04:05:06+00,\n');
CALL write(file('union/4.csv'), '');
BEGIN;
SELECT report(ingest.load('t', file('union')));
SELECT id, name, note, made = now() AS made_now FROM t ORDER BY id;
COMMIT;
SELECT unnest(columns) FROM ingest.loads;
TRUNCATE t;

-- The same with a load that is begun by position, whose files differ in their number of columns
SELECT report(ingest.load('t', file('union/2.csv'), options => '{"header": false, "skip": 1, "columns": ["note", "id"], "force": true}'));
SELECT id, name, note FROM t;
TRUNCATE t;

-- A default that is another value for every row cannot be staged beside values of other files
CREATE TABLE numbered (id serial, name text);
CALL shell('mkdir serial');
CALL write(file('serial/1.csv'), E'name\na\n');
SELECT report(ingest.load('numbered', file('serial')));
CALL write(file('serial/2.csv'), E'id,name\n7,b\n');
SELECT failure($$ SELECT ingest.load('numbered', file('serial'), options => '{"force": true}') $$);
SELECT * FROM numbered;

-- An upsert would put defaults over values that it was not given
CREATE TABLE keyed (id int PRIMARY KEY, name text, score int DEFAULT 0);
CREATE TABLE unkeyed (id int, name text, score int DEFAULT 0);
CALL shell('mkdir keyed');
CALL write(file('keyed/1.csv'), E'id,name\n1,a\n');
CALL write(file('keyed/2.csv'), E'id,score\n1,7\n');
SELECT failure($$ SELECT ingest.load('keyed', file('keyed')) $$);
SELECT failure($$ SELECT ingest.stage('keyed', file('keyed')) $$);
SELECT ingest.stage('unkeyed', file('keyed')) AS load \gset
SELECT failure(format('SELECT ingest.publish(%s, ARRAY[''id''])', :load));
SELECT report(ingest.publish(:load));
SELECT report(ingest.load('keyed', file('keyed/1.csv')));
SELECT report(ingest.load('keyed', file('keyed/2.csv')));
SELECT * FROM keyed;
SELECT * FROM unkeyed;

-- Columns that the target has not are an error, or left out
CALL write(file('more.csv'), E'id,other,name,more\n5,x,e,y\n');
SELECT failure($$ SELECT ingest.load('keyed', file('more.csv')) $$);
SELECT report(ingest.load('keyed', file('more.csv'), options => '{"new_columns": "ignore"}'));
SELECT * FROM keyed WHERE id = 5;

-- A file that comes later and has more columns than the load was begun with
CREATE TABLE late (id int, name text);
CALL shell('mkdir late');
CALL write(file('late/1.csv'), E'id\n1\n');
SELECT ingest.stage('late', file('late')) AS load \gset
CALL write(file('late/2.csv'), E'id,name\n2,b\n');
SELECT failure($$ SELECT ingest.load('late', file('late')) $$);
CALL shell('rm late/2.csv');
SELECT report(ingest.load('late', file('late')));

-- Partitions: directories named key=value, nested, with %-escapes and NULL
CREATE TABLE sales (id int, year int, region text);
CALL shell('mkdir -p "sales/year=2024/region=EU%2FNorth" "sales/year=2025/region=__HIVE_DEFAULT_PARTITION__" sales/_temporary sales/other "sales/.hidden=1"');
CALL write(file('sales/year=2024/region=EU%2FNorth/a.csv'), E'id\n1\n2\n');
CALL write(file('sales/year=2025/region=__HIVE_DEFAULT_PARTITION__/b.csv'), E'id\n3\n');
CALL write(file('sales/_temporary/c.csv'), E'id\n4\n');
CALL write(file('sales/other/d.csv'), E'id\n5\n');
CALL write(file('sales/.hidden=1/e.csv'), E'id\n6\n');
CALL write(file('sales/_SUCCESS'), '');
SELECT report(ingest.load('sales', file('sales')));
SELECT * FROM sales ORDER BY id;
SELECT report(ingest.load('sales', file('sales')));
TRUNCATE sales;
-- The same by a pattern, in the caller's process, and below a partition that the caller names himself
SELECT report(ingest.load('sales', file('sales/year=*/region=*/*.csv'), options => '{"force": true, "workers": 0}'));
SELECT report(ingest.load('sales', file('sales/year=2024'), options => '{"force": true}'));
SELECT *, count(*) FROM sales GROUP BY id, year, region ORDER BY id;
TRUNCATE sales;

-- The same bytes in two partitions are two sets of rows; in one partition they are one
CALL shell('mkdir -p "twice/year=1" "twice/year=2"');
CALL write(file('twice/year=1/a.csv'), E'id\n1\n');
CALL write(file('twice/year=1/b.csv'), E'id\n1\n');
CALL write(file('twice/year=2/a.csv'), E'id\n1\n');
SELECT report(ingest.load('sales', file('twice')));
SELECT report(ingest.load('sales', file('twice')));
SELECT * FROM sales ORDER BY year;
TRUNCATE sales;

-- A value that does not fit is a bad row; the file's own column wins over the directory's
CALL shell('mkdir -p "bad/year=x" "bad/year=2026"');
CALL write(file('bad/year=x/a.csv'), E'id\n1\n');
CALL write(file('bad/year=2026/b.csv'), E'id,year\n2,1999\n');
SELECT report(ingest.load('sales', file('bad')));
SELECT record, "column", rule, message, value FROM bad;
SELECT * FROM sales;

-- Defaults and names of directories are not written as the file writes its values
CREATE TABLE dated (id int, day date DEFAULT '2024-01-31', price float8 DEFAULT 0.1, note text DEFAULT '');
CALL shell('mkdir -p dated "days/day=2024-12-31"');
CALL write(file('dated/1.csv'), E'id;day;price\n1;31/12/2023;1,5\n');
CALL write(file('dated/2.csv'), E'id;note\n2;""\n');
CALL write(file('days/day=2024-12-31/a.csv'), E'id;price\n3;2,5\n');
SET extra_float_digits = -10;
SELECT report(ingest.load('dated', file('dated'), options => '{"delimiter": ";", "dateformat": "%d/%m/%Y", "decimal_separator": ",", "force_null": ["note"]}'));
RESET extra_float_digits;
SELECT report(ingest.load('dated', file('days'), options => '{"delimiter": ";", "dateformat": "%d/%m/%Y", "decimal_separator": ","}'));
SELECT * FROM dated ORDER BY id;
SELECT record, "column", rule, message, value FROM bad WHERE "column" <> 'year';

-- Keys that are no columns: an error below the directory that was named, unless partitions are off or mapped
CREATE TABLE narrow (id int, y int);
SELECT failure($$ SELECT ingest.load('narrow', file('sales')) $$);
SELECT report(ingest.load('narrow', file('sales'), options => '{"hive_partitioning": false}'));
SELECT report(ingest.load('narrow', file('sales/year=2024/region=*/*.csv'), options => '{"column_map": {"y": ["year"]}, "hive_partitioning": false, "force": true}'));
SELECT failure($$ SELECT ingest.load('narrow', file('sales/year=2025/region=__HIVE_DEFAULT_PARTITION__/b.csv'), options => '{"column_map": {"y": ["year"]}, "force": true}') $$);
SELECT * FROM narrow ORDER BY id, y;
