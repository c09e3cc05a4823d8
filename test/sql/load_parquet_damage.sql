-- load: Parquet files that are damaged or cannot be read
\set ECHO none
\set test load_parquet_damage
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
CREATE TABLE t (id int, s text);
SELECT E'message m { required int32 id; optional binary s (STRING); }\n{"id": 1, "s": "a"}\n{"id": 2, "s": "b"}\n{"id": 3}' AS description \gset

-- A wrong checksum, where it is; nothing is published, the load has failed
CALL parquet('crc.parquet', :'description', '--crc --wrong-crc 2 --page-rows 2 --row-group-rows 2');
SELECT failure($$ SELECT ingest.load('t', file('crc.parquet')) $$);
SELECT failure($$ SELECT ingest.load('t', file('crc.parquet'), options => '{"workers": 0}') $$);
SELECT status, mask(message) FROM ingest.loads;
SELECT count(*) FROM t;

-- Cut files, and files that are something else
CALL parquet('cut.parquet', :'description', '--cut 1');
SELECT failure($$ SELECT ingest.load('t', file('cut.parquet')) $$);
CALL write(file('text.parquet'), E'id,s\n1,a\n');
SELECT failure($$ SELECT ingest.load('t', file('text.parquet')) $$);
CALL write(file('zero.parquet'), '');
SELECT failure($$ SELECT ingest.load('t', file('zero.parquet')) $$);
SELECT report(ingest.load('t', file('text.parquet'), options => '{"format": "csv"}'));
CALL write(file('par1.csv'), E'PAR1,id\n');
SELECT failure($$ SELECT ingest.load('t', file('par1.csv')) $$);
-- A Parquet file whose name says nothing
CALL parquet('data', :'description', '--codec gzip');
SELECT report(ingest.load('t', file('data')));
SELECT * FROM t ORDER BY id, s;
TRUNCATE t;

-- What cannot be read is an error when it is asked for, and only then
CALL parquet('codec2.parquet', :'description', '--codec 42');
SELECT failure($$ SELECT ingest.load('t', file('codec2.parquet')) $$);

-- A file that changed between two calls is staged again; one that has not is continued
CREATE TABLE n (id int, s text);
CALL parquet('n.parquet', :'description', '--row-group-rows 1');
SELECT ingest.stage('n', file('n.parquet')) AS load \gset
SELECT report(ingest.publish(:load));
SELECT * FROM n ORDER BY id;
