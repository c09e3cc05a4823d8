-- Values written as the options say: formats of dates and timestamps, separators of numbers.
\getenv ingest_test INGEST_TEST_MODULE
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA convert_format;
SET search_path = convert_format, public;
SET TimeZone = 'America/New_York';
SET DateStyle = 'ISO, MDY';
CREATE FUNCTION convert_one(type oid, typmod int4, value text, dateformat text = NULL,
	timestampformat text = NULL, decimal_separator text = NULL, thousands text = NULL,
	allow_lossy bool = false) RETURNS text
	AS :'ingest_test', 'convert_one' LANGUAGE C;
CREATE DOMAIN this_century AS date CHECK (value >= '2000-01-01');

CREATE FUNCTION dates(format text, VARIADIC texts text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('"%s" => %s', t, convert_one('date'::regtype, -1, t, dateformat => format))
	FROM unnest(texts) t $$;
CREATE FUNCTION timestamps(type regtype, format text, VARIADIC texts text[]) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT format('"%s" => %s', t, convert_one(type, -1, t, timestampformat => format))
	FROM unnest(texts) t $$;
CREATE FUNCTION numbers(type regtype, decimal_separator text, thousands text, VARIADIC texts text[])
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('"%s" => %s', t, convert_one(type, -1, t,
		decimal_separator => decimal_separator, thousands => thousands))
	FROM unnest(texts) t $$;

-- Dates
SELECT dates('%d/%m/%Y', '31/12/2024', '1/2/2024', '29/02/2023', '29/02/2024', '32/01/2024',
	'1/13/2024', '0/1/2024', '2024-12-31', '31/12/24', '31/12/2024 ', ' 31/12/2024', '31/12/20245',
	'', 'infinity', '1/1/0000', '001/1/2024');
SELECT dates('%m-%d-%y', '12-31-68', '12-31-69', '12-31-00', '1-1-9');
SELECT dates('%d %b %Y', '5 Jan 2024', '5 JAN 2024', '5 January 2024', '5 Jän 2024', '5 Xyz 2024');
SELECT dates('%B %d, %Y', 'January 5, 2024', 'may 31, 2024', 'SEPTEMBER 31, 2024', 'Jan 5, 2024');
SELECT dates('%Y%m%d', '20240506', '2024056', '2024', '20240506x');
SELECT dates('%Y-%j', '2024-366', '2023-366', '2024-060', '2024-0', '2024-1');
SELECT dates('%Y-%m', '2024-05', '2024-13');
SELECT dates('100%% %Y', '100% 2024', '100%% 2024');
SELECT dates('%d.%m.%Y %H:%M', '1.5.2024 00:00', '1.5.2024 10:00');
SELECT convert_one('date'::regtype, -1, '1.5.2024 10:00', '%d.%m.%Y %H:%M', allow_lossy => true);
SELECT convert_one('this_century'::regtype, -1, t, '%d/%m/%Y')
FROM unnest('{31/12/2024,31/12/1999,31/13/2024}'::text[]) t;

-- Every day of three centuries, written by to_char().
SELECT count(*) AS days, count(*) FILTER (WHERE
	convert_one('date'::regtype, -1, to_char(d, 'FMDD.FMMM.YYYY'), '%d.%m.%Y') <> d::date::text OR
	convert_one('date'::regtype, -1, to_char(d, 'FMMonth DD YYYY'), '%B %d %Y') <> d::date::text OR
	convert_one('date'::regtype, -1, to_char(d, 'YYYYDDD'), '%Y%j') <> d::date::text) AS differ
FROM generate_series(timestamp '1850-01-01', '2149-12-31', '1 day') d;

-- Timestamps; without %z they are local time of the session.
SELECT timestamps('timestamp', '%d/%m/%Y %H:%M:%S', '1/2/2024 3:04:05', '1/2/2024 24:00:00',
	'1/2/2024 23:60:00', '1/2/2024 23:59:60', '1/2/2024', '1/2/2024 03:04:05.5');
SELECT timestamps('timestamp', '%Y-%m-%d %I:%M %p', '2024-05-06 12:00 AM', '2024-05-06 12:00 pm',
	'2024-05-06 1:30 PM', '2024-05-06 13:30 PM', '2024-05-06 0:30 AM', '2024-05-06 1:30');
SELECT timestamps('timestamp', '%Y-%m-%dT%H:%M:%S.%f', '2024-05-06T01:02:03.5',
	'2024-05-06T01:02:03.123456', '2024-05-06T01:02:03.123456000',
	'2024-05-06T01:02:03.1234567', '2024-05-06T01:02:03.');
SELECT timestamps('timestamptz', '%Y-%m-%d %H:%M%z', '2024-05-06 01:00Z', '2024-05-06 01:00+02',
	'2024-05-06 01:00+0530', '2024-05-06 01:00-05:30', '2024-05-06 01:00', '2024-05-06 01:00+2',
	'2024-05-06 01:00+16', '2024-05-06 01:00+05:60', '2024-05-06 01:00+05:', '2024-05-06 01:00 UTC');
SELECT timestamps('timestamptz', '%Y-%m-%d %H:%M', '2024-03-10 01:59', '2024-03-10 02:30',
	'2024-11-03 01:30', '2024-07-01 00:00');
SELECT convert_one('timestamp'::regtype, 0, '2024 0.6', timestampformat => '%Y %S.%f'),
	convert_one('timestamp'::regtype, 0, '2024 0.6', timestampformat => '%Y %S.%f', allow_lossy => true),
	convert_one('timestamp'::regtype, -1, '2024 59.9999999', timestampformat => '%Y %S.%f', allow_lossy => true);

-- Each format is for its own types.
SELECT convert_one('date'::regtype, -1, '2024-05-06', timestampformat => '%d/%m/%Y'),
	convert_one('timestamp'::regtype, -1, '2024-05-06', dateformat => '%d/%m/%Y'),
	convert_one('text'::regtype, -1, '2024-05-06', '%d/%m/%Y', '%d/%m/%Y', ',', '.');

-- Formats that cannot be used
SELECT dates('%q', 'x');
SELECT dates('%Y%', 'x');
SELECT dates('%m', 'x');
SELECT dates('%Y %d', 'x');
SELECT dates('%Y %y', 'x');
SELECT dates('%Y %j %m', 'x');
SELECT dates('%Y %I', 'x');
SELECT timestamps('timestamp', '%Y %H %p', 'x');
SELECT dates('%Y                                 ', 'x');

-- Numbers
SELECT numbers('int4', ',', '.', '1.234', '12.34', '1234', '-1.234.567', '+1.234', '1,0', '.123',
	'1..234', '1.2345', '1234.567', '1.234.', 'abc', '', ' 12 ', '1.234.567.890', '9.999.999.999');
SELECT numbers('numeric', ',', '.', '1.234,50', '1234,5', '1.5', '-1.234.567,1', '1,234,5', ',5',
	'5,', 'NaN', '1,5e3', '1,5e3,5', '1,234.5', '-,');
SELECT numbers('float8', '.', ',', '1,234.50', '1,234', '12,34', '1,234,567e2', '1.234,5', '-Infinity');
SELECT numbers('float8', ',', ' ', '1 234,50', ' 1 234 ', '1 23', '1  234', '1 234 567,5 ');
SELECT numbers('numeric', ',', NULL, '1234,5', '1234.5', '1.234,5');
SELECT numbers('int8', NULL, '''', '9''223''372''036''854''775''807', '9''223''372''036''854''775''808');

-- Random numbers, written by to_char() with groups.
SELECT setseed(0.25);
SELECT count(*) AS numbers, count(*) FILTER (WHERE
	convert_one('numeric'::regtype, -1, to_char(n, 'FM999,999,999,990.00'), thousands => ',') <> n::text OR
	convert_one('numeric'::regtype, -1, translate(to_char(n, 'FM999,999,999,990.00'), ',.', '.,'),
		decimal_separator => ',', thousands => '.') <> n::text) AS differ
FROM (SELECT round((random() * 10 ^ (random() * 11) - 1000)::numeric, 2) AS n FROM generate_series(1, 20000)) r;
