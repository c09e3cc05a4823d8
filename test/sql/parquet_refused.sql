-- What becomes of single Parquet values that do not fit: rule, SQLSTATE, message and value.
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA parquet_refused;
SET search_path = parquet_refused, public;
SET TimeZone = 'UTC';
CREATE FUNCTION parquet_check_value(kind text, type oid, typmod int4, bytes bytea, allow_lossy bool, set_null bool)
	RETURNS text AS :'ingest_test', 'parquet_check_value' LANGUAGE C STRICT;
CREATE TABLE targets (
	"int2" int2, "int4" int4, "int8" int8, "float4" float4, "float8" float8, "numeric(5,2)" numeric(5,2),
	"date" date, "time" time, "timetz" timetz, "timestamp" timestamp, "timestamp(0)" timestamp(0),
	"timestamptz" timestamptz, "interval" interval, "text" text, "varchar(3)" varchar(3), "char(3)" char(3),
	"jsonb" jsonb, "uuid" uuid, "bytea" bytea, "int4[]" int4[], "name" name);
-- Little-endian numbers as they are in the file.
CREATE FUNCTION int4_bytes(n int8) RETURNS bytea LANGUAGE sql AS $$
	SELECT string_agg(set_byte('\x00', 0, (n >> (8 * i) & 255)::int4), '' ORDER BY i) FROM generate_series(0, 3) i
$$;
CREATE FUNCTION int8_bytes(n int8) RETURNS bytea LANGUAGE sql AS $$ SELECT int4_bytes(n) || int4_bytes(n >> 32) $$;
CREATE FUNCTION float8_bytes(n float8) RETURNS bytea LANGUAGE sql AS $$
	SELECT string_agg(substr(float8send(n), 9 - i, 1), '' ORDER BY i) FROM generate_series(1, 8) i
$$;
CREATE FUNCTION show(kind text, target name, bytes bytea, allow_lossy bool DEFAULT false, set_null bool DEFAULT false)
RETURNS text LANGUAGE sql AS $$
	SELECT parquet_check_value(kind, atttypid, atttypmod, bytes, allow_lossy, set_null)
	FROM pg_attribute WHERE attrelid = 'targets'::regclass AND attname = target
$$;
\pset format unaligned
\pset tuples_only on

-- Numbers that are too large, or are not integers.
SELECT show('int32', 'int2', int4_bytes(32768));
SELECT show('uint64', 'int8', int8_bytes(-1));
SELECT show('int32', 'numeric(5,2)', int4_bytes(1000));
SELECT show('int64', 'float8', int8_bytes(9007199254740993));
SELECT show('double', 'int4', float8_bytes(1e10));
SELECT show('double', 'int4', float8_bytes('NaN'));
SELECT show('double', 'int4', float8_bytes(2.5)), show('double', 'int4', float8_bytes(2.5), true);
SELECT show('double', 'float4', float8_bytes(0.1)), show('double', 'float4', float8_bytes(0.1), true);
SELECT show('double', 'float4', float8_bytes(1e300), true);
SELECT show('double', 'float4', float8_bytes(1e-300), true);
SELECT show('decimal32(9,2)', 'int4', int4_bytes(-1250)), show('decimal32(9,2)', 'int4', int4_bytes(-1250), true);
SELECT show('decimal64(18,7)', 'numeric(5,2)', int8_bytes(12345678)),
	show('decimal64(18,7)', 'numeric(5,2)', int8_bytes(12345678), true);
SELECT show('bytes decimal(30,3)', 'numeric(5,2)', '\x0100000000000000000000'::bytea);
SELECT show('bytes decimal(30,3)', 'numeric(5,2)', ''::bytea);
SELECT show('bytes decimal(30,3)', 'numeric(5,2)', decode(repeat('7f', 2000), 'hex'));

-- Dates and times beyond PostgreSQL's, or finer.
SELECT show('date', 'date', int4_bytes(2147483647));
SELECT show('date', 'timestamp', int4_bytes(-2147483648));
SELECT show('utc ms', 'timestamptz', int8_bytes(9223372036854775807));
SELECT show('utc us', 'timestamp', int8_bytes(-9223372036854775808));
SELECT show('utc ns', 'timestamptz', int8_bytes(-1)), show('utc ns', 'timestamptz', int8_bytes(-1), true);
SELECT show('local us', 'timestamp(0)', int8_bytes(1500000)), show('local us', 'timestamp(0)', int8_bytes(1500000), true);
SELECT show('local us', 'date', int8_bytes(-1)), show('local us', 'date', int8_bytes(-1), true);
SELECT show('time us', 'time', int8_bytes(86400000000)), show('time us', 'timetz', int8_bytes(1));
SELECT show('time us', 'time', int8_bytes(86400000001));
SELECT show('time ms', 'text', int4_bytes(-5));
SELECT show('int96', 'timestamp', '\xffffffffffffffff8c3d2500'), show('int96', 'timestamp', '\xffffffffffffffff8c3d2500', true);
SELECT show('int96', 'timestamp', '\x0000000000000000ffffff7f');
SELECT show('interval', 'interval', int4_bytes(14) || int4_bytes(3) || int4_bytes(4294967295));
SELECT show('interval', 'interval', int4_bytes(4294967295) || int4_bytes(0) || int4_bytes(0));

-- As text: what the file says, all digits.
SELECT show('date', 'text', int4_bytes(2147483647)), show('date', 'text', int4_bytes(-719163 - 366));
SELECT show('utc ns', 'text', int8_bytes(1)), show('local ms', 'text', int8_bytes(-1)), show('time ms', 'text', int4_bytes(1500));
SELECT show('double', 'text', float8_bytes(1e300)), show('decimal32(9,2)', 'text', int4_bytes(-5)), show('boolean', 'text', '\x01');
SELECT show('interval', 'text', int4_bytes(14) || int4_bytes(3) || int4_bytes(1)), show('uuid', 'text', decode(repeat('0a', 16), 'hex'));

-- Texts: encoding, lengths, types.
SELECT show('string', 'text', 'abc'::bytea || '\xff41'::bytea);
SELECT show('string', 'text', '\x610062'::bytea);
SELECT show('bytes as text', 'varchar(3)', '\xeda080'::bytea);
SELECT show('string', 'varchar(3)', 'abcd'::bytea), show('string', 'varchar(3)', 'abc  '::bytea), show('string', 'varchar(3)', 'abc  '::bytea, true);
SELECT show('string', 'char(3)', 'a'::bytea) || '|', show('string', 'char(3)', 'äöüß'::bytea);
SELECT show('string', 'int4', 'x'::bytea);
SELECT show('string', 'date', '2024-02-30'::bytea);
SELECT show('string', 'jsonb', '{"a": 1'::bytea), show('string', 'jsonb', '{"a": 1}'::bytea), show('bytes as text', 'jsonb', '[1]'::bytea);
SELECT show('string', 'int4[]', '{1,2}'::bytea), show('fixed', 'text', '0123456789abcdef'::bytea);
SELECT show('string', 'text', '\xff'::bytea, false, true), show('time us', 'time', int8_bytes(-1), false, true);
