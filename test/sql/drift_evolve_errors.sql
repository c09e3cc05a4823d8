-- drift: columns that a target cannot get; said before anything is staged
\set ECHO none
\set test drift_evolve_errors
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int, c text);
CREATE FUNCTION evolve(target regclass, name text) RETURNS SETOF text LANGUAGE sql
    AS $$ SELECT failure(format('SELECT ingest.load(%L, %L, options => ''{"new_columns": "evolve"}'')', target, file(name))) $$;

-- Names
CALL write(file('empty.csv'), E'id,"",x\n1,2,3\n');
CALL write(file('long.csv'), 'id,' || repeat('x', 64) || E'\n1,2\n');
CALL write(file('system.csv'), E'id,ctid\n1,2\n');
CALL write(file('own.csv'), E'id,_ingest_row\n1,2\n');
CALL write(file('twice.csv'), E'id,x,x\n1,2,3\n');
CALL write(file('mapped.csv'), E'id,c,d\n1,2,3\n');
SELECT evolve('t', 'empty.csv');
SELECT evolve('t', 'long.csv');
SELECT evolve('t', 'system.csv');
SELECT evolve('t', 'own.csv');
SELECT evolve('t', 'twice.csv');
SELECT failure($$ SELECT ingest.load('t', file('mapped.csv'), options => '{"new_columns": "evolve", "column_map": {"c": "d"}}') $$);
SELECT failure($$ SELECT ingest.load('t', file('mapped.csv'), options => '{"new_columns": "evolve", "header": false}') $$);

-- Tables, and whose they are
CREATE TYPE row_type AS (id int);
CREATE TABLE typed OF row_type;
CREATE TABLE p (id int) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF p DEFAULT;
CREATE TABLE parent (id int);
CREATE TABLE child (more int) INHERITS (parent);
CALL write(file('x.csv'), E'id,x\n1,2\n');
SELECT evolve('typed', 'x.csv');
SELECT evolve('p1', 'x.csv');
SELECT report(ingest.load('child', file('x.csv'), options => '{"new_columns": "evolve"}'));
SELECT * FROM child;
CREATE ROLE regress_drift IN ROLE pg_read_server_files;
GRANT USAGE ON SCHEMA drift_evolve_errors, ingest TO regress_drift;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ingest TO regress_drift;
GRANT SELECT, INSERT ON t TO regress_drift;
SET ROLE regress_drift;
SELECT evolve('t', 'x.csv');
RESET ROLE;
SELECT status, message FROM ingest.loads WHERE target = 't'::regclass ORDER BY load_id DESC LIMIT 1;

-- Upserts of files with different columns stay an error
CREATE TABLE k (id int PRIMARY KEY);
CALL shell('mkdir two && cp x.csv two/1.csv && printf "id\\n2\\n" >two/2.csv');
SELECT evolve('k', 'two');
SELECT * FROM k;
REVOKE ALL ON SCHEMA ingest FROM regress_drift;
REVOKE ALL ON ALL ROUTINES IN SCHEMA ingest FROM regress_drift;
DROP OWNED BY regress_drift;
DROP ROLE regress_drift;
