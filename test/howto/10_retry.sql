CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents);
\! printf 'id,parent\n1,7\n2,7\n' > /data/inbox/children.csv
SELECT status FROM ingest.load('children', '/data/inbox/children.csv');

-- nothing is in the table, but the file has been read: the same call goes on from there
SELECT load_id, status, rows_staged FROM ingest.loads;
INSERT INTO parents VALUES (7);
SELECT load_id, status, rows_inserted FROM ingest.load('children', '/data/inbox/children.csv');
SELECT status, message FROM ingest.load('children', '/data/inbox/children.csv');

-- the table was emptied, or the file is wanted once more with other options
TRUNCATE children;
SELECT status, rows_inserted FROM ingest.load('children', '/data/inbox/children.csv', options => '{"force": true}');
