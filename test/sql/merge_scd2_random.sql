-- scd2: versions in random order and random loads, repeated, against the history of all that is known
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_ingest;
CREATE SCHEMA merge_scd2_random;
SET search_path = merge_scd2_random, ingest;

CREATE TABLE truth (id int, at int, v text);        -- what the source says, ever
CREATE TABLE delivered (id int, v text, at int);     -- one load
CREATE TABLE target (id int, v text, valid_from int NOT NULL, valid_to int, EXCLUDE USING gist (int4range(id, id, '[]') WITH =, int4range(valid_from, valid_to) WITH &&));
CREATE UNIQUE INDEX ON target (id) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX ON target (id, valid_from);
CREATE TABLE seen_target (id int, v text, at int, valid_from int, valid_to int DEFAULT 2147483647 NOT NULL, is_current bool NOT NULL);
CREATE UNIQUE INDEX ON seen_target (id) WHERE is_current;
CREATE UNIQUE INDEX ON seen_target (id, valid_from);

-- Islands of equal neighbours: the history that somebody would write who knows all.
CREATE VIEW history AS
	SELECT id, v, min(at) AS valid_from, lead(min(at)) OVER (PARTITION BY id ORDER BY min(at)) AS valid_to
	FROM (SELECT *, count(*) FILTER (WHERE changed) OVER (PARTITION BY id ORDER BY at) AS n
		FROM (SELECT *, lag(v) OVER (PARTITION BY id ORDER BY at) IS DISTINCT FROM v AS changed FROM truth) AS a) AS b
	GROUP BY id, n, v;
CREATE VIEW wrong AS
	(TABLE history EXCEPT TABLE target) UNION ALL (TABLE target EXCEPT TABLE history);
CREATE VIEW seen_wrong AS
	(TABLE history EXCEPT SELECT id, v, valid_from, nullif(valid_to, 2147483647) FROM seen_target)
	UNION ALL (SELECT id, v, valid_from, nullif(valid_to, 2147483647) FROM seen_target EXCEPT TABLE history)
	UNION ALL SELECT id, v, valid_from, valid_to FROM seen_target WHERE is_current <> (valid_to = 2147483647);
CREATE VIEW as_valid_from AS SELECT id, v, at AS valid_from FROM delivered;

CREATE PROCEDURE deliver() LANGUAGE plpgsql AS $$
DECLARE
	source text;
	m ingest.merge_result;
	p ingest.merge_result;
BEGIN
	FOREACH source IN ARRAY '{target,seen_target}'::text[] LOOP
		p := ingest.preview_merge(source::regclass, CASE source WHEN 'target' THEN 'as_valid_from' ELSE 'delivered' END::regclass,
			'{id}', 'scd2', CASE source WHEN 'target' THEN '{}' ELSE '{"update_if_newer": "at"}' END::jsonb);
		m := ingest.merge(source::regclass, CASE source WHEN 'target' THEN 'as_valid_from' ELSE 'delivered' END::regclass,
			'{id}', 'scd2', CASE source WHEN 'target' THEN '{}' ELSE '{"update_if_newer": "at"}' END::jsonb);
		IF m.rows_read <> m.rows_inserted + m.rows_updated + m.rows_unchanged OR m.rows_read <> (SELECT count(*) FROM delivered)
			OR (p.rows_inserted, p.rows_updated, p.rows_unchanged) <> (m.rows_inserted, m.rows_updated, m.rows_unchanged) THEN
			RAISE 'counts: % %', m, p;
		END IF;
	END LOOP;
END $$;

-- Some versions of the truth in one load, or all of them.
CREATE FUNCTION deliver_some(share float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE delivered;
	INSERT INTO delivered SELECT id, v, at FROM truth WHERE random() < share;
	CALL deliver();
END $$;

CREATE PROCEDURE sequence(values_repeat bool) LANGUAGE plpgsql AS $$
DECLARE
	before text[];
BEGIN
	TRUNCATE truth, target, seen_target;
	INSERT INTO truth SELECT id, at, CASE WHEN values_repeat THEN trunc(random() * 3)::text ELSE id || ' at ' || at END
		FROM generate_series(1, 3) AS id, generate_series(1, 12) AS at WHERE random() < 0.7;
	IF values_repeat THEN
		-- what is not known yet may be wrong, but all versions in one load put it right
		PERFORM deliver_some(random()) FROM generate_series(1, 3);
		PERFORM deliver_some(1);
	ELSE
		-- every version is delivered at least once, in any order, alone or with others
		FOR i IN 1..12 LOOP
			TRUNCATE delivered;
			INSERT INTO delivered SELECT id, v, at FROM truth WHERE (hashint4(at) & 65535) % 5 = i % 5 OR random() < 0.1;
			CALL deliver();
		END LOOP;
	END IF;
	IF EXISTS (TABLE wrong) OR EXISTS (TABLE seen_wrong) THEN
		RAISE 'wrong history: % instead of %', (SELECT array_agg(t ORDER BY t) FROM target t), (SELECT array_agg(h ORDER BY h) FROM history h);
	END IF;
	-- known things change nothing
	before := (SELECT array_agg((xmin, ctid)::text) FROM target) || (SELECT array_agg((xmin, ctid)::text) FROM seen_target);
	PERFORM deliver_some(random());
	IF before <> (SELECT array_agg((xmin, ctid)::text) FROM target) || (SELECT array_agg((xmin, ctid)::text) FROM seen_target) THEN
		RAISE 'a repeated delivery wrote';
	END IF;
END $$;

SELECT setseed(0.42);
DO $$ BEGIN FOR i IN 1..12 LOOP CALL sequence(false); CALL sequence(true); END LOOP; END $$;
SELECT count(*) > 0 AS filled FROM target;
