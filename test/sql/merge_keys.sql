-- strategies: keys of several columns, with NULLs, without an index, of other collations
\set ECHO none
\set test merge_keys
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (a int, b text, v int);
CREATE TABLE source (v int, b text, a int);
CREATE PROCEDURE reset() LANGUAGE sql AS $$ TRUNCATE target; INSERT INTO target VALUES (1, 'x', 0), (1, 'y', 0), (NULL, 'x', 0), (2, NULL, 0) $$;
INSERT INTO source VALUES (1, 'x', 1), (2, 'z', 1), (3, 'x', NULL), (4, NULL, NULL);

-- NULLs in the key: of a relation an error, or they match
CALL reset();
SELECT refused('upsert', unique_key => '{a,b}');
SELECT refused('sync', unique_key => '{b,a}');
SELECT merged('upsert', '{"null_keys": "match"}', unique_key => '{a,b}');
SELECT * FROM target ORDER BY 1, 2;
CALL reset();
SELECT merged('insert_only', '{"null_keys": "match"}', unique_key => '{b,a}');
SELECT * FROM target ORDER BY 1, 2;
CALL reset();
SELECT merged('delete_insert', '{"null_keys": "match"}', unique_key => '{b,a}');
SELECT merged('sync', '{"null_keys": "match"}', unique_key => '{b,a}');
SELECT * FROM target ORDER BY 1, 2;
INSERT INTO source VALUES (5, NULL, NULL);
SELECT refused('upsert', '{"null_keys": "match"}', unique_key => '{a,b}');
SELECT merged('upsert', '{"null_keys": "match", "dedup_sort": "v desc"}', unique_key => '{a,b}');

-- of a load: to quarantine, whether the key is known when it is staged or not, or they match
CALL write(file('f.csv'), E'a,b,v\n1,x,10\n,x,11\n1,,12\n');
CALL reset();
SELECT report(ingest.load('target', file('f.csv'), '{a,b}'));
SELECT record, "column", rule, value FROM bad;
CALL reset();
SELECT ingest.stage('target', file('f.csv'), '{"force": true}');
SELECT report(ingest.publish(2, '{a,b}', 'upsert'));
SELECT record, "column", rule FROM bad;
CALL reset();
SELECT report(ingest.load('target', file('f.csv'), '{a,b}', options => '{"null_keys": "match", "force": true}'));
SELECT * FROM target ORDER BY 1, 2;

-- rows of the target with NULLs in the key stay when they do not match; sync removes them, for the source lacks them
CREATE TABLE keys (a int, b text, v int);
INSERT INTO keys VALUES (1, 'x', 1);
CALL reset();
SELECT merged('sync', source => 'keys', unique_key => '{a,b}');
SELECT * FROM target ORDER BY 1, 2;

-- delete_insert with a key that is not unique: a group of rows becomes another one
TRUNCATE keys;
INSERT INTO keys VALUES (1, 'p', 1), (1, 'q', 2), (1, 'q', 2), (3, 'r', 3);
CALL reset();
SELECT merged('delete_insert', source => 'keys', unique_key => '{a}');
SELECT * FROM target ORDER BY 1, 2, 3;
DELETE FROM keys WHERE b = 'q';
SELECT merged('delete_insert', source => 'keys', unique_key => '{a}');

-- other types of the same key, and collations
CREATE COLLATION insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE folded (k text COLLATE insensitive PRIMARY KEY, v text);
CREATE TABLE folded_source (k varchar(10) COLLATE "C", v text);
INSERT INTO folded VALUES ('Key', 'old'), ('other', 'old');
INSERT INTO folded_source VALUES ('KEY', 'new'), ('Third', 'new');
SELECT merged('upsert', target => 'folded', source => 'folded_source', unique_key => '{k}');
SELECT * FROM folded ORDER BY k COLLATE "C";
SELECT merged('sync', target => 'folded', source => 'folded_source', unique_key => '{k}');
INSERT INTO folded_source VALUES ('third', 'twice');
SELECT refused('upsert', target => 'folded', source => 'folded_source', unique_key => '{k}');
CREATE TABLE wide (id bigint, v text);
CREATE TABLE narrow (id smallint, v text);
INSERT INTO narrow VALUES (1, 'a');
SELECT merged('upsert', target => 'wide', source => 'narrow');
INSERT INTO wide VALUES (100000, 'too large for smallint');
SELECT refused('upsert', target => 'narrow', source => 'wide');

-- keys that cannot be
CREATE TABLE odd (id json, p point, v int);
SELECT refused('upsert', target => 'odd', source => 'odd');
SELECT refused('upsert', target => 'odd', source => 'odd', unique_key => '{p}');
SELECT refused('upsert', unique_key => '{a,a}');
SELECT refused('upsert', unique_key => '{nowhere}');
SELECT refused('upsert', unique_key => NULL);
SELECT refused('upsert', unique_key => '{}');
SELECT refused('upsert', unique_key => '{NULL}');
