-- sniff: the dialect of a file, and what is wrong with it
\set ECHO none
\set test sniff
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE FUNCTION sniffed(name text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
SELECT format('delimiter %s quote %s escape %s comment %s %s %s skip %s header %s columns %s confidence %s',
              quote_nullable(delimiter), quote, escape, comment, encoding, newline, skip, header,
              jsonb_array_length(columns), CASE WHEN confidence >= 0.8 THEN 'high' ELSE 'low' END)
       || coalesce((SELECT string_agg(concat_ws(' ', E'\n  ', p ->> 'rule' || ',', 'record ' || (p ->> 'record_no'),
                           'line ' || (p ->> 'line_no'), 'in all ' || (p ->> 'records') || ':', p ->> 'message'), '')
                      FROM jsonb_array_elements(problems) AS p), '')
       || coalesce(E'\n   ' || nullif(load_options::text, '{}'), '')
  FROM ingest.sniff(file(name), options) $$;
\set ECHO all
\pset format unaligned
\pset tuples_only on

-- Delimiters
CALL write(file('a'), E'id,name,at\n1,Ann,12:30\n2,Bo,12:31\n3,Cy,12:32\n');
SELECT sniffed('a');
CALL write(file('a'), E'id;amount\n1;1,5\n2;2,25\n3;1.000,5\n');
SELECT sniffed('a');
CALL write(file('a'), E'id\tname\r\n1\tAnn Lee\r\n2\tBo, the first\r\n3\tCy\r\n');
SELECT sniffed('a');
CALL write(file('a'), E'id||name\n1||Ann\n2||\n3||Cy|Cyd\n');
SELECT sniffed('a');
CALL write(file('a'), E'sep=^\nid^name\n1^a;b\n2^c;d\n');
SELECT sniffed('a');
CALL write(file('a'), E'at\n12:30:00\n12:31:00\n12:32:00\n');
SELECT sniffed('a');

-- Quotes and escapes; a stray quote is one bad record
CALL write(file('a'), E'id,name\n1,\'Ann, Lee\'\n2,\'Bo\'\'s\'\n3,Cy\n');
SELECT sniffed('a');
CALL write(file('a'), E'id,name\n1,"Ann \\"A\\" Lee"\n2,"Bo"\n3,"Cy"\n');
SELECT sniffed('a');
CALL write(file('a'), E'id,name\n1,"Ann, Lee"\n2,5" pipe\n3,"Cy\nDee"\n4,x"y\n');
SELECT sniffed('a');
CALL write(file('a'), E'id|name\n1|"Ann" Lee\n2|"Bo" Dee\n3|"Cy" Eff\n');
SELECT sniffed('a');

-- Ragged records do not make a file of one column: the first of each kind is named
CALL write(file('a'), E'id,name,n\n1,a,1\n2,b\n3,c,3\n\n4,d,4,4\n5,e,5\n6\n');
SELECT sniffed('a');
-- No delimiter fits: that is said
CALL write(file('a'), E'It was the best, as they say,\nof times.\nIt was, in a way, the worst\nof times, too; so it was.\n');
SELECT sniffed('a');
-- Really one column
CALL write(file('a'), E'city\nParis\nRome\nOslo\nBern\n');
SELECT sniffed('a');
-- Nothing at all
CALL write(file('a'), '');
SELECT sniffed('a');
CALL write(file('a'), E'\n\n');
SELECT sniffed('a');

-- What stands before the header, and between records
CALL write(file('a'), E'Report of May\nmade by hand\n\nid,name\n1,Ann\n2,Bo\n3,Cy\n');
SELECT sniffed('a');
CALL write(file('a'), E'Report of May,,\n,,\nid,name,n\n1,Ann,1\n2,Bo,2\n3,Cy,3\n');
SELECT sniffed('a');
CALL write(file('a'), E'id,name\n1,Ann\n# not Bo\n3,Cy\n4,Dee\n');
SELECT sniffed('a');

-- Line ends
CALL write(file('a'), E'id,name\r1,Ann\r2,Bo\r3,Cy\r');
SELECT sniffed('a');
CALL write(file('a'), E'id,name\n1,Ann\r\n2,Bo\n3,Cy\n');
SELECT sniffed('a');

-- Encodings
CALL write(file('a'), E'id,name\n1,Zo\u00eb\n2,Bo\n3,Cy\n');
SELECT sniffed('a');
CALL write(file('a'), convert_to(E'id,name\n1,Zo\u00eb\n2,Bo\n3,Cy\n', 'LATIN1'));
SELECT sniffed('a');
CALL write(file('a'), convert_to(E'id,name\n1,Zo\u00eb \u20ac\n2,Bo\n3,Cy\n', 'WIN1252'));
SELECT sniffed('a');
CALL write(file('a'), '\xfffe690064002c006e000a0031002c0061000a0032002c0062000a0033002c0063000a00'::bytea);
SELECT sniffed('a');
CALL write(file('a'), '\x690064002c006e000a0031002c0061000a0032002c0062000a0033002c0063000a00'::bytea);
SELECT sniffed('a');
CALL write(file('a'), '\xefbbbf69642c6e0a312c610a322c620a332c630a'::bytea);
SELECT sniffed('a');
-- a single bad record is one, not another encoding
CALL write(file('a'), '\x69642c6e0a312cc3a90a322cff0a332cc3a90a342cc3a90a'::bytea);
SELECT sniffed('a');

-- What is given is not guessed
CALL write(file('a'), E'x;y\nid;name\n1;Ann,A\n2;Bo,B\n3;Cy,C\n');
SELECT sniffed('a', '{"skip": 1}');
SELECT sniffed('a', '{"delimiter": ","}');
SELECT sniffed('a', '{"header": false}');
SELECT sniffed('a', '{"header": false, "columns": ["p", "q"], "quote": null}');
