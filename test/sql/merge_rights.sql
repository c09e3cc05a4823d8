-- strategies: which rights each needs, what runs as whom, sources of all kinds
\set ECHO none
\set test merge_rights
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/merging.sql'
\i :helpers
CREATE ROLE regress_merge_role;
GRANT USAGE ON SCHEMA merge_rights, ingest TO regress_merge_role;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_merge_role;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA merge_rights TO regress_merge_role;
CREATE TABLE target (id int PRIMARY KEY, v text, valid_from date DEFAULT now(), valid_to date);
CREATE TABLE source (id int, v text);
INSERT INTO source VALUES (1, 'new'), (2, 'new');
CREATE FUNCTION first_line(strategy text, options jsonb DEFAULT '{}', target text DEFAULT 'target', source text DEFAULT 'source') RETURNS text LANGUAGE sql
	AS $$ SELECT f FROM refused(strategy, options, target, source) AS f LIMIT 1 $$;

SET ROLE regress_merge_role;
SELECT refused('upsert');
RESET ROLE;
GRANT SELECT ON source TO regress_merge_role;
-- with one right more each time
CREATE TABLE steps (n int, right_added text, append text, insert_only text, upsert text, delete_insert text, replace text, replace_where text, sync text, scd2 text);
GRANT ALL ON steps TO regress_merge_role;
CREATE TABLE history (LIKE target);
CREATE PROCEDURE step(right_added text) LANGUAGE plpgsql AS $$
BEGIN
	IF right_added <> '' THEN
		EXECUTE format('GRANT %s ON target, history TO regress_merge_role', right_added);
	END IF;
	SET LOCAL ROLE regress_merge_role;
	INSERT INTO steps SELECT (SELECT count(*) FROM steps), right_added, first_line('append', '{}', 'history'), first_line('insert_only'), first_line('upsert'), first_line('delete_insert'),
		first_line('replace'), first_line('replace_where', '{"replace_where": "id > 0"}'), first_line('sync'), first_line('scd2', '{}', 'history');
	RESET ROLE;
END $$;
CALL step('');
CALL step('INSERT');
CALL step('SELECT');
TRUNCATE history;
CALL step('UPDATE');
TRUNCATE history;
CALL step('DELETE');
SELECT right_added, substr(append, 1, 8) AS append, substr(insert_only, 1, 8) AS insert_only, substr(upsert, 1, 8) AS upsert, substr(delete_insert, 1, 8) AS delete_insert,
	substr(replace, 1, 8) AS replace, substr(replace_where, 1, 8) AS replace_where, substr(sync, 1, 8) AS sync, substr(scd2, 1, 8) AS scd2 FROM steps ORDER BY n;

-- a preview needs the same rights as reading does
SET ROLE regress_merge_role;
SELECT rows_read, rows_inserted, rows_updated FROM ingest.preview_merge('target', 'source');
-- no way to the lanes and the manifest
SELECT failure('SELECT ingest.merge(''ingest.manifest_loads'', ''source'')');
SELECT failure('SELECT ingest.merge(''target'', ''ingest.manifest_loads'')');
RESET ROLE;

-- sources: views see what their owner may, functions in them run as the caller
CREATE TABLE secret (id int, v text);
INSERT INTO secret VALUES (3, 'secret');
CREATE VIEW view_of_secret AS SELECT * FROM secret;
CREATE VIEW who WITH (security_barrier) AS SELECT 4 AS id, current_user::text AS v;
CREATE MATERIALIZED VIEW materialized AS SELECT 5 AS id, 'materialized' AS v;
CREATE TABLE parted (id int, v text) PARTITION BY LIST (id);
CREATE TABLE parted_6 PARTITION OF parted FOR VALUES IN (6);
INSERT INTO parted VALUES (6, 'partitioned');
GRANT SELECT ON view_of_secret, who, materialized, parted TO regress_merge_role;
SET ROLE regress_merge_role;
SELECT source, first_line('upsert', source => source) FROM unnest('{secret,view_of_secret,who,materialized,parted}'::text[]) AS source;
SELECT id, v FROM target ORDER BY id;
-- a temporary table of the caller's
CREATE TEMP TABLE own (id int, v text);
INSERT INTO own VALUES (7, 'temporary');
SELECT first_line('upsert', source => 'own');
RESET ROLE;

-- policies: rows of the source that the caller does not see are not there; those of the target are refused
CREATE TABLE guarded (id int PRIMARY KEY, v text);
INSERT INTO guarded VALUES (8, 'visible'), (9, 'hidden');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON guarded USING (v <> 'hidden');
GRANT ALL ON guarded TO regress_merge_role;
SET ROLE regress_merge_role;
SELECT first_line('upsert', source => 'guarded');
SELECT id FROM target WHERE id > 7;
SELECT refused('upsert', target => 'guarded');
RESET ROLE;

-- triggers and defaults of the target run as the caller
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := current_user; RETURN NEW; END $$;
CREATE TABLE noted (id int PRIMARY KEY, v text, by text DEFAULT current_user);
CREATE TRIGGER note_user BEFORE INSERT ON noted FOR EACH ROW EXECUTE FUNCTION note_user();
GRANT ALL ON noted TO regress_merge_role;
SET ROLE regress_merge_role;
SELECT first_line('upsert', target => 'noted');
SELECT * FROM noted ORDER BY id;
RESET ROLE;
-- rights of columns are not enough
REVOKE ALL ON source FROM regress_merge_role;
GRANT SELECT (id, v) ON source TO regress_merge_role;
SET ROLE regress_merge_role;
SELECT first_line('upsert');
RESET ROLE;
DROP OWNED BY regress_merge_role;
DROP ROLE regress_merge_role;
