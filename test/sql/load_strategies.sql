-- load and publish: the same strategies and options; what a staged load remembers
\set ECHO none
\set test load_strategies
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, v text, at date, op text);
CREATE TABLE history (id int, v text, valid_from date NOT NULL, valid_to date, is_current boolean NOT NULL);
CREATE PROCEDURE reset() LANGUAGE sql AS $$ TRUNCATE target, history; INSERT INTO target VALUES (1, 'one', '2024-01-01'), (2, 'two', '2024-01-01'), (3, 'three', '2024-01-01') $$;
CALL write(file('f.csv'), E'id,v,at\n2,TWO,2024-02-01\n3,THREE,2023-01-01\n4,four,2024-02-01\n4,FOUR,2024-01-31\n');

-- every strategy on the same file
CREATE FUNCTION loaded(strategy text, options jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	CALL reset();
	RETURN NEXT strategy || ': ' || report(ingest.load('target', file('f.csv'), CASE WHEN strategy NOT LIKE 'replace%' THEN '{id}'::text[] END, strategy, options || '{"force": true}'));
	RETURN QUERY SELECT concat_ws(' ', id, v, at) FROM target ORDER BY id;
END $$;
SELECT loaded('insert_only');
SELECT loaded('upsert', '{"update_if_newer": "at"}');
SELECT loaded('delete_insert', '{"dedup": "first"}');
SELECT loaded('sync', '{"max_delete_ratio": "50%"}');
SELECT loaded('replace', '{"dedup_sort": "at"}');
SELECT failure($$ SELECT loaded('replace_where', '{"replace_where": "at < ''2024-01-31''"}') $$);
SELECT loaded('replace_where', '{"replace_where": "id > 1", "dedup_sort": "at"}');
CALL write(file('h.csv'), E'id,v,valid_from\n1,b,2024-02-01\n1,a,2024-01-01\n1,b,2024-03-01\n1,b,2024-03-01\n');
SELECT report(ingest.load('history', file('h.csv'), '{id}', 'scd2'));
SELECT * FROM history ORDER BY id, valid_from;
-- rows without a time: to quarantine, if the column may not be NULL
CALL write(file('h2.csv'), E'id,v,valid_from\n1,c,\n1,d,2024-04-01\n');
SELECT report(ingest.load('history', file('h2.csv'), '{id}', 'scd2'));
SELECT record, "column", rule FROM bad;
-- the columns that scd2 fills need neither file nor default; for other strategies they do
CALL write(file('h3.csv'), E'id,v\n7,now\n');
SELECT report(ingest.load('history', file('h3.csv'), '{id}', 'scd2'));
SELECT failure(format('SELECT ingest.load(''history'', %L, ''{id}'', ''upsert'', ''{"force": true}'')', file('h3.csv')));
-- a CHECK of what scd2 fills is left to the table; its error names the row
ALTER TABLE history ADD CHECK (is_current = (valid_to IS NULL)), ADD CHECK (valid_from <> '2024-05-05' OR NOT is_current), ALTER is_current SET DEFAULT false;
CALL write(file('h4.csv'), E'id,v,valid_from\n8,x,2024-05-04\n8,y,2024-05-05\n');
SELECT failure(format('SELECT ingest.load(''history'', %L, ''{id}'', ''scd2'')', file('h4.csv')));

-- what is said when staging holds when publishing, unless it is said otherwise
CALL reset();
SELECT ingest.stage('target', file('f.csv'), '{"force": true, "update_if_newer": "at", "max_update_ratio": 0.1}') AS staged \gset
SELECT strategy, unique_key, options FROM ingest.loads WHERE load_id = :staged;
SELECT failure(format('SELECT ingest.publish(%s)', :staged));
SELECT report(ingest.publish(:staged, options => '{"max_update_ratio": null}'));
SELECT id, v FROM target ORDER BY id;
-- with another key and strategy
CALL reset();
SELECT ingest.stage('target', file('f.csv'), '{"force": true}') AS staged \gset
SELECT failure(format('SELECT ingest.publish(%s, ''{v}'')', :staged));
SELECT failure(format('SELECT ingest.publish(%s, strategy => ''sync'', options => ''{"soft_delete": "op"}'')', :staged));
SELECT report(ingest.publish(:staged, strategy => 'insert_only'));
-- a load whose publish fails is remembered with its strategy and options; publish() and the same load() do it
CALL reset();
CREATE TABLE child (id int REFERENCES target);
INSERT INTO child VALUES (1);
SELECT failure(format('SELECT ingest.load(''target'', %L, ''{id}'', ''sync'', ''{"force": true, "dedup": "first"}'')', file('f.csv')));
SELECT max(load_id) AS staged FROM ingest.loads \gset
SELECT status, strategy, unique_key, options FROM ingest.loads WHERE load_id = :staged;
DROP TABLE child;
SELECT report(ingest.publish(:staged));
SELECT id, v FROM target ORDER BY id;
SELECT strategy, unique_key FROM ingest.loads WHERE load_id = :staged;
-- the publishing options do not change what is staged: another strategy continues the load
CALL reset();
BEGIN;
SELECT report(ingest.load('target', file('f.csv'), strategy => 'sync', options => '{"force": true}'));
ROLLBACK;
SELECT report(ingest.load('target', file('f.csv'), strategy => 'insert_only', options => '{"force": true, "dedup": "first"}'));
SELECT count(*) FILTER (WHERE status = 'published') AS published, count(*) FILTER (WHERE status NOT IN ('published')) AS others FROM ingest.loads WHERE load_id > :staged;
SELECT id, v FROM target ORDER BY id;
