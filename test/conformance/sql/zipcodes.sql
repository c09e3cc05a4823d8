-- zipcodes.sql: codes with leading zeros are text, not numbers. Columns are found by the header.

CREATE TABLE zipcodes (
	county text NOT NULL,
	state char(2) NOT NULL,
	city text NOT NULL,
	zip_code text PRIMARY KEY CHECK (zip_code ~ '^[0-9]{5}$'),
	latitude float8 NOT NULL,
	longitude float8 NOT NULL
);

SELECT to_json(r) FROM ingest.load('zipcodes', :'dir' || '/zipcodes.csv') AS r;
