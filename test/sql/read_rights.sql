-- read: rights, and options that it refuses
\set ECHO none
\set test read_rights
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CALL write(file('t.csv'), E'id,name\n1,a\n');
CREATE FUNCTION failures(VARIADIC tried text[]) RETURNS TABLE (options text, failure text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH options IN ARRAY tried LOOP
        SELECT f INTO failure FROM failure(format('SELECT * FROM ingest.read(file(''t.csv''), %L) AS t(id int)', options)) AS f LIMIT 1;
        RETURN NEXT;
    END LOOP;
END $$;
SELECT * FROM failures('{"on_error": "quarantine"}', '{"filter": "id > 1"}', '{"reject_limit": 3}', '{"new_columns": "freeze"}', '{"new_columns": "evolve"}', '[]', '1', '{"colums": 1}');
-- Columns: unknown ones, twice the same, none
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv')) AS t(id int, nam text, other text) $$);
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv'), '{"header": "match"}') AS t(id int) $$);
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv'), '{"header": false}') AS t(id int) $$);
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv'), '{"column_map": {"nr": "id"}}') AS t(id int) $$);
SELECT failure($$ SELECT * FROM ingest.read('relative.csv') AS t(id int) $$);
SELECT failure($$ SELECT * FROM ingest.read(file('none.csv')) AS t(id int) $$);
SELECT failure($$ SELECT * FROM ingest.read(NULL) AS t(id int) $$);
-- A plan needs no file, running it does
EXPLAIN (COSTS OFF) SELECT * FROM ingest.read('/none.csv') AS t(id int);

-- Files, and the function; in a view too, whoever owns it
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA ingest, read_rights TO regress_reader;
CREATE VIEW seen AS SELECT * FROM ingest.read(file('t.csv')) AS t(id int, name text);
GRANT SELECT ON seen TO regress_reader;
SET ROLE regress_reader;
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv')) AS t(id int) $$);
SELECT failure($$ SELECT * FROM seen $$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION ingest.read TO regress_reader;
SET ROLE regress_reader;
SELECT failure($$ SELECT * FROM ingest.read(file('t.csv')) AS t(id int) $$);
SELECT failure($$ SELECT t FROM ingest.read(file('t.csv')) AS t(id int) $$);
SELECT failure($$ SELECT * FROM seen $$);
-- the estimate tells nothing about files either
EXPLAIN SELECT * FROM ingest.read(file('t.csv')) AS t(id int);
RESET ROLE;
CREATE FUNCTION allowed() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = read_rights AS $$ SELECT name FROM seen $$;
SET ROLE regress_reader;
SELECT * FROM allowed();
RESET ROLE;
GRANT pg_read_server_files TO regress_reader;
SET ROLE regress_reader;
SELECT * FROM seen;
RESET ROLE;
-- Functions of types run as whoever reads
CREATE FUNCTION who(int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', current_user; RETURN true; END $$;
CREATE DOMAIN watched AS int CHECK (who(VALUE));
SET ROLE regress_reader;
SELECT * FROM ingest.read(file('t.csv')) AS t(id watched);
BEGIN READ ONLY;
SELECT * FROM ingest.read(file('t.csv')) AS t(id int, name text);
COMMIT;
RESET ROLE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
