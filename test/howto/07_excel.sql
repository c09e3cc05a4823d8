CREATE TABLE sales (id int PRIMARY KEY, day date, amount numeric(10,2));
\! printf '\357\273\277sep=;\r\nNr;Tag;Betrag\r\n1;31.12.2024;1.234,50\r\n2;01.01.2025;n/a\r\n' > /data/inbox/sales.csv
SELECT status, rows_inserted FROM ingest.load('sales', '/data/inbox/sales.csv', options => '{
    "column_map": {"id": "Nr", "day": "Tag", "amount": "Betrag"}, "null": ["", "n/a"],
    "dateformat": "%d.%m.%Y", "decimal_separator": ",", "thousands": "."}');
SELECT * FROM sales;
