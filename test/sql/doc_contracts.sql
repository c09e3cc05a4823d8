-- doc_contracts: the examples of docs/contracts.md, so that they stay true
\set ECHO none
\set test doc_contracts
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET datestyle = ISO;
\pset null ''
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO countries VALUES ('DE'), ('FR');
CREATE TABLE invoices (invoice text PRIMARY KEY, country text NOT NULL, ordered_on date, paid_on date,
                       amount numeric(12,2), vat numeric(4,1), customer text);
SELECT ingest.set_contract('invoices', '{
    "options": {"delimiter": ";", "null": ["", "-"]},
    "columns": {
        "invoice":    {"source": ["Beleg", "Rechnung"], "required": true, "pattern": "^R[0-9]{4}$"},
        "country":    {"source": "Land", "references": {"table": "countries", "column": "code"}},
        "ordered_on": {"source": "Datum", "dateformat": "%d.%m.%Y", "min": "2020-01-01"},
        "paid_on":    {"source": "Bezahlt", "dateformat": "%d.%m.%Y"},
        "amount":     {"source": "Betrag", "decimal_separator": ",", "thousands": ".", "min": 0},
        "vat":        {"transform": "replace(\"MwSt\", ''%'', '''')", "max": 25},
        "customer":   {"transform": "initcap(trim(\"Kunde\"))"}
    },
    "rules":  {"paid after ordered": "paid_on >= ordered_on"},
    "unique": {"one a day": {"columns": ["customer", "ordered_on"]}},
    "checks": {
        "enough rows": {"type": "row_count", "min": 3},
        "turnover":    {"type": "sum", "column": "amount", "min": 1000, "severity": "warn"},
        "no gaps":     {"type": "sql", "query": "SELECT max(ordered_on) - min(ordered_on) < 7 FROM staged"}
    }}');
CALL write(file('may.csv'), E'Rechnung;Land;Datum;Bezahlt;Betrag;MwSt;Kunde\nR0001;DE;01.05.2024;06.05.2024;1.234,50;19%;ada\nR0002;FR;02.05.2024;01.05.2024;20,00;20%;bo\nX3;DE;03.05.2024;-;-5,00;7%;cy\nR0004;IT;03.05.2024;-;8,00;22%;dee\nR0005;DE;01.05.2024;-;3,00;19%; Ada \nR0006;FR;04.05.2024;-;7,00;20%;eve\n');
SELECT failure(format('SELECT ingest.load(''invoices'', %L)', file('may.csv')));
SELECT name, severity, passed, observed, expected FROM ingest.checks;
SELECT status, rows_inserted, rows_quarantined FROM ingest.publish(1, options => '{"accept": "enough rows"}');
SELECT * FROM invoices;
SELECT lineno, colname, rule, err_message FROM ingest.quarantine_errors ORDER BY record_no, colname;
SELECT name, passed, accepted_by IS NOT NULL AS accepted FROM ingest.checks ORDER BY name;

-- Mistakes are reported together, with their paths; nothing is stored
SELECT ingest.set_contract('invoices', '{
    "columns": {"amount": {"min": 10, "max": 1, "patern": "x"}, "vat": {"min": 10, "max": 1, "allowed": [5]}},
    "rules": {"paid": "payed_on IS NOT NULL"}}');

-- Versions, and the effective contract of a table that has none yet
SELECT ingest.set_contract('invoices', jsonb_set(ingest.contract('invoices'), '{checks,enough rows,min}', '2'));
SELECT target, version, is_current FROM ingest.contracts ORDER BY version;
SELECT load_id, status, contract_version FROM ingest.loads;
CREATE TABLE items (id int PRIMARY KEY, price numeric(8,2) DEFAULT 0 CHECK (price >= 0));
SELECT jsonb_pretty(ingest.contract('items'));
CREATE TABLE items_raw (id int, price numeric(8,2));
SELECT ingest.set_contract('items_raw', ingest.contract('items'));
CALL write(file('items.csv'), E'id,price\n1,2.50\n2,-1\n,3\n');
SELECT status, rows_inserted, rows_quarantined FROM ingest.load('items_raw', file('items.csv'));
SELECT lineno, colname, rule FROM ingest.quarantine_errors WHERE load_id = 2 ORDER BY lineno;
\pset format unaligned
SELECT ingest.contract_to_dbt('invoices');
SET client_min_messages = warning;
DROP SCHEMA doc_contracts CASCADE;
