-- load: which field goes into which column
\set ECHO none
\set test load_mapping
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int NOT NULL, name text DEFAULT 'nobody', "Total" numeric, at timestamp DEFAULT '2000-01-01', source text);

-- By name, in any order; columns that the file lacks take their defaults
CALL write(file('order.csv'), E' Total ,name,id\n1.5,a,1\n');
SELECT report(ingest.load('t', file('order.csv')));
CALL write(file('fewer.csv'), E'id\n2\n');
SELECT report(ingest.load('t', file('fewer.csv')));
CALL write(file('libre.csv'), E'sep=;\nid;name\n3;a;b\n4;c\n');
SELECT report(ingest.load('t', file('libre.csv')));
CALL write(file('trailing.csv'), E'id,name,\n5,e,\n6,f\n7,g,x\n8,h,""\n');
SELECT report(ingest.load('t', file('trailing.csv')));
SELECT * FROM bad;
SELECT * FROM t;
TRUNCATE t;

-- match_by position and name_ci
CALL write(file('position.csv'), E'x,y\n1,a\n');
SELECT report(ingest.load('t', file('position.csv'), options => '{"match_by": "position"}'));
CALL write(file('case.csv'), E'ID,NAME,total\n2,b,3\n');
SELECT report(ingest.load('t', file('case.csv'), options => '{"match_by": "name_ci"}'));
SELECT failure($$ SELECT ingest.load('t', file('case.csv'), options => '{"force": true}') $$);
CALL write(file('wide.csv'), E'a,b,c,d,e,f\n1,,,,,\n');
SELECT failure($$ SELECT ingest.load('t', file('wide.csv'), options => '{"match_by": "position"}') $$);
CREATE TABLE twins (id int, "ID" int);
CALL write(file('twins.csv'), E'ID,id\n1,2\n');
SELECT report(ingest.load('twins', file('twins.csv'), options => '{"match_by": "name_ci"}'));
SELECT * FROM twins;

-- column_map: other names, aliases, names of other columns
CALL write(file('map.csv'), E'number,Full Name,sum\n3,c,4\n');
SELECT report(ingest.load('t', file('map.csv'), options => '{"column_map": {"id": ["nr", "number"], "name": "Full Name", "Total": "sum"}}'));
CALL write(file('map2.csv'), E'nr,name,source\n4,swapped,d\n');
SELECT report(ingest.load('t', file('map2.csv'), options => '{"column_map": {"id": ["nr", "number"], "name": "source", "source": "name"}}'));
SELECT * FROM t;
TRUNCATE t;
CALL write(file('both.csv'), E'nr,number\n5,5\n');
SELECT failure($$ SELECT ingest.load('t', file('both.csv'), options => '{"column_map": {"id": ["nr", "number"]}}') $$);
SELECT failure($$ SELECT ingest.load('t', file('both.csv'), options => '{"column_map": {"key": "nr", "id": "number"}}') $$);

-- filename: a column receives the path
CALL write(file('one.csv'), E'id,name\n1,a\n2,\n,c\n');
CALL write(file('two.csv'), E'name,id\nb,3\n');
CALL shell('mkdir many && mv one.csv two.csv many');
SELECT report(ingest.load('t', file('many'), options => '{"filename": "source"}'));
SELECT id, name, mask(source) AS source FROM t;
SELECT record, line, "column", rule, code, message, value FROM bad;
TRUNCATE t;
CALL write(file('position2.csv'), E'1,a,2,2001-01-01\n');
SELECT report(ingest.load('t', file('position2.csv'), options => '{"header": false, "filename": "source"}'));
SELECT id, name, "Total", at, mask(source) AS source FROM t;
SELECT failure($$ SELECT ingest.load('t', file('order.csv'), options => '{"filename": "path", "force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', file('order.csv'), options => '{"filename": "name", "force": true}') $$);
TRUNCATE t;

-- Headers at fault: an error before the first row, which names all of them
CALL write(file('unknown.csv'), E'id,nmae,x y,"q""t"\n1,a,,\n');
SELECT failure($$ SELECT ingest.load('t', file('unknown.csv')) $$);
CALL write(file('duplicate.csv'), E'id,name,id,name\n1,a,,\n');
SELECT failure($$ SELECT ingest.load('t', file('duplicate.csv')) $$);
CALL write(file('empty.csv'), E'id,,name\n1,a,\n');
SELECT failure($$ SELECT ingest.load('t', file('empty.csv')) $$);
CALL write(file('missing.csv'), E'name\na\n');
SELECT failure($$ SELECT ingest.load('t', file('missing.csv')) $$);
CALL write(file('data.csv'), E'1,a\n2,b\n');
SELECT failure($$ SELECT ingest.load('t', file('data.csv')) $$);
CALL write(file('quotes.csv'), E'id,"na"me\n1,a\n');
SELECT failure($$ SELECT ingest.load('t', file('quotes.csv')) $$);
CALL write(file('open.csv'), E'id,"name\n1,a\n');
SELECT failure($$ SELECT ingest.load('t', file('open.csv')) $$);
SELECT failure($$ SELECT ingest.load('t', file('none.csv')) $$);
SELECT failure($$ SELECT ingest.load('t', file('none*.csv')) $$);
SELECT failure($$ SELECT ingest.load('t', 'none.csv') $$);

-- Files of one load: in the order of their names, header by header
CALL write(file('a.csv'), E'id,name\n1,a\n');
CALL write(file('b.csv'), E'name,id\nb,2\n');
CALL write(file('c.csv'), '');
CALL write(file('d.csv'), E'name\n4\n');
CALL shell('mkdir same && cp a.csv b.csv c.csv same && mkdir other && cp a.csv d.csv other');
SELECT report(ingest.load('t', file('same')));
SELECT * FROM t;
SELECT failure($$ SELECT ingest.load('t', file('other'), options => '{"force": true}') $$);
-- Nothing of them was published, and the load is known to have failed
SELECT count(*) FROM t;
SELECT load_id, status, mask(message) FROM ingest.loads ORDER BY load_id DESC LIMIT 1;
-- Empty files, and files of a header alone, are loaded like others
CALL write(file('zero.csv'), '');
SELECT report(ingest.load('t', file('zero.csv')));
CALL write(file('head.csv'), E'id,name');
SELECT report(ingest.load('t', file('head.csv')));
SELECT report(ingest.load('t', file('head.csv')));
