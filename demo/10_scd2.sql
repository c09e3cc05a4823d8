CREATE TABLE price_history (sku text, name text, price numeric(8,2),
	valid_from timestamptz NOT NULL, valid_to timestamptz, is_current boolean);

SELECT rows_inserted FROM ingest.load('price_history', :'monday', '{sku}', 'scd2',
									  '{"update_if_newer": "valid_from"}');
-- Wednesday comes before Tuesday
SELECT rows_inserted FROM ingest.load('price_history', :'wednesday', '{sku}', 'scd2',
									  '{"update_if_newer": "valid_from"}');
SELECT rows_inserted FROM ingest.load('price_history', :'tuesday', '{sku}', 'scd2',
									  '{"update_if_newer": "valid_from"}');

SELECT sku, price, valid_from::date, valid_to::date, is_current FROM price_history ORDER BY sku, valid_from;
