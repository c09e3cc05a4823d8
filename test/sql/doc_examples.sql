-- doc_examples: the SQL of README.md and docs/reference.md, so that it stays true
\set ECHO none
\set test doc_examples
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET datestyle = ISO;
SET timezone = 'UTC';

-- README: a table, a load, what was refused, the same load again
CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, ordered_at timestamptz, amount numeric(12,2));
CALL write(file('orders-1.csv'), E'id,customer,ordered_at,amount\n1,Ada,2024-05-01 10:00+00,12.50\n2,"Smith, Jones",2024-05-01 11:30+00,7\n3,Grace,2024-02-30 09:00+00,19.99\n4,,2024-05-02 09:00+00,1.005\n5,Linus,2024-05-02 10:00+00,3\n5,Linus,2024-05-02 10:00+00,4\n');
SELECT load_id, status, files_loaded, rows_read, rows_staged, rows_quarantined, rows_deduplicated, rows_inserted
  FROM ingest.load('orders', file('orders-*.csv'));
SELECT lineno, colname, rule, errorcode, raw_field_value, err_message FROM ingest.quarantine_errors ORDER BY lineno, colname;
SELECT status, files_skipped, rows_read FROM ingest.load('orders', file('orders-*.csv'));

-- ingest.validate
SELECT line_no, column_name, rule, value, message FROM ingest.validate('orders', file('orders-1.csv'));
SELECT rule, column_name, violations, rows_read, rows_good, rows_bad, line_no, message
  FROM ingest.validate_summary('orders', file('orders-1.csv'), '{"reject_limit": 1}');

-- ingest.load: the next file of the source changes one row and brings one
CALL write(file('orders-2.csv'), E'id,amount,customer\n1,13,Ada\n2,7.00,"Smith, Jones"\n6,5,Eve\n');
SELECT load_id, status, files_loaded, files_skipped, rows_staged, rows_inserted, rows_updated, rows_unchanged
  FROM ingest.load('orders', file('orders-*.csv'));

-- ingest.read
SELECT * FROM ingest.read(file('orders-1.csv')) AS t(id bigint, customer text) WHERE id <> 2 LIMIT 2;
SELECT count(*), sum(amount) FROM ingest.read(file('orders-*.csv'), '{"on_error": "ignore"}') AS t(amount numeric(12,2));
SELECT failure($$ SELECT * FROM ingest.read(file('orders-1.csv')) AS t(id bigint, amount numeric(12,2)) $$);

SELECT string_agg(format('%I %s', name_in_file, type), ', ' ORDER BY ordinal) FROM ingest.sniff_columns(file('orders-1.csv'));

-- ingest.stage, ingest.publish, ingest.discard
CALL write(file('orders-3.csv'), E'id,customer\n7,Ken\n');
SELECT ingest.stage('orders', file('orders-3.csv'));
SELECT status, rows_inserted FROM ingest.publish(3);
SELECT * FROM ingest.publish(3);
CALL write(file('orders-4.csv'), E'id,customer\n8,Bjarne\n');
SELECT ingest.stage('orders', file('orders-4.csv'));
SELECT ingest.discard(4);
SELECT load_id, status FROM ingest.loads ORDER BY load_id;

-- a rollback of the caller keeps what was staged; the same call publishes it
BEGIN;
SELECT load_id, status FROM ingest.load('orders', file('orders-4.csv'));
ROLLBACK;
SELECT status FROM ingest.loads WHERE load_id = 5;
SELECT load_id, status, rows_inserted FROM ingest.load('orders', file('orders-4.csv'));

-- options: a German export with names and formats of its own
CREATE TABLE sales (id int PRIMARY KEY, day date, amount numeric(10,2), origin text);
CALL write(file('export.csv'), E'Nr;Tag;Betrag\n1;31.12.2024;1.234,50\n2;01.01.2025;n/a\n');
SELECT status, rows_inserted FROM ingest.load('sales', file('export.csv'), options => '{
    "delimiter": ";", "null": ["", "n/a"],
    "column_map": {"id": ["Nr", "No"], "day": "Tag", "amount": "Betrag"},
    "dateformat": "%d.%m.%Y", "decimal_separator": ",", "thousands": ".",
    "filename": "origin"}');
SELECT id, day, amount, mask(origin) AS origin FROM sales;
SELECT * FROM ingest.load('sales', file('export.csv'), options => '{"delimeter": ";"}');
SELECT * FROM ingest.load('sales', file('export.csv'), options => '{"chunk_size": "1kB"}');

-- bad rows: reject_limit, on_error
CREATE TABLE items (id int, price numeric(6,2) CHECK (price < 100), name char(3));
CALL write(file('items.csv'), E'id,price,name\n1,1.5,abc\nx,200,abcd\n3\n4,"4"",x\n5,1.005,x\n\n');
SELECT failure(format('SELECT ingest.load(''items'', %L, options => ''{"reject_limit": "10%%"}'')', file('items.csv')));
SELECT record_no, lineno, colname, rule, errorcode, err_message FROM ingest.quarantine_errors
 WHERE load_id = 7 ORDER BY record_no, colname;
SELECT failure(format('SELECT ingest.load(''items'', %L, options => ''{"on_error": "stop"}'')', file('items.csv')));
SELECT status, rows_read, rows_staged, rows_ignored FROM ingest.load('items', file('items.csv'), options => '{"on_error": "ignore"}');

-- errors of the target, found when publishing
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents);
CALL write(file('children.csv'), E'id,parent\n1,\n2,7\n');
SELECT failure(format('SELECT ingest.load(''children'', %L)', file('children.csv')));
INSERT INTO parents VALUES (7);
SELECT status, rows_inserted FROM ingest.load('children', file('children.csv'));

-- what a loader role needs
CALL write(file('export-2.csv'), E'id,amount\n3,3\n');
CREATE ROLE regress_doc_loader;
GRANT USAGE ON SCHEMA doc_examples TO regress_doc_loader;
GRANT pg_read_server_files TO regress_doc_loader;
GRANT USAGE ON SCHEMA ingest TO regress_doc_loader;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ingest TO regress_doc_loader;
GRANT SELECT ON ingest.loads, ingest.files, ingest.chunks, ingest.progress,
    ingest.quarantine, ingest.quarantine_errors TO regress_doc_loader;
GRANT SELECT, INSERT, UPDATE ON sales TO regress_doc_loader;
SET ROLE regress_doc_loader;
SELECT status, rows_inserted FROM ingest.load('sales', file('export-2.csv'));
SELECT DISTINCT target FROM ingest.loads;
SELECT ingest.load('orders', file('orders-4.csv'));
RESET ROLE;
DROP OWNED BY regress_doc_loader;
DROP ROLE regress_doc_loader;

-- Parquet files, looked at
\set ECHO none
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
\set ECHO all
CALL parquet('orders.parquet', $$
message orders {
  required int64 id = 1;
  required binary customer (STRING) = 2;
  optional int64 ordered_at (TIMESTAMP(MICROS,true)) = 3;
  optional int64 amount (DECIMAL(12,2)) = 4;
}
{"id": 1, "customer": "Ada", "ordered_at": "2024-05-01 10:00:00", "amount": "12.50"}
{"id": 2, "customer": "Smith, Jones", "ordered_at": "2024-05-01 11:30:00", "amount": "7"}
{"id": 3, "customer": "Grace", "ordered_at": "2024-05-02 09:00:00"}
$$, '--row-group-rows 2 --key-value pandas={}');
SELECT name, type_name, repetition_type, converted_type, field_id, logical_type FROM ingest.parquet_schema(file('orders.parquet'));
SELECT created_by, num_rows, num_row_groups FROM ingest.parquet_file_metadata(file('orders.parquet'));
SELECT row_group_id, path_in_schema, num_values, stats_min, stats_max, compression
  FROM ingest.parquet_metadata(file('orders.parquet')) WHERE column_id >= 2;
SELECT convert_from(key, 'UTF8') AS key, convert_from(value, 'UTF8') AS value FROM ingest.parquet_kv_metadata(file('orders.parquet'));
SELECT column_id, field_id, stats_min, stats_max, stats_null_count FROM ingest.parquet_column_stats(file('orders.parquet'));

-- Option filter
CREATE TABLE takings (id int, kind text, amount numeric);
CALL write(file('takings.csv'), E'id,kind,amount\n1,sale,10\n2,refund,x\n3,sale,7\n');
SELECT rows_read, rows_staged, rows_quarantined, rows_ignored
  FROM ingest.load('takings', file('takings.csv'), options => '{"filter": "kind = ''sale''"}');
