-- Values a column would silently change are refused, unless that is allowed.
\getenv ingest_test INGEST_TEST_MODULE
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' => '
CREATE SCHEMA convert_lossy;
SET search_path = convert_lossy, public;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, DMY';
SET IntervalStyle = 'postgres';
CREATE FUNCTION convert_one(type oid, typmod int4, value text, dateformat text,
	timestampformat text, decimal_separator text, thousands text, allow_lossy bool) RETURNS text
	AS :'ingest_test', 'convert_one' LANGUAGE C;
CREATE DOMAIN price AS numeric(8,2) CHECK (value > 0);
CREATE DOMAIN code AS varchar(3);
CREATE TABLE columns (
	"numeric(4,2)" numeric(4,2), "numeric(3,-2)" numeric(3,-2), "numeric(2,4)" numeric(2,4),
	"numeric(4,2)[]" numeric(4,2)[], price price, numeric numeric, money money,
	"date" date, "time" time, "time(1)" time(1), "timetz(1)" timetz(1), "timestamp" timestamp,
	"timestamp(3)" timestamp(3), "timestamptz(0)" timestamptz(0), "interval(0)" interval(0),
	"interval day" interval day, "interval" interval, "varchar(3)" varchar(3), "char(3)" char(3),
	code code, name name, "one byte" "char", text text);

-- The value or the failure, and what becomes of the value if loss is allowed.
CREATE FUNCTION convert(column_name text, VARIADIC texts text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s "%s" => %s%s', column_name, left(t, 30), strict,
		CASE WHEN lossy <> strict THEN format(' (or %s)', left(lossy, 30)) END)
	FROM pg_attribute a, unnest(texts) WITH ORDINALITY AS u (t, n),
		convert_one(atttypid, atttypmod, t, NULL, NULL, NULL, NULL, false) AS strict,
		convert_one(atttypid, atttypmod, t, NULL, NULL, NULL, NULL, true) AS lossy
	WHERE attrelid = 'columns'::regclass AND attname = column_name ORDER BY n
$$;

SELECT convert('numeric(4,2)', '1.23', '1.230', '1.234', '-1.005', '0.001', '0.000', '1e-3',
	'12.3456e1', '99.99', '99.999', '100', '123.4', 'NaN', '1e-20000', ' 1.500 ', '5e1');
SELECT convert('numeric(3,-2)', '12300', '12345', '12345e2');
SELECT convert('numeric(2,4)', '0.0012', '0.00125', '0.01');
SELECT convert('numeric(4,2)[]', '{1.23,4}', '{1.23,4.567}', '{}', '{100}');
SELECT convert('price', '1.50', '1.505', '-1', '-1.505');
SELECT convert('numeric', '1.234567890123456789012345678901234567890');
SELECT convert('money', '1.50', '$1,234.500', '1.005', '($0.001)', '1.995', '7', '.5',
	'92233720368547758.07', '-92,233,720,368,547,758.080', '0.000', '0.01');
SELECT convert('date', '2024-05-06', '2024-05-06 00:00:00', '2024-05-06 10:00', '06/05/2024 10:00',
	'2024-05-06 24:00', 'infinity', '2024-05-06T00:00:00.5', '2024-05-06 00:00+02');
SELECT convert('time', '10:00', '10:00:00.123456', '10:00:00.1234567', '10:00:00.1234560',
	'2024-05-06 10:00', '10:00 PM', '240506', '10:00Z', '10:00+00', '10:00+02', '10:00 CET');
SELECT convert('time(1)', '10:00:00.1', '10:00:00.10', '10:00:00.12');
SELECT convert('timetz(1)', '10:00:00.1+02', '10:00:00.12+02');
SELECT convert('timestamp', '2024-05-06 10:00:00.1234567', '2024-05-06 10:00:00.1234560',
	'06.05.2024 10:00:00.0000001', 'epoch');
-- A zone that would be ignored; UTC is what such a column holds
SELECT convert('timestamp', '2024-05-06 10:00:00+00', '2024-05-06T10:00:00Z', '2024-05-06 10:00 UTC',
	'2024-05-06 10:00:00+02', '2024-05-06T10:00:00-0330', '2024-05-06 10:00 CEST',
	'2024-05-06 10:00 Europe/Paris', '2024-05-06', 'infinity');
SELECT t, convert_one('timestamp'::regtype, -1, t, NULL, '%Y-%m-%d %H:%M%z', NULL, NULL, false)
	FROM unnest('{2024-05-06 10:00Z,2024-05-06 10:00+0000,2024-05-06 10:00+0200}'::text[]) AS t;

SELECT convert('timestamp(3)', '2024-05-06 10:00:00.123', '2024-05-06 10:00:00.1234',
	'2024-05-06 10:00:00.123000', '6 May 2024 10:00:00.1234');
SELECT convert('timestamptz(0)', '2024-05-06 10:00:00+02', '2024-05-06 10:00:00.5+02', 'infinity');
SELECT convert('interval(0)', '1 day 2 seconds', '1.5 seconds');
SELECT convert('interval day', '3 days', '3 days 4 hours');
SELECT convert('interval', '1.1234567 seconds', '00:00:01.1234567', '0.1234567 days', '1.5 s');
SELECT convert('varchar(3)', 'abc', 'abc ', 'abcd', 'äöü', 'äöü  ', 'äöüx', '');
SELECT convert('char(3)', 'a', 'abc', 'abc ', 'abcd', 'äöü ');
SELECT convert('code', 'abc', 'abc ', 'abcd');
SELECT convert('name', 'abc', repeat('x', 63), repeat('x', 64));
SELECT convert('one byte', 'a', 'ab', '');
SELECT convert('text', 'abc   ', '');

-- The value in a message ends where a character ends.
SELECT convert('name', 'x' || repeat('ä', 60));
