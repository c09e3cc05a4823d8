-- a source that reads the target: what it says changes while the target does
\set ECHO none
\set test merge_source
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE bag (v int);
CREATE VIEW doubled AS SELECT v * 2 AS v FROM bag;
CREATE TABLE target (id int PRIMARY KEY, v int);
CREATE VIEW next AS SELECT id + 1 AS id, v FROM target;
CREATE TABLE groups (g int, v int);
CREATE VIEW sums AS SELECT g, sum(v)::int AS v FROM groups GROUP BY g;
CREATE TABLE parts (day int, v int) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE VIEW moved AS SELECT day + 9 AS day, v FROM parts WHERE day < 10 UNION ALL SELECT day - 9, v FROM parts WHERE day >= 10;
INSERT INTO bag VALUES (1), (2), (3);
INSERT INTO target VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO groups VALUES (1, 1), (1, 2), (2, 3);
INSERT INTO parts VALUES (1, 1), (2, 2), (12, 3);

SELECT ingest.merge('bag', 'doubled', strategy => 'replace');
TABLE bag ORDER BY v;
SELECT ingest.merge('bag', 'doubled', strategy => 'replace_where', options => '{"replace_where": "v > 0"}');
TABLE bag ORDER BY v;
SELECT ingest.merge('target', 'next', strategy => 'replace');
TABLE target ORDER BY id;
SELECT ingest.merge('target', 'next', strategy => 'sync');
TABLE target ORDER BY id;
SELECT ingest.merge('groups', 'sums', '{g}', 'delete_insert');
TABLE groups;
SELECT ingest.merge('parts', 'moved', strategy => 'replace_partitions', options => '{"partition_swap": "never"}');
SELECT ingest.merge('parts', 'moved', strategy => 'replace_partitions', options => '{"partition_swap": "always"}');
SELECT tableoid::regclass, * FROM parts ORDER BY day;

-- by way of a partition, or of the table above
CREATE VIEW of_leaf AS SELECT day + 9 AS day, v FROM parts_1;
CREATE VIEW above AS SELECT * FROM parts WHERE day = 12;
SELECT ingest.merge('parts', 'of_leaf', strategy => 'replace_partitions');
SELECT ingest.merge('parts_2', 'above', strategy => 'replace');
-- other partitions do not matter, and what is one statement is not in its own way
SELECT rows_inserted FROM ingest.merge('parts_2', 'of_leaf', strategy => 'replace');
SELECT tableoid::regclass, * FROM parts ORDER BY day;
SELECT rows_inserted, rows_updated FROM ingest.merge('target', 'next', '{id}', 'upsert');
TABLE target ORDER BY id;
