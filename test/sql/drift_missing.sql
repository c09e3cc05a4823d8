-- drift: columns of the target that files lack
\set ECHO none
\set test drift_missing
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, a int, b int DEFAULT 7, c text, made timestamptz DEFAULT now(),
                no int DEFAULT nextval('ingest.load_id_seq'), twice int GENERATED ALWAYS AS (a * 2) STORED);
CREATE VIEW seen AS SELECT a, b, c FROM t ORDER BY a;
CALL write(file('full.csv'), E'c,b,a\nx,1,2\n');
CALL write(file('less.csv'), E'a\n3\n');

-- Unless it is said otherwise they take their defaults
SELECT report(ingest.load('t', file('less.csv')));
SELECT * FROM seen;

-- freeze: an error that names them, but not those that the table fills by itself
SELECT failure($$ SELECT ingest.load('t', file('less.csv'), options => '{"missing_columns": "freeze", "force": true}') $$);
SELECT report(ingest.load('t', file('full.csv'), options => '{"missing_columns": "freeze"}'));
SELECT failure($$ SELECT ingest.load('t', file('*.csv'), options => '{"missing_columns": "freeze", "force": true}') $$);
SELECT * FROM seen;

-- In a contract, and against it
SELECT ingest.set_contract('t', '{"options": {"missing_columns": "freeze"}, "columns": {"c": {"source": "see"}}}');
SELECT failure($$ SELECT ingest.load('t', file('full.csv'), options => '{"force": true, "new_columns": "ignore"}') $$);
SELECT report(ingest.load('t', file('less.csv'), options => '{"missing_columns": "default", "force": true}'));

-- Columns that directories and transforms fill are not missing
SELECT ingest.set_contract('t', '{"columns": {"c": {"transform": "a"}}}');
CALL shell('mkdir -p "d/b=5"');
CALL write(file('d/b=5/1.csv'), E'a\n4\n');
SELECT report(ingest.load('t', file('d'), options => '{"missing_columns": "freeze"}'));
SELECT * FROM seen WHERE a = 4;

SELECT report(ingest.load('t', file('none.csv'), options => '{"missing_columns": "frozen"}'));
