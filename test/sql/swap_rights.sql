-- swap_rights: who owns the tables may swap them, and sees what was swapped who may read them
\set ECHO none
\set test swap_rights
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE ROLE regress_swap_owner;
CREATE ROLE regress_swap_member IN ROLE regress_swap_owner;
CREATE ROLE regress_swap_stranger;
GRANT ALL ON SCHEMA swap_rights TO PUBLIC;
GRANT USAGE ON SCHEMA ingest TO PUBLIC;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ingest TO PUBLIC;
GRANT SELECT ON ingest.swaps TO PUBLIC;
SET ROLE regress_swap_owner;
CREATE TABLE m (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (10);
CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM (10) TO (20);
INSERT INTO m VALUES (1, 'old');
CREATE TABLE n (id int, v text);
INSERT INTO n VALUES (1, 'new');
RESET ROLE;
-- Each of the three tables
CREATE TABLE foreigner (id int, v text);
ALTER TABLE m_2 OWNER TO regress_swap_stranger;
SET ROLE regress_swap_stranger;
SELECT ingest.swap_partition('m', 'm_1', 'n');
SET ROLE regress_swap_owner;
SELECT ingest.swap_partition('m', 'm_2', 'n');
SELECT ingest.swap_partition('m', 'm_1', 'foreigner');
-- The owner needs nothing else, and a member of the role is an owner
SELECT ingest.swap_partition('m', 'm_1', 'n');
SELECT tableoid::regclass, * FROM m;
RESET ROLE;
SET ROLE regress_swap_member;
CREATE TABLE members (id int, v text);
INSERT INTO members VALUES (2, 'member');
CALL ingest.swap('m', 'm_1', 'members');
SELECT tableoid::regclass, * FROM m;
SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'm_1'::regclass;
SELECT swap_id, status, swapped_by FROM ingest.swaps ORDER BY 1;
-- Strangers see nothing, undo nothing, and clean up nothing
SET ROLE regress_swap_stranger;
SELECT * FROM ingest.swaps;
SELECT ingest.undo_swap(2);
SELECT * FROM ingest.cleanup('0 s');
SELECT * FROM ingest.manifest_swaps;
RESET ROLE;
GRANT SELECT ON m TO regress_swap_stranger;
SET ROLE regress_swap_stranger;
SELECT swap_id, status, old_partition FROM ingest.swaps ORDER BY 1;
-- Expressions, triggers and functions that names of the caller's search_path would mislead
SET ROLE regress_swap_owner;
CREATE FUNCTION format(text, regclass, name) RETURNS text LANGUAGE sql AS $$ SELECT 'misled' $$;
CREATE FUNCTION count() RETURNS bigint LANGUAGE sql AS $$ SELECT 4711::bigint $$;
SET search_path = swap_rights, pg_catalog;
SELECT ingest.undo_swap(2);
SHOW search_path;
SELECT * FROM m;
SELECT * FROM ingest.cleanup('0 s');
\set VERBOSITY terse
-- Without SELECT on a table that references the partition its foreign key cannot be checked
RESET ROLE;
CREATE TABLE points_at (m int REFERENCES m);
INSERT INTO points_at VALUES (1);
SET ROLE regress_swap_owner;
CREATE TABLE o (id int NOT NULL, v text);
INSERT INTO o VALUES (1, 'exchanged');
SELECT ingest.swap_partition('m', 'm_1', 'o', '{"method": "exchange"}');
RESET ROLE;
GRANT SELECT, UPDATE ON points_at TO regress_swap_owner;
ALTER TABLE points_at ENABLE ROW LEVEL SECURITY;
SET ROLE regress_swap_owner;
SELECT ingest.swap_partition('m', 'm_1', 'o', '{"method": "exchange"}');
RESET ROLE;
ALTER TABLE points_at DISABLE ROW LEVEL SECURITY;
SET ROLE regress_swap_owner;
SELECT ingest.swap_partition('m', 'm_1', 'o', '{"method": "exchange"}') > 0 AS exchanged;
SELECT * FROM m;
\set VERBOSITY default
-- Partitions: of one's own table, and owned by its owner
SELECT ingest.create_partition('m', '100', 'day');
CREATE TABLE l (k text) PARTITION BY LIST (k);
SELECT ingest.create_partition('l', 'a');
RESET ROLE;
SELECT ingest.create_partition('l', 'b');
SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE 'l\_p%' ORDER BY 1;
SET ROLE regress_swap_stranger;
SELECT ingest.create_partition('l', 'c');
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA swap_rights CASCADE;
DROP EXTENSION pg_ingest CASCADE;
DROP ROLE regress_swap_owner, regress_swap_member, regress_swap_stranger;
