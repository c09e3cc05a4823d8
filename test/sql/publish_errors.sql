-- publish: what the target refuses names the file and the record it came from
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_errors;
SET search_path = publish_errors, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;
INSERT INTO ingest.manifest_files (load_id, file_no, target, path, size, modified_at)
	SELECT 90003, i, 'pg_class', '/data/file ' || i || '.csv', 1, now() FROM generate_series(1, 3) i;

CREATE UNLOGGED TABLE ingest.errors_1 (id int, a int, b text, _ingest_file int, _ingest_row bigint);
CREATE UNLOGGED TABLE ingest.errors_2 (LIKE errors_1);
INSERT INTO errors_1 VALUES (NULL, NULL, NULL, -1, 42);
INSERT INTO errors_1 SELECT i, i, 'b' || i, 1, i FROM generate_series(1, 5) i;
INSERT INTO errors_2 VALUES (NULL, NULL, NULL, -1, 42);
INSERT INTO errors_2 SELECT i, i, 'b' || i, 3, 100 + i FROM generate_series(6, 9) i;
\set upsert '''upsert'', ''{errors_1,errors_2}'', ''{id,a,b}'', ''{id}'', 9)'
\set append '''append'', ''{errors_1,errors_2}'', ''{id,a,b}'', ''{}'', 9)'

-- Another unique constraint: against the table, and inside the load; into an empty table too.
CREATE TABLE twice_unique (id int PRIMARY KEY, a int UNIQUE, b text);
INSERT INTO twice_unique VALUES (77, 8, 'has a = 8');
SELECT publish_check(90003, 'twice_unique', :upsert;
SELECT publish_check(90003, 'twice_unique', :append;
UPDATE twice_unique SET a = 4, id = 4;
UPDATE errors_2 SET a = 6 WHERE id = 7;
SELECT publish_check(90003, 'twice_unique', :upsert;
TRUNCATE twice_unique;
SELECT publish_check(90003, 'twice_unique', :upsert;
SELECT count(*) FROM twice_unique;
UPDATE errors_2 SET a = 7 WHERE id = 7;

-- The primary key under append, check, not null, generated column, exclusion, trigger.
INSERT INTO twice_unique VALUES (3, 33, NULL);
SELECT publish_check(90003, 'twice_unique', :append;
CREATE TABLE checked (id int PRIMARY KEY, a int CHECK (a <> 7), b text);
SELECT publish_check(90003, 'checked', :append;
CREATE TABLE filled (id int PRIMARY KEY, a int, b text, c int NOT NULL);
SELECT publish_check(90003, 'filled', :append;
CREATE TABLE divided (id int PRIMARY KEY, a int, b text, c int GENERATED ALWAYS AS (1 / (a - 6)) STORED);
SELECT publish_check(90003, 'divided', :upsert;
CREATE TABLE excluding (id int PRIMARY KEY, a int, b text, EXCLUDE USING btree (b WITH =));
INSERT INTO excluding VALUES (0, 0, 'b5');
SELECT publish_check(90003, 'excluding', :upsert;
CREATE TABLE watched (id int PRIMARY KEY, a int, b text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.a = 9 THEN
		RAISE 'no nines' USING ERRCODE = 'NN009', DETAIL = 'Got ' || NEW.a, HINT = 'Use eight.';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION refuse();
SELECT publish_check(90003, 'watched', :upsert;
INSERT INTO watched VALUES (9, 0, '');
\set VERBOSITY sqlstate
SELECT publish_check(90003, 'watched', :upsert;
\set VERBOSITY default

-- Foreign keys are checked when all rows are in.
CREATE TABLE place (x int, y text, PRIMARY KEY (x, y));
INSERT INTO place SELECT i, 'b' || i FROM generate_series(1, 9) i WHERE i NOT IN (5, 8);
CREATE TABLE placed (id int PRIMARY KEY, a int, b text, FOREIGN KEY (a, b) REFERENCES place);
SELECT publish_check(90003, 'placed', :upsert;
SELECT publish_check(90003, 'placed', :append;
INSERT INTO place VALUES (5, 'b5');
SELECT publish_check(90003, 'placed', :append;
INSERT INTO place VALUES (8, 'b8');
SELECT publish_check(90003, 'placed', :append;
CREATE TABLE tree (id int PRIMARY KEY, a int REFERENCES tree, b text);
UPDATE errors_2 SET a = 88 WHERE id = 8;
UPDATE errors_1 SET a = NULL WHERE id = 1;
SELECT publish_check(90003, 'tree', :upsert;
-- A key that the load does not carry in full: no row can be named.
CREATE TABLE defaulted (id int PRIMARY KEY, a int, b text, c int DEFAULT 5 REFERENCES tree);
SELECT publish_check(90003, 'defaulted', :upsert;

-- The referenced table need not be readable.
CREATE ROLE regress_publish_errors;
GRANT USAGE ON SCHEMA publish_errors, ingest TO regress_publish_errors;
GRANT SELECT ON errors_1, errors_2 TO regress_publish_errors;
TRUNCATE placed;
GRANT SELECT, INSERT ON placed TO regress_publish_errors;
SET ROLE regress_publish_errors;
SELECT publish_check(90003, 'placed', :append;
SELECT publish_check(90003, 'checked', :append;
RESET ROLE;

-- The transaction around it is usable after the error is caught.
DO $$
BEGIN
	PERFORM publish_check(90003, 'checked', 'upsert', '{errors_1,errors_2}', '{id,a,b}', '{id}', 9);
EXCEPTION WHEN check_violation THEN
	RAISE WARNING 'caught: %', SQLERRM;
END $$;
-- A cancelled load says only that.
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); END $$;
CREATE TABLE slow (id int, a int, b text);
CREATE TRIGGER dawdle BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION dawdle();
SET statement_timeout = '50ms';
\set SHOW_CONTEXT never
SELECT publish_check(90003, 'slow', :append;
RESET statement_timeout;

DELETE FROM ingest.manifest_files WHERE load_id = 90003;
SET client_min_messages = error;
DROP TABLE errors_1, errors_2;
DROP SCHEMA publish_errors CASCADE;
REVOKE USAGE ON SCHEMA ingest FROM regress_publish_errors;
DROP ROLE regress_publish_errors;
