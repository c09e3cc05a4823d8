-- validate: finds in a file exactly what a load of it quarantines, every field of it
\set ECHO none
\set test validate_equal
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET client_min_messages = error;
SET timezone = 'UTC';

-- Validates, loads, and says what both have found and where they differ.
CREATE FUNCTION compare(target regclass, source text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r ingest.load_result;
    s record;
    result text;
BEGIN
    CREATE TEMP TABLE validated ON COMMIT DROP AS SELECT * FROM ingest.validate(target, source, options || '{"max_violations": 0}');
    SELECT * INTO s FROM ingest.validate_summary(target, source, options) WHERE rule IS NULL;
    r := ingest.load(target, source, options => options || '{"force": true, "initial_bad_rows": 0}');
    CREATE TEMP TABLE loaded ON COMMIT DROP AS
        SELECT f.path AS file, q.record_no, q.line_no, e.column_name, e.rule, e.message, e.value, e.sqlstate, q.byte_offset, q.byte_length,
               q.row_group, q.raw_line, q.raw_bytes
          FROM ingest.quarantine_rows AS q JOIN ingest.manifest_files AS f USING (load_id, file_no)
         CROSS JOIN LATERAL (SELECT q.column_name, q.rule, q.message, q.value, q.sqlstate
                              UNION ALL
                             SELECT m ->> 'column', m ->> 'rule', m ->> 'message', m ->> 'value', m ->> 'sqlstate'
                               FROM jsonb_array_elements(q.more_errors) AS m) AS e
         WHERE q.load_id = r.load_id;
    SELECT concat_ws(', ', r.rows_read || ' read', r.rows_quarantined || ' bad', s.violations || ' violations', count(DISTINCT rule) || ' rules',
               CASE WHEN (s.rows_read, s.rows_good, s.rows_bad, s.rows_ignored, s.violations)
                         IS DISTINCT FROM (r.rows_read, r.rows_staged, r.rows_quarantined, r.rows_ignored, count(*)) THEN 'COUNTS DIFFER' || s END)
      INTO result FROM loaded;
    SELECT concat_ws(E'\n', result, string_agg(concat_ws(' ', side, d), E'\n')) INTO result
      FROM ((SELECT 'LOAD ONLY', l FROM (TABLE loaded EXCEPT ALL TABLE validated) AS l LIMIT 3)
            UNION ALL (SELECT 'VALIDATE ONLY', v FROM (TABLE validated EXCEPT ALL TABLE loaded) AS v LIMIT 3)) AS d (side, d);
    DROP TABLE loaded, validated;
    RETURN result;
END $$;

-- Records: fields, quotes, long lines, line ends, comments
CREATE TABLE t (a int, b text, c text);
CALL write(file('width'), E'a,b,c\n1,x,y\n2,x\n3\n4,x,y,z\n5,x,y,\n\n# 6\n7,x,"y,z"\n');
SELECT compare('t', file('width'));
SELECT compare('t', file('width'), '{"comment": "#", "null_padding": true}');
SELECT compare('t', file('width'), '{"header": false, "skip": 1, "columns": ["c", "b", "a"]}');
CALL write(file('quotes'), E'a,b,c\n1,5" pipe,y\n2,"x"y,z\n3, "x",y\n4,"x\r\n\n" ,y\n5,x"y"z,\n6,"x","y\n"\nx,x,"\n8,"a""b",""""\n9,""","\n');
SELECT compare('t', file('quotes'));
CALL write(file('runaway'), E'a,b,c\n1,x,y\n2,"x,y\nx,x,y\n4,"x\ny",z\n5,x,y\n6,x,"y\n7,"x",y\n8,x,"y');
SELECT compare('t', file('runaway'));
SELECT format(E'a,b,c\r\n1,x,y\r\nx,%s,y\r\n3,x,y\r\n4,"%s",y\r\nx,x,y\r\n5,%s', repeat('long ', 100000), repeat(E'"",\n', 40), repeat('x', 400000)) AS content \gset
CALL write(file('long'), :'content');
SELECT compare('t', file('long'), '{"max_line_size": "100kB", "chunk_size": "64kB"}');
SELECT compare('t', file('long'), '{"max_line_size": 20}');
SELECT compare('t', file('long'), '{"max_line_size": "450kB", "chunk_size": "64kB"}');

-- Encodings: bytes that are no text
CALL write(file('utf8'), '\x612c622c630a312cc3a92c780a322ce92c780a782cffc0002c790a332c612c62000a'::bytea);
SELECT compare('t', file('utf8'));
SELECT compare('t', file('utf8'), '{"encoding": "latin1"}');
SELECT compare('t', file('utf8'), '{"encoding": "win1252"}');
CALL write(file('utf16'), '\xfffe61002c0062002c0063000a0031002c00e9002c0000d80a0078002c00e9002c0078000a00'::bytea);
SELECT compare('t', file('utf16'));

-- Values: types, domains, NOT NULL, keys, CHECKs that fail or raise, filters that raise, in every treatment of bad ones
CREATE DOMAIN small AS int CHECK (VALUE < 100) NOT NULL;
CREATE TABLE strict (id int PRIMARY KEY, v smallint CHECK (v <> 13) CHECK (100 / v > 1), d small, s varchar(3), p numeric(4,1), at date, j jsonb);
CALL write(file('values'), E'id,v,d,s,p,at,j\n1,1,1,abc,1.5,2024-01-01,{}\n2,70000,100,abcd,1.55,2024-02-30,{\n,13,,,,,\n4,0,4,,,,\nx,0,x,x,x,x,x\n6,1,6,,,,"[1, 2"\n');
SELECT compare('strict', file('values'));
SELECT compare('strict', file('values'), '{"lossy": "allow", "null_keys": "match"}');
SELECT compare('strict', file('values'), '{"on_error": "set_null"}');
SELECT compare('strict', file('values'), '{"filter": "10 / v > 5 OR id > 3"}');
SELECT compare('strict', file('values'), '{"hard_delete": "s", "dateformat": "%d/%m/%Y"}');
SELECT ingest.set_contract('strict', '{"columns": {"s": {"min_length": 4, "pattern": "^b"}, "p": {"max": 1, "decimal_separator": ","}}, "rules": {"raises": "1 / (id - 1) > 0"}}') \g /dev/null
SELECT compare('strict', file('values'));

-- A contract that computes columns, and a column that says what to delete and is not in the table
CREATE TABLE computed (id int PRIMARY KEY, name varchar(5) NOT NULL, half int);
SELECT ingest.set_contract('computed', '{"columns": {"name": {"transform": "upper(first) || last", "min_length": 3}, "half": {"transform": "100 / n::int"}}}') \g /dev/null
CALL write(file('computed'), E'id,first,last,n,op\n1,a,bc,2,\n2,a,b,0,\nx,a,,3,D\n,,,1,D\n5,abc,defg,x,\n');
SELECT compare('computed', file('computed'), '{"new_columns": "ignore"}');
SELECT compare('computed', file('computed'), '{"hard_delete": "op"}');

-- Columns that the table lacks
CREATE TABLE drifting (id int NOT NULL, rest jsonb);
CALL shell('mkdir drift');
CALL write(file('drift/1'), E'id,size\n1,10\nx,20\n3\n');
CALL write(file('drift/2'), E'id,colour,size\n1,red,\nx,\\x00,y\n');
SELECT compare('drifting', file('drift'), '{"new_columns": "discard_row"}');
SELECT compare('drifting', file('drift'), '{"new_columns": "capture", "capture_column": "rest"}');
SELECT compare('drifting', file('drift'), '{"new_columns": "evolve"}');
SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = 'drifting'::regclass AND attnum > 0;

-- Many chunks, many files, compressed
CREATE TABLE numbers (n int, s text);
SELECT string_agg(CASE WHEN i % 1000 = 0 THEN 'bad' ELSE i::text END || ',' || repeat('x', i % 50) || CASE WHEN i % 777 = 0 THEN ',more' ELSE '' END || E'\n', '' ORDER BY i)
       AS content FROM generate_series(1, 50000) AS i \gset
\set ECHO none
CALL write(file('large'), :'content');
\set ECHO all
SELECT compare('numbers', file('large'), '{"header": false, "chunk_size": "64kB"}');
CALL shell('mkdir dir; head -n 7777 large >dir/1; tail -n 5000 large | gzip >dir/2.gz; head -n 20000 large | tail -n 1000 >dir/3; echo "x,last" >dir/4');
SELECT compare('numbers', file('dir'), '{"header": false, "workers": 0}');
SELECT compare('numbers', file('dir'), '{"header": false, "workers": 2, "chunk_size": "64kB"}');
-- Paths and defaults in place of fields
CREATE TABLE parts (year int, path varchar(4), n int, note text DEFAULT 'x');
CALL shell('mkdir -p hive/year=2024 hive/year=none');
CALL write(file('hive/year=2024/a'), E'n\n1\nx\n');
CALL write(file('hive/year=none/b'), E'n,note\n1,\nx,y\n');
SELECT compare('parts', file('hive'), '{"filename": "path"}');

-- Parquet: values, nested ones, row groups that are cut, pruned or of several files
CREATE TABLE q (id int NOT NULL, v smallint CHECK (v <> 13), d small, s varchar(3), p numeric(4,1), l int[], x jsonb);
CALL parquet('bad.parquet', $$message m { optional int64 id; optional int32 v; optional int32 d; optional binary s (STRING); optional double p;
  optional group l (LIST) { repeated group list { optional int64 element; } } optional group x { optional int32 y; } }
{"id": 1, "v": 1, "d": 1, "s": "abc", "p": 1.5, "l": [1, 2], "x": {"y": 1}}
{"id": 2, "v": 70000, "s": "abcd", "l": [5000000000]}
{"v": 1}
{"id": 4, "v": 13, "d": 100}
{"id": 5000000000, "p": 1.25, "d": 7}
{"id": 6, "s": "a\u0000b", "d": 8}
{"id": 7, "d": 9}$$, '--row-group-rows 3');
SELECT compare('q', file('bad.parquet'));
SELECT compare('q', file('bad.parquet'), '{"filter": "id < 3"}');
SELECT compare('q', file('bad.parquet'), '{"on_error": "set_null"}');
CALL parquet('large.parquet', $$message m { optional int64 n; optional binary s (STRING); }
{"n": 1, "s": "one"}
{"n": 5000000000, "s": "two"}
{"n": 3}$$, '--repeat 20000 --row-group-rows 25000 --page-rows 700');
SELECT compare('numbers', file('large.parquet'), '{"row_group_size": "64kB"}');
CALL shell('mkdir both; cp large.parquet dir/1 both/');
SELECT compare('numbers', file('both'), '{"header": false, "columns": ["n", "s"], "workers": 0}');
