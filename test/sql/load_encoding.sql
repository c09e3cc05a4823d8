-- load: encodings and compression
\set ECHO none
\set test load_encoding
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE TABLE t (id int, name text);

-- A byte order mark of UTF-8 is no part of the first name or field
CALL write(file('bom'), '\xefbbbf'::bytea || 'id,name
1,mark');
SELECT report(ingest.load('t', file('bom')));
CALL write(file('bom2'), '\xefbbbf'::bytea || '2,no header');
SELECT report(ingest.load('t', file('bom2'), options => '{"header": false}'));
CALL write(file('bom3'), '\xefbbbf'::bytea || '"id","name"
3,quoted');
SELECT report(ingest.load('t', file('bom3')));
SELECT * FROM t;
TRUNCATE t;

-- UTF-16 with a byte order mark, or with its name
CREATE FUNCTION utf16le(content text) RETURNS bytea LANGUAGE sql AS $$
    SELECT string_agg(set_byte(set_byte('\x0000', 0, ascii(c) % 256), 1, ascii(c) / 256), ''::bytea ORDER BY i)
      FROM unnest(string_to_array(content, NULL)) WITH ORDINALITY AS u(c, i) $$;
CREATE FUNCTION utf16be(content text) RETURNS bytea LANGUAGE sql AS $$
    SELECT string_agg(set_byte(set_byte('\x0000', 1, ascii(c) % 256), 0, ascii(c) / 256), ''::bytea ORDER BY i)
      FROM unnest(string_to_array(content, NULL)) WITH ORDINALITY AS u(c, i) $$;
CALL write(file('le'), '\xfffe'::bytea || utf16le(E'id,name\r\n1,"žluť ""€"""\r\n'));
SELECT report(ingest.load('t', file('le')));
CALL write(file('be'), '\xfeff'::bytea || utf16be(E'id,name\n2,Ω\n'));
SELECT report(ingest.load('t', file('be'), options => '{"encoding": "utf-16"}'));
CALL write(file('nomark'), utf16le(E'id,name\n3,ΩΩ\n'));
SELECT report(ingest.load('t', file('nomark'), options => '{"encoding": "utf-16le"}'));
CALL write(file('half'), '\xfffe'::bytea || utf16le(E'id,name\n4,') || '\x3dd8'::bytea || utf16le(E'\n5,whole\n'));
SELECT report(ingest.load('t', file('half')));
SELECT * FROM t;
SELECT record, line, rule, code, message FROM bad;
SELECT failure($$ SELECT ingest.load('t', file('nomark'), options => '{"encoding": "utf-16", "force": true}') $$);
TRUNCATE t;

-- Encodings that the server converts
CALL write(file('latin1'), convert_to(E'id,name\n1,Zürich\n2,Ölçü\n,é\n4,', 'latin1'));
SELECT report(ingest.load('t', file('latin1'), options => '{"encoding": "latin1"}'));
CALL write(file('win1252'), convert_to(E'id,name\n3,“10 €”\n4,œuvre\n', 'win1252'));
SELECT report(ingest.load('t', file('win1252'), options => '{"encoding": "win1252"}'));
CALL write(file('win1252_hole'), convert_to(E'id,name\n5,a\n6,œ', 'win1252') || '\x81'::bytea || E'\n7,c\n');
SELECT report(ingest.load('t', file('win1252_hole'), options => '{"encoding": "win1252"}'));
SELECT record, line, rule, code, message FROM bad;
-- The second byte of a character may be a backslash or a bar
CALL write(file('sjis'), convert_to(E'id,name\n8,表ポ\n', 'sjis'));
SELECT report(ingest.load('t', file('sjis'), options => '{"encoding": "sjis"}'));
SELECT failure($$ SELECT ingest.load('t', file('sjis'), options => '{"encoding": "sjis", "delimiter": "|"}') $$);
SELECT failure($$ SELECT ingest.load('t', file('sjis'), options => '{"encoding": "klingon"}') $$);
-- A header in another encoding
CREATE TABLE "größe" (id int, "größe" text);
CALL write(file('header'), convert_to(E'id,größe\n1,groß\n', 'latin1'));
SELECT report(ingest.load('"größe"', file('header'), options => '{"encoding": "latin1"}'));
SELECT * FROM "größe";
SELECT failure($$ SELECT ingest.load('"größe"', file('header'), options => '{"force": true}') $$);
SELECT * FROM t;
TRUNCATE t;

-- Bytes that no character has, and NUL: the row goes to quarantine with its raw bytes
CALL write(file('invalid'), convert_to(E'id,name\n1,fine\n2,', 'UTF8') || '\xfc'::bytea ||
    convert_to(E'\n3,größer\n4,cut ', 'UTF8') || '\xe282'::bytea || E'\n5,nul '::bytea || '\x00'::bytea ||
    E'\n"6","x'::bytea || '\x00'::bytea || E'"\n7,fine\n8,surrogate '::bytea || '\xeda080'::bytea ||
    E'\n9,overlong '::bytea || '\xc0af'::bytea);
SELECT report(ingest.load('t', file('invalid')));
SELECT * FROM t;
SELECT record, line, rule, code, message FROM bad;
SELECT record_no, line_no, byte_offset, byte_length, raw_line, encode(raw_bytes, 'escape') AS raw
  FROM ingest.quarantine WHERE load_id = (SELECT max(load_id) FROM ingest.loads) ORDER BY record_no;
-- Record, line and bytes lead to the row
SELECT q.record_no FROM ingest.quarantine q
 WHERE q.load_id = (SELECT max(load_id) FROM ingest.loads)
   AND pg_read_binary_file(q.file, q.byte_offset, q.byte_length) <> coalesce(q.raw_bytes, convert_to(q.raw_line, 'UTF8'));
TRUNCATE t;

-- compression: by the first bytes; or as declared
\getenv ingest_test INGEST_TEST_MODULE
CREATE FUNCTION compress(data bytea, method text) RETURNS bytea
    AS :'ingest_test', 'source_check_compress' LANGUAGE c STRICT;
CALL write(file('plain'), E'id,name\n1,plain\n');
CALL write(file('two'), E'id,name\n2,two\n');
CALL write(file('three'), E'3,three\n');
CALL shell('gzip -nc two >two.csv; gzip -nc two >members; gzip -nc three >>members');
CALL write(file('plain.zst'), compress(E'id,name\n4,zstd\n', 'zstd'));
SELECT report(ingest.load('t', file('plain')));
SELECT report(ingest.load('t', file('two.csv')));
SELECT report(ingest.load('t', file('plain.zst')));
SELECT report(ingest.load('t', file('members'), options => '{"compression": "gzip"}'));
SELECT * FROM t;
SELECT failure($$ SELECT ingest.load('t', file('plain'), options => '{"compression": "gzip", "force": true}') $$);
SELECT failure($$ SELECT ingest.load('t', file('two.csv'), options => '{"compression": "zstd", "force": true}') $$);
-- A stream that ends too early, or is broken: nothing is published
CALL shell('{ echo id,name; seq 200000 | sed "s/.*/&,name of &/"; } | gzip -nc >whole.gz; head -c -5 whole.gz >cut.gz; head -c 300000 whole.gz >half.gz');
SELECT regexp_replace(f, 'byte \d+', 'byte N') FROM failure($$ SELECT ingest.load('t', file('half.gz')) $$) AS f;
SELECT regexp_replace(f, 'byte \d+', 'byte N') FROM failure($$ SELECT ingest.load('t', file('cut.gz'), options => '{"chunk_size": "64kB"}') $$) AS f;
SELECT load_id, status, rows_inserted, regexp_replace(mask(message), 'byte \d+', 'byte N') AS message
  FROM ingest.loads WHERE status <> 'published' ORDER BY 1;
SELECT count(*) FROM t;
SELECT report(ingest.load('t', file('whole.gz')));
