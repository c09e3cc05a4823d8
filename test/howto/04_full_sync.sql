CREATE TABLE staff (id int PRIMARY KEY, name text, room text);
\! printf 'id,name,room\n1,Ada,101\n2,Bob,102\n3,Cy,103\n4,Di,104\n' > /data/inbox/staff.csv
SELECT rows_inserted FROM ingest.load('staff', '/data/inbox/staff.csv', strategy => 'sync');

-- Bob has left, Cy has moved
\! printf 'id,name,room\n1,Ada,101\n3,Cy,113\n4,Di,104\n' > /data/inbox/staff.csv
SELECT rows_inserted, rows_updated, rows_deleted, rows_unchanged
  FROM ingest.load('staff', '/data/inbox/staff.csv', strategy => 'sync');

-- a file that was cut must not empty the table
\! printf 'id,name,room\n1,Ada,101\n' > /data/inbox/staff.csv
SELECT status FROM ingest.load('staff', '/data/inbox/staff.csv', strategy => 'sync', options => '{"max_delete_ratio": 0.3}');
SELECT * FROM staff ORDER BY id;
