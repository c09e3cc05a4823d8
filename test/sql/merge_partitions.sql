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
SELECT ingest.merge('source', 'source', strategy => 'replace_partitions');

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
