-- Converters against the types' own input functions: a million random texts for each type.
-- convert_check() compares values bit by bit, and the SQLSTATE and message of what is refused.
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA convert_random;
SET search_path = convert_random, public;
CREATE FUNCTION convert_check(type oid, typmod int4, n int8, seed int8) RETURNS text
	AS :'ingest_test', 'convert_check' LANGUAGE C STRICT;
CREATE FUNCTION convert_check_dates() RETURNS int8
	AS :'ingest_test', 'convert_check_dates' LANGUAGE C STRICT;
CREATE TABLE columns (
	"int2" int2, "int4" int4, "int8" int8, "float4" float4, "float8" float8,
	"numeric" numeric, "numeric(12,2)" numeric(12,2), "numeric(20,4)" numeric(20,4), "bool" bool,
	"date" date, "time" time, "timestamp" timestamp, "timestamp(3)" timestamp(3),
	"timestamptz" timestamptz, "timestamptz(0)" timestamptz(0), "uuid" uuid,
	"text" text, "varchar(10)" varchar(10), "char(10)" char(10), "bytea" bytea, "json" json);

SELECT attname, convert_check(atttypid, atttypmod, 1000000, attnum)
FROM pg_attribute WHERE attrelid = 'columns'::regclass AND attnum > 0 ORDER BY attnum;

-- Every date of the fast path's range: how many differ.
SELECT convert_check_dates();

-- Settings that change how dates and times are read.
CREATE FUNCTION check_datetimes(date_style text, zone text, OUT attname name, OUT result text)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('DateStyle', date_style, true), set_config('TimeZone', zone, true);
	RETURN QUERY SELECT a.attname, convert_check(atttypid, atttypmod, 50000, attnum)
		FROM pg_attribute a WHERE attrelid = 'columns'::regclass AND a.attname ~ '^(date|time)'
		ORDER BY attnum;
END $$;
SELECT * FROM check_datetimes('German', 'America/New_York');
SELECT * FROM check_datetimes('SQL, DMY', 'Asia/Kathmandu');
SELECT * FROM check_datetimes('Postgres, MDY', 'Australia/Lord_Howe');
SELECT * FROM check_datetimes('ISO, YMD', '<+0530>-5:30');
