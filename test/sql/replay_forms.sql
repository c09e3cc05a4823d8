-- ingest.replay: rows that quarantine keeps as JSON, from Parquet files and from publishing
\set ECHO none
\set test replay_forms
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET client_min_messages = error;
CREATE VIEW queue AS
    SELECT load_id AS load, record_no AS record, row_group AS "group", status, rule, coalesce(value, message) AS value, status_reason AS reason, replayed_by AS by
      FROM ingest.quarantine_rows ORDER BY load_id, file_no, record_no;
CREATE FUNCTION outcome(r ingest.load_result) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', r.load_id, r.status, nullif(r.rows_read, 0) || ' read', nullif(r.rows_staged, 0) || ' staged',
        nullif(r.rows_quarantined, 0) || ' quarantined', nullif(r.rows_ignored, 0) || ' ignored',
        nullif(r.rows_inserted, 0) || ' inserted', nullif(r.rows_updated, 0) || ' updated', nullif(r.rows_unchanged, 0) || ' unchanged', r.message) $$;

-- Parquet: scalars, what only text holds, lists and structs, members of other names
CREATE TYPE point2 AS (x int, y float8);
CREATE TABLE p (id int, code text, price numeric(8,2), day date, ok bool, tags text[], at point2, doc jsonb, bytes bytea);
SELECT ingest.set_contract('p', '{"columns": {"id": {"min": 10}, "code": {"source": "Code"}, "price": {"decimal_separator": ","}}}');
CALL parquet('p.parquet', $$message m {
  required int32 id; optional binary Code (STRING); optional binary price (STRING); optional int32 day (DATE); optional boolean ok;
  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
  optional group at { optional int32 x; optional double y; }
  optional group doc { optional int32 a; optional binary b (STRING); }
  optional binary bytes; }
{"id": 1, "Code": "it's \"quoted\"", "price": "1,50", "day": 19000, "ok": true, "tags": ["a, b", null, "{c}"], "at": {"x": 1, "y": 2.5}, "doc": {"a": 1, "b": "x"}, "bytes": "zz"}
{"id": 2}
{"id": 30, "Code": "good"}
{"id": 4, "price": "x"}$$);
SELECT outcome(ingest.load('p', file('p.parquet')));
SELECT raw_line FROM ingest.quarantine WHERE record_no = 1;
SELECT ingest.set_contract('p', '{"columns": {"id": {"min": 1}, "code": {"source": "Code"}, "price": {"decimal_separator": ","}}}');
SELECT outcome(ingest.replay('p'));
SELECT * FROM queue;
SELECT * FROM p ORDER BY id;
-- set reads the file's names and texts
SELECT outcome(ingest.replay('p', '{"set": {"price": "length(price) + id::int", "code": "coalesce(\"Code\", ''none'')"}}'));
SELECT id, code, price FROM p WHERE id = 4;

-- Rows that publishing refused: as the target has them, whatever the contract says of files
CREATE TABLE customers (id int PRIMARY KEY);
INSERT INTO customers VALUES (1);
CREATE TABLE sales (id int PRIMARY KEY, customer int, amount numeric(8,2), day date, note text, j json, tags text[], origin text);
SELECT ingest.set_contract('sales', '{"columns": {"customer": {"references": {"table": "replay_forms.customers", "column": "id"}}, "amount": {"source": "Betrag", "decimal_separator": ","},
    "day": {"dateformat": "%d.%m.%Y"}, "note": {"transform": "upper(comment)"}}}');
CALL write(file('sales'), E'id;customer;Betrag;day;comment;j;tags\n1;1;1,50;31.01.2024;a;;\n2;2;2,50;28.02.2024;b;"{""k"": [1, null]}";"{x,""y z"",NULL}"\n3;3;3,50;28.02.2024;c;"""s""";{}\n');
SELECT outcome(ingest.load('sales', file('sales'), options => '{"delimiter": ";", "filename": "origin"}'));
SELECT * FROM queue WHERE load >= 4;
SELECT outcome(ingest.replay('sales'));
SELECT * FROM queue WHERE load >= 4;
INSERT INTO customers VALUES (2);
SELECT outcome(ingest.replay('sales'));
SELECT id, customer, amount, day, note, j, tags, mask(origin) FROM sales ORDER BY id;
SELECT record, status, rule, by FROM queue WHERE load >= 4;
SELECT outcome(ingest.replay('sales', '{"set": {"customer": "''1''", "note": "note || ''!'' || amount"}}'));
SELECT id, customer, amount, day, note, j, tags FROM sales WHERE id = 3;
-- the line of a row of a file stays, when publishing refuses it after a replay
CALL write(file('sales2'), E'id;customer;Betrag;day;comment;j;tags\n4;4;x;28.02.2024;d;;\n');
SELECT outcome(ingest.load('sales', file('sales2'), options => '{"delimiter": ";", "filename": "origin"}'));
SELECT outcome(ingest.replay('sales', '{"set": {"amount": "''4,50''"}}'));
SELECT record, status, rule FROM queue WHERE load >= 8;
SELECT raw_line, line_no FROM ingest.quarantine WHERE status = 'open';
INSERT INTO customers VALUES (4);
SELECT outcome(ingest.replay('sales', '{"set": {"amount": "''4,50''"}}'));
SELECT id, customer, amount, note FROM sales WHERE id = 4;

-- values for which the table has no column: bad until it has, or captured; a column that is gone is an error
CREATE TABLE growing (id int, extra jsonb);
CALL write(file('growing'), E'id,colour\n1,\n2,red\n');
CALL parquet('growing.parquet', $$message m { required int32 id; optional binary colour (STRING); optional int32 n; }
{"id": 3, "colour": "blue", "n": 5}$$);
SELECT outcome(ingest.load('growing', file('growing'), options => '{"new_columns": "discard_row"}'));
SELECT outcome(ingest.load('growing', file('growing.parquet'), options => '{"new_columns": "discard_row"}'));
SELECT outcome(ingest.replay('growing'));
SELECT outcome(ingest.replay('growing', '{"file": "other"}'));
ALTER TABLE growing ADD colour text;
SELECT outcome(ingest.replay('growing'));
SELECT record, status, rule, value FROM queue WHERE load > 10;
SELECT outcome(ingest.replay('growing', '{"new_columns": "capture", "capture_column": "extra"}'));
SELECT * FROM growing ORDER BY id;
CALL write(file('shrinking'), E'id,colour\nx,red\n');
SELECT outcome(ingest.load('growing', file('shrinking')));
ALTER TABLE growing DROP colour;
SELECT failure($$SELECT ingest.replay('growing', '{"set": {"id": "4"}}')$$);
SELECT outcome(ingest.replay('growing', '{"set": {"id": "4"}, "new_columns": "ignore"}'));

-- rows that lost to another of their key
CREATE TABLE keyed (id int PRIMARY KEY, v int);
CALL write(file('keyed'), E'id,v\n1,1\n1,2\n2,1\n');
SELECT outcome(ingest.load('keyed', file('keyed'), options => '{"dedup": "quarantine"}'));
SELECT outcome(ingest.replay('keyed'));
SELECT outcome(ingest.load('keyed', file('keyed'), options => '{"dedup": "quarantine", "force": true}'));
SELECT outcome(ingest.replay('keyed', '{"set": {"id": "id::int + 10"}}'));
SELECT * FROM keyed ORDER BY id;

-- an error of the target rolls all of it back, and says where the row came from
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23000'; END $$;
CREATE TABLE guarded (a int);
CALL write(file('guarded'), E'a\nx\n');
SELECT outcome(ingest.load('guarded', file('guarded')));
CREATE TRIGGER refuse BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();
SELECT failure($$SELECT ingest.replay('guarded', '{"set": {"a": "''1''"}}')$$);
SELECT status, replayed_by FROM ingest.quarantine WHERE target = 'guarded'::regclass;
