-- swap_bounds: partitions of every kind, default partitions
\set ECHO none
\set test swap_bounds
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO all
-- What ATTACH says of its scans
CREATE PROCEDURE swap(parent regclass, "partition" regclass, replacement regclass) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM ingest.swap_partition(parent, "partition", replacement);
END $$;
-- Ranges of two columns, one of them an expression
CREATE TABLE ranges (a int, b text, c int) PARTITION BY RANGE (a, lower(b));
CREATE TABLE ranges_1 PARTITION OF ranges FOR VALUES FROM (1, 'b') TO (5, MAXVALUE);
CREATE TABLE ranges_2 PARTITION OF ranges FOR VALUES FROM (MINVALUE, MINVALUE) TO (1, 'b');
INSERT INTO ranges VALUES (1, 'b', 0), (5, 'zz', 0), (0, 'q', 0);
CREATE TABLE r1 (c int, b text, a int);
INSERT INTO r1 VALUES (1, 'C', 1), (1, 'x', 5), (1, 'B', 1);
CALL swap('ranges', 'ranges_1', 'r1');
CREATE TABLE r2 (a int, b text, c int);
INSERT INTO r2 VALUES (1, 'c', 1), (0, 'x', 5), (1, 'A', 1);
CALL swap('ranges', 'ranges_2', 'r2');
DELETE FROM r2 WHERE b = 'c';
CALL swap('ranges', 'ranges_2', 'r2');
SELECT tableoid::regclass, * FROM ranges ORDER BY a, b;

-- List, with NULL and of a type with its own equality
CREATE TABLE lists (k varchar(5), v int) PARTITION BY LIST (k);
CREATE TABLE lists_1 PARTITION OF lists FOR VALUES IN ('a', 'b', NULL);
CREATE TABLE lists_2 PARTITION OF lists FOR VALUES IN ('c');
INSERT INTO lists VALUES ('a', 0), (NULL, 0), ('c', 0);
CREATE TABLE l1 (k varchar(5), v int);
INSERT INTO l1 VALUES ('b', 1), (NULL, 1);
CALL swap('lists', 'lists_1', 'l1');
CREATE TABLE l2 (k varchar(5), v int);
INSERT INTO l2 VALUES ('c', 1), (NULL, 1);
CALL swap('lists', 'lists_2', 'l2');
SELECT tableoid::regclass, * FROM lists ORDER BY k, v;

-- Hash, also of a text column, where only the expression tree proves the bound
CREATE TABLE hashes (k text, v int) PARTITION BY HASH (k, v);
CREATE TABLE hashes_0 PARTITION OF hashes FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashes_1 PARTITION OF hashes FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashes SELECT 'k' || i, i FROM generate_series(1, 20) AS i;
CREATE TABLE h0 AS SELECT k, v FROM hashes_0 LIMIT 3;
CREATE TABLE h1 AS SELECT k, v FROM hashes LIMIT 20;
CALL swap('hashes', 'hashes_0', 'h0');
SELECT ingest.swap_partition('hashes', 'hashes_1', 'h1') FROM hashes_1 WHERE false;
DO $$ BEGIN PERFORM ingest.swap_partition('hashes', 'hashes_1', 'h1');
EXCEPTION WHEN object_not_in_prerequisite_state THEN RAISE NOTICE 'not swapped'; END $$;
SELECT count(*) FROM hashes_0;

-- The second level of two; and a replacement that is partitioned itself
CREATE TABLE regions (region text PRIMARY KEY);
INSERT INTO regions VALUES ('eu'), ('us');
CREATE TABLE tree (region text REFERENCES regions, day date, v int) PARTITION BY LIST (region);
CREATE TABLE tree_eu PARTITION OF tree FOR VALUES IN ('eu') PARTITION BY RANGE (day);
CREATE TABLE tree_eu_24 PARTITION OF tree_eu FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE tree_us PARTITION OF tree FOR VALUES IN ('us') PARTITION BY RANGE (day);
CREATE TABLE tree_us_24 PARTITION OF tree_us FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO tree VALUES ('eu', '2024-02-02', 0), ('us', '2024-02-02', 0);
CREATE TABLE t24 (region text, day date, v int);
INSERT INTO t24 VALUES ('us', '2024-02-03', 1);
CALL swap('tree', 'tree_eu_24', 't24');
CALL swap('tree_eu', 'tree_eu_24', 't24');
UPDATE t24 SET region = 'eu';
CALL swap('tree_eu', 'tree_eu_24', 't24');
CREATE TABLE us (region text, day date, v int) PARTITION BY RANGE (day);
CREATE TABLE us_23 PARTITION OF us FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE us_24 PARTITION OF us FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO us VALUES ('us', '2023-02-03', 2), ('us', '2024-02-03', 2);
CALL swap('tree', 'tree_us', 'us');
SELECT tableoid::regclass, * FROM tree ORDER BY region, day;

-- A default partition must not have to be searched
CREATE TABLE d (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);
CREATE TABLE d_1 PARTITION OF d FOR VALUES FROM (1) TO (10);
CREATE TABLE d_rest PARTITION OF d DEFAULT;
INSERT INTO d VALUES (1, 0);
CREATE TABLE n (LIKE d INCLUDING ALL);
INSERT INTO n VALUES (2, 1);
-- empty
CALL swap('d', 'd_1', 'n');
SELECT ingest.undo_swap(max(swap_id)) FROM ingest.swaps;
INSERT INTO d VALUES (100, 0);
CALL swap('d', 'd_1', 'n');
ALTER TABLE d_rest ADD CONSTRAINT rest CHECK (id < 1 OR id >= 10) NOT VALID;
CALL swap('d', 'd_1', 'n');
ALTER TABLE d_rest VALIDATE CONSTRAINT rest;
CALL swap('d', 'd_1', 'n');
-- the default partition itself
CREATE TABLE rest (LIKE d INCLUDING ALL);
INSERT INTO rest VALUES (50, 1);
ALTER TABLE rest ADD CONSTRAINT rest CHECK (id < 1 OR id >= 10);
CALL swap('d', 'd_rest', 'rest');
SELECT tableoid::regclass, * FROM d ORDER BY id;
-- no constraint of ours stays
SELECT conrelid::regclass, conname FROM pg_constraint WHERE conname LIKE 'ingest%';
SET client_min_messages = warning;
DROP SCHEMA swap_bounds CASCADE;
