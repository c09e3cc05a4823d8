SET client_min_messages = info;

SELECT * FROM ingest.load('orders', :'file', options => '{"chunk_size": 65536}') \gx
