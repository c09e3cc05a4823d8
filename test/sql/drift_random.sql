-- drift: files whose columns come and go end in the table that they would have made of the final one
\set ECHO none
\set test drift_random
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET client_min_messages = error;

-- A value for a column, as a file would write it: mostly of the column's kind.
CREATE FUNCTION value(name text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN random() < 0.15 THEN ''
                WHEN random() < 0.03 THEN 'odd'
                WHEN name = 'number' THEN (random() * 1000 - 500)::int::text
                WHEN name = 'money' THEN round((random() * 100)::numeric, (random() * 2)::int)::text
                WHEN name = 'day' THEN (date '2024-01-01' + (random() * 1000)::int)::text
                WHEN name = 'flag' THEN (random() < 0.5)::text
                WHEN name = 'code' THEN lpad((random() * 99)::int::text, 3, '0')
                ELSE '"' || repeat('x""y,', (random() * 3)::int) || '"' END $$;

-- A file of some of the columns in some order; ids begin behind first.
CREATE FUNCTION random_file(first int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    names text[] := ARRAY(SELECT n FROM unnest('{number,money,day,flag,code,word}'::text[]) n WHERE random() < 0.6 ORDER BY random());
    result text := array_to_string(names || 'id'::text, ',');
BEGIN
    FOR i IN 1 .. 1 + (random() * 20)::int LOOP
        result := result || E'\n' || array_to_string(ARRAY(SELECT value(n) FROM unnest(names) WITH ORDINALITY u(n, o) ORDER BY o) || (first + i)::text, ',');
    END LOOP;
    RETURN result || E'\n';
END $$;

-- Rounds of which both tables, or what is in quarantine of both, differ.
CREATE FUNCTION rounds(n int, key text[], options jsonb) RETURNS TABLE (problem text) LANGUAGE plpgsql AS $$
DECLARE
    policy jsonb := options || '{"new_columns": "evolve", "force": true}';
    r ingest.load_result;
    grown text[];
    final text[];
    differ bigint;
BEGIN
    FOR turn IN 1 .. n LOOP
        grown := '{}';
        final := '{}';
        CREATE TABLE grown (id int);
        FOR i IN 1 .. 5 LOOP
            CALL write(file(i || '.csv'), random_file(i * CASE WHEN key IS NULL THEN 100 ELSE 10 END));
            r := ingest.load('grown', file(i || '.csv'), key, options => policy);
            grown := grown || concat_ws(' ', r.status, r.rows_read, r.rows_quarantined, r.rows_inserted + r.rows_updated + r.rows_unchanged);
            IF r.rows_read <> r.rows_staged + r.rows_quarantined THEN
                problem := 'rows are lost';
                RETURN NEXT;
            END IF;
        END LOOP;
        CREATE TABLE final (LIKE grown);
        FOR i IN 1 .. 5 LOOP
            r := ingest.load('final', file(i || '.csv'), key, options => options || '{"new_columns": "ignore"}');
            final := final || concat_ws(' ', r.status, r.rows_read, r.rows_quarantined, r.rows_inserted + r.rows_updated + r.rows_unchanged);
        END LOOP;
        EXECUTE 'SELECT count(*) FROM ((TABLE grown EXCEPT ALL TABLE final) UNION ALL (TABLE final EXCEPT ALL TABLE grown)) d' INTO differ;
        IF differ <> 0 OR grown <> final THEN
            problem := format('%s rows differ; %s %s', differ, grown, final);
            RETURN NEXT;
        END IF;
        DROP TABLE grown, final;
    END LOOP;
END $$;
SELECT setseed(0.42);
SELECT * FROM rounds(12, NULL, '{"workers": 0}');
SELECT * FROM rounds(12, '{id}', '{"workers": 0}');
SELECT * FROM rounds(3, '{id}', '{"workers": 2}');
