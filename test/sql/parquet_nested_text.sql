-- Nested Parquet fields to json, jsonb, text and hstore, and whole rows for the quarantine.
\getenv ingest_test INGEST_TEST_MODULE
\pset format unaligned
\pset tuples_only on
\pset null '(null)'
\set SHOW_CONTEXT never
CREATE SCHEMA parquet_nested_text;
SET search_path = parquet_nested_text, public;
SET DateStyle = 'ISO';
CREATE FUNCTION nested_convert(field text, rows jsonb, type text) RETURNS text[]
	AS :'ingest_test', 'nested_convert' LANGUAGE C STRICT;
CREATE FUNCTION nested_row_json(field text, rows jsonb, "row" int) RETURNS text
	AS :'ingest_test', 'nested_row_json' LANGUAGE C STRICT;
CREATE FUNCTION nested(field text, rows jsonb, type text) RETURNS SETOF text
	LANGUAGE sql AS $$ SELECT unnest(nested_convert(field, rows, type)) $$;

-- Anything to json and jsonb.
SELECT nested('list(list(int32))', '[[[1], null, [], [2, 3]], null, []]', 'jsonb');
SELECT nested('struct(a int32, s struct(d decimal, t date))', '[{"a": 1, "s": {"d": 150, "t": 0}}, {"a": null, "s": null}, null]', 'jsonb');
SELECT nested('struct(a int32, s struct(d decimal, t date))', '[{"a": 1, "s": {"d": 150, "t": 0}}]', 'json');
SELECT nested('map(text!, int32)', '[[{"key": "a", "value": 1}, {"key": "b", "value": null}], [], null, [{"key": "x", "value": 1}, {"key": "x", "value": 2}]]', 'jsonb');
SELECT nested('map(int32!, text)', '[[{"key": 1, "value": "x"}], []]', 'jsonb');
SELECT nested('map(text, int32)', '[[{"key": null, "value": 1}], [{"key": "k", "value": 1}]]', 'jsonb');
SELECT nested('list(json)', '[["{\"a\": [1]}", "not json", "1"]]', 'jsonb');
SELECT nested('list(list(int32))', '[[[1, 2], [3]]]', 'jsonb[]');
SELECT nested('list(hextext)', '[["61", "ff"], ["6100"], ["62"]]', 'jsonb');
SELECT nested('list(int32)', '[[1, 2]]', 'text');
SELECT nested('date', '[0, null]', 'jsonb');
SELECT nested('decimal', '[150]', 'json');
CREATE DOMAIN has_a AS jsonb CHECK (value ? 'a');
SELECT nested('struct(a int32)', '[{"a": 1}]', 'has_a');
SELECT nested('struct(b int32)', '[{"b": 1}]', 'has_a');

-- VARIANT, whole and shredded.
SELECT nested('variant(metadata binary!, value binary!)', '[{"metadata": "110300010204616263 63", "value": "0202000200010304 0c07"},
	{"metadata": "010000", "value": "54"}, null, {"metadata": "010000", "value": "0d6e2f61"}]', 'jsonb');
SELECT nested('variant(metadata binary!, value binary, typed_value int32)',
	'[{"metadata": "010000", "typed_value": 34}, {"metadata": "010000", "value": "00"}, {"metadata": "010000", "value": "04", "typed_value": 1}]', 'jsonb');

-- Maps to hstore.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public;
RESET client_min_messages;
SELECT nested('map(text!, text)', '[[{"key": "a", "value": "1"}, {"key": "q\"\\", "value": " \"x\\y\" "}, {"key": "n", "value": null}], [], null]', 'hstore');
SELECT nested('map(int32!, struct(x int32))', '[[{"key": 1, "value": {"x": 2}}]]', 'hstore');
SELECT nested('map(date, binary)', '[[{"key": 0, "value": "00ff"}], [{"key": null, "value": "00"}]]', 'hstore');
SELECT nested('map(hextext, text)', '[[{"key": "ff", "value": "x"}], [{"key": "61", "value": null}]]', 'hstore');
SELECT nested('list(map(text!, int32))', '[[[{"key": "a", "value": 1}], null, []]]', 'hstore[]');
SELECT nested('list(text)', '[]', 'hstore');

-- Rows for the quarantine: whatever is in them, it is jsonb.
SELECT nested_row_json('list(hextext)', '[["61"], ["62", "ff", "00"]]', i)::jsonb FROM generate_series(0, 1) i;
SELECT nested_row_json('map(text, int32)', '[[{"key": null, "value": 1}], [{"key": "k", "value": 1}]]', i)::jsonb FROM generate_series(0, 1) i;
SELECT nested_row_json('variant(metadata binary!, value binary!)', '[{"metadata": "010000", "value": "04"}, {"metadata": "02", "value": "04"}]', i)::jsonb FROM generate_series(0, 1) i;

SET client_min_messages = warning;
DROP SCHEMA parquet_nested_text CASCADE;
