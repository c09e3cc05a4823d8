-- covid_load.sql: loads one snapshot; the primary key makes it an upsert. The file writes "Date"
-- and "US", the table date and us: names are matched without regard to case.
--
-- A row that did not change is not written: it keeps its xmin and its place.

CREATE TEMP TABLE before AS SELECT date, xmin::text AS version, ctid AS place FROM covid;

SELECT to_json(r) FROM ingest.load('covid', :'file', options => :'options') AS r;

SELECT json_build_object('rewritten', count(*)) FROM before JOIN covid USING (date)
 WHERE covid.xmin::text <> before.version OR covid.ctid <> before.place;

DROP TABLE before;
