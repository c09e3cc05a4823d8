-- Parquet values against the types' own input functions: random vectors for each pair of types, with and without
-- nulls and dictionaries.  parquet_check() compares values bit by bit, and what is refused.
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA parquet_scalars;
SET search_path = parquet_scalars, public;
CREATE FUNCTION parquet_check(kind text, type oid, typmod int4, allow_lossy bool, n int8, seed int8) RETURNS text
	AS :'ingest_test', 'parquet_check' LANGUAGE C STRICT;
CREATE TABLE targets (
	"bool" bool, "int2" int2, "int4" int4, "int8" int8, "oid" oid, "money" money, "float4" float4, "float8" float8,
	"numeric" numeric, "numeric(5,0)" numeric(5,0), "numeric(12,2)" numeric(12,2), "numeric(20,0)" numeric(20,0),
	"numeric(30,15)" numeric(30,15), "numeric(40,30)" numeric(40,30), "date" date, "time" time, "time(2)" time(2),
	"timestamp" timestamp, "timestamp(3)" timestamp(3), "timestamptz" timestamptz, "timestamptz(0)" timestamptz(0),
	"interval" interval, "text" text, "varchar(10)" varchar(10), "char(10)" char(10), "json" json, "uuid" uuid,
	"bytea" bytea);
CREATE TABLE pairs (kinds text, targets text);
INSERT INTO pairs VALUES
	('boolean', 'bool|text'),
	('int32', 'int2|int4|int8|oid|money|float4|float8|numeric|numeric(5,0)|numeric(40,30)|text|varchar(10)'),
	('int64', 'int2|int4|int8|float4|float8|numeric|numeric(12,2)|text'),
	('uint8|uint16|uint32|uint64', 'int2|int4|int8|numeric|numeric(5,0)|numeric(20,0)|text'),
	('float16|float', 'float4|float8|int2|int4|int8|numeric|text'),
	('double', 'float4|float8|int4|int8|numeric|numeric(12,2)|text'),
	('decimal32(9,2)|decimal64(18,0)|decimal64(18,7)|decimal64(18,18)',
	 'int2|int4|int8|float8|numeric|numeric(12,2)|numeric(30,15)|numeric(40,30)|text'),
	('fixed decimal(20,5)|fixed decimal(38,10)|bytes decimal(30,3)|bytes decimal(90,70)',
	 'int8|numeric|numeric(12,2)|numeric(30,15)|numeric(40,30)|text'),
	('date', 'date|timestamp|timestamptz|timestamptz(0)'),
	('time ms|time us', 'time|time(2)|interval'),
	('time ns', 'time|time(2)'),
	('local ms|local us|local ns|utc ms|utc us|utc ns|int96',
	 'timestamp|timestamp(3)|timestamptz|timestamptz(0)|date'),
	('interval', 'interval'),
	('string', 'text|varchar(10)|char(10)|bool|int4|numeric(12,2)|float8|date|timestamptz|uuid|json|bytea'),
	('bytes as text', 'text|varchar(10)|int8'),
	('bytes', 'bytea'),
	('fixed', 'bytea|uuid'),
	('uuid', 'uuid|bytea|text');
CREATE FUNCTION check_pairs(chosen text, n int8, OUT kind text, OUT target name, OUT lossy bool, OUT result text)
RETURNS SETOF record LANGUAGE sql AS $$
	SELECT k, attname, l, r FROM pairs, regexp_split_to_table(kinds, '\|') k, regexp_split_to_table(targets, '\|') t,
		pg_attribute, (VALUES (false), (true)) v (l),
		parquet_check(k, atttypid, atttypmod, l, n, attnum) r
	WHERE attrelid = 'targets'::regclass AND attname = t AND k ~ chosen
$$;

-- How many pairs, and which differ.
SELECT count(*) FROM check_pairs('', 0);
SELECT * FROM check_pairs('', 10000) WHERE result <> '0 differences';

-- Settings that change how dates and times are read.
SET DateStyle = 'SQL, DMY';
SET TimeZone = 'Australia/Lord_Howe';
SELECT * FROM check_pairs('^(date|local|utc|int96)', 10000) WHERE result <> '0 differences';
SET DateStyle = 'German';
SET TimeZone = 'America/New_York';
SELECT * FROM check_pairs('^(date|local|utc|int96)', 10000) WHERE result <> '0 differences';

-- Domains, whose constraints may raise other errors, and enums.
CREATE DOMAIN odd AS int4 CHECK (value % 2 <> 0);
CREATE DOMAIN odd_natural AS odd CHECK (value > 0);
CREATE DOMAIN positive AS numeric CHECK (value > 0);
CREATE DOMAIN divides AS int8 CHECK (1000 / value <> 3);
CREATE DOMAIN late AS timestamptz CHECK (value > '2000-01-01 UTC');
CREATE TYPE truth AS ENUM ('true', 'perhaps', 'false');
CREATE TYPE half_truth AS ENUM ('true');
SELECT target, kind, parquet_check(kind, target::regtype, -1, false, 20000, 1)
FROM (VALUES ('odd', 'int32'), ('odd', 'double'), ('odd_natural', 'uint64'), ('positive', 'decimal64(18,7)'),
	('positive', 'bytes decimal(30,3)'), ('divides', 'int64'), ('divides', 'uint8'), ('late', 'utc us'),
	('truth', 'boolean'), ('half_truth', 'boolean')) v (target, kind);

-- Types that cannot meet: the error, then all pairs.
CREATE FUNCTION parquet_check_column(kind text, type oid, typmod int4) RETURNS text
	AS :'ingest_test', 'parquet_check_column' LANGUAGE C STRICT;
SELECT parquet_check_column('utc us', 'int4'::regtype, -1);
CREATE FUNCTION meets(kind text, target regtype) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	PERFORM parquet_check_column(kind, target, -1);
	RETURN true;
EXCEPTION WHEN datatype_mismatch THEN
	RETURN false;
END $$;
SELECT kind, string_agg(attname, ' ' ORDER BY attnum) AS targets
FROM pg_attribute, unnest('{boolean,int32,double,decimal32(9\,2),date,time us,local us,interval,string,bytes,uuid}'
	::text[]) kind
WHERE attrelid = 'targets'::regclass AND attnum > 0 AND attname !~ '\(|^json$' AND meets(kind, atttypid)
GROUP BY kind ORDER BY kind COLLATE "C";

-- The types that hold all values.
SELECT kind, parquet_check_column(kind, 'text'::regtype, -1) AS type
FROM pairs, regexp_split_to_table(kinds, '\|') kind WHERE kind <> 'bytes' ORDER BY kind COLLATE "C";

-- Days of the hybrid calendar: the Gregorian calendar has no 29 February 1000.
CREATE FUNCTION parquet_check_julian(days int4) RETURNS text
	AS :'ingest_test', 'parquet_check_julian' LANGUAGE C STRICT;
SELECT days, parquet_check_julian(days)
FROM unnest('{0,-141427,-141428,-354222,-354221,-354220,-719164,-719165,-1000000}'::int4[]) days;
