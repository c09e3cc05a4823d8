-- rights: what a role needs to load, and what it may see
\set ECHO none
\set test rights
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- Nothing is granted to PUBLIC
SELECT has_schema_privilege('public', 'ingest', 'USAGE') AS usage, has_schema_privilege('public', 'ingest', 'CREATE') AS create;
SELECT p.oid::regprocedure FROM pg_proc AS p, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
 WHERE pronamespace = 'ingest'::regnamespace AND grantee = 0;
SELECT c.oid::regclass FROM pg_class AS c, aclexplode(relacl) AS a WHERE relnamespace = 'ingest'::regnamespace AND grantee = 0;
-- Every function is owned by the extension's owner, runs as its caller and pins its search_path, or is written in C, or knows its objects since it was created
SELECT p.oid::regprocedure, prosecdef, proconfig, lanname FROM pg_proc AS p JOIN pg_language AS l ON l.oid = prolang
 WHERE pronamespace = 'ingest'::regnamespace AND (prosecdef OR lanname <> 'c' AND prosqlbody IS NULL);
SELECT c.oid::regclass, reloptions FROM pg_class AS c WHERE relnamespace = 'ingest'::regnamespace AND relkind = 'v' ORDER BY relname;

SET client_min_messages = warning;
CREATE ROLE regress_ingest_owner;
CREATE ROLE "regress ""ingest"" O'Role";
GRANT USAGE ON SCHEMA rights TO PUBLIC;
CREATE TABLE t (id int PRIMARY KEY, name text);
CREATE TABLE log (id int, name text);
CREATE TABLE secret (id int);
CALL write(file('a.csv'), E'id,name\n1,a\nx,b\n');
CALL write(file('b.csv'), E'id,name\n2,b\n');
CALL write(file('c.csv'), E'id\n3\n');
SELECT report(ingest.load('secret', file('c.csv')));

-- One right after the other, until it works
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
RESET ROLE;
GRANT USAGE ON SCHEMA ingest TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
SELECT failure($$ SELECT ingest.stage('t', file('a.csv')) $$);
SELECT failure($$ SELECT ingest.publish(1) $$);
SELECT failure($$ SELECT ingest.discard(1) $$);
SELECT failure($$ SELECT * FROM ingest.loads $$);
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO "regress ""ingest"" O'Role";
GRANT SELECT ON ingest.loads, ingest.files, ingest.chunks, ingest.progress, ingest.quarantine, ingest.quarantine_errors
   TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
SELECT failure($$ SELECT ingest.load('t', '/does/not/exist') $$);
SELECT failure($$ SELECT ingest.stage('t', file('a.csv')) $$);
RESET ROLE;
GRANT pg_read_server_files TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
RESET ROLE;
GRANT INSERT ON t, log TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
-- INSERT is enough to append, and to see nothing
SELECT (ingest.load('log', file('a.csv'))).status;
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
SELECT (SELECT count(*) FROM ingest.loads) AS loads, (SELECT count(*) FROM ingest.files) AS files, (SELECT count(*) FROM ingest.chunks) AS chunks,
       (SELECT count(*) FROM ingest.quarantine) AS quarantine, (SELECT count(*) FROM ingest.quarantine_errors) AS errors;
RESET ROLE;
GRANT SELECT ON t TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('t', file('a.csv')) $$);
RESET ROLE;
GRANT UPDATE ON t TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT (ingest.load('t', file('a.csv'))).status;
-- One sees the loads of tables that one may read, whoever loaded them; the tables below never
SELECT target::regclass, loaded_by, status, rows_inserted FROM ingest.loads;
SELECT target, mask(path), published FROM ingest.files;
SELECT target, rows_read FROM ingest.chunks;
SELECT target, raw_line FROM ingest.quarantine;
SELECT userid, copy_tbl, err_message FROM ingest.quarantine_errors;
SELECT c.oid::regclass FROM pg_class AS c WHERE relnamespace = 'ingest'::regnamespace AND relkind IN ('r', 'S')
   AND (has_table_privilege(c.oid, 'SELECT') OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'));
SELECT failure($$ DELETE FROM ingest.quarantine $$);
SELECT failure($$ SELECT * FROM ingest.manifest_loads $$);
SELECT failure($$ CREATE TABLE ingest.mine (id int) $$);
-- A staged load: its lanes can be read by who staged it, and published by who may write the target
SELECT ingest.stage('t', file('b.csv')) AS id \gset
RESET ROLE;
GRANT USAGE ON SCHEMA ingest TO regress_ingest_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_ingest_owner;
SET pg_ingest_test.id = :id;
SET ROLE regress_ingest_owner;
SELECT failure($$ SELECT ingest.publish(current_setting('pg_ingest_test.id')::int) $$);
SELECT failure($$ SELECT ingest.discard(current_setting('pg_ingest_test.id')::int) $$);
SELECT failure($$ SELECT ingest.publish(99999) $$);
RESET ROLE;
GRANT INSERT, SELECT, UPDATE ON t TO regress_ingest_owner;
SET ROLE regress_ingest_owner;
SELECT (ingest.publish(current_setting('pg_ingest_test.id')::int)).rows_inserted;
RESET ROLE;
SELECT loaded_by, status FROM ingest.loads WHERE load_id = :id;

-- Rights on columns are not enough, and say so
CREATE TABLE part (id int, name text);
GRANT INSERT (id), SELECT (id) ON part TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('part', file('c.csv')) $$);
RESET ROLE;

-- Row-level security is refused, but for those to whom it does not apply
CREATE TABLE rls (id int);
ALTER TABLE rls OWNER TO regress_ingest_owner;
ALTER TABLE rls ENABLE ROW LEVEL SECURITY;
GRANT ALL ON rls TO "regress ""ingest"" O'Role";
SET ROLE "regress ""ingest"" O'Role";
SELECT failure($$ SELECT ingest.load('rls', file('c.csv')) $$);
SET row_security = off;
SELECT failure($$ SELECT ingest.load('rls', file('c.csv')) $$);
RESET row_security;
RESET ROLE;
GRANT pg_read_server_files TO regress_ingest_owner;
SET ROLE regress_ingest_owner;
SELECT (ingest.load('rls', file('c.csv'))).rows_inserted;
ALTER TABLE rls FORCE ROW LEVEL SECURITY;
SELECT failure($$ SELECT ingest.load('rls', file('c.csv'), options => '{"force": true}') $$);
ALTER TABLE rls NO FORCE ROW LEVEL SECURITY;
RESET ROLE;

-- Staged rows of a table that is dropped: who staged them may give them up
SET ROLE regress_ingest_owner;
SELECT ingest.stage('rls', file('c.csv'), '{"force": true}') AS id \gset
RESET ROLE;
SET pg_ingest_test.id = :id;
DROP TABLE t, log, secret, part, rls;
SET ROLE "regress ""ingest"" O'Role";
SELECT split_part(failure, ',', 2) AS failure FROM failure($$ SELECT ingest.discard(current_setting('pg_ingest_test.id')::int) $$);
RESET ROLE;
SET ROLE regress_ingest_owner;
SELECT ingest.discard(current_setting('pg_ingest_test.id')::int);
RESET ROLE;
SELECT status FROM ingest.manifest_loads WHERE load_id = :id;
SELECT count(*) FROM pg_class WHERE relname LIKE 'load_%_lane_%';
-- Loads of dropped tables stay in the manifest, and are not in the views
SELECT target::text ~ '^\d+$' AS dropped, count(*) FROM ingest.manifest_loads GROUP BY 1;
SELECT count(*) FROM ingest.loads;
DROP OWNED BY "regress ""ingest"" O'Role", regress_ingest_owner;
DROP ROLE "regress ""ingest"" O'Role", regress_ingest_owner;
