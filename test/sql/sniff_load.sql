-- create_table_sql: a file gets into a new table in two statements
\set ECHO none
\set test sniff_load
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- Makes a table for the file and loads it as suggested.
CREATE FUNCTION new_table(name text, options jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    sql text := ingest.create_table_sql(file(name), 't', options);
BEGIN
    DROP TABLE IF EXISTS t;
    RETURN NEXT regexp_replace(mask(sql), '\n--[^\n]*ingest.load.*', '');
    EXECUTE sql;
    RETURN NEXT report(ingest.load('t', file(name), options =>
        (SELECT load_options || '{"force": true}' FROM ingest.sniff(file(name), options))));
    RETURN NEXT (SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM t);
END $$;
\set ECHO all
\pset format unaligned
\pset tuples_only on
\pset null NULL
SET datestyle = ISO;
SET client_min_messages = error;

CALL write(file('people.csv'), E'id,name,born,score,code,active\n1,Ann,1990-01-31,1.5,007,yes\n2,"Lee, Bo",1991-02-28,,012,no\n3,Cy,1992-03-31,7,100,no\n');
SELECT new_table('people.csv');
-- as people do it; the comment has the call
SELECT mask(ingest.create_table_sql(file('people.csv'), 'people'));
\set ECHO none
SELECT ingest.create_table_sql(file('people.csv'), 'people') \gexec
\set ECHO all
SELECT load_call AS load FROM ingest.sniff(file('people.csv')) \gset
SELECT report(r) FROM (:load) AS r;
SELECT * FROM people;
-- names as in SQL
SELECT split_part(ingest.create_table_sql(file('people.csv'), '"My Table"'), E'\n', 1);
SELECT split_part(ingest.create_table_sql(file('people.csv'), 'Sales."2024"'), E'\n', 1);
SELECT failure($$ SELECT ingest.create_table_sql(file('people.csv'), 'a b') $$);

-- Formats, separators, words for NULL, quoted NULLs
CALL write(file('b'), E'Nr;Tag;Betrag;Ort\n"1";"31.12.2024";"1.234,50";"Bonn"\n"2";"01.01.2025";"";""\n"3";"n/a";"7,00";"Ulm"\n');
SELECT new_table('b');
CALL write(file('b'), E'k\tat\n1\t1/31/2024 11:59 PM\n2\t2/1/2024 1:00 AM\n');
SELECT new_table('b');

-- Headers that a load cannot use: the columns get names
CALL write(file('b'), E'id,name,name,\n1,a,b,c\n2,d,e,f\n3,g,h,i\n');
SELECT new_table('b');
CALL write(file('b'), E'Order Date,select,ctid,' || repeat('x', 70) || E'\n2024-01-01,1,2,3\n2024-01-02,4,5,6\n');
SELECT new_table('b');
CALL write(file('b'), E'name,n\nx,a,1\ny,b,2\nz,c,3\n');
SELECT new_table('b');
CALL write(file('b'), E'id,name,n\n,text,pieces\n1,a,1\n2,b,2\n3,c,3\n4,d,4\n5,e,5\n');
SELECT new_table('b');
-- stray quotes in it, an open quote, bytes that are not of the encoding
CALL write(file('b'), E'i"d,name,n\n1,a,1\n2,b,2\n3,c,3\n');
SELECT new_table('b');
CALL write(file('b'), E'id,name,n"x\n1,a,1\n2,b,2\n3,"c",3\n');
SELECT new_table('b');
CALL write(file('b'), E'"id,name,n\n1,a,1\n2,b,2\n3,c,3\n');
SELECT new_table('b');
CALL write(file('b'), '\x69642c6eff0a312cc3a90a322cc3a90a332cc3a90a'::bytea);
SELECT new_table('b');
CALL write(file('b'), E'Title\n\nid,"na\nme"\n1,a\n2,b\n3,c\n');
SELECT new_table('b');
CALL write(file('b'), E'1,a\n2,b\n3,c\n');
SELECT new_table('b');
CALL write(file('b'), E'1,a\n2,b\n3,c\n');
SELECT new_table('b', '{"header": false, "columns": ["k", "v"]}');
-- lines that end with a delimiter
CALL write(file('b'), E'id;n;\n1;2;\n3;4;\n');
SELECT new_table('b');
CALL write(file('b'), E'sep=;\nid;n\n1;2\n3;4\n');
SELECT new_table('b');

-- Keys: only where no value comes twice and none is missing, of types whose texts are values
CALL write(file('b'), E'a,order_id\n1,1\n1,2\n2,3\n');
SELECT new_table('b');
CALL write(file('b'), E'id,a\n1,1\n,2\n2,3\n');
SELECT new_table('b');
CALL write(file('b'), E'id,a\n1.0,1\n1.00,1\n2.5,1\n');
SELECT new_table('b');
CALL write(file('b'), E'id,a\n1,1\n1,2\n2,3\n');
SELECT new_table('b');

-- Bad records go to quarantine, as the report says
CALL write(file('b'), E'id,n\n1,1\n2,"x"y\n3\n4,4\n5,5,5\n');
SELECT new_table('b');
SELECT p ->> 'rule' AS rule, p ->> 'line_no' AS line FROM ingest.sniff(file('b')), jsonb_array_elements(problems) AS p;
SELECT rule, lineno FROM ingest.quarantine_errors WHERE copy_tbl = 't'::regclass ORDER BY lineno;

-- column_map, filename
CALL write(file('b'), E'Nr,Name\n1,a\n2,b\n');
SELECT mask(v) FROM new_table('b', '{"column_map": {"id": ["No", "Nr"]}, "filename": "origin"}') AS v;

-- A file that is larger than the sample: no constraints, and the key is a remark
CALL shell('(echo id,n; seq 1 30000 | sed s/$/,7/) >b');
SELECT regexp_replace(ingest.create_table_sql(file('b'), 't'), '\n--[^\n]*ingest.load.*', '');
SELECT rows_read, is_complete FROM ingest.sniff(file('b'));
