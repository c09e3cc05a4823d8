-- contract_to_dbt: a contract as YAML of dbt
\set ECHO none
\set test contract_dbt
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\pset format unaligned
CREATE TABLE "Country" (code text PRIMARY KEY);
CREATE TABLE invoices (id int PRIMARY KEY, country text NOT NULL, "Odd: ""name""" text, amount numeric(12,2) CHECK (amount <> 7), paid date, email text, code varchar(8));
SELECT ingest.set_contract('invoices', '{
    "description": "Invoices: all of \"them\"\n# and more",
    "columns": {
        "id": {"min": 1},
        "country": {"references": {"table": "contract_dbt.\"Country\"", "column": "code"}},
        "Odd: \"name\"": {"allowed": ["it''s", "{{ x }}", "- a: b", 5, "\\"], "description": "odd"},
        "amount": {"min": 0, "max": "999.99"},
        "email": {"unique": true, "pattern": "^[^@\\s]+@.{#"},
        "code": {"min_length": 2, "max_length": 8}},
    "rules": {"paid": "paid IS NULL OR amount > 0"},
    "unique": {"pair": {"columns": ["country", "Odd: \"name\""]}, "one": {"columns": "code"}, "in one load": {"columns": ["paid"], "in": "load"}},
    "checks": {"enough\nrows": {"type": "row_count", "min": 1}}}');
SELECT ingest.contract_to_dbt('invoices');
-- Without a contract: what the table says
SELECT ingest.contract_to_dbt('"Country"');
-- Only a check: nothing is left open
CREATE TABLE bare (a int);
SELECT ingest.set_contract('bare', '{"checks": {"rows": {"type": "row_count", "min": 1}}}');
SELECT ingest.contract_to_dbt('bare');
-- Who may not read the table may not read this
CREATE ROLE dbt_reader;
GRANT USAGE ON SCHEMA ingest, contract_dbt TO dbt_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO dbt_reader;
SET ROLE dbt_reader;
SELECT ingest.contract_to_dbt('bare');
RESET ROLE;
DROP OWNED BY dbt_reader;
DROP ROLE dbt_reader;
