-- publish: partitioned targets and inheritance
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_partitions;
SET search_path = publish_partitions, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;
INSERT INTO ingest.manifest_files (load_id, file_no, target, path, size, modified_at)
	VALUES (90002, 1, 'pg_class', '/data/one.csv', 1, now());

CREATE UNLOGGED TABLE ingest.partitions_1 (id int, day date, v text, _ingest_file int, _ingest_row bigint);
INSERT INTO partitions_1 VALUES (NULL, NULL, NULL, -1, 42);
INSERT INTO partitions_1 SELECT i, date '2024-01-01' + i, 'row ' || i, 1, i FROM generate_series(1, 60) i;
INSERT INTO partitions_1 SELECT i, date '2024-01-01' + i, 'row ' || i || ' again', 1, 60 + i FROM generate_series(1, 10) i;

-- Range, with another column order and a dropped column in one partition, and a sub-partition.
CREATE TABLE by_range (id int, day date, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE january (gone int, v text, day date NOT NULL, id int NOT NULL);
ALTER TABLE january DROP COLUMN gone;
ALTER TABLE by_range ATTACH PARTITION january FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE february PARTITION OF by_range FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY HASH (id);
CREATE TABLE february_0 PARTITION OF february FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE february_1 PARTITION OF february FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id,day}', 70);
CREATE TABLE march PARTITION OF by_range FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id,day}', 70);
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id,day}', 70);
UPDATE by_range SET v = 'changed' WHERE id BETWEEN 20 AND 40;
DELETE FROM by_range WHERE id > 50;
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id,day}', 70);
SELECT tableoid::regclass, count(*), min(v), max(v) FROM by_range GROUP BY 1 ORDER BY 1;

-- A key without the partition key: rows move to another partition.
UPDATE partitions_1 SET day = day + 31 WHERE id <= 5;
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id}', 70);
SELECT tableoid::regclass, count(*), min(v), max(v) FROM by_range GROUP BY 1 ORDER BY 1;

-- List with a default partition, hash.
CREATE TABLE by_list (id int PRIMARY KEY, day date, v text) PARTITION BY LIST (id);
CREATE TABLE list_7 PARTITION OF by_list FOR VALUES IN (7);
CREATE TABLE list_rest PARTITION OF by_list DEFAULT;
SELECT publish_check(90002, 'by_list', 'upsert', '{partitions_1}', '{id,v}', '{id}', 70);
SELECT publish_check(90002, 'by_list', 'upsert', '{partitions_1}', '{id,day}', '{id}', 70);
SELECT publish_check(90002, 'by_list', 'upsert', '{partitions_1}', '{id,day}', '{id}', 70);
SELECT tableoid::regclass, count(*), count(day) FROM by_list GROUP BY 1 ORDER BY 1;
CREATE TABLE by_hash (id int, day date, v text) PARTITION BY HASH (id);
CREATE TABLE hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT publish_check(90002, 'by_hash', 'append', '{partitions_1}', '{id,day,v}', '{}', 70);
SELECT count(*), count(DISTINCT tableoid) FROM by_hash;

-- No partition for a row.
DROP TABLE march;
SELECT publish_check(90002, 'by_range', 'upsert', '{partitions_1}', '{id,day,v}', '{id,day}', 70);

-- Inheritance: rows of children are found and updated where they are.
CREATE TABLE parent (id int PRIMARY KEY, day date, v text);
CREATE TABLE child (extra int, PRIMARY KEY (id)) INHERITS (parent);
INSERT INTO child VALUES (1, NULL, 'child', 1);
SELECT publish_check(90002, 'parent', 'upsert', '{partitions_1}', '{id,day,v}', '{id}', 70);
SELECT tableoid::regclass, count(*), min(v) FROM parent GROUP BY 1 ORDER BY 1;

DELETE FROM ingest.manifest_files WHERE load_id = 90002;
SET client_min_messages = error;
DROP TABLE partitions_1;
DROP SCHEMA publish_partitions CASCADE;
