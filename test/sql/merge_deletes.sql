-- strategies: hard_delete, soft_delete, rows that come back, deletions that come late
\set ECHO none
\set test merge_deletes
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, v text, gone boolean, op text, at int);
CREATE TABLE source (LIKE target);
CREATE FUNCTION change(strategy text, options jsonb, rows text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE source;
	EXECUTE 'INSERT INTO source VALUES ' || rows;
	RETURN merged(strategy, options);
END $$;
CREATE PROCEDURE reset() LANGUAGE sql AS $$
	TRUNCATE target;
	INSERT INTO target VALUES (1, 'one', false, 'I', 10), (2, 'two', NULL, 'I', 10), (3, 'three', false, 'I', 10);
$$;

-- hard_delete by a boolean: true only; of nothing
CALL reset();
SELECT change('upsert', '{"hard_delete": "gone"}', $$ (1, 'x', true), (2, 'two', NULL), (4, 'four', true), (5, 'five', false) $$);
SELECT * FROM target ORDER BY id;
-- by a column of operations, in any case
CALL reset();
SELECT change('upsert', '{"hard_delete": "op"}', $$ (1, 'x', NULL, 'd'), (2, 'y', NULL, 'Delete'), (3, 'z', NULL, 'U'), (4, 'four', NULL, 'D'), (5, 'd', NULL, NULL) $$);
SELECT * FROM target ORDER BY id;
CALL reset();
SELECT change('delete_insert', '{"hard_delete": "op"}', $$ (1, 'x', NULL, 'd'), (2, 'y', NULL, 'U') $$);
SELECT * FROM target ORDER BY id;
CALL reset();
SELECT change('sync', '{"hard_delete": "op"}', $$ (1, 'x', NULL, 'd'), (2, 'y', NULL, 'U') $$);
SELECT * FROM target ORDER BY id;
-- in one source a row is deleted and comes back, or the other way round: the last version counts
CALL reset();
SELECT change('upsert', '{"hard_delete": "op", "dedup_sort": "at desc"}', $$ (1, 'x', NULL, 'D', 11), (1, 'back', NULL, 'I', 12), (2, 'y', NULL, 'U', 11), (2, NULL, NULL, 'D', 12) $$);
SELECT * FROM target ORDER BY id;
-- an empty target
TRUNCATE target;
SELECT change('upsert', '{"hard_delete": "op"}', $$ (1, 'x', NULL, 'D'), (2, 'y', NULL, 'I') $$);

-- an older deletion deletes nothing; a deletion leaves nothing that could keep an older version out
CALL reset();
SELECT change('upsert', '{"hard_delete": "op", "update_if_newer": "at"}', $$ (1, NULL, NULL, 'D', 9), (2, NULL, NULL, 'D', 11), (3, NULL, NULL, 'D', NULL) $$);
SELECT change('upsert', '{"hard_delete": "op", "update_if_newer": "at"}', $$ (2, 'an older version', NULL, 'U', 8) $$);
SELECT * FROM target ORDER BY id;

-- soft_delete: boolean, with hard_delete and with sync; the row comes back
ALTER TABLE target ADD deleted boolean NOT NULL DEFAULT false;
CALL reset();
SELECT change('upsert', '{"hard_delete": "op", "soft_delete": "deleted"}', $$ (1, 'not written', NULL, 'D', 11), (4, 'unknown', NULL, 'D', 11) $$);
SELECT * FROM target ORDER BY id;
SELECT change('upsert', '{"hard_delete": "op", "soft_delete": "deleted"}', $$ (1, 'one', false, 'I', 10) $$);
SELECT * FROM target WHERE id = 1;
SELECT change('sync', '{"soft_delete": "deleted"}', $$ (1, 'one', false, 'I', 10) $$);
SELECT * FROM target ORDER BY id;
SELECT change('sync', '{"soft_delete": "deleted"}', $$ (1, 'one', false, 'I', 10), (3, 'three', false, 'I', 10) $$);
SELECT id, deleted FROM target ORDER BY id;

-- with update_if_newer the mark has a time, also of a row that was never there: no older version comes through
CALL reset();
SELECT change('upsert', '{"hard_delete": "op", "soft_delete": "deleted", "update_if_newer": "at"}', $$ (1, NULL, NULL, 'D', 20), (9, NULL, NULL, 'D', 20) $$);
SELECT change('upsert', '{"hard_delete": "op", "soft_delete": "deleted", "update_if_newer": "at"}', $$ (1, 'late', NULL, 'U', 15), (9, 'late', NULL, 'I', 15) $$);
SELECT change('upsert', '{"hard_delete": "op", "soft_delete": "deleted", "update_if_newer": "at"}', $$ (9, 'newer', NULL, 'I', 25) $$);
SELECT * FROM target ORDER BY id;

-- soft_delete: a time
ALTER TABLE target DROP deleted, ADD deleted_at timestamptz;
CALL reset();
SELECT change('sync', '{"soft_delete": "deleted_at"}', $$ (1, 'one', false, 'I', 10) $$);
SELECT id, deleted_at IS NOT NULL AS deleted, deleted_at <= now() AS past FROM target ORDER BY id;
UPDATE target SET deleted_at = '2024-01-01' WHERE id = 2;
SELECT change('sync', '{"soft_delete": "deleted_at"}', $$ (1, 'one', false, 'I', 10), (3, 'three', false, 'I', 10) $$);
SELECT id, v, deleted_at::date = '2024-01-01' AS first_time FROM target ORDER BY id;

-- what does not fit
SELECT refused('upsert', '{"soft_delete": "v"}');
SELECT refused('upsert', '{"hard_delete": "nowhere"}');
SELECT refused('upsert', '{"hard_delete": "deleted_at"}');
SELECT refused('append', '{"hard_delete": "op"}');

-- a load: a deletion and its row in two files
CALL write(file('1.csv'), E'id,v,op\n7,seven,I\n8,eight,I\n');
CALL write(file('2.csv'), E'id,v,op\n7,,D\n9,,D\n');
SELECT (r).status, (r).rows_staged, (r).rows_inserted, (r).rows_deleted, (r).rows_skipped, (r).rows_deduplicated
  FROM (SELECT ingest.load('target', file('?.csv'), options => '{"hard_delete": "op"}') AS r) AS x;
SELECT (r).status, (r).rows_staged, (r).rows_inserted, (r).rows_deleted, (r).rows_skipped, (r).rows_deduplicated
  FROM (SELECT ingest.load('target', file('1.csv'), options => '{"hard_delete": "op", "force": true}') AS r) AS x;
SELECT id, v FROM target WHERE id > 6 ORDER BY id;
