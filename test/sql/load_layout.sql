-- load: rows appended as the lane has them, which is their layout less two columns
\set ECHO none
\set test load_layout
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO none
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA public;
RESET client_min_messages;

-- Loads 512 rows of n columns, each column NULL in another half of the rows, into a table of these
-- columns and compares it with the same rows inserted.  The null bitmap of a lane is two bits longer.
CREATE FUNCTION compare(n int, preparation text DEFAULT '') RETURNS TABLE (report text, differ bigint, corrupt bigint)
LANGUAGE plpgsql AS $$
DECLARE
    columns text := string_agg(format('c%s %s', i, (ARRAY['int', 'text', 'bigint', 'bool', 'numeric', 'date'])[i % 6 + 1]), ', ')
                    FROM generate_series(0, n - 1) AS i;
    items text := string_agg(format('CASE WHEN r >> %s & 1 = 0 THEN (%s) END', i % 9,
                      (ARRAY['r', 'repeat(chr(97 + r % 26), r % 40)', 'r::bigint << 33', 'r % 2 = 0', 'r / 8.0',
                             'date ''2024-01-01'' + r'])[i % 6 + 1]), ', ')
                  FROM generate_series(0, n - 1) AS i;
BEGIN
    EXECUTE format('CREATE TABLE expected (%s); CREATE TABLE loaded (%s)', columns, columns);
    EXECUTE format('INSERT INTO expected SELECT %s FROM generate_series(0, 511) AS r', items);
    EXECUTE format('COPY expected TO %L (FORMAT csv, HEADER)', file(n || '.csv'));
    EXECUTE replace(preparation, 'TABLE', 'TABLE loaded');
    report := report(ingest.load('loaded', file(n || '.csv'), options => '{"force": true}'));
    SELECT count(*) INTO differ FROM (
        (SELECT to_jsonb(e) FROM expected e EXCEPT ALL SELECT to_jsonb(l) - 'new' FROM loaded l) UNION ALL
        (SELECT to_jsonb(l) - 'new' FROM loaded l EXCEPT ALL SELECT to_jsonb(e) FROM expected e)) AS difference;
    SELECT count(*) INTO corrupt FROM verify_heapam('loaded', check_toast => true);
    DROP TABLE expected, loaded;
    RETURN NEXT;
END $$;
SET search_path = :test, public;
\set ECHO all

SELECT n, compare.* FROM generate_series(1, 18) AS n, compare(n) ORDER BY n;
-- Other layouts: a column that is gone, one in another place, one that is new.
SELECT * FROM compare(8, 'ALTER TABLE ADD x int; ALTER TABLE DROP x');
SELECT * FROM compare(8, 'ALTER TABLE DROP c3; ALTER TABLE ADD c3 bool');
SELECT * FROM compare(8, 'ALTER TABLE ADD new int');
-- The lane's rows of several transactions, and of the caller's own.
CALL shell($$ awk 'BEGIN { print "a,b"; for (i = 0; i < 40000; i++) printf "%d,row %d of a file of several chunks\n", i, i }' >chunks.csv $$);
CREATE TABLE chunks (a int, b text);
SELECT report(ingest.load('chunks', file('chunks.csv'), options => '{"chunk_size": "256kB", "workers": 2}'));
SELECT report(ingest.load('chunks', file('chunks.csv'), options => '{"chunk_size": "256kB", "workers": 0, "force": true}'));
SELECT count(*), count(DISTINCT a), sum(a) FROM chunks;
SELECT count(*) AS corrupt FROM verify_heapam('chunks');
