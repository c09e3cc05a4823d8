-- swap_checks: everything that a replacement lacks is in one error, or built
\set ECHO none
\set test swap_checks
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO all
CREATE ROLE regress_swap_reader;
CREATE ROLE regress_swap_other;
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind SELECT generate_series(1, 9);
CREATE SEQUENCE numbers;
CREATE TABLE events (
	id bigint NOT NULL DEFAULT nextval('numbers'), day date NOT NULL, kind int NOT NULL REFERENCES kind,
	note text COLLATE "C" CHECK (note <> ''), twice int GENERATED ALWAYS AS (kind * 2) STORED,
	PRIMARY KEY (id, day) WITH (fillfactor = 90)) PARTITION BY RANGE (day);
CREATE INDEX ON events (lower(note)) WHERE kind > 1;
CREATE TABLE events_may PARTITION OF events FOR VALUES FROM ('2024-05-01') TO ('2024-06-01') WITH (fillfactor = 70, toast.autovacuum_enabled = false);
INSERT INTO events (day, kind, note) SELECT '2024-05-01'::date + i % 31, 1 + i % 9, 'old' FROM generate_series(1, 100) AS i;

-- Of the partition alone
CREATE UNIQUE INDEX ON events_may (kind, id) INCLUDE (note) WITH (fillfactor = 50);
ALTER TABLE events_may ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE events_may REPLICA IDENTITY USING INDEX events_may_pkey, ALTER note SET STORAGE EXTERNAL, ALTER kind SET STATISTICS 500, ALTER kind SET (n_distinct = 9),
	ENABLE ROW LEVEL SECURITY, ADD CONSTRAINT positive CHECK (kind > 0) NO INHERIT;
CREATE POLICY own ON events_may FOR SELECT TO regress_swap_reader USING (kind = 1);
CREATE STATISTICS related (ndistinct) ON kind, note FROM events_may;
GRANT SELECT ON events_may TO regress_swap_reader WITH GRANT OPTION;
GRANT UPDATE (note) ON events_may TO PUBLIC;
COMMENT ON TABLE events_may IS 'May''s';
COMMENT ON COLUMN events_may.note IS 'of the day';

CREATE UNLOGGED TABLE may (note text COLLATE "C", gone int, id bigint, kind int, day date, twice int GENERATED ALWAYS AS (kind * 2) STORED);
ALTER TABLE may DROP gone;
GRANT DELETE ON may TO regress_swap_other;
INSERT INTO may (id, day, kind, note) SELECT i, '2024-05-01'::date + i % 31, 1 + i % 9, 'new' FROM generate_series(1, 50) AS i;

\set VERBOSITY default
-- Nothing may be built: all of it is listed
SELECT ingest.swap_partition('events', 'events_may', 'may', '{"build": false}');
-- A part of it may be built
SELECT ingest.swap_partition('events', 'events_may', 'may', '{"build": ["logged", "not_null", "defaults", "constraints", "indexes", "foreign_keys", "bound", "storage", "statistics"]}');
-- All
SELECT ingest.swap_partition('events', 'events_may', 'may');
SELECT tableoid::regclass, note, count(*), min(twice), max(twice) FROM events GROUP BY 1, 2;
-- The same as before, but for the names of indexes
CREATE FUNCTION lines(t regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = t AND contype <> 'n'
	UNION ALL SELECT regexp_replace(pg_get_indexdef(indexrelid), 'INDEX \S+ ON \S+ ', '') FROM pg_index WHERE indrelid = t
	UNION ALL SELECT relacl::text FROM pg_class WHERE oid = t
	UNION ALL SELECT attacl::text FROM pg_attribute WHERE attrelid = t AND attacl IS NOT NULL
	UNION ALL SELECT concat_ws(',', relpersistence, relrowsecurity, relreplident, array_to_string(reloptions, ',')) FROM pg_class WHERE oid = t
	UNION ALL SELECT concat_ws(',', attname, pg_get_expr(adbin, adrelid), attnotnull, attstorage, attstattarget)
		FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = t AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT pg_get_statisticsobjdef_columns(oid) FROM pg_statistic_ext WHERE stxrelid = t
	UNION ALL SELECT description FROM pg_description WHERE objoid = t
$$;
SELECT line, count(*) FROM (SELECT lines('events_may') AS line EXCEPT ALL SELECT lines('events_may_swapped_1')) AS d GROUP BY 1;
SELECT line, count(*) FROM (SELECT lines('events_may_swapped_1') AS line EXCEPT ALL SELECT lines('events_may')) AS d GROUP BY 1;
-- The planner has statistics at once
SELECT count(*) > 0 AS analyzed FROM pg_stats WHERE schemaname = 'swap_checks' AND tablename = 'events_may';

-- What cannot be built
CREATE TABLE other (id int, day text, kind int GENERATED ALWAYS AS IDENTITY, note text COLLATE "POSIX", twice int, more int);
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER own BEFORE INSERT ON events_may FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER all_of_them AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE VIEW looks AS SELECT id FROM events_may;
CREATE RULE silent AS ON DELETE TO events_may DO ALSO NOTHING;
CREATE TABLE points_at (id bigint, day date, FOREIGN KEY (id, day) REFERENCES events_may (id, day));
SET client_min_messages = error;
CREATE PUBLICATION regress_swap FOR TABLE events_may;
RESET client_min_messages;
SELECT ingest.swap_partition('events', 'events_may', 'other', '{"build": ["bound"]}');
DROP PUBLICATION regress_swap;
DROP TABLE points_at;
DROP VIEW looks;
DROP RULE silent ON events_may;
DROP TRIGGER own ON events_may;

-- Rows that keep something from being built; the error has their reasons, and nothing is left behind
CREATE TABLE bad_rows (LIKE events_may INCLUDING GENERATED);
ALTER TABLE bad_rows ALTER id DROP NOT NULL, ALTER kind DROP NOT NULL;
INSERT INTO bad_rows (id, day, kind, note) VALUES (1, '2024-05-01', 77, 'x'), (1, '2024-05-01', 2, ''), (NULL, '2024-05-02', 2, 'y'), (3, '2024-06-01', 2, 'y');
SELECT ingest.swap_partition('events', 'events_may', 'bad_rows');
SELECT ingest.swap_partition('events', 'events_may', 'bad_rows', '{"build": false}');
SELECT conname FROM pg_constraint WHERE conrelid = 'bad_rows'::regclass AND contype <> 'n';
-- Triggers of the parent are there afterwards
CREATE TABLE may2 (LIKE events_may INCLUDING ALL);
INSERT INTO may2 (day, kind, note) VALUES ('2024-05-31', 5, 'third');
SELECT ingest.swap_partition('events', 'events_may', 'may2') > 1 AS swapped;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'events_may'::regclass AND NOT tgisinternal;
SELECT tableoid::regclass, note FROM events;
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA swap_checks CASCADE;
DROP ROLE regress_swap_reader, regress_swap_other;
