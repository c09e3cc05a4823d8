CREATE TABLE facts (day date, value int) PARTITION BY RANGE (day);
CREATE TABLE facts_may PARTITION OF facts FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
INSERT INTO facts VALUES ('2024-05-01', 1);

-- the month is built beside the table and takes its place
CREATE TABLE facts_may_new (LIKE facts INCLUDING ALL);
\! printf 'day,value\n2024-05-01,100\n2024-05-02,200\n' > /data/inbox/may.csv
SELECT rows_inserted FROM ingest.load('facts_may_new', '/data/inbox/may.csv');
CALL ingest.swap('facts', 'facts_may', 'facts_may_new');
SELECT * FROM facts ORDER BY day;

-- it was wrong: back to what was there; without that, cleanup drops the old partition
SELECT swap_id, status FROM ingest.swaps;
SELECT ingest.undo_swap(1);
SELECT * FROM facts ORDER BY day;

-- a load that should not have been, while its transaction is open
BEGIN;
SELECT rows_inserted FROM ingest.load('facts', '/data/inbox/may.csv');
ROLLBACK;
SELECT * FROM facts ORDER BY day;
