--
-- merge.sql: what the tests of strategies share; not a test itself.
--
-- Include it after load.sql, with "helpers" set to its path.
--
\set ECHO none

-- The rows of a table and where they are, so that anything that was written shows.
CREATE FUNCTION versions(target regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(concat(tableoid, xmin, ctid, t), E''\n'' ORDER BY tableoid, ctid) FROM %s t', target)
       INTO result;
    RETURN coalesce(result, '');
END $$;

-- What a merge did, counts of zero left out; says so when its counts do not add up, when its
-- preview saw something else or wrote, or when the same merge once more writes something.
CREATE FUNCTION merged(strategy text, options jsonb DEFAULT '{}', target text DEFAULT 'target',
                       source text DEFAULT 'source', unique_key text[] DEFAULT '{id}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    key text[] := CASE WHEN strategy IN ('append', 'replace', 'replace_where') THEN NULL ELSE unique_key END;
    before text := versions(target::regclass);
    p ingest.merge_result := ingest.preview_merge(target::regclass, source::regclass, key, strategy, options);
    previewed text := versions(target::regclass);
    m ingest.merge_result := ingest.merge(target::regclass, source::regclass, key, strategy, options);
    after text := versions(target::regclass);
    known bigint := m.rows_inserted + m.rows_updated + m.rows_unchanged + m.rows_deduplicated + m.rows_skipped;
BEGIN
    IF strategy <> 'append' THEN
        PERFORM ingest.merge(target::regclass, source::regclass, key, strategy, options);
    END IF;
    RETURN concat_ws(', ', m.rows_read || ' read',
        nullif(m.rows_inserted, 0) || ' inserted', nullif(m.rows_updated, 0) || ' updated',
        nullif(m.rows_deleted, 0) || ' deleted', nullif(m.rows_unchanged, 0) || ' unchanged',
        nullif(m.rows_deduplicated, 0) || ' deduplicated', nullif(m.rows_skipped, 0) || ' skipped',
        CASE WHEN m.rows_read NOT BETWEEN known AND known + m.rows_deleted THEN 'COUNTS DO NOT ADD UP' END,
        CASE WHEN before <> previewed THEN 'THE PREVIEW WROTE' END,
        CASE WHEN (p.rows_read, p.rows_inserted, p.rows_updated, p.rows_deleted, p.rows_unchanged, p.rows_deduplicated, p.rows_skipped)
               <> (m.rows_read, m.rows_inserted, m.rows_updated, m.rows_deleted, m.rows_unchanged, m.rows_deduplicated, m.rows_skipped)
             THEN 'PREVIEW: ' || p END,
        CASE WHEN strategy <> 'append' AND after <> versions(target::regclass) THEN 'THE SECOND TIME WROTE' END);
END $$;

-- The same, or its error.
CREATE FUNCTION refused(strategy text, options jsonb DEFAULT '{}', target text DEFAULT 'target',
                        source text DEFAULT 'source', unique_key text[] DEFAULT '{id}')
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    key text[] := CASE WHEN strategy IN ('append', 'replace', 'replace_where') THEN NULL ELSE unique_key END;
BEGIN
    RETURN QUERY SELECT failure(format('SELECT ingest.merge(%L, %L, %L, %L, %L)', target, source, key, strategy, options));
END $$;
\set ECHO all
