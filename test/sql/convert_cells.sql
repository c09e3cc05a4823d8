-- Batches of cells through input functions: what fails, what goes on, what must stop everything.
\getenv ingest_test INGEST_TEST_MODULE
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA convert_cells;
SET search_path = convert_cells, public;
SET IntervalStyle = 'postgres';
CREATE FUNCTION convert_many(type oid, typmod int4, texts text[]) RETURNS text[]
	AS :'ingest_test', 'convert_many' LANGUAGE C STRICT;
CREATE FUNCTION cells(type regtype, VARIADIC texts text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('"%s" => %s', t, v)
	FROM unnest(texts, convert_many(type, -1, texts)) AS u (t, v) $$;

-- Good cells before, between and behind bad ones keep their values.
SELECT cells('int4', '1', 'x', '', '2', '3', '99999999999', '4x', '0x', ' 5 ');
SELECT cells('inet', '10.0.0.1', 'x', '::1', '10.0.0.0/33');
SELECT cells('jsonb', '{"a": [1]}', '{"a": tru}', '1');
SELECT cells('int4[]', '{1,2}', '{1,x}', '{');
SELECT cells('interval', '1 day', '1 foo');
CREATE TYPE mood AS ENUM ('sad', 'ok');
SELECT cells('mood', 'sad', 'bad', 'ok');
CREATE TYPE pair AS (a int, b text);
SELECT cells('pair', '(1,x)', '(y,x)', '(1)');

-- Domains: conversion and constraint are different rules.
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 100);
CREATE DOMAIN word AS text NOT NULL CHECK (value ~ '^[a-z]+$');
SELECT cells('positive', '1', '0', 'x', '99999999999', '2');
SELECT cells('small', '99', '100', '-1');
SELECT cells('word', 'abc', 'ABC', '');

-- A constraint that raises is a bad value, too.
CREATE FUNCTION raise(value int, state text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	IF value = 13 THEN
		RAISE EXCEPTION 'raised for %', value USING ERRCODE = state, DETAIL = 'A detail.';
	END IF;
	RETURN 100 / value < 100;
END $$;
CREATE DOMAIN raising AS int CHECK (raise(value, 'P0001'));
SELECT cells('raising', '2', '13', '0', '1', '3');
-- One that writes is undone together with the failure that follows.
CREATE TABLE written (n int);
CREATE FUNCTION write(value int) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO written VALUES (value);
	RETURN true;
END $$;
CREATE DOMAIN writing AS int CHECK (write(value) AND raise(value, '22000'));
SELECT cells('writing', '13');
SELECT count(*) FROM written;

-- What is not about the value reaches the user.
CREATE DOMAIN out_of_memory AS int CHECK (raise(value, '53200'));
SELECT cells('out_of_memory', '2', '13');
CREATE DOMAIN shut_down AS int CHECK (raise(value, '57P01'));
SELECT cells('shut_down', '2', '13');
CREATE DOMAIN io_error AS int CHECK (raise(value, '58030'));
SELECT cells('io_error', '2', '13');
CREATE DOMAIN internal_error AS int CHECK (raise(value, 'XX000'));
SELECT cells('internal_error', '2', '13');
CREATE DOMAIN slow AS int CHECK (pg_sleep(value) IS NOT NULL);
SET statement_timeout = '100ms';
SELECT cells('slow', '0', '60');
RESET statement_timeout;

-- Batches of half bad values, and very many of them.
SELECT count(*), count(*) FILTER (WHERE v = 'type 22P02 invalid input syntax for type integer: "x"')
FROM unnest(convert_many('int4'::regtype, -1,
	(SELECT array_agg(CASE i % 2 WHEN 0 THEN 'x' ELSE ' 7' END) FROM generate_series(1, 100000) i))) v;
SELECT count(*), count(*) FILTER (WHERE v LIKE 'type 22P02%')
FROM unnest(convert_many('inet'::regtype, -1,
	(SELECT array_agg(CASE i % 2 WHEN 0 THEN 'x' ELSE '::1' END) FROM generate_series(1, 10000) i))) v;

-- Long values, and JSON deeper than the fast path goes.
SELECT v = 'type 22P02 invalid input syntax for type integer: "' || t || '"'
FROM repeat('x', 10000000) t, unnest(convert_many('int4'::regtype, -1, ARRAY[t])) v;
SELECT length(v[1]), left(v[2], 46)
FROM convert_many('json'::regtype, -1, ARRAY[repeat('[', 1000) || repeat(']', 1000), repeat('[', 1000)]) v;
SET client_min_messages = error;
SELECT convert_many('json'::regtype, -1, ARRAY[repeat('[', 1000000)]);
