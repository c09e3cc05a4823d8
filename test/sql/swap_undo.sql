-- swap_undo: undo_swap, cleanup, names, the procedure, options and wrong arguments
\set ECHO none
\set test swap_undo
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO all
CREATE SCHEMA swap_undo_staging;
CREATE TABLE m (id int PRIMARY KEY, v text DEFAULT 'x') PARTITION BY RANGE (id);
CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (10);
CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM (10) TO (20);
INSERT INTO m VALUES (1, 'old'), (10, 'old');
CREATE TABLE n (id int, v text);
INSERT INTO n VALUES (1, 'new');
SELECT ingest.swap_partition('m', 'm_1', 'n') AS swap \gset
SELECT tableoid::regclass, * FROM m ORDER BY id;
SELECT swap_id, parent, "partition", status, method, old_partition, partition_schema, partition_name, replacement_name, attempts, lock_held > '0' AS held,
       swapped_by = current_user AS by_me, finished_at FROM ingest.swaps;
-- Back, with the rows that came to the old one meanwhile
INSERT INTO m_1_swapped_1 VALUES (2, 'late');
SELECT ingest.undo_swap(:swap);
SELECT tableoid::regclass, * FROM m ORDER BY id;
SELECT * FROM n;
SELECT ingest.undo_swap(:swap);
SELECT ingest.undo_swap(4711);
-- Undo is checked like a swap
CALL ingest.swap('m', 'm_1', 'n');
SELECT max(swap_id) AS swap FROM ingest.swaps \gset
INSERT INTO m_1_swapped_2 VALUES (11, 'outside');
SELECT ingest.undo_swap(:swap);
DELETE FROM m_1_swapped_2 WHERE id = 11;
-- The parent has changed meanwhile: the old partition gets what it lacks
CREATE INDEX ON m (v);
ALTER TABLE m ADD CHECK (v <> 'never');
-- Another swap of the same partition must be undone first
CREATE TABLE o (LIKE m INCLUDING ALL);
INSERT INTO o VALUES (3, 'newer');
SELECT ingest.swap_partition('m', 'm_1', 'o') AS later \gset
SELECT ingest.undo_swap(:swap);
SELECT ingest.undo_swap(:later);
SELECT ingest.undo_swap(:swap);
SELECT tableoid::regclass, * FROM m ORDER BY id;
\d m_1
-- In a transaction that is rolled back nothing has happened
BEGIN;
SELECT ingest.swap_partition('m', 'm_1', 'n') IS NOT NULL AS swapped;
SAVEPOINT s;
SELECT ingest.swap_partition('m', 'm_2', 'o') IS NOT NULL AS swapped;
ROLLBACK TO s;
SELECT ingest.undo_swap((SELECT max(swap_id) FROM ingest.swaps));
ROLLBACK;
SELECT tableoid::regclass, * FROM m ORDER BY id;
SELECT status, count(*) FROM ingest.swaps GROUP BY 1;

-- From another schema, with names that are in the way
CREATE TABLE swap_undo_staging.m_1 (LIKE m INCLUDING ALL);
INSERT INTO swap_undo_staging.m_1 VALUES (4, 'staged');
SELECT ingest.swap_partition('m', 'm_1', 'swap_undo_staging.m_1') IS NOT NULL AS swapped;
SELECT tableoid::regclass, * FROM m ORDER BY id;
SELECT c.oid::regclass FROM pg_class c WHERE relnamespace IN ('swap_undo'::regnamespace, 'swap_undo_staging'::regnamespace) AND relname LIKE 'm%' ORDER BY 1::text;

-- Cleanup drops what is old enough, what is still what it was, and what nobody needs
SELECT * FROM ingest.cleanup();
CREATE TABLE p (LIKE m INCLUDING ALL);
SELECT ingest.swap_partition('m', 'm_2', 'p') AS swap \gset
SELECT old_partition AS old FROM ingest.swaps WHERE swap_id = :swap \gset
CREATE VIEW needs AS SELECT * FROM :old;
SELECT * FROM ingest.cleanup('0 s');
DROP VIEW needs;
ALTER TABLE :old RENAME TO mine;
SELECT * FROM ingest.cleanup('0 s');
SELECT * FROM mine;
DROP TABLE mine;
SELECT * FROM ingest.cleanup('0 s');
SELECT status, old_partition, count(*) FROM ingest.swaps GROUP BY 1, 2 ORDER BY 1;
SELECT ingest.undo_swap(:swap);

-- Options and arguments
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"lock_timeuot": 1}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"lock_timeout": 0}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"lock_retries": -1}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"build": ["everything"]}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "move"}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '[]');
SELECT ingest.swap_partition('m', 'm_1', NULL);
SELECT ingest.swap_partition('m_1', 'm_1', 'n');
SELECT ingest.swap_partition('m', 'n', 'm_1');
SELECT ingest.swap_partition('m', 'm_1', 'm_2');
SELECT ingest.swap_partition('m', 'm_1', 'm_1');
CREATE TEMP TABLE t (LIKE m);
SELECT ingest.swap_partition('m', 'm_1', 't');
CREATE TABLE child () INHERITS (n);
SELECT ingest.swap_partition('m', 'm_1', 'child');
SELECT ingest.swap_partition('m', 'm_1', 'n');
DROP TABLE child;
CREATE VIEW v AS SELECT * FROM n;
SELECT ingest.swap_partition('m', 'm_1', 'v');
DROP VIEW v;
-- The procedure is for the top level
BEGIN;
CALL ingest.swap('m', 'm_1', 'n');
ROLLBACK;
DO $$ BEGIN CALL ingest.swap('m', 'm_1', 'n'); RAISE NOTICE 'swapped by a DO that may commit'; END $$;
CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL ingest.swap('m', 'm_1', 'o'); END $$;
SELECT calls();
-- A cursor goes on reading what it began with; rows cannot be exchanged beneath it
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM m;
FETCH c;
SAVEPOINT s;
SELECT ingest.swap_partition('m', 'm_1', 'o', '{"method": "exchange"}');
ROLLBACK TO s;
SELECT ingest.swap_partition('m', 'm_1', 'o') > 0 AS swapped;
FETCH ALL FROM c;
SELECT * FROM m;
ROLLBACK;
SET client_min_messages = warning;
DROP SCHEMA swap_undo, swap_undo_staging CASCADE;
