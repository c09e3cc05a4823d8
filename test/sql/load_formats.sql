-- load: how dates, times and numbers are written, and values that do not fit
\set ECHO none
\set test load_formats
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
-- dateformat and timestampformat; other forms are bad values then
CREATE TABLE days (d date, ts timestamp, tz timestamptz);
CALL write(file('iso'), E'd,ts,tz\n2024-02-29,2024-02-29 23:59:59.5,2024-02-29 12:00:00+02\n2023-02-29,2024-13-01,later\n');
SELECT report(ingest.load('days', file('iso')));
SELECT * FROM bad;
CALL write(file('dmy'), E'd,ts,tz\n03/04/2024,03.04.2024 05:06,03.04.2024 05:06\n31/12/1999,31.12.1999 23:59,\n2024-04-03,2024-04-03 00:00:00,\n12/31/1999,,\n');
SELECT report(ingest.load('days', file('dmy'), options => '{"dateformat": "%d/%m/%Y", "timestampformat": "%d.%m.%Y %H:%M"}'));
SELECT * FROM bad;
SELECT * FROM days;
-- Without a format the session's DateStyle and TimeZone decide, in workers as well
TRUNCATE days;
SET DateStyle = 'ISO, DMY';
SET TimeZone = 'Asia/Tokyo';
CALL write(file('style'), E'd,ts,tz\n01/02/2024,01/02/2024 03:04,2024-02-01 12:00\n');
SELECT report(ingest.load('days', file('style'), options => '{"workers": 2}'));
SET DateStyle = 'ISO, MDY';
CALL write(file('style2'), E'd,ts,tz\n01/02/2024,01/02/2024 03:04,"2024-02-01 12:00"\n');
SELECT report(ingest.load('days', file('style2'), options => '{"workers": 1}'));
RESET TimeZone;
SELECT * FROM days;
RESET DateStyle;
SELECT failure($$ SELECT ingest.load('days', file('style'), options => '{"dateformat": "%Q", "force": true}') $$);

-- decimal_separator and thousands
CREATE TABLE numbers (n numeric(12,2), f float8, i int, b bigint);
CALL write(file('point'), E'n,f,i,b\n1234.50,1e3,-7,+8\n');
SELECT report(ingest.load('numbers', file('point')));
CALL write(file('comma'), E'n;f;i;b\n1234,50;0,5;1;2\n1.234,50;1.000,25;1.000.000;-2.000\n1234.50;1;1.0;1\n1.23,50;1.2.3,4;10.00;1\n');
SELECT report(ingest.load('numbers', file('comma'), options => '{"delimiter": ";", "decimal_separator": ",", "thousands": "."}'));
SELECT * FROM bad;
CALL write(file('thousands'), E'n,f,i,b\n"1,234.50","1,000.5","12,345","1,234,567"\n"$5",5%,(5),٣\n');
SELECT report(ingest.load('numbers', file('thousands'), options => '{"thousands": ","}'));
SELECT * FROM bad;
CALL write(file('nothousands'), E'n,f,i,b\n"1,234.50","1,000.5","12,345","1,234,567"\n');
SELECT report(ingest.load('numbers', file('nothousands')));
SELECT * FROM bad;
SELECT * FROM numbers;
SELECT failure($$ SELECT ingest.load('numbers', file('point'), options => '{"delimiter": ";", "decimal_separator": ",", "thousands": ",", "force": true}') $$);

-- lossy: what would be changed silently is bad, or allowed
CREATE TABLE narrow (n numeric(5,2), v varchar(3), c char(3), d date, s timestamp(0), t time(0), i int);
CALL write(file('narrow'), E'n,v,c,d,s,t,i\n1.239,abcd,abcd,2024-01-01 12:00:00,2024-01-01 00:00:00.7,12:00:00.7,1\n1.20,abc,ab,2024-01-01,2024-01-01 00:00:00,12:00,2\n1.200,abc ,abc  ,2024-01-01 00:00:00,2024-01-01 00:00:00.0,12:00:00.0,3\n1234.5,,,,,,4\n,,,,,,5.5\n');
SELECT report(ingest.load('narrow', file('narrow')));
SELECT * FROM bad;
SELECT n, quote_nullable(v) AS v, quote_nullable(c) AS c, d, s, t, i FROM narrow;
TRUNCATE narrow;
SELECT report(ingest.load('narrow', file('narrow'), options => '{"lossy": "allow", "force": true}'));
SELECT * FROM bad;
SELECT n, quote_nullable(v) AS v, quote_nullable(c) AS c, d, s, t, i FROM narrow;

-- booleans: PostgreSQL's set
CREATE TABLE flags (b bool);
CALL write(file('flags'), E'b\nt\nFALSE\nyes\nof\non\n1\n0\nwahr\n2\n');
SELECT report(ingest.load('flags', file('flags')));
SELECT record, rule, code, message, value FROM bad;
SELECT string_agg(b::text, ' ') FROM flags;
