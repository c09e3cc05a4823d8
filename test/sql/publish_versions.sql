-- publish: versions of a row: in any order, deleted, several of a key; what the preview says of them
\set ECHO none
\set test publish_versions
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int PRIMARY KEY, v text, at int, gone boolean);
CREATE TABLE source (id int, v text, at int, op text);
CREATE VIEW rows AS SELECT id, v, at FROM source;
CREATE FUNCTION merged(strategy text, options jsonb, target regclass DEFAULT 't', key text[] DEFAULT '{id}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p ingest.merge_result := ingest.preview_merge(target, 'rows', key, strategy, options);
	m ingest.merge_result := ingest.merge(target, 'rows', key, strategy, options);
BEGIN
	RETURN format('inserted=%s updated=%s deleted=%s unchanged=%s deduplicated=%s skipped=%s %s',
		m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.rows_deduplicated, m.rows_skipped,
		CASE WHEN (p.rows_inserted, p.rows_updated, p.rows_deleted, p.rows_unchanged, p.rows_deduplicated, p.rows_skipped)
			= (m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.rows_deduplicated, m.rows_skipped)
			THEN 'as foreseen' ELSE 'foreseen: ' || p END);
END $$;
CREATE PROCEDURE deliver(v text, at int) LANGUAGE sql AS $$ TRUNCATE source; INSERT INTO source VALUES (1, v, at); $$;

-- The version is updated whatever merge_update_columns says, else an older row would win later
INSERT INTO t VALUES (1, 'three', 3);
CALL deliver('eight', 8);
SELECT merged('upsert', '{"update_if_newer": "at", "merge_update_columns": ["v"]}');
CALL deliver('six', 6);
SELECT merged('upsert', '{"update_if_newer": "at", "merge_exclude_columns": ["at"]}');
SELECT * FROM t;

-- A deletion of a row that is marked already is a version too
CREATE TABLE changes (id int PRIMARY KEY, v text, at int, op text, gone boolean);
CREATE OR REPLACE VIEW rows AS SELECT id, v, at, op FROM source;
INSERT INTO changes VALUES (1, 'two', 2);
TRUNCATE source;
INSERT INTO source VALUES (1, NULL, 5, 'D');
\set options '{"update_if_newer": "at", "hard_delete": "op", "soft_delete": "gone"}'
SELECT merged('upsert', :'options', 'changes');
UPDATE source SET at = 8;
SELECT merged('upsert', :'options', 'changes');
SELECT merged('upsert', :'options', 'changes');
UPDATE source SET (at, v, op) = (6, 'six', 'U');
SELECT merged('upsert', :'options', 'changes');
SELECT * FROM changes;

-- A key that the target holds more than once: known to insert_only, an error of the others
CREATE TABLE log (id int, v text, at int, op text);
INSERT INTO log VALUES (1, 'a', 1), (1, 'b', 2), (2, 'c', 3);
INSERT INTO source VALUES (2, 'c', 3), (3, 'new', 4);
SELECT merged('insert_only', '{}', 'log');
SELECT failure($$ SELECT ingest.preview_merge('log', 'rows', '{id}', 'upsert') $$);
SELECT failure($$ SELECT ingest.merge('log', 'rows', '{id}', 'upsert') $$);
-- delete_insert replaces all rows of a key, unless its options choose among versions of one row
INSERT INTO source VALUES (3, 'newer', 5);
SELECT merged('delete_insert', '{}', 'log');
SELECT * FROM log ORDER BY id, at;
DELETE FROM log WHERE id = 3;
SELECT merged('delete_insert', '{"update_if_newer": "at"}', 'log');
SELECT * FROM log ORDER BY id, at;
-- A unique constraint lets NULLs repeat
CREATE TABLE loose (id int UNIQUE, v text);
INSERT INTO loose VALUES (NULL, 'a'), (NULL, 'b'), (1, 'c');
TRUNCATE source;
INSERT INTO source VALUES (NULL, 'd', 1), (1, 'c', 1);
CREATE VIEW loose_rows AS SELECT id, v FROM source;
SELECT rows_inserted, rows_deleted, rows_unchanged
	FROM ingest.merge('loose', 'loose_rows', '{id}', 'delete_insert', '{"null_keys": "match"}');
SELECT * FROM loose ORDER BY id;

-- Duplicates of the primary key go to quarantine once, also where the strategy has no key
CALL write(file('replacing'), E'id,v,at\n1,a,1\n1,b,2\n2,c,3\n');
SELECT rows_staged, rows_quarantined, rows_inserted, rows_updated
	FROM ingest.load('t', file('replacing'), strategy => 'replace', options => '{"dedup": "quarantine"}');
SELECT record_no, raw_line FROM ingest.quarantine;
SELECT * FROM t ORDER BY id;
-- ... and where partitions could have been swapped
CREATE TABLE parts (id int PRIMARY KEY, v text, at int) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (100);
INSERT INTO parts SELECT i, 'b', 2 FROM generate_series(1, 2) i;
SELECT rows_quarantined, rows_updated, rows_unchanged
	FROM ingest.load('parts', file('replacing'), strategy => 'replace_partitions', options => '{"dedup": "quarantine"}');
SELECT count(*) FROM ingest.quarantine WHERE target = 'parts'::regclass;
