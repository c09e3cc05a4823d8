-- sniff: directories, compressed files, Parquet, partitions; rights and errors
\set ECHO none
\set test sniff_files
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO none
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
\set ECHO all
\pset null ''

-- Compressed
CALL write(file('a.csv'), E'id,name\n1,Ann\n2,Bo\n3,Cy\n');
CALL shell('gzip -k a.csv');
CALL write(file('a.csv.zst'), '\x28b52ffd0458c1000069642c6e616d650a312c416e6e0a322c426f0a332c43790ad1134b14'::bytea);
SELECT mask(filename) AS filename, encoding, header, rows_read, mask(load_call) AS load_call FROM ingest.sniff(file('a.csv.gz'));
SELECT mask(filename) AS filename, encoding, header, rows_read FROM ingest.sniff(file('a.csv.zst'));

-- A directory: the first file with anything in it, and what differs in the others
CALL shell('mkdir several');
CALL write(file('several/0.csv'), '');
CALL write(file('several/1.csv'), E'id;name\n1;Ann\n2;Bo\n3;Cy\n');
CALL write(file('several/2.csv'), E'name;id\nDee;4\n');
CALL write(file('several/3.csv'), E'id;nome;age\n5;Eff;7\n');
SELECT mask(filename) AS filename, files, rows_read, is_complete, mask(problems::text) AS problems FROM ingest.sniff(file('several'));
SELECT mask(ingest.create_table_sql(file('several/[12].csv'), 't')) AS sql;
CALL shell('mkdir headless');
CALL write(file('headless/1.csv'), E'1,2\n3,4\n');
CALL write(file('headless/2.csv'), E'1,2\n');
CALL write(file('headless/3.csv'), E'1,2,3\n');
SELECT mask(problems::text) AS problems FROM ingest.sniff(file('headless'));

-- Partitions become columns, of the type of their values, in directories that the call does not name
CALL shell('mkdir -p lake/year=2023/region=EU lake/year=2024/region=US');
CALL write(file('lake/year=2023/region=EU/1.csv'), E'id,n\n1,2\n3,4\n');
CALL write(file('lake/year=2024/region=US/1.csv'), E'id,n\n5,6\n');
SELECT ordinal, name_in_file, name, type, nullable, samples, note FROM ingest.sniff_columns(file('lake'));
\set ECHO none
SELECT ingest.create_table_sql(file('lake'), 'lake') \gexec
\set ECHO all
SELECT report(ingest.load('lake', file('lake'), options => (SELECT load_options FROM ingest.sniff(file('lake')))));
SELECT * FROM lake ORDER BY id;
SELECT name FROM ingest.sniff_columns(file('lake/year=2023/region=EU/1.csv'));
SELECT name FROM ingest.sniff_columns(file('lake'), '{"hive_partitioning": false}');

-- Parquet: nothing is guessed
CALL parquet('b.parquet', $$
message b {
  required int64 id;
  optional binary name (STRING);
  optional int64 amount (DECIMAL(12,2));
  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
}
{"id": 1, "name": "Ann", "amount": 150}
{"id": 2}
$$);
SELECT format, encoding, delimiter, columns, rows_read, is_complete, confidence, problems, load_options FROM ingest.sniff(file('b.parquet'));
SELECT ordinal, name, type, nullable, null_ratio, confidence FROM ingest.sniff_columns(file('b.parquet'));
\set ECHO none
SELECT ingest.create_table_sql(file('b.parquet'), 'b') \gexec
\set ECHO all
SELECT report(ingest.load('b', file('b.parquet')));
SELECT * FROM b;
CALL shell('mkdir mixed && cp b.parquet a.csv mixed');
SELECT mask(problems::text) AS problems FROM ingest.sniff(file('mixed'));

-- Rights: as for reading files
SET client_min_messages = warning;
CREATE ROLE regress_ingest_sniffer;
GRANT USAGE ON SCHEMA ingest, sniff_files TO regress_ingest_sniffer;
RESET client_min_messages;
SET ROLE regress_ingest_sniffer;
SELECT failure($$ SELECT * FROM ingest.sniff('/etc/passwd') $$);
RESET ROLE;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ingest TO regress_ingest_sniffer;
SET ROLE regress_ingest_sniffer;
SELECT failure($$ SELECT * FROM ingest.sniff('/etc/passwd') $$);
SELECT failure($$ SELECT * FROM ingest.sniff_columns('/etc/passwd') $$);
SELECT failure($$ SELECT ingest.create_table_sql('/etc/passwd', 't') $$);
RESET ROLE;
GRANT pg_read_server_files TO regress_ingest_sniffer;
SET ROLE regress_ingest_sniffer;
SELECT files FROM ingest.sniff(file('a.csv'));
RESET ROLE;

-- Errors
SELECT failure($$ SELECT * FROM ingest.sniff(NULL) $$);
SELECT failure($$ SELECT * FROM ingest.sniff('relative.csv') $$);
SELECT failure($$ SELECT * FROM ingest.sniff(file('none.csv')) $$);
SELECT left(failure($$ SELECT * FROM ingest.sniff(file('a.csv'), '{"delimeter": ";"}') $$), 80) AS failure;
SELECT failure($$ SELECT ingest.create_table_sql(file('a.csv'), NULL) $$);
SELECT failure($$ SELECT ingest.create_table_sql(file('several/0.csv'), 't') $$);
CALL shell('(seq -s, 2000; seq -s, 2000) >wide.csv');
SELECT jsonb_array_length(columns) AS columns, problems FROM ingest.sniff(file('wide.csv'));
SELECT failure($$ SELECT ingest.create_table_sql(file('wide.csv'), 't') $$);
CALL shell('head -c 30 a.csv.gz >cut.csv.gz');
SELECT failure($$ SELECT * FROM ingest.sniff(file('cut.csv.gz')) $$);
SELECT count(*) FROM ingest.sniff(file('a.csv'), NULL);

SET client_min_messages = warning;
DROP OWNED BY regress_ingest_sniffer;
DROP ROLE regress_ingest_sniffer;
