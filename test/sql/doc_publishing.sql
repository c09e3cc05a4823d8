-- doc_publishing: the SQL of docs/publishing.md, so that it stays true
\set ECHO none
\set test doc_publishing
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET datestyle = ISO;
SET timezone = 'UTC';

-- upsert: the newest version wins, whatever order it comes in
CREATE TABLE customers (id int PRIMARY KEY, city text, updated_at date);
CALL write(file('monday.csv'), E'id,city,updated_at\n1,Rome,2024-05-06\n2,Oslo,2024-05-06\n');
CALL write(file('sunday.csv'), E'id,city,updated_at\n1,Bonn,2024-05-05\n3,Kiel,2024-05-05\n');
SELECT rows_inserted, rows_updated, rows_skipped FROM ingest.load('customers', file('monday.csv'), options => '{"update_if_newer": "updated_at"}');
SELECT rows_inserted, rows_updated, rows_skipped FROM ingest.load('customers', file('sunday.csv'), options => '{"update_if_newer": "updated_at"}');
SELECT * FROM customers ORDER BY id;

-- columns that an update leaves as they are
CREATE TABLE profiles (id int PRIMARY KEY, name text, first_seen date);
INSERT INTO profiles VALUES (1, 'Ann', '2024-01-01');
CREATE VIEW visits AS SELECT * FROM (VALUES (1, 'Anna', date '2024-05-06'), (2, 'Bob', '2024-05-06')) AS v (id, name, first_seen);
SELECT rows_inserted, rows_updated FROM ingest.merge('profiles', 'visits', options => '{"merge_exclude_columns": ["first_seen"]}');
SELECT * FROM profiles ORDER BY id;

-- merge: the same without a load; first a look at what it would do
CREATE VIEW corrections AS SELECT * FROM (VALUES (2, 'Bergen', date '2024-05-07'), (3, 'Kiel', '2024-05-05')) AS v (id, city, updated_at);
SELECT rows_updated, rows_unchanged, samples->'updated' AS updated FROM ingest.preview_merge('customers', 'corrections');
SELECT rows_updated, rows_unchanged FROM ingest.merge('customers', 'corrections');

-- changes with an operation column
CREATE TABLE changes (id int, city text, updated_at date, op text);
INSERT INTO changes VALUES (2, NULL, '2024-05-08', 'D'), (4, 'Wien', '2024-05-08', 'I'), (5, NULL, '2024-05-08', 'D');
SELECT rows_read, rows_inserted, rows_deleted, rows_skipped FROM ingest.merge('customers', 'changes', options => '{"hard_delete": "op", "update_if_newer": "updated_at"}');

-- sync: one shop is the whole truth about itself
CREATE TABLE stock (shop int, article text, pieces int, PRIMARY KEY (shop, article));
INSERT INTO stock VALUES (1, 'pen', 10), (1, 'ink', 5), (2, 'pen', 7);
CALL write(file('shop1.csv'), E'shop,article,pieces\n1,pen,9\n1,paper,100\n');
SELECT rows_inserted, rows_updated, rows_deleted FROM ingest.load('stock', file('shop1.csv'), strategy => 'sync', options => '{"replace_where": "shop = 1", "max_delete_ratio": "60%"}');
SELECT * FROM stock ORDER BY shop, article;

-- replace_where: a day again
CREATE TABLE clicks (day date, page text);
INSERT INTO clicks VALUES ('2024-05-06', '/'), ('2024-05-06', '/old'), ('2024-05-07', '/');
CALL write(file('clicks.csv'), E'day,page\n2024-05-06,/\n2024-05-06,/new\n2024-05-06,/new\n');
SELECT rows_inserted, rows_deleted, rows_unchanged FROM ingest.load('clicks', file('clicks.csv'), strategy => 'replace_where', options => '{"replace_where": "day = ''2024-05-06''"}');
SELECT * FROM clicks ORDER BY day, page;

-- replace_partitions: what is missing is created
CREATE TABLE sales (day date, shop int, amount int) PARTITION BY RANGE (day);
CREATE TABLE sales_may PARTITION OF sales FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
INSERT INTO sales VALUES ('2024-05-01', 1, 10), ('2024-05-02', 1, 20);
CALL write(file('sales.csv'), E'day,shop,amount\n2024-05-01,1,10\n2024-05-03,1,30\n2024-06-01,1,40\n');
SELECT rows_inserted, rows_deleted, rows_unchanged FROM ingest.load('sales', file('sales.csv'), strategy => 'replace_partitions', options => '{"create_partitions": "month"}');
SELECT tableoid::regclass, * FROM sales ORDER BY day;

-- scd2
CREATE TABLE addresses (id int, city text, valid_from date NOT NULL, valid_to date, is_current boolean NOT NULL,
    UNIQUE (id, valid_from));
CREATE UNIQUE INDEX ON addresses (id) WHERE is_current;
CALL write(file('addresses.csv'), E'id,city,valid_from\n1,Bonn,2024-01-01\n1,Rome,2024-03-01\n1,Rome,2024-04-01\n2,Oslo,2024-01-01\n');
SELECT rows_staged, rows_inserted, rows_updated, rows_unchanged
  FROM ingest.load('addresses', file('addresses.csv'), '{id}', 'scd2');
CALL write(file('late.csv'), E'id,city,valid_from\n1,Kiel,2024-02-01\n1,Rome,2024-02-15\n');
SELECT rows_staged, rows_inserted, rows_updated, rows_unchanged
  FROM ingest.load('addresses', file('late.csv'), '{id}', 'scd2');
SELECT * FROM addresses ORDER BY id, valid_from;
-- … with a column that remembers when a version was seen last
CREATE TABLE seen (id int, city text, updated_at date, valid_from date NOT NULL, valid_to date);
CREATE TABLE versions (id int, city text, updated_at date);
INSERT INTO versions VALUES (1, 'Rome', '2024-01-01');
SELECT rows_inserted FROM ingest.merge('seen', 'versions', '{id}', 'scd2', '{"update_if_newer": "updated_at"}');
UPDATE versions SET updated_at = '2024-03-01';
SELECT rows_updated FROM ingest.merge('seen', 'versions', '{id}', 'scd2', '{"update_if_newer": "updated_at"}');
UPDATE versions SET city = 'Bonn', updated_at = '2024-02-01';
SELECT rows_inserted FROM ingest.merge('seen', 'versions', '{id}', 'scd2', '{"update_if_newer": "updated_at"}');
SELECT * FROM seen ORDER BY id, valid_from;
