-- merge: random tables and batches, written directly and by SQL: equal rows, counts and errors
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA merge_paths;
SET search_path = merge_paths;
CREATE DOMAIN small AS int CHECK (VALUE < 95);
CREATE TABLE known (f int PRIMARY KEY);
INSERT INTO known SELECT generate_series(0, 9);

-- Columns that compare in many ways; "kept" is in no batch, "gone" was dropped.
CREATE TABLE template (gone int, a int, b text, n numeric, d float8, j json, c varchar(4), p char(3),
	s small, big text, at int, arr int[], f int, kept text, CHECK (n <> 7));
ALTER TABLE template DROP COLUMN gone;

CREATE FUNCTION random_rows(rows int, keys int) RETURNS SETOF template LANGUAGE sql AS $$
	SELECT (random() * keys)::int, (ARRAY['x', 'y', 'Y', ''])[1 + (random() * 3)::int],
		(ARRAY[1, 1.0, 1.00, 'NaN', NULL, 5, -3.5])[1 + (random() * 6)::int],
		(ARRAY[0, '-0', 'NaN', 1.5, NULL])[1 + (random() * 4)::int],
		(ARRAY['1', '{"a": 1}', '{"a":1}', NULL])[1 + (random() * 3)::int]::json,
		(ARRAY['abcd', 'ab', 'ab  ', NULL])[1 + (random() * 3)::int],
		(ARRAY['abc', 'a', '', NULL])[1 + (random() * 3)::int],
		nullif((random() * 3)::int, 3),
		CASE WHEN random() < 0.1 THEN repeat(md5((random() * 3)::int::text), 300) END,
		nullif((random() * 5)::int, 5),
		(ARRAY['{1,2}', '{}', '{1,NULL}', NULL])[1 + (random() * 3)::int]::int[],
		nullif((random() * 9)::int, 9), NULL::text
	FROM generate_series(1, rows) $$;

-- A table "name" with the given key and extras, filled with rows that random_rows() made.
CREATE FUNCTION make(name text, key text, extras int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (LIKE template INCLUDING ALL, UNIQUE (%s))', name, key);
	IF extras & 1 > 0 THEN
		EXECUTE format('ALTER TABLE %I ADD FOREIGN KEY (f) REFERENCES known', name);
	END IF;
	IF extras & 2 > 0 THEN
		EXECUTE format('CREATE INDEX ON %1$I (n); CREATE INDEX ON %1$I (lower(b)) WHERE s > 0', name);
	END IF;
	IF extras & 4 > 0 THEN
		EXECUTE format('CREATE UNIQUE INDEX ON %I (a, b, n, s)', name);
	END IF;
	EXECUTE format('INSERT INTO %I SELECT DISTINCT ON (%s) * FROM before ORDER BY %2$s', name, key);
	EXECUTE format('UPDATE %I SET kept = ''kept''', name);
END $$;

-- What the merge returned, or its SQLSTATE, and a digest of the table.
CREATE FUNCTION try(name text, way text, key text, strategy text, options jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
	content text;
BEGIN
	PERFORM set_config('pg_ingest.publish_path', way, true);
	BEGIN
		SELECT to_jsonb(m) - 'elapsed' - 'plan' INTO result FROM ingest.merge(name::regclass, 'batch',
			string_to_array(key, ', '), strategy, options) m;
	EXCEPTION WHEN OTHERS THEN
		result := SQLSTATE;
	END;
	EXECUTE format('SELECT md5(string_agg(t::text, '' '' ORDER BY t::text)) FROM %I t', name)
		INTO content;
	RETURN result || ' ' || coalesce(content, 'empty');
END $$;

CREATE FUNCTION compare(size int, batch_size int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key text := (ARRAY['a', 'a, b', 'b, a', 'b'])[1 + (random() * 3)::int];
	strategy text := (ARRAY['insert_only', 'upsert', 'upsert', 'sync'])[1 + (random() * 3)::int];
	extras int := (random() * 7)::int;
	options jsonb := '{"dedup_sort": "at desc nulls last, n, d, j::text, c, p, s, big, arr, f"}';
	direct text;
	sql text;
BEGIN
	IF strategy <> 'insert_only' AND random() < 0.4 THEN
		options := options || '{"update_if_newer": "at"}';
	END IF;
	IF strategy <> 'insert_only' AND random() < 0.3 THEN
		options := options || CASE WHEN random() < 0.5 THEN '{"merge_update_columns": ["n", "at"]}'
			ELSE '{"merge_exclude_columns": ["big", "j"]}' END::jsonb;
	END IF;
	CREATE TEMP TABLE before AS SELECT * FROM random_rows(size, 30);
	CREATE TEMP TABLE batch AS SELECT * FROM random_rows(batch_size, 40);
	ALTER TABLE batch DROP COLUMN kept, ALTER c TYPE text, ALTER s TYPE int;
	IF random() < 0.2 THEN	-- rows that are refused, each for another reason
		EXECUTE (ARRAY['UPDATE batch SET n = 7', 'UPDATE batch SET c = ''abcde''', 'UPDATE batch SET s = 99',
			'UPDATE batch SET f = 77'])[1 + (random() * 3)::int]
			|| ' WHERE ctid = (SELECT ctid FROM batch ORDER BY random() LIMIT 1)';
	END IF;
	IF random() < 0.2 THEN
		ANALYZE before, batch;
	END IF;
	PERFORM make('direct', key, extras), make('by_sql', key, extras);
	direct := try('direct', 'auto', key, strategy, options);
	sql := try('by_sql', 'sql', key, strategy, options);
	DROP TABLE direct, by_sql, before, batch;
	IF direct <> sql THEN
		RAISE WARNING 'key %, %, %, extras %: directly %, by SQL %', key, strategy, options, extras,
			direct, sql;
		RETURN 'different';
	END IF;
	RETURN CASE WHEN direct LIKE '{%' THEN 'equal' ELSE 'equal errors' END;
END $$;

SELECT setseed(0.4);
SELECT compare(size, batch_size) AS result, count(*) > 9 AS many
	FROM (VALUES (0), (10), (100)) AS t (size), (VALUES (1), (20), (200)) AS b (batch_size),
		generate_series(1, 12)
	GROUP BY 1 ORDER BY 1;

-- Both ways were taken.
SET pg_ingest.publish_path = auto;
CREATE TABLE t (a int PRIMARY KEY, b text);
CREATE TABLE batch AS SELECT i AS a, 'b' || i AS b FROM generate_series(1, 3) i;
SELECT plan FROM ingest.merge('t', 'batch');
ANALYZE t;
SELECT plan FROM ingest.merge('t', 'batch');
INSERT INTO t SELECT i, 'old' FROM generate_series(4, 99) i;
ANALYZE t;
SELECT rows_unchanged, plan FROM ingest.merge('t', 'batch');
SET pg_ingest.publish_path = sql;
SELECT rows_unchanged, plan FROM ingest.merge('t', 'batch');
SET client_min_messages = error;
DROP SCHEMA merge_paths CASCADE;
