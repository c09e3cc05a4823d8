-- doc_quarantine: the SQL of docs/quarantine.md, so that it stays true
\set ECHO none
\set test doc_quarantine
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET datestyle = ISO;
SET client_min_messages = error;
CREATE TABLE orders (id int PRIMARY KEY, country text, amount numeric(8,2), day date);
CALL write(file('orders.csv'), E'id,country,amount,day\n1,DE,10.00,2024-05-01\n2,DE,"12,50",2024-05-01\n3,FR,n/a,2024-05-01\n4,DE,8.00,13.05.2024\n');
SELECT status, rows_staged, rows_quarantined FROM ingest.load('orders', file('orders.csv'));
SELECT rule, "column", rows, open, example_values FROM ingest.quarantine_summary WHERE target = 'orders'::regclass;
SELECT ingest.set_contract('orders', '{"columns": {"day": {"dateformat": "%d.%m.%Y"}}}');
SELECT load_id, rows_read, rows_inserted, message FROM ingest.replay('orders', '{"column": "day"}');
SELECT load_id, rows_read, rows_inserted, message
  FROM ingest.replay('orders', '{"rule": "type", "set": {"amount": "replace(amount, '','', ''.'')", "day": "day::date"}}');
SELECT ingest.discard_quarantine('orders', 'no amount, asked the sender', '{"load_id": 1}');
SELECT record_no, line_no, raw_line, status, status_reason, replayed_by FROM ingest.quarantine ORDER BY record_no;
SELECT * FROM ingest.cleanup('-1 second');
