CREATE TABLE visits (day date, page text, hits int) PARTITION BY RANGE (day);
CREATE TABLE visits_may PARTITION OF visits FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
CREATE TABLE visits_june PARTITION OF visits FOR VALUES FROM ('2024-06-01') TO ('2024-07-01');
INSERT INTO visits VALUES ('2024-05-01', 'home', 1), ('2024-06-01', 'home', 5), ('2024-06-02', 'about', 6);

-- June has been counted again: each partition that the file touches is replaced, May stays
\! printf 'day,page,hits\n2024-06-01,home,7\n2024-06-03,home,9\n' > /data/inbox/june.csv
SELECT rows_inserted, rows_deleted FROM ingest.load('visits', '/data/inbox/june.csv', strategy => 'replace_partitions');
SELECT * FROM visits ORDER BY day;

-- without partitions, or for a part of one: replace_where
\! printf 'day,page,hits\n2024-06-03,home,10\n' > /data/inbox/june-3.csv
SELECT rows_inserted, rows_deleted
  FROM ingest.load('visits', '/data/inbox/june-3.csv', strategy => 'replace_where', options => '{"replace_where": "day = ''2024-06-03''"}');
SELECT * FROM visits WHERE day >= '2024-06-01' ORDER BY day;
