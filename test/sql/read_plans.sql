-- read: how it is planned and run; wherever it can be, rows stream
\set ECHO none
\set test read_plans
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SELECT 'id,name' || E'\n' || string_agg(i || ',n' || i, E'\n' ORDER BY i) || E'\nx,bad\n' AS content FROM generate_series(1, 100000) AS i \gset
\set ECHO none
CALL write(file('t.csv'), :'content');
\set ECHO all
CALL write(file('small.csv'), E'id,name\n1,a\n2,b\n3,c\n');
CREATE VIEW small AS SELECT * FROM ingest.read(file('small.csv')) AS t(id int, name text);
-- The nodes of a plan that read files.
CREATE FUNCTION nodes(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Scan .*(IngestRead|on read|on t)|Source|Material|Gather' THEN RETURN NEXT mask(trim(line)); END IF;
    END LOOP;
END $$;

-- Also in the first query of a session
SELECT pg_catalog.set_config('pg_ingest_test.kept', current_setting('pg_ingest_test.dir'), false) AS dir \gset
\c -
SET search_path = read_plans;
SET pg_ingest_test.dir = :'dir';
SELECT * FROM nodes($$ SELECT id FROM ingest.read(file('small.csv')) AS t(id int) WHERE id > 1 LIMIT 1 $$);
EXPLAIN (COSTS OFF, VERBOSE) SELECT name || '!' AS x FROM ingest.read('/some/file.csv') AS t(id int, name text) WHERE id > 1;
-- A scan: joins, CTEs, unions, subqueries, views, sub-selects, INSERT … SELECT, CREATE TABLE AS
SELECT * FROM nodes($$ SELECT * FROM ingest.read('/a') AS t(id int) UNION ALL SELECT * FROM ingest.read('/b') AS u(id int) $$);
SELECT * FROM nodes($$ WITH c AS (SELECT * FROM ingest.read('/a') AS t(id int)) SELECT * FROM c LIMIT 1 $$);
SELECT * FROM nodes($$ SELECT (SELECT max(id) FROM ingest.read('/a') AS t(id int) WHERE id < o.oid::int) FROM pg_class AS o $$);
SELECT * FROM nodes($$ INSERT INTO pg_description SELECT id, 1, 1, 'x' FROM ingest.read('/a') AS t(id int) $$);
CREATE TABLE copied AS SELECT * FROM small;
TABLE copied;
SELECT s.id, t.id FROM small AS s, small AS t WHERE t.id = s.id;
-- Nothing, where nothing is asked for
SELECT * FROM nodes($$ SELECT * FROM ingest.read('/a') AS t(id int) WHERE false $$);
SELECT * FROM nodes($$ SELECT * FROM ingest.read('/a') AS t(id int) WHERE NULL $$);
SELECT * FROM ingest.read('/a') AS t(id int) WHERE 1 > 2;
-- A function: what cannot be a scan is run to its end first
SELECT * FROM nodes($$ SELECT t FROM ingest.read('/a') AS t(id int) $$);
SELECT * FROM nodes($$ SELECT id FROM ingest.read('/a') AS t(id int) WHERE t IS NOT NULL $$);
SELECT * FROM nodes($$ SELECT * FROM ROWS FROM (ingest.read('/a') AS (id int)) WITH ORDINALITY $$);
SELECT * FROM nodes($$ SELECT * FROM ROWS FROM (ingest.read('/a') AS (id int), ingest.read('/b') AS (id int)) $$);
SELECT * FROM nodes($$ UPDATE copied SET name = t.name FROM ingest.read('/a') AS t(id int, name text) WHERE t.id = copied.id $$);
SELECT * FROM nodes($$ SELECT * FROM copied, ingest.read('/a') AS t(id int) FOR UPDATE OF copied $$);
SELECT to_jsonb(t) FROM ingest.read(file('small.csv')) AS t(id int, name text);
SELECT * FROM ROWS FROM (ingest.read(file('small.csv')) AS (id int), ingest.read(file('small.csv')) AS (name text)) WITH ORDINALITY AS r(id, name, n);
SELECT failure($$ SELECT ingest.read(file('small.csv')) $$);
SELECT failure($$ SELECT * FROM ROWS FROM (ingest.read(file('t.csv')) AS (id int)) WITH ORDINALITY LIMIT 1 $$);

-- The planner knows how many rows there are
CREATE FUNCTION estimate(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric;
END $$;
CALL shell('mkdir dir; cp t.csv dir/1; cp t.csv dir/2; gzip -c t.csv >t.csv.gz');
SELECT name, estimate(format('SELECT id FROM ingest.read(%L) AS t(id int)', file(name))) FROM unnest(ARRAY['t.csv', 'small.csv', 'dir', 't.csv.gz', 'none']) AS name;
PREPARE rows_of(text) AS SELECT id FROM ingest.read($1) AS t(id int);
SELECT estimate(format('EXECUTE rows_of(%L)', file('t.csv')));

-- LIMIT stops reading, and so does everything that stops asking
CREATE FUNCTION bytes_read(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    RETURN jsonb_path_query_first(plan, '$.**."Bytes Read"');
END $$;
SELECT size AS size_of_file FROM pg_stat_file(file('t.csv'));
SELECT bytes_read($$ SELECT * FROM ingest.read(file('t.csv')) AS t(id int) LIMIT 1 $$);
SELECT bytes_read($$ SELECT EXISTS (SELECT FROM ingest.read(file('t.csv')) AS t(id int)) $$);
SELECT bytes_read($$ SELECT count(*) FROM ingest.read(file('t.csv'), '{"on_error": "ignore"}') AS t(id int) $$);
SELECT bytes_read($$ SELECT count(*) FROM generate_series(1, 2), LATERAL (SELECT * FROM ingest.read(file('small.csv')) AS t(id int) LIMIT generate_series) AS s $$);

-- LIMIT, cursors, loops: the bad row at the end is not reached
SELECT * FROM ingest.read(file('t.csv')) AS t(id int) LIMIT 2;
SELECT EXISTS (SELECT FROM ingest.read(file('t.csv')) AS t(id int));
DO $$
DECLARE
    n int;
    total bigint := 0;
BEGIN
    FOR n IN SELECT id FROM ingest.read(file('t.csv')) AS t(id int) LOOP
        total := total + n;
        EXIT WHEN n = 90000;
    END LOOP;
    RAISE NOTICE '%', total;
END $$;
-- A subtransaction that is rolled back takes no file with it, neither the one that opened it
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM ingest.read(file('t.csv'), '{"chunk_size": "64kB"}') AS t(id int, name text);
DECLARE d SCROLL CURSOR FOR SELECT * FROM ingest.read(file('small.csv')) AS t(id int, name text);
SAVEPOINT s;
FETCH 2 FROM c;
FETCH 1 FROM d;
ROLLBACK TO s;
FETCH 1 FROM c;
MOVE 99990 FROM c;
SAVEPOINT s;
SELECT 1 / 0;
ROLLBACK TO s;
FETCH 1 FROM c;
FETCH ALL FROM d;
FETCH BACKWARD 2 FROM d;
\set VERBOSITY sqlstate
FETCH 10 FROM c;
\set VERBOSITY default
ROLLBACK;
BEGIN;
DECLARE h CURSOR WITH HOLD FOR SELECT * FROM small;
COMMIT;
FETCH ALL FROM h;
CLOSE h;

-- Again with every outer row: LATERAL, correlated, inner side of a nested loop, parameters
SELECT f, id, name FROM unnest(ARRAY['small.csv', 'small.csv']) AS f, ingest.read(file(f)) AS t(id int, name text) WHERE id < 3;
SELECT o, (SELECT string_agg(name, ',') FROM ingest.read(file('small.csv')) AS t(id int, name text) WHERE id <= o) FROM generate_series(0, 3) AS o;
SET enable_material = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
SELECT o, id FROM generate_series(2, 3) AS o LEFT JOIN ingest.read(file('small.csv')) AS t(id int, name text) ON id < o;
RESET ALL;
SET search_path = read_plans;
SET pg_ingest_test.dir = :'dir';
EXECUTE rows_of(file('small.csv'));
SET plan_cache_mode = force_generic_plan;
EXECUTE rows_of(file('small.csv'));
EXPLAIN (COSTS OFF) EXECUTE rows_of(file('small.csv'));
EXECUTE rows_of(NULL);
RESET plan_cache_mode;
SELECT line FROM (SELECT mask(unnest(array_agg(e))) AS line FROM (SELECT 1) AS x, failure($$ SELECT * FROM small, ingest.read(name) AS t(id int) $$) AS e) AS y;
-- It never runs beside workers of a parallel query
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE TABLE large AS SELECT generate_series(1, 10000);
ANALYZE large;
SELECT * FROM nodes('SELECT count(*) FROM large');
SELECT * FROM nodes($$ SELECT count(*) FROM large, ingest.read('/a') AS t(id int) $$);
