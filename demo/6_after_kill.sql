SELECT load_id, status, (SELECT count(*) FROM ingest.chunks c WHERE c.load_id = l.load_id) AS chunks_committed,
	   (SELECT sum(rows_read) FROM ingest.chunks c WHERE c.load_id = l.load_id) AS rows_staged_so_far
  FROM ingest.loads l
 ORDER BY load_id DESC
 LIMIT 1;

SELECT count(*) AS visible_in_orders FROM orders;

