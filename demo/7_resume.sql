SET client_min_messages = info;

SELECT * FROM ingest.load('orders', :'file', options => '{"chunk_size": 65536}') \gx
\echo

SELECT count(*) FILTER (WHERE committed_at < :'killed_at') AS chunks_kept_from_before_the_kill,
	   count(*) FILTER (WHERE committed_at >= :'killed_at') AS chunks_staged_after_it
  FROM ingest.chunks
 WHERE load_id = (SELECT max(load_id) FROM ingest.loads);
