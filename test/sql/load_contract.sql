-- load: types and constraints of the target: every violation of a row is told
\set ECHO none
\set test load_contract
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE FUNCTION half(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF i % 2 <> 0 THEN
        RAISE EXCEPTION 'odd number: %', i USING ERRCODE = 'TODD1';
    END IF;
    RETURN i / 2;
END $$;

-- Several violations of a row, with those of CHECK that do not depend on a bad column
CREATE TABLE several (
    a int NOT NULL, b date, c text NOT NULL, d numeric(5,2) CHECK (d >= 0),
    CONSTRAINT later CHECK (b > '2000-01-01'), CONSTRAINT letters CHECK (c ~ '^[a-z]*$'),
    CHECK (a < 1000 OR length(c) > 1), CONSTRAINT never_checked CHECK (a <> 7) NOT VALID);
CALL write(file('several'), E'a,b,c,d\n1,2001-01-01,x,1.25\nx,y,,z\n,1999-01-01,A,-1\n2000,2002-02-30,B,1.255\n2000,1999-02-20,C,-0.01\n7,,"",\n99999999999,,ab,12345\n');
SELECT report(ingest.load('several', file('several')));
SELECT * FROM bad;
SELECT * FROM several;

-- A CHECK that raises an error; one that is NULL is fulfilled
CREATE TABLE raising (a int CHECK (half(a) > 1), b int CHECK (10 / b > 0));
CALL write(file('raising'), E'a,b\n2,1\n3,1\n4,0\n5,0\n6,\n,2\n');
SELECT report(ingest.load('raising', file('raising')));
SELECT * FROM bad;
SELECT * FROM raising;

-- Domains, enums, arrays, jsonb, ranges, composite and other types
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN percent AS numeric(5,2) NOT NULL CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN short AS varchar(5) CONSTRAINT no_x CHECK (VALUE !~ 'x');
CREATE TYPE point3 AS (x int, y numeric(3,1), m mood);
CREATE TABLE rich (id int, m mood, p percent, s short, i int[], t text[], j jsonb, r int4range, c point3, u uuid, y bytea, n inet, iv interval, mr int4multirange);
CALL write(file('rich'), E'id,m,p,s,i,t,j,r,c,u,y,n,iv,mr\n'
    '1,happy,99.99,abc,"{1,2,NULL}","{a,""b c""}","{""k"": [1, 2.50]}","[1,5)","(1,2.5,ok)",a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,\\xDEADBEEF,192.168.0.0/24,1 day 02:03,"{[1,3),[5,7)}"\n'
    '2,angry,101,abcdef,"{1,x}","{a","{k: 1}","[5,1)","(1,x,ok)",a0ee,\\xDE0,300.1.1.1,1 dya,"{[1,3"\n'
    '3,,,,,,,,,,,,,\n'
    '4,Happy,-1,axc,"{{1},{2,3}}",,null,empty,"(1,2,wow)",,,,,\n'
    '5,ok,0.001,"a    x",,,,,,,,,,\n6,sad,0,,{},{},[],"(,)","(,,)",,abc\\\\def,::1,P1DT2H,{}\n');
SELECT report(ingest.load('rich', file('rich')));
SELECT record, "column", rule, code, message, value FROM bad;
SELECT * FROM rich ORDER BY id;
-- The same with workers in the caller's process
CREATE TABLE rich2 (LIKE rich);
SELECT report(ingest.load('rich2', file('rich'), options => '{"workers": 0}'));
TABLE rich EXCEPT TABLE rich2;
SELECT count(*) FROM (SELECT errors FROM ingest.quarantine WHERE target = 'rich'::regclass EXCEPT
                      SELECT errors FROM ingest.quarantine WHERE target = 'rich2'::regclass) AS differ;

-- CHECKs of inherited tables and of tables with dropped columns
CREATE TABLE parent (dropped int, a int CHECK (a > 0), dropped2 text, b text);
ALTER TABLE parent DROP COLUMN dropped, DROP COLUMN dropped2, ADD COLUMN c int DEFAULT 5 CHECK (c > a);
CREATE TABLE child (d int CHECK (d > 0)) INHERITS (parent);
CALL write(file('child'), E'd,b,a\n1,x,1\n0,x,0\n5,x,5\n10,x,4\n');
SELECT report(ingest.load('child', file('child')));
SELECT record, "column", rule, code, message, value FROM bad;
SELECT * FROM child;
-- One that reads the row as a whole is left to the table, whose error names file and record
TRUNCATE child;
ALTER TABLE child ADD CONSTRAINT whole CHECK (child IS DISTINCT FROM NULL AND (child).d < 10);
SELECT failure($$ SELECT ingest.load('child', file('child'), options => '{"force": true}') $$);

-- Long values are cut in errors; what they say is stored, whatever it holds
CREATE TABLE long (a int, b bool);
CALL write(file('long'), E'a,b\n' || repeat('x', 5000) || E',\n"""; DROP TABLE long; --",\n"{""a"": 1}",tru\n');
SELECT report(ingest.load('long', file('long')));
SELECT record, "column", code, left(message, 60) AS message, length(message), length(value) FROM bad;
SELECT record_no, length(raw_line), octet_length(errors::text) FROM ingest.quarantine WHERE target = 'long'::regclass ORDER BY 1;
