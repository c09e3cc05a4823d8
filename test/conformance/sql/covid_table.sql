-- covid_table.sql: one row per day. Every snapshot holds the whole history, restated.

CREATE TABLE :"table" (
	date date PRIMARY KEY,
	china bigint NOT NULL,
	us bigint NOT NULL,
	united_kingdom bigint NOT NULL,
	italy bigint NOT NULL,
	france bigint NOT NULL,
	germany bigint NOT NULL,
	spain bigint NOT NULL,
	iran bigint NOT NULL
);
