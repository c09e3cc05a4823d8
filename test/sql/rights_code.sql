-- rights: code that the target brings along runs as the caller, nothing else runs at all
\set ECHO none
\set test rights_code
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET client_min_messages = warning;
CREATE ROLE regress_ingest_loader;
CREATE ROLE regress_ingest_author;
GRANT pg_read_server_files TO regress_ingest_loader;
GRANT USAGE ON SCHEMA ingest TO regress_ingest_loader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_ingest_loader;
GRANT SELECT ON ingest.quarantine_errors, ingest.loads TO regress_ingest_loader;
GRANT ALL ON SCHEMA rights_code TO regress_ingest_author;
GRANT USAGE ON SCHEMA rights_code TO regress_ingest_loader;
CALL write(file('one.csv'), E'id,name\n1,a\n');
CREATE TABLE trace (who text, what text);
GRANT INSERT ON trace TO PUBLIC;

-- A CHECK, a domain and an input function tell who runs them
SET ROLE regress_ingest_author;
CREATE FUNCTION tell(what text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RAISE EXCEPTION '% by % for %', what, current_user, session_user = current_user;
END $$;
CREATE FUNCTION become(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM set_config('role', 'none', false);
    RETURN true;
END $$;
CREATE FUNCTION become_session(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM set_config('session_authorization', 'default', false);
    RETURN true;
END $$;
CREATE FUNCTION make_table() RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMPORARY TABLE left_behind ();
    RETURN true;
END $$;
CREATE FUNCTION leave_behind(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN rights_code.make_table();
END $$;
CREATE FUNCTION read_manifest(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT count(*) > 0 FROM ingest.manifest_loads);
END $$;
CREATE DOMAIN told AS text CHECK (VALUE IS NULL OR tell('domain of ' || VALUE));
CREATE DOMAIN told_null AS text CHECK (VALUE IS NOT NULL OR tell(coalesce(VALUE, 'null of a domain')));
CREATE TABLE t (id int CHECK (id IS NULL OR tell('check of ' || id)), name told, CHECK (become(id)), CHECK (become_session(id)), CHECK (leave_behind(id)), CHECK (read_manifest(id)), nothing told_null DEFAULT 'something');
CREATE TABLE constant (id int, CHECK (tell('constant')));
GRANT INSERT, SELECT ON t, constant TO regress_ingest_loader;
RESET ROLE;

CALL write(file('id.csv'), E'id\n1\n');
SET ROLE regress_ingest_loader;
SELECT (ingest.load('t', file('one.csv'), options => '{"workers": 1}')).rows_quarantined;
SELECT "column", rule, code, message FROM (SELECT colname AS "column", rule, errorcode AS code, err_message AS message FROM ingest.quarantine_errors WHERE load_id = 1) AS e ORDER BY 4;
RESET ROLE;
CALL write(file('two.csv'), E'id,name,nothing\n,,\n');
SET ROLE regress_ingest_loader;
SELECT (ingest.load('t', file('two.csv'), options => '{"workers": 1}')).rows_quarantined;
SELECT colname, rule, err_message FROM ingest.quarantine_errors WHERE load_id = 2 ORDER BY 3;
-- in the caller's process as well
SELECT (ingest.load('t', file('one.csv'), options => '{"workers": 0, "force": true}')).rows_quarantined;
SELECT colname, rule, err_message FROM ingest.quarantine_errors WHERE load_id = 3 ORDER BY 3;
SELECT current_user;
-- when constant expressions are evaluated
SELECT failure($$ SELECT ingest.load('constant', file('id.csv'), options => '{"workers": 1}') $$);
SELECT failure($$ SELECT ingest.load('constant', file('id.csv'), options => '{"workers": 0}') $$);
RESET ROLE;

-- Defaults, triggers and generated columns run when the caller publishes, as the caller
CREATE FUNCTION whoami() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
CREATE TABLE d (id int, name text, by text DEFAULT whoami());
CREATE FUNCTION trace_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trace VALUES (current_user, TG_OP);
    RETURN NEW;
END $$;
CREATE TRIGGER trace BEFORE INSERT ON d FOR EACH ROW EXECUTE FUNCTION trace_trigger();
GRANT INSERT, SELECT ON d TO regress_ingest_loader;
SET ROLE regress_ingest_loader;
SELECT (ingest.load('d', file('one.csv'))).rows_inserted;
RESET ROLE;
SELECT * FROM d;
SELECT * FROM trace;
TRUNCATE trace;

-- Functions and operators of the caller's search_path are never called
CREATE SCHEMA evil AUTHORIZATION regress_ingest_author;
SET ROLE regress_ingest_author;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.trap(what text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rights_code.trace VALUES (current_user, what);
    RETURN true;
END $$;
CREATE FUNCTION evil.eq(a bigint, b bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.trap('=') $$;
CREATE FUNCTION evil.eq(a text, b text) RETURNS bool LANGUAGE sql AS $$ SELECT evil.trap('= of text') $$;
CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.eq);
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq);
CREATE FUNCTION evil.count() RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint FROM evil.trap('count') $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.now() FROM evil.trap('now') $$;
CREATE FUNCTION evil.has_table_privilege(regclass, text) RETURNS bool LANGUAGE sql AS $$ SELECT evil.trap('has_table_privilege') $$;
CREATE FUNCTION evil.jsonb_array_elements(jsonb) RETURNS SETOF jsonb LANGUAGE sql AS $$ SELECT '1'::jsonb FROM evil.trap('jsonb_array_elements') $$;
CREATE TABLE evil.manifest_loads (load_id bigint);
RESET ROLE;
CREATE TABLE k (id bigint PRIMARY KEY, name text);
GRANT INSERT, SELECT, UPDATE ON k TO regress_ingest_loader;
SET search_path = evil, pg_catalog, rights_code, ingest;
SELECT (ingest.load('k', file('one.csv'))).rows_inserted;
SELECT (ingest.load('k', file('one.csv'), options => '{"force": true}')).rows_unchanged;
SET ROLE regress_ingest_loader;
SELECT (ingest.load('k', file('one.csv'), options => '{"force": true, "workers": 0}')).rows_unchanged;
SELECT sum(rows_quarantined) FROM ingest.loads;
SELECT pg_catalog.max(err_message) > '' AS errors FROM ingest.quarantine_errors;
RESET ROLE;
RESET search_path;
SELECT * FROM rights_code.trace;

DROP SCHEMA evil CASCADE;
DROP SCHEMA rights_code CASCADE;
DROP OWNED BY regress_ingest_loader, regress_ingest_author;
DROP ROLE regress_ingest_loader, regress_ingest_author;
