-- replace, replace_where: what belongs to the table stays; bags of rows; unique values that move
\set ECHO none
\set test merge_replace
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, place int UNIQUE, v text, made timestamptz DEFAULT '2000-01-01');
CREATE INDEX target_v ON target (v);
CREATE TABLE child (id int REFERENCES target (id));
CREATE VIEW seen AS SELECT id, v FROM target;
CREATE ROLE regress_merge_reader;
GRANT SELECT ON target TO regress_merge_reader;
COMMENT ON TABLE target IS 'a comment';
INSERT INTO target VALUES (1, 10, 'one'), (2, 20, 'two'), (3, 30, 'three'), (4, 40, 'four');
INSERT INTO child VALUES (1), (3);
CREATE TABLE source (id int, place int, v text);
INSERT INTO source VALUES (1, 10, 'one'), (2, 20, 'changed'), (3, 30, 'three'), (5, 40, 'five');
CREATE TABLE files AS SELECT pg_relation_filenode('target') AS node;

-- the table, its file, indexes, foreign keys, views, rights stay; changed rows are updated, so that what refers to them stays
SELECT merged('replace');
SELECT * FROM target ORDER BY id;
SELECT node = pg_relation_filenode('target') AS same_file FROM files;
SELECT conname, confrelid::regclass FROM pg_constraint WHERE conrelid = 'child'::regclass;
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'target'::regclass ORDER BY 1;
SELECT obj_description('target'::regclass), has_table_privilege('regress_merge_reader', 'target', 'SELECT');
SELECT * FROM seen ORDER BY id;
SELECT * FROM child;
-- rows that others refer to cannot go
DELETE FROM source WHERE id = 3;
SELECT refused('replace');
SELECT refused('replace_where', '{"replace_where": "place < 1000"}');
DROP TABLE child;
SELECT merged('replace_where', '{"replace_where": "place < 1000"}');
-- unique values move between rows: to new ones, and around
UPDATE source SET place = place + 1000;
SELECT merged('replace');
TRUNCATE source;
INSERT INTO source VALUES (6, 1010, 'six'), (7, 1020, 'seven');
SELECT merged('replace');
ALTER TABLE target DROP CONSTRAINT target_place_key, ADD UNIQUE (place) DEFERRABLE;
UPDATE source SET place = CASE place WHEN 1010 THEN 1020 ELSE 1010 END;
SELECT merged('replace');
SELECT * FROM target ORDER BY id;
-- duplicates in the source are refused where there is a primary key
INSERT INTO source VALUES (6, 1, 'again');
SELECT refused('replace');
SELECT refused('replace_where', '{"replace_where": "id > 0"}');

-- without a key: bags of rows, in which NULLs are equal and equal rows are counted
CREATE TABLE bag (a int, b json, made int DEFAULT 7);
CREATE TABLE new_bag (a int, b json);
INSERT INTO bag VALUES (1, '{}', 1), (1, '{}', 2), (1, '{}', 3), (NULL, NULL, 4), (NULL, NULL, 5), (2, '[]', 6);
INSERT INTO new_bag VALUES (1, '{}'), (1, '{}'), (NULL, NULL), (NULL, NULL), (NULL, NULL), (3, NULL);
SELECT merged('replace', target => 'bag', source => 'new_bag');
SELECT a, b::text, count(*), min(made) FROM bag GROUP BY 1, 2 ORDER BY 1, 2;
CREATE VIEW ones AS SELECT * FROM new_bag WHERE a = 1 LIMIT 1;
SELECT merged('replace_where', '{"replace_where": "a = 1"}', 'bag', 'ones');
CREATE VIEW none AS SELECT * FROM new_bag WHERE false;
SELECT merged('replace_where', '{"replace_where": "a = 1"}', 'bag', 'none');
SELECT a, b::text, count(*) FROM bag GROUP BY 1, 2 ORDER BY 1, 2;
-- which of several rows with one key counts can only be said if there is a key
SELECT refused('replace', '{"dedup": "last"}', 'bag', 'new_bag');
SELECT refused('replace_where', '{"replace_where": "a = 1", "dedup_sort": "a"}', 'bag', 'ones');
CREATE VIEW without_id AS SELECT place, v FROM source;
SELECT refused('replace', '{"dedup": "error"}', 'target', 'without_id');
-- rows of which the condition is not known are neither in nor out
SELECT merged('replace_where', '{"replace_where": "a > 2"}', 'bag', 'none');
CREATE VIEW unknown AS SELECT * FROM new_bag WHERE a IS NULL;
SELECT refused('replace_where', '{"replace_where": "a > 2"}', 'bag', 'unknown');
SELECT merged('replace', target => 'bag', source => 'none');
SELECT merged('replace', target => 'bag', source => 'none');
-- a load names the row that is outside
CALL write(file('f.csv'), E'a,b\n3,{}\n1,{}\n');
SELECT failure(format('SELECT ingest.load(''bag'', %L, strategy => ''replace_where'', options => ''{"replace_where": "a > 2"}'')', file('f.csv')));
SELECT report(ingest.publish(1, options => '{"replace_where": "a > 0"}'));
-- a row in quarantine is not there: what it would have replaced goes, unlike by sync;
-- a partition, or key, of which there are such rows only is not mentioned
CREATE TABLE parts (id int PRIMARY KEY, line int, v int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CALL write(file('bad.csv'), E'id,line,v\n1,1,7\n2,1,x\n10,3,x\n');
CREATE FUNCTION with_bad_row(strategy text, options jsonb DEFAULT '{}', unique_key text[] DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	TRUNCATE parts;
	INSERT INTO parts VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3), (10, 3, 10);
	result := report(ingest.load('parts', file('bad.csv'), unique_key, strategy, options || '{"force": true}'));
	RETURN concat_ws(' ', result, (SELECT array_agg(v ORDER BY id) FROM parts));
END $$;
SELECT with_bad_row('replace');
SELECT with_bad_row('replace_where', '{"replace_where": "id < 3"}');
SELECT with_bad_row('replace_partitions', '{"partition_swap": "never"}');
SELECT with_bad_row('replace_partitions', '{"partition_swap": "always"}');
SELECT with_bad_row('delete_insert', unique_key => '{line}');
SELECT with_bad_row('sync');
SELECT failure($$ SELECT with_bad_row('replace', '{"reject_limit": 0}') $$);
-- readers of an older snapshot, and of the same transaction
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM bag;
SELECT rows_inserted, rows_deleted FROM ingest.merge('bag', 'new_bag', strategy => 'replace');
SELECT count(*) FROM bag;
ROLLBACK;
SELECT count(*) FROM bag;
DROP OWNED BY regress_merge_reader;
DROP ROLE regress_merge_reader;
