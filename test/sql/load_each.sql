-- load_each: every file in a transaction of its own; bad ones do not hold back the rest
\set ECHO none
\set test load_each
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set VERBOSITY terse

CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, CHECK (id < 1000));
CALL write(file('a.csv'), E'id,name\n1,a\n2,a\n');
CALL write(file('b.csv'), E'id,name\n2,b\n3,b\n');
SELECT file('*.csv') AS source \gset

-- all good; again: nothing to do; what is new
CALL ingest.load_each('t', :'source');
CALL ingest.load_each('t', :'source');
CALL write(file('c.csv'), E'id,name\n4,c\n');
CALL write(file('copy of a.csv'), E'id,name\n1,a\n2,a\n');
CALL ingest.load_each('t', :'source');
SELECT * FROM t ORDER BY id;
-- every file is a load of its own, and so is its manifest
SELECT l.load_id, mask(l.source), l.status, l.rows_inserted, l.rows_updated FROM ingest.loads l ORDER BY 1;

-- files that are bad in many ways; the last one is good
CREATE TABLE many (id int PRIMARY KEY, name text NOT NULL, parent int,
    FOREIGN KEY (parent) REFERENCES t DEFERRABLE INITIALLY DEFERRED);
CALL write(file('01.csv'), E'id,name,what\n1,a,b\n');
CALL write(file('02.csv'), E'id,name\nx,a\ny,b\n');
CALL write(file('03.csv.gz'), '\x1f8b0800'::bytea);
CALL write(file('04.csv'), E'id,name,parent\n1,a,77\n');
CALL write(file('05.parquet'), E'PAR1 is not enough');
CALL write(file('06.csv'), E'id,name\n6,good\n7,\n');
CALL write(file('07.csv'), E'id,name\n8,good\n');
SELECT file('0*') AS source \gset
CREATE PROCEDURE each(source text, options jsonb) LANGUAGE plpgsql AS $$
BEGIN
    CALL ingest.load_each('many', source, options => options);
END $$;
SET client_min_messages = error;
\set VERBOSITY sqlstate
CALL ingest.load_each('many', :'source', options => '{"reject_limit": 1}');
\set VERBOSITY terse
RESET client_min_messages;
SELECT * FROM many ORDER BY id;
SELECT mask(source) AS source, status, mask(message) AS message FROM ingest.loads WHERE target = 'many'::regclass ORDER BY load_id;

-- what was corrected is loaded by the same call, also one of another procedure
CALL write(file('01.csv'), E'id,name\n1,a\n');
CALL write(file('02.csv'), E'id,name\n2,a\n');
CALL shell('rm 03.csv.gz 05.parquet');
INSERT INTO t VALUES (77, 'parent');
SET client_min_messages = error;
CALL each(:'source', '{"reject_limit": 1}');
RESET client_min_messages;
SELECT id FROM many ORDER BY id;
SELECT count(*) FROM ingest.loads WHERE status IN ('staging', 'staged');

-- what is wrong with the call ends it at once
CALL ingest.load_each('t', 'relative');
CALL ingest.load_each('t', :'source', options => '{"delimeter": ";"}');
CALL ingest.load_each('t', :'source', ARRAY['nothing']);
CALL ingest.load_each('t', :'source', strategy => 'nothing');
CALL ingest.load_each(NULL, :'source');
SELECT file('nothing-*') AS nothing \gset
\set VERBOSITY sqlstate
CALL ingest.load_each('t', :'nothing');

-- where nothing can be committed
\set VERBOSITY default
BEGIN;
CALL ingest.load_each('t', :'source');
ROLLBACK;
CREATE PROCEDURE exception_block() LANGUAGE plpgsql AS $$
BEGIN
    CALL ingest.load_each('t', file('*.csv'));
EXCEPTION WHEN division_by_zero THEN NULL;
END $$;
\set VERBOSITY terse
CALL exception_block();
CREATE FUNCTION in_function() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CALL ingest.load_each('t', file('*.csv'));
END $$;
SELECT in_function();

-- files that are too young are left; progress for who wants it
CREATE TABLE young (id int, name text);
CALL shell('touch -d "1 hour ago" a.csv');
SELECT file('[ab].csv') AS source \gset
SET client_min_messages = error;
DO $$ BEGIN CALL ingest.load_each('young', file('[ab].csv'), options => '{"min_file_age": "10 minutes"}'); END $$;
RESET client_min_messages;
SELECT count(*) FROM young;

-- in the caller's process; in other isolation levels
CALL ingest.load_each('young', :'source', options => '{"workers": 0}');
SET default_transaction_isolation = serializable;
CALL ingest.load_each('young', :'source', options => '{"force": true}');
RESET default_transaction_isolation;
SELECT count(*) FROM young;
