-- merge: keys on many pages of the index, with several versions of their rows, directly and by SQL
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA merge_leaves;
SET search_path = merge_leaves;
-- twenty or so entries to a page of the long key, some hundred of the short one
CREATE TABLE direct_long (k text PRIMARY KEY, v int) WITH (autovacuum_enabled = off);
CREATE TABLE by_sql_long (LIKE direct_long INCLUDING ALL);
CREATE TABLE direct_short (k bigint PRIMARY KEY, v int) WITH (autovacuum_enabled = off);
CREATE TABLE by_sql_short (LIKE direct_short INCLUDING ALL);
CREATE VIEW wide AS SELECT i, (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 10) j) AS k
	FROM generate_series(1, 4000) i;
CREATE TABLE name AS SELECT * FROM wide;
CREATE TABLE batch_long (k text, v int);
CREATE TABLE batch_short (k bigint, v int);

-- A round: a part of the keys, dense or not, with values of which some are what the tables have.
CREATE FUNCTION round(n int, kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	direct jsonb;
	sql jsonb;
	differ bigint;
BEGIN
	EXECUTE format('TRUNCATE batch_%1$s; INSERT INTO batch_%1$s SELECT %2$s, (random() * 2)::int FROM name
		WHERE random() < %3$s AND i BETWEEN %4$s AND %5$s ORDER BY random(); ANALYZE batch_%1$s, direct_%1$s, by_sql_%1$s', kind,
		CASE kind WHEN 'long' THEN 'k' ELSE 'i' END, (ARRAY[0.01, 0.2, 0.9])[1 + n % 3], n * 50, 3000 + n * 100);
	SET LOCAL pg_ingest.publish_path = auto;
	EXECUTE format('SELECT to_jsonb(m) - ''elapsed'' FROM ingest.merge(''direct_%1$s'', ''batch_%1$s'') m', kind) INTO direct;
	SET LOCAL pg_ingest.publish_path = sql;
	EXECUTE format('SELECT to_jsonb(m) - ''elapsed'' FROM ingest.merge(''by_sql_%1$s'', ''batch_%1$s'') m', kind) INTO sql;
	EXECUTE format('SELECT count(*) FROM direct_%1$s d FULL JOIN by_sql_%1$s s USING (k, v) WHERE d IS NULL OR s IS NULL', kind) INTO differ;
	RETURN CASE WHEN differ > 0 THEN differ || ' rows differ'
		WHEN direct - 'plan' <> sql - 'plan' THEN format('directly %s, by SQL %s', direct, sql) ELSE direct ->> 'plan' END;
END $$;
SELECT setseed(0.3);
INSERT INTO direct_long SELECT k, 0 FROM name WHERE i % 4 > 0 ORDER BY random();
INSERT INTO by_sql_long TABLE direct_long;
INSERT INTO direct_short SELECT i, 0 FROM name WHERE i % 4 > 0 ORDER BY random();
INSERT INTO by_sql_short TABLE direct_short;
SELECT kind, result, count(*) FROM (VALUES ('long'), ('short')) AS k (kind), generate_series(0, 17) n, round(n, kind) AS result
	GROUP BY 1, 2 ORDER BY 1, 2;
SET client_min_messages = error;
DROP SCHEMA merge_leaves CASCADE;
