-- ingest.merge: every strategy on any relation, its counts, and its preview, which writes nothing
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA merge;
SET search_path = merge, ingest;

CREATE TABLE target (id int PRIMARY KEY, name text, price numeric(12,2), touched int DEFAULT 7);
CREATE TABLE source (id int, name varchar(20), price text);
CREATE VIEW delivered AS SELECT id, name, price::numeric FROM source;

-- The counts of a merge, and whether the preview said the same before it.
CREATE FUNCTION merged(strategy text, options jsonb DEFAULT '{}', source regclass DEFAULT 'delivered',
	unique_key text[] DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p ingest.merge_result;
	m ingest.merge_result;
	before text;
BEGIN
	SELECT string_agg(t.xmin || t.ctid::text || t, ',' ORDER BY t.ctid) INTO before FROM target t;
	p := ingest.preview_merge('target', source, unique_key, strategy, options);
	IF before IS DISTINCT FROM (SELECT string_agg(t.xmin || t.ctid::text || t, ',' ORDER BY t.ctid) FROM target t) THEN
		RAISE 'the preview wrote';
	END IF;
	m := ingest.merge('target', source, unique_key, strategy, options);
	RETURN format('read=%s inserted=%s updated=%s deleted=%s unchanged=%s deduplicated=%s skipped=%s %s',
		m.rows_read, m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.rows_deduplicated, m.rows_skipped,
		CASE WHEN (p.rows_read, p.rows_inserted, p.rows_updated, p.rows_deleted, p.rows_unchanged, p.rows_deduplicated, p.rows_skipped)
			= (m.rows_read, m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.rows_deduplicated, m.rows_skipped)
			THEN 'as foreseen' ELSE 'foreseen: ' || p END);
END $$;
CREATE FUNCTION reset() RETURNS void LANGUAGE sql AS $$
	TRUNCATE target;
	INSERT INTO target VALUES (1, 'one', 1, 0), (2, 'two', 2, 0), (3, 'three', 3, 0), (4, NULL, NULL, 0);
$$;
INSERT INTO source VALUES (2, 'two', 2.00), (3, 'three', 33), (4, NULL, NULL), (5, 'five', 5);

SELECT reset();
SELECT merged('upsert');
SELECT * FROM target ORDER BY id;
SELECT merged('upsert');

SELECT reset();
SELECT merged('insert_only');
SELECT * FROM target ORDER BY id;
SELECT merged('insert_only');

SELECT reset();
SELECT merged('delete_insert');
SELECT * FROM target ORDER BY id;
SELECT merged('delete_insert');

SELECT reset();
SELECT merged('sync');
SELECT * FROM target ORDER BY id;
SELECT merged('sync');

SELECT reset();
SELECT merged('sync', '{"replace_where": "id between 2 and 10"}');
SELECT * FROM target ORDER BY id;

SELECT reset();
SELECT merged('replace');
SELECT * FROM target ORDER BY id;
SELECT merged('replace');

SELECT reset();
SELECT merged('replace_where', '{"replace_where": "target.id >= 2"}');
SELECT * FROM target ORDER BY id;
SELECT merged('replace_where', '{"replace_where": "id >= 2"}');
SELECT merged('replace_where', '{"replace_where": "id > 2"}');
SELECT merged('replace_where', '{"replace_where": "id > 2 or touched = 1"}');
SELECT merged('replace_where', '{"replace_where": "*"}');
SELECT merged('replace_where', '{"replace_where": "ids > 2"}');
SELECT merged('upsert', '{"dedup_sort": "id desc, ids"}');
SELECT merged('replace_where');

-- append: into a table without a key
CREATE TABLE log (LIKE source);
SELECT rows_read, rows_inserted, plan FROM ingest.merge('log', 'source', strategy => 'append');
SELECT rows_read, rows_inserted, samples FROM ingest.preview_merge('log', 'source', strategy => 'append', options => '{"sample_rows": 2}');
SELECT rows_read, rows_inserted FROM ingest.merge('log', 'log', strategy => 'append');
SELECT count(*) FROM log;

-- samples
SELECT reset();
SELECT jsonb_pretty(samples) FROM ingest.preview_merge('target', 'delivered', strategy => 'sync', options => '{"sample_rows": 1}');
