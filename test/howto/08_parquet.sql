-- a directory that Spark has written: data/day=2024-05-01/part-0.parquet and so on
SELECT name, type_name, logical_type FROM ingest.parquet_schema('/data/inbox/data/day=2024-05-01/part-0.parquet');
CREATE TABLE events (id bigint, kind text, day date);
SELECT files_loaded, rows_inserted FROM ingest.load('events', '/data/inbox/data');
SELECT * FROM events ORDER BY id;
