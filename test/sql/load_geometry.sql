-- load: geometries of Parquet and text files into types of PostGIS, whatever its schema
\set ECHO none
\set test load_geometry
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS postgis CASCADE;
DROP SCHEMA IF EXISTS gis CASCADE;
CREATE SCHEMA gis;
CREATE EXTENSION postgis SCHEMA gis;
CREATE DOMAIN place AS gis.geometry CHECK (gis.ST_X(VALUE) < 100);
CREATE TABLE t (id int, plain gis.geometry, point gis.geometry(Point,4326), earth gis.geography, place place, many gis.geometry[], raw bytea);
CREATE VIEW shown AS
    SELECT id, gis.ST_AsEWKT(plain) AS plain, gis.ST_AsEWKT(point) AS point, gis.ST_AsEWKT(earth) AS earth, gis.ST_AsText(place) AS place,
           (SELECT string_agg(gis.ST_AsText(m), ' ') FROM unnest(many) m) AS many, raw FROM t ORDER BY id;
CREATE FUNCTION wkb(x float8, y float8) RETURNS text LANGUAGE sql AS $$
    SELECT format('{"hex": "%s"}', encode(gis.ST_AsBinary(gis.ST_MakePoint(x, y)), 'hex'))
$$;
SELECT string_agg(format('{"id": %s, "plain": %s, "point": %s, "earth": %s, "place": %s, "many": [%s, %s], "raw": %s}',
                         i, wkb(i, 1), wkb(i, 2), wkb(i, 3), wkb(i * 40, 4), wkb(i, 5), wkb(i, 6), wkb(i, 7)), E'\n') AS rows
  FROM generate_series(1, 3) i \gset

-- WKB with an annotation; an SRID comes from the column
CALL parquet('annotated.parquet', E'message m { required int32 id; optional binary plain (GEOMETRY); optional binary point (GEOMETRY); optional binary earth (GEOGRAPHY);
  optional binary place (GEOMETRY); optional group many (LIST) { repeated group list { optional binary element (GEOMETRY); } } optional binary raw (GEOMETRY); }\n' || :'rows');
SELECT report(ingest.load('t', file('annotated.parquet')));
SELECT record_no, colname, rule, errorcode FROM ingest.quarantine_errors;
SELECT * FROM shown;
TRUNCATE t;

-- WKB without one, as in GeoParquet 1
CALL parquet('plain.parquet', E'message m { required int32 id; optional binary plain; optional binary point; optional binary earth; optional binary place;
  optional group many (LIST) { repeated group list { optional binary element; } } optional binary raw; }\n' || :'rows');
SELECT report(ingest.load('t', file('plain.parquet'), options => '{"workers": 2}'));
SELECT * FROM shown;
TRUNCATE t;

-- Text in such columns; what is neither is a bad row, though PostGIS calls it an internal error
CALL parquet('text.parquet', $$message m { required int32 id; optional binary plain (GEOMETRY); optional binary point; optional binary earth; optional binary place (STRING); }
{"id": 1, "plain": {"hex": "0101000000000000000000f03f000000000000e03f"}, "point": "POINT(1 2)", "earth": "0101000000000000000000f03f000000000000e03f", "place": "POINT(3 4)"}
{"id": 2, "plain": {"hex": "0101"}}
{"id": 3, "plain": "", "point": "", "earth": {"hex": "00"}}
{"id": 4, "point": "LINESTRING(0 0, 1 1)", "earth": "SRID=4326;POINT(1 2)"}
{"id": 5, "point": {"hex": "0001"}, "earth": "nonsense", "place": "POINT(100 0)"}
{"id": 6}$$);
SELECT report(ingest.load('t', file('text.parquet')));
SELECT record_no, colname, rule, errorcode FROM ingest.quarantine_errors WHERE load_id = 3 ORDER BY record_no, colname;
SELECT * FROM shown;
TRUNCATE t;

-- Text files
CALL write(file('t.csv'), E'id,plain,point,earth\n1,POINT(1 2),0101000000000000000000f03f000000000000e03f,POINT(3 4)\n2,POINT(,,\n3,nonsense,POINT(1 2),\n');
SELECT report(ingest.load('t', file('t.csv')));
SELECT record_no, colname, rule, errorcode FROM ingest.quarantine_errors WHERE load_id = 4 ORDER BY record_no, colname;
SELECT failure($$ SELECT ingest.load('t', file('t.csv'), options => '{"force": true, "on_error": "stop"}') $$);
SELECT status FROM ingest.loads WHERE load_id = 5;
SELECT * FROM shown;

-- A type of that name alone is not PostGIS's
CREATE DOMAIN geometry AS text;
CREATE TABLE other (id int, plain geometry);
SELECT report(ingest.load('other', file('text.parquet'), options => '{"new_columns": "ignore", "column_map": {"plain": "point"}}'));
SELECT record_no, colname, rule, errorcode FROM ingest.quarantine_errors WHERE load_id = 6 ORDER BY record_no, colname;
SELECT * FROM other WHERE plain IS NOT NULL ORDER BY id;
SELECT failure($$ SELECT ingest.load('other', file('annotated.parquet'), options => '{"new_columns": "ignore"}') $$);
DROP EXTENSION postgis CASCADE;
DROP SCHEMA gis CASCADE;
