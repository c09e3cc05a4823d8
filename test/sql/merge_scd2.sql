-- scd2: intervals, late and repeated versions, deletions, what the columns may be
\set ECHO none
\set test merge_scd2
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
SET timezone = 'UTC';
SET datestyle = ISO;

CREATE TABLE target (id int, city text, note text, valid_from date NOT NULL, valid_to date, is_current boolean);
CREATE UNIQUE INDEX ON target (id) WHERE is_current;
CREATE TABLE source (id int, city text, note text, valid_from date);
CREATE FUNCTION deliver(rows text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE source;
	EXECUTE 'INSERT INTO source VALUES ' || rows;
	RETURN merged('scd2', '{"merge_exclude_columns": ["note"]}');
END $$;

-- several versions of a key at once, in no order
SELECT deliver($$ (1, 'Rome', 'c', '2024-03-01'), (1, 'Bonn', 'a', '2024-01-01'), (1, 'Bonn', 'b', '2024-02-01'), (2, 'Oslo', 'a', '2024-01-01') $$);
SELECT * FROM target ORDER BY id, valid_from;
-- a late one splits; one that is equal to the next begins it earlier; one that is known; a note is not a change
SELECT deliver($$ (1, 'Kiel', 'd', '2024-01-20') $$);
SELECT deliver($$ (1, 'Rome', 'e', '2024-02-20') $$);
SELECT deliver($$ (1, 'Rome', 'f', '2024-05-01'), (2, 'Oslo', 'f', '2024-01-01') $$);
-- before everything that is known
SELECT deliver($$ (1, 'Bern', 'g', '2023-01-01') $$);
SELECT * FROM target ORDER BY id, valid_from;
-- a correction, and one that makes neighbours equal
SELECT deliver($$ (1, 'Lyon', 'h', '2024-01-20') $$);
SELECT deliver($$ (1, 'Bonn', 'i', '2024-01-20') $$);
SELECT * FROM target ORDER BY id, valid_from;
-- one time twice
INSERT INTO source VALUES (1, 'Wien', 'j', '2024-01-20');
SELECT refused('scd2');
SELECT merged('scd2', '{"dedup_sort": "note desc"}');
SELECT jsonb_pretty(samples - 'unchanged') FROM ingest.preview_merge('target', 'source', '{id}', 'scd2', '{"dedup_sort": "note"}');

-- a time column of its own remembers when a version was seen last
CREATE TABLE seen (id int, v text, at timestamptz, op text, valid_from timestamptz NOT NULL, valid_to timestamptz NOT NULL DEFAULT '9999-12-31');
CREATE UNIQUE INDEX ON seen (id, valid_to);
CREATE TABLE changes (id int, v text, at timestamptz, op text);
CREATE FUNCTION change(rows text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE changes;
	EXECUTE 'INSERT INTO changes VALUES ' || rows;
	RETURN merged('scd2', '{"update_if_newer": "at", "hard_delete": "op"}', 'seen', 'changes');
END $$;
SELECT change($$ (1, 'a', '2024-01-01', 'I') $$);
SELECT change($$ (1, 'a', '2024-03-01', 'U') $$);
-- so the current version stays right when another one turns out to have been valid in between
SELECT change($$ (1, 'b', '2024-02-01', 'U') $$);
SELECT id, v, at::date, op, valid_from::date, valid_to::date FROM seen ORDER BY 1, 5;
-- deletions: of the current version, of nothing, in the past, again, at the time of a version; and it comes back
SELECT change($$ (1, NULL, '2024-04-01', 'D'), (2, NULL, '2024-04-01', 'D') $$);
SELECT change($$ (1, 'a', '2024-05-01', 'I') $$);
SELECT change($$ (1, NULL, '2024-02-15', 'delete'), (1, NULL, '2024-06-01', 'D') $$);
SELECT id, v, at::date, op, valid_from::date, valid_to::date FROM seen ORDER BY 1, 5;
SELECT change($$ (1, NULL, '2024-05-01', 'D') $$);
SELECT change($$ (1, 'a', '2024-04-01', 'I') $$);
SELECT id, v, at::date, op, valid_from::date, valid_to::date FROM seen ORDER BY 1, 5;
INSERT INTO changes VALUES (1, 'x', NULL, 'I'), (2, 'x', '9999-12-31', 'I');
SELECT refused('scd2', '{"update_if_newer": "at"}', 'seen', 'changes');

-- without a time the versions begin now
CREATE TABLE plain (id int, v text, since timestamptz, until timestamptz NOT NULL, live boolean NOT NULL);
CREATE TABLE now_source (id int, v text);
INSERT INTO now_source VALUES (1, 'a'), (2, 'b');
SELECT merged('scd2', '{"valid_from": "since", "valid_to": "until", "is_current": "live"}', 'plain', 'now_source');
UPDATE now_source SET v = 'B' WHERE id = 2;
SELECT merged('scd2', '{"valid_from": "since", "valid_to": "until", "is_current": "live"}', 'plain', 'now_source');
SELECT id, v, live, until = 'infinity' AS open, lead(since) OVER (PARTITION BY id ORDER BY since) = until AS gapless FROM plain ORDER BY id, since;

-- an exclusion constraint holds after every row; partitions
CREATE TABLE ranges (id int, v text, valid_from int, valid_to int, EXCLUDE USING gist (int4range(id, id, '[]') WITH =, int4range(valid_from, valid_to) WITH &&));
CREATE TABLE parts (id int, v text, valid_from int, valid_to int) PARTITION BY LIST (valid_to);
CREATE TABLE parts_current PARTITION OF parts FOR VALUES IN (NULL);
CREATE TABLE parts_closed PARTITION OF parts DEFAULT;
CREATE TABLE numbers (id int, v text, valid_from int);
INSERT INTO numbers VALUES (1, 'a', 10), (1, 'c', 30);
SELECT merged('scd2', target => 'ranges', source => 'numbers'), merged('scd2', target => 'parts', source => 'numbers');
INSERT INTO numbers VALUES (1, 'c', 20), (1, 'b', 25), (1, 'a', 35);
SELECT merged('scd2', target => 'ranges', source => 'numbers'), merged('scd2', target => 'parts', source => 'numbers');
SELECT tableoid::regclass, * FROM parts ORDER BY valid_from;
TABLE parts EXCEPT TABLE ranges;

-- a history that contradicts itself
INSERT INTO parts VALUES (1, 'z', 50, NULL);
SELECT refused('scd2', target => 'parts', source => 'numbers');
INSERT INTO numbers VALUES (1, 'new', 60);
SELECT refused('scd2', target => 'parts', source => 'numbers');
INSERT INTO target VALUES (7, 'no', 'flag', '2024-01-01', NULL, false);
SELECT deliver($$ (7, 'no', 'flag', '2024-05-01') $$);
-- limits, triggers
SELECT refused('scd2', '{"max_update_ratio": 0.1}', 'ranges', 'numbers');
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE UPDATE ON ranges FOR EACH ROW EXECUTE FUNCTION keep();
SELECT refused('scd2', target => 'ranges', source => 'numbers');
-- what does not fit
SELECT refused('scd2', unique_key => '{id,valid_from}');
SELECT refused('scd2', '{"valid_from": "nowhere"}');
SELECT refused('scd2', '{"valid_to": "city"}');
SELECT refused('scd2', '{"is_current": "city"}');
SELECT refused('scd2', '{"update_if_newer": "note"}');
SELECT refused('scd2', target => 'ranges', source => 'now_source');
SELECT refused('scd2', '{"soft_delete": "is_current"}');
SELECT refused('scd2', source => 'target');
CREATE TABLE one (LIKE target, UNIQUE (id));
SELECT refused('scd2', target => 'one');
-- an end of current versions whose type, or function, is not one of PostgreSQL's own
CREATE DOMAIN day AS date;
CREATE FUNCTION doomsday() RETURNS day IMMUTABLE LANGUAGE sql RETURN '9999-12-31'::day;
CREATE TABLE finite (id int, city text, valid_from day NOT NULL, valid_to day NOT NULL DEFAULT '9999-12-31'::day);
CREATE VIEW cities AS SELECT 1 AS id, 'Bonn' AS city, '2024-01-01'::day AS valid_from;
SELECT merged('scd2', target => 'finite', source => 'cities');
ALTER TABLE finite ALTER valid_to SET DEFAULT doomsday();
SELECT merged('scd2', target => 'finite', source => 'cities');
TABLE finite;
