-- airports.sql: no header, \N for NULL. Without a header the fields go to the columns by position.

CREATE TABLE airports (
	airport_id int PRIMARY KEY,
	name text NOT NULL,
	city text NOT NULL,
	country text NOT NULL,
	iata char(3),
	icao char(4),
	latitude float8 CHECK (latitude BETWEEN -90 AND 90),
	longitude float8 CHECK (longitude BETWEEN -180 AND 180),
	altitude int,
	utc_offset numeric(4,2),
	dst char(1),
	time_zone text,
	type text,
	source text
);

SELECT to_json(r) FROM ingest.load('airports', :'dir' || '/openflights/airports.dat',
								   options => '{"header": false, "null": "\\N"}') AS r;
