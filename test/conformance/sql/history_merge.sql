-- history_merge.sql: one snapshot, or all of them, into one of the tables.

SET history.taken = :'taken';

SELECT to_json(r) FROM ingest.merge(:'target', :'source', '{date}', :'strategy', :'options') AS r;
