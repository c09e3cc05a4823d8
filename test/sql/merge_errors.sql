-- strategies: options that do not fit, columns that do not exist, conditions that are none, injections
\set ECHO none
\set test merge_errors
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, v text, at date, valid_from date, valid_to date);
CREATE TABLE source (id int, v text, at date);
INSERT INTO target VALUES (1, 'one');
INSERT INTO source VALUES (1, 'new');

-- which option goes with which strategy
CREATE TABLE options_of (option text, example jsonb);
INSERT INTO options_of VALUES ('dedup', '"first"'), ('dedup_sort', '"at"'), ('null_keys', '"match"'), ('update_if_newer', '"at"'),
	('merge_update_columns', '["v"]'), ('merge_exclude_columns', '["v"]'), ('hard_delete', '"v"'), ('soft_delete', '"at"'),
	('replace_where', '"id = 1"'), ('incremental_predicates', '["target.id < 9"]'), ('max_update_ratio', '1'), ('max_delete_ratio', '"100%"');
CREATE TABLE keyless (LIKE target);
CREATE TABLE keyed (LIKE target INCLUDING INDEXES);
CREATE FUNCTION takes(strategy text, options jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	failed text;
BEGIN
	TRUNCATE keyless, keyed;
	failed := (SELECT f FROM refused(strategy, options || CASE WHEN strategy = 'replace_where' THEN '{"replace_where": "id = 1"}' ELSE '{}' END::jsonb,
		CASE WHEN strategy LIKE 'replace%' THEN 'keyed' ELSE 'keyless' END) AS f LIMIT 1);
	RETURN CASE WHEN failed LIKE '22023: option % has no meaning for strategy %' THEN '-' WHEN failed = 'no error' THEN 'yes' ELSE failed END;
END $$;
UPDATE source SET at = '2024-01-01';
SELECT option, takes('append', o) AS append, takes('insert_only', o) AS insert_only, takes('upsert', o) AS upsert, takes('delete_insert', o) AS delete_insert,
	takes('replace', o) AS replace, takes('replace_where', o) AS replace_where, takes('sync', o) AS sync, takes('scd2', o) AS scd2
  FROM options_of, jsonb_build_object(option, example) AS o ORDER BY option;
SELECT refused('append', '{"dedup": "first"}');
SELECT refused('upsert', '{"merge_update_columns": ["v"], "merge_exclude_columns": ["at"]}');
SELECT refused('replace_where');
SELECT refused('merge');
SELECT refused('Upsert');
SELECT failure($$ SELECT ingest.merge('target', 'source', '{id}', 'append') $$);
SELECT failure($$ SELECT ingest.merge('target', 'source', '{id}', 'replace') $$);
SELECT failure($$ SELECT ingest.merge(NULL, 'source') $$);
SELECT failure($$ SELECT ingest.merge('target', NULL) $$);
SELECT failure($$ SELECT ingest.merge('target', 'source', strategy => NULL) $$);

-- columns
CREATE TABLE more (id int, v text, unknown int, "Other" int);
SELECT refused('upsert', source => 'more');
CREATE TABLE typed (id int, v text, at int);
SELECT refused('upsert', source => 'typed');
CREATE TABLE less (v text);
SELECT refused('upsert', source => 'less');
SELECT refused('upsert', '{"update_if_newer": "nowhere"}');
SELECT refused('upsert', '{"update_if_newer": "valid_from"}');
SELECT refused('upsert', '{"update_if_newer": "ctid"}');
SELECT refused('upsert', '{"merge_update_columns": ["v", "nowhere"]}');
SELECT refused('upsert', '{"merge_exclude_columns": ["nowhere"]}');
SELECT refused('upsert', '{"dedup_sort": "nowhere desc"}');
SELECT refused('upsert', '{"dedup_sort": "valid_from"}');
CREATE TABLE unordered (id int, p point);
SELECT refused('upsert', '{"update_if_newer": "p"}', 'unordered', 'unordered');

-- objects that are no tables
CREATE SEQUENCE numbers;
SELECT refused('upsert', source => 'numbers');
CREATE VIEW a_view AS SELECT * FROM target;
SELECT refused('upsert', target => 'a_view');
CREATE RULE nothing AS ON INSERT TO keyless DO INSTEAD NOTHING;
SELECT refused('upsert', target => 'keyless');

-- conditions are one boolean expression over the target's columns
SELECT condition, (SELECT string_agg(f, E'\n') FROM refused('replace_where', jsonb_build_object('replace_where', condition)) AS f) AS error FROM unnest(ARRAY[
	'id', '', 'id =', 'nowhere = 1', 'source.id = 1', 'count(*) > 0', 'row_number() OVER () = 1', 'generate_series(1, 2) = 1', 'id = $1', 'target = target', 'ctid IS NULL', 'tableoid = 1',
	'EXISTS (SELECT FROM pg_class)', 'id IN (SELECT 1)', 'id = 1; DROP TABLE target', 'true); DROP TABLE target; --', 'true) OR (true', 'true --', 'true /*', 'id = 1 ORDER BY 1', 'id = 1 FROM target', 'id = 1 AS x',
	'id = 1, true', '1 UNION SELECT 2', '(SELECT true)', 'pg_sleep(0) IS NULL', E'v = ''\\'' OR true --''', 'DISTINCT true', 'CURRENT OF c']) AS condition;
SELECT condition, (SELECT string_agg(f, E'\n') FROM refused('upsert', jsonb_build_object('incremental_predicates', ARRAY[condition])) AS f) AS error
  FROM unnest(ARRAY['true); DROP TABLE target; --', 'staged.id = 1', 'id = (SELECT 1)']) AS condition;
SELECT sort, (SELECT string_agg(f, E'\n') FROM refused('upsert', jsonb_build_object('dedup_sort', sort)) AS f) AS error
  FROM unnest(ARRAY['at; DROP TABLE target', 'at) ; --', '(SELECT 1)', 'at USING <', 'at DESC LIMIT 1', 'count(*)', 'at desc nulls', '1', 'random() desc, at', 'at desc FOR UPDATE']) AS sort;
-- names that need quotes, and names that try to be more
CREATE TABLE "tar""get; DROP TABLE target" ("i d" int PRIMARY KEY, "v"" = 1; --" text, "select" int, target int, staged int);
CREATE TABLE "sour'ce" ("i d" int, "v"" = 1; --" text, "select" int, target int, staged int);
INSERT INTO "sour'ce" VALUES (1, 'x', 1, 2, 3);
SELECT merged(strategy, CASE WHEN strategy = 'replace_where' THEN '{"replace_where": "\"i d\" = 1 AND target.target = 2"}' ELSE '{}' END::jsonb,
	'"tar""get; DROP TABLE target"', '"sour''ce"', '{i d}')
  FROM unnest('{upsert,insert_only,delete_insert,sync,replace,replace_where}'::text[]) AS strategy;
SELECT refused('upsert', '{"update_if_newer": "v\" = 1; --"}', '"tar""get; DROP TABLE target"', '"sour''ce"', '{i d}');

-- functions and operators of another schema that come first in the search_path are not called by our SQL
CREATE SCHEMA merge_evil;
CREATE FUNCTION merge_evil.bad(int, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'merge_evil was called'; END $$;
CREATE OPERATOR merge_evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = merge_evil.bad);
CREATE OPERATOR merge_evil.< (LEFTARG = int, RIGHTARG = int, FUNCTION = merge_evil.bad);
CREATE OPERATOR merge_evil.> (LEFTARG = int, RIGHTARG = int, FUNCTION = merge_evil.bad);
CREATE FUNCTION merge_evil.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'merge_evil was called'; END $$;
CREATE FUNCTION merge_evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'merge_evil was called'; END $$;
CREATE TABLE pg_temp.target (id int);
CREATE TABLE history (id int, v text, at date, valid_from date, valid_to date, is_current boolean);
SET search_path = merge_evil, pg_catalog, merge_errors;
SELECT (ingest.merge('merge_errors.target', 'merge_errors.source', '{id}', strategy, options)).rows_read FROM (VALUES ('upsert', '{"hard_delete": "v", "update_if_newer": "at"}'::jsonb),
	('delete_insert', '{}'), ('sync', '{"max_delete_ratio": 1}'), ('insert_only', '{"dedup_sort": "at"}')) AS s (strategy, options);
SELECT rows_inserted FROM ingest.merge('merge_errors.history', 'merge_errors.source', '{id}', 'scd2', '{"hard_delete": "v"}');
-- but those of the caller's own condition are
SELECT merge_errors.failure($$ SELECT ingest.merge('merge_errors.target', 'merge_errors.source', '{id}', 'sync', '{"replace_where": "id OPERATOR(merge_evil.=) 1"}') $$) LIMIT 1;
RESET search_path;
SELECT count(*) FROM merge_errors.target;
-- in a transaction that may not write there is the preview only
BEGIN READ ONLY;
SELECT rows_read FROM ingest.preview_merge('merge_errors.target', 'merge_errors.source', '{id}');
SELECT ingest.merge('merge_errors.target', 'merge_errors.source', '{id}');
ROLLBACK;
