-- load: option filter and Parquet files, whose row groups are left out by their statistics
\set ECHO none
\set test load_filter_parquet
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';

-- The same results as for text, and one chunk per row group, left out or not
CREATE TABLE n (id int PRIMARY KEY, day date, s varchar(5));
SELECT E'message m { required int32 id; optional int32 day (DATE); optional binary s (STRING); }\n' ||
       string_agg(format('{"id": %s, "day": "%s", "s": "%s"}', i, date '2024-01-01' + i, repeat('x', i % 7)), E'\n' ORDER BY i) AS days
  FROM generate_series(1, 40) i \gset
CALL parquet('days.parquet', :'days', '--row-group-rows 10');
SELECT report(ingest.load('n', file('days.parquet'), options => '{"filter": "day > ''2024-01-31''"}'));
SELECT chunk_no, first_row, rows_read, rows_staged, rows_quarantined, rows_ignored FROM ingest.chunks;
SELECT count(*), min(day), max(day) FROM n;
TRUNCATE n;
SELECT report(ingest.load('n', file('days.parquet'), options => '{"force": true, "workers": 0, "filter": "day > ''2024-01-31''"}'));
TRUNCATE n;
SELECT report(ingest.load('n', file('days.parquet'), options => '{"force": true, "row_group_size": "64kB", "filter": "day < ''1900-01-01''"}'));

-- A row group that is left out is not read: what is wrong with its pages is not noticed
CALL parquet('crc.parquet', :'days', '--row-group-rows 10 --crc --dictionary no --wrong-crc 0');
SELECT failure($$ SELECT ingest.load('n', file('crc.parquet'), options => '{"filter": "id > 9"}') $$);
SELECT report(ingest.load('n', file('crc.parquet'), options => '{"filter": "id > 10"}'));
TRUNCATE n;
-- Without statistics it is read
CALL parquet('none.parquet', :'days', '--row-group-rows 10 --crc --dictionary no --wrong-crc 0 --no-statistics');
SELECT failure($$ SELECT ingest.load('n', file('none.parquet'), options => '{"filter": "id > 10"}') $$);

-- Which filters leave out a row group: the codec of this file is unknown, so that no page of it can be read
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (i2 smallint, i8 bigint, big smallint, d date, ts timestamp, tz timestamptz, ns timestamp, n numeric(9,2), f float8,
    b boolean, u uuid, s text, one text, m mood, partly int, nothing int, dom positive, narrow numeric(3,1), part int, lack int DEFAULT 5);
CALL shell('mkdir part=7');
CALL parquet('part=7/t.parquet', $$message m { optional int32 i2; required int64 i8; optional int32 big; optional int32 d (DATE);
  optional int64 ts (TIMESTAMP(MILLIS,false)); optional int64 tz (TIMESTAMP(MICROS,true)); optional int64 ns (TIMESTAMP(NANOS,false));
  optional fixed_len_byte_array(5) n (DECIMAL(11,2)); optional double f; optional boolean b; optional fixed_len_byte_array(16) u (UUID);
  optional binary s (STRING); optional binary one (STRING); optional binary m (ENUM); optional int32 partly; optional int32 nothing; optional int32 dom;
  optional int32 narrow (DECIMAL(5,2)); }
{"i2": 10, "i8": 1, "big": 1, "d": "2024-01-01", "ts": "2024-01-01T00:00:00", "tz": "2024-01-01T00:00:00", "ns": "2024-01-01T00:00:00", "n": "1.50", "f": 1.5, "b": true, "u": "10000000-0000-0000-0000-000000000000", "s": "b", "one": "only", "m": "ok", "partly": 3, "dom": 1, "narrow": "1.10"}
{"i2": 20, "i8": 9, "big": 99999, "d": "2024-12-31", "ts": "2024-12-31T00:00:00", "tz": "2024-12-31T00:00:00", "ns": "2024-12-31T00:00:00", "n": "2.50", "f": 2.5, "b": true, "u": "20000000-0000-0000-0000-000000000000", "s": "d", "one": "only", "m": "ok", "dom": 2, "narrow": "1.20"}$$, '--codec 42');
CREATE FUNCTION left_out(VARIADIC filters text[]) RETURNS TABLE (filter text, is_left_out boolean) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH filter IN ARRAY filters LOOP
        BEGIN
            PERFORM ingest.load('t', file('part=7/t.parquet'), options => jsonb_build_object('force', true, 'workers', 0, 'filter', filter));
            is_left_out := true;
        EXCEPTION WHEN feature_not_supported THEN
            is_left_out := false;
        END;
        RETURN NEXT;
    END LOOP;
END $$;
-- comparisons, IN, BETWEEN, AND, OR, NOT
SELECT * FROM left_out('i2 > 20', 'i2 >= 20', 'i2 = 9', 'i2 = 15', '9 > i2', 'i2 <> 15', 'i2 IN (1, 2, 30)', 'i2 IN (1, 15)', 'i2 BETWEEN 30 AND 40',
    'i2 BETWEEN 5 AND 15', 'i8 > 9 OR i2 > 20', 'i8 > 9 OR i2 > 19', 'i8 > 9 AND i2 > 15', 'NOT i2 < 30', 'i8 = 10::smallint', 'i8 > 9.5', 'i2 + 1 > 30');
-- NULL
SELECT * FROM left_out('i8 IS NULL', 'i2 IS NULL', 'i2 IS NOT NULL', 'partly IS NULL', 'partly = 4', 'partly <> 3', 'nothing = 1', 'nothing IS NOT NULL', 'nothing IS NULL', 'nothing IS NULL AND i2 = 1');
-- types
SELECT * FROM left_out('d < ''2024-01-01''', 'd > ''2024-12-30''', 'd > current_date + 100000', 'ts > ''2025-01-01''', 'tz > now() + interval ''100 years''',
    'tz > ''2024-12-31 01:00+02''', 'n > 2.5', 'n = 2', 'n < 1.499', 'u > ''20000000-0000-0000-0000-000000000001''', 'b', 'NOT b', 'b = false', 'f < 1.5', 'f <= 1.5');
-- not certain: a NaN is larger than every number; a string may not be UTF-8, unless there is one only; nanoseconds; domains; an enum that is one value is
SELECT * FROM left_out('f > 2.5', 's > ''x''', 's = ''a''', 's = ''c''', 'one = ''other''', 'one > ''p''', 'one = ''only''', 'ns > ''2025-01-01''', 'dom < 0', 'm = ''sad''', 'm = ''ok''', 'narrow > 5');
-- a value of the column is bad, and its row is to be in quarantine
SELECT * FROM left_out('big < 0', 'i2 > 20 AND big > 0', 'i2 > 20 AND s > ''''');
-- constants of the file
SELECT * FROM left_out('part = 8', 'part = 7', 'part > 7 AND i2 = 15', 'lack = 5', 'lack <> 5', 'lack IS NULL');
-- what may raise an error, if it is ever evaluated
SELECT * FROM left_out('1 / i2 > 0 AND i8 > 9', 'i8 > 9 AND 1 / i2 > 0', 'i2 > 20 AND 1 / i8 > 0', 'i2 IS NOT NULL AND i2 > 20 AND 1 / i8 > 0', 'part = 8 AND 1 / i8 > 0', 'partly = 4 AND 1 / i8 > 0',
    'partly IS NOT NULL AND partly = 4 AND 1 / i8 > 0');
-- equal numbers may be different bytes, and too many of them are a bad value
CREATE TABLE padded (id int, n numeric);
CALL parquet('padded.parquet', $$message m { required int32 id; required binary n (DECIMAL(38,0)); }
{"id": 1, "n": {"hex": "0C9F2C9CD04674EDEA40000000"}}
{"id": 2, "n": {"hex": "$$ || repeat('00', 1024) || $$0C9F2C9CD04674EDEA40000000"}}$$);
SELECT report(ingest.load('padded', file('padded.parquet'), options => '{"filter": "n < 9"}'));
SELECT record, "column", rule, message FROM bad;
