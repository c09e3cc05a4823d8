-- day 1: the table is as the file
CREATE TABLE members (id int PRIMARY KEY, full_name text NOT NULL, points int);
SELECT status, rows_inserted FROM ingest.load('members', :'dir' || '/members-1.csv');

-- day 2: a column more; the report says so, and what a load would do
SELECT kind, file_column, found, severity, action FROM ingest.drift('members', :'dir' || '/members-2.csv');
SELECT ingest.set_contract('members', '{"options": {"new_columns": "evolve"}}');
SELECT status, rows_inserted, rows_updated FROM ingest.load('members', :'dir' || '/members-2.csv');

-- day 3: a column has another name; it is not guessed, the contract learns it
SELECT kind, column_name, file_column, severity, action FROM ingest.drift('members', :'dir' || '/members-3.csv');
SELECT ingest.set_contract('members', '{"options": {"new_columns": "evolve"},
	"columns": {"full_name": {"source": ["full_name", "fullname"]}, "points": {"min": 0}},
	"checks": {"enough members": {"type": "row_count", "min": 3}}}');
SELECT status, rows_inserted, rows_updated FROM ingest.load('members', :'dir' || '/members-3.csv');

-- day 4: values that do not fit any more, a column less, and too few rows: the load is rejected
SELECT kind, column_name, found, severity, action FROM ingest.drift('members', :'dir' || '/members-4.csv');
\set ON_ERROR_STOP off
SELECT * FROM ingest.load('members', :'dir' || '/members-4.csv');
\set ON_ERROR_STOP on
SELECT load_id, load_status, name, observed, expected FROM ingest.checks WHERE NOT passed;
