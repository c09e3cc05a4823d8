-- merge: which row of a key counts, with rows that are sorted in memory and with more than fit
\set ECHO none
\set test merge_sort
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- 20,000 records in no order, three for each key; v is the record
CREATE TABLE record AS SELECT row_number() OVER (ORDER BY md5(i::text)) AS v, i % 6667 AS i
	FROM generate_series(1, 20000) i;
CREATE VIEW keyed AS SELECT i::int4 AS a, i - 3000::int8 AS b, i / 7.0 AS n, repeat(md5((i / 2)::text), 2) || i % 2 AS t,
	(i / 100)::int2 AS s, date '2024-01-01' - (i - 3000)::int AS d, (i % 100)::float8 AS f, v FROM record;
SELECT E'a,b,n,t,s,d,f,v\n' || string_agg(concat_ws(',', a, b, n, t, s, d, f, v), E'\n' ORDER BY v) || E'\n' AS content FROM keyed \gset
CALL write(file('1.csv'), :'content');

-- Loads the file into an empty table with that key and returns how many rows are not the ones expected.
CREATE FUNCTION wrong(key text, dedup text, memory text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result ingest.load_result;
	wrong bigint;
BEGIN
	PERFORM set_config('work_mem', '64kB', true), set_config('maintenance_work_mem', memory, true);
	EXECUTE format('DROP TABLE IF EXISTS target; CREATE TABLE target (LIKE keyed, PRIMARY KEY (%s))', key);
	result := ingest.load('target', file('1.csv'), options => jsonb_build_object('dedup', dedup, 'force', true));
	EXECUTE format('SELECT count(*) FROM (SELECT DISTINCT ON (%1$s) * FROM keyed ORDER BY %1$s, v %2$s) expected FULL JOIN target found USING (v)
		WHERE expected IS DISTINCT FROM found', key, CASE dedup WHEN 'last' THEN 'DESC' ELSE 'ASC' END) INTO wrong;
	RETURN format('%s of %s wrong, %s deduplicated', wrong, result.rows_inserted, result.rows_deduplicated);
END $$;
SET client_min_messages = error;
SELECT memory, dedup, key, wrong(key, dedup, memory)
  FROM unnest('{16MB,1MB}'::text[]) memory, unnest('{last,first}'::text[]) dedup,
	   unnest('{a,b,n,t,d,"s, f","f, t"}'::text[]) key
  ORDER BY key, dedup, memory;
