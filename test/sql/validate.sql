-- validate: what a load would find wrong, without one
\set ECHO none
\set test validate
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (a int, b numeric(4,1), c text NOT NULL CHECK (c <> 'bad'));
CALL write(file('five'), E'a,b,c\n1,1.5,x\ntwo,2.55,\n3,3,bad\n4,4,y\n\n5,,z,\n');
CREATE FUNCTION summary(target regclass, source text, options jsonb DEFAULT '{}')
RETURNS TABLE (rule text, "column" text, n bigint, read bigint, good bigint, bad bigint, ignored bigint, first text, value text, message text)
LANGUAGE sql AS $$
    SELECT rule, column_name, violations, rows_read, rows_good, rows_bad, rows_ignored, mask(file) || ':' || record_no || ':' || line_no, value, message
      FROM ingest.validate_summary(target, source, options) $$;

-- Every violation
SELECT record_no, line_no, column_name, rule, message, value FROM ingest.validate('t', file('five'));
SELECT mask(file) AS file, sqlstate, byte_offset, byte_length, row_group, raw_line, raw_bytes FROM ingest.validate('t', file('five'));
-- All rows, then each rule and column with its first row
SELECT * FROM summary('t', file('five'));

-- It writes nothing: in a transaction that must not, and in any other
BEGIN READ ONLY;
SELECT count(*) FROM ingest.validate('t', file('five'));
SELECT n, bad FROM summary('t', file('five')) WHERE rule IS NULL;
COMMIT;
BEGIN;
SELECT count(*) FROM ingest.validate('t', file('five'));
SELECT pg_current_xact_id_if_assigned();
COMMIT;
SELECT count(*) FROM t;
SELECT (SELECT count(*) FROM ingest.loads), (SELECT count(*) FROM ingest.quarantine), (SELECT is_called FROM ingest.load_id_seq);
SELECT relname FROM pg_class WHERE relnamespace = 'ingest'::regnamespace AND relname LIKE 'load%lane%';
-- What is loaded already is looked at all the same
SELECT report(ingest.load('t', file('five')));
SELECT report(ingest.load('t', file('five')));
SELECT count(*) FROM ingest.validate('t', file('five'));

-- max_violations: it stops there, also within a row; the summary reads on
SELECT record_no, column_name FROM ingest.validate('t', file('five'), '{"max_violations": 2}');
SELECT record_no, column_name FROM ingest.validate('t', file('five'), '{"max_violations": 4}');
SELECT n, read, bad FROM summary('t', file('five'), '{"max_violations": 2}') WHERE rule IS NULL;
CALL write(file('many'), E'a,b,c\n' || repeat(E'x,1,y\n', 5000) || E'1,1,y\n');
SELECT count(*) FROM ingest.validate('t', file('many'));
SELECT count(*) FROM ingest.validate('t', file('many'), '{"max_violations": 0}');
SELECT count(*) FROM ingest.validate('t', file('many'), '{"max_violations": -1}');

-- Limits are reported, not raised; on_error hides nothing, but set_null mends
SELECT * FROM summary('t', file('many'));
SELECT message FROM summary('t', file('five'), '{"reject_limit": 3}') WHERE rule IS NULL;
SELECT message FROM summary('t', file('five'), '{"reject_limit": 2}') WHERE rule IS NULL;
SELECT message FROM summary('t', file('five'), '{"reject_limit": "49%"}') WHERE rule IS NULL;
SELECT bad, ignored, message FROM summary('t', file('five'), '{"on_error": "stop"}') WHERE rule IS NULL;
SELECT bad, ignored, message FROM summary('t', file('five'), '{"on_error": "ignore", "reject_limit": 1}') WHERE rule IS NULL;
SELECT rule, "column", n, good, bad FROM summary('t', file('five'), '{"on_error": "set_null"}');
-- The filter counts
SELECT rule, "column", n, read, good, bad, ignored FROM summary('t', file('five'), '{"filter": "a > 3"}');

-- A primary key must not be NULL, as upsert wants it; duplicates are a matter of publishing
CREATE TABLE keyed (id int, at date, PRIMARY KEY (id, at));
CALL write(file('keyed'), E'id,at\n1,2024-01-01\n1,2024-01-01\n,2024-01-01\n2,2024-02-30\n');
SELECT record_no, column_name, rule, message, value FROM ingest.validate('keyed', file('keyed'));
-- The contract counts
SELECT ingest.set_contract('keyed', '{"columns": {"at": {"type": "date", "dateformat": "%d.%m.%Y"}}, "rules": {"small": "id < 2"}}');
CALL write(file('german'), E'id,at\n1,01.02.2024\n2,2.2.2024\n3,2024-01-01\n');
SELECT record_no, column_name, rule, message, value FROM ingest.validate('keyed', file('german'));

-- Several files
CALL shell('mkdir dir');
CALL write(file('dir/1.csv'), E'a,b,c\n1,1,y\nx,1,y\n');
CALL write(file('dir/2.csv'), E'c,a\ny,1\ny,x\nbad,2\n');
SELECT mask(file) AS file, record_no, line_no, column_name, rule FROM ingest.validate('t', file('dir'));
SELECT * FROM summary('t', file('dir'));
-- No row, no file yet
CALL write(file('empty'), '');
SELECT * FROM summary('t', file('empty'));
SET client_min_messages = warning;
SELECT * FROM summary('t', file('dir'), '{"min_file_age": "1 hour"}');
RESET client_min_messages;

-- What a load refuses, it refuses
SELECT failure($$ SELECT * FROM ingest.validate('t', file('none')) $$);
CALL write(file('drift'), E'a,d\n1,1\n');
SELECT failure($$ SELECT * FROM ingest.validate('t', file('drift')) $$);
SELECT failure($$ SELECT * FROM ingest.validate_summary('t', file('drift')) $$);
SELECT failure($$ SELECT * FROM ingest.validate('t', NULL) $$);
SELECT failure($$ SELECT * FROM ingest.validate('pg_views', file('five')) $$);
SELECT failure($$ SELECT * FROM ingest.validate('t', file('five'), '{"max_violation": 1}') $$) LIMIT 1;
-- Rights: those of a load
CREATE ROLE regress_validator;
GRANT USAGE ON SCHEMA ingest, validate TO regress_validator;
GRANT EXECUTE ON FUNCTION ingest.validate TO regress_validator;
SET ROLE regress_validator;
SELECT failure($$ SELECT count(*) FROM ingest.validate('t', file('five')) $$);
SELECT failure($$ SELECT * FROM ingest.validate_summary('t', file('five')) $$);
RESET ROLE;
GRANT pg_read_server_files TO regress_validator;
SET ROLE regress_validator;
SELECT failure($$ SELECT count(*) FROM ingest.validate('t', file('five')) $$);
RESET ROLE;
GRANT INSERT ON t TO regress_validator;
SET ROLE regress_validator;
SELECT count(*) FROM ingest.validate('t', file('five'));
RESET ROLE;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ingest FROM regress_validator;
DROP OWNED BY regress_validator;
DROP ROLE regress_validator;
