--
-- load.sql: what the tests of ingest.load share; not a test itself.
--
-- Set the psql variable "test" to the name of the test, then include this file.  It makes the
-- extension anew, so that load ids begin with 1, a schema and a directory of the test's name, and
-- the helpers below.  The directory is the server's, whoever may run it.
--
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS pg_ingest CASCADE;
DROP SCHEMA IF EXISTS :test CASCADE;
CREATE EXTENSION pg_ingest;
CREATE SCHEMA :test;
SET search_path = :test;
SELECT current_setting('data_directory') || '/' || :'test' AS dir \gset
SELECT format('rm -rf "%1$s"; exec mkdir "%1$s"', :'dir') AS command \gset
COPY (SELECT WHERE false) TO PROGRAM :'command';
SET pg_ingest_test.dir = :'dir';

-- Path of a file of the test.
CREATE FUNCTION file(name text) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT current_setting('pg_ingest_test.dir') || '/' || name $$;

-- A message without what differs between machines.
CREATE FUNCTION mask(message text) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT replace(message, current_setting('pg_ingest_test.dir'), 'DIR') $$;

-- Writes a file of bytes, or of text in UTF-8.
CREATE PROCEDURE write(path text, content bytea) LANGUAGE plpgsql AS $$
DECLARE
    object oid := lo_from_bytea(0, content);
BEGIN
    PERFORM lo_export(object, path);
    PERFORM lo_unlink(object);
END $$;
CREATE PROCEDURE write(path text, content text) LANGUAGE plpgsql AS $$
DECLARE
    object oid := lo_from_bytea(0, convert_to(content, 'UTF8'));
BEGIN
    PERFORM lo_export(object, path);
    PERFORM lo_unlink(object);
END $$;

-- Runs a command of the shell in the directory of the test.
CREATE PROCEDURE shell(command text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT WHERE false) TO PROGRAM %L',
                   format('cd "%s" && %s', current_setting('pg_ingest_test.dir'), command));
END $$;

-- What a load did, counts of zero left out; says so when the accounting identity does not hold,
-- or when manifest and result differ.
CREATE FUNCTION report(r ingest.load_result) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    RETURN concat_ws(', ', r.status,
        nullif(r.files_loaded, 0) || ' files', nullif(r.files_skipped, 0) || ' files skipped',
        nullif(r.rows_read, 0) || ' read', nullif(r.rows_staged, 0) || ' staged',
        nullif(r.rows_quarantined, 0) || ' quarantined', nullif(r.rows_ignored, 0) || ' ignored',
        nullif(r.rows_deduplicated, 0) || ' deduplicated', nullif(r.rows_inserted, 0) || ' inserted',
        nullif(r.rows_updated, 0) || ' updated', nullif(r.rows_deleted, 0) || ' deleted',
        nullif(r.rows_unchanged, 0) || ' unchanged', nullif(r.rows_skipped, 0) || ' skipped',
        CASE WHEN r.rows_read <> r.rows_staged + r.rows_quarantined + r.rows_ignored
                  THEN 'ROWS READ DO NOT ADD UP' END,
        -- of the rows deleted some were staged, to say so, and some were missing
        CASE WHEN r.rows_staged - (r.rows_inserted + r.rows_updated + r.rows_unchanged + r.rows_deduplicated
                  + r.rows_skipped) NOT BETWEEN 0 AND r.rows_deleted
                  THEN 'ROWS STAGED DO NOT ADD UP' END,
        CASE WHEN r.elapsed < '0' THEN 'ELAPSED IS WRONG' END,
        CASE WHEN r.status = 'published' AND NOT EXISTS (
                 SELECT FROM ingest.manifest_loads l
                  WHERE (l.load_id, l.status, l.files_loaded, l.files_skipped, l.rows_read, l.rows_staged,
                         l.rows_quarantined, l.rows_ignored, l.rows_deduplicated, l.rows_inserted,
                         l.rows_updated, l.rows_deleted, l.rows_unchanged, l.bytes_read)
                      = (r.load_id, r.status, r.files_loaded, r.files_skipped, r.rows_read, r.rows_staged,
                         r.rows_quarantined, r.rows_ignored, r.rows_deduplicated, r.rows_inserted,
                         r.rows_updated, r.rows_deleted, r.rows_unchanged, r.bytes_read))
                  THEN 'MANIFEST DIFFERS' END,
        CASE WHEN r.rows_quarantined <> (SELECT count(*) FROM ingest.quarantine_rows q WHERE q.load_id = r.load_id AND q.rule <> 'trailer')
                  THEN 'QUARANTINE DIFFERS' END);
END $$;

-- The error of a statement, one row for each of its parts.
CREATE FUNCTION failure(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
    context text;
BEGIN
    EXECUTE statement;
    RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    RETURN NEXT mask(format('%s: %s', SQLSTATE, message));
    RETURN QUERY SELECT mask(format('%s: %s', label, part))
                   FROM (VALUES ('DETAIL', detail), ('HINT', hint),
                                ('CONTEXT', trim(E'\n' FROM regexp_replace(context, '^(SQL statement|PL/pgSQL).*$', '', 'gn')))) AS p(label, part)
                  WHERE part <> '';
END $$;

-- The violations of the last load.
CREATE VIEW bad AS
    SELECT record_no AS record, lineno AS line, colname AS "column", rule, errorcode AS code,
           mask(err_message) AS message, raw_field_value AS value
      FROM ingest.quarantine_errors
     WHERE load_id = (SELECT max(load_id) FROM ingest.manifest_loads)
     ORDER BY file_no, record_no, rule, colname;

\pset null '(null)'
\pset footer off
RESET client_min_messages;
\set ECHO all
