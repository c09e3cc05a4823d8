CREATE TABLE sales (day date NOT NULL, amount int) PARTITION BY RANGE (day);
CREATE TABLE sales_january PARTITION OF sales FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
INSERT INTO sales SELECT '2024-01-01'::date + i % 31, i FROM generate_series(1, 300000) AS i;

-- January, computed anew beside the table
CREATE TABLE corrected AS SELECT day, amount * 2 AS amount FROM sales;

-- indexes, constraints and the proof of the bound are built first; then the parent is locked for this long
CALL ingest.swap('sales', 'sales_january', 'corrected');
SELECT swap_id, "partition", old_partition, lock_held FROM ingest.swaps;
SELECT sum(amount) FROM sales;

-- and back
SELECT ingest.undo_swap(max(swap_id)) FROM ingest.swaps;
SELECT sum(amount) FROM sales;
