CREATE TABLE products (sku text PRIMARY KEY, name text NOT NULL, price numeric(8,2) CHECK (price > 0));

SELECT rows_inserted FROM ingest.load('products', :'monday');

-- what tomorrow's list would do, without doing it
CREATE TEMP TABLE tuesday (LIKE products);
COPY tuesday FROM :'tuesday' (FORMAT csv, HEADER);
SELECT rows_inserted, rows_updated, rows_deleted, rows_unchanged
  FROM ingest.preview_merge('products', 'tuesday', strategy => 'sync');

-- a limit on what a load may delete: nothing happens
\set ON_ERROR_STOP off
SELECT * FROM ingest.load('products', :'tuesday', strategy => 'sync',
						  options => '{"max_delete_ratio": "10%"}');
\set ON_ERROR_STOP on

-- without it: what the list lacks goes, what did not change is not written
SELECT rows_inserted, rows_updated, rows_deleted, rows_unchanged
  FROM ingest.load('products', :'tuesday', strategy => 'sync');

SELECT * FROM products ORDER BY sku;
