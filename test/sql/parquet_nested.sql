-- Nested Parquet fields to arrays and composites; what does not fit is a violation of its row.
\getenv ingest_test INGEST_TEST_MODULE
\pset format unaligned
\pset tuples_only on
\pset null '(null)'
\set SHOW_CONTEXT never
CREATE SCHEMA parquet_nested;
SET search_path = parquet_nested, public;
SET DateStyle = 'ISO';
CREATE FUNCTION nested_convert(field text, rows jsonb, type text) RETURNS text[]
	AS :'ingest_test', 'nested_convert' LANGUAGE C STRICT;
CREATE FUNCTION nested(field text, rows jsonb, type text) RETURNS SETOF text
	LANGUAGE sql AS $$ SELECT unnest(nested_convert(field, rows, type)) $$;

-- Lists of scalars: null, empty, null elements, narrowing.
SELECT nested('list(int32)', '[null, [], [1, null, 3], [4]]', 'int4[]');
SELECT nested('list(int32!)!', '[[], [1, 2]]', 'int8[]');
SELECT nested('list(int64)', '[[1], [40000], [null, -32768]]', 'int2[]');
SELECT nested('list(text)', '[["a", "b c", "\"q\"", null, ""], []]', 'text[]');
SELECT nested('list(text)', '[["abc"], ["abcd", "a"], ["ab"]]', 'varchar(3)[]');
SELECT nested('list(double)', '[[1.5, 1e300]]', 'float8[]');
SELECT nested('list(decimal)', '[[123, -5], [1]]', 'numeric(10,2)[]');
SELECT nested('list(date)', '[[0, 11016]]', 'date[]');
SELECT nested('list(binary)', '[["00ff", ""]]', 'bytea[]');
SELECT nested('list(hextext)', '[["61", "ff"], ["62"]]', 'text[]');
SELECT nested('list(int32)', '[[1, 2]]', 'text[]');

-- Elements that only an input function can decide, domains over elements and over arrays.
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN required AS int NOT NULL;
CREATE DOMAIN short AS int[] CHECK (cardinality(value) < 3);
SELECT nested('list(text)', '[["sad", "ok"], ["ok", "bad"], [null]]', 'mood[]');
SELECT nested('list(int32)', '[[1, 2], [3, 0], [null]]', 'positive[]');
SELECT nested('list(int32)', '[[1, 2], [3, null], [], null]', 'required[]');
SELECT nested('list(int32)', '[[1, 2], [1, 2, 3], null]', 'short');
SELECT nested('list(text)', '[["10.0.0.1", "::1"], ["x"]]', 'inet[]');

-- Lists of lists are arrays where they are rectangular.
SELECT nested('list(list(int32))', '[[[1, 2], [3, 4]], [], null, [[1], [2, 3]], [[1], null], [[], []], [[5]]]', 'int4[]');
SELECT nested('list(list(list(text)))', '[[[["a"], ["b"]], [["c"], [null]]]]', 'text[]');
SELECT nested('list(list(list(list(list(list(list(int32)))))))', '[]', 'int4[]');

-- Structs to composites, by name; members that are missing are NULL.
CREATE TYPE pair AS (b text, "A" int);
CREATE TYPE deep AS (id int8, pairs pair[], tags text[], extra jsonb);
CREATE TYPE twice AS ("Ab" int, "aB" int);
SELECT nested('struct(a int32, b text)', '[null, {"a": 1, "b": "x,y"}, {"a": null, "b": null}, {"a": 2}]', 'pair');
SELECT nested('struct(b text)', '[{"b": "x"}]', 'pair');
SELECT nested('list(struct(A int64, B text))', '[[{"A": 1, "B": "x"}, null, {"A": 99999999999}], [{"A": 2}]]', 'pair[]');
SELECT nested('list(struct(a int64))', '[[{"a": 1}, null], [], [{"a": 99999999999}], [{"a": 2}]]', 'pair[]');
SELECT nested('struct(id int32!, pairs list(struct(a int32, b text)), tags list(text!), extra map(text!, list(int32)))!',
	'[{"id": 1, "pairs": [{"a": 1, "b": "p"}, null, {"a": null, "b": "q"}], "tags": [], "extra": [{"key": "k", "value": [1, null]}]},
	  {"id": 2, "pairs": null, "tags": ["t"], "extra": []}]', 'deep');
SELECT nested('struct(a int32, c text)', '[]', 'pair');
SELECT nested('struct(ab int32)', '[]', 'twice');
SELECT nested('struct(aB int32)', '[{"aB": 1}]', 'twice');
CREATE DOMAIN good_pair AS pair CHECK ((value)."A" > 0);
SELECT nested('struct(a int32)', '[{"a": 1}, {"a": -1}, null]', 'good_pair');
SELECT nested('list(struct(a int32))', '[[{"a": 1}], [{"a": 1}, {"a": -1}]]', 'good_pair[]');

-- What cannot meet is an error before the first row.
SELECT nested('struct(a int32)', '[]', 'date');
SELECT nested('list(int32)', '[]', 'int4');
SELECT nested('list(struct(a int32))', '[]', 'int4[]');
SELECT nested('map(text!, text)', '[]', 'text[]');
SELECT nested('variant(metadata binary!, value binary!)', '[]', 'bytea');

SET client_min_messages = warning;
DROP SCHEMA parquet_nested CASCADE;
