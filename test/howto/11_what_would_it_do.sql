CREATE TABLE prices (sku text PRIMARY KEY, price numeric(8,2));
INSERT INTO prices VALUES ('A1', 99), ('B2', 0.10);
\! printf 'sku,price\nA1,9900\nC3,7.50\nD4,cheap\n' > /data/inbox/prices.csv

-- the file is read and checked, the table is not changed; a later call publishes without reading it again
BEGIN;
SELECT rows_read, rows_quarantined, rows_inserted, rows_updated FROM ingest.load('prices', '/data/inbox/prices.csv');
SELECT now.sku, old.price AS was, now.price FROM prices now LEFT JOIN (VALUES ('A1', 99), ('B2', 0.10)) old (sku, price) USING (sku) ORDER BY 1;
ROLLBACK;
SELECT * FROM prices ORDER BY sku;

-- rows that are in a table already
CREATE TABLE new_prices AS VALUES ('A1', 89.00), ('B2', 0.10), ('E5', 1.00);
CREATE VIEW price_list AS SELECT column1 AS sku, column2 AS price FROM new_prices;
SELECT rows_inserted, rows_updated, rows_unchanged, jsonb_pretty(samples -> 'updated') AS updated
  FROM ingest.preview_merge('prices', 'price_list');
