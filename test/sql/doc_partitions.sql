-- doc_partitions: the example of docs/partitions.md, so that it stays true
\set ECHO none
\set test doc_partitions
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE events (id bigint, day date NOT NULL, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_may PARTITION OF events FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
INSERT INTO events VALUES (1, '2024-05-01', 'wrong');
CREATE TABLE may AS SELECT 1::bigint AS id, '2024-05-01'::date AS day, 'corrected' AS note;
CALL ingest.swap('events', 'events_may', 'may');
SELECT tableoid::regclass, note FROM events;
SELECT swap_id, status, "partition", old_partition FROM ingest.swaps;
SELECT ingest.undo_swap(1);
SELECT tableoid::regclass, note FROM events;
SET client_min_messages = warning;
DROP SCHEMA doc_partitions CASCADE;
