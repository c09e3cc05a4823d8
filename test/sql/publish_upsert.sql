-- publish: strategy upsert: which version wins, what is counted, what is written
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_upsert;
SET search_path = publish_upsert, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;

-- The last version in the order of files and records wins, whatever lane it is in.
CREATE UNLOGGED TABLE ingest.upsert_1 (id int, note text, _ingest_file int, _ingest_row bigint);
CREATE UNLOGGED TABLE ingest.upsert_2 (LIKE upsert_1);
INSERT INTO upsert_1 VALUES (NULL, NULL, -1, 42),
	(3, 'file 1 record 900', 1, 900), (1, 'file 2 record 1', 2, 1), (2, 'file 1 record 2', 1, 2);
INSERT INTO upsert_2 VALUES (NULL, NULL, -1, 42),
	(3, 'file 2 record 2', 2, 2), (1, 'file 1 record 3', 1, 3), (1, 'file 1 record 4', 1, 4), (4, NULL, 3, 1);
CREATE TABLE target (id int PRIMARY KEY, note text, touched int DEFAULT 0);
SELECT publish_check(1, 'target', 'upsert', '{upsert_1,upsert_2}', '{id,note}', '{id}', 7);
SELECT * FROM target ORDER BY id;

-- Again: nothing is written.
SELECT publish_check(1, 'target', 'upsert', '{upsert_1,upsert_2}', '{id,note}', '{id}', 7);
SELECT count(*) AS rows, count(DISTINCT xmin::text) AS transactions, max(ctid) FROM target;

-- Only rows that differ are written; columns that the load does not carry are kept.
UPDATE target SET touched = 1;
UPDATE target SET note = 'changed' WHERE id = 1;
UPDATE target SET note = NULL WHERE id = 2;
UPDATE target SET note = 'not null any more' WHERE id = 4;
DELETE FROM target WHERE id = 3;
INSERT INTO target VALUES (99, 'not in the load');
CREATE TABLE before AS SELECT id, ctid AS place FROM target;
SELECT publish_check(1, 'target', 'upsert', '{upsert_2,upsert_1}', '{note,id}', '{id}', 7);
SELECT t.*, coalesce(t.ctid = b.place, false) AS same FROM target t LEFT JOIN before b USING (id) ORDER BY id;

-- Several key columns, and nothing but key columns.
CREATE UNLOGGED TABLE ingest.upsert_3 ("A" int, b text, v int, _ingest_file int, _ingest_row bigint);
INSERT INTO upsert_3 VALUES (NULL, NULL, NULL, -1, 42), (1, 'x', 1, 1, 1), (1, 'y', 2, 1, 2), (2, 'x', 3, 1, 3), (1, 'x', 4, 1, 4);
CREATE TABLE several ("A" int, b text, v int, UNIQUE (b, "A"));
INSERT INTO several VALUES (1, 'x', 0), (7, 'x', 0);
SELECT publish_check(1, 'several', 'upsert', '{upsert_3}', '{A,b,v}', '{A,b}', 4);
SELECT publish_check(1, 'several', 'upsert', '{upsert_3}', '{A,b,v}', '{b,A}', 4);
SELECT publish_check(1, 'several', 'upsert', '{upsert_3}', '{A,b}', '{A,b}', 4);
SELECT * FROM several ORDER BY 1, 2;
TRUNCATE several;
SELECT publish_check(1, 'several', 'upsert', '{upsert_3}', '{A,b}', '{A,b}', 4);
SELECT * FROM several ORDER BY 1, 2;

-- Rows in which a part of the key is NULL go to quarantine.
INSERT INTO ingest.manifest_loads (load_id, target, source, options, fingerprint, columns, status, loaded_by)
	VALUES (90001, 'several', 's', '{}', 'f', '{A,b,v}', 'staged', current_user);
INSERT INTO upsert_3 VALUES (NULL, 'x', 5, 1, 5), (3, NULL, 6, 1, 6), (NULL, NULL, 7, 2, 1);
SELECT publish_check(90001, 'several', 'upsert', '{upsert_3}', '{A,b,v}', '{A,b}', 7);
SELECT file_no, record_no FROM ingest.quarantine_rows WHERE load_id = 90001 ORDER BY 1, 2;
SELECT * FROM several ORDER BY 1, 2;

-- Identity and generated columns: identity values are inserted, ALWAYS ones never changed.
CREATE UNLOGGED TABLE ingest.upsert_4 (id bigint, serial int, v int, _ingest_file int, _ingest_row bigint);
INSERT INTO upsert_4 VALUES (NULL, NULL, NULL, -1, 42), (1, 11, 1, 1, 1), (2, 22, 2, 1, 2);
CREATE TABLE identities (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	serial int GENERATED ALWAYS AS IDENTITY, v int, plus int GENERATED ALWAYS AS (v + 1) STORED);
CREATE TABLE identities_like (LIKE identities INCLUDING ALL);
INSERT INTO identities_like OVERRIDING SYSTEM VALUE VALUES (1, 10, 10);
SELECT publish_check(1, 'identities_like', 'upsert', '{upsert_4}', '{id,serial,v}', '{id}', 2);
SELECT * FROM identities_like ORDER BY id;

-- A key without an index works; one that the table holds twice does not.
CREATE TABLE unindexed (id int, note text);
INSERT INTO unindexed VALUES (1, 'old'), (5, 'old');
SELECT publish_check(1, 'unindexed', 'upsert', '{upsert_1}', '{id,note}', '{id}', 3);
INSERT INTO unindexed VALUES (1, 'second'), (2, 'second');
SELECT publish_check(1, 'unindexed', 'upsert', '{upsert_1}', '{id,note}', '{id}', 3);
SELECT * FROM unindexed ORDER BY 1, 2;

-- Keys that cannot be used.
SELECT publish_check(1, 'unindexed', 'upsert', '{upsert_1}', '{id,note}', '{}', 3);
SELECT publish_check(1, 'unindexed', 'upsert', '{upsert_1}', '{note}', '{id}', 3);
SELECT publish_check(1, 'unindexed', 'upsert', '{upsert_1}', '{id,note}', '{other}', 3);
CREATE TABLE unsortable (id json, note text);
SELECT publish_check(1, 'unsortable', 'upsert', '{upsert_1}', '{id,note}', '{id}', 3);

DELETE FROM ingest.quarantine_rows WHERE load_id = 90001;
DELETE FROM ingest.manifest_loads WHERE load_id = 90001;
SET client_min_messages = error;
DROP TABLE upsert_1, upsert_2, upsert_3, upsert_4;
DROP SCHEMA publish_upsert CASCADE;
