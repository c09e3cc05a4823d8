SELECT status, rows_read, rows_inserted, elapsed, message
  FROM ingest.load('orders', :'file') \gx

SELECT count(*) FROM orders;
