-- strategies: rows that do not differ are never written: what equality means for each type, and what it costs
\set ECHO none
\set test merge_equal
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
SET timezone = 'UTC';
CREATE COLLATION insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE pair AS (a numeric, b text);
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN amount AS numeric;
CREATE TABLE target (id int PRIMARY KEY);
CREATE TABLE source (id int);

-- Two texts of a value of the type: does an upsert of the second write?
CREATE FUNCTION writes(type text, old text, new text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text[];
	strategy text;
BEGIN
	EXECUTE format('DROP TABLE target, source; CREATE TABLE target (id int PRIMARY KEY, v %1$s); CREATE TABLE source (id int, v %1$s);', type);
	EXECUTE format('INSERT INTO source VALUES (1, %L)', new);
	FOREACH strategy IN ARRAY '{upsert,delete_insert,sync,replace}'::text[] LOOP
		EXECUTE format('TRUNCATE target; INSERT INTO target VALUES (1, %L)', old);
		result := result || CASE merged(strategy) WHEN '1 read, 1 unchanged' THEN 'equal' WHEN '1 read, 1 updated' THEN 'differs'
			ELSE merged(strategy) END;
	END LOOP;
	-- without a primary key whole rows are compared
	EXECUTE format('ALTER TABLE target DROP CONSTRAINT target_pkey; TRUNCATE target; INSERT INTO target VALUES (1, %L)', old);
	result := result || CASE merged('replace') WHEN '1 read, 1 unchanged' THEN 'equal' WHEN '1 read, 1 inserted, 1 deleted' THEN 'differs' END;
	EXECUTE format('ALTER TABLE target ADD valid_from int, ADD valid_to int; UPDATE target SET v = %L, valid_from = 1; ALTER TABLE source ADD valid_from int DEFAULT 2', old);
	result := result || CASE merged('scd2') WHEN '1 read, 1 unchanged' THEN 'equal' WHEN '1 read, 1 inserted' THEN 'differs' END;
	IF result <@ result[1:1] THEN
		RETURN result[1];
	END IF;
	RETURN result::text;
END $$;

SELECT type, old, new, writes(type, old, new) FROM (VALUES
	('int', '1', '2'), ('int', NULL, NULL), ('int', NULL, '0'), ('text', '', NULL),
	-- "=" decides: scale, zero, NaN, keys of jsonb, case of uuid, blanks of char
	('numeric', '1.0', '1.000'), ('numeric', 'NaN', 'NaN'), ('numeric(10,2)', '1.005', '1.01'), ('amount', '2', '2.0'),
	('float8', '0', '-0'), ('float8', 'NaN', 'nan'), ('float8', '0.1', '0.10000000000000001'), ('float4', 'Infinity', '-Infinity'),
	('jsonb', '{"a": 1, "b": [1.0]}', '{"b": [1.00], "a": 1}'), ('jsonb', '{"a": 1}', '{"a": null}'),
	('uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
	('char(5)', 'a', 'a  '), ('text', 'a', 'a  '), ('varchar(9)', 'A', 'a'), ('bytea', '\x00', '\x0000'), ('bytea', '\xDEADBEEF', '\xdeadbeef'),
	('date', '2024-01-02', '2 Jan 2024'), ('timestamptz', '2024-01-01 12:00+00', '2024-01-01 13:00+01'), ('timetz', '12:00+00', '13:00+01'),
	('interval', '24:00', '1 day'), ('inet', '10.0.0.1', '10.0.0.1/32'), ('mood', 'sad', 'happy'), ('bit(3)', '101', '101'), ('money', '1', '1.00'),
	('int4range', '[1,3]', '[1,4)'), ('tsvector', 'b a', 'a b'),
	-- elements of arrays and fields of rows as their own types
	('int[]', '{1,NULL}', '{1,NULL}'), ('int[]', '{1,2}', '{2,1}'), ('numeric[]', '{1.0}', '{1.00}'), ('text[]', '{}', '{NULL}'), ('int[]', '[0:0]={1}', '{1}'),
	('float8[]', '{NaN,0}', '{NaN,-0}'),
	-- no "=", one that means something else, or one that is not known: as it is stored
	('json', '{"a":1}', '{"a":1}'), ('json', '{"a":1}', '{"a": 1}'), ('xml', '<a/>', '<a/>'), ('xml', '<a/>', '<a></a>'),
	('point', '(1,2)', '(1,2)'), ('point', '(1,2)', '(1,2.0000001)'), ('box', '(2,2),(1,1)', '(1,1),(2,2)'), ('path', '[(0,0),(1,1)]', '((0,0),(1,1))'),
	('text COLLATE insensitive', 'a', 'A'), ('text COLLATE insensitive', 'a', 'a'), ('text[] COLLATE insensitive', '{a}', '{A}'),
	('pair', '(1.0,x)', '(1.0,x)'), ('pair', '(1.0,x)', '(1.00,x)'), ('json[]', '{1}', '{1}'), ('point[]', '{"(1,2)"}', '{"(1,3)"}'),
	('int4multirange', '{[1,2),[2,3)}', '{[1,3)}'), ('name', 'a', 'b'), ('oid', '1', '1'), ('jsonpath', '$.a', '$."a"')
	) AS cases (type, old, new);

-- What a repeated publish of 2,000 rows writes into the log: bytes, or nothing to speak of.
DROP TABLE target, source;
CREATE TABLE target (id int PRIMARY KEY, v text, n numeric, j json, at date NOT NULL DEFAULT '2024-01-01');
CREATE TABLE source AS SELECT i AS id, 'value ' || i AS v, i / 7.0 AS n, '{"a": 1}'::json AS j FROM generate_series(1, 2000) AS i;
CREATE TABLE parts (LIKE target INCLUDING DEFAULTS) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (1001);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (1001) TO (3000);
CREATE TABLE history (LIKE target INCLUDING DEFAULTS, valid_from date, valid_to date);
CREATE FUNCTION wal(statement text, little int DEFAULT 20000) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before pg_lsn;
	bytes numeric;
	least numeric;
BEGIN
	-- whatever else the server logs: the least of some runs
	FOR i IN 1..3 LOOP
		before := pg_current_wal_insert_lsn();
		EXECUTE statement;
		bytes := pg_current_wal_insert_lsn() - before;
		least := least(least, bytes);
	END LOOP;
	RETURN CASE WHEN least < little THEN 'nothing' ELSE least || ' bytes' END;
END $$;
SELECT strategy, target, wal(format('SELECT ingest.merge(%L, ''source'', %L, %L, %L)', target,
	CASE WHEN strategy NOT LIKE 'replace%' THEN '{id}'::text[] END, strategy,
	CASE WHEN strategy = 'replace_where' THEN '{"replace_where": "id > 0"}' ELSE '{}' END::jsonb)) AS writes
  FROM unnest('{upsert,insert_only,delete_insert,sync,replace,replace_where}'::text[]) AS strategy, unnest('{target,parts}'::text[]) AS target
UNION ALL SELECT 'replace_partitions', 'parts', wal('SELECT ingest.merge(''parts'', ''source'', NULL, ''replace_partitions'')')
UNION ALL SELECT 'scd2', 'history', wal('SELECT ingest.merge(''history'', ''source'', ''{id}'', ''scd2'')');
-- of a load, where the manifest is written and lanes come and go
CALL shell('(echo id,v; seq 1 2000 | sed "s/.*/&,value &/") > f.csv');
SELECT strategy, wal(format('SELECT ingest.load(''target'', %L, %L, %L, ''{"force": true, "workers": 0}'')', file('f.csv'), '{id}', strategy), 100000) AS writes
  FROM unnest('{upsert,insert_only,delete_insert,sync}'::text[]) AS strategy;
