-- load: option filter, which rows it leaves out
\set ECHO none
\set test load_filter
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int NOT NULL, day date, amount numeric(6,2) CHECK (amount < 1000), note text,
    doubled int GENERATED ALWAYS AS (id * 2) STORED, made_by text DEFAULT 'nobody');
CALL write(file('t.csv'), E'id,day,amount,note\n1,2024-05-01,10,a\n2,2024-05-02,20,b\n3,,30,c\n4,2024-05-04,40,d\n');

-- Rows for which it is not true are ignored, be it false or NULL
SELECT report(ingest.load('t', file('t.csv'), options => '{"filter": "day >= ''2024-05-02''"}'));
SELECT id, day, amount, note FROM t ORDER BY id;
TRUNCATE t;
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "workers": 0, "filter": "day >= ''2024-05-02''"}'));
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "filter": "day IS NULL OR note ~ ''[ab]''"}'));
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "filter": "true"}'));
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "filter": "false"}'));
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "filter": null}'));
-- Columns that the file lacks count as what an INSERT would make of them
SELECT report(ingest.load('t', file('t.csv'), options => '{"force": true, "filter": "doubled > 4 AND made_by = ''nobody''"}'));
SELECT id, doubled, made_by FROM t ORDER BY id DESC LIMIT 1;
TRUNCATE t;

-- It is decided first, from its own columns: bad values elsewhere do not matter in rows that it leaves out
CALL write(file('bad.csv'), E'id,day,amount,note\n1,2024-05-01,x,a\n2,2024-05-02,x,b\n3,never,30,c\n,2024-05-01,1,d\n,2024-05-09,1,e\n6,2024-05-01,5000,f\n7,2024-05-09,5000,g\n8,2024-05-01\n9,2024-05-09,9,i\n\n');
SELECT report(ingest.load('t', file('bad.csv'), options => '{"filter": "day >= ''2024-05-02''"}'));
SELECT * FROM bad;
SELECT id, day FROM t;
TRUNCATE t;
SELECT report(ingest.load('t', file('bad.csv'), options => '{"force": true, "on_error": "ignore", "filter": "day >= ''2024-05-02''"}'));
TRUNCATE t;
-- A bad value of the filter's column that becomes NULL is a NULL to the filter
SELECT report(ingest.load('t', file('bad.csv'), options => '{"force": true, "on_error": "set_null", "filter": "day >= ''2024-05-02''"}'));
SELECT * FROM bad;
TRUNCATE t;
CALL write(file('stop.csv'), E'id,day,amount,note\n1,2024-05-01,x,a\n2,2024-05-02,2,b\n');
SELECT report(ingest.load('t', file('stop.csv'), options => '{"on_error": "stop", "filter": "id > 1"}'));
TRUNCATE t;

-- An error that it raises is one of its row; AND stops at the first operand that is false
CALL write(file('error.csv'), E'id,day,amount,note\n1,2024-05-01,0,a\n2,2024-05-02,2,b\n3,2024-05-03,0,c\n,2024-05-03,0,d\n');
SELECT report(ingest.load('t', file('error.csv'), options => '{"filter": "id <> 1 AND 1 / amount > 0"}'));
SELECT * FROM bad;
TRUNCATE t;

-- initial_bad_rows: a row that is left out is not a bad one, and ends the run of bad rows
CALL shell($$(echo id,day,amount,note; echo 0,2024-05-01,1,a; seq -f '%g,2024-05-09,x,b' 1 20) >initial.csv$$);
SELECT report(ingest.load('t', file('initial.csv'), options => '{"initial_bad_rows": 10, "filter": "id >= 1"}'));
SELECT failure($$ SELECT ingest.load('t', file('initial.csv'), options => '{"force": true, "skip": 1, "header": false, "initial_bad_rows": 10, "columns": ["note", "day", "amount", "id"], "filter": "id >= 1"}') $$);

-- What is stable has one value for the load, wherever it is evaluated
CREATE TABLE moments (id int, at timestamptz);
CALL shell($$(echo id,at; seq -f '%g,2024-05-01 10:00+00' 1 3000) >moments.csv$$);
SELECT report(ingest.load('moments', file('moments.csv'), options => '{"workers": 2, "filter": "at < now() AND id % 3 = 0 AND current_user = session_user"}'));
SELECT report(ingest.load('moments', file('moments.csv'), options => '{"force": true, "filter": "now() = statement_timestamp() AND now() = transaction_timestamp() AND at::date = ''2024-05-01''"}'));

-- Settings of the session hold in workers too
SET TimeZone = 'Asia/Tokyo';
SELECT report(ingest.load('moments', file('moments.csv'), options => '{"force": true, "filter": "extract(hour FROM at) = 19"}'));
RESET TimeZone;

-- A load of files that differ: the filter sees defaults
CREATE TABLE u (id int, tag text DEFAULT 'none', seq serial);
CALL write(file('u1.csv'), E'id\n1\n2\n');
CALL write(file('u2.csv'), E'id,tag\n3,x\n4,none\n');
SELECT report(ingest.load('u', file('u[12].csv'), options => '{"filter": "tag = ''none''"}'));
SELECT id, tag FROM u ORDER BY id;
SELECT failure($$ SELECT ingest.load('u', file('u*.csv'), options => '{"force": true, "filter": "seq > 0"}') $$);

-- Keys come after the filter
CREATE TABLE k (id int PRIMARY KEY, n int);
CALL write(file('k.csv'), E'id,n\n,1\n2,2\n,3\n2,5\n');
SELECT report(ingest.load('k', file('k.csv'), options => '{"filter": "n > 1"}'));
SELECT * FROM bad;
SELECT * FROM k;

-- A cast to a domain checks its value
CREATE DOMAIN small AS int CHECK (VALUE < 3);
CALL write(file('d.csv'), E'id,n\n1,1\n2,2\n3,3\n4,4\n');
SELECT report(ingest.load('k', file('d.csv'), options => '{"force": true, "filter": "n::small > 1"}'));
SELECT * FROM bad;
-- A column that publishing fills
CREATE TABLE history (id int, n int, valid_from timestamptz, valid_to timestamptz);
SELECT report(ingest.load('history', file('d.csv'), '{id}', 'scd2', options => '{"force": true, "filter": "valid_to IS NULL AND n > 1"}'));
