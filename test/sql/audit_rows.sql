-- contracts: rows that refer to nothing or repeat what must be unique leave a load before it is published
\set ECHO none
\set test audit_rows
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE country (code text PRIMARY KEY);
INSERT INTO country VALUES ('DE'), ('FR');
CREATE TABLE p (id int PRIMARY KEY, email text, country text, parent bigint);
INSERT INTO p VALUES (100, 'x@y', 'DE', NULL);
CREATE VIEW rejected AS SELECT record_no, raw_line, errors FROM ingest.quarantine
    WHERE load_id = (SELECT max(load_id) FROM ingest.loads) ORDER BY record_no;

-- What does not fit the table
SELECT ingest.set_contract('p', '{"columns": {
    "country": {"references": {"table": "nowhere", "column": "code"}},
    "email": {"references": {"table": "country", "column": "name"}},
    "id": {"references": {"table": "country", "column": "code"}}},
    "unique": {"a": {"columns": "nope"}, "b": {}, "c": {"columns": ["id"], "keep": "all", "in": "file"}}}');
SELECT ingest.set_contract('p', '{"columns": {
    "country": {"references": {"table": "nowhere", "column": "code"}},
    "email": {"references": {"table": "country", "column": "name"}},
    "id": {"references": {"table": "country", "column": "code"}}},
    "unique": {"a": {"columns": "nope"}}}');

-- Rows of the load may refer to each other; who refers to a row that goes, goes as well
SELECT ingest.set_contract('p', '{"columns": {
    "country": {"references": {"table": "country", "column": "code"}},
    "parent": {"references": {"table": "p", "column": "id"}}, "email": {"unique": true}}}');
CALL write(file('p'), E'id,email,country,parent\n1,a@b,DE,\n2,a@b,FR,1\n3,c@d,XX,1\n4,e@f,,3\n5,x@y,DE,4\n100,x@y,DE,100\n6,,,2\n7,,,6\n8,,DE,100\n1,a@b,FR,1\n');
SELECT report(ingest.load('p', file('p')));
SELECT * FROM rejected;
SELECT * FROM p ORDER BY id;

-- Without a key; which of them is kept; NULL repeats nothing
CREATE TABLE u (n int, a text, b text);
INSERT INTO u VALUES (0, 'in', 'target');
CALL write(file('u'), E'n,a,b\n1,x,y\n2,x,y\n3,x,\n4,x,\n5,in,target\n6,z,z\n7,x,y\n');
SELECT ingest.set_contract('u', '{"unique": {"pair": {"columns": ["a", "b"]}}}');
SELECT report(ingest.load('u', file('u'), options => '{"workers": 0}'));
SELECT record_no, errors FROM rejected;
SELECT * FROM u ORDER BY n;
DELETE FROM u WHERE n > 0;
SELECT ingest.set_contract('u', '{"unique": {"pair": {"columns": ["a", "b"], "keep": "last", "in": "load"}}}');
SELECT report(ingest.load('u', file('u'), options => '{"force": true}'));
SELECT * FROM u ORDER BY n;
DELETE FROM u WHERE n > 0;
SELECT ingest.set_contract('u', '{"unique": {"pair": {"columns": ["a", "b"], "keep": "none"}}}');
SELECT report(ingest.load('u', file('u'), options => '{"force": true}'));
SELECT * FROM u ORDER BY n;

-- With a key, rows of one key are versions of one row; keep none
SELECT ingest.set_contract('p', '{"unique": {"email": {"columns": ["email"], "keep": "none"}}}');
TRUNCATE p;
CALL write(file('v'), E'id,email\n1,a\n1,a\n2,b\n3,b\n4,c\n5,\n6,\n');
SELECT report(ingest.load('p', file('v')));
SELECT id, email FROM p ORDER BY id;

-- A rollback takes it all back; staged in steps; SQL path
TRUNCATE p;
CALL write(file('w'), E'id,email\n1,a\n2,a\n');
SELECT ingest.stage('p', file('w')) AS load_id \gset
BEGIN;
SELECT report(ingest.publish(:load_id));
ROLLBACK;
SELECT count(*) FROM ingest.quarantine WHERE load_id = :load_id;
SET pg_ingest.publish_path = 'sql';
SELECT report(ingest.publish(:load_id));
SELECT id, email FROM p ORDER BY id;
RESET pg_ingest.publish_path;

-- The caller needs the right to read what rows refer to
CREATE ROLE audit_loader;
GRANT pg_read_server_files TO audit_loader;
GRANT USAGE ON SCHEMA ingest, audit_rows TO audit_loader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO audit_loader;
GRANT SELECT, INSERT ON u TO audit_loader;
SELECT ingest.set_contract('u', '{"columns": {"a": {"references": {"table": "country", "column": "code"}}}}');
CALL write(file('x'), E'n,a\n1,DE\n2,XX\n');
SET ROLE audit_loader;
SELECT status FROM ingest.load('u', file('x'));
RESET ROLE;
GRANT SELECT ON country TO audit_loader;
SET ROLE audit_loader;
SELECT status, rows_quarantined FROM ingest.load('u', file('x'));
RESET ROLE;
DROP OWNED BY audit_loader;
DROP ROLE audit_loader;
