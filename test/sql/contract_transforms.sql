-- contracts: columns that are computed from what the file has
\set ECHO none
\set test contract_transforms
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';
CREATE TABLE t (id int PRIMARY KEY, amount numeric(12,2), day date, name text, up varchar(5), n int);

-- What is wrong with transforms, each with its path
SELECT ingest.set_contract('t', '{"columns": {
    "amount": {"transform": "now()"}, "n": {"transform": "random()"}, "day": {"transform": "t.a"},
    "id": {"transform": "sum(a)"}, "up": {"transform": "(SELECT 1)"}, "name": {"transform": "1 +", "source": "x"}}}');

-- Text is converted as a field is, in the column's notation; other values by assignment; NULL words are NULL
SELECT ingest.set_contract('t', '{"columns": {
    "amount": {"transform": "replace(betrag, '' EUR'', '''')", "decimal_separator": ",", "min": 0},
    "day": {"transform": "substr(ts, 1, 10)", "dateformat": "%Y/%m/%d"},
    "up": {"transform": "upper(name)"},
    "n": {"transform": "length(name) / (length(ts) - 9)"}},
    "options": {"null": ["", "-"]}}');
CALL write(file('t'), E'id,betrag,ts,name\n'
    '1,"1,50 EUR",2024/01/02 10:11,anna\n'
    '2,x EUR,2024/01/02,bob\n'
    '3,"-1,00 EUR",-,c\n'
    '4,,2024/02/30,\n'
    '5,"2,00",2024/01/0,zoe\n'
    '6,"2,00","",\n'
    '7,-,,longer\n'
    '8,"9,00 EUR",2024/12/31 24:00,\n'
    '9,1\n');
SELECT report(ingest.load('t', file('t')));
SELECT * FROM bad;
SELECT * FROM t ORDER BY id;
TRUNCATE t;
SELECT report(ingest.load('t', file('t'), options => '{"workers": 0, "force": true, "on_error": "set_null", "null_padding": true}'));
SELECT * FROM t ORDER BY id;

-- A file that lacks an input gives NULL; names that nothing reads are still unknown
CALL write(file('lacks'), E'name,id\nanna,20\n');
SELECT report(ingest.load('t', file('lacks')));
SELECT * FROM t WHERE id = 20;
CALL write(file('unknown'), E'name,id,bertag\nanna,20,1\n');
SELECT failure($$SELECT ingest.load('t', file('unknown'))$$);
-- The column itself is no field any more
CALL write(file('itself'), E'name,id,amount\nanna,20,1\n');
SELECT failure($$SELECT ingest.load('t', file('itself'))$$);

-- The same of Parquet, where inputs are the texts of the values
SELECT E'message m { required int32 id; optional int64 betrag (DECIMAL(10,2)); optional int64 ts (TIMESTAMP(MICROS,true)); optional binary name (STRING); }\n'
       '{"id": 1, "betrag": "1.50", "ts": "2024-01-02T10:11:00", "name": "anna"}\n'
       '{"id": 2, "betrag": "-2.00", "ts": "2024-01-02T00:00:00", "name": "bob"}\n'
       '{"id": 3}\n'
       '{"id": 4, "betrag": "4.00", "ts": "2024-12-31T23:59:59", "name": "longer"}\n' AS rows \gset
CALL parquet('t.parquet', :'rows', '--row-group-rows 2');
SELECT ingest.set_contract('t', '{"columns": {
    "amount": {"transform": "replace(betrag, ''.'', '','')", "decimal_separator": ",", "min": 0},
    "day": {"transform": "substr(ts, 1, 10)::date + 1"},
    "up": {"transform": "upper(name)"},
    "n": {"transform": "length(ts)"}}}');
TRUNCATE t;
SELECT report(ingest.load('t', file('t.parquet')));
SELECT * FROM bad;
SELECT * FROM t ORDER BY id;

-- Statistics of a field say nothing about a column that is computed from it
TRUNCATE t;
CREATE TABLE f (id int, betrag numeric(12,2));
SELECT ingest.set_contract('f', '{"columns": {"betrag": {"transform": "(betrag::numeric * 1000)"}}}');
SELECT report(ingest.load('f', file('t.parquet'), options => '{"filter": "betrag > 3000", "new_columns": "ignore"}'));
SELECT * FROM f;

-- Rows whose columns all have one length
CREATE TABLE fixed (id int, a bigint, b bigint);
SELECT ingest.set_contract('fixed', '{"columns": {"b": {"transform": "length(x) + length(y)"}}}');
SELECT E'id,x,y,a\n' || string_agg(format('%s,%s,%s,%s', i, repeat('x', i % 5 + 1), 'yy', i * 10), E'\n') AS rows FROM generate_series(1, 1000) i \gset
CALL write(file('fixed'), :'rows');
SELECT report(ingest.load('fixed', file('fixed')));
SELECT count(*), sum(id), sum(a), sum(b), bool_and(a = id * 10 AND b = id % 5 + 3) AS right FROM fixed;

-- A load that is continued computes the same; functions run as the caller
CREATE FUNCTION who(text) RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_user; END $$;
CREATE ROLE transform_loader;
GRANT pg_read_server_files TO transform_loader;
GRANT USAGE ON SCHEMA ingest, contract_transforms TO transform_loader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO transform_loader;
CREATE TABLE w (a text, b text);
GRANT SELECT, INSERT ON w TO transform_loader;
SELECT ingest.set_contract('w', '{"columns": {"b": {"transform": "who(a)"}}}');
CALL write(file('w'), E'a\n1\n');
SET ROLE transform_loader;
SELECT status, rows_inserted FROM ingest.load('w', file('w'));
RESET ROLE;
SELECT * FROM w;
DROP OWNED BY transform_loader;
DROP ROLE transform_loader;
