-- The two ways of writing a lane, whole pages and table_multi_insert, must give the same table.
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA lane_writer;
SET search_path = lane_writer, public;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pageinspect SCHEMA public;
RESET client_min_messages;
CREATE FUNCTION write_rows(lane regclass, n int8, whole_pages bool, seed int8) RETURNS int8
	AS :'ingest_test', 'lane_check_write' LANGUAGE C STRICT;
CREATE FUNCTION copy_rows(lane regclass, source regclass, whole_pages bool) RETURNS int8
	AS :'ingest_test', 'lane_check_copy' LANGUAGE C STRICT;
CREATE FUNCTION two_writers(lane regclass) RETURNS void
	AS :'ingest_test', 'lane_check_two_writers' LANGUAGE C STRICT;
CREATE FUNCTION write_in_subtransaction(lane regclass) RETURNS void
	AS :'ingest_test', 'lane_check_subtransaction' LANGUAGE C STRICT;

-- Rows, rows that only one of the two tables has, and what verify_heapam finds wrong with either.
CREATE FUNCTION compare(one regclass, other regclass,
						OUT rows int8, OUT differ int8, OUT corrupt int8) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(*) FROM %s', one) INTO rows;
	EXECUTE format('SELECT count(*) FROM ((TABLE %1$s EXCEPT ALL TABLE %2$s)
						UNION ALL (TABLE %2$s EXCEPT ALL TABLE %1$s)) d', one, other) INTO differ;
	SELECT count(*) INTO corrupt FROM (VALUES (one), (other)) t (relation),
		verify_heapam(relation, check_toast := true);
END $$;

-- The tuples of a table as they lie on its pages, but for transaction id, position and hint bits.
-- What lies in a TOAST table is left out, since its number differs.
CREATE FUNCTION tuples(relation regclass, OUT own_ctid bool, OUT length int2, OUT infomask int4,
					   OUT infomask2 int4, OUT hoff int2, OUT bits text, OUT data bytea)
	RETURNS SETOF record LANGUAGE sql AS $$
SELECT t_ctid = format('(%s,%s)', block, lp)::tid, lp_len, t_infomask & ~x'0f00'::int, t_infomask2,
	t_hoff, t_bits, t_data
FROM generate_series(0, pg_relation_size(relation) / current_setting('block_size')::int - 1) block,
	heap_page_items(get_raw_page(relation::text, block))
WHERE lp_flags = 1 AND t_infomask & 4 = 0 $$;

-- Mixed rows: every column may be NULL, texts up to 1.5 MB, expanded arrays, long numerics.
CREATE UNLOGGED TABLE pages (id int8, small int2, flag bool, number int4, ratio float8,
	amount numeric, note text, list int4[], extra text, at timestamptz) WITH (autovacuum_enabled = off);
CREATE UNLOGGED TABLE multi (LIKE pages) WITH (autovacuum_enabled = off);
SELECT write_rows('pages', 4000, true, 1), write_rows('multi', 4000, false, 1);
SELECT * FROM compare('pages', 'multi');
CREATE TEMP TABLE pages_tuples AS SELECT * FROM tuples('pages');
CREATE TEMP TABLE multi_tuples AS SELECT * FROM tuples('multi');
SELECT count(*) AS differ FROM (
	(TABLE pages_tuples EXCEPT ALL TABLE multi_tuples) UNION ALL
	(TABLE multi_tuples EXCEPT ALL TABLE pages_tuples)) d;
SELECT bool_and(own_ctid) AS own_ctid, count(*) > 3000 AS many FROM pages_tuples;
SELECT count(*) > 0 AS long, max(length(note)) > 500000 AS very_long FROM pages WHERE length(note) > 8000;
SELECT pg_relation_size('pages') <= pg_relation_size('multi') AS no_larger;

-- Zero rows write nothing.
SELECT pg_relation_size('pages') AS size \gset
SELECT write_rows('pages', 0, true, 1), write_rows('multi', 0, false, 1);
SELECT pg_relation_size('pages') = :size AS unchanged;

-- The next transaction appends; one that rolls back, or a savepoint, leaves nothing to see.
BEGIN;
SELECT write_rows('pages', 500, true, 2), write_rows('multi', 500, false, 2);
ROLLBACK;
SELECT write_rows('pages', 500, true, 3), write_rows('multi', 500, false, 3);
BEGIN;
SELECT pg_stat_get_xact_tuples_inserted('pages'::regclass) AS before \gset
SELECT write_rows('pages', 300, true, 4), write_rows('multi', 300, false, 4);
SAVEPOINT a;
SELECT write_rows('pages', 300, true, 5), write_rows('multi', 300, false, 5);
ROLLBACK TO a;
SAVEPOINT b;
SELECT write_rows('pages', 300, true, 6), write_rows('multi', 300, false, 6);
RELEASE b;
SELECT pg_stat_get_xact_tuples_inserted('pages'::regclass) - :before AS inserted;
SELECT * FROM compare('pages', 'multi');
COMMIT;
-- A lane may be written one way and then the other.
SELECT write_rows('pages', 300, false, 7), write_rows('multi', 300, true, 7);
SELECT write_rows('pages', 300, true, 8), write_rows('multi', 300, false, 8);
SELECT * FROM compare('pages', 'multi');

-- Sequential scan and index agree.
CREATE INDEX ON pages (id);
SELECT count(*), sum(id::numeric) FROM pages WHERE id >= 0 \gset seq_
SET enable_seqscan = off;
SELECT count(*) = :seq_count AND sum(id::numeric) = :seq_sum AS agree FROM pages WHERE id >= 0;
RESET enable_seqscan;
SELECT write_rows('pages', 1, true, 1);
SELECT write_rows('pages', 1, false, 1);
DROP INDEX pages_id_idx;

VACUUM pages, multi;
SELECT * FROM compare('pages', 'multi');
DELETE FROM pages WHERE small < 16384;
DELETE FROM multi WHERE small < 16384;
SELECT write_rows('pages', 300, true, 9), write_rows('multi', 300, false, 9);
VACUUM multi;
VACUUM FULL pages;
SELECT write_rows('pages', 300, true, 10), write_rows('multi', 300, false, 10);
SELECT * FROM compare('pages', 'multi');
TRUNCATE pages, multi;
SELECT write_rows('pages', 100, true, 11), write_rows('multi', 100, false, 11);
SELECT * FROM compare('pages', 'multi');

-- Rows that arrive toasted from another table; 5 MB values, compressible and not.
CREATE TABLE source (id int, plain text, external text);
ALTER TABLE source ALTER external SET STORAGE EXTERNAL;
INSERT INTO source SELECT i, CASE WHEN i % 3 > 0 THEN repeat(i::text, i * 97) END,
	CASE WHEN i % 4 > 0 THEN repeat('e', i * 31) END FROM generate_series(1, 200) i;
INSERT INTO source VALUES (201, repeat('ab', 2500000),
	(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 160000) i));
CREATE UNLOGGED TABLE copied_pages (LIKE source);
CREATE UNLOGGED TABLE copied_multi (LIKE source);
SELECT copy_rows('copied_pages', 'source', true), copy_rows('copied_multi', 'source', false);
SELECT * FROM compare('copied_pages', 'source');
SELECT * FROM compare('copied_multi', 'source');
DROP TABLE source; -- the copies own their TOAST values
VACUUM FULL copied_pages, copied_multi;
SELECT * FROM compare('copied_pages', 'copied_multi');

-- Rows of NULLs only, one column, no column, a dropped column.
CREATE TABLE nulls AS SELECT NULL::int AS a, NULL::text AS b FROM generate_series(1, 1000);
CREATE UNLOGGED TABLE null_pages (LIKE nulls);
SELECT copy_rows('null_pages', 'nulls', true), copy_rows('null_pages', 'nulls', false);
SELECT count(*), count(a), count(b), max((ctid::text::point)[1]) FROM null_pages;
CREATE TABLE one AS SELECT i FROM generate_series(1, 10000) i;
CREATE UNLOGGED TABLE one_pages (LIKE one);
SELECT copy_rows('one_pages', 'one', true);
SELECT * FROM compare('one_pages', 'one');
CREATE TABLE empty AS SELECT FROM generate_series(1, 1000);
CREATE UNLOGGED TABLE empty_pages ();
SELECT copy_rows('empty_pages', 'empty', true);
SELECT count(*), max((ctid::text::point)[1]) FROM empty_pages;
SELECT count(*) AS corrupt FROM verify_heapam('empty_pages');
ALTER TABLE multi DROP ratio;
ALTER TABLE pages DROP ratio;
SELECT write_rows('pages', 100, true, 12), write_rows('multi', 100, false, 12);
SELECT * FROM compare('pages', 'multi');

-- 1,600 columns.
DO $$
BEGIN
	EXECUTE (SELECT format('CREATE TABLE wide (%s)', string_agg(format('c%s int2', i), ', '))
			 FROM generate_series(1, 1600) i);
	EXECUTE (SELECT format('INSERT INTO wide SELECT %s FROM generate_series(1, 200) r',
						   string_agg(format('CASE WHEN (r + %1$s) %% 7 > 0 THEN %1$s END', i), ', '))
			 FROM generate_series(1, 1600) i);
END $$;
CREATE UNLOGGED TABLE wide_pages (LIKE wide);
CREATE UNLOGGED TABLE wide_multi (LIKE wide);
SELECT copy_rows('wide_pages', 'wide', true), copy_rows('wide_multi', 'wide', false);
SELECT * FROM compare('wide_pages', 'wide');
SELECT * FROM compare('wide_multi', 'wide');

-- A row that no TOAST makes fit is refused as INSERT refuses it.
DO $$
BEGIN
	EXECUTE (SELECT format('CREATE TABLE broad (%s)', string_agg(format('c%s int8', i), ', '))
			 FROM generate_series(1, 1018) i);
	EXECUTE (SELECT format('CREATE TABLE narrow (%s)', string_agg(format('c%s int2', i), ', '))
			 FROM generate_series(1, 1018) i);
	EXECUTE (SELECT format('INSERT INTO narrow VALUES (%s)', string_agg('1', ', '))
			 FROM generate_series(1, 1018) i);
END $$;
CREATE UNLOGGED TABLE broad_pages (LIKE broad);
\set VERBOSITY sqlstate
SELECT copy_rows('broad_pages', 'narrow', true);
SELECT copy_rows('broad_pages', 'narrow', false);
\set VERBOSITY default
SELECT copy_rows('broad_pages', 'narrow', true);
INSERT INTO broad_pages SELECT * FROM narrow;
SELECT count(*), pg_relation_size('broad_pages') FROM broad_pages;

-- A logged table.
CREATE TABLE logged_pages (LIKE pages);
CREATE TABLE logged_multi (LIKE pages);
SELECT write_rows('logged_pages', 1000, true, 20), write_rows('logged_multi', 1000, false, 20);
BEGIN;
SELECT write_rows('logged_pages', 1000, true, 21), write_rows('logged_multi', 1000, false, 21);
ROLLBACK;
CHECKPOINT;
SELECT write_rows('logged_pages', 1000, true, 22), write_rows('logged_multi', 1000, false, 22);
VACUUM logged_pages;
SELECT * FROM compare('logged_pages', 'logged_multi');

-- A temporary table, whose buffers are private.
CREATE TEMP TABLE temp_pages (LIKE pages);
SELECT write_rows('temp_pages', 1000, true, 20);
SELECT write_rows('temp_pages', 1000, true, 22);
SELECT * FROM compare('temp_pages', 'logged_pages');

-- Misuse is an error, not damage.
SELECT two_writers('null_pages');
SELECT write_in_subtransaction('null_pages');
CREATE TABLE parent (LIKE nulls) PARTITION BY LIST (a);
SELECT copy_rows('parent', 'nulls', true);
SELECT count(*) FROM null_pages;

SET client_min_messages = warning;
DROP SCHEMA lane_writer CASCADE;
