-- load: any number of workers, any chunk size and both lane writers make the same table
\set ECHO none
\set test load_workers
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- Quoted line ends, runaway quotes, bad values, long and wide rows, over some hundred chunks
CREATE TABLE t (id int PRIMARY KEY, at timestamp, amount numeric(10,2) CHECK (amount < 900), note text, more text);
DO $$
DECLARE
    content text := (
        SELECT string_agg(CASE
            WHEN i = 0 THEN 'id,at,amount,note,more'
            WHEN i % 97 = 0 THEN format('%s,"runaway,1,x,', i)
            WHEN i % 89 = 0 THEN format('%s,2024-01-01,1.5', i)
            WHEN i % 83 = 0 THEN format('%s,2024-02-30,1.555,n,', i)
            WHEN i % 1009 = 0 THEN format('%s,2024-01-01,2,"%s",%s', i, repeat(E'long "" line\n', i % 7000), repeat('x', i))
            ELSE format('%s,%s,%s,"%s",%s', i, timestamp '2020-01-01' + i * interval '1 min', (i * 37 % 100000) / 100.0,
                        CASE i % 7 WHEN 0 THEN E'two\nlines, "" quoted' WHEN 1 THEN E'\n\n' ELSE 'plain' END, nullif(i % 13, 0))
            END, E'\n' ORDER BY i)
          FROM generate_series(0, 30000) AS i);
BEGIN
    CALL write(file('big.csv'), content);
END $$;
SELECT (pg_stat_file(file('big.csv'))).size > 2000000 AS is_big;

CREATE TABLE results (load_id bigint, what text, hash text, bad text, counts text, chunks int, lanes int);
CREATE PROCEDURE try(what text, options jsonb) LANGUAGE plpgsql AS $$
DECLARE
    r ingest.load_result;
BEGIN
    TRUNCATE t;
    COMMIT;    -- workers cannot be used in a transaction that has just changed the target
    r := ingest.load('t', file('big.csv'), options => options || '{"force": true}');
    INSERT INTO results SELECT r.load_id, what,
        (SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM t),
        (SELECT md5(string_agg(format('%s %s %s %s %s %s', record_no, line_no, byte_offset, byte_length, md5(raw_line), errors), ';' ORDER BY record_no))
           FROM ingest.quarantine q WHERE q.load_id = r.load_id),
        report(r),
        (SELECT count(*) FROM ingest.chunks c WHERE c.load_id = r.load_id),
        (SELECT count(DISTINCT lane_no) FROM ingest.chunks c WHERE c.load_id = r.load_id);
END $$;
SET client_min_messages = error;
CALL try('default', '{}');
CALL try('in process', '{"workers": 0}');
CALL try('in process, 64kB', '{"workers": 0, "chunk_size": "64kB"}');
CALL try('one, 64kB', '{"workers": 1, "chunk_size": "64kB"}');
CALL try('two, 64kB', '{"workers": 2, "chunk_size": "64kB"}');
CALL try('four, 64kB', '{"workers": 4, "chunk_size": "64kB"}');
CALL try('four, 1MB', '{"workers": 4, "chunk_size": "1MB"}');
SET pg_ingest.lane_writer = 'multi_insert';
CALL try('multi_insert', '{"workers": 2, "chunk_size": "64kB"}');
CALL try('multi_insert, in process', '{"workers": 0}');
RESET pg_ingest.lane_writer;
RESET client_min_messages;
SELECT DISTINCT counts FROM results;
SELECT count(DISTINCT hash) AS tables, count(DISTINCT bad) AS quarantines, count(*) AS loads FROM results;
SELECT what, chunks > 1 AS several_chunks, CASE WHEN chunks > 20 THEN lanes > 1 END AS several_lanes FROM results ORDER BY load_id;
-- Where chunks end depends on the bytes and the chunk size alone
SELECT count(DISTINCT bounds) FROM (
    SELECT load_id, array_agg((chunk_no, byte_start, byte_end, first_row, first_line, lines, rows_read) ORDER BY chunk_no) AS bounds
      FROM ingest.chunks JOIN results USING (load_id) WHERE what LIKE '%64kB' GROUP BY load_id) AS c;
SELECT load_id FROM (
    SELECT load_id, byte_start, lag(byte_end) OVER w AS end_before, first_row, lag(first_row + rows_read) OVER w AS row_before,
           first_line, lag(first_line + lines) OVER w AS line_before FROM ingest.chunks WINDOW w AS (PARTITION BY load_id ORDER BY chunk_no)) AS c
 WHERE (byte_start, first_row, first_line) <> (end_before, row_before, line_before);
-- What the quarantine says is where the row is
SELECT count(*), count(*) FILTER (WHERE pg_read_binary_file(q.file, byte_offset, byte_length) = convert_to(raw_line, 'UTF8')) AS in_place
  FROM ingest.quarantine AS q WHERE load_id = 1;
-- What COPY makes of the good rows
CREATE TABLE reference (LIKE t);
COPY reference FROM PROGRAM 'exec grep -av "runaway\|,2024-01-01,1.5$\|,2024-02-30," load_workers/big.csv' (FORMAT csv, HEADER);
DELETE FROM reference WHERE amount >= 900;
SELECT count(*) FROM ((TABLE reference EXCEPT TABLE t) UNION ALL (TABLE t EXCEPT TABLE reference)) AS differ;
-- Compressed; other bytes, the same rows
SET client_min_messages = error;
CALL shell('gzip -nc big.csv >big.csv.gz');
\getenv ingest_test INGEST_TEST_MODULE
CREATE FUNCTION compress(data bytea, method text) RETURNS bytea
    AS :'ingest_test', 'source_check_compress' LANGUAGE c STRICT;
CALL write(file('big.csv.zst'), compress(pg_read_binary_file(file('big.csv')), 'zstd'));
CREATE TABLE z (LIKE t INCLUDING ALL);
SELECT report(ingest.load('z', file('big.csv.gz'), options => '{"chunk_size": "64kB"}'));
SELECT count(*) FROM ((TABLE z EXCEPT TABLE t) UNION ALL (TABLE t EXCEPT TABLE z)) AS differ;
TRUNCATE z;
SELECT report(ingest.load('z', file('big.csv.zst')));
SELECT count(*) FROM ((TABLE z EXCEPT TABLE t) UNION ALL (TABLE t EXCEPT TABLE z)) AS differ;
RESET client_min_messages;

-- Where workers cannot see what they need, the caller's process does the work
CALL write(file('small'), E'id,note\n1,a\nx,b\n');
SET client_min_messages = error;
BEGIN;
CREATE TABLE fresh (id int, note text);
SELECT report(ingest.load('fresh', file('small')));
SELECT * FROM fresh;
SELECT record, "column", message FROM bad;
COMMIT;
SELECT report(ingest.load('fresh', file('small')));
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT report(ingest.load('fresh', file('small'), options => '{"force": true}'));
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT report(ingest.load('fresh', file('small'), options => '{"force": true}'));
ROLLBACK;
SELECT count(*) FROM fresh;
