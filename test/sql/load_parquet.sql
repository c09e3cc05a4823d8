-- load: Parquet files through the whole pipeline
\set ECHO none
\set test load_parquet
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET timezone = 'UTC';

-- Columns by name, in any order; types of the target; nulls, lists, structs
CREATE TABLE t (name text, id bigint PRIMARY KEY, at timestamptz, price numeric(8,2), day date, tags text[], extra jsonb, note text DEFAULT 'none');
CALL parquet('a.parquet', $$message m {
  required int64 id; optional binary name (STRING); optional int64 at (TIMESTAMP(MICROS,true)); optional int32 price (DECIMAL(9,2)); optional int32 day (DATE);
  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
  optional group extra { optional int32 x; optional double y; }
}
{"id": 1, "name": "a", "at": "2024-05-01T10:00:00.5", "price": "12.50", "day": "2024-02-29", "tags": ["x", null], "extra": {"x": 1, "y": 0.5}}
{"id": 2, "name": "\u00fc", "tags": [], "extra": {}}
{"id": 3, "price": "-1.00"}$$);
SELECT report(ingest.load('t', file('a.parquet')));
SELECT * FROM t ORDER BY id;
SELECT report(ingest.load('t', file('a.parquet')));
SELECT file_no, chunk_no, first_row, rows_read, rows_staged FROM ingest.chunks;

-- An upsert writes what differs only; the same rows under another codec and page version are other bytes, but the same rows
CALL parquet('b.parquet', $$message m { required int64 id; optional binary name (STRING); optional int32 price (DECIMAL(9,2)); }
{"id": 2, "name": "\u00fc"}
{"id": 3, "price": "-2.00"}
{"id": 4, "name": "new"}
{"id": 4, "name": "newer"}$$, '--codec zstd --page-version 2 --page-rows 1');
SELECT report(ingest.load('t', file('b.parquet')));
SELECT id, name, price, note FROM t ORDER BY id;

-- Row groups and ranges of their rows, in workers or in the caller's process: the same rows
CREATE TABLE n (id int, k int, s text);
CALL parquet('n.parquet', $$message m { required int32 id; optional int32 k; optional binary s (STRING); }
{"id": 1, "k": 10, "s": "one"}
{"id": 2, "s": "two"}
{"id": 3, "k": 30}
{"id": 4, "k": 40, "s": "four"}
{"id": 5}$$, '--repeat 20000 --row-group-rows 30000 --page-rows 7000');
SELECT report(ingest.load('n', file('n.parquet'), options => '{"workers": 0}'));
SELECT report(ingest.load('n', file('n.parquet'), options => '{"workers": 2, "force": true, "row_group_size": "64kB"}'));
SELECT report(ingest.load('n', file('n.parquet'), options => '{"workers": 1, "force": true, "row_group_size": "100kB", "memory_budget": "1MB"}'));
SELECT id, k, s, count(*) FROM n GROUP BY id, k, s ORDER BY id;
SELECT load_id, count(*) AS chunks, sum(rows_read) FROM ingest.chunks WHERE load_id > 3 GROUP BY load_id ORDER BY load_id;
TRUNCATE n;

-- Values that do not fit are bad rows; the row is kept as JSON, with the row group and the number in the file
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE TABLE strict (id int NOT NULL, v smallint CHECK (v <> 13), d small, s varchar(3), p numeric(4,1));
CALL parquet('bad.parquet', $$message m { optional int64 id; optional int32 v; optional int32 d; optional binary s (STRING); optional double p; }
{"id": 1, "v": 1, "d": 1, "s": "abc", "p": 1.5}
{"id": 2, "v": 70000, "s": "abcd"}
{"v": 1}
{"id": 4, "v": 13, "d": 100}
{"id": 5000000000, "p": 1.25}
{"id": 6, "s": "a\u0000b"}
{"id": 7}$$, '--row-group-rows 3');
SELECT report(ingest.load('strict', file('bad.parquet')));
SELECT * FROM strict;
SELECT record_no, row_group, line_no, raw_line FROM ingest.quarantine ORDER BY record_no;
SELECT record, "column", rule, code, message, value FROM bad;
SELECT failure($$ SELECT ingest.load('strict', file('bad.parquet'), options => '{"on_error": "stop", "force": true}') $$);
SELECT report(ingest.load('strict', file('bad.parquet'), options => '{"on_error": "ignore", "force": true}'));
SELECT report(ingest.load('strict', file('bad.parquet'), options => '{"on_error": "set_null", "force": true, "workers": 0}'));
SELECT failure($$ SELECT ingest.load('strict', file('bad.parquet'), options => '{"reject_limit": 2, "force": true}') $$);

-- The same when the table has other columns, in another order, than the file
CREATE TABLE turned (s text, p numeric, d small, id int, v smallint);
SELECT report(ingest.load('turned', file('bad.parquet'), options => '{"lossy": "allow"}'));
SELECT record_no, raw_line FROM ingest.quarantine WHERE target = 'turned'::regclass ORDER BY record_no;
CREATE TABLE fewer (s text, id int);
SELECT failure($$ SELECT ingest.load('fewer', file('bad.parquet')) $$);
SELECT report(ingest.load('fewer', file('bad.parquet'), options => '{"new_columns": "ignore"}'));
SELECT record_no, raw_line FROM ingest.quarantine WHERE target = 'fewer'::regclass ORDER BY record_no;

-- One load of text and Parquet with different columns, and partitions
CREATE TABLE mixed (id int, year int, note text DEFAULT 'nothing');
CALL shell('mkdir -p "mixed/year=1" "mixed/year=2"');
CALL parquet('mixed/year=1/a.parquet', $$message m { required int32 id; }
{"id": 1}$$);
CALL write(file('mixed/year=2/b.csv'), E'note,id\nhello,2\n');
CALL write(file('mixed/_metadata'), 'x');
SELECT report(ingest.load('mixed', file('mixed')));
SELECT * FROM mixed ORDER BY id;

-- Columns and types that cannot meet: an error before the first row
CALL parquet('unknown.parquet', $$message m { required int64 id; optional int32 other; optional int32 more; }
{"id": 1}$$);
SELECT failure($$ SELECT ingest.load('t', file('unknown.parquet')) $$);
CALL parquet('types.parquet', $$message m { required int64 id; optional group day { optional int32 x; } }
{"id": 1}$$);
SELECT failure($$ SELECT ingest.load('t', file('types.parquet')) $$);

-- No rows, no row groups, no columns that anybody wants
CALL parquet('empty.parquet', 'message m { required int64 id; }');
SELECT report(ingest.load('t', file('empty.parquet')));
SELECT report(ingest.load('t', file('empty.parquet')));

-- Parts of a large row group have transactions of their own: workers share it, and a kill costs a part
CREATE TABLE parts (id int8);
CALL parquet('parts.parquet', $$message m { optional int64 id; }
{"id": 1}$$, '--repeat 100000 --dictionary no');
SELECT ingest.stage('parts', file('parts.parquet'), '{"workers": 1, "row_group_size": "100kB"}') AS load \gset
SELECT count(*), count(DISTINCT xmin::text) AS transactions FROM ingest.manifest_chunks WHERE load_id = :load;
SELECT report(ingest.load('parts', file('parts.parquet'), options => '{"workers": 1, "row_group_size": "100kB"}'));
