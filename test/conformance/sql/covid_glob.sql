-- covid_glob.sql: the same snapshots in two calls. The first file writes its dates in another way;
-- the glob then finds it again and leaves it out, the other files are loaded in the order of their
-- names, and the last word on each day wins.

SELECT to_json(r) FROM ingest.load('covid_glob', :'first', options =>
								   '{"match_by": "name_ci", "dateformat": "%m/%d/%y"}') AS r;

SELECT to_json(r) FROM ingest.load('covid_glob', :'dir' || '/covid-daily/*.csv', options =>
								   '{"match_by": "name_ci"}') AS r;
