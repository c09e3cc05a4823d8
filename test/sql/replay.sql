-- ingest.replay: open rows of quarantine after a contract, a lookup or the call has mended them
\set ECHO none
\set test replay
\getenv directory PG_ABS_SRCDIR
\set helpers :directory '/sql/include/load.sql'
\i :helpers
SET client_min_messages = error;
CREATE VIEW queue AS
    SELECT load_id AS load, record_no AS record, line_no AS line, status, rule, value, status_reason AS reason, replayed_by AS by
      FROM ingest.quarantine_rows ORDER BY load_id, file_no, record_no;
CREATE FUNCTION outcome(r ingest.load_result) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', r.load_id, r.status, nullif(r.rows_read, 0) || ' read', nullif(r.rows_staged, 0) || ' staged',
        nullif(r.rows_quarantined, 0) || ' quarantined', nullif(r.rows_ignored, 0) || ' ignored',
        nullif(r.rows_inserted, 0) || ' inserted', nullif(r.rows_updated, 0) || ' updated',
        nullif(r.rows_unchanged, 0) || ' unchanged', nullif(r.rows_deleted, 0) || ' deleted', r.message,
        CASE WHEN r.rows_read <> r.rows_staged + r.rows_quarantined + r.rows_ignored THEN 'ROWS READ DO NOT ADD UP' END,
        CASE WHEN r.rows_staged <> r.rows_inserted + r.rows_updated + r.rows_unchanged + r.rows_deleted THEN 'ROWS STAGED DO NOT ADD UP' END) $$;

-- Nothing changed: the rows stay open
CREATE TABLE t (id int PRIMARY KEY, amount numeric(8,2), day date, note text);
CALL write(file('a'), E'id;amount;day;note\n1;1,50;2024-01-01;x\n2;zwei;2024-01-02;"a;""b""\nc"\n3;3;13.01.2024;ä\nvier;4;05.01.2024;\n5;5\n6;6;x"y;"z\n');
SELECT outcome(ingest.load('t', file('a'), options => '{"delimiter": ";", "decimal_separator": ","}'));
SELECT * FROM queue;
SELECT outcome(ingest.replay('t'));
SELECT * FROM queue;
-- The contract has changed: rows of today's contract go in, once; others say what is wrong with them now
SELECT ingest.set_contract('t', '{"columns": {"day": {"dateformat": "%d.%m.%Y"}, "note": {"allowed": ["x", "ä"]}}, "checks": {"many": {"type": "row_count", "min": 100}}}');
SELECT outcome(ingest.replay('t'));
SELECT * FROM queue;
SELECT * FROM t ORDER BY id;
SELECT outcome(ingest.replay('t', '{"load_id": 1, "rule": "replayed"}'));
SELECT source, status, strategy, unique_key, options, contract_version, files_loaded FROM ingest.loads WHERE load_id = 3;
-- set: an expression over what the file says; the others as before
SELECT outcome(ingest.replay('t', '{"column": "id", "set": {"id": "CASE id WHEN ''vier'' THEN ''4'' ELSE id END", "note": "lower(''X'')"}}'));
SELECT outcome(ingest.replay('t', '{"rule": "type", "set": {"amount": "length(amount)", "note": "''x''", "day": "to_date(day, ''YYYY-MM-DD'')"}}'));
SELECT * FROM queue;
SELECT * FROM t ORDER BY id;
SELECT outcome(ingest.replay('t', jsonb_build_object('file', file('a'), 'set', '{"id": "1 / (length(id) - length(id))"}'::jsonb)));
SELECT load_id, record_no, errors FROM ingest.quarantine WHERE status = 'open' ORDER BY record_no;
SELECT ingest.discard_quarantine('t', 'broken');
SELECT outcome(ingest.replay('t'));

-- A rule that looks something up: the table was wrong, not the row
CREATE TABLE rates (code text PRIMARY KEY);
CREATE FUNCTION known(code text) RETURNS boolean STABLE LANGUAGE sql AS $$ SELECT EXISTS (SELECT FROM replay.rates r WHERE r.code = $1) $$;
CREATE TABLE orders (code text, n int);
SELECT ingest.set_contract('orders', '{"rules": {"known code": "known(code)"}}');
CALL write(file('o1'), E'code,n\neur,1\nusd,2\n');
CALL write(file('o2'), E'code,n\nusd,3\nchf,4\n');
INSERT INTO rates VALUES ('eur');
SELECT outcome(ingest.load('orders', file('o1')));
SELECT outcome(ingest.load('orders', file('o2')));
INSERT INTO rates VALUES ('usd');
SELECT outcome(ingest.replay('orders'));
SELECT * FROM orders ORDER BY n;
SELECT load, record, status, rule, by FROM queue WHERE load > 6;
-- the filter of the call, and on_error
SELECT outcome(ingest.replay('orders', '{"filter": "n > 100"}'));
SELECT load, record, status, reason, by FROM queue WHERE load > 6;

-- Encodings, quotes, line ends; bytes that are no text
CREATE TABLE lines (a text, b int);
CALL write(file('latin1'), convert_to(E'a;b\r\n"ä;""ö""";x1\r\n"zwei\r\nzeilen";x2\r\n', 'LATIN1'));
SELECT outcome(ingest.load('lines', file('latin1'), options => '{"delimiter": ";", "encoding": "latin1"}'));
CALL write(file('mac'), E'a,b\r"x\ry",x3\rz,4\r');
SELECT outcome(ingest.load('lines', file('mac')));
CALL write(file('sep'), E'sep=|\na|b|\nk|x5|\n');
SELECT outcome(ingest.load('lines', file('sep')));
CALL write(file('headless'), E'x6\tl\n');
SELECT outcome(ingest.load('lines', file('headless'), options => '{"delimiter": "\t", "header": false, "columns": ["b", "a"]}'));
CALL write(file('bytes'), '\x612c620a80812c37'::bytea);
SELECT outcome(ingest.load('lines', file('bytes')));
SELECT load, record, line, rule, value FROM queue WHERE load > 12;
SELECT outcome(ingest.replay('lines', '{"set": {"b": "substr(b, 2)"}}'));
SELECT a, b FROM lines ORDER BY b;
SELECT raw_bytes, status FROM ingest.quarantine WHERE raw_bytes IS NOT NULL;
SELECT outcome(ingest.replay('lines', '{"encoding": "latin1"}'));
SELECT to_json(a), b FROM lines WHERE b = 7;

-- What is refused
SELECT failure($$SELECT ingest.replay(NULL)$$);
SELECT failure($$SELECT ingest.replay('t', '{"set": []}')$$);
SELECT failure($$SELECT ingest.replay('t', '{"set": {"id": 1}}')$$);
SELECT failure($$SELECT ingest.replay('lines', '{"set": {"nope": "1"}}')$$);
SELECT failure($$SELECT ingest.replay('lines', '{"set": {"b": "b +"}}')$$);
SELECT failure($$SELECT ingest.replay('t', '{"load_id": 77}')$$);
SELECT split_part(failure, 'format', 1) FROM failure($$SELECT ingest.replay('t', '{"load_ids": 1}')$$);
SELECT failure($$SELECT ingest.replay('lines', '{"strategy": "replace"}')$$);
