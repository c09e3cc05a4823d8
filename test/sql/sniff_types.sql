-- sniff_columns: the types of columns, in formats that a load takes
\set ECHO none
\set test sniff_types
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- A file of one column beside another, so that it is clear what the delimiter is
CREATE FUNCTION type_of(content text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    content := 'n|c' || (SELECT string_agg(E'\n' || i || '|' || v, '' ORDER BY i)
                           FROM string_to_table(content, E'\n') WITH ORDINALITY AS s(v, i)) || E'\n';
    CALL write(file('a'), content);
    RETURN (SELECT concat_ws(', ', type, CASE WHEN nullable THEN 'null ' || null_ratio END,
                             'words ' || nullif(null_words::text, '{}'), note)
              FROM ingest.sniff_columns(file('a'), options) WHERE ordinal = 2)
           || coalesce(' ' || (SELECT nullif(load_options - '{delimiter,header,columns}'::text[], '{}')::text
                                 FROM ingest.sniff(file('a'), options)), '');
END $$;
\set ECHO all
\pset format unaligned
\pset tuples_only on

-- Numbers
SELECT type_of(E'1\n-2\n9223372036854775807');
SELECT type_of(E'1\n9223372036854775808');
SELECT type_of(E'1\n2.50\n.5');
SELECT type_of(E'1e10\n2.5E-3\n7');
SELECT type_of(E' 1\n2 ');
SELECT type_of(E'1,234.50\n7');
SELECT type_of(E'1.234,50\n7');
SELECT type_of(E'1,5\n1,25');
SELECT type_of(E'1\'234.5\n7');
-- thousands or decimals?
SELECT type_of(E'1,234\n5,678');
SELECT type_of(E'1,234\n5,678', '{"decimal_separator": ","}');
SELECT type_of(E'1,234\n5,678', '{"thousands": ","}');
SELECT type_of(E'1.234\n5.678');
-- kept as text
SELECT type_of(E'007\n100');
SELECT type_of(E'$5\n$1,234.50');
SELECT type_of(E'5 %\n7 %');
SELECT type_of(E'+4930123\n+44123');
SELECT type_of(E'1\n2\nx');
SELECT type_of(E'0x10\n1_000');

-- Dates
SELECT type_of(E'2024-01-31\n2024-02-29');
SELECT type_of(E'2024-01-31\n2024-02-30');
SELECT type_of(E'31/12/2024\n01/02/2024');
SELECT type_of(E'12/31/2024\n01/02/2024');
SELECT type_of(E'01/02/2024\n03/04/2024');
SELECT type_of(E'01/02/2024\n03/04/2024', '{"dateformat": "%m/%d/%Y"}');
SELECT type_of(E'31/12/2024\n12/31/2024');
SELECT type_of(E'1.2.2024\n31.12.2024');
SELECT type_of(E'1.2.24\n31.12.24');
SELECT type_of(E'3-Nov-23\n28-Jul-23');
SELECT type_of(E'Jan 3, 2024\nDec 31, 2024');
SELECT type_of(E'20240131\n20240201');
SELECT type_of(E'now\ntoday');
SELECT type_of(E'2024-01-31\n31/01/2024');

-- Times and timestamps
SELECT type_of(E'12:30\n23:59:59.5');
SELECT type_of(E'2024-01-31 12:30:00\n2024-01-31T23:59:59.123');
SELECT type_of(E'2024-01-31T12:30:00Z\n2024-01-31 23:59:59+02:00');
SELECT type_of(E'31/12/2024 12:30\n01/02/2024 23:59');
SELECT type_of(E'01/02/2024 12:30\n03/04/2024 23:59');
SELECT type_of(E'1/31/2024 11:59:59 PM\n1/2/2024 1:00:00 AM');

-- Others
SELECT type_of(E'true\nFALSE');
SELECT type_of(E'Y\nN\nY');
SELECT type_of(E'N\nN');
SELECT type_of(E'0\n1');
SELECT type_of(E'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\nA0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12');
SELECT type_of(E'192.168.0.1\n10.0.0.0/8\n2001:db8::1');
SELECT type_of(E'1.2.3\n1.2.4');
SELECT type_of(E'{"a": 1}\n[1, 2]');
SELECT type_of(E'{"a": 1}\n{a}');

-- NULL: empty fields, words in columns that are something else but for them, quoted ones
SELECT type_of(E'1\n\n3');
SELECT type_of(E'1\nNA\n3\nn/a');
SELECT type_of(E'x\nNA\ny');
SELECT type_of(E'1\nNA\n3', '{"null": ["", "-"]}');
SELECT type_of(E'"1"\n""\n"3"');
SELECT type_of(E'"1"\n"NULL"\n"3"');
SELECT type_of(E'"x"\n""\n');
SELECT type_of(E'\n\n');
SELECT type_of(E'NA\nNA');

-- One format for all columns of a file: evidence in one column decides another, and what differs is text
CALL write(file('a'), E'a,b\n01/02/2024,31/12/2024\n03/04/2024,01/01/2024\n');
SELECT name, type, note FROM ingest.sniff_columns(file('a'));
CALL write(file('a'), E'a,b\n01/02/2024,31/12/2024 10:00\n03/04/2024,01/01/2024 11:00\n');
SELECT name, type, note FROM ingest.sniff_columns(file('a'));
SELECT dateformat, timestampformat FROM ingest.sniff(file('a'));
CALL write(file('a'), E'a,b,c\n2024-01-01,31.12.2024,2024-01-01\n2024-01-02,01.01.2024,2024-01-03\n');
SELECT name, type, note FROM ingest.sniff_columns(file('a'));
CALL write(file('a'), E'a;b;c\n1,5;2.5;3\n1,75;2.25;NA\n');
SELECT name, type, note FROM ingest.sniff_columns(file('a'));
CALL write(file('a'), E'country,n\nNA,1\nDE,NA\n');
SELECT name, type, null_ratio, null_words, note FROM ingest.sniff_columns(file('a'));

-- Samples: different ones, the first of them, cut when they are long
SELECT E'a,b\n' || string_agg(i % 7 || ',' || repeat(E'\u00e9', i * 20), E'\n') AS content FROM generate_series(0, 9) AS i \gset
CALL write(file('a'), :'content');
SELECT name, samples, is_unique, confidence FROM ingest.sniff_columns(file('a'));
