-- load: records that are not what they should be
\set ECHO none
\set test load_irregular
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (a int, b text, c text);
CREATE VIEW places AS
    SELECT record_no AS record, line_no AS line, byte_offset AS at, byte_length AS bytes, raw_line
      FROM ingest.quarantine WHERE load_id = (SELECT max(load_id) FROM ingest.loads) ORDER BY record_no;

-- Too few and too many fields
CALL write(file('width'), E'a,b,c\n1,x,y\n2,x\n3\n4,x,y,z\n5,x,y,\n6,,\n,,\n7,x,"y,z"\n');
SELECT report(ingest.load('t', file('width')));
SELECT record, line, rule, code, message FROM bad;
SELECT * FROM places;
SELECT * FROM t;
TRUNCATE t;

-- Quotes where none belong: one line is bad each time, the next is read
CALL write(file('quotes'), E'a,b,c\n1,5" pipe,y\n2,"x"y,z\n3, "x",y\n4,"x" ,y\n5,x"y"z,\n6,"x","y"\n7,x,"\n8,"a""b",""""\n9,""","\n');
SELECT report(ingest.load('t', file('quotes')));
SELECT record, line, rule, code, message FROM bad;
SELECT * FROM places;
SELECT * FROM t;
TRUNCATE t;

-- A quote that does not end costs one line, wherever it is
CALL write(file('runaway'), E'a,b,c\n1,x,y\n2,"x,y\n3,x,y\n4,"x\ny",z\n5,x,y\n6,x,"y\n7,"x",y\n8,x,y');
SELECT report(ingest.load('t', file('runaway')));
SELECT record, line, rule, code, message FROM bad;
SELECT * FROM places;
SELECT * FROM t;
TRUNCATE t;
CALL write(file('last'), E'a,b,c\n1,x,y\n2,x,"y\n');
SELECT report(ingest.load('t', file('last')));
SELECT * FROM places;
CALL write(file('first'), E'a,b,c\n"1,x,y\n2,x,y\n');
SELECT report(ingest.load('t', file('first')));
SELECT * FROM places;
SELECT * FROM t;
TRUNCATE t;

-- A longer line than max_line_size: its head, length and place are kept, the rest loads
SELECT format(E'a,b,c\n1,x,y\n2,%s,y\n3,x,y\n4,"%s",y\n5,x,y\n', repeat('long ', 6), repeat(E'"",\n', 4)) AS content \gset
CALL write(file('long'), :'content');
SELECT report(ingest.load('t', file('long'), options => '{"max_line_size": 20}'));
SELECT record, line, rule, code, message FROM bad;
SELECT record, line, at, bytes, length(raw_line) AS raw, left(raw_line, 12) AS head FROM places;
SELECT * FROM t;
TRUNCATE t;
SELECT report(ingest.load('t', file('long'), options => '{"force": true}'));
SELECT a, length(b), c FROM t;
TRUNCATE t;
-- Longer than a chunk
SELECT format(E'a,b,c\n1,x,y\n2,%s,y\n3,x,y\n', repeat('long ', 100000)) AS content \gset
CALL write(file('longer'), :'content');
SELECT report(ingest.load('t', file('longer'), options => '{"max_line_size": "100kB", "chunk_size": "64kB"}'));
SELECT record, line, rule, code, message FROM bad;
SELECT record, line, at, bytes, length(raw_line) AS raw, left(raw_line, 12) AS head FROM places;
SELECT * FROM t ORDER BY a;
TRUNCATE t;
SELECT report(ingest.load('t', file('longer'), options => '{"chunk_size": "64kB", "force": true}'));
SELECT a, length(b), c FROM t ORDER BY a;
TRUNCATE t;

-- The same irregular lines with other dialects
CALL write(file('tabs'), E'a\tb\tc\n1\tx"\ty\n2\t"x"\ty\n3\tx\n');
SELECT report(ingest.load('t', file('tabs'), options => '{"delimiter": "\t"}'));
SELECT * FROM places;
CALL write(file('bars'), E'a||b||c\n1||x"||y\n2||"x"||y\n3||"x\n4||x||y\n');
SELECT report(ingest.load('t', file('bars'), options => '{"delimiter": "||"}'));
SELECT * FROM places;
CALL write(file('backslash'), E'a,b,c\n1,"x\\",y\n2,"x\\"y",z\n3,x"y,\n');
SELECT report(ingest.load('t', file('backslash'), options => '{"escape": "\\"}'));
SELECT * FROM places;
CALL write(file('none'), E'a,b,c\n1,",y\n2,"x",y"\n');
SELECT report(ingest.load('t', file('none'), options => '{"quote": null}'));
SELECT * FROM t;
