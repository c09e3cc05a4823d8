-- Lanes whose columns are all of fixed length: the same bytes as heap_form_tuple() makes, with and without NULLs.
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA lane_fixed;
SET search_path = lane_fixed, public;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pageinspect SCHEMA public;
RESET client_min_messages;
CREATE FUNCTION copy_rows(lane regclass, source regclass, whole_pages bool) RETURNS int8
	AS :'ingest_test', 'lane_check_copy' LANGUAGE C STRICT;

-- Tuples of a table as they lie on its pages, but for transaction id, position and hint bits.
CREATE FUNCTION tuples(relation regclass, OUT length int2, OUT infomask int4, OUT infomask2 int4,
					   OUT hoff int2, OUT bits text, OUT data bytea)
	RETURNS SETOF record LANGUAGE sql AS $$
SELECT lp_len, t_infomask & ~x'0f00'::int, t_infomask2, t_hoff, t_bits, t_data
FROM generate_series(0, pg_relation_size(relation) / current_setting('block_size')::int - 1) block,
	heap_page_items(get_raw_page(relation::text, block)) $$;

CREATE TABLE source AS SELECT i > 5 AS flag, i::int2 AS small, 'x'::"char" AS letter, i::int8 AS id,
	'word'::name AS word, '12:00+01'::timetz AS at, md5(i::text)::uuid AS key, i / 7.0::float4 AS ratio,
	nullif(i, 7) AS number, true AS last FROM generate_series(1, 1000) i;
CREATE UNLOGGED TABLE lane (LIKE source);
SELECT copy_rows('lane', 'source', true);
SELECT count(*), count(number) FROM lane;
SELECT count(*) AS corrupt FROM verify_heapam('lane');
SELECT count(*) AS differ FROM (
	(SELECT * FROM tuples('lane') EXCEPT ALL SELECT * FROM tuples('source')) UNION ALL
	(SELECT * FROM tuples('source') EXCEPT ALL SELECT * FROM tuples('lane'))) d;

SET client_min_messages = warning;
DROP SCHEMA lane_fixed CASCADE;
