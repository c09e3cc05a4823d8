--
-- source: files, directories and patterns, and what is read from them
--
\getenv ingest_test INGEST_TEST_MODULE
CREATE SCHEMA source_test;
SET search_path = source_test;
SET client_min_messages = warning;
CREATE FUNCTION write_file(path text, data bytea) RETURNS void
    AS :'ingest_test', 'source_check_write' LANGUAGE c STRICT;
CREATE FUNCTION compress(data bytea, method text) RETURNS bytea
    AS :'ingest_test', 'source_check_compress' LANGUAGE c STRICT;
CREATE FUNCTION expand(source text) RETURNS text[]
    AS :'ingest_test', 'source_check_expand' LANGUAGE c STRICT;
CREATE FUNCTION identify(path text) RETURNS text
    AS :'ingest_test', 'source_check_identify' LANGUAGE c STRICT;
CREATE FUNCTION read_file(path text, compression text, encoding text, read_size int,
    OUT content bytea, OUT raw_size int8, OUT hash text, OUT is_utf8 bool)
    AS :'ingest_test', 'source_check_read' LANGUAGE c;
CREATE FUNCTION change_file(path text, change text, moment text) RETURNS text
    AS :'ingest_test', 'source_check_change' LANGUAGE c STRICT;

-- All files live in a directory of their own, which the output calls DIR.
CREATE FUNCTION dir() RETURNS text LANGUAGE sql
    AS $$ SELECT current_setting('data_directory') || '/source_test' $$;
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('COPY (SELECT 1) TO PROGRAM %L',
                   format('cat >/dev/null; mkdir -p "%1$s"; cd "%1$s"; %2$s', dir(), command));
END $$;
CREATE FUNCTION names(source text) RETURNS text LANGUAGE sql
    AS $$ SELECT replace(array_to_string(expand(source), ' '), dir(), 'DIR') $$;
CREATE FUNCTION read_text(name text, compression text DEFAULT 'auto', encoding text DEFAULT NULL)
    RETURNS text LANGUAGE sql AS $$
    SELECT encode(content, 'escape') FROM read_file(dir() || '/' || name, compression, encoding, 64) $$;
-- What a query fails with.
CREATE FUNCTION failure(query text,
    OUT code text, OUT message text, OUT detail text, OUT hint text)
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    message := 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    message := replace(message, dir(), 'DIR');
END $$;
\pset null '(null)'

-- Files of a directory: in byte order whatever the locale, without subdirectories and what is hidden
SELECT shell('mkdir sub; touch B.csv a.csv b.csv "[x].csv" _SUCCESS .hidden sub/c.csv');
SELECT names(dir());
SELECT names(dir() || '/');
SELECT names(dir() || '/a.csv');
-- Patterns; a name that exists is none
SELECT names(dir() || '/*.csv');
SELECT names(dir() || '/[ab].csv');
SELECT names(dir() || '/[x].csv');
SELECT names(dir() || '/*/?.csv');
SELECT names(dir() || '/_*');
-- Links to files count
SELECT shell('ln -s ../a.csv sub/link.csv');
SELECT names(dir() || '/sub');

-- ERROR: nothing there
\x
SELECT * FROM failure($$ SELECT expand(dir() || '/missing.csv') $$);
SELECT * FROM failure($$ SELECT expand(dir() || '/*.parquet') $$);
SELECT * FROM failure($$ SELECT expand(dir() || '/missing/*.csv') $$);
SELECT shell('mkdir empty; touch empty/_SUCCESS; mkdir empty/sub');
SELECT * FROM failure($$ SELECT expand(dir() || '/empty') $$);
-- ERROR: a link that leads nowhere is a file that cannot be loaded
SELECT shell('ln -s nowhere empty/link.csv');
SELECT * FROM failure($$ SELECT expand(dir() || '/empty') $$);
SELECT * FROM failure($$ SELECT expand(dir() || '/empty/*.csv') $$);
-- ERROR: not a file
SELECT shell('mkfifo fifo');
SELECT * FROM failure($$ SELECT expand(dir() || '/fifo') $$);
SELECT * FROM failure($$ SELECT expand(dir() || '/a.csv/b.csv') $$);
-- ERROR: what may not be read
SELECT shell('mkdir closed; touch closed/a.csv secret; chmod 0 closed secret');
SELECT * FROM failure($$ SELECT expand(dir() || '/closed') $$);
SELECT * FROM failure($$ SELECT expand(dir() || '/*/*.csv') $$);
SELECT * FROM failure($$ SELECT read_text('secret') $$);
SELECT shell('chmod 700 closed; rm -rf closed secret');
-- ERROR: a name that cannot be kept as text
SELECT shell('mkdir names; touch "names/$(printf ''caf\351.csv'')"');
SELECT code, message, replace(detail, dir(), 'DIR') AS detail, hint
    FROM failure($$ SELECT expand(dir() || '/names') $$);
SELECT shell('rm -r names');
-- ERROR: not a path
SELECT * FROM failure($$ SELECT expand('a.csv') $$);
SELECT * FROM failure($$ SELECT expand('') $$);
SELECT code, length(message), detail FROM failure($$ SELECT expand('/' || repeat('x', 1023)) $$);
\x
SELECT shell('rm -r empty fifo sub');

-- Reading: the hash is XXH3-128 of the raw bytes
SELECT write_file(dir() || '/empty', '');
SELECT * FROM read_file(dir() || '/empty', 'auto', NULL, 64);
SELECT write_file(dir() || '/plain', E'a,b\n1,2\n');
SELECT content, raw_size, is_utf8, hash = identify(dir() || '/plain') AS same
    FROM read_file(dir() || '/plain', 'auto', NULL, 3);

-- Codecs are told by magic bytes; members and frames follow each other
SELECT write_file(dir() || '/gzip',
    compress(E'a,b\n', 'gzip') || compress('', 'gzip') || compress(E'1,2\n', 'gzip'));
SELECT write_file(dir() || '/zstd',
    compress(E'a,b\n', 'zstd') || '\x502a4d18020000007878' || compress(E'1,2\n', 'zstd'));
SELECT name, read_text(name) FROM (VALUES ('plain'), ('gzip'), ('zstd')) f(name);
SELECT read_text('gzip', 'gzip') = read_text('zstd', 'zstd') AS same,
    left(read_text('zstd', 'none'), 5) AS magic;
\x
SELECT * FROM failure($$ SELECT read_text('plain', 'gzip') $$);
SELECT * FROM failure($$ SELECT read_text('empty', 'gzip') $$);
SELECT * FROM failure($$ SELECT read_text('plain', 'zstd') $$);
SELECT * FROM failure($$ SELECT read_text('plain', 'bzip2') $$);
SELECT write_file(dir() || '/xz', '\xfd377a585a0000');
SELECT * FROM failure($$ SELECT read_text('xz') $$);
\x

-- Several pieces of input and output, compared with every read size
CREATE TABLE big AS SELECT string_agg(i || ',' || md5(i::text) || E'\n', '' ORDER BY i)::bytea AS data
    FROM generate_series(1, 20000) i;
SELECT write_file(dir() || '/big.csv', data), write_file(dir() || '/big.gz', compress(data, 'gzip')),
    write_file(dir() || '/big.zst', compress(data, 'zstd')) FROM big;
SELECT name, count(*), bool_and(content = data) AS same, bool_and(raw_size = size) AS same_size,
    bool_and(hash = identify(dir() || '/' || name)) AS same_hash
    FROM big, (VALUES ('big.csv'), ('big.gz'), ('big.zst')) f(name),
        LATERAL pg_stat_file(dir() || '/' || name),
        (SELECT unnest('{8192,65536,1000000}'::int[]) UNION SELECT generate_series(1, 17, 4)) s(read_size),
        LATERAL read_file(dir() || '/' || name, 'auto', NULL, read_size)
    GROUP BY name ORDER BY name;

-- Damage is an error wherever it is, never a short read
CREATE FUNCTION damaged(name text, data bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM write_file(dir() || '/' || name, data);
    RETURN (SELECT concat_ws(' ', f.code, regexp_replace(f.message, '.*byte \d+: ', ''))
            FROM failure(format('SELECT read_text(%L)', name)) f);
END $$;
SELECT method, damaged('cut', substr(compress(data, method), 1, size)), count(*)
    FROM big, (VALUES ('gzip'), ('zstd')) m(method), generate_series(4, 150000, 20011) size
    GROUP BY 1, 2 ORDER BY 1, 2;
SELECT method, damaged('checksum', set_byte(compressed, length(compressed) - back, 77))
    FROM (VALUES ('gzip', 5), ('gzip', 1), ('zstd', 1)) m(method, back),
        compress(E'a,b\n1,2\n', method) compressed;
SELECT method, damaged('tail', compress(E'a,b\n', method) || tail)
    FROM (VALUES ('gzip'), ('zstd')) m(method),
        (VALUES ('\x0000000000000000'::bytea), ('rest of it')) t(tail) ORDER BY 1, 2;
\x
SELECT write_file(dir() || '/cut.gz', '\x1f8b08000000000000034bd4');
SELECT * FROM failure($$ SELECT read_text('cut.gz') $$);
\x

-- Byte order marks, and UTF-16 with and without one
SELECT write_file(dir() || '/utf8', '\xefbbbf612c620a'), write_file(dir() || '/mark', '\xefbbbf'),
    write_file(dir() || '/half', '\xefbb'), write_file(dir() || '/utf16le', '\xfffe61002c00e9000a00'),
    write_file(dir() || '/utf16be', '\xfeff0061002c00e9000a'), write_file(dir() || '/pair', '\x3dd800de'),
    write_file(dir() || '/single', '\xfffe610000d86200'), write_file(dir() || '/odd', '\xfffe610062'),
    write_file(dir() || '/utf16.gz', compress('\xfffe61002c00e9000a00', 'gzip'));
SELECT name, encoding, content, is_utf8
    FROM (VALUES ('utf8', NULL), ('utf8', 'latin1'), ('mark', NULL), ('half', NULL),
            ('utf16le', NULL), ('utf16le', 'UTF-16'), ('utf16be', NULL), ('utf16be', 'utf-16le'),
            ('utf16.gz', NULL), ('pair', 'utf-16le'), ('pair', 'UTF16BE'), ('pair', 'latin1'),
            ('single', NULL), ('empty', 'utf-16')) f(name, encoding),
        LATERAL read_file(dir() || '/' || name, 'auto', encoding, 2);
\x
SELECT * FROM failure($$ SELECT read_text('odd') $$);
SELECT * FROM failure($$ SELECT read_text('pair', 'auto', 'utf-16') $$);
\x

-- A file that changes between listing and the end of reading is an error
CREATE FUNCTION changed(change text, moment text, data bytea,
    OUT code text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM write_file(dir() || '/changed', data);
    SELECT f.code, f.message, f.detail INTO code, message, detail
        FROM failure(format('SELECT change_file(%L, %L, %L)', dir() || '/changed', change, moment)) f;
END $$;
SELECT change, moment, f.*
    FROM big, (VALUES ('none', 'end'), ('append', 'before'), ('touch', 'before'), ('replace', 'before'),
            ('truncate', 'while'), ('append', 'while'), ('append', 'end'), ('touch', 'end'),
            ('truncate', 'end')) c(change, moment),
        changed(change, moment, data) f;

-- Errors leave neither memory nor open files behind
SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('ingest source', 'ingest identity');
SELECT count(*) AS open_files FROM pg_ls_dir('/proc/self/fd', true, false) \gset
SELECT count(*) FROM generate_series(1, 500) i, failure($$ SELECT read_text('cut.gz') $$) f
    WHERE f.code = '22P04';
SELECT count(*) - :open_files AS more_open_files FROM pg_ls_dir('/proc/self/fd', true, false);

SELECT shell('cd ..; rm -r source_test');
DROP SCHEMA source_test CASCADE;
