-- doc_sniffing: the examples of docs/sniffing.md, so that they stay true
\set ECHO none
\set test doc_sniffing
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET datestyle = ISO;
\set ECHO none
\pset null ''
CALL write(file('people.csv'), E'Members of 2024;;;\nNr;Name;Joined;Fee\n001;"Lee; Ann";31.12.2023;1.234,50\n002;Bo;01.02.2024;n/a\n003;Cy;15.03.2024;7,00\n');
CALL write(file('ragged.csv'), E'id,name\n1,Ann\n2,Lee, Bo\n3,Cy\n4\n5,"Dee" E\n6,Fay, Gus\n');
SELECT ingest.create_table_sql(file('people.csv'), 'people') \gexec
\set ECHO all
SELECT mask(ingest.create_table_sql(file('people.csv'), 'people'));
SELECT load_call AS load FROM ingest.sniff(file('people.csv')) \gset
SELECT status, rows_inserted, rows_quarantined FROM (:load) AS r;
SELECT * FROM people;
SELECT delimiter, quote, encoding, newline, skip, header, dateformat, null_words, rows_read, is_complete, confidence FROM ingest.sniff(file('people.csv'));
SELECT ordinal, name, type, nullable, samples, note FROM ingest.sniff_columns(file('people.csv'));
SELECT p ->> 'rule' AS rule, p ->> 'line_no' AS line, p ->> 'records' AS records, p ->> 'message' AS message
  FROM ingest.sniff(file('ragged.csv')), jsonb_array_elements(problems) AS p;
SET client_min_messages = warning;
DROP SCHEMA doc_sniffing CASCADE;
