-- publish: key and data columns of all kinds of types
\getenv ingest_test INGEST_TEST_MODULE
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA publish_types;
SET search_path = publish_types, ingest;
CREATE FUNCTION publish_check(load_id bigint, target regclass, strategy text, lanes regclass[],
	columns text[], key text[], rows_staged bigint) RETURNS text
	AS :'ingest_test', 'publish_check' LANGUAGE C STRICT;

-- A case-insensitive type whose operators are in a schema off the search_path.
CREATE SCHEMA "Types elsewhere";
CREATE EXTENSION citext SCHEMA "Types elsewhere";
CREATE DOMAIN code AS varchar(10) CHECK (VALUE <> '');
CREATE DOMAIN name_ci AS "Types elsewhere".citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- Every type as a key: two versions of each, the second must win, then nothing must change.
CREATE FUNCTION as_key(type text, one text, equal_to_one text, two text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TABLE target (k %s PRIMARY KEY, v int)', type);
	EXECUTE format('CREATE UNLOGGED TABLE ingest.types_key (k %s, v int, _ingest_file int, _ingest_row bigint)', type);
	EXECUTE format('INSERT INTO ingest.types_key VALUES (NULL, NULL, -1, 42), (%L, 1, 1, 1), (%L, 2, 1, 2), (%L, 3, 1, 3)', one, two, equal_to_one);
	result := regexp_replace(publish_check(1, 'target', 'upsert', '{types_key}', '{k,v}', '{k}', 3), ' null.*', '; ');
	EXECUTE 'UPDATE target SET v = 0 WHERE v = 3';
	result := result || regexp_replace(publish_check(1, 'target', 'upsert', '{types_key}', '{k,v}', '{k}', 3), ' null.*', '; ');
	EXECUTE 'DROP TABLE target, ingest.types_key';
	RETURN result;
END $$;
\pset format unaligned
SELECT type, result FROM (VALUES
	('code', 'a', 'a', 'b'),
	('"Types elsewhere".citext', 'a', 'A', 'b'),
	('name_ci', 'a', 'A', 'b'),
	('mood', 'sad', 'sad', 'happy'),
	('pair', '(1,a)', '(1,a)', '(1,b)'),
	('text COLLATE folded', 'a', 'A', 'b'),
	('numeric', '1.0', '1.00', '2'),
	('char(3)', 'a', 'a ', 'b'),
	('float8', 'NaN', 'NaN', '0'),
	('int[]', '{1,2}', '{1,2}', '{}'),
	('int4range', '[1,2]', '[1,3)', 'empty'),
	('jsonb', '{"a":1}', '{"a": 1}', '[]'),
	('timestamptz', '2024-01-01 00:00Z', '2024-01-01 01:00+01', 'infinity'),
	('uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	('bool', 't', 'true', 'f')) AS t (type, one, equal_to_one, two),
	as_key(type, one, equal_to_one, two) AS result;

-- Every type as data: counts after a first load, a second one, and one with the changed value.
CREATE FUNCTION as_data(type text, old text, new text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TABLE target (k int PRIMARY KEY, v %s, n %1$s)', type);
	EXECUTE format('CREATE UNLOGGED TABLE ingest.types_data (k int, v %s, n %1$s, _ingest_file int, _ingest_row bigint)', type);
	EXECUTE format('INSERT INTO ingest.types_data VALUES (NULL, NULL, NULL, -1, 42), (1, %L, NULL, 1, 1)', old);
	PERFORM publish_check(1, 'target', 'upsert', '{types_data}', '{k,v,n}', '{k}', 1);
	result := regexp_replace(publish_check(1, 'target', 'upsert', '{types_data}', '{k,v,n}', '{k}', 1), ' dedup.*', '; ');
	EXECUTE format('UPDATE ingest.types_data SET v = %L', new);
	result := result || regexp_replace(publish_check(1, 'target', 'upsert', '{types_data}', '{k,v,n}', '{k}', 1), ' dedup.*', '; ');
	UPDATE ingest.types_data SET v = NULL;
	result := result || regexp_replace(publish_check(1, 'target', 'upsert', '{types_data}', '{k,v,n}', '{k}', 1), ' dedup.*', '; ');
	EXECUTE 'DROP TABLE target, ingest.types_data';
	RETURN result;
END $$;
SELECT type, as_data(type, old, new) FROM (VALUES
	('int', '1', '2'),
	('code', 'a', 'b'),
	('mood', 'sad', 'ok'),
	('json', '{"a":1}', '{"a": 1}'),
	('jsonb', '{"a":1}', '{"a": 2}'),
	('xml', '<a/>', '<a></a>'),
	('point', '(1,2)', '(1,3)'),
	('box', '(0,0),(1,4)', '(0,0),(2,2)'),
	('pair', '(1,a)', '(1,b)'),
	('pair[]', '{"(1,a)"}', '{"(1,b)"}'),
	('"Types elsewhere".citext', 'Bob', 'bob'),
	('"Types elsewhere".citext[]', '{Bob}', '{bob}'),
	('name_ci', 'Bob', 'bob'),
	('text COLLATE folded', 'Bob', 'bob'),
	('text COLLATE "C"', 'Bob', 'bob'),
	('numeric(12,2)', '1.00', '1.01'),
	('int4range', '[1,2]', '[1,4]'),
	('bytea', '\x00', '\x01'),
	('tsvector', 'a b', 'a c'),
	('xid', '1', '2')) AS t (type, old, new);
\pset format aligned

-- An operator of the caller is not taken for the one of the type.
CREATE FUNCTION always(int, int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = int, RIGHTARG = int, FUNCTION = always);
SET search_path = publish_types, pg_catalog, ingest;
SELECT as_data('int', '1', '2');
SET search_path = publish_types, ingest;
DROP OPERATOR publish_types.= (int, int);

-- Long values that are stored out of line, equal and not.
CREATE TABLE long (k int PRIMARY KEY, v json, t text);
ALTER TABLE long ALTER v SET STORAGE EXTERNAL, ALTER t SET STORAGE EXTERNAL;
CREATE UNLOGGED TABLE ingest.types_long (k int, v json, t text, _ingest_file int, _ingest_row bigint);
INSERT INTO types_long VALUES (NULL, NULL, NULL, -1, 42);
INSERT INTO types_long SELECT i, to_json(repeat('x' || i, 10000)), repeat('y' || i, 10000), 1, i FROM generate_series(1, 3) i;
SELECT publish_check(1, 'long', 'upsert', '{types_long}', '{k,v,t}', '{k}', 3);
SELECT publish_check(1, 'long', 'upsert', '{types_long}', '{k,v,t}', '{k}', 3);
UPDATE types_long SET v = to_json(repeat('x' || 1, 10000) || 'x') WHERE k = 1;
UPDATE types_long SET t = repeat('y' || 2, 9999) || 'y3' WHERE k = 2;
SELECT publish_check(1, 'long', 'upsert', '{types_long}', '{k,v,t}', '{k}', 3);
SELECT count(*) FROM long JOIN types_long USING (k) WHERE long.v::text = types_long.v::text AND long.t = types_long.t;

SET client_min_messages = error;
DROP TABLE types_long;
DROP SCHEMA publish_types, "Types elsewhere" CASCADE;
