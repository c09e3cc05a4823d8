-- set_contract: the whole document is judged at once; versions; the effective contract
\set ECHO none
\set test contract_document
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE DOMAIN percent AS numeric(5,2) CONSTRAINT in_range CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE orders (
    id int PRIMARY KEY, amount numeric(12,2) DEFAULT 0, day date, active bool, rate percent,
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED, CONSTRAINT positive CHECK (id > 0));
SELECT ingest.contract('orders');

-- Everything that is wrong, each with its path
SELECT ingest.set_contract('orders', '[]');
SELECT ingest.set_contract('orders', '{
    "colums": {},
    "columns": {
        "id": {"type": "bigint", "required": 1},
        "amount": {"mim": 3, "min": "x", "min_length": 5, "max_length": 2, "something_else": 1},
        "nope": {"min": 1},
        "day": {"true": "yes", "false": "no", "pattern": "(", "min_length": -1, "null": [1]},
        "active": {"true": "yes", "min": 1},
        "rate": {"decimal_separator": ",,", "references": {"table": "t"}, "allowed": []},
        "twice": {"source": "zwei", "transform": "1"}
    },
    "rules": {"open": "amount >", "two": "amount, id", "unknown": "nocol = 1", "number": 5,
              "random": "amount > random()", "query": "EXISTS (SELECT 1)", "text": "id + 1"},
    "options": {"delimter": ";"}}');

-- What contradicts itself
CREATE TABLE agreed (id int, price numeric(8,2), day date, code text, rest jsonb, span interval);
SELECT ingest.set_contract('agreed', '{
    "columns": {
        "id": {"min": 10, "max": 9, "allowed": ["x"]},
        "price": {"min": 10, "max": 9.99, "allowed": [9.99, 10]},
        "day": {"min": "2024-01-02", "max": "2024-01-01", "allowed": ["2024-01-01"]},
        "code": {"pattern": "^(a", "allowed": ["abc"]},
        "rest": {"source": "r"}},
    "checks": {
        "rows": {"type": "row_count", "min": 10, "max": 9}, "sum": {"type": "sum", "column": "id", "min": 1, "equals": 1},
        "near": {"type": "sum", "column": "id", "min": 1, "tolerance": 1}, "nulls": {"type": "null_ratio", "column": "id", "max": 20},
        "end": {"type": "trailer", "pattern": "END ([0-9]+"}},
    "options": {"new_columns": "capture", "capture_column": "rest"}}');
SELECT ingest.set_contract('agreed', '{"columns": {"code": {"pattern": "^[A-Z]+$", "max_length": 2, "allowed": ["AB", "ABC", "a"]}}, "options": {"new_columns": "capture", "capture_column": "code"}}');
SELECT ingest.set_contract('agreed', '{"columns": {"id": {"source": "Nr"}}, "options": {"header": false}}');
SELECT ingest.set_contract('agreed', '{"options": {"new_columns": "capture", "capture_column": "others"}}');
SELECT ingest.set_contract('agreed', '{"options": {"capture_column": "rest"}}');
SELECT ingest.set_contract('agreed', '{
    "columns": {"id": {"min": 9, "max": 9, "allowed": [9]}, "span": {"min": "90 minutes", "max": "2 hours"}, "code": {"pattern": "^[A-Z]+$", "allowed": ["AB"]}},
    "checks": {"rows": {"type": "row_count", "min": 9, "max": 9}},
    "options": {"new_columns": "capture", "capture_column": "rest"}}');
DROP TABLE agreed;

-- A version is added when something changes, and no version is ever edited
SELECT ingest.set_contract('orders', '{"columns": {"amount": {"min": 0}}}');
SELECT ingest.set_contract('orders', '{"columns": {"amount": {"min": 0}}}');
SELECT ingest.set_contract('orders', '{"columns": {"amount": {"min": 1, "source": "Betrag"}}, "rules": {"some": "amount <> 7"}}');
SELECT target, version, contract, is_current FROM ingest.contracts ORDER BY version;
SELECT jsonb_pretty(ingest.contract('orders'));

-- What it gives can be set, for another table as well; CHECKs become rules there
CREATE TABLE raw_orders (LIKE orders);
SELECT ingest.set_contract('raw_orders', ingest.contract('orders'));
SELECT ingest.contract('raw_orders') -> 'rules' AS rules;

-- Every load knows its version; a contract follows its table
ALTER TABLE orders RENAME TO orders_2024;
CALL write(file('o'), E'id,Betrag\n1,5\n2,0.5\n3,7\n');
SELECT report(ingest.load('orders_2024', file('o')));
SELECT * FROM bad;
SELECT ingest.set_contract('orders_2024', '{"columns": {"amount": {"source": "Betrag"}}}');
SELECT report(ingest.load('orders_2024', file('o'), options => '{"force": true}'));
SELECT contract_version, status, rows_quarantined FROM ingest.loads ORDER BY load_id;

-- Names in expressions mean what they meant when the contract was set
CREATE SCHEMA one;
CREATE SCHEMA two;
CREATE FUNCTION one.good(i int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT i < 100';
CREATE FUNCTION two.good(i int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE TABLE paths (id int);
SET search_path = one, contract_document;
SELECT ingest.set_contract('paths', '{"rules": {"good": "good(id)"}}');
SET search_path = two, contract_document;
CALL write(file('p'), E'id\n1\n100\n');
SELECT report(ingest.load('paths', file('p')));
SET search_path = contract_document;
DROP FUNCTION one.good, two.good;
DROP SCHEMA one, two;

-- Rights: a contract is set by the table's owner, and read by who may read the table
CREATE ROLE contract_reader;
GRANT USAGE ON SCHEMA ingest, contract_document TO contract_reader;
GRANT EXECUTE ON FUNCTION ingest.set_contract, ingest.contract TO contract_reader;
GRANT SELECT ON ingest.contracts TO contract_reader;
SET ROLE contract_reader;
SELECT ingest.contract('paths');
SELECT ingest.set_contract('paths', '{}');
SELECT count(*) FROM ingest.contracts;
RESET ROLE;
GRANT SELECT ON paths TO contract_reader;
SET ROLE contract_reader;
SELECT ingest.contract('paths') -> 'rules' AS rules;
SELECT ingest.set_contract('paths', '{}');
SELECT count(*) FROM ingest.contracts;
RESET ROLE;
DROP OWNED BY contract_reader;
DROP ROLE contract_reader;
SELECT ingest.set_contract('ingest.loads', '{}');
