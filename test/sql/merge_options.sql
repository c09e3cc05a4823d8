-- strategies: which row of a key counts, which version is newer, what an update sets, which rows are looked at
\set ECHO none
\set test merge_options
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, v text, at date, touched int DEFAULT 0);
CREATE TABLE source (id int, v text, at date);
CREATE PROCEDURE reset() LANGUAGE sql AS $$ TRUNCATE target; INSERT INTO target VALUES (1, 'old', '2024-01-05'), (2, 'old', NULL), (3, 'old', '2024-01-05') $$;

-- dedup: of a relation an error, unless an order says which row counts
INSERT INTO source VALUES (1, 'b', '2024-01-02'), (1, 'c', '2024-01-03'), (1, 'a', NULL), (4, 'x', '2024-01-01'), (4, 'x', '2024-01-01');
CALL reset();
SELECT refused('upsert');
SELECT refused('insert_only');
SELECT refused('sync');
SELECT refused('upsert', '{"dedup": "quarantine"}');
SELECT refused('upsert', '{"dedup": "error", "dedup_sort": "v"}');
SELECT merged('upsert', '{"dedup_sort": "at desc nulls last, v"}');
SELECT * FROM target ORDER BY id;
CALL reset();
SELECT merged('upsert', '{"dedup_sort": "upper(v)"}');
SELECT * FROM target WHERE id = 1;
CALL reset();
SELECT merged('delete_insert', '{"dedup_sort": "at"}'), merged('insert_only', '{"dedup_sort": "at nulls first"}');
SELECT * FROM target ORDER BY id;

-- dedup of a load: the last one, the first one, error, quarantine
CALL write(file('f.csv'), E'id,v,at\n1,first,2024-03-01\n2,only,2024-03-01\n1,second,2024-03-02\n1,third,2024-02-01\n');
CALL reset();
SELECT report(ingest.load('target', file('f.csv')));
SELECT v FROM target WHERE id = 1;
SELECT report(ingest.load('target', file('f.csv'), options => '{"dedup": "first", "force": true}'));
SELECT v FROM target WHERE id = 1;
SELECT report(ingest.load('target', file('f.csv'), options => '{"dedup_sort": "at desc", "force": true}'));
SELECT v FROM target WHERE id = 1;
SELECT failure(format('SELECT ingest.load(''target'', %L, options => ''{"dedup": "error", "force": true}'')', file('f.csv')));
SELECT report(ingest.publish((SELECT max(load_id) FROM ingest.loads), options => '{"dedup": "quarantine"}'));
SELECT * FROM bad;
SELECT v FROM target WHERE id = 1;

-- update_if_newer: inside a source, against the target, with NULLs, again
TRUNCATE source;
INSERT INTO source VALUES (1, 'older', '2024-01-04'), (2, 'has a time', '2024-01-01'), (3, 'no time', NULL), (4, 'new, no time', NULL);
CALL reset();
SELECT merged('upsert', '{"update_if_newer": "at"}');
SELECT * FROM target ORDER BY id;
TRUNCATE source;
INSERT INTO source VALUES (1, 'same time', '2024-01-05'), (2, 'newer', '2024-01-02'), (2, 'older', '2023-01-02'), (3, 'newer', '2024-01-06'), (4, 'no time too', NULL);
SELECT merged('upsert', '{"update_if_newer": "at"}');
SELECT * FROM target ORDER BY id;
-- two versions of one time: an error, unless they are older than another one
INSERT INTO source VALUES (5, 'tie', '2024-01-01'), (5, 'tie', '2024-01-01'), (5, 'newer', '2024-01-02');
SELECT merged('upsert', '{"update_if_newer": "at"}');
INSERT INTO source VALUES (5, 'newest?', '2024-01-02');
SELECT refused('upsert', '{"update_if_newer": "at"}');
SELECT merged('upsert', '{"update_if_newer": "at", "dedup_sort": "at desc, v desc"}');
DELETE FROM source WHERE id = 5;
DELETE FROM target WHERE id = 5;
INSERT INTO source VALUES (5, 'new', '2024-01-01');
UPDATE source SET at = at - 3000 WHERE id < 4;
SELECT merged('delete_insert', '{"update_if_newer": "at"}');
SELECT merged('sync', '{"update_if_newer": "at"}');
SELECT * FROM target ORDER BY id;

-- … across files in any order, loads and retries
CALL write(file('2.csv'), E'id,v,at\n1,second,2024-06-02\n6,second,2024-06-02\n');
CALL write(file('1.csv'), E'id,v,at\n1,first,2024-06-01\n6,first,2024-06-01\n');
CALL write(file('3.csv'), E'id,v,at\n6,third,2024-06-03\n');
BEGIN;
SELECT report(ingest.load('target', file('[123].csv'), options => '{"update_if_newer": "at"}'));
ROLLBACK;
SELECT report(ingest.load('target', file('[123].csv'), options => '{"update_if_newer": "at"}'));
SELECT report(ingest.load('target', file('1.csv'), options => '{"update_if_newer": "at", "force": true}'));
SELECT * FROM target WHERE id IN (1, 6) ORDER BY id;

-- merge_update_columns, merge_exclude_columns
TRUNCATE source;
INSERT INTO source VALUES (1, 'new v', '2030-01-01'), (9, 'inserted', '2030-01-01');
CALL reset();
SELECT merged('upsert', '{"merge_update_columns": ["at"]}');
SELECT * FROM target ORDER BY id;
CALL reset();
SELECT merged('sync', '{"merge_exclude_columns": ["at", "touched"]}');
SELECT * FROM target ORDER BY id;

-- the column of update_if_newer goes with any update
CALL reset();
SELECT merged('upsert', '{"merge_update_columns": ["v"], "update_if_newer": "at"}');
SELECT * FROM target WHERE id = 1;
CALL reset();
SELECT merged('upsert', '{"merge_exclude_columns": ["at", "touched"], "update_if_newer": "at"}');
SELECT * FROM target WHERE id = 1;

-- incremental_predicates: other rows are not looked at
CREATE TABLE unkeyed (id int, v text, day date);
INSERT INTO unkeyed VALUES (1, 'old', '2024-01-01'), (1, 'old', '2024-02-01'), (2, 'old', '2024-02-01');
CREATE TABLE days (id int, v text, day date);
INSERT INTO days VALUES (1, 'new', '2024-02-01'), (3, 'new', '2024-02-01');
SELECT refused('upsert', target => 'unkeyed', source => 'days');
SELECT merged('upsert', '{"incremental_predicates": ["day >= ''2024-02-01''", "target.id < 100"]}', 'unkeyed', 'days');
SELECT * FROM unkeyed ORDER BY id, day;
SELECT merged('sync', '{"incremental_predicates": ["day >= ''2024-02-01''"]}', 'unkeyed', 'days');
SELECT * FROM unkeyed ORDER BY id, day;

-- published without a replica identity: new rows do not need one, updates do
CREATE TABLE published (id int NOT NULL UNIQUE, v text);
INSERT INTO published VALUES (1, 'old');
CREATE TABLE news (id int, v text);
INSERT INTO news VALUES (1, 'new'), (2, 'new');
SET client_min_messages = error; -- wal_level
CREATE PUBLICATION merge_options FOR TABLE published;
RESET client_min_messages;
SELECT merged('insert_only', target => 'published', source => 'news');
SELECT merged('upsert', '{"merge_exclude_columns": ["v"]}', 'published', 'news');
SELECT refused('upsert', target => 'published', source => 'news');
SELECT * FROM published ORDER BY id;
DROP PUBLICATION merge_options;
