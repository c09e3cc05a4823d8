CREATE EXTENSION pg_ingest;

CREATE TABLE orders (
	id bigint PRIMARY KEY,
	customer text NOT NULL,
	ordered_at timestamptz NOT NULL,
	amount numeric(12,2),
	quantity integer CHECK (quantity > 0),
	country char(2),
	note text
);
