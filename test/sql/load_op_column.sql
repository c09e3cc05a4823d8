-- hard_delete by a column of the files that the target does not have, as in feeds of changes
\set ECHO none
\set test load_op_column
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO none
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
\set ECHO queries
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, age int CHECK (age > 0));
CREATE PROCEDURE reset() LANGUAGE sql AS $$
    TRUNCATE customers;
    INSERT INTO customers VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3), (4, 'four', 4);
$$;
CALL reset();
-- of a deletion only the key counts; the last of two rows; a deletion of nothing; no key, no name
CALL write(file('changes.csv'), E'op,id,name,age\nD,1,,\ndelete,2,,-5\nU,4,vier,40\nI,5,five,5\nD,5,,\n,6,six,6\nd,7,,\nD,,,\nU,3,,\n');
SELECT report(ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op"}'));
SELECT * FROM customers ORDER BY id;
SELECT record_no, errors -> 0 ->> 'rule' AS rule, errors -> 0 ->> 'column' AS "column" FROM ingest.quarantine ORDER BY 1;
SELECT columns FROM ingest.loads;

-- the same in the caller's process, and for a load that is gone on with after a rollback
CALL reset();
SELECT report(ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op", "force": true, "workers": 0}'));
SELECT * FROM customers ORDER BY id;
CALL reset();
BEGIN;
SELECT load_id FROM ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op", "force": true}') \gset rolled_back_
ROLLBACK;
SELECT load_id = :rolled_back_load_id AS same, rows_inserted, rows_updated, rows_deleted, rows_skipped, rows_deduplicated
    FROM ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op", "force": true}');
SELECT * FROM customers ORDER BY id;

-- stage and publish; without the option, or with another column, the staged rows would lie
CALL reset();
SELECT ingest.stage('customers', file('changes.csv'), '{"hard_delete": "op", "force": true}') AS id \gset
SELECT report(ingest.publish(:id, options => '{"hard_delete": null}'));
SELECT report(ingest.publish(:id, strategy => 'append'));
SELECT report(ingest.publish(:id, strategy => 'delete_insert'));
SELECT * FROM customers ORDER BY id;

-- sync: what the source lacks goes, too; a column that is true, and the column's place in the file
CALL reset();
CALL write(file('sync.csv'), E'id,__deleted,name\n1,false,one\n2,TRUE,two\n3,f,drei\n9,t,nine\n');
SELECT report(ingest.load('customers', file('sync.csv'), strategy => 'sync', options => '{"hard_delete": "__deleted"}'));
SELECT * FROM customers ORDER BY id;

-- by position behind the columns of the table, by option columns, by another name, by directory
CALL reset();
CALL write(file('position.csv'), E'1,x,1,D\n2,zwei,2,U\n');
SELECT report(ingest.load('customers', file('position.csv'), options => '{"hard_delete": "op", "header": false}'));
CALL write(file('columns.csv'), E'D,2,\nU,3,drei\n');
SELECT report(ingest.load('customers', file('columns.csv'), options => '{"hard_delete": "op", "header": false, "columns": ["op", "id", "name"]}'));
CALL write(file('map.csv'), E'Id,Kind,Name\n3,D,\n');
SELECT report(ingest.load('customers', file('map.csv'), options => '{"hard_delete": "op", "column_map": {"op": "Kind"}, "match_by": "name_ci"}'));
CALL shell('mkdir -p feed/op=I feed/op=D');
CALL write(file('feed/op=I/a.csv'), E'id,name\n10,ten\n11,eleven\n');
CALL write(file('feed/op=D/a.csv'), E'id,name\n4,\n');
SELECT report(ingest.load('customers', file('feed'), options => '{"hard_delete": "op", "hive_partitioning": true}'));
SELECT * FROM customers ORDER BY id;

-- errors before any row is read
CALL write(file('none.csv'), E'id,name\n1,one\n');
SELECT ingest.load('customers', file('none.csv'), options => '{"hard_delete": "op"}');
CALL write(file('twice.csv'), E'id,op,op\n1,D,I\n');
SELECT mask(failure) FROM failure($$SELECT ingest.load('customers', file('twice.csv'), options => '{"hard_delete": "op"}')$$);
SELECT mask(failure) FROM failure($$SELECT ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "kind", "force": true}')$$);

-- Parquet: text, boolean, and row groups in several workers
CALL reset();
CALL parquet('op.parquet', $$message m { optional binary op (STRING); required int32 id; optional binary name (STRING); }
{"op": "D", "id": 1}
{"op": "U", "id": 2, "name": "zwei"}
{"id": 3}
{"op": "c", "id": 8, "name": "acht"}$$, '--row-group-rows 2');
SELECT report(ingest.load('customers', file('op.parquet'), options => '{"hard_delete": "op"}'));
SELECT * FROM customers ORDER BY id;
CALL parquet('gone.parquet', $$message m { optional boolean gone; required int32 id; optional binary name (STRING); }
{"gone": true, "id": 2}
{"gone": false, "id": 3, "name": "drei"}
{"id": 8, "name": "acht"}$$);
SELECT report(ingest.load('customers', file('gone.parquet'), options => '{"hard_delete": "gone", "workers": 0}'));
SELECT * FROM customers ORDER BY id;

-- scd2: a deletion ends the version; soft_delete marks it
CREATE TABLE history (id int, city text, valid_from date NOT NULL, valid_to date);
CALL write(file('history.csv'), E'id,city,valid_from,op\n1,Bonn,2024-01-01,I\n2,Oslo,2024-01-01,I\n1,,2024-02-01,D\n3,,2024-02-01,D\n');
SELECT report(ingest.load('history', file('history.csv'), '{id}', 'scd2', '{"hard_delete": "op"}'));
SELECT * FROM history ORDER BY id, valid_from;
ALTER TABLE customers ADD gone boolean;
CALL reset();
SELECT report(ingest.load('customers', file('changes.csv'), options => '{"hard_delete": "op", "soft_delete": "gone", "force": true}'));
SELECT * FROM customers ORDER BY id;
