-- sync: the source is the whole truth, or a part of it; rows in quarantine; what refers to rows that go
\set ECHO none
\set test merge_sync
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE TABLE target (id int PRIMARY KEY, region text, v int CHECK (v >= 0), note text DEFAULT 'kept');
CREATE TABLE source (id int, region text, v int);
CREATE PROCEDURE reset() LANGUAGE sql AS $$
	TRUNCATE target CASCADE;
	INSERT INTO target SELECT i, CASE WHEN i < 4 THEN 'north' ELSE 'south' END, i FROM generate_series(1, 6) AS i;
$$;
INSERT INTO source VALUES (1, 'north', 1), (2, 'north', 20), (7, 'north', 7);

CALL reset();
SELECT merged('sync');
SELECT * FROM target ORDER BY id;
-- the truth about a part
CALL reset();
SELECT merged('sync', '{"replace_where": "region = ''north''"}');
SELECT * FROM target ORDER BY id;
CALL reset();
SELECT refused('sync', '{"replace_where": "id < 7"}');
SELECT refused('sync', '{"replace_where": "note = ''kept''"}');
-- a row that moves into the part
CALL reset();
UPDATE source SET id = 5 WHERE id = 7;
SELECT merged('sync', '{"replace_where": "region = ''north''"}');
SELECT * FROM target ORDER BY id;
-- with update_if_newer an older source does not delete what it cannot know of
CREATE TABLE versions_of (id int PRIMARY KEY, v text, at date);
CREATE TABLE older (LIKE versions_of);
INSERT INTO versions_of VALUES (1, 'x', '2024-01-05'), (2, 'x', '2024-01-03'), (3, 'x', NULL), (4, 'x', '2024-01-04');
INSERT INTO older VALUES (1, 'y', '2024-01-04'), (9, 'y', NULL), (5, 'y', '2024-01-01');
SELECT merged('sync', '{"update_if_newer": "at"}', 'versions_of', 'older');
INSERT INTO versions_of VALUES (6, 'x', '2024-01-06');
SELECT merged('sync', '{"update_if_newer": "at"}', 'versions_of', 'older');
SELECT * FROM versions_of ORDER BY id;
-- an empty source empties the table
CALL reset();
CREATE TABLE nothing (LIKE source);
SELECT merged('sync', source => 'nothing');
SELECT count(*) FROM target;

-- a load of which rows are in quarantine deletes nothing, and says so
CALL reset();
CALL write(file('f.csv'), E'id,region,v\n1,north,1\n2,north,x\n3,north,-3\n');
SELECT report(ingest.load('target', file('f.csv'), strategy => 'sync'));
SELECT * FROM target ORDER BY id;
CALL write(file('g.csv'), E'id,region,v\n1,north,1\n,north,2\n');
SELECT report(ingest.load('target', file('g.csv'), '{id}', 'sync'));
-- also if the rows come there only now: without a key, or as duplicates
CREATE TABLE loose (id int, v int);
INSERT INTO loose VALUES (1, 1), (2, 2);
CALL write(file('h.csv'), E'id,v\n1,1\n,2\n');
SELECT ingest.stage('loose', file('h.csv'));
SELECT report(ingest.publish(3, '{id}', 'sync'));
SELECT * FROM loose ORDER BY id;
CALL write(file('i.csv'), E'id,v\n1,3\n1,4\n');
SELECT report(ingest.load('loose', file('i.csv'), '{id}', 'sync', '{"dedup": "quarantine"}'));
SELECT * FROM loose ORDER BY id;
-- ignored rows are not known either
INSERT INTO loose VALUES (2, 2);
CALL write(file('j.csv'), E'id,v\n1,3\nx,4\n');
SELECT report(ingest.load('loose', file('j.csv'), '{id}', 'sync', '{"on_error": "ignore"}'));
SELECT * FROM loose ORDER BY id;
-- all of it is good now
CALL write(file('k.csv'), E'id,region,v\n1,north,1\n2,north,2\n');
SELECT report(ingest.load('target', file('k.csv'), strategy => 'sync'));
SELECT * FROM target ORDER BY id;

-- several files are one truth; a call that finds nothing new deletes nothing
CALL write(file('p1.csv'), E'id,region,v\n1,north,1\n');
CALL write(file('p2.csv'), E'id,region,v\n2,south,2\n');
SELECT report(ingest.load('target', file('p?.csv'), strategy => 'sync'));
SELECT report(ingest.load('target', file('p?.csv'), strategy => 'sync'));
SELECT id FROM target ORDER BY id;

-- rows that others refer to
CREATE TABLE child (id int REFERENCES target);
INSERT INTO target VALUES (50);
INSERT INTO child VALUES (50);
SELECT refused('sync');
CREATE TABLE cascading (id int REFERENCES target ON DELETE CASCADE);
DROP TABLE child;
INSERT INTO cascading VALUES (1), (2);
DELETE FROM source WHERE id = 2;
SELECT merged('sync');
TABLE cascading;
-- a row that is deleted and one that is inserted exchange a unique value; so do two that are updated if they can
CREATE TABLE places (id int PRIMARY KEY, place int UNIQUE DEFERRABLE);
CREATE TABLE new_places (id int, place int);
INSERT INTO places VALUES (1, 10), (2, 20), (3, 30);
INSERT INTO new_places VALUES (1, 20), (2, 10), (4, 30);
SELECT merged('sync', target => 'places', source => 'new_places');
SELECT * FROM places ORDER BY id;
