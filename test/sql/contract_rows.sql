-- contracts: how values are delivered, and what they must satisfy
\set ECHO none
\set test contract_rows
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers

-- Names in files, and notation, column by column
CREATE TABLE delivered (id int PRIMARY KEY, amount numeric(12,2), paid numeric(12,2), day date, at timestamp, active bool, note text);
SELECT ingest.set_contract('delivered', '{
    "columns": {
        "id": {"source": "Nr", "required": true},
        "amount": {"source": ["Betrag", "Summe"], "decimal_separator": ",", "thousands": "."},
        "day": {"dateformat": "%d.%m.%Y", "null": ["-", "00.00.0000"]},
        "at": {"timestampformat": "%d.%m.%Y %H:%M"},
        "active": {"true": ["ja", "wahr"], "false": "nein"}},
    "options": {"delimiter": ";", "on_changed_file": "load"}}');
CALL write(file('d1'), E'Nr;Betrag;paid;day;at;active;note\n1;1.234,50;1234.50;01.02.2024;01.02.2024 10:11;ja;-\n2;"7,00";7,00;-;;wahr;\n3;1;1;00.00.0000;;true;\n4;1;1;;;nein;\n5;;;"-";;Ja;\n');
CALL write(file('d2'), E'Summe;Nr\n5;10\n');
CALL write(file('d3'), E'Summe;paid\n5;10\n');
SELECT report(ingest.load('delivered', file('d1')));
SELECT * FROM bad;
SELECT report(ingest.load('delivered', file('d2')));
SELECT failure($$SELECT ingest.load('delivered', file('d3'))$$);
SELECT * FROM delivered ORDER BY id;
-- Options of the call come before those of the contract
CALL write(file('d4'), E'Nummer,Betrag\n20,"1,5"\n');
SELECT report(ingest.load('delivered', file('d4'), options => '{"delimiter": ",", "column_map": {"id": "Nummer"}}'));
SELECT * FROM delivered WHERE id = 20;

-- Bounds, lengths, patterns, values: every violation of a row, none for NULL
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE judged (id bigint, qty int, price numeric(10,2), ratio float8, day date, code text, short varchar(10), m mood, tags text[], "Odd ""name" int);
SELECT ingest.set_contract('judged', '{
    "columns": {
        "id": {"not_null": true, "min": 1},
        "qty": {"min": 0, "max": 100, "allowed": [0, 1, 2, 50, 100]},
        "price": {"min": 0.01, "max": "999.99"},
        "ratio": {"min": 0, "max": 1},
        "day": {"min": "2020-01-01", "max": "2029-12-31"},
        "code": {"min_length": 2, "max_length": 4, "pattern": "^[A-ZÄ]+$"},
        "short": {"allowed": ["it''s", "b\\c"]},
        "m": {"max": "ok"},
        "tags": {"max_length": 5},
        "Odd \"name": {"min": 5}},
    "rules": {"cheap or few": "price < 100 OR qty < 10", "raises": "10 / qty < 100", "never NULL": "ratio > price"}}');
CALL write(file('j'), E'id,qty,price,ratio,day,code,short,m,tags,"Odd ""name"\n'
    '1,1,2.50,0.5,2024-01-01,AB,it''s,sad,{a},5\n'
    '2,50,0.01,3,2020-01-01,ÄÄÄÄ,b\\c,ok,{a},\n'
    ',101,0,-0.1,2019-12-31,a,b,happy,"{a,b,c}",4\n'
    '-1,3,1000,1.5,2030-01-01,ABCDE,,,,\n'
    '3,,,,,,,,,\n'
    '4,0,1,,,,,,,\n'
    '5,x,500,2,,,,,,\n'
    '6,50,500,NaN,,,,,,\n');
SELECT report(ingest.load('judged', file('j')));
SELECT * FROM bad;
SELECT * FROM judged ORDER BY id;
-- The same without workers
TRUNCATE judged;
SELECT report(ingest.load('judged', file('j'), options => '{"force": true, "workers": 0}'));
SELECT id FROM judged ORDER BY id;

-- A rule about a column that no file has uses its default; one that changes with every row is an error
CREATE TABLE defaulted (id int, kind text DEFAULT 'x', n serial);
SELECT ingest.set_contract('defaulted', '{"rules": {"kind": "kind = ''x'' OR id > 5"}}');
CALL write(file('k'), E'id\n1\n6\n');
SELECT report(ingest.load('defaulted', file('k')));
SELECT ingest.set_contract('defaulted', '{"rules": {"n": "n > 0"}}');
SELECT report(ingest.load('defaulted', file('k'), options => '{"force": true}'));
SELECT status, contract_version FROM ingest.loads WHERE target = 'defaulted'::regclass ORDER BY load_id;
