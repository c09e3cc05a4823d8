-- drift: columns of files that the target gets
\set ECHO none
\set test drift_evolve
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
CREATE FUNCTION columns(t regclass) RETURNS text LANGUAGE sql
    AS $$ SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = t AND attnum > 0 AND NOT attisdropped $$;

-- Types by the values: the narrowest that holds all as they are written
CREATE TABLE t (id int PRIMARY KEY);
CREATE VIEW over_t AS SELECT * FROM t;
CALL write(file('types.csv'), E'id,yes,big,num,day,"at z",at,u,j,code,word,mixed,none,huge,exp,when,bad_day\n'
    '1,true,-5,1.50,2024-02-29,2024-01-01T10:00:00Z,2024-01-01 10:00,a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,"{""a"": 1}",007,x,1,,99999999999999999999,1e5,now,2024-02-30\n'
    '2,False,0,-12,1999-12-31,2024-01-01 10:00:00.123456+02,2024-01-01 23:59:59.5,,[],12,,2024-01-01,,1,2,today,2024-02-29\n'
    '3,,,,,,,,,,,,,,,,\n');
SELECT report(ingest.load('t', file('types.csv'), options => '{"new_columns": "evolve"}'));
SELECT columns('t');
\x
SELECT * FROM t ORDER BY id;
\x
SELECT * FROM over_t;
SELECT columns, new_columns, new_types FROM ingest.manifest_loads;

-- From now on it is the column: what does not fit is a bad row; another new one beside it
CALL write(file('more.csv'), E'id,big,"More ""x"""\n4,x,1\n5,6,true\n2,9,\n');
SELECT report(ingest.load('t', file('more.csv'), options => '{"new_columns": "evolve"}'));
SELECT * FROM bad;
SELECT id, big, num, "More ""x""" FROM t ORDER BY id;

-- Files of one load may differ; Parquet has types of its own, and where files disagree the values tell
CREATE TABLE u (id int);
CREATE TABLE inside (id int);
CALL shell('mkdir d');
CALL write(file('d/1.csv'), E'id,a,c\n1,1,x\n');
CALL write(file('d/2.csv'), E'id,a,b\n2,2.5,2024-01-01\n');
CALL write(file('d/3.csv'), E'id\n3\n');
CALL parquet('d/4.parquet', $$message m { required int64 id; optional double a; optional int32 p; optional binary s (STRING); optional int32 money (DECIMAL(9,2)); optional group l (LIST) { repeated group list { optional int32 element; } } optional int32 k; }
{"id": 4, "a": 4.25, "p": 1, "s": "07", "money": "1.50", "l": [1, 2], "k": 1}$$);
CALL parquet('d/5.parquet', $$message m { required int64 id; optional int64 p; optional binary s (STRING); optional binary k (STRING); }
{"id": 5, "p": 5000000000, "s": "8", "k": "x"}$$);
SELECT report(ingest.load('u', file('d'), options => '{"new_columns": "evolve", "workers": 2}'));
SELECT report(ingest.load('inside', file('d'), options => '{"new_columns": "evolve", "workers": 0}'));
SELECT columns('u');
SELECT columns('inside');
SELECT * FROM u ORDER BY id;
TABLE u EXCEPT TABLE inside;

-- In notations of the file, values of new columns stay text; names may differ in case
CREATE TABLE v (id int);
CALL shell('mkdir n');
CALL write(file('n/1.csv'), E'id;X;d\n1;1.234;2024-01-02\n');
CALL write(file('n/2.csv'), E'ID;x\n2;1,5\n');
SELECT report(ingest.load('v', file('n'), options => '{"new_columns": "evolve", "match_by": "name_ci", "delimiter": ";", "decimal_separator": ",", "dateformat": "%Y-%d-%m"}'));
SELECT columns('v');
SELECT * FROM v ORDER BY id;

-- Partitioned tables; a column that is not added because nothing is in it may come later
CREATE TABLE p (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CALL write(file('p.csv'), E'id,day,x,y\n1,2024-05-01,1,\n');
CALL write(file('p2.csv'), E'id,day,y\n2,2024-06-01,0.5\n');
SELECT report(ingest.load('p', file('p.csv'), options => '{"new_columns": "evolve"}'));
SELECT report(ingest.load('p', file('p2.csv'), options => '{"new_columns": "evolve"}'));
SELECT * FROM p_1 ORDER BY id;

-- All or nothing: the column goes with the load
BEGIN;
CALL write(file('gone.csv'), E'id,gone\n7,1\n');
SELECT report(ingest.load('u', file('gone.csv'), options => '{"new_columns": "evolve"}'));
ROLLBACK;
SELECT columns('u');
SELECT report(ingest.load('u', file('gone.csv'), options => '{"new_columns": "evolve"}'));
SELECT id, gone FROM u WHERE gone = 1;

-- Two loads that were staged before either was published; one whose column came by somebody else
CREATE TABLE w (id int);
CALL write(file('w1.csv'), E'id,n,o,q\n1,1,1,1\n');
CALL write(file('w2.csv'), E'id,n\n2,2\n');
CALL write(file('w3.csv'), E'id,n\n3,x\n');
SELECT ingest.stage('w', file('w1.csv'), '{"new_columns": "evolve"}') AS w1, ingest.stage('w', file('w2.csv'), '{"new_columns": "evolve"}') AS w2,
       ingest.stage('w', file('w3.csv'), '{"new_columns": "evolve"}') AS w3 \gset
ALTER TABLE w ADD COLUMN q text;
SELECT report(ingest.publish(:w1));
SELECT report(ingest.publish(:w2));
SELECT mask(regexp_replace(f, '[0-9]+ holds', 'N holds')) FROM failure(format('SELECT ingest.publish(%s)', :w3)) f;
SELECT ingest.discard(:w3);
SELECT report(ingest.load('w', file('w3.csv'), options => '{"new_columns": "evolve"}'));
SELECT columns('w');
SELECT * FROM w ORDER BY id;
