-- replace of most of a big table: written anew, where that is allowed
\set ECHO none
\set test replace_rebuild
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (gone int, id int PRIMARY KEY, name varchar(12) NOT NULL, amount numeric(8,2) CHECK (amount >= 0), wide text);
ALTER TABLE t DROP gone;
CREATE INDEX t_name ON t (name);
CREATE INDEX t_low ON t (amount) WHERE amount < 10;
CREATE VIEW seen AS SELECT id, name FROM t;
CREATE ROLE regress_rebuild;
GRANT SELECT (id) ON t TO regress_rebuild;
GRANT INSERT, SELECT, UPDATE, DELETE ON t TO regress_rebuild;
COMMENT ON COLUMN t.name IS 'a comment';
CREATE TABLE source (id int, name text, amount numeric, wide text);
CREATE PROCEDURE reset(rows int DEFAULT 120000) LANGUAGE sql AS $$
	TRUNCATE t, source;
	INSERT INTO t (id, name, amount, wide) SELECT i, 'old ' || i, i % 100, 'w' FROM generate_series(1, rows) i;
	INSERT INTO source SELECT i, 'new ' || i, i % 100 + 0.005, CASE i WHEN 1007 THEN (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 500) n) END FROM generate_series(1001, rows + 1000) i;
$$;
-- What a replace of t by source did, and that t holds what source says; says so when the preview saw something else.
CREATE FUNCTION replaced(target regclass DEFAULT 't') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	node oid := pg_relation_filenode(target);
	p ingest.merge_result := ingest.preview_merge(target, 'source', NULL, 'replace', '{"sample_rows": 0}');
	m ingest.merge_result := ingest.merge(target, 'source', NULL, 'replace');
	differ bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM ((SELECT id, name, amount::numeric(8,2), wide FROM source EXCEPT ALL SELECT id, name, amount, wide FROM %1$s) UNION ALL (SELECT id, name, amount, wide FROM %1$s EXCEPT ALL SELECT id, name, amount::numeric(8,2), wide FROM source)) d', target) INTO differ;
	RETURN format('inserted=%s updated=%s deleted=%s unchanged=%s by %s, %s%s%s', m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.plan,
		CASE WHEN node = pg_relation_filenode(target) THEN 'same file' ELSE 'new file' END, CASE WHEN differ > 0 THEN ', ROWS DIFFER' END,
		CASE WHEN (p.rows_inserted, p.rows_updated, p.rows_deleted, p.rows_unchanged) <> (m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged) THEN ', PREVIEW DIFFERS' END);
END $$;

CALL reset();
SELECT replaced();
SELECT replaced();
-- what belongs to the table is there, indexes find every row, and constraints hold
SELECT indexrelid::regclass, indisvalid, indisunique FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT count(*), max(name) FROM t WHERE name > '';
SELECT id, name, amount, octet_length(wide) FROM t WHERE id IN (1000, 1007, 121000) ORDER BY id;
SELECT count(*) FROM t WHERE amount < 10;
RESET enable_seqscan; RESET enable_bitmapscan;
SELECT count(*), max(id) FROM seen;
SELECT has_table_privilege('regress_rebuild', 't', 'SELECT'), has_column_privilege('regress_rebuild', 't', 'id', 'SELECT'), col_description('t'::regclass, 3);
INSERT INTO t (id, name) VALUES (2000, 'twice');
INSERT INTO t (id, name, amount) VALUES (1, 'low', -1);
-- a part only: row by row; more than half: anew
UPDATE source SET name = 'newer' WHERE id <= 41000;
SELECT replaced();
UPDATE source SET name = 'newest' WHERE id <= 100000;
DELETE FROM source WHERE id > 116000;
SELECT replaced();
-- small tables are not locked for it
CALL reset(1000);
SELECT replaced();
-- no key: bags of rows
CREATE TABLE bag (id int, name text, amount numeric(8,2), wide text);
CALL reset();
INSERT INTO source SELECT * FROM source WHERE id < 2000;
INSERT INTO bag SELECT i, 'old', i, NULL FROM generate_series(1, 120000) i;
INSERT INTO bag SELECT * FROM source WHERE id < 1500 LIMIT 5;
SELECT replaced('bag');
SELECT replaced('bag');

-- refused rows are named as ever, and nothing changes
CALL reset();
INSERT INTO source VALUES (5000, 'twice', 1, NULL);
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace') $$);
DELETE FROM source WHERE name = 'twice';
UPDATE source SET amount = -1 WHERE id = 5000;
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace') $$);
UPDATE source SET amount = 1, name = NULL WHERE id = 5000;
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace') $$);
UPDATE source SET name = 'much longer than that' WHERE id = 5000;
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace') $$);
UPDATE source SET name = 'short' WHERE id = 5000;
CREATE UNIQUE INDEX t_unique ON t (name);
UPDATE source SET name = 'short' WHERE id = 5001;
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace') $$);
DROP INDEX t_unique;
SELECT count(*), min(name) FROM t;
SELECT failure($$ SELECT ingest.merge('t', 'source', strategy => 'replace', options => '{"max_delete_ratio": "0.5%"}') $$);
SELECT count(*), min(name) FROM t;

-- where it is not allowed: row by row
SET pg_ingest.publish_path = sql;
SELECT replaced();
RESET pg_ingest.publish_path;
SET client_min_messages = error;
CREATE PROCEDURE row_by_row(ddl text, undo text) LANGUAGE plpgsql AS $$
BEGIN
	CALL reset();
	EXECUTE ddl;
	RAISE INFO '% | %', ddl, replaced();
	EXECUTE undo;
END $$;
CALL row_by_row('CREATE TABLE child (id int REFERENCES t)', 'DROP TABLE child');
CALL row_by_row('CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other SELECT generate_series(1, 200000); ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES other', 'DROP TABLE other CASCADE');
CALL row_by_row('CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()', 'DROP TRIGGER x ON t');
CALL row_by_row('ALTER TABLE t ADD length int GENERATED ALWAYS AS (length(name)) STORED', 'ALTER TABLE t DROP length');
CALL row_by_row('CREATE PUBLICATION regress_rebuild FOR TABLE t', 'DROP PUBLICATION regress_rebuild');
CALL row_by_row('CREATE TABLE heir () INHERITS (t)', 'DROP TABLE heir');
CALL row_by_row('ALTER TABLE t ADD more int', 'ALTER TABLE t DROP more');
CALL reset();
BEGIN;
SELECT replaced();
ROLLBACK;
SET default_transaction_isolation = 'repeatable read';
SELECT replaced();
RESET default_transaction_isolation;
CALL reset();
GRANT USAGE ON SCHEMA replace_rebuild, ingest TO regress_rebuild;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_rebuild;
GRANT SELECT ON source TO regress_rebuild;
SET ROLE regress_rebuild;
SELECT replaced();
RESET ROLE;

RESET client_min_messages;
-- a load: bad rows, duplicates to quarantine
CALL reset();
SELECT pg_relation_filenode('t') AS node \gset
CALL shell($$awk 'BEGIN { print "id,name,amount,wide"; for (i = 1; i <= 110000; i++) print i ",file " i ",1,"; print "7,again,2,"; print "x,bad,1," }' >t.csv$$);
SELECT report(ingest.load('t', file('t.csv'), NULL, 'replace', '{"dedup": "quarantine"}'));
SELECT count(*), (SELECT name FROM t WHERE id = 7) AS seven, pg_relation_filenode('t') = :node AS same_file FROM t;
DROP OWNED BY regress_rebuild;
DROP ROLE regress_rebuild;
