-- publish: triggers of the target, and settings around the statement
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_triggers;
SET search_path = publish_triggers, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;
INSERT INTO ingest.manifest_files (load_id, file_no, target, path, size, modified_at)
	VALUES (90004, 1, 'pg_class', '/data/one.csv', 1, now());
CREATE UNLOGGED TABLE ingest.triggers_1 (id int, v text, _ingest_file int, _ingest_row bigint);
INSERT INTO triggers_1 VALUES (NULL, NULL, -1, 42), (1, 'one', 1, 1), (2, 'two', 1, 2), (3, 'three', 1, 3), (3, 'drei', 1, 4);

-- Row and statement triggers fire as for any INSERT and UPDATE, under the caller's search_path.
CREATE TABLE target (id int PRIMARY KEY, v text);
CREATE TABLE audit (n serial, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit (what) VALUES (concat_ws(' ', TG_WHEN, TG_OP, TG_LEVEL,
		CASE WHEN TG_LEVEL = 'ROW' THEN NEW.id || ' ' || NEW.v END));
	RETURN NEW;
END $$;
CREATE TRIGGER b BEFORE INSERT OR UPDATE ON target FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER a AFTER INSERT OR UPDATE ON target FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER s AFTER INSERT OR UPDATE ON target FOR EACH STATEMENT EXECUTE FUNCTION note();
SELECT publish_check(90004, 'target', 'upsert', '{triggers_1}', '{id,v}', '{id}', 4);
SELECT what FROM audit ORDER BY n;
TRUNCATE audit;
UPDATE triggers_1 SET v = 'zwei' WHERE id = 2;
INSERT INTO triggers_1 VALUES (4, 'four', 1, 5);
SELECT publish_check(90004, 'target', 'upsert', '{triggers_1}', '{id,v}', '{id}', 5);
SELECT what FROM audit ORDER BY n;

-- A trigger may change the row.
CREATE TABLE changing (id int PRIMARY KEY, v text);
CREATE FUNCTION upcase() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := upper(NEW.v); RETURN NEW; END $$;
CREATE TRIGGER upcase BEFORE INSERT OR UPDATE ON changing FOR EACH ROW EXECUTE FUNCTION upcase();
SELECT publish_check(90004, 'changing', 'upsert', '{triggers_1}', '{id,v}', '{id}', 5);
SELECT publish_check(90004, 'changing', 'upsert', '{triggers_1}', '{id,v}', '{id}', 5);
SELECT * FROM changing ORDER BY id;

-- An update that a trigger suppresses leaves the row unchanged, and is counted so.
CREATE TRIGGER z_redundant BEFORE UPDATE ON changing FOR EACH ROW
	EXECUTE FUNCTION suppress_redundant_updates_trigger();
UPDATE triggers_1 SET v = 'quattro' WHERE id = 4;
INSERT INTO triggers_1 VALUES (5, 'five', 1, 6);
SELECT publish_check(90004, 'changing', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);

-- A new row that a trigger keeps out would be lost.
CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id >= 2 THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
CREATE TABLE picky (id int PRIMARY KEY, v text);
CREATE TRIGGER keep_out BEFORE INSERT ON picky FOR EACH ROW EXECUTE FUNCTION keep_out();
SELECT publish_check(90004, 'picky', 'append', '{triggers_1}', '{id,v}', '{}', 6);
SELECT publish_check(90004, 'picky', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
INSERT INTO picky VALUES (1, 'old');
SELECT publish_check(90004, 'picky', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
SELECT * FROM picky;

-- Small loads look rows up by index, big ones read the table; settings are as before.
CREATE TABLE big (id int PRIMARY KEY, v text);
INSERT INTO big SELECT i, 'v' FROM generate_series(1, 10000) i;
ANALYZE big;
SET enable_nestloop = off;
BEGIN;
SELECT publish_check(90004, 'big', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
SELECT seq_tup_read < 10 AS few_read, idx_scan AS lookups
	FROM pg_stat_xact_user_tables WHERE relid = 'big'::regclass;
ROLLBACK;
CREATE UNLOGGED TABLE ingest.triggers_2 (LIKE triggers_1);
INSERT INTO triggers_2 VALUES (NULL, NULL, -1, 42);
INSERT INTO triggers_2 SELECT i, 'w', 1, i FROM generate_series(5001, 15000) i;
BEGIN;
SELECT publish_check(90004, 'big', 'upsert', '{triggers_2}', '{id,v}', '{id}', 10000);
SELECT seq_tup_read + idx_tup_fetch > 9000 AS all_read, idx_scan < 10 AS few_lookups
	FROM pg_stat_xact_user_tables WHERE relid = 'big'::regclass;
ROLLBACK;
SELECT publish_check(90004, 'picky', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
SELECT name, setting FROM pg_settings
	WHERE name ~ '^enable_(hashjoin|mergejoin|memoize|nestloop)$|^search_path$|^work_mem$' ORDER BY 1;

-- Row security: a row that the policy forbids is an error, not a loss.
CREATE ROLE regress_publish_triggers;
GRANT USAGE ON SCHEMA publish_triggers, ingest TO regress_publish_triggers;
GRANT SELECT ON triggers_1 TO regress_publish_triggers;
CREATE TABLE secured (id int PRIMARY KEY, v text);
INSERT INTO secured VALUES (1, 'old');
GRANT SELECT, INSERT, UPDATE (v) ON secured TO regress_publish_triggers;
ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY small ON secured USING (id < ANY (ARRAY(SELECT DISTINCT x FROM generate_series(1, 6) x)));
SET ROLE regress_publish_triggers;
SELECT publish_check(90004, 'secured', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
RESET ROLE;
ALTER POLICY small ON secured USING (id < 5);
SET ROLE regress_publish_triggers;
SELECT publish_check(90004, 'secured', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
RESET ROLE;
REVOKE UPDATE (v) ON secured FROM regress_publish_triggers;
SET ROLE regress_publish_triggers;
SELECT publish_check(90004, 'secured', 'upsert', '{triggers_1}', '{id,v}', '{id}', 6);
RESET ROLE;

DELETE FROM ingest.manifest_files WHERE load_id = 90004;
SET client_min_messages = error;
DROP TABLE triggers_1, triggers_2;
DROP SCHEMA publish_triggers CASCADE;
REVOKE USAGE ON SCHEMA ingest FROM regress_publish_triggers;
DROP ROLE regress_publish_triggers;
