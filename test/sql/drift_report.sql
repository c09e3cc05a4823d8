-- drift: how files differ from a target, before a load and with each load
\set ECHO none
\set test drift_report
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
CREATE FUNCTION drift(target regclass, name text, options jsonb DEFAULT '{}')
    RETURNS TABLE (file text, kind text, col text, file_col text, expected text, found text, severity text, action text) LANGUAGE sql
    AS $$ SELECT mask(d.file), d.kind, d.column_name, d.file_column, d.expected, d.found, d.severity, d.action FROM ingest.drift(target, file(name), options) d $$;
CREATE TABLE t (id int NOT NULL, customer_name text, price numeric(8,2) DEFAULT 0, day date, made timestamptz DEFAULT now());

-- A file as it was agreed
CALL write(file('same.csv'), E'id,customer_name,price,day\n1,a,1.50,2024-01-01\n');
SELECT * FROM drift('t', 'same.csv');

-- Added, missing, renamed by name, case, order
CALL write(file('added.csv'), E'id,customer_name,price,day,x,y\n1,a,1,2024-01-01,7,\n');
SELECT * FROM drift('t', 'added.csv');
SELECT kind, file_col, found, severity, action FROM drift('t', 'added.csv', '{"new_columns": "ignore"}');
SELECT kind, file_col, found, severity, action FROM drift('t', 'added.csv', '{"new_columns": "evolve"}');
SELECT kind, file_col, found, severity, action FROM drift('t', 'added.csv', '{"new_columns": "discard_row"}');
CALL write(file('missing.csv'), E'customer_name\na\n');
SELECT * FROM drift('t', 'missing.csv');
SELECT col, severity, action FROM drift('t', 'missing.csv', '{"missing_columns": "freeze"}');
CALL write(file('renamed.csv'), E'price,id,CustomerName,date\n1,1,a,2024-01-01\n');
SELECT * FROM drift('t', 'renamed.csv');
CALL write(file('case.csv'), E'ID,customer_name,Price,day\n1,a,1,2024-01-01\n');
SELECT * FROM drift('t', 'case.csv');
SELECT * FROM drift('t', 'case.csv', '{"match_by": "name_ci"}');
SELECT * FROM drift('t', 'renamed.csv', '{"column_map": {"customer_name": "CustomerName", "day": "date"}}');

-- Values of text files that are not of the column's type, in the notation of the options
CALL write(file('values.csv'), E'id,customer_name,price,day\n1,a,1.555,2024-01-01\nx,b,2,01/02/2024\n');
SELECT * FROM drift('t', 'values.csv');
SELECT col, found FROM drift('t', 'values.csv', '{"lossy": "allow", "dateformat": "%d/%m/%Y"}');

-- Types of Parquet files
CREATE TABLE p (small int2, big int8, f4 float4, f8 float8, n numeric(6,2), n0 numeric, s varchar(5), d date, at timestamp, b boolean, must int NOT NULL, surely int NOT NULL);
CALL parquet('p.parquet', $$message m {
  optional int64 small; optional int32 big; optional double f4; optional float f8; optional int32 n (DECIMAL(9,3)); optional int32 n0 (DECIMAL(9,2));
  optional binary s (STRING); optional int64 d (TIMESTAMP(MICROS,false)); optional int32 at (DATE); optional int32 b; optional int32 must; optional int32 surely; }
{"small": 1, "big": 1, "f4": 1, "f8": 1, "n": "1.000", "n0": "1.00", "s": "a", "d": "2024-01-01T00:00:00", "at": "2024-01-01", "b": 1, "surely": 1}$$);
SELECT col, kind, expected, found, severity, action FROM drift('p', 'p.parquet');
CREATE TABLE q (a int, b text);
CALL parquet('q.parquet', $$message m { optional int32 n; optional binary b (STRING); }
{"n": 1, "b": "x"}$$);
SELECT * FROM drift('q', 'q.parquet');

-- With each load that saw a difference, published or not; in workers and in the caller's process
SELECT report(ingest.load('t', file('same.csv')));
SELECT report(ingest.load('t', file('added.csv'), options => '{"new_columns": "ignore"}'));
SELECT report(ingest.load('t', file('case.csv'), options => '{"match_by": "name_ci", "workers": 0}'));
SELECT failure($$ SELECT ingest.load('t', file('missing.csv'), options => '{"new_columns": "ignore", "missing_columns": "default"}') $$);
CALL write(file('bad.csv'), E'id,customer_name,price\nx,a,1\n');
SELECT failure($$ SELECT ingest.load('t', file('bad.csv'), options => '{"reject_limit": 0}') $$);
SELECT load_id, status, mask(file) AS file, kind, column_name, file_column, expected, found, severity, action
  FROM ingest.drifts JOIN ingest.loads USING (load_id) ORDER BY load_id, file_no, kind, file_column;

-- Rights: those who may read the target see it
CREATE ROLE regress_drift IN ROLE pg_read_server_files;
GRANT USAGE ON SCHEMA drift_report, ingest TO regress_drift;
GRANT EXECUTE ON FUNCTION ingest.drift TO regress_drift;
GRANT SELECT ON ingest.drifts TO regress_drift;
SET ROLE regress_drift;
SELECT failure($$ SELECT drift('t', 'same.csv') $$);
SELECT count(*) FROM ingest.drifts;
RESET ROLE;
GRANT SELECT ON t TO regress_drift;
SET ROLE regress_drift;
SELECT kind, found FROM drift('t', 'added.csv');
SELECT count(*) > 0 AS seen FROM ingest.drifts;
RESET ROLE;
DROP OWNED BY regress_drift;
DROP ROLE regress_drift;

-- The example of docs/drift.md
CREATE TABLE orders (id int NOT NULL, customer_name text, price numeric(8,2) DEFAULT 0, day date);
CALL write(file('orders.csv'), E'price,id,CustomerName,discount\n12.50,1,Ann,0.05\n');
SELECT kind, column_name, file_column, found, severity, action FROM ingest.drift('orders', file('orders.csv'));
SELECT ingest.set_contract('orders', '{"options": {"new_columns": "evolve", "missing_columns": "freeze"},
                                       "columns": {"customer_name": {"source": ["customer_name", "CustomerName"]}}}');
SELECT kind, column_name, file_column, found, severity, action FROM ingest.drift('orders', file('orders.csv'));
