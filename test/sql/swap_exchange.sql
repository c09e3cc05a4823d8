-- swap_exchange: partition and replacement exchange their rows
\set ECHO none
\set test swap_exchange
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE m (id int PRIMARY KEY, v text CHECK (v <> ''), big text) PARTITION BY RANGE (id);
CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (1000);
CREATE TABLE m_rest PARTITION OF m DEFAULT;
CREATE INDEX ON m (v);
CREATE TABLE orders (id int, m int REFERENCES m);
CREATE TABLE loops (id int PRIMARY KEY, up int REFERENCES loops) PARTITION BY RANGE (id);
CREATE TABLE loops_1 PARTITION OF loops FOR VALUES FROM (1) TO (1000);
INSERT INTO m SELECT i, 'old', repeat(md5(i::text), 200) FROM generate_series(1, 100) AS i;
INSERT INTO m VALUES (0, 'rest', NULL);
INSERT INTO orders VALUES (1, 5), (2, 7), (3, NULL);
CREATE VIEW looks AS SELECT count(*) AS n FROM m_1;
-- Columns in another order, one dropped, one added later
CREATE TABLE n (v text, gone int, id int);
INSERT INTO n SELECT 'new', i, i FROM generate_series(6, 120) AS i;
ALTER TABLE n DROP gone;
ALTER TABLE n ADD big text DEFAULT 'added';
ALTER TABLE n ALTER big DROP DEFAULT;
INSERT INTO n SELECT 'new', i, repeat(md5(i::text), 300) FROM generate_series(121, 130) AS i;
ALTER TABLE n ADD CONSTRAINT m_v_check CHECK (v <> ''), ALTER id SET NOT NULL;

-- Detaching is impossible, exchanging is not; but referenced rows may not go
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"build": ["bound"]}');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange", "build": false}');
INSERT INTO n VALUES ('new', 5, 'five');
SELECT 'm_1'::regclass::oid AS before \gset
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "auto", "build": false}') AS swap \gset
SELECT tableoid::regclass, v, count(*), min(id), max(length(big)), count(*) FILTER (WHERE big = 'added') AS added FROM m GROUP BY 1, 2 ORDER BY 1;
SELECT 'm_1'::regclass = :before AS same_table, n FROM looks;
SELECT method, old_partition, "partition", attempts FROM ingest.swaps;
SELECT old_partition AS old FROM ingest.swaps \gset
SELECT v, count(*), max(length(big)) FROM :old GROUP BY 1;
-- Indexes and foreign keys are those of the partition
SET enable_seqscan = off;
SELECT id, v FROM m WHERE id = 6;
SELECT count(*) FROM m WHERE v = 'new';
RESET enable_seqscan;
INSERT INTO orders VALUES (4, 1);
\set VERBOSITY sqlstate
DELETE FROM m WHERE id = 5;
\set VERBOSITY default
INSERT INTO m VALUES (6, 'new');
-- Undo: the same once more
SELECT ingest.undo_swap(:swap);
SELECT tableoid::regclass, v, count(*), min(id), max(length(big)) FROM m GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) FROM n;
-- Rows that the table cannot have
INSERT INTO n VALUES ('out', 1000, '');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
UPDATE n SET id = 6 WHERE id = 1000;
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
DELETE FROM n WHERE v = 'out';
-- Constraints of the replacement hold for the partition's rows
ALTER TABLE n ADD CONSTRAINT mine CHECK (v = 'new');
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
ALTER TABLE n DROP CONSTRAINT mine;
CREATE TABLE more (id int PRIMARY KEY);
ALTER TABLE n ADD FOREIGN KEY (id) REFERENCES more NOT VALID;
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}') > 0 AS not_valid_is_no_promise;
SELECT ingest.undo_swap(max(swap_id)) FROM ingest.swaps;
ALTER TABLE n DROP CONSTRAINT n_id_fkey;
INSERT INTO more SELECT id FROM n;
ALTER TABLE n ADD FOREIGN KEY (id) REFERENCES more;
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
ALTER TABLE n DROP CONSTRAINT n_id_fkey;
-- A snapshot from before cannot check foreign keys
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM more;
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
ROLLBACK;
-- Nobody would tell subscribers
SET client_min_messages = error;
CREATE PUBLICATION regress_exchange FOR TABLE m;
RESET client_min_messages;
SELECT ingest.swap_partition('m', 'm_1', 'n', '{"method": "exchange"}');
DROP PUBLICATION regress_exchange;
-- A foreign key on the partitioned table itself
CREATE TABLE loop (LIKE loops);
SELECT ingest.swap_partition('loops', 'loops_1', 'loop', '{"method": "auto"}');
-- A partition that is partitioned
CREATE TABLE tree (id int, v int) PARTITION BY RANGE (id);
CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (v);
CREATE TABLE leaf (LIKE tree);
SELECT ingest.swap_partition('tree', 'tree_1', 'leaf', '{"method": "exchange"}');
-- The procedure, and what is in the way of nothing
CALL ingest.swap('m', 'm_1', 'n', '{"method": "exchange"}');
SELECT tableoid::regclass, v, count(*), min(id) FROM m GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) FROM ingest.cleanup('0 s');
SELECT relname FROM pg_class WHERE relname LIKE 'pg_temp%' OR relname LIKE 'm\_1\_swapped%';
SET client_min_messages = warning;
DROP SCHEMA swap_exchange CASCADE;
