-- load: option filter, what is refused, and whose code it runs
\set ECHO none
\set test load_filter_errors
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int, day date, note text);
CALL write(file('t.csv'), E'id,day,note\n1,2024-05-01,a\n2,2024-05-02,b\n');
-- The error of each filter.
CREATE FUNCTION failures(VARIADIC filters text[]) RETURNS TABLE (filter text, failure text) LANGUAGE plpgsql AS $$
BEGIN
    FOREACH filter IN ARRAY filters LOOP
        SELECT f INTO failure FROM failure(format('SELECT ingest.load(''t'', file(''t.csv''), options => %L)',
                                                  jsonb_build_object('filter', filter))) AS f LIMIT 1;
        RETURN NEXT;
    END LOOP;
END $$;

-- Errors of SQL point into the filter
SELECT ingest.load('t', file('t.csv'), options => '{"filter": "id = 1 AND ids > 1"}');
SELECT ingest.load('t', file('t.csv'), options => '{"filter": "id = 1 AND"}');
SELECT ingest.load('t', file('t.csv'), options => '{"filter": "id IN (SELECT 1)"}');
SELECT * FROM failures('', 'other.id > 1', 'day > 1', 'day > ''never''', 'nothing(id)', 'id = $1', 'id > 1 / 0');

-- It is one expression, and a boolean one
SELECT * FROM failures('id', 'id = 1, id = 2', 'id = 1; DROP TABLE t', 'id = 1 FROM t', 'id = 1 ORDER BY 1', 'id = 1 name',
                       'true LIMIT 1', 'true WHERE true', 'DISTINCT true', '*', 't.*', 'true UNION SELECT true');

-- What a row of a file has not, or cannot decide
SELECT * FROM failures('EXISTS (SELECT FROM t)', 'count(*) > 1', 'row_number() OVER () > 1', 'generate_series(1, id) = 1',
                       'ctid IS NULL', 'tableoid = 1', 't IS NOT NULL', 'random() < 0.5', 'clock_timestamp() > day');
-- No load was begun
SELECT count(*) FROM ingest.loads;

-- Functions are those of the caller's search_path, and run as the caller
CREATE ROLE regress_filter_loader;
GRANT pg_read_server_files TO regress_filter_loader;
GRANT USAGE ON SCHEMA load_filter_errors, ingest TO regress_filter_loader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_filter_loader;
GRANT SELECT ON ingest.quarantine_errors TO regress_filter_loader;
GRANT INSERT, SELECT ON t TO regress_filter_loader;
CREATE FUNCTION who(n int) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_user; END $$;
CREATE FUNCTION hidden(n int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN true; END $$;
REVOKE EXECUTE ON FUNCTION hidden(int) FROM public;
CREATE FUNCTION become(n int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM set_config('role', 'none', false); RETURN true; END $$;
SET ROLE regress_filter_loader;
SELECT status, rows_read, rows_inserted
  FROM ingest.load('t', file('t.csv'), options => '{"workers": 2, "filter": "who(id) = ''regress_filter_loader'' AND who(1) = who(id)"}');
SELECT failure($$ SELECT ingest.load('t', file('t.csv'), options => '{"force": true, "workers": 2, "filter": "hidden(id)"}') $$);
SELECT failure($$ SELECT ingest.load('t', file('t.csv'), options => '{"force": true, "workers": 0, "filter": "hidden(id)"}') $$);
SELECT failure($$ SELECT ingest.load('t', file('t.csv'), options => '{"force": true, "filter": "hidden(1)"}') $$);
SELECT rows_quarantined FROM ingest.load('t', file('t.csv'), options => '{"force": true, "workers": 2, "filter": "become(id)"}');
SELECT DISTINCT rule, errorcode, err_message FROM ingest.quarantine_errors;
RESET ROLE;

-- The filter, with what is stable in it evaluated, decides which load a call goes on with
CREATE TABLE f (id int, day date, note text);
SELECT ingest.stage('f', file('t.csv'), '{"filter": "id > 1"}') AS load \gset
SELECT status, load_id = :load AS is_continued, rows_staged
  FROM ingest.load('f', file('t.csv'), options => '{"filter": "id > 1"}');
SELECT ingest.stage('f', file('t.csv'), '{"force": true, "filter": "id > 0"}') AS load \gset
SELECT status, load_id = :load AS is_continued, rows_staged
  FROM ingest.load('f', file('t.csv'), options => '{"force": true, "filter": "id > 1"}');
SELECT status FROM ingest.loads WHERE load_id = :load;
SELECT ingest.stage('f', file('t.csv'), '{"force": true, "filter": "note <> current_user"}') AS load \gset
SELECT status, load_id = :load AS is_continued
  FROM ingest.load('f', file('t.csv'), options => '{"force": true, "filter": "note <> current_user"}');
SELECT ingest.stage('f', file('t.csv'), '{"force": true, "filter": "day < now()"}') AS load \gset
SELECT status, load_id = :load AS is_continued
  FROM ingest.load('f', file('t.csv'), options => '{"force": true, "filter": "day < now()"}');

DROP OWNED BY regress_filter_loader;
DROP ROLE regress_filter_loader;
