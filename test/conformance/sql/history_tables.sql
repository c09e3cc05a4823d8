-- history_tables.sql: the snapshots of covid-daily as versions of days, and tables that keep them in
-- every way. history.taken is the snapshot that the view "delivered" shows.

CREATE TABLE snapshots (
	path text,
	date date NOT NULL,
	china bigint, us bigint, united_kingdom bigint, italy bigint, france bigint, germany bigint,
	spain bigint, iran bigint
);

CREATE MATERIALIZED VIEW versions AS
	SELECT date, china, us, united_kingdom, italy, france, germany, spain, iran,
		   substring(path FROM '\d{4}-\d\d-\d\d')::date AS taken
	  FROM snapshots;
CREATE INDEX ON versions (taken);

CREATE VIEW delivered AS
	SELECT * FROM versions WHERE taken = current_setting('history.taken')::date;
CREATE VIEW delivered_plain AS
	SELECT date, china, us, united_kingdom, italy, france, germany, spain, iran FROM delivered;
CREATE VIEW delivered_from AS
	SELECT date, china, us, united_kingdom, italy, france, germany, spain, iran, taken AS valid_from
	  FROM delivered;
CREATE VIEW versions_from AS
	SELECT date, china, us, united_kingdom, italy, france, germany, spain, iran, taken AS valid_from
	  FROM versions;

CREATE TABLE sync_plain (LIKE delivered_plain, PRIMARY KEY (date));
CREATE TABLE sync_newer (LIKE delivered, PRIMARY KEY (date));
CREATE TABLE scd2_ordered (LIKE delivered_from, valid_to date, is_current boolean NOT NULL);
CREATE UNIQUE INDEX ON scd2_ordered (date) WHERE is_current;
CREATE TABLE scd2_one (LIKE scd2_ordered INCLUDING ALL);
CREATE TABLE scd2_shuffled (LIKE scd2_ordered INCLUDING ALL);
CREATE TABLE scd2_seen (LIKE delivered, valid_from date NOT NULL, valid_to date, is_current boolean NOT NULL);
CREATE UNIQUE INDEX ON scd2_seen (date) WHERE is_current;
