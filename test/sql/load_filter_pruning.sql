-- load: option filter, the same results from a Parquet file with statistics, with old ones, and without: random filters
-- over columns with nulls, NaN, bad values, and bounds that exclude each other from row group to row group
\set ECHO none
\set test load_filter_pruning
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';
SET client_min_messages = error;
CREATE TABLE t (id int, i2 smallint, i8 bigint, u4 bigint, n numeric(7,2), f4 real, f8 float8, d date, ts timestamp(0), tz timestamptz, b boolean,
    u uuid, s text, v varchar(4), c char(3), day_text date, part text, lack int DEFAULT 3);
CALL shell('mkdir part=x');

-- A number that depends on its arguments only.
CREATE FUNCTION pick(seed text, n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || substr(md5(seed), 1, 7))::bit(28)::int) % n
$$;
-- Values of a row group are near each other; some groups have nulls, some nothing else, some one value, some bad values.
CREATE FUNCTION value(g int, i int, name text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN kind = 0 OR kind = 1 AND pick(name || i, 3) = 0 THEN '' ELSE format(', "%s": %s', name, value) END
      FROM (SELECT pick(name || 'kind' || g, 5) AS kind) k
$$;
SELECT $$message m { required int32 id; optional int32 i2; optional int64 i8; optional int32 u4 (INTEGER(32,false)); optional int32 n (DECIMAL(9,2));
  optional float f4; optional double f8; optional int32 d (DATE); optional int64 ts (TIMESTAMP(MILLIS,false)); optional int64 tz (TIMESTAMP(MICROS,true));
  optional boolean b; optional fixed_len_byte_array(16) u (UUID); optional binary s (STRING); optional binary v (STRING); optional binary c (STRING);
  optional binary day_text (STRING); }
$$ || string_agg(format('{"id": %s%s}', i, value(g, i, 'i2', (base + CASE WHEN g % 4 = 3 AND i % 9 = 0 THEN 70000 ELSE 0 END)::text) ||
    value(g, i, 'i8', (base - 30)::text) || value(g, i, 'u4', (base + 2147483600::bigint)::text) || value(g, i, 'n', format('"%s.%s5"', base, i % 10)) ||
    value(g, i, 'f4', CASE WHEN g % 3 = 0 AND i % 7 = 0 THEN '"NaN"' ELSE (base + 0.5)::text END) || value(g, i, 'f8', CASE WHEN base = 40 THEN '-0.0' ELSE base::text END) ||
    value(g, i, 'd', format('"%s"', date '2024-01-01' + base)) || value(g, i, 'ts', format('"%s"', to_char(timestamp '2024-01-01' + base * interval '1 day' + (i % 2) * interval '0.5 s', 'YYYY-MM-DD"T"HH24:MI:SS.MS'))) ||
    value(g, i, 'tz', format('"%s"', to_char(timestamp '2024-01-01' + base * interval '6 hours', 'YYYY-MM-DD"T"HH24:MI:SS'))) ||
    value(g, i, 'b', (pick('b' || CASE WHEN g % 2 = 0 THEN g ELSE i END, 2) = 1)::text) || value(g, i, 'u', format('"%s0000000-0000-0000-0000-000000000000"', base % 10)) ||
    value(g, i, 's', CASE g % 3 WHEN 0 THEN '"one"' WHEN 1 THEN format('"s%s"', base) ELSE '"a\u0000b"' END) || value(g, i, 'v', format('"%s"', repeat('v', 2 + g / 4))) ||
    value(g, i, 'c', format('"%s"', chr(97 + g))) || value(g, i, 'day_text', CASE WHEN g % 5 = 1 THEN '"never"' ELSE format('"%s"', date '2024-01-01' + g) END)), E'\n' ORDER BY i) AS description
  FROM (SELECT i, i / 20 AS g, i / 20 * 8 + pick('base' || i, 8) AS base FROM generate_series(0, 279) i) r \gset
CALL parquet('part=x/yes.parquet', :'description', '--row-group-rows 20');
CALL parquet('part=x/old.parquet', :'description', '--row-group-rows 20 --old-statistics');
CALL parquet('part=x/no.parquet', :'description', '--row-group-rows 20 --no-statistics');

CREATE TABLE samples (name text, samples text[]);
INSERT INTO samples VALUES ('id', '{0,100,279,20}'), ('i2', '{0,7,8,63,7000,-1}'), ('i8', '{-30,0,50,10}'), ('u4', '{2147483600,2147483700,0}'),
    ('n', '{0,8.05,63.95,40,7.5}'), ('f4', '{0.5,NaN,40.5,8,Infinity}'), ('f8', '{0,40,16,NaN}'), ('d', '{2024-01-01,2024-02-10,infinity}'),
    ('ts', '{2024-01-01,2024-02-10}'), ('tz', '{2024-01-01,2024-01-07 10:00+02}'), ('b', '{t,f}'), ('u', '{30000000-0000-0000-0000-000000000000}'),
    ('s', '{one,s10,a}'), ('v', '{vv,vvv,w}'), ('c', '{a,b,"d "}'), ('day_text', '{2024-01-03,2024-01-06}'), ('part', '{x,y}'), ('lack', '{3,4}');
-- A comparison, by its number.
CREATE FUNCTION condition(seed text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE pick(seed || 'form', 12)
           WHEN 0 THEN format('%I IS NULL', name) WHEN 1 THEN format('%I IS NOT NULL', name)
           WHEN 2 THEN format('%I IN (%L, %L)', name, a, b) WHEN 3 THEN format('%I BETWEEN %L AND %L', name, least(a, b), greatest(a, b))
           WHEN 4 THEN format('NOT %I > %L', name, a) WHEN 5 THEN format('%I NOT IN (%L, %L)', name, a, b)
           WHEN 6 THEN CASE name WHEN 'b' THEN 'NOT b' ELSE format('1 / (%s - 5) < %s', 'i8', 1) END
           ELSE format('%I %s %L', name, (ARRAY['<', '<=', '=', '>=', '>', '<>'])[1 + pick(seed || 'op', 6)], a) END
      FROM (SELECT name, samples[1 + pick(seed || 'a', cardinality(samples))] AS a, samples[1 + pick(seed || 'b', cardinality(samples))] AS b
              FROM samples ORDER BY name OFFSET pick(seed, 18) LIMIT 1) s
$$;
CREATE FUNCTION filter(seed text) RETURNS text LANGUAGE sql AS $$
    SELECT format(CASE pick(seed || 'shape', 6) WHEN 0 THEN '%1$s' WHEN 1 THEN '%1$s OR %2$s' WHEN 2 THEN 'NOT (%1$s OR %2$s)' WHEN 3 THEN '%1$s AND (%2$s OR %3$s)'
                  ELSE '%1$s AND %2$s' END, condition(seed || 1), condition(seed || 2), condition(seed || 3))
$$;

-- Everything that a load does, as a hash.
CREATE FUNCTION outcome(name text, filter text, OUT counts text, OUT hash text) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE t;
    SELECT format('%s %s %s %s', r.rows_read, r.rows_staged, r.rows_quarantined, r.rows_ignored),
           md5(concat_ws('|', (SELECT string_agg(t::text, '|' ORDER BY id) FROM t),
                         (SELECT string_agg(concat_ws(',', record_no, colname, rule, err_message), '|' ORDER BY record_no, colname, rule)
                            FROM ingest.quarantine_errors q WHERE q.load_id = r.load_id)))
      INTO counts, hash
      FROM ingest.load('t', file(name), options => jsonb_build_object('force', true, 'workers', 0, 'initial_bad_rows', 0, 'filter', filter)) r;
END $$;
CREATE FUNCTION compare(first int, last int) RETURNS TABLE (filter text, statistics text, without_them text, with_them text) LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
    got record;
BEGIN
    FOR i IN first .. last LOOP
        filter := filter(i::text);
        wanted := outcome('part=x/no.parquet', filter);
        FOREACH statistics IN ARRAY ARRAY['yes', 'old'] LOOP
            got := outcome(format('part=x/%s.parquet', statistics), filter);
            without_them := wanted.counts;
            with_them := got.counts;
            CONTINUE WHEN got = wanted;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
SELECT count(DISTINCT filter(i::text)) > 280 AS filters_are_many FROM generate_series(1, 300) i;
SELECT * FROM compare(1, 300);
-- Filters were true, false and neither, and some columns were bad
SELECT count(*) FILTER (WHERE rows_staged > 0) > 300 AS staged, count(*) FILTER (WHERE rows_ignored = rows_read) > 50 AS ignored,
       count(*) FILTER (WHERE rows_quarantined > 0) > 300 AS quarantined FROM ingest.loads;
