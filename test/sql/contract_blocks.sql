-- contracts: checks of many rows at once find what SQL finds, for random values of every type they know
\set ECHO none
\set test contract_blocks
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN whole AS int;
CREATE TABLE delivered (n int, i2 int2, i4 int4, other int4, w whole, i8 int8, f4 float4, f8 float8, num numeric,
    price numeric(12,2), d date, t time, ts timestamp, tz timestamptz, txt text, vc varchar(100), ci text COLLATE folded, flag bool);
CREATE TABLE judged (LIKE delivered);

-- One of the values, or NULL
CREATE FUNCTION one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
    AS $$ SELECT choices[1 + floor(random() * (array_length(choices, 1) + 1))::int] $$;
SELECT setseed(0.42);
INSERT INTO delivered SELECT n, one_of('-32768', '-1', '0', '1', '7', '32767')::int2,
    one_of('-2147483648', '-1', '0', '1', '7', '2147483647')::int4, one_of('-2147483648', '-1', '0', '1', '7', '2147483647')::int4,
    one_of('-1', '0', '7')::whole, one_of('-9223372036854775808', '-1', '0', '1', '7', '4294967303', '9223372036854775807')::int8,
    one_of('NaN', '-Infinity', 'Infinity', '-0', '0', '1.5', '0.1', '3e38')::float4,
    one_of('NaN', '-Infinity', 'Infinity', '-0', '0', '1.5', '0.1', '1e308', '-1e-300')::float8,
    one_of('NaN', '-Infinity', 'Infinity', '0', '0.00', '-0.0001', '1.5', '1.50', '12345678', '12345678.9', '-12345678.9', '99990000',
        '1e300', '-1e300', '1e-20', '10000', '9999.9999', repeat('9', 600))::numeric,
    (random() * 20 - 10)::numeric(12,2), one_of('-infinity', 'infinity', '2024-02-29', '2000-01-01', '4713-01-01 BC')::date,
    one_of('00:00', '12:00', '24:00')::time, one_of('-infinity', 'infinity', '2024-02-29 12:00', '1970-01-01')::timestamp,
    one_of('-infinity', 'infinity', '2024-02-29 12:00+02', '1970-01-01 00:00+00')::timestamptz,
    one_of('', 'a', 'AB12', 'AB1', 'ab12', 'äö', 'ÄÖ12', 'AB' || repeat('7', 300), 'note ' || md5(n::text), 'note ' || md5(n::text) || E'\n',
        'a.b', 'a-b', 'AB12' || chr(1635), repeat('ü', 40), repeat('x', 5000), E'AB\n1', 'x12 y'),
    one_of('a', 'b ', 'b', 'ß', 'äöü', 'AB12', repeat('z', 100)), one_of('a', 'A', 'b', 'ß', 'ss'), one_of('t', 'f')::bool
    FROM generate_series(1, 1500) n;

-- The rules: comparisons with constants, other columns, texts, patterns, and logic
CREATE TABLE rules (name text PRIMARY KEY, expression text UNIQUE);
CREATE SEQUENCE rule_number;
CREATE FUNCTION add_rule(expression text) RETURNS text LANGUAGE sql
    AS $$ INSERT INTO rules VALUES ('r' || nextval('rule_number'), expression) RETURNING name $$;
SELECT count(add_rule(format('%s %s %s', c, o, v))) FROM unnest('{<,<=,=,<>,>=,>}'::text[]) o, (VALUES
    ('i2', '0'), ('i2', '32767'), ('i2', '7::bigint'), ('i4', '7'), ('i4', '(-2147483648)'), ('i4', '4294967303'), ('i4', 'other'), ('i4', 'i8'),
    ('i2', 'i4'), ('i8', '7'), ('i8', '9223372036854775807'), ('i8', '4294967303'), ('w', '0'), ('7', 'i4'),
    ('f4', '0'), ('f4', '0.1'), ('f4', '''NaN'''), ('f4', 'f8'), ('f8', '0'), ('f8', '''NaN'''), ('f8', '''Infinity'''), ('f8', '1.5'),
    ('num', '0'), ('num', '1.5'), ('num', '''NaN'''), ('num', '''-Infinity'''), ('num', '12345678'), ('num', '-12345678.9'), ('num', '99999999'),
    ('num', '1e300'), ('num', 'price'), ('price', '0'), ('price', '-3.5'), ('price', '2.25'), ('1.5', 'num'),
    ('d', '''2024-02-29'''), ('d', '''infinity'''), ('d', 'ts'), ('t', '''12:00'''), ('ts', '''2024-02-29 12:00'''), ('ts', '''-infinity'''),
    ('ts', 'tz'), ('tz', '''2024-02-29 10:00+00'''), ('txt', '''AB12'''), ('vc', '''b'''), ('ci', '''a'''), ('txt', 'vc'),
    ('char_length(txt)', '2'), ('length(txt)', '40'), ('char_length(txt)', '5'), ('char_length(vc)', '1'), ('octet_length(txt)', '4')) x(c, v);
SELECT count(add_rule(format('txt ~ %L', p))) FROM unnest(ARRAY['^[A-Z]{2}[0-9]+$', '^[A-Z]{2}[0-9]+', '^[A-Z]+[0-9]{2,3}$', '^note [0-9a-f]{32}$',
    '^note [0-9a-f]+$', '^[a-z]\.[a-z]$', '^[A-Za-z0-9]*$', '^[A-Z]?[A-Z]1', '^.b', '^a-b$', '^\d*$', '^[A-Z]{2}\d+$', '^AB\d{0,1}$', '^x+$',
    '^[^a]', '^(a|A)', 'b$', '^$', '^a*a$', '^[[:alpha:]]+$', '^[A-ZÄÖ]+[0-9]*$', '^\w+$', '^A{2}', '^A+?B', '^[a-]', '^x\d\d y$', '^ab|cd', '^AB\n1$']) p;
SELECT count(add_rule(e)) FROM unnest(ARRAY['txt IN (''a'', ''AB12'', ''äö'', '''')', 'vc IN (''a'', ''b'')', 'vc IN (''a'', ''b'', NULL)', 'ci IN (''a'', ''ss'')',
    'txt NOT IN (''a'', ''AB12'')', 'i4 IN (0, 7, 8)', 'i4 IN (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)', 'i4 NOT IN (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12)',
    'i4 < 7 OR i8 > 0', 'i4 < 7 AND i8 > 0', 'NOT (i4 < 7 AND txt = ''a'') AND NOT f8 > 0', 'i4 IS NULL OR num > 0', 'i4 IS NOT NULL', 'vc IS NULL',
    '(i4 > 0) IS NULL', 'i4 > 0 OR i4 <= 0 OR txt ~ ''^[A-Z]+$'' OR vc IS NULL', 'flag', 'NOT flag OR i4 > 0', 'i4 BETWEEN 0 AND 7',
    'num BETWEEN 0 AND 10000 AND (d < ts OR t > ''01:00'')', 'coalesce(i4, 0) = 0', 'txt || vc <> ''aa''', 'i4 IS DISTINCT FROM 7']) e;

SELECT ingest.set_contract('judged', jsonb_build_object('rules', (SELECT jsonb_object_agg(name, expression) FROM rules)));
SELECT format('COPY delivered TO %L (FORMAT csv, HEADER)', file('rows')) AS copy \gset
:copy;
SELECT ingest.stage('judged', file('rows'), '{"reject_limit": "100%", "initial_bad_rows": 0}') AS load \gset
SELECT rows_read, rows_staged + rows_quarantined AS staged_or_quarantined FROM ingest.loads WHERE load_id = :load;

-- The violations of a rule, by SQL and by the load: differences, of which there are none
CREATE FUNCTION by_sql() RETURNS TABLE (rule text, n bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR rule IN SELECT name FROM rules LOOP
        RETURN QUERY EXECUTE format('SELECT %L, n::bigint FROM delivered WHERE (%s) IS FALSE', rule,
            (SELECT expression FROM rules WHERE name = rule));
    END LOOP;
END $$;
CREATE TEMP TABLE expected AS SELECT * FROM by_sql();
CREATE TEMP TABLE found AS SELECT substring(e->>'message' FROM '^row violates rule "(.*)"$') AS rule, split_part(raw_line, ',', 1)::bigint AS n
    FROM ingest.quarantine, jsonb_array_elements(errors) e;
SELECT name, expression, count(*) FROM ((TABLE expected EXCEPT TABLE found) UNION ALL (TABLE found EXCEPT TABLE expected)) x
    JOIN rules ON name = rule GROUP BY 1, 2 ORDER BY 2;
SELECT (SELECT count(*) FROM found) = (SELECT count(*) FROM expected) AS all_known, (SELECT count(*) FROM rules) AS rules,
    (SELECT count(DISTINCT rule) FROM found) AS violated;
-- ... and rules that no row violates
SELECT expression FROM rules WHERE name NOT IN (SELECT rule FROM found) ORDER BY 1;
