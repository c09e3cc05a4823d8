-- routes.sql: no header, \N and nothing at all for NULL. There is no key, so rows are appended.

CREATE TABLE routes (
	airline text NOT NULL,
	airline_id int,
	source text NOT NULL,
	source_id int,
	destination text NOT NULL,
	destination_id int,
	codeshare char(1),
	stops smallint NOT NULL CHECK (stops >= 0),
	equipment text
);

SELECT to_json(r) FROM ingest.load('routes', :'dir' || '/openflights/routes.dat',
								   options => '{"header": false, "null": ["\\N", ""]}') AS r;
