-- publish: upserts of random lanes into random targets against a plain SQL oracle
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_random;
SET search_path = publish_random, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;
INSERT INTO ingest.manifest_loads
	(load_id, target, source, options, fingerprint, columns, status, loaded_by)
	VALUES (90005, 'pg_class', 's', '{}', 'f', '{a,b,v}', 'staged', current_user);
CREATE TABLE target (a int, b text, v numeric, UNIQUE (a, b));
CREATE TABLE expected (LIKE target);
CREATE UNLOGGED TABLE ingest.random_1 (a int, b text, v numeric, _ingest_file int, _ingest_row bigint);
CREATE UNLOGGED TABLE ingest.random_2 (LIKE random_1);
CREATE UNLOGGED TABLE ingest.random_3 (LIKE random_1);

-- One load from three lanes; ascending keys alternate between them, as chunks of a sorted file do.
CREATE FUNCTION stage(n int, keys int, null_fraction float8, ascending bool) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE random_1, random_2, random_3;
	CREATE TEMP TABLE staged AS
		SELECT CASE WHEN random() >= null_fraction THEN
				CASE WHEN ascending THEN i / 7 ELSE (random() * keys)::int END END AS a,
			CASE WHEN random() >= null_fraction THEN
				CASE WHEN ascending THEN i % 7 ELSE (random() * 3)::int END END::text AS b,
			nullif((random() * 3)::int, 3) AS v,
			CASE WHEN random() < 0.5 THEN 1 ELSE 2 END AS _ingest_file, i::bigint AS _ingest_row,
			CASE WHEN ascending THEN i / 10 % 3 ELSE (random() * 2)::int END AS lane
		FROM generate_series(1, n) i;
	INSERT INTO random_1 VALUES (NULL, NULL, NULL, -1, 42);
	INSERT INTO random_1 SELECT a, b, v, _ingest_file, _ingest_row FROM staged WHERE lane = 0;
	INSERT INTO random_2 VALUES (0, '', 0, -1, 42);
	INSERT INTO random_2 SELECT a, b, v, _ingest_file, _ingest_row FROM staged WHERE lane = 1;
	INSERT INTO random_3 VALUES (NULL, NULL, NULL, -1, 42);
	INSERT INTO random_3 SELECT a, b, v, _ingest_file, _ingest_row FROM staged WHERE lane = 2;
END $$;

-- What the counts and the target must be.
CREATE FUNCTION oracle() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	CREATE TEMP TABLE winners AS
		SELECT a, b, v FROM (SELECT *, row_number() OVER (PARTITION BY a, b
				ORDER BY _ingest_file DESC, _ingest_row DESC) AS age
			FROM staged WHERE a IS NOT NULL AND b IS NOT NULL) AS version WHERE age = 1;
	SELECT format('inserted=%s updated=%s unchanged=%s deduplicated=%s null_keys=%s',
		count(*) FILTER (WHERE t.a IS NULL),
		count(*) FILTER (WHERE t.a IS NOT NULL AND t.v IS DISTINCT FROM w.v),
		count(*) FILTER (WHERE t.a IS NOT NULL AND t.v IS NOT DISTINCT FROM w.v),
		(SELECT count(*) FROM staged WHERE a IS NOT NULL AND b IS NOT NULL) - count(*),
		(SELECT count(*) FROM staged WHERE a IS NULL OR b IS NULL))
		INTO result FROM winners w LEFT JOIN target t ON t.a = w.a AND t.b = w.b;
	TRUNCATE expected;
	INSERT INTO expected
		SELECT * FROM target t WHERE NOT EXISTS (SELECT FROM winners w WHERE t.a = w.a AND t.b = w.b)
		UNION ALL SELECT a, b, v FROM winners;
	RETURN result;
END $$;

CREATE FUNCTION try(n int, keys int, null_fraction float8, ascending bool, kept int) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	wanted text;
	got text;
BEGIN
	PERFORM stage(n, keys, null_fraction, ascending);
	TRUNCATE target;
	INSERT INTO target SELECT i / 4, i % 4, i % 2 FROM generate_series(0, kept - 1) i;
	wanted := oracle();
	got := publish_check(90005, 'target', 'upsert', '{random_1,random_2,random_3}', '{a,b,v}',
		'{a,b}', n);
	DROP TABLE staged, winners;
	DELETE FROM quarantine_rows WHERE load_id = 90005;
	IF got <> wanted THEN
		RETURN format('got %s, wanted %s', got, wanted);
	END IF;
	IF EXISTS ((TABLE target EXCEPT ALL TABLE expected)
			UNION ALL (TABLE expected EXCEPT ALL TABLE target)) THEN
		RETURN 'another content';
	END IF;
	RETURN 'right';
END $$;

SELECT setseed(0.42);
SELECT try(n, keys, null_fraction, ascending, kept) AS result, count(*)
	FROM (VALUES (0, 1), (1, 1), (30, 5), (300, 20), (300, 1000)) AS size (n, keys),
		(VALUES (0.0), (0.1)) AS nulls (null_fraction), (VALUES (false), (true)) AS sorted (ascending),
		(VALUES (0), (50), (3000)) AS size_before (kept)
	GROUP BY 1;

DELETE FROM ingest.manifest_loads WHERE load_id = 90005;
SET client_min_messages = error;
DROP TABLE random_1, random_2, random_3;
DROP SCHEMA publish_random CASCADE;
