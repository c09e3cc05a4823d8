-- merge: hard_delete by a column of the source that the target does not have
\set ECHO none
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS pg_ingest CASCADE;
DROP SCHEMA IF EXISTS merge_op_column CASCADE;
CREATE EXTENSION pg_ingest;
CREATE SCHEMA merge_op_column;
SET search_path = merge_op_column;
\set ECHO queries
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, at date);
CREATE TABLE changes (op text, id int, name varchar(10), at date);
INSERT INTO customers VALUES (1, 'one', '2024-01-01'), (2, 'two', '2024-01-01'), (3, 'three', '2024-01-05');
INSERT INTO changes VALUES ('D', 1, NULL, '2024-01-02'), ('u', 2, 'zwei', '2024-01-02'), ('D', 3, NULL, '2024-01-04'), ('I', 4, 'four', '2024-01-02'), ('delete', 5, NULL, NULL);
SELECT rows_read, rows_inserted, rows_updated, rows_deleted, rows_skipped, samples
    FROM ingest.preview_merge('customers', 'changes', options => '{"hard_delete": "op", "update_if_newer": "at"}');
SELECT rows_read, rows_inserted, rows_updated, rows_deleted, rows_skipped
    FROM ingest.merge('customers', 'changes', options => '{"hard_delete": "op", "update_if_newer": "at"}');
SELECT * FROM customers ORDER BY id;
-- again: nothing to do
SELECT rows_read, rows_unchanged, rows_skipped
    FROM ingest.merge('customers', 'changes', options => '{"hard_delete": "op", "update_if_newer": "at"}');

-- of type boolean, of an enum, and strategy by strategy
CREATE TYPE kind AS ENUM ('I', 'U', 'D');
CREATE VIEW flagged AS SELECT op IN ('D', 'delete') AS gone, id, name, at FROM changes;
CREATE VIEW typed AS SELECT CASE WHEN op IN ('D', 'delete') THEN 'D' ELSE 'U' END::kind AS op, id, name, at FROM changes;
CREATE FUNCTION try(source regclass, strategy text, options jsonb, key text[] DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    preview ingest.merge_result;
    result ingest.merge_result;
BEGIN
    TRUNCATE customers;
    INSERT INTO customers VALUES (1, 'one', '2024-01-01'), (2, 'two', '2024-01-01'), (7, 'seven', NULL);
    preview := ingest.preview_merge('customers', source, key, strategy, options);
    result := ingest.merge('customers', source, key, strategy, options);
    ASSERT (preview.rows_inserted, preview.rows_updated, preview.rows_deleted, preview.rows_skipped) =
           (result.rows_inserted, result.rows_updated, result.rows_deleted, result.rows_skipped);
    RETURN format('%s read: %s inserted, %s updated, %s deleted, %s unchanged, %s skipped; now %s', result.rows_read, result.rows_inserted,
                  result.rows_updated, result.rows_deleted, result.rows_unchanged, result.rows_skipped,
                  (SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM customers));
END $$;
SELECT try('flagged', 'upsert', '{"hard_delete": "gone"}');
SELECT try('typed', 'upsert', '{"hard_delete": "op"}');
SELECT try('typed', 'delete_insert', '{"hard_delete": "op"}');
SELECT try('flagged', 'sync', '{"hard_delete": "gone"}');
SELECT try('typed', 'sync', '{"hard_delete": "op", "update_if_newer": "at"}');

-- only the column that the option names, and only where the option has a meaning
SELECT ingest.merge('customers', 'changes');
SELECT ingest.merge('customers', 'changes', options => '{"hard_delete": "gone"}');
SELECT ingest.merge('customers', 'changes', strategy => 'insert_only', options => '{"hard_delete": "op"}');
-- a column of the target decides by its type: this one is text, and keeps the word
ALTER TABLE customers ADD op text;
SELECT try('changes', 'upsert', '{"hard_delete": "op"}');
SELECT DISTINCT op FROM customers ORDER BY 1;
