-- loads with hard_delete: a deletion needs its key, and no more
\set ECHO none
\set test load_deletions
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO queries
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, age int CHECK (age > 0), op text);
INSERT INTO customers VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3), (4, 'four', 4);
CALL write(file('changes.csv'), E'id,name,age,op\n1,,,D\n2,,-5,delete\n3,,,U\n4,vier,40,U\n5,five,5,I\n,,,D\n6,,,d\n7,x,not a number,D\n');
SELECT report(ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op"}'));
SELECT * FROM customers ORDER BY id;
SELECT record_no, errors -> 0 ->> 'rule' AS rule, errors -> 0 ->> 'column' AS "column" FROM ingest.quarantine ORDER BY 1;

-- a boolean; deletions in the caller's process; the same rows in another order of options
CREATE TABLE flags (id int PRIMARY KEY, name text NOT NULL, gone boolean);
INSERT INTO flags VALUES (1, 'one'), (2, 'two');
CALL write(file('flags.csv'), E'gone,id,name\ntrue,1,\nfalse,2,\n,3,drei\n');
SELECT report(ingest.load('flags', file('flags.csv'), options => '{"hard_delete": "gone", "workers": 0}'));
SELECT * FROM flags ORDER BY id;

-- soft_delete keeps the row
CREATE TABLE marks (id int PRIMARY KEY, name text NOT NULL, op char(6), deleted_at timestamptz);
INSERT INTO marks VALUES (1, 'one'), (2, 'two');
CALL write(file('marks.csv'), E'id,name,op\n1,,DELETE\n2,zwei,\n');
SELECT report(ingest.load('marks', file('marks.csv'), options => '{"hard_delete": "op", "soft_delete": "deleted_at"}'));
SELECT id, name, deleted_at IS NOT NULL AS deleted FROM marks ORDER BY id;
