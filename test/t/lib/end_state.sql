-- end_state.sql: what must hold when every load of a target is published, one line per violation.
--
-- truth holds the good rows of all published files, bad the bad ones.  Nothing else may run in
-- the cluster while this looks.

CREATE TABLE truth (id int8, customer text, amount numeric(10,2), day date);
CREATE TABLE bad (file text, record_no int8, raw_line text);

-- Chunks that a test has seen before it goes on.
CREATE TABLE committed (target regclass, file_no int, chunk_no int, committed_at timestamptz);

-- Rows of the target, each exactly once.
CREATE FUNCTION wrong_rows(target regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	missing int8;
	extra int8;
BEGIN
	EXECUTE format('SELECT count(*) FROM (TABLE truth EXCEPT ALL TABLE %s) m', target) INTO missing;
	EXECUTE format('SELECT count(*) FROM (TABLE %s EXCEPT ALL TABLE truth) e', target) INTO extra;
	IF missing + extra > 0 THEN
		RETURN NEXT format('%s rows missing, %s rows too many', missing, extra);
	END IF;
END $$;

-- Rows of quarantine, each exactly once and with the bytes of the file.
CREATE FUNCTION wrong_quarantine(target regclass) RETURNS SETOF text LANGUAGE sql AS $$
	WITH found AS (
		SELECT f.path, q.record_no, q.raw_line
		  FROM ingest.quarantine_rows q
		  JOIN ingest.manifest_loads l USING (load_id)
		  JOIN ingest.manifest_files f USING (load_id, file_no)
		 WHERE l.target = $1 AND l.status = 'published')
	SELECT format('%s rows not in quarantine, such as %s', count(*), min(m::text))
	  FROM (TABLE bad EXCEPT ALL TABLE found) m
	HAVING count(*) > 0
	UNION ALL
	SELECT format('%s rows too many in quarantine, such as %s', count(*), min(e::text))
	  FROM (TABLE found EXCEPT ALL TABLE bad) e
	HAVING count(*) > 0
$$;

-- Loads whose counts do not add up, files and chunks that do not cover each other.
CREATE FUNCTION wrong_manifest(target regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('counts do not add up: %s', l)
	  FROM ingest.manifest_loads l
	 WHERE l.target = $1 AND l.status = 'published'
	   AND (rows_read <> rows_staged + rows_quarantined + rows_ignored
			OR rows_staged <> rows_inserted + rows_updated + rows_unchanged + rows_deduplicated)
	UNION ALL
	SELECT format('unfinished: %s', l)
	  FROM ingest.manifest_loads l
	 WHERE l.target = $1 AND l.status IN ('staging', 'staged')
	UNION ALL
	SELECT format('not published: %s', f)
	  FROM ingest.manifest_files f JOIN ingest.manifest_loads l USING (load_id)
	 WHERE l.target = $1 AND l.status = 'published' AND NOT f.published
	UNION ALL
	SELECT format('gap or overlap before %s', c)
	  FROM (SELECT c.*, f.chunks,
				   count(*) OVER (PARTITION BY load_id, file_no) AS committed,
				   lag(byte_end) OVER files AS byte_expected,
				   lag(c.first_row + c.rows_read) OVER files AS row_expected,
				   lag(c.first_line + c.lines) OVER files AS line_expected
			  FROM ingest.manifest_chunks c
			  JOIN ingest.manifest_files f USING (load_id, file_no)
			  JOIN ingest.manifest_loads l USING (load_id)
			 WHERE l.target = $1 AND l.status = 'published'
			WINDOW files AS (PARTITION BY load_id, file_no ORDER BY chunk_no)) c
	 WHERE committed <> chunks OR byte_expected <> byte_start OR row_expected <> first_row
		OR line_expected <> first_line
$$;

CREATE FUNCTION leftovers() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('leftover lane: %s', oid::regclass)
	  FROM pg_class
	 WHERE relnamespace = 'ingest'::regnamespace AND relname ~ '_lane_'
	UNION ALL
	SELECT format('leftover lane in the manifest: %s', l) FROM ingest.manifest_lanes l
	UNION ALL
	SELECT format('leftover worker: %s', pid)
	  FROM pg_stat_activity
	 WHERE backend_type = 'pg_ingest worker'
	UNION ALL
	SELECT format('leftover lock: %s', l)
	  FROM pg_locks l
	 WHERE pid IS DISTINCT FROM pg_backend_pid() AND database IS NOT NULL
$$;

CREATE FUNCTION damage(target regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('heap of %s: %s', t, h)
	  FROM (VALUES ($1), ('ingest.manifest_loads'), ('ingest.manifest_files'),
				   ('ingest.manifest_chunks'), ('ingest.manifest_lanes'),
				   ('ingest.quarantine_rows')) AS t(t),
		   verify_heapam(t, check_toast => true) AS h
	UNION ALL
	-- raises an error for a damaged index
	SELECT format('index %s', indexrelid::regclass)
	  FROM pg_index JOIN pg_class t ON t.oid = indrelid
	 WHERE (indrelid = $1 OR relnamespace = 'ingest'::regnamespace)
	   AND bt_index_check(indexrelid, true) IS NULL
$$;

CREATE FUNCTION end_state(target regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT wrong_rows($1)
	UNION ALL
	SELECT wrong_quarantine($1)
	UNION ALL
	SELECT wrong_manifest($1)
	UNION ALL
	SELECT leftovers()
	UNION ALL
	SELECT damage($1)
$$;
