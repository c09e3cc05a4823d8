SET client_min_messages = info;

SELECT * FROM ingest.load('orders', :'file') \gx
