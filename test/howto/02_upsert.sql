CREATE TABLE products (sku text PRIMARY KEY, name text, price numeric(8,2));
\! printf 'sku,name,price\nA1,Anvil,99\nB2,Bolt,0.10\nC3,Cable,7.50\n' > /data/inbox/products.csv
SELECT rows_inserted, rows_updated, rows_unchanged FROM ingest.load('products', '/data/inbox/products.csv');

-- the next day's export under the same name: a price has changed, an article is new
\! printf 'sku,name,price\nA1,Anvil,89\nB2,Bolt,0.10\nC3,Cable,7.50\nD4,Drill,59\n' > /data/inbox/products.csv
SELECT rows_inserted, rows_updated, rows_unchanged FROM ingest.load('products', '/data/inbox/products.csv');
