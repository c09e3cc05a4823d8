-- contracts: checks of all rows of a load, before they are published
\set ECHO none
\set test audit_checks
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';
CREATE TABLE c (id int PRIMARY KEY, kind text, amount numeric, at timestamptz);
CREATE FUNCTION results(load_id bigint) RETURNS TABLE (name text, severity text, passed bool, observed text, expected text, accepted bool) LANGUAGE sql AS $$
    SELECT k.name, k.severity, k.passed, mask(k.observed), mask(k.expected), k.accepted_by IS NOT NULL
      FROM ingest.checks k WHERE k.load_id = $1 ORDER BY k.name COLLATE "C" $$;

-- What is wrong with checks, each with its path
SELECT ingest.set_contract('c', '{"checks": {
    "no type": {}, "type": {"type": "rowcount"}, "none": {"type": "row_count"}, "more": {"type": "row_count", "min": 1, "column": "id"},
    "needs": {"type": "null_ratio", "max": 1}, "word": {"type": "row_count", "min": 1, "severity": "fatal"}, "key": {"type": "sql", "sql": "x"}, "five": 5}}');
SELECT ingest.set_contract('c', '{"checks": {
    "column": {"type": "sum", "column": "nope", "min": 1}, "number": {"type": "sum", "column": "amount", "min": "x"}, "kind": {"type": "sum", "column": "kind", "min": 1},
    "query": {"type": "sql", "query": "SELECT count(*) > 1 FROM nowhere"}, "rows": {"type": "sql", "query": "SELECT 1"}, "writes": {"type": "sql", "query": "DELETE FROM c"}}}');

-- Every type that is SQL, failed and passed; a load that is rejected leaves the target as it was
CALL write(file('c'), E'id,kind,amount,at\n1,a,10,2024-01-01\n2,a,20.5,2024-01-02\n3,b,,2024-01-03\n4,,1,2024-01-03\n');
SELECT ingest.set_contract('c', '{"checks": {
    "rows": {"type": "row_count", "min": 5}, "rows ok": {"type": "row_count", "min": 4, "max": 4},
    "nulls": {"type": "null_ratio", "column": "kind", "max": 0.2}, "nulls ok": {"type": "null_ratio", "column": "kind", "max": 0.25},
    "kinds": {"type": "distinct_count", "columns": "kind", "equals": 4}, "kinds ok": {"type": "distinct_count", "columns": ["kind", "id"], "equals": 4},
    "ratio": {"type": "distinct_ratio", "columns": "kind", "min": 0.8}, "ratio ok": {"type": "distinct_ratio", "columns": "id", "min": 1},
    "repeats": {"type": "duplicate_ratio", "columns": "kind", "max": 0.2}, "repeats ok": {"type": "duplicate_ratio", "columns": "kind", "max": 0.25},
    "fresh": {"type": "freshness", "column": "at", "max_age": "1 day"}, "fresh ok": {"type": "freshness", "column": "at", "max_age": "100 years"},
    "sum": {"type": "sum", "column": "amount", "equals": 31}, "sum ok": {"type": "sum", "column": "amount", "equals": 31, "tolerance": 0.5},
    "assertion": {"type": "sql", "query": "SELECT bool_and(amount > 5) FROM staged"}, "assertion ok": {"type": "sql", "query": "SELECT NULL"},
    "change ok": {"type": "row_count_change", "min": 0.5, "max": 2}}}');
SELECT failure($$ SELECT ingest.load('c', file('c')) $$);
SELECT * FROM results(1);
SELECT load_id, status, message, rows_staged FROM ingest.loads;
SELECT count(*) FROM c;

-- Its rows are kept: the same call judges them again and reads no file; a person overrules by name
SELECT failure($$ SELECT ingest.load('c', file('c')) $$);
SELECT failure($$ SELECT ingest.publish(1, options => '{"accept": ["rows", "nothing"]}') $$);
SELECT failure($$ SELECT ingest.publish(1, options => '{"accept": ["rows", "nulls", "kinds"]}') $$);
SELECT report(ingest.publish(1, options => '{"accept": ["rows", "nulls", "kinds", "ratio", "repeats", "fresh", "sum", "assertion", "sum ok"]}'));
SELECT * FROM results(1) WHERE NOT passed OR accepted;
SELECT load_id, status, contract_version FROM ingest.loads;
SELECT count(*) FROM c;

-- Warnings; the number of rows against earlier loads; a contract that is mended
SELECT ingest.set_contract('c', '{"checks": {"few": {"type": "row_count", "min": 5, "severity": "warn"}, "change": {"type": "row_count_change", "min": 0.75, "loads": 1}}}');
CALL write(file('d'), E'id\n5\n6\n');
SELECT failure($$ SELECT ingest.load('c', file('d')) $$);
SELECT ingest.set_contract('c', '{"checks": {"few": {"type": "row_count", "min": 5, "severity": "warn"}, "change": {"type": "row_count_change", "min": 0.5, "loads": 1}}}');
SELECT report(ingest.load('c', file('d')));
SELECT * FROM results(2);

-- Given up; staged in the caller's transaction
SELECT ingest.set_contract('c', '{"checks": {"rows": {"type": "row_count", "min": 5}}}');
CALL write(file('e'), E'id\n7\n');
SELECT failure($$ SELECT ingest.load('c', file('e')) $$);
SELECT ingest.discard(3);
SELECT load_id, status FROM ingest.loads ORDER BY load_id;
SELECT count(*) FROM pg_class WHERE relname ~ '_lane_';
SELECT failure($$ SELECT ingest.load('c', file('e'), options => '{"workers": 0}') $$);
SELECT count(*) FROM ingest.loads;
SELECT report(ingest.load('c', file('e'), options => '{"workers": 0, "accept": "rows"}'));
SELECT load_id, name, passed, accepted_by IS NOT NULL AS accepted FROM ingest.checks WHERE load_id > 3;

-- What the sender says: beside the file, and in its last record
SELECT ingest.set_contract('c', '{"checks": {"count": {"type": "side_file", "file": ".count"}, "hash": {"type": "side_file", "file": ".sha256", "optional": true}, "done": {"type": "side_file", "file": "_SUCCESS"}}}');
CALL write(file('f'), E'id\n8\n9\n');
SELECT failure($$ SELECT ingest.load('c', file('f')) $$);
CALL write(file('f.count'), E'3 rows\n');
CALL write(file('f.sha256'), E'00ff  f\n');
CALL write(file('_SUCCESS'), '');
SELECT failure($$ SELECT ingest.load('c', file('f')) $$);
CALL write(file('f.count'), E'2\n');
CALL shell('sha256sum f > f.sha256');
SELECT report(ingest.load('c', file('f')));
SELECT ingest.set_contract('c', '{"checks": {"trailer": {"type": "trailer", "pattern": "^END;([0-9]+)$"}}}');
CALL write(file('g'), E'id\n10\n11\n');
SELECT failure($$ SELECT ingest.load('c', file('g')) $$);
CALL write(file('h'), E'id\n10\n11\nEND;3\n');
SELECT failure($$ SELECT ingest.load('c', file('h')) $$);
CALL write(file('i'), E'id\n10\nEND;1\n11\n');
SELECT failure($$ SELECT ingest.load('c', file('i')) $$);
CALL write(file('j'), E'id\n10\n11\nEND;2\n');
SELECT report(ingest.load('c', file('j'), options => '{"reject_limit": 0}'));
SELECT raw_line, status, errors FROM ingest.quarantine WHERE load_id = (SELECT max(load_id) FROM ingest.loads);
SELECT array_agg(id ORDER BY id) FROM c;
