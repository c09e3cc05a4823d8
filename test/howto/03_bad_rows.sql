CREATE TABLE payments (id bigint PRIMARY KEY, paid_on date NOT NULL, amount numeric(10,2) CHECK (amount > 0));
\! printf 'id,paid_on,amount\n1,2024-05-01,10\n2,2024-02-30,20\n3,,-5\n4,2024-05-02,40\n' > /data/inbox/payments.csv
SELECT status, rows_inserted, rows_quarantined FROM ingest.load('payments', '/data/inbox/payments.csv');

-- what failed, and why: a row for each reason
SELECT lineno, colname, rule, err_message FROM ingest.quarantine_errors ORDER BY lineno, rule;

-- the rows as they were, to be corrected
SELECT raw_line FROM ingest.quarantine ORDER BY record_no \g /data/inbox/to_correct.txt

-- the corrected file, under the same name or another one
\! printf 'id,paid_on,amount\n2,2024-02-29,20\n3,2024-05-02,5\n' > /data/inbox/payments-corrected.csv
SELECT status, rows_inserted FROM ingest.load('payments', '/data/inbox/payments-corrected.csv');

-- a gate: more than a percentage of bad rows, and nothing is loaded
\! printf 'id,paid_on,amount\n5,2024-05-03,50\n6,unknown,60\n' > /data/inbox/payments-2.csv
SELECT status FROM ingest.load('payments', '/data/inbox/payments-2.csv', options => '{"reject_limit": "1%"}');
