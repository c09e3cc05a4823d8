-- load: values that lanes keep out of line are the target's own when the lanes are gone
\set ECHO none
\set test load_wide
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
CREATE FUNCTION wide(seed int) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(md5((seed * 10000 + i)::text), '') FROM generate_series(1, 3000) AS i $$;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE bulk (id int, t text, u text);
CREATE TABLE keyed (id int PRIMARY KEY, t text, u text);
CREATE TABLE executor (id int, t text, u text);
CREATE TRIGGER keep BEFORE INSERT ON executor FOR EACH ROW EXECUTE FUNCTION keep();
SELECT E'id,t,u\n' || string_agg(format(E'%s,%s,%s\n', i, wide(i), repeat('x', 50000)), '' ORDER BY i)
	AS content FROM generate_series(1, 20) AS i \gset
\set ECHO none
CALL write(file('wide.csv'), :'content');
\set ECHO all

SELECT report(ingest.load('bulk', file('wide.csv')));
SELECT report(ingest.load('keyed', file('wide.csv')));
SELECT report(ingest.load('executor', file('wide.csv')));
SELECT count(*) AS lanes FROM pg_class WHERE relname LIKE 'load\_%\_lane\_%' AND relkind = 'r';
SELECT count(*) FILTER (WHERE t = wide(id) AND u = repeat('x', 50000)) AS right FROM bulk;
SELECT count(*) FILTER (WHERE t = wide(id) AND u = repeat('x', 50000)) AS right FROM keyed;
SELECT count(*) FILTER (WHERE t = wide(id) AND u = repeat('x', 50000)) AS right FROM executor;
