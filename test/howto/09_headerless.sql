CREATE TABLE sensors (at timestamptz, sensor text, value float8, note text DEFAULT 'none');
\! printf '2024-05-01T10:00Z|t1|20.5\n2024-05-01T10:01Z|t1|-\n' > /data/inbox/sensors.txt
SELECT rows_inserted FROM ingest.load('sensors', '/data/inbox/sensors.txt', options => '{
    "header": false, "columns": ["at", "sensor", "value"], "delimiter": "|", "null": "-"}');
SELECT sensor, value, note FROM sensors ORDER BY at;
