-- load: how fields are delimited, quoted and escaped, and what is NULL
\set ECHO none
\set test load_dialect
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (a text, b text, c text);

-- delimiter: one byte, several bytes, a character of several bytes
CALL write(file('semicolon'), E'a;b;c\n1,1;2;3\n');
SELECT report(ingest.load('t', file('semicolon'), options => '{"delimiter": ";"}'));
CALL write(file('bars'), E'a||b||c\n1|||2||3\n"x||y"||"z"||\n');
SELECT report(ingest.load('t', file('bars'), options => '{"delimiter": "||"}'));
CALL write(file('tab'), E'a\tb\tc\n1 1\t 2\t3 \n');
SELECT report(ingest.load('t', file('tab'), options => '{"delimiter": "\t"}'));
CALL write(file('section'), E'a§b§c\n1§2Â§3\n');
SELECT report(ingest.load('t', file('section'), options => '{"delimiter": "§"}'));
SELECT quote_nullable(a) AS a, quote_nullable(b) AS b, quote_nullable(c) AS c FROM t;
TRUNCATE t;

-- quote and escape; without a quote, quotes are data
CALL write(file('single'), E'a,b,c\n\'1,\'\'1\',"2",\'\'\n');
SELECT report(ingest.load('t', file('single'), options => '{"quote": "''"}'));
CALL write(file('none'), E'a,b,c\n"1,2,3"\n5" pipe,,\n');
SELECT report(ingest.load('t', file('none'), options => '{"quote": null}'));
CALL write(file('backslash'), E'a,b,c\n"1\\"1","2\\\\","3\\n"\n4\\5,",\n",6\n');
SELECT report(ingest.load('t', file('backslash'), options => '{"escape": "\\"}'));
SELECT quote_nullable(a) AS a, quote_nullable(b) AS b, quote_nullable(c) AS c FROM t;
TRUNCATE t;

-- null: COPY's rule by default; a string; several strings; quoted ones are data unless forced
CALL write(file('null1'), E'a,b,c\n,"",NULL\n');
SELECT report(ingest.load('t', file('null1')));
CALL write(file('null2'), E'a,b,c\n,NULL,"NULL"\n');
SELECT report(ingest.load('t', file('null2'), options => '{"null": "NULL"}'));
CALL write(file('null3'), E'a,b,c\n\\N,,"n/a"\nn/a, n/a,\\n\n');
SELECT report(ingest.load('t', file('null3'), options => '{"null": ["\\N", "", "n/a"]}'));
CALL write(file('null4'), E'a,b,c\n"","",""\n,,\n');
SELECT report(ingest.load('t', file('null4'), options => '{"force_null": ["a"], "force_not_null": ["b"]}'));
CALL write(file('null5'), E'a,b,c\n"-",-,"-"\n"-",-,\n');
SELECT report(ingest.load('t', file('null5'), options => '{"null": "-", "force_null": "*", "force_not_null": "c"}'));
SELECT quote_nullable(a) AS a, quote_nullable(b) AS b, quote_nullable(c) AS c FROM t;
TRUNCATE t;
SELECT failure($$ SELECT ingest.load('t', file('null1'), options => '{"force_null": ["d"], "force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', file('null1'), options => '{"force_not_null": ["d"], "force": true}') $$);

-- null_padding: missing fields at the end are NULL; more fields than columns stay an error
CALL write(file('padding'), E'a,b,c\n1\n1,2\n1,2,3\n1,2,3,4\n"1"\n');
SELECT report(ingest.load('t', file('padding'), options => '{"null_padding": true}'));
SELECT * FROM t;
SELECT * FROM bad;
TRUNCATE t;

-- header: names, none, or exactly the target's columns
CALL write(file('false'), E'c,b,a\n1,2,3\n');
SELECT report(ingest.load('t', file('false'), options => '{"header": false}'));
CALL write(file('true'), E'c,b,a\n1,2,3\n\n');
SELECT report(ingest.load('t', file('true'), options => '{"header": true}'));
CALL write(file('match'), E'a,b,c\n4,5,6\n');
SELECT report(ingest.load('t', file('match'), options => '{"header": "match"}'));
SELECT * FROM t;
TRUNCATE t;
SELECT failure($$ SELECT ingest.load('t', file('true'), options => '{"header": "match", "force": true}') $$);
CALL write(file('match2'), E'a,b\n4,5\n');
SELECT failure($$ SELECT ingest.load('t', file('match2'), options => '{"header": "match"}') $$);
CALL write(file('match3'), E'a,b,c,d\n4,5,6,7\n');
SELECT failure($$ SELECT ingest.load('t', file('match3'), options => '{"header": "match"}') $$);

-- columns: names for a file without any
CALL write(file('columns'), E'3,1\n');
SELECT report(ingest.load('t', file('columns'), options => '{"header": false, "columns": ["c", "a"]}'));
SELECT * FROM t;
TRUNCATE t;
SELECT failure($$ SELECT ingest.load('t', file('columns'), options => '{"columns": ["c", "a"]}') $$);
SELECT failure($$ SELECT ingest.load('t', file('columns'), options => '{"header": false, "columns": ["c", "d"], "force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', file('columns'), options => '{"header": false, "columns": ["c", "c"], "force": true}') $$);

-- skip and comment: lines before the header, lines that are none
CALL write(file('skip'), E'Report of\n"our\n\na,b,c\n1,2,3\n');
SELECT report(ingest.load('t', file('skip'), options => '{"skip": 3}'));
CALL write(file('comment'), E'# made by hand\na,b,c\n#1,2,3\n"#4",5,6\n7,#8,"\n#9"\n#');
SELECT report(ingest.load('t', file('comment'), options => '{"comment": "#"}'));
SELECT * FROM t;
TRUNCATE t;
CALL write(file('comment2'), E'a,b,c\n#1,2,3\n');
SELECT report(ingest.load('t', file('comment2')));
SELECT * FROM t;
CALL write(file('skip2'), E'a,b,c\n');
SELECT report(ingest.load('t', file('skip2'), options => '{"skip": 3}'));

-- format: a file that is not Parquet is not read as Parquet
SELECT failure($$ SELECT ingest.load('t', file('skip'), options => '{"format": "parquet", "force": true}') $$);
SELECT report(ingest.load('t', file('skip2'), options => '{"format": "csv", "skip": 3, "force": true}'));
