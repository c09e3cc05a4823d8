-- load: records longer than chunk_size, one behind the other, and lines longer than max_line_size
\set ECHO none
\set test load_long
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE in_process (id int, t text);
CREATE TABLE workers (id int, t text);
SELECT E'id,t\n1,a\n2,' || repeat('y', 300000) || E'\n3,b\n4,"' || repeat(E'line\n', 50000) || E'"\n5,'
	|| repeat('w', 1000000) || E'\n6,' || repeat('z', 390000) || E'\n7,"open\n8,' || repeat('v', 500000)
	AS content \gset
\set ECHO none
CALL write(file('long.csv'), :'content');
\set ECHO all

SELECT report(ingest.load('in_process', file('long.csv'),
	options => '{"chunk_size": "64kB", "max_line_size": "400kB", "workers": 0}'));
SELECT report(ingest.load('workers', file('long.csv'),
	options => '{"chunk_size": "64kB", "max_line_size": "400kB", "workers": 2}'));
SELECT id, length(t), md5(t) = md5(CASE id WHEN 1 THEN 'a' WHEN 2 THEN repeat('y', 300000) WHEN 3 THEN 'b'
	WHEN 4 THEN repeat(E'line\n', 50000) WHEN 6 THEN repeat('z', 390000) END) AS right
FROM in_process ORDER BY id;
SELECT count(*) AS differences FROM (TABLE in_process EXCEPT ALL TABLE workers) AS d;
SELECT target, record_no, line_no, byte_offset, byte_length, left(raw_line, 6) AS head, errors -> 0 ->> 'rule' AS rule
FROM ingest.quarantine ORDER BY target::text, record_no;
-- The chunks lie behind one another without a gap, from the header to the end of the file
SELECT target, min(byte_start), max(byte_end), sum(byte_end - byte_start), sum(rows_read)
FROM ingest.chunks GROUP BY target ORDER BY target::text;
-- A bad row's bytes end where its line end begins, however long it is
CREATE TABLE crlf (id int, t text);
CALL write(file('crlf.csv'), E'id,t\r\n1,a\r\n2,' || repeat('x', 200000) || E'\r\r\n3,' || repeat('x', 70000) || E'\r\r\n4,b\r\n5,' || repeat('x', 100000)
	|| repeat(E'\r', 200000) || E'\n6,c\r\n7,' || repeat('x', 200000));
SELECT report(ingest.load('crlf', file('crlf.csv'), options => '{"chunk_size": "64kB", "max_line_size": "64kB"}'));
SELECT target, record_no, byte_length, encode(pg_read_binary_file(file, byte_offset + byte_length - 1, 4), 'hex') AS end
  FROM ingest.quarantine ORDER BY target::text, record_no;
