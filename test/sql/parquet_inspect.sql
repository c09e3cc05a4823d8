-- parquet_inspect: what Parquet files are made of, by their footers alone
\set ECHO none
\set test parquet_inspect
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
\set ECHO none
\set helpers :directory '/sql/include/parquet.sql'
\i :helpers
\pset null ''
\set ECHO all

-- Every kind of column
CALL parquet('types.parquet', $$
message types {
  required int64 id (INTEGER(64,true)) = 1;
  optional boolean flag;
  optional int32 small (INTEGER(8,true));
  optional int64 large (INTEGER(64,false));
  optional float single;
  optional double double;
  optional fixed_len_byte_array(2) half (FLOAT16);
  optional int96 old;
  optional int32 day (DATE);
  optional int32 time (TIME(MILLIS,true));
  optional int64 at (TIMESTAMP(MICROS,false));
  optional int64 exact (TIMESTAMP(NANOS,true));
  optional int32 d9 (DECIMAL(9,2));
  optional fixed_len_byte_array(16) d38 (DECIMAL(38,10));
  optional binary digits (DECIMAL(20,3));
  optional fixed_len_byte_array(16) key (UUID);
  optional fixed_len_byte_array(12) span (INTERVAL);
  optional binary text (STRING) = -7;
  optional binary doc (JSON);
  optional binary bytes;
  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
  optional group map (MAP) { repeated group key_value { required binary key (STRING); optional int32 value; } }
  optional group pair { required int32 x; repeated int32 y; }
}
{"id": 1, "flag": true, "small": -5, "large": 18446744073709551615, "single": 0.1, "double": "NaN", "half": -0.5, "old": "2001-02-03 04:05:06", "day": "2024-02-29", "time": "12:34:56.789", "at": "2024-05-01 10:00:00.123456", "exact": "1969-12-31 23:59:59.123456789", "d9": "-12.50", "d38": "1234567890123456789.5", "digits": "0.001", "key": "00112233-4455-6677-8899-aabbccddeeff", "span": {"hex": "010000000200000003000000"}, "text": "Ärger", "doc": "{\"a\": 1}", "bytes": {"hex": "00ff"}, "tags": ["a", null, "b"], "map": {"k": 1, "l": null}, "pair": {"x": 1, "y": [2, 3]}}
{"id": -2, "single": 1e10, "double": 0, "text": "say \"hi\"", "tags": [], "day": "0001-01-01", "d9": "3.00", "digits": "-123456789012345.678"}
$$, '--key-value origin=test --key-value empty --created-by "pg_ingest tests"');
SELECT name, type_name, type_length AS len, repetition_type, num_children AS children, converted_type, scale, precision, field_id, logical_type
  FROM ingest.parquet_schema(file('types.parquet'));
SELECT mask(filename) AS filename, created_by, num_rows, num_row_groups, format_version FROM ingest.parquet_file_metadata(file('types.parquet'));
SELECT mask(filename) AS filename, convert_from(key, 'UTF8') AS key, value FROM ingest.parquet_kv_metadata(file('types.parquet'));
SELECT column_id AS id, path_in_schema, num_values AS n, stats_null_count AS nulls, stats_distinct_count AS "distinct", stats_min, stats_max
  FROM ingest.parquet_metadata(file('types.parquet'));
SELECT column_id AS id, field_id, stats_null_count AS nulls, stats_min, stats_max FROM ingest.parquet_column_stats(file('types.parquet'));

-- Row groups: places and sizes; bounds over all of them, those without a value left out
CALL parquet('groups.parquet', $$
message groups { optional int32 a; optional binary b (STRING); required double c; }
{"a": 3, "b": "m", "c": -1}
{"a": -7, "b": "b", "c": 2}
{"c": 0}
{"c": "NaN"}
{"a": 5, "b": "zz", "c": 0}
$$, '--row-group-rows 2');
SELECT row_group_id AS rg, row_group_num_rows AS rows, row_group_num_columns AS cols, row_group_bytes AS bytes, path_in_schema AS path, type_name,
       file_offset AS "offset", dictionary_page_offset AS dict, data_page_offset AS data, index_page_offset AS index, encodings, compression,
       total_compressed_size AS size, total_uncompressed_size AS unpacked, stats_min AS min, stats_max AS max
  FROM ingest.parquet_metadata(file('groups.parquet'));
SELECT column_id, stats_min, stats_max, stats_null_count, stats_distinct_count FROM ingest.parquet_column_stats(file('groups.parquet'));
CALL parquet('packed.parquet', $$
message packed { optional binary b (STRING); }
{"b": "twice"}
{"b": "twice"}
$$, '--codec zstd --page-version 2 --dictionary yes --no-statistics');
SELECT compression, encodings, dictionary_page_offset AS dict, stats_null_count AS nulls, stats_min AS min FROM ingest.parquet_metadata(file('packed.parquet'));
SELECT column_id, stats_min AS min, stats_null_count AS nulls FROM ingest.parquet_column_stats(file('packed.parquet'));
SELECT format_version FROM ingest.parquet_file_metadata(file('packed.parquet'));

-- Bounds that a row group lacks, here one that has nothing but NaN, are not known of the file
CALL parquet('nan.parquet', $$
message nan { optional float f; }
{"f": 1}
{"f": "NaN"}
$$, '--row-group-rows 1');
SELECT stats_min, stats_max, stats_null_count FROM ingest.parquet_column_stats(file('nan.parquet'));

-- Bounds of before 2017 are shown as they are, and believed only where their order is known: of signed numbers
CALL parquet('bounds.parquet', $$
message bounds { optional int32 a; optional int32 b (INTEGER(32,false)); optional binary c (STRING); }
{"a": -1, "b": 1, "c": "a"}
{"a": 1, "b": 4294967295, "c": "ä"}
$$, '--old-statistics --created-by "parquet-mr version 1.9.0"');
SELECT column_id, stats_min, stats_max FROM ingest.parquet_metadata(file('bounds.parquet'));
SELECT column_id, stats_min, stats_max FROM ingest.parquet_column_stats(file('bounds.parquet'));

-- The older annotations only, and the newer ones only
CALL parquet('old.parquet', $$
message old { optional int64 a (TIMESTAMP(MILLIS,true)); optional int32 b (INTEGER(16,false)); optional binary c (STRING); optional group d (LIST) { repeated int32 array; } }
{"a": "1970-01-01 00:00:01.5", "b": 65535, "c": "x", "d": [1]}
$$, '--annotations converted');
SELECT name, converted_type, logical_type FROM ingest.parquet_schema(file('old.parquet'));
SELECT column_id, stats_max FROM ingest.parquet_column_stats(file('old.parquet'));
CALL parquet('new.parquet', $$ message new { optional int64 a (TIMESTAMP(MILLIS,true)); optional binary v (GEOMETRY); } $$, '--annotations logical');
SELECT name, converted_type, logical_type FROM ingest.parquet_schema(file('new.parquet'));

-- Files without rows or columns, and with data that nobody can read
SELECT num_rows, num_row_groups FROM ingest.parquet_file_metadata(file('new.parquet'));
SELECT count(*) FROM ingest.parquet_metadata(file('new.parquet'));
SELECT column_id, stats_min, stats_null_count FROM ingest.parquet_column_stats(file('new.parquet'));
CALL parquet('nothing.parquet', E'message nothing { }\n{}\n{}');
SELECT num_rows, num_row_groups FROM ingest.parquet_file_metadata(file('nothing.parquet'));
SELECT count(*) FROM ingest.parquet_metadata(file('nothing.parquet'));
SELECT name, num_children FROM ingest.parquet_schema(file('nothing.parquet'));
CALL parquet('codec.parquet', E'message codec { required int32 a; }\n{"a": 1}', '--codec 42');
SELECT path_in_schema, compression, stats_min FROM ingest.parquet_metadata(file('codec.parquet'));

-- What cannot be text is shown as bytes: a value that is not UTF-8 or has a NUL, a name that is not UTF-8
CALL parquet('bytes.parquet', $$
message bytes { optional binary a (STRING); optional binary b (STRING); }
{"a": {"hex": "61ff"}, "b": "nul \u0000"}
$$);
SELECT path_in_schema, stats_min FROM ingest.parquet_metadata(file('bytes.parquet'));
SELECT column_id, stats_min FROM ingest.parquet_column_stats(file('bytes.parquet'));
CALL write(file('.description'), convert_to('message x { optional int32 "a', 'UTF8') || '\xff' || convert_to('b.c"; }', 'UTF8'));
CALL shell(format('"%s" name.parquet <.description', current_setting('pg_ingest_test.make_parquet')));
SELECT name FROM ingest.parquet_schema(file('name.parquet'));

-- Several files: a pattern, a directory
SELECT mask(filename) AS filename, num_rows FROM ingest.parquet_file_metadata(file('[gn]*.parquet'));
SELECT mask(filename) AS filename, column_id, stats_max FROM ingest.parquet_column_stats(file('[cg]*.parquet'));
CALL shell('mkdir directory && cp groups.parquet packed.parquet directory');
SELECT mask(filename) AS filename, count(*) FROM ingest.parquet_schema(file('directory')) GROUP BY 1 ORDER BY 1;

-- What is not a Parquet file
CALL write(file('directory/some.csv'), E'id,name\n1,a\n2,b\n');
SELECT failure($$ SELECT * FROM ingest.parquet_schema(file('directory')) $$);
CALL write(file('short.parquet'), 'PAR1');
SELECT failure($$ SELECT * FROM ingest.parquet_metadata(file('short.parquet')) $$);
CALL parquet('cut.parquet', E'message cut { required int32 a; }\n{"a": 1}', '--cut 20');
SELECT failure($$ SELECT * FROM ingest.parquet_metadata(file('cut.parquet')) $$);
SELECT failure($$ SELECT * FROM ingest.parquet_kv_metadata(file('missing.parquet')) $$);
SELECT failure($$ SELECT * FROM ingest.parquet_file_metadata('relative.parquet') $$);
SELECT count(*) FROM ingest.parquet_schema(NULL);

-- Rights: EXECUTE, and those to read server files
SET client_min_messages = warning;
CREATE ROLE regress_ingest_reader;
GRANT USAGE ON SCHEMA ingest, parquet_inspect TO regress_ingest_reader;
RESET client_min_messages;
SET ROLE regress_ingest_reader;
SELECT failure($$ SELECT * FROM ingest.parquet_schema(file('groups.parquet')) $$);
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ingest TO regress_ingest_reader;
SET ROLE regress_ingest_reader;
SELECT failure(format('SELECT * FROM ingest.parquet_%s(file(''groups.parquet''))', f))
  FROM unnest('{schema,file_metadata,metadata,kv_metadata,column_stats}'::text[]) AS f;
RESET ROLE;
GRANT pg_read_server_files TO regress_ingest_reader;
SET ROLE regress_ingest_reader;
SELECT count(*) FROM ingest.parquet_schema(file('groups.parquet'));
RESET ROLE;
REVOKE pg_read_server_files FROM regress_ingest_reader;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ingest FROM regress_ingest_reader;
REVOKE ALL ON SCHEMA ingest, parquet_inspect FROM regress_ingest_reader;
DROP ROLE regress_ingest_reader;
