-- load: where records end, and lines that are none
\set ECHO none
\set test load_lines
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int, name text);
CREATE VIEW rows AS SELECT id, quote_nullable(name) AS name FROM t;

-- Line ends: LF, CRLF, both, CR alone, CR CR LF; none at the end
CALL write(file('lf'), E'id,name\n1,lf\n2,lf');
CALL write(file('crlf'), E'id,name\r\n1,crlf\r\n2,"crlf"\r\n3,\r\n');
CALL write(file('mixed'), E'id,name\r\n1,mixed\n2,mixed\r\n3,mixed');
CALL write(file('cr'), E'id,name\r1,cr\r2,"c\rr"\r\r3,cr');
CALL write(file('crcrlf'), E'id,name\r\r\n1,crcrlf\r\r\n2,"crcrlf"\r\r\n');
SELECT name, report(ingest.load('t', file(name))) FROM unnest('{lf,crlf,mixed,cr,crcrlf}'::text[]) AS f(name);
SELECT * FROM rows;
TRUNCATE t;

-- A carriage return within a field is data; at the end of a quoted field as well
CALL write(file('stray'), E'id,name\n1,a\rb\n2,"a\r"\n3,"a\r\nb"\n');
SELECT report(ingest.load('t', file('stray')));
SELECT * FROM rows;
SELECT * FROM bad;
TRUNCATE t;

-- Line ends within quotes
CALL write(file('newlines'), E'id,name\n1,"a\nb\n\n,c"\n2,"\n"\n3,"""\n"""\nx,y\n');
SELECT report(ingest.load('t', file('newlines')));
SELECT * FROM rows;
SELECT record, line, rule, value FROM bad;
TRUNCATE t;

-- Blank lines, and lines of blanks alone, are counted as ignored
CALL write(file('blank'), E'\n\nid,name\n\n1,a\n\r\n  \n2,b\n\n\n');
SELECT report(ingest.load('t', file('blank')));
SELECT * FROM rows;
SELECT record, line, rule, message FROM bad;
TRUNCATE t;
-- In a file of one column they are data, as for COPY
CREATE TABLE one (name text);
CALL write(file('one'), E'name\na\n\n""\n\nb\n');
SELECT report(ingest.load('one', file('one')));
SELECT quote_nullable(name) AS name FROM one;

-- The end mark of DOS, COPY's end mark, footers
CALL write(file('ctrl_z'), E'id,name\n1,a\n\x1a'::bytea);
SELECT report(ingest.load('t', file('ctrl_z')));
CALL write(file('ctrl_z2'), E'id,name\n2,a\x1a\n3,\x1a'::bytea);
SELECT report(ingest.load('t', file('ctrl_z2')));
CALL write(file('dot'), E'id,name\n4,\\.\n\\.\n5,b\n');
SELECT report(ingest.load('t', file('dot')));
SELECT record, line, rule, message FROM bad;
CALL write(file('footer'), E'id,name\n6,c\nTotal,1\n(1 row)\n');
SELECT report(ingest.load('t', file('footer')));
SELECT record, line, rule, message, value FROM bad;
SELECT * FROM rows;
TRUNCATE t;

-- sep= names the delimiter; only in the first line
CALL write(file('sep'), E'sep=;\r\nid;name\r\n1;a,b\r\n');
SELECT report(ingest.load('t', file('sep')));
CALL write(file('sep2'), E'sep=|\n2|a\n');
SELECT report(ingest.load('t', file('sep2'), options => '{"header": false}'));
CALL write(file('sep3'), E'id,name\nsep=;\n3,c\n');
SELECT report(ingest.load('t', file('sep3')));
SELECT record, line, rule, message FROM bad;
SELECT * FROM rows;
SELECT lines, first_line, first_row, byte_start, byte_end FROM ingest.chunks c JOIN ingest.files f USING (load_id, file_no)
 WHERE path = file('sep') OR path = file('newlines') OR path = file('blank') ORDER BY c.load_id;
