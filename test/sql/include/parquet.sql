--
-- parquet.sql: writes Parquet files for the tests; include it after load.sql.
--
SET client_min_messages = warning;
\getenv make_parquet INGEST_MAKE_PARQUET
SET pg_ingest_test.make_parquet = :'make_parquet';

-- Writes a file from a schema and rows in JSON: test/parquet/make_parquet.c says how, and which options there are.
CREATE PROCEDURE parquet(name text, description text, options text DEFAULT '') LANGUAGE plpgsql AS $$
BEGIN
    CALL write(file('.description'), description);
    CALL shell(format('"%s" %s "%s" <.description', current_setting('pg_ingest_test.make_parquet'), options, name));
END $$;
RESET client_min_messages;
