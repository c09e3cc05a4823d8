-- drift: new columns with strategies, deletions, a transaction for each file, contracts
\set ECHO none
\set test drift_ways
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int PRIMARY KEY, name text);
CALL shell('mkdir d');
CALL write(file('d/1.csv'), E'id,name,op\n1,a,I\n2,b,I\n3,c,I\n');
CALL write(file('d/2.csv'), E'id,name,op,"Größe"\n2,,D,\n4,d,I,1.5\n1,a,I,2\n');
CALL write(file('d/3.csv'), E'op,"Größe",id,name,seen\nI,x,5,e,2024-01-01\nD,,3,,\n');

-- An upsert with deletions, file by file
CALL ingest.load_each('t', file('d/*.csv'), options => '{"new_columns": "evolve", "hard_delete": "op"}');
SELECT * FROM t ORDER BY id;
SELECT * FROM bad;

-- Every strategy writes the new column
CREATE FUNCTION evolve(strategy text) RETURNS TABLE (report text, rows text) LANGUAGE plpgsql AS $$
DECLARE
    key text[] := CASE WHEN strategy IN ('append', 'replace') THEN NULL ELSE '{id}'::text[] END;
BEGIN
    CREATE TABLE s (id int, name text, valid_from timestamptz, valid_to timestamptz);
    IF strategy <> 'scd2' THEN
        ALTER TABLE s DROP valid_from, DROP valid_to;
    END IF;
    report := report(ingest.load('s', file('s1.csv'), key, strategy));
    report := report || '; ' || report(ingest.load('s', file('s2.csv'), key, strategy, '{"new_columns": "evolve"}'));
    rows := (SELECT string_agg(format('%s %s %s', id, name, to_jsonb(s) ->> 'x'), ', ' ORDER BY id, name, to_jsonb(s) ->> 'x') FROM s);
    RETURN NEXT;
    DROP TABLE s;
END $$;
CALL write(file('s1.csv'), E'id,name\n1,a\n2,b\n');
CALL write(file('s2.csv'), E'id,name,x\n2,b,7\n3,c,8\n');
SET client_min_messages = warning;
SELECT s, e.* FROM unnest('{append,insert_only,upsert,delete_insert,replace,sync,scd2}'::text[]) s, evolve(s) e;
RESET client_min_messages;

-- A contract that says it once; its checks know the columns that the table has
CREATE TABLE c (id int PRIMARY KEY, price numeric CHECK (price > 0));
SELECT ingest.set_contract('c', '{"options": {"new_columns": "evolve"}, "columns": {"price": {"max": 100}}, "rules": {"even": "id % 2 = 0"}}');
CALL write(file('c.csv'), E'id,price,unit\n2,1,kg\n3,1,kg\n4,-1,kg\n6,101,g\n8,5,\n');
SELECT report(ingest.load('c', file('c.csv')));
SELECT record, rule FROM bad;
SELECT * FROM c ORDER BY id;
SELECT kind, file_column, action FROM ingest.drifts WHERE target = 'c'::regclass;
