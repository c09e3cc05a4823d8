-- strategies: max_update_ratio and max_delete_ratio: over them nothing is changed
\set ECHO none
\set test merge_limits
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, v text, gone boolean);
INSERT INTO target SELECT i, 'old' FROM generate_series(1, 10) AS i;
CREATE TABLE source (LIKE target);
INSERT INTO source SELECT i, CASE WHEN i <= 3 THEN 'new' ELSE 'old' END, nullif(i = 1, false) FROM generate_series(1, 8) AS i;
CREATE TABLE before AS SELECT versions('target');

SELECT refused('upsert', '{"max_update_ratio": 0.29}');
SELECT refused('sync', '{"max_delete_ratio": 0.1}');
SELECT refused('sync', '{"max_delete_ratio": "10%"}');
SELECT refused('sync', '{"max_update_ratio": 0, "max_delete_ratio": 1}');
SELECT refused('upsert', '{"hard_delete": "gone", "max_delete_ratio": 0}');
SELECT refused('replace', '{"max_delete_ratio": 0}');
SELECT refused('replace_where', '{"max_delete_ratio": 0.1, "replace_where": "id < 100"}');
SELECT refused('delete_insert', '{"max_update_ratio": 0.2}');
-- soft deletions count
ALTER TABLE target ADD deleted boolean;
TRUNCATE before;
INSERT INTO before SELECT versions('target');
SELECT refused('sync', '{"max_delete_ratio": "10%", "soft_delete": "deleted"}');
-- an empty table allows none, which insertions do not need
CREATE TABLE empty (LIKE target);
SELECT merged('sync', '{"max_update_ratio": 0, "max_delete_ratio": 0}', 'empty');
-- values
SELECT refused('upsert', '{"max_update_ratio": 1.5}');
SELECT refused('upsert', '{"max_update_ratio": -1}');
SELECT refused('upsert', '{"max_update_ratio": "many"}');
-- of a load: it stays staged, and can be published when somebody has looked at it
CALL write(file('f.csv'), E'id,v\n1,file\n2,file\n3,file\n');
SELECT failure(format('SELECT ingest.load(''target'', %L, options => ''{"max_update_ratio": 0.2}'')', file('f.csv')));
SELECT versions('target') = versions AS as_before FROM before;
SELECT status FROM ingest.loads;
SELECT report(ingest.publish(1, options => '{"max_update_ratio": 0.4}'));
