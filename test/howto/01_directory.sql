\! printf 'id,customer,amount\n1,Ada,12.50\n2,Bob,7.00\n' > /data/inbox/orders-0501.csv
\! printf 'id,customer,amount\n3,Cy,9.90\n' > /data/inbox/orders-0502.csv
CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, amount numeric(10,2));
CALL ingest.load_each('orders', '/data/inbox/');

-- the next night: one new file, and one that was cut on its way
\! printf 'id,customer,amount\n4,Di,3.00\n' > /data/inbox/orders-0503.csv
\! printf '\037\213\010\000' > /data/inbox/orders-0504.csv.gz
CALL ingest.load_each('orders', '/data/inbox/');

-- it has been sent again
\! printf 'id,customer,amount\n5,Eve,4.00\n' | gzip > /data/inbox/orders-0504.csv.gz
CALL ingest.load_each('orders', '/data/inbox/');
SELECT load_id, regexp_replace(source, '.*/', '') AS file, status, rows_inserted FROM ingest.loads ORDER BY load_id;
