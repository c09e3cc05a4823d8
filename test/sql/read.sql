-- read: the rows of files in SQL
\set ECHO none
\set test read
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET timezone = 'UTC';
CREATE DOMAIN small_money AS numeric(8,2) CHECK (VALUE < 10000);
CALL write(file('t.csv'), E'id,name,price,day\n1,"Smith, J",1.50,2024-05-01\n2,,,\n3,Ümlaut,-7,2024-05-03\n');

-- The list says which columns, in which order, as which types
SELECT * FROM ingest.read(file('t.csv')) AS t(id int, name text, price numeric(6,2), day date);
SELECT *, pg_typeof(price) FROM ingest.read(file('t.csv')) AS t(day timestamptz, price float8);
SELECT sum(price), count(*), max(day) FROM ingest.read(file('t.csv')) AS t(id bigint, price numeric, day date) WHERE id <> 2;
SELECT t.name, u.name FROM ingest.read(file('t.csv')) AS t(id int, name text) JOIN ingest.read(file('t.csv')) AS u(id int, name text) ON u.id = t.id + 1;
SELECT count(*) FROM ingest.read(file('t.csv')) AS t(id int);
-- Its own rows, and the query's
SELECT id FROM ingest.read(file('t.csv')) AS t(id int) WHERE id > 1 ORDER BY id DESC LIMIT 1;
-- Options as for load: dialect, names, formats, constants of a file
CALL write(file('german.csv'), E'# export\nNr;Tag;Betrag;extra\n1;31.12.2024;1.234,50;x\n2;01.01.2025;n/a;y\n');
SELECT * FROM ingest.read(file('german.csv'), '{"skip": 1, "delimiter": ";", "null": ["", "n/a"], "column_map": {"id": "Nr", "day": "Tag"}, "match_by": "name_ci",
    "dateformat": "%d.%m.%Y", "decimal_separator": ",", "thousands": "."}') AS t(betrag numeric, day date, id int);
SELECT a, b FROM ingest.read(file('t.csv'), '{"header": false, "skip": 1}') AS t(a int, b text, c numeric, d date);
SELECT a, b FROM ingest.read(file('t.csv'), '{"header": false, "skip": 1, "columns": ["a", "x", "y", "b"]}') AS t(a int, b date);
SELECT id, regexp_replace(path, '.*/', '') AS path FROM ingest.read(file('t.csv'), '{"filename": "path"}') AS t(path text, id int) LIMIT 1;
SELECT * FROM ingest.read(file('t.csv'), '{"new_columns": "capture", "capture_column": "rest"}') AS t(id int, rest jsonb) LIMIT 1;
SELECT * FROM ingest.read(file('t.csv'), NULL) AS t(id int) LIMIT 1;

-- Several files: their order, columns by name, partitions, compression, Parquet among them
CALL shell('mkdir dir dir/year=2023 dir/year=2024; gzip -c t.csv >dir/b.csv.gz');
CALL write(file('dir/a.csv'), E'name,id\nfirst,0\n');
CALL write(file('dir/year=2023/c.csv'), E'id\n23\n');
CALL parquet('dir/year=2024/d.parquet', $$message m { required int64 id; optional binary name (STRING); optional group tags (LIST) { repeated group list { optional int32 element; } } }
{"id": 24, "name": "p", "tags": [1, null]}$$);
SELECT * FROM ingest.read(file('dir')) AS t(id int, name text, year int, price numeric, tags int[]);
SELECT * FROM ingest.read(file('dir/*.gz')) AS t(name text) LIMIT 1;
-- Parquet by itself, more rows than a batch, a row group and a part of it
CALL parquet('n.parquet', $$message m { required int32 id; optional binary s (STRING); }
{"id": 1, "s": "one"}
{"id": 2}
{"id": 3, "s": "three"}$$, '--repeat 10000 --row-group-rows 12000 --page-rows 700');
SELECT id, s, count(*) FROM ingest.read(file('n.parquet'), '{"row_group_size": "64kB"}') AS t(s varchar(5), id bigint) GROUP BY id, s ORDER BY id;
SELECT * FROM ingest.read(file('n.parquet')) AS t(s text, id int) OFFSET 29998;
-- Long rows, many chunks
SELECT 'id,t' || E'\n' || string_agg(i || ',' || repeat('y', i % 3000), E'\n' ORDER BY i) AS content FROM generate_series(1, 3000) AS i \gset
\set ECHO none
CALL write(file('long.csv'), :'content');
\set ECHO all
SELECT count(*), sum(id), sum(length(t)), count(*) FILTER (WHERE length(t) <> id % 3000) AS wrong FROM ingest.read(file('long.csv'), '{"chunk_size": "64kB"}') AS t(id int, t text);
-- What is read is what a load puts into a table, value by value
CREATE TABLE kinds (i int, b bigint, n numeric, f float8, t text, v varchar(4), d date, ts timestamptz, a text[], j jsonb, u uuid, y bytea, o bool, r int4range, m small_money);
SELECT string_agg(concat_ws(',', i, i::bigint << 30, i * 1.5, 1.0 / i, '"' || repeat('x', i * 97 % 5000) || '"', 'v' || i % 100, date '2000-01-01' + i, timestamptz '2000-01-01Z' + i * interval '1 hour',
    format('"{a,b%s,NULL}"', i), format('"{""k"": %s}"', i), md5(i::text)::uuid, '\x' || md5(i::text), i % 2 = 0, format('"[1,%s)"', i + 1), CASE WHEN i % 3 > 0 THEN i::text ELSE '' END), E'\n' ORDER BY i) AS content
  FROM generate_series(1, 2000) AS i \gset
\set ECHO none
CALL write(file('kinds.csv'), :'content');
\set ECHO all
SELECT report(ingest.load('kinds', file('kinds.csv'), options => '{"header": false}'));
CREATE TABLE kinds_read AS SELECT * FROM ingest.read(file('kinds.csv'), '{"header": false, "chunk_size": "64kB"}')
    AS k(i int, b bigint, n numeric, f float8, t text, v varchar(4), d date, ts timestamptz, a text[], j jsonb, u uuid, y bytea, o bool, r int4range, m small_money);
SELECT count(*), (SELECT count(*) FROM (TABLE kinds EXCEPT ALL TABLE kinds_read) AS e) AS missing FROM kinds_read;
-- No row
CALL write(file('empty.csv'), '');
SELECT * FROM ingest.read(file('empty.csv')) AS t(id int);
CALL write(file('head.csv'), E'id,x\n');
SELECT * FROM ingest.read(file('head.csv')) AS t(id int);

-- Bad rows: the first one that the query reaches is an error
CALL write(file('bad.csv'), E'id,n\n1,1\n2,2\nx,3\n4,300\n5,4,\n6,6\n');
CREATE DOMAIN small AS int CHECK (VALUE < 100);
SELECT * FROM ingest.read(file('bad.csv')) AS t(id int, n small) LIMIT 2;
SELECT failure($$ SELECT * FROM ingest.read(file('bad.csv')) AS t(id int, n small) LIMIT 3 $$);
SELECT failure($$ SELECT count(*) FROM ingest.read(file('bad.csv')) AS t(n small) $$);
SELECT * FROM ingest.read(file('bad.csv'), '{"on_error": "ignore"}') AS t(id int, n small);
SELECT failure($$ SELECT * FROM ingest.read(file('bad.csv'), '{"on_error": "set_null"}') AS t(id int, n small) $$);
SELECT * FROM ingest.read(file('bad.csv'), '{"on_error": "set_null"}') AS t(id int, n small) LIMIT 4;
-- Columns that are not listed are not looked at, whole records are
SELECT failure($$ SELECT count(*) FROM ingest.read(file('bad.csv')) AS t(n int) $$);
-- Too many that are ignored
CALL write(file('hopeless.csv'), E'id\n' || repeat(E'x\n', 2000) || E'1\n');
SELECT failure($$ SELECT * FROM ingest.read(file('hopeless.csv'), '{"on_error": "ignore"}') AS t(id int) $$);
SELECT * FROM ingest.read(file('hopeless.csv'), '{"on_error": "ignore", "initial_bad_rows": 0}') AS t(id int);
SELECT failure($$ SELECT * FROM ingest.read(file('bad.csv'), '{"on_error": "ignore", "reject_limit": 2}') AS t(id int, n small) $$);

-- The rest of a file is not read when nobody wants its rows
CALL shell('cp t.csv torn.csv && gzip -f torn.csv && head -c 4000000 /dev/zero | tr "\\0" "\\n" | sed "s/^/9,x,9,2024-01-01/" | gzip | head -c 20000 >>torn.csv.gz');
SELECT id FROM ingest.read(file('torn.csv.gz')) AS t(id int) LIMIT 3;
SELECT failure($$ SELECT count(*) FROM ingest.read(file('torn.csv.gz')) AS t(id int) $$) LIMIT 1;
CALL shell('mkdir two; cp t.csv two/1.csv; cp torn.csv.gz two/2.csv.gz');
SELECT count(*) FROM (SELECT * FROM ingest.read(file('two')) AS t(id int) LIMIT 3) AS s;
-- ... nor are files behind that one
CALL write(file('two/2.csv'), E'id,id\n');
SELECT count(*) FROM (SELECT * FROM ingest.read(file('two')) AS t(id int) LIMIT 3) AS s;
SELECT failure($$ SELECT count(*) FROM ingest.read(file('two')) AS t(id int) $$) LIMIT 1;
