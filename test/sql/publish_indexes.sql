-- publish: index entries of many rows at a time: behind the last one, between others, of all kinds
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE EXTENSION IF NOT EXISTS amcheck;
CREATE SCHEMA publish_indexes;
SET search_path = publish_indexes, public;

CREATE TABLE target (id bigint PRIMARY KEY, few int, note text, day date, tags int[], long text);
CREATE INDEX ON target (id DESC) INCLUDE (few);
CREATE INDEX ON target (few);
CREATE INDEX ON target (few DESC NULLS LAST, day NULLS FIRST);
CREATE UNIQUE INDEX ON target (day, id) WITH (fillfactor = 60);
CREATE UNIQUE INDEX ON target ((id * 2)) WHERE id % 3 > 0;
CREATE UNIQUE INDEX ON target ((nullif(id % 5, 0) * 0 + id));
CREATE INDEX ON target (lower(note), id);
CREATE INDEX ON target (note COLLATE "C");
CREATE INDEX ON target (long);
CREATE INDEX ON target USING hash (few);
CREATE INDEX ON target USING brin (day);
CREATE INDEX ON target USING gin (tags);

CREATE FUNCTION make(id bigint) RETURNS target LANGUAGE sql AS $$
	SELECT id, nullif(id / 700 % 3, 0), 'Note ' || to_char(nullif(id % 7, 0) + id, 'FM00000000'),
		date '2024-01-01' + (id / 100)::int, ARRAY[id % 10, id % 3]::int[],
		CASE WHEN id % 50 = 0 THEN
			(SELECT string_agg(md5((id + i)::text), '') FROM generate_series(1, 40 + id % 7) i) END $$;

-- Rows that an index finds must be those of the table, and the trees sound.
CREATE FUNCTION check_all() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	name regclass;
BEGIN
	FOR name IN SELECT indexrelid FROM pg_index JOIN pg_class ON oid = indexrelid
		WHERE indrelid = 'target'::regclass AND relam = 403
	LOOP
		PERFORM bt_index_parent_check(name, true, true);
	END LOOP;
	SET LOCAL enable_seqscan = off;
	RETURN format('%s rows, few: %s, %s; tags: %s; day: %s; unique: %s', (SELECT count(*) FROM target),
		(SELECT count(*) FROM target WHERE few = 1), (SELECT count(*) FROM target WHERE few < 9),
		(SELECT count(*) FROM target WHERE tags @> '{7}'),
		(SELECT count(*) FROM target WHERE day < '2024-05-01'),
		(SELECT count(DISTINCT id) FROM target WHERE id > 0));
END $$;

CREATE VIEW growing AS SELECT (make(i)).* FROM generate_series(10001, 14000) i;
CREATE VIEW behind AS SELECT (make(i)).* FROM generate_series(14001, 16000) i;
CREATE VIEW before AS SELECT (make(i)).* FROM generate_series(8000, 6001, -1) i;
CREATE VIEW between AS SELECT (make(i)).* FROM generate_series(9000, 18000, 7) i;
SELECT rows_inserted FROM ingest.merge('target', 'growing', '{id}', 'insert_only');
SELECT check_all();
SELECT rows_inserted FROM ingest.merge('target', 'behind', '{id}', 'upsert');
SELECT check_all();
SELECT rows_inserted FROM ingest.merge('target', 'before', '{id}', 'upsert');
SELECT rows_inserted FROM ingest.merge('target', 'between', '{id}', 'upsert');
SELECT check_all();
DELETE FROM target;
VACUUM target;
SELECT rows_inserted FROM ingest.merge('target', 'growing', '{id}', 'upsert');
SELECT check_all();

-- A page of entries is one record of WAL: 64 bytes an entry would be too much.
CREATE TABLE narrow (id bigint PRIMARY KEY);
CREATE VIEW source AS SELECT i AS id FROM generate_series(1, 20000) i;
SET pg_ingest.publish_path = auto;
SELECT pg_current_wal_insert_lsn() AS before_load \gset
SELECT rows_inserted FROM ingest.merge('narrow', 'source', '{id}', 'insert_only');
SELECT pg_current_wal_insert_lsn() - :'before_load' < 64 * 20000 AS "little WAL";
RESET pg_ingest.publish_path;

-- What is unique stays unique, wherever the first entry of the key is.
CREATE TABLE codes (id int PRIMARY KEY, code int, UNIQUE (code));
CREATE TABLE batch (id int, code int);
CREATE FUNCTION try(codes text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	TRUNCATE batch;
	EXECUTE format('INSERT INTO batch SELECT i + (SELECT count(*) FROM codes), %s
		FROM generate_series(1, 1200) i', codes);
	RETURN (SELECT rows_inserted FROM ingest.merge('codes', 'batch', '{id}', 'insert_only'));
EXCEPTION WHEN unique_violation THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLERRM || ': ' || detail;
END $$;
SELECT try('i * 2') AS "empty", try('i * 2 + 2400') AS "behind";
SELECT try('i + 4799') AS "the last again", try('i * 2 + 4799 - i % 2') AS "all but the last";
SELECT try('6000 + i - i / 900') AS "twice in a row", try('nullif(i, 900) + 7999') AS "one null";
SELECT try('NULL') AS "nulls only", try('i + 9199') AS "before nulls", try('i * 2 - 1') AS "odd";
SELECT count(*), count(code), count(DISTINCT code) FROM codes;
SELECT bt_index_parent_check('codes_code_key', true, true), bt_index_parent_check('codes_pkey', true, true);

-- Uniqueness that is checked at the end, and exclusion.
CREATE TABLE special (id int PRIMARY KEY, code int UNIQUE DEFERRABLE INITIALLY DEFERRED,
	spot int, EXCLUDE USING btree (spot WITH =));
CREATE VIEW specials AS SELECT i AS id, i AS code, i AS spot FROM generate_series(1, 500) i;
CREATE VIEW taken AS SELECT i AS id, i AS code, 500 AS spot FROM generate_series(501, 502) i;
SELECT rows_inserted FROM ingest.merge('special', 'specials', '{id}', 'insert_only');
SELECT rows_inserted FROM ingest.merge('special', 'taken', '{id}', 'insert_only');
BEGIN;
CREATE VIEW twice AS SELECT i AS id, i % 500 + 1 AS code, i AS spot FROM generate_series(501, 1000) i;
SELECT rows_inserted FROM ingest.merge('special', 'twice', '{id}', 'insert_only');
\set VERBOSITY terse
COMMIT;
SELECT count(*) FROM special;
DROP SCHEMA publish_indexes CASCADE;
