-- create_partition: the partition that a value belongs to, made if there is none
\set ECHO none
\set test create_partition
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE FUNCTION parts(parent regclass) RETURNS TABLE (part regclass, bound text) LANGUAGE sql AS $$
	SELECT c.oid::regclass, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = parent ORDER BY c.oid
$$;
SET datestyle = ISO;
SET timezone = 'Europe/Berlin';
-- Dates: every interval, ends of months and years
CREATE TABLE d (day date PRIMARY KEY, v int NOT NULL DEFAULT 7 CHECK (v > 0)) PARTITION BY RANGE (day);
CREATE TABLE d_rest PARTITION OF d DEFAULT;
SELECT ingest.create_partition('d', '2024-02-29', 'month'), ingest.create_partition('d', '2024-02-01', 'day'), ingest.create_partition('d', '2024-03-01', 'day'),
       ingest.create_partition('d', '2024-12-31', 'week'), ingest.create_partition('d', '2025-05-01', 'quarter'), ingest.create_partition('d', '2026-12-31', 'year');
SELECT * FROM parts('d');
INSERT INTO d VALUES ('2024-02-29'), ('2024-12-31'), ('2026-06-01'), ('2030-01-01');
SELECT tableoid::regclass, * FROM d ORDER BY day;
INSERT INTO d VALUES ('2024-02-28', 0);
-- Older and newer partitions would overlap; a default partition has rows of it
SELECT ingest.create_partition('d', '2024-03-15', 'month');
SELECT ingest.create_partition('d', '2030-01-15', 'month');
-- Timestamps: over a change of the clocks, and hours
CREATE TABLE t (at timestamptz) PARTITION BY RANGE (at);
SELECT ingest.create_partition('t', '2024-03-31 12:00:00+00', 'day'), ingest.create_partition('t', '2024-10-27 00:30:00+00', 'hour'), ingest.create_partition('t', '2024-10-27 01:30:00+00', 'hour');
SELECT * FROM parts('t');
CREATE TABLE u (at timestamp) PARTITION BY RANGE (at);
SELECT ingest.create_partition('u', '1999-12-31 23:59:59', 'hour'), ingest.create_partition('u', '0044-03-15 12:00 BC', 'month');
SELECT * FROM parts('u');
-- Lists: one partition for each value, NULL is one
CREATE TABLE l (k text, v int) PARTITION BY LIST (k);
SELECT ingest.create_partition('l', 'a b'), ingest.create_partition('l', NULL), ingest.create_partition('l', 'a b'), ingest.create_partition('l', ''), ingest.create_partition('l', '"''');
SELECT ingest.create_partition('l', repeat('x', 70) || 'a') <> ingest.create_partition('l', repeat('x', 70) || 'b') AS names_differ;
SELECT part, left(bound, 40) FROM parts('l');
-- Names that must be quoted, and below another partition
CREATE TABLE "Ünnamed" (k int) PARTITION BY LIST (k);
SELECT ingest.create_partition('"Ünnamed"', '-1');
CREATE TABLE l_sub PARTITION OF l FOR VALUES IN ('sub') PARTITION BY RANGE (v);
CREATE TABLE l_sub_1 PARTITION OF l_sub FOR VALUES FROM (1) TO (10);
SELECT ingest.create_partition('l_sub', '5');
-- Wrong ones
SELECT ingest.create_partition('l_sub', '10', 'day');
SELECT ingest.create_partition('l_sub', '10');
SELECT ingest.create_partition('d', 'tomorrow is late', 'day');
SELECT ingest.create_partition('d', '2027-02-15', 'hour');
SELECT ingest.create_partition('d', '2027-02-15', 'fortnight');
SELECT ingest.create_partition('d', '2027-02-15');
SELECT ingest.create_partition('d', NULL, 'day');
SELECT ingest.create_partition('l_sub_1', '1');
CREATE TABLE h (k int) PARTITION BY HASH (k);
SELECT ingest.create_partition('h', '1');
CREATE TABLE e (k int) PARTITION BY RANGE ((k + 1));
SELECT ingest.create_partition('e', '1');
CREATE TABLE two (a int, b int) PARTITION BY RANGE (a, b);
SELECT ingest.create_partition('two', '1');
SET client_min_messages = warning;
DROP SCHEMA create_partition CASCADE;
