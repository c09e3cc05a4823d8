-- load: append and upsert: keys, duplicates, what is unchanged, strategies
\set ECHO none
\set test load_keys
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- With a primary key: upsert; the last row of a key wins
CREATE TABLE t (id int PRIMARY KEY, name text, n numeric DEFAULT 7);
CALL write(file('first'), E'id,name\n1,a\n2,b\n3,c\n1,A\n2,\n');
SELECT report(ingest.load('t', file('first')));
SELECT *, xmin::text = pg_current_xact_id()::text AS now FROM t ORDER BY id;
-- Repeated: nothing is written. New bytes: only what differs is
CREATE TABLE before AS SELECT id, ctid AS place FROM t;
SELECT report(ingest.load('t', file('first')));
CALL write(file('second'), E'id,name\n1,A\n2,B\n4,d\n3,c\n');
SELECT report(ingest.load('t', file('second')));
SELECT t.*, t.ctid = place AS untouched FROM t LEFT JOIN before USING (id) ORDER BY id;
-- Rows without a key
CALL write(file('nokey'), E'id,name\n,x\n5,e\n"",y\n');
SELECT report(ingest.load('t', file('nokey')));
SELECT record, line, "column", rule, code, message, value FROM bad;
-- A key of several columns, without an index
CREATE TABLE pairs (a int, b text, v int);
INSERT INTO pairs VALUES (1, 'x', 0), (1, 'y', 0), (NULL, 'z', 0);
CALL write(file('pairs'), E'v,b,a\n1,x,1\n2,z,\n3,,1\n4,w,1\n5,w,1\n,y,1\n');
SELECT report(ingest.load('pairs', file('pairs'), '{a,b}'));
SELECT record, line, "column", rule, code, message, value FROM bad;
SELECT * FROM pairs ORDER BY a, b;
-- Files in the order of their names decide which row is the last one
CALL shell('mkdir days; for d in 2 1 3; do printf "id,name\n10,day $d\n1$d,only $d\n" >days/$d.csv; done');
SELECT report(ingest.load('t', file('days'), options => '{"workers": 2}'));
SELECT id, name FROM t WHERE id >= 10 ORDER BY id;

-- Strategies and keys at fault
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), strategy => 'upsert', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), '{a,c}', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), '{a,NULL}', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), '{}', 'upsert', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), '{a,a}', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), '{a}', 'append', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('pairs', file('pairs'), strategy => 'merge', options => '{"force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', NULL) $$);
SELECT failure($$ SELECT ingest.load(NULL, file('pairs')) $$);
-- The key is not in the file
CALL write(file('without'), E'name,n\nx,1\n');
SELECT failure($$ SELECT ingest.load('t', file('without')) $$);
CREATE TABLE gen (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CALL write(file('names'), E'name\nx\n');
SELECT failure($$ SELECT ingest.load('gen', file('names')) $$);
SELECT report(ingest.load('gen', file('names'), strategy => 'append'));

-- append: without a key, or when told so; a key violation names file and record
SELECT report(ingest.load('pairs', file('pairs'), strategy => 'append', options => '{"force": true}'));
CALL write(file('append'), E'id,name\n20,x\n1,again\n21,y\n');
SELECT failure($$ SELECT ingest.load('t', file('append'), strategy => 'append') $$);
SELECT count(*) FROM t WHERE id >= 20;
CALL write(file('twice'), E'id,name\n30,x\n31,y\n30,z\n');
SELECT failure($$ SELECT ingest.load('t', file('twice'), strategy => 'append') $$);
-- Another unique constraint, within the file and against the table
CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE);
INSERT INTO u VALUES (1, 'a@x');
CALL write(file('unique'), E'id,mail\n1,b@x\n2,a@x\n3,c@x\n');
SELECT report(ingest.load('u', file('unique')));
CALL write(file('unique2'), E'id,mail\n5,f@x\n4,c@x\n');
SELECT failure($$ SELECT ingest.load('u', file('unique2')) $$);
SELECT * FROM u ORDER BY id;
