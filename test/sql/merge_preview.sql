-- preview_merge: partitions that create_partitions would have to make
\set ECHO none
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS pg_ingest CASCADE;
DROP SCHEMA IF EXISTS merge_preview CASCADE;
CREATE EXTENSION pg_ingest;
CREATE SCHEMA merge_preview;
SET search_path = merge_preview;
SET timezone = 'UTC';
SET datestyle = ISO;
\set ECHO queries
-- a preview, which writes nothing, and a merge, which does the same
CREATE FUNCTION counts(r ingest.merge_result) RETURNS text LANGUAGE sql AS $$
    SELECT format('read=%s inserted=%s updated=%s deleted=%s unchanged=%s deduplicated=%s', r.rows_read, r.rows_inserted,
                  r.rows_updated, r.rows_deleted, r.rows_unchanged, r.rows_deduplicated)
$$;
CREATE FUNCTION previewed(target regclass, source regclass, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    preview text := counts(ingest.preview_merge(target, source, NULL, 'replace_partitions', options));
    result text;
BEGIN
    ASSERT pg_current_xact_id_if_assigned() IS NULL, 'the preview wrote';
    result := counts(ingest.merge(target, source, NULL, 'replace_partitions', options));
    RETURN CASE WHEN preview = result THEN result ELSE format('previewed %s, merged %s', preview, result) END;
END $$;
CREATE TABLE events (at timestamptz NOT NULL, v int) PARTITION BY RANGE (at);
CREATE TABLE events_january PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
INSERT INTO events VALUES ('2024-01-31', 1), ('2024-01-01', 2);
CREATE VIEW days AS SELECT '2024-01-31'::timestamptz + i * interval '12 hours' AS at, i AS v FROM generate_series(1, 60) i;
BEGIN READ ONLY;
SELECT counts(r), r.samples->'removed' AS removed FROM ingest.preview_merge('events', 'days', NULL, 'replace_partitions', '{"create_partitions": "month", "sample_rows": 1}') r;
COMMIT;
SELECT tableoid::regclass, count(*) FROM events GROUP BY 1;
-- without the option, a row that has no partition is an error
SELECT ingest.preview_merge('events', 'days', NULL, 'replace_partitions');
SELECT previewed('events', 'days', '{"create_partitions": "month"}');
SELECT tableoid::regclass, count(*) FROM events GROUP BY 1 ORDER BY 1;
SELECT previewed('events', 'days', '{"create_partitions": "month"}');

-- a default partition, whose rows stay, for the others get a partition of their own
CREATE TABLE regions (region text, v int) PARTITION BY LIST (region);
CREATE TABLE regions_north PARTITION OF regions FOR VALUES IN ('north');
CREATE TABLE regions_rest PARTITION OF regions DEFAULT;
INSERT INTO regions VALUES ('north', 1), ('north', 2), ('west', 3);
CREATE TABLE delivery (region text, v int);
INSERT INTO delivery VALUES ('north', 1), ('south', 5), ('south', 5), (NULL, 6);
SELECT previewed('regions', 'delivery', '{"create_partitions": "auto"}');
SELECT tableoid::regclass, * FROM regions ORDER BY v;
SELECT previewed('regions', 'delivery', '{"create_partitions": "auto"}');

-- no partition at all; a primary key; partitions of partitions; and swapped
CREATE TABLE sales (day date, shop int, amount int, PRIMARY KEY (day, shop)) PARTITION BY RANGE (day);
CREATE TABLE amounts (day date, shop int, amount int);
INSERT INTO amounts VALUES ('2024-05-01', 1, 10), ('2024-05-01', 2, 20), ('2024-05-02', 1, 30), ('2024-05-02', 1, 31);
SELECT previewed('sales', 'amounts', '{"create_partitions": "day", "dedup_sort": "amount"}');
INSERT INTO amounts VALUES ('2024-05-03', 1, 40);
UPDATE amounts SET amount = 11 WHERE amount = 10;
DELETE FROM amounts WHERE shop = 2;
SELECT previewed('sales', 'amounts', '{"create_partitions": "day", "dedup_sort": "amount", "partition_swap": "always"}');
CREATE TABLE tree (day date, shop int, amount int) PARTITION BY RANGE (day);
CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM ('2024-05-01') TO ('2024-05-02') PARTITION BY LIST (shop);
CREATE TABLE tree_1_1 PARTITION OF tree_1 FOR VALUES IN (1);
INSERT INTO tree VALUES ('2024-05-01', 1, 99);
SELECT previewed('tree', 'amounts', '{"create_partitions": "day"}');
SELECT tableoid::regclass, * FROM tree ORDER BY day, amount;
-- a table of which no partitions can be made
CREATE TABLE hashed (day date, shop int, amount int) PARTITION BY HASH (shop);
SELECT ingest.preview_merge('hashed', 'amounts', NULL, 'replace_partitions', '{"create_partitions": "day"}');
