-- strategy replace_partitions: the partitions that the source touches hold it and nothing else
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA merge_partitions;
SET search_path = merge_partitions, ingest;

CREATE TABLE sales (day date NOT NULL, shop int NOT NULL, amount numeric, note text DEFAULT 'default')
	PARTITION BY RANGE (day);
CREATE TABLE sales_jan PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
-- columns in another order, and one that was dropped
CREATE TABLE sales_feb (note text DEFAULT 'default', gone int, amount numeric, shop int NOT NULL, day date NOT NULL);
ALTER TABLE sales_feb DROP COLUMN gone;
ALTER TABLE sales ATTACH PARTITION sales_feb FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
-- two levels
CREATE TABLE sales_mar PARTITION OF sales FOR VALUES FROM ('2024-03-01') TO ('2024-04-01') PARTITION BY LIST (shop);
CREATE TABLE sales_mar_1 PARTITION OF sales_mar FOR VALUES IN (1);
CREATE TABLE sales_mar_other PARTITION OF sales_mar DEFAULT;
CREATE TABLE source (shop int, day date, amount int);

CREATE PROCEDURE reset() LANGUAGE sql AS $$
	TRUNCATE sales;
	INSERT INTO sales VALUES ('2024-01-10', 1, 10, 'old'), ('2024-01-20', 2, 20, 'old'),
		('2024-02-10', 1, 10, 'old'), ('2024-02-11', 1, 10, 'old'), ('2024-02-11', 1, 10, 'old'),
		('2024-03-10', 1, 10, 'old'), ('2024-03-11', 2, 10, 'old'), ('2024-03-12', 3, 10, 'old');
$$;
CREATE FUNCTION replaced() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p ingest.merge_result := ingest.preview_merge('sales', 'source', strategy => 'replace_partitions');
	m ingest.merge_result := ingest.merge('sales', 'source', strategy => 'replace_partitions');
BEGIN
	RETURN format('inserted=%s deleted=%s unchanged=%s %s', m.rows_inserted, m.rows_deleted, m.rows_unchanged,
		(p.rows_inserted, p.rows_deleted, p.rows_unchanged) = (m.rows_inserted, m.rows_deleted, m.rows_unchanged));
END $$;

-- one partition, of which a row of two equal ones stays
CALL reset();
INSERT INTO source VALUES (1, '2024-02-11', 10), (7, '2024-02-28', 70);
SELECT replaced();
SELECT tableoid::regclass, * FROM sales ORDER BY day, shop;
SELECT replaced();

-- leaves of the second level, one of them the default one
CALL reset();
INSERT INTO source VALUES (2, '2024-03-31', 5);
SELECT replaced();
SELECT tableoid::regclass, * FROM sales ORDER BY day, shop;

-- no rows: nothing is touched
TRUNCATE source;
SELECT replaced();
SELECT count(*) FROM sales;

-- no partition for a row, a key that the source lacks, a table that is not partitioned
INSERT INTO source VALUES (1, '2024-04-01', 1);
SELECT replaced();
CREATE VIEW without_day AS SELECT shop, amount FROM source;
SELECT ingest.merge('sales', 'without_day', strategy => 'replace_partitions');
CREATE TABLE plain (LIKE source);
SELECT ingest.merge('plain', 'source', strategy => 'replace_partitions');
SELECT ingest.merge('sales', 'source', strategy => 'replace_partitions', options => '{"dedup": "first"}');

-- hash partitions and an expression as key
CREATE TABLE hashed (id int, v text) PARTITION BY HASH (id);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT i, 'old' FROM generate_series(1, 100) i;
CREATE VIEW one AS SELECT 7 AS id, 'new' AS v;
SELECT rows_inserted, rows_deleted + 0 = (SELECT count(*) FROM hashed h WHERE h.tableoid = (SELECT tableoid FROM hashed WHERE id = 7)) AS all_of_one
	FROM ingest.preview_merge('hashed', 'one', strategy => 'replace_partitions');
CREATE TABLE lowered (name text, v int) PARTITION BY LIST (lower(name));
CREATE TABLE lowered_a PARTITION OF lowered FOR VALUES IN ('a');
CREATE TABLE lowered_b PARTITION OF lowered FOR VALUES IN ('b');
INSERT INTO lowered VALUES ('a', 1), ('A', 2), ('b', 3);
CREATE VIEW upper_a AS SELECT 'A'::text AS name, 9 AS v;
SELECT rows_inserted, rows_deleted FROM ingest.merge('lowered', 'upper_a', strategy => 'replace_partitions');
SELECT * FROM lowered ORDER BY v;

-- by swap: the same result; the old partitions are kept until cleanup
CALL reset();
TRUNCATE source;
INSERT INTO source VALUES (1, '2024-02-11', 10), (7, '2024-02-28', 70), (1, '2024-03-02', 99);
CREATE FUNCTION swapped() RETURNS text LANGUAGE sql AS $$
	SELECT format('inserted=%s deleted=%s unchanged=%s by %s', rows_inserted, rows_deleted, rows_unchanged, plan)
	FROM ingest.merge('sales', 'source', strategy => 'replace_partitions', options => '{"partition_swap": "always"}');
$$;
SELECT swapped();
ALTER TABLE source ADD note text DEFAULT 'delivered';
DO $$ BEGIN PERFORM swapped(); EXCEPTION WHEN object_not_in_prerequisite_state THEN RAISE WARNING 'refused: a default partition would be scanned'; END $$;
DELETE FROM source WHERE day >= '2024-03-01';
SELECT swapped();
SELECT tableoid::regclass, * FROM sales ORDER BY day, shop;
SELECT replaced();
SELECT parent, partition_name FROM ingest.swaps WHERE parent::text LIKE 'sales%' ORDER BY 2;
-- a primary key, in which the source has duplicates
CREATE TABLE keyed (day date, id int, v text, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE keyed_1 PARTITION OF keyed FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
INSERT INTO keyed VALUES ('2024-01-01', 1, 'same'), ('2024-01-01', 2, 'changes'), ('2024-01-01', 3, 'goes');
CREATE TABLE delivery (LIKE keyed);
INSERT INTO delivery VALUES ('2024-01-01', 1, 'same'), ('2024-01-01', 2, 'changed'), ('2024-01-01', 4, 'comes'), ('2024-01-01', 4, 'twice');
SELECT ingest.merge('keyed', 'delivery', strategy => 'replace_partitions', options => '{"partition_swap": "always"}');
SELECT rows_inserted, rows_updated, rows_deleted, rows_unchanged, rows_deduplicated, plan FROM ingest.merge('keyed', 'delivery',
	strategy => 'replace_partitions', options => '{"partition_swap": "always", "dedup_sort": "v"}');
SELECT * FROM keyed ORDER BY id;
-- once more after it was undone, and with the longest name that there is, of which bytes cannot be cut anywhere
SELECT ingest.undo_swap(max(swap_id)) FROM ingest.swaps WHERE parent = 'keyed'::regclass;
SELECT array_agg(v ORDER BY id) FROM keyed;
SELECT rows_updated, plan FROM ingest.merge('keyed', 'delivery', strategy => 'replace_partitions', options => '{"partition_swap": "always", "dedup_sort": "v"}');
SELECT array_agg(v ORDER BY id) FROM keyed;
SELECT 'x' || repeat('ä', 31) AS long_name \gset
ALTER TABLE keyed_1 RENAME TO :"long_name";
UPDATE delivery SET v = 'again';
SELECT rows_updated, plan FROM ingest.merge('keyed', 'delivery', strategy => 'replace_partitions', options => '{"partition_swap": "always", "dedup_sort": "v"}');
SELECT octet_length(convert_to(replacement_name, 'UTF8')) < 64 AS valid FROM ingest.swaps WHERE parent = 'keyed'::regclass AND status = 'swapped' ORDER BY swap_id;
-- where the partition is, and how it is stored, stays
CREATE ACCESS METHOD regress_heap TYPE TABLE HANDLER heap_tableam_handler;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_space LOCATION '';
CREATE VIEW first_row AS SELECT 1 AS id, 'new' AS v;
CREATE TABLE placed (id int, v text) PARTITION BY LIST (id);
CREATE TABLE placed_1 PARTITION OF placed FOR VALUES IN (1) USING regress_heap TABLESPACE regress_space;
SELECT plan FROM ingest.merge('placed', 'first_row', strategy => 'replace_partitions', options => '{"partition_swap": "always"}');
SELECT amname, spcname FROM pg_class c JOIN pg_am a ON a.oid = relam JOIN pg_tablespace t ON t.oid = reltablespace WHERE c.oid = 'placed_1'::regclass;
SELECT old_partition AS old FROM ingest.swaps WHERE parent = 'placed'::regclass \gset
DROP TABLE placed, :old;
DROP ACCESS METHOD regress_heap;
DROP TABLESPACE regress_space;

-- partitions that rows need are created
CREATE TABLE events (at timestamptz NOT NULL, v int) PARTITION BY RANGE (at);
CREATE VIEW days AS SELECT '2024-01-30 12:00+00'::timestamptz + i * interval '1 day' AS at, i AS v FROM generate_series(0, 3) i;
SET timezone = 'UTC';
SELECT ingest.merge('events', 'days', strategy => 'append');
SELECT rows_inserted FROM ingest.merge('events', 'days', strategy => 'append', options => '{"create_partitions": "month"}');
SELECT tableoid::regclass, count(*) FROM events GROUP BY 1 ORDER BY 1;
SELECT rows_inserted, rows_unchanged FROM ingest.merge('events', 'days', strategy => 'replace_partitions', options => '{"create_partitions": "month"}');
CREATE TABLE regions (region text, v int) PARTITION BY LIST (region);
CREATE VIEW two_regions AS SELECT * FROM (VALUES ('north', 1), ('south', 2), ('south', 3), (NULL, 4)) AS v (region, v);
SELECT rows_inserted FROM ingest.merge('regions', 'two_regions', strategy => 'append', options => '{"create_partitions": "auto"}');
SELECT tableoid::regclass, count(*) FROM regions GROUP BY 1 ORDER BY 1;
-- of a list every value has its own, also if it is a date
CREATE VIEW dated AS SELECT at::date AS day, v FROM days;
CREATE TABLE listed (day date, v int) PARTITION BY LIST (day);
SELECT rows_inserted FROM ingest.merge('listed', 'dated', strategy => 'append', options => '{"create_partitions": "month"}');
SELECT tableoid::regclass, count(*) FROM listed GROUP BY 1 ORDER BY 1;
SELECT rows_inserted FROM ingest.merge('events', 'days', strategy => 'append', options => '{"create_partitions": "auto"}');
SELECT ingest.merge('events', 'days', strategy => 'append', options => '{"create_partitions": "decade"}');
SELECT ingest.merge('hashed', 'one', strategy => 'append', options => '{"create_partitions": "day"}');
SELECT ingest.merge('source', 'source', strategy => 'append', options => '{"create_partitions": "day"}');
