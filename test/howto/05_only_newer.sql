CREATE TABLE accounts (id int PRIMARY KEY, balance numeric, updated_at timestamptz);
\! printf 'id,balance,updated_at\n1,100,2024-05-03 10:00Z\n2,50,2024-05-03 11:00Z\n' > /data/inbox/changes-2.csv
\! printf 'id,balance,updated_at\n1,70,2024-05-01 10:00Z\n3,30,2024-05-01 12:00Z\n' > /data/inbox/changes-1.csv

-- the later file comes first; the earlier one does not undo it
SELECT rows_inserted FROM ingest.load('accounts', '/data/inbox/changes-2.csv', options => '{"update_if_newer": "updated_at"}');
SELECT rows_inserted, rows_updated, rows_skipped
  FROM ingest.load('accounts', '/data/inbox/changes-1.csv', options => '{"update_if_newer": "updated_at"}');
SELECT id, balance FROM accounts ORDER BY id;
