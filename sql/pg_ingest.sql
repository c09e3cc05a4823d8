/* sql/pg_ingest.sql: install source of the extension; becomes pg_ingest--VERSION.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_ingest" to load this file. \quit

REVOKE ALL ON SCHEMA ingest FROM PUBLIC;

-- Manifest: what was done, forever.  Written by the extension with its
-- owner's rights only; people read the views below.

CREATE SEQUENCE ingest.load_id_seq AS bigint;

CREATE TABLE ingest.manifest_loads (
	load_id bigint PRIMARY KEY,
	target regclass NOT NULL,
	source text NOT NULL,
	options jsonb NOT NULL,
	fingerprint text NOT NULL,
	strategy text,
	unique_key text[],
	columns text[] NOT NULL,
	status text NOT NULL
		CHECK (status IN ('staging', 'staged', 'published', 'rejected', 'failed', 'discarded')),
	loaded_by name NOT NULL,
	leader_pid integer,
	started_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	continued_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	staged_at timestamptz,
	finished_at timestamptz,
	files_loaded integer NOT NULL DEFAULT 0,
	files_skipped integer NOT NULL DEFAULT 0,
	rows_read bigint NOT NULL DEFAULT 0,
	rows_staged bigint NOT NULL DEFAULT 0,
	rows_quarantined bigint NOT NULL DEFAULT 0,
	rows_ignored bigint NOT NULL DEFAULT 0,
	rows_deduplicated bigint NOT NULL DEFAULT 0,
	rows_inserted bigint NOT NULL DEFAULT 0,
	rows_updated bigint NOT NULL DEFAULT 0,
	rows_deleted bigint NOT NULL DEFAULT 0,
	rows_unchanged bigint NOT NULL DEFAULT 0,
	rows_skipped bigint NOT NULL DEFAULT 0,
	bytes_read bigint NOT NULL DEFAULT 0,
	message text,
	contract_version integer,
	new_columns text[],
	new_types text[]
);
CREATE INDEX manifest_loads_unfinished ON ingest.manifest_loads (target)
	WHERE status IN ('staging', 'staged', 'rejected');

-- What people have said about the rows of a table.  A version is never edited.
-- search_path: in which names in its expressions are looked up.
CREATE TABLE ingest.manifest_contracts (
	target regclass NOT NULL,
	version integer NOT NULL,
	contract jsonb NOT NULL,
	search_path text NOT NULL,
	set_by name NOT NULL,
	set_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (target, version)
);

CREATE TABLE ingest.manifest_files (
	load_id bigint NOT NULL,
	file_no integer NOT NULL,
	target regclass NOT NULL,
	path text NOT NULL,
	size bigint NOT NULL,
	modified_at timestamptz NOT NULL,
	content_hash bytea,
	chunks integer,
	published boolean NOT NULL DEFAULT false,
	forced boolean NOT NULL DEFAULT false,
	-- how lines of it are read again
	header text[],
	encoding text,
	delimiter bytea,
	newline text,
	ends_with_delimiter boolean,
	PRIMARY KEY (load_id, file_no)
);
-- One content is published once per target, under whatever name.
CREATE UNIQUE INDEX manifest_files_published
	ON ingest.manifest_files (target, size, content_hash) WHERE published AND NOT forced;
CREATE INDEX manifest_files_content ON ingest.manifest_files (target, size) WHERE published;
CREATE INDEX manifest_files_path ON ingest.manifest_files (target, path) WHERE published;

CREATE TABLE ingest.manifest_chunks (
	load_id bigint NOT NULL,
	file_no integer NOT NULL,
	chunk_no integer NOT NULL,
	byte_start bigint NOT NULL,
	byte_end bigint NOT NULL,
	raw_end bigint NOT NULL,
	first_row bigint NOT NULL,
	first_line bigint NOT NULL,
	lines bigint NOT NULL,
	content_hash bytea NOT NULL,
	rows_read bigint NOT NULL,
	rows_staged bigint NOT NULL,
	rows_quarantined bigint NOT NULL,
	rows_ignored bigint NOT NULL,
	rows_bad bigint NOT NULL,
	has_defaults boolean NOT NULL,
	lane_no integer NOT NULL,
	committed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (load_id, file_no, chunk_no)
);

CREATE TABLE ingest.manifest_lanes (
	load_id bigint NOT NULL,
	lane_no integer NOT NULL,
	relation oid NOT NULL,
	epoch bigint NOT NULL,
	PRIMARY KEY (load_id, lane_no)
);

-- What could be seen when a load was published: the target's rows that it could not see
-- are of the load itself, or newer.  Not dumped: elsewhere the numbers mean nothing.
CREATE TABLE ingest.manifest_publications (
	load_id bigint PRIMARY KEY,
	snapshot pg_snapshot NOT NULL,
	xid xid8 NOT NULL,
	first_xid xid8 NOT NULL,
	last_xid xid8
);

-- File file_no of a replay is that of another load, from which its rows came to quarantine.
CREATE TABLE ingest.manifest_replays (
	load_id bigint NOT NULL,
	file_no integer NOT NULL,
	of_load_id bigint NOT NULL,
	of_file_no integer NOT NULL,
	PRIMARY KEY (load_id, file_no)
);
CREATE INDEX manifest_replays_of ON ingest.manifest_replays (of_load_id);

-- Where half of a file is bad, a load lasts as long as its bad rows have bytes.  So
-- the columns stand in an order without padding, and the first violation, which
-- for most rows is the only one, is in columns instead of a json with names.
CREATE TABLE ingest.quarantine_rows (
	load_id bigint NOT NULL,
	record_no bigint NOT NULL,
	line_no bigint NOT NULL,
	byte_offset bigint NOT NULL,
	byte_length bigint NOT NULL,
	quarantined_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	file_no integer NOT NULL,
	row_group integer,
	raw_line text,
	raw_bytes bytea,
	status text NOT NULL DEFAULT 'open'
		CHECK (status IN ('open', 'replayed', 'discarded', 'superseded')),
	rule text NOT NULL,
	column_name text,
	sqlstate text NOT NULL,
	message text NOT NULL,
	value text,
	more_errors jsonb,
	-- null while the row is open
	status_by name,
	status_at timestamptz,
	status_reason text,
	replayed_by bigint,
	PRIMARY KEY (load_id, file_no, record_no)
);

-- What was found when the staged rows of a load were checked.
CREATE TABLE ingest.manifest_checks (
	load_id bigint NOT NULL,
	name text NOT NULL,
	type text NOT NULL,
	severity text NOT NULL CHECK (severity IN ('error', 'warn')),
	passed boolean NOT NULL,
	observed text,
	expected text,
	checked_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	accepted_by name,
	accepted_at timestamptz,
	PRIMARY KEY (load_id, name)
);

CREATE SEQUENCE ingest.swap_id_seq AS bigint;

CREATE TABLE ingest.manifest_swaps (
	swap_id bigint PRIMARY KEY,
	parent regclass NOT NULL,
	"partition" regclass NOT NULL,
	old_partition regclass NOT NULL,
	partition_schema name NOT NULL,
	partition_name name NOT NULL,
	replacement_schema name NOT NULL,
	replacement_name name NOT NULL,
	method text NOT NULL CHECK (method IN ('attach', 'exchange')),
	status text NOT NULL DEFAULT 'swapped' CHECK (status IN ('swapped', 'undone', 'cleaned')),
	attempts integer NOT NULL,
	lock_held interval NOT NULL,
	swapped_by name NOT NULL,
	swapped_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	finished_at timestamptz
);
CREATE INDEX manifest_swaps_kept ON ingest.manifest_swaps (swapped_at) WHERE status = 'swapped';

-- How files of a load differed from its target.
CREATE TABLE ingest.manifest_drift (
	load_id bigint NOT NULL REFERENCES ingest.manifest_loads,
	file_no integer NOT NULL,
	difference_no integer NOT NULL,
	kind text NOT NULL,
	column_name text,
	file_column text,
	expected text,
	found text,
	severity text NOT NULL CHECK (severity IN ('compatible', 'breaking')),
	action text NOT NULL,
	PRIMARY KEY (load_id, file_no, difference_no)
);

SELECT pg_catalog.pg_extension_config_dump('ingest.load_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_loads', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_contracts', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_drift', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_files', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_chunks', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.quarantine_rows', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_checks', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_replays', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.swap_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('ingest.manifest_swaps', '');

-- What people read: only rows whose target the current role may SELECT.

CREATE VIEW ingest.loads WITH (security_barrier) AS
SELECT load_id, target, source, status, strategy, unique_key, options, columns, loaded_by,
	   started_at, staged_at, finished_at,
	   files_loaded, files_skipped, rows_read, rows_staged, rows_quarantined, rows_ignored,
	   rows_deduplicated, rows_inserted, rows_updated, rows_deleted, rows_unchanged,
	   rows_skipped, bytes_read, message, contract_version
  FROM ingest.manifest_loads
 WHERE pg_catalog.has_table_privilege(target, 'SELECT');

CREATE VIEW ingest.contracts WITH (security_barrier) AS
SELECT target, version, contract, set_by, set_at,
	   version = pg_catalog.max(version) OVER (PARTITION BY target) AS is_current
  FROM ingest.manifest_contracts
 WHERE pg_catalog.has_table_privilege(target, 'SELECT');

CREATE VIEW ingest.files WITH (security_barrier) AS
SELECT f.load_id, f.file_no, f.target, f.path, f.size, f.modified_at,
	   pg_catalog.encode(f.content_hash, 'hex') AS content_hash, f.published, f.forced,
	   f.chunks, c.chunks_committed, c.rows_read, c.rows_staged, c.rows_quarantined, c.rows_ignored
  FROM ingest.manifest_files f
  LEFT JOIN LATERAL (
		SELECT pg_catalog.count(*)::integer AS chunks_committed,
			   coalesce(pg_catalog.sum(rows_read), 0)::bigint AS rows_read,
			   coalesce(pg_catalog.sum(rows_staged), 0)::bigint AS rows_staged,
			   coalesce(pg_catalog.sum(rows_quarantined), 0)::bigint AS rows_quarantined,
			   coalesce(pg_catalog.sum(rows_ignored), 0)::bigint AS rows_ignored
		  FROM ingest.manifest_chunks c
		 WHERE c.load_id = f.load_id
		   AND c.file_no = f.file_no) c ON true
 WHERE pg_catalog.has_table_privilege(f.target, 'SELECT');

CREATE VIEW ingest.drifts WITH (security_barrier) AS
SELECT d.load_id, l.target, f.path AS file, d.file_no, d.kind, d.column_name, d.file_column,
	   d.expected, d.found, d.severity, d.action
  FROM ingest.manifest_drift d
  JOIN ingest.manifest_loads l ON l.load_id = d.load_id
  LEFT JOIN ingest.manifest_files f ON f.load_id = d.load_id
								   AND f.file_no = d.file_no
 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT');

CREATE VIEW ingest.chunks WITH (security_barrier) AS
SELECT c.load_id, c.file_no, c.chunk_no, l.target, c.byte_start, c.byte_end, c.first_row,
	   c.first_line, c.lines, c.rows_read, c.rows_staged, c.rows_quarantined, c.rows_ignored,
	   c.lane_no, c.committed_at
  FROM ingest.manifest_chunks c
  JOIN ingest.manifest_loads l ON l.load_id = c.load_id
 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT');

-- Rates and ETA are those of the present call; a continued load began with
-- what earlier calls had committed.  A load runs while its leader holds the
-- target's load lock (src/stage/target_lock.c).
CREATE VIEW ingest.progress WITH (security_barrier) AS
SELECT l.load_id, l.target, l.source, l.leader_pid, l.started_at, l.continued_at,
	   c.rows_read, c.rows_staged, c.rows_quarantined,
	   c.bytes_read, f.bytes_total,
	   round(100.0 * c.bytes_read / nullif(f.bytes_total, 0), 1) AS percent_done,
	   (c.rows_now / nullif(e.seconds, 0))::bigint AS rows_per_second,
	   (c.bytes_now / nullif(e.seconds, 0))::bigint AS bytes_per_second,
	   make_interval(secs =>
			e.seconds * (f.bytes_total - c.bytes_read) / nullif(c.bytes_now, 0)) AS eta
  FROM ingest.manifest_loads l
 CROSS JOIN LATERAL (
		SELECT coalesce(sum(size), 0)::bigint AS bytes_total
		  FROM ingest.manifest_files f
		 WHERE f.load_id = l.load_id) f
 CROSS JOIN LATERAL (
		SELECT coalesce(sum(g.rows_read), 0)::bigint AS rows_read,
			   coalesce(sum(g.rows_staged), 0)::bigint AS rows_staged,
			   coalesce(sum(g.rows_quarantined), 0)::bigint AS rows_quarantined,
			   coalesce(sum(g.raw_end), 0)::bigint AS bytes_read,
			   coalesce(sum(g.rows_now), 0)::float8 AS rows_now,
			   coalesce(sum(g.raw_end - g.raw_before), 0)::float8 AS bytes_now
		  FROM (SELECT sum(c.rows_read) AS rows_read,
					   sum(c.rows_staged) AS rows_staged,
					   sum(c.rows_quarantined) AS rows_quarantined,
					   sum(c.rows_read) FILTER (WHERE c.committed_at >= l.continued_at) AS rows_now,
					   max(c.raw_end) AS raw_end,
					   coalesce(max(c.raw_end) FILTER (WHERE c.committed_at < l.continued_at), 0)
							AS raw_before
				  FROM ingest.manifest_chunks c
				 WHERE c.load_id = l.load_id
				 GROUP BY c.file_no) g) c
 CROSS JOIN LATERAL (
		SELECT EXTRACT(epoch FROM clock_timestamp() - l.continued_at)::float8 AS seconds) e
 WHERE l.status = 'staging'
   AND EXISTS (SELECT FROM pg_locks k
				WHERE k.locktype = 'advisory' AND k.granted AND k.pid = l.leader_pid
				  AND k.classid = 'ingest'::regnamespace AND k.objid = l.target::oid
				  AND k.objsubid = 3)
   AND has_table_privilege(l.target, 'SELECT');

CREATE VIEW ingest.quarantine WITH (security_barrier) AS
SELECT q.load_id, l.target, f.path AS file, q.file_no, q.record_no, q.line_no, q.byte_offset,
	   q.byte_length, q.row_group, q.raw_line, q.raw_bytes,
	   pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
			'rule', q.rule, 'column', q.column_name, 'sqlstate', q.sqlstate,
			'message', q.message, 'value', q.value))) || coalesce(q.more_errors, '[]') AS errors,
	   q.status, q.quarantined_at, q.status_by, q.status_at, q.status_reason, q.replayed_by
  FROM ingest.quarantine_rows q
  JOIN ingest.manifest_loads l ON l.load_id = q.load_id
  LEFT JOIN ingest.manifest_files f ON f.load_id = q.load_id
								   AND f.file_no = q.file_no
 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT');

-- Column names up to errorcode follow the error table that core proposes for COPY.
CREATE VIEW ingest.quarantine_errors WITH (security_barrier) AS
SELECT l.started_at AS starttime, l.loaded_by AS userid, l.target AS copy_tbl,
	   f.path AS filename, q.line_no AS lineno, q.raw_line AS line,
	   e.column_name AS colname, e.value AS raw_field_value,
	   e.message AS err_message, NULL::text AS err_detail,
	   e.sqlstate AS errorcode,
	   e.rule, q.load_id, q.file_no, q.record_no, q.byte_offset, q.row_group, q.status
  FROM ingest.quarantine_rows q
  JOIN ingest.manifest_loads l ON l.load_id = q.load_id
  LEFT JOIN ingest.manifest_files f ON f.load_id = q.load_id
								   AND f.file_no = q.file_no
 CROSS JOIN LATERAL (
		SELECT q.rule, q.column_name, q.sqlstate, q.message, q.value
		 UNION ALL
		SELECT m ->> 'rule', m ->> 'column', m ->> 'sqlstate', m ->> 'message', m ->> 'value'
		  FROM pg_catalog.jsonb_array_elements(q.more_errors) AS m) AS e
 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT');

CREATE VIEW ingest.checks WITH (security_barrier) AS
SELECT c.load_id, l.target, c.name, c.type, c.severity, c.passed, c.observed, c.expected,
	   c.checked_at, c.accepted_by, c.accepted_at, l.status AS load_status
  FROM ingest.manifest_checks c
  JOIN ingest.manifest_loads l ON l.load_id = c.load_id
 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT');

-- A row counts under each of its violations; examples are the first three.
CREATE VIEW ingest.quarantine_summary WITH (security_barrier) AS
SELECT v.target, v.rule, v.column_name AS "column", pg_catalog.count(*) AS rows,
	   pg_catalog.count(*) FILTER (WHERE v.status = 'open') AS open,
	   pg_catalog.count(*) FILTER (WHERE v.status = 'replayed') AS replayed,
	   pg_catalog.count(*) FILTER (WHERE v.status = 'discarded') AS discarded,
	   pg_catalog.count(*) FILTER (WHERE v.status = 'superseded') AS superseded,
	   pg_catalog.min(v.quarantined_at) AS first_seen,
	   pg_catalog.max(v.quarantined_at) AS last_seen,
	   pg_catalog.array_agg(v.value ORDER BY v.place) FILTER (WHERE v.place <= 3) AS example_values,
	   pg_catalog.array_agg(v.message ORDER BY v.place) FILTER (WHERE v.place <= 3) AS example_messages
  FROM (SELECT l.target, e.rule, e.column_name, e.message, e.value, q.status, q.quarantined_at,
			   pg_catalog.row_number() OVER (
					PARTITION BY l.target, e.rule, e.column_name
					ORDER BY q.load_id, q.file_no, q.record_no) AS place
		  FROM ingest.quarantine_rows q
		  JOIN ingest.manifest_loads l ON l.load_id = q.load_id
		 CROSS JOIN LATERAL (
				SELECT q.rule, q.column_name, q.message, q.value
				 UNION ALL
				SELECT m ->> 'rule', m ->> 'column', m ->> 'message', m ->> 'value'
				  FROM pg_catalog.jsonb_array_elements(q.more_errors) AS m) AS e
		 WHERE pg_catalog.has_table_privilege(l.target, 'SELECT')
		   AND q.rule <> 'trailer') AS v
 GROUP BY v.target, v.rule, v.column_name;

-- old_partition is NULL when the table is gone.
CREATE VIEW ingest.swaps WITH (security_barrier) AS
SELECT s.swap_id, s.parent, s."partition", s.status, s.method,
	   CASE WHEN s.status = 'swapped' THEN c.oid::regclass END AS old_partition,
	   s.partition_schema, s.partition_name, s.replacement_schema, s.replacement_name,
	   s.attempts, s.lock_held, s.swapped_by, s.swapped_at, s.finished_at
  FROM ingest.manifest_swaps s
  LEFT JOIN pg_catalog.pg_class c ON c.oid = s.old_partition
 WHERE pg_catalog.has_table_privilege(s.parent, 'SELECT');

-- What people call.

CREATE TYPE ingest.load_result AS (
	load_id bigint,
	status text,
	files_loaded integer,
	files_skipped integer,
	rows_read bigint,
	rows_staged bigint,
	rows_quarantined bigint,
	rows_ignored bigint,
	rows_deduplicated bigint,
	rows_inserted bigint,
	rows_updated bigint,
	rows_deleted bigint,
	rows_unchanged bigint,
	rows_skipped bigint,
	bytes_read bigint,
	elapsed interval,
	message text
);

CREATE FUNCTION ingest.load(target regclass, source text, unique_key text[] DEFAULT NULL,
							strategy text DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS ingest.load_result
AS 'MODULE_PATHNAME', 'ingest_load' LANGUAGE C;

CREATE PROCEDURE ingest.load_each(target regclass, source text, unique_key text[] DEFAULT NULL,
								  strategy text DEFAULT NULL, options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME', 'ingest_load_each' LANGUAGE C;

CREATE FUNCTION ingest.stage(target regclass, source text, options jsonb DEFAULT '{}')
RETURNS bigint
AS 'MODULE_PATHNAME', 'ingest_stage' LANGUAGE C;

CREATE FUNCTION ingest.publish(load_id bigint, unique_key text[] DEFAULT NULL,
							   strategy text DEFAULT NULL, options jsonb DEFAULT '{}')
RETURNS ingest.load_result
AS 'MODULE_PATHNAME', 'ingest_publish' LANGUAGE C;

CREATE FUNCTION ingest.discard(load_id bigint)
RETURNS void
AS 'MODULE_PATHNAME', 'ingest_discard' LANGUAGE C STRICT;

-- What a load would find wrong: columns as in ingest.quarantine and ingest.quarantine_rows.
CREATE FUNCTION ingest.drift(target regclass, source text, options jsonb DEFAULT '{}',
	OUT file text, OUT kind text, OUT column_name text, OUT file_column text, OUT expected text,
	OUT found text, OUT severity text, OUT action text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_drift' LANGUAGE C VOLATILE;

CREATE FUNCTION ingest.validate(target regclass, source text, options jsonb DEFAULT '{}',
	OUT file text, OUT record_no bigint, OUT line_no bigint, OUT column_name text, OUT rule text,
	OUT message text, OUT value text, OUT sqlstate text, OUT byte_offset bigint,
	OUT byte_length bigint, OUT row_group integer, OUT raw_line text, OUT raw_bytes bytea)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_validate' LANGUAGE C VOLATILE;

CREATE FUNCTION ingest.validate_summary(target regclass, source text, options jsonb DEFAULT '{}',
	OUT rule text, OUT column_name text, OUT violations bigint, OUT rows_read bigint,
	OUT rows_good bigint, OUT rows_bad bigint, OUT rows_ignored bigint, OUT file text,
	OUT record_no bigint, OUT line_no bigint, OUT value text, OUT message text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_validate_summary' LANGUAGE C VOLATILE;

-- Rows of files.  The support function also brings the library in before the query is planned.
CREATE FUNCTION ingest.read_support(internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'ingest_read_support' LANGUAGE C STRICT;

CREATE FUNCTION ingest.read(source text, options jsonb DEFAULT '{}')
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_read' LANGUAGE C VOLATILE SUPPORT ingest.read_support;

CREATE TYPE ingest.merge_result AS (
	rows_read bigint,
	rows_inserted bigint,
	rows_updated bigint,
	rows_deleted bigint,
	rows_unchanged bigint,
	rows_deduplicated bigint,
	rows_skipped bigint,
	elapsed interval,
	plan text,
	samples jsonb
);

CREATE FUNCTION ingest.merge(target regclass, source regclass, unique_key text[] DEFAULT NULL,
							 strategy text DEFAULT 'upsert', options jsonb DEFAULT '{}')
RETURNS ingest.merge_result
AS 'MODULE_PATHNAME', 'ingest_merge' LANGUAGE C;

CREATE FUNCTION ingest.preview_merge(target regclass, source regclass,
									 unique_key text[] DEFAULT NULL,
									 strategy text DEFAULT 'upsert', options jsonb DEFAULT '{}')
RETURNS ingest.merge_result
AS 'MODULE_PATHNAME', 'ingest_preview_merge' LANGUAGE C;

CREATE FUNCTION ingest.set_contract(target regclass, contract jsonb)
RETURNS integer
AS 'MODULE_PATHNAME', 'ingest_set_contract' LANGUAGE C STRICT;

CREATE FUNCTION ingest.contract(target regclass)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'ingest_contract' LANGUAGE C STRICT STABLE;

CREATE FUNCTION ingest.replay(target regclass, options jsonb DEFAULT '{}')
RETURNS ingest.load_result
AS 'MODULE_PATHNAME', 'ingest_replay' LANGUAGE C;

-- A text as YAML, which takes JSON's strings; dbt looks for Jinja in it.
CREATE FUNCTION ingest.yaml_text(value text)
RETURNS text LANGUAGE sql IMMUTABLE STRICT
RETURN to_json(CASE WHEN value ~ '{[{%#]' THEN '{% raw %}' || value || '{% endraw %}' ELSE value END)::text;

CREATE FUNCTION ingest.contract_to_dbt(target regclass)
RETURNS text LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
WITH said AS (
	SELECT ingest.contract(target) AS contract
), keys AS (
	SELECT a.attname AS name
	  FROM pg_catalog.pg_index i
	  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	 WHERE i.indrelid = target AND i.indisunique AND i.indnkeyatts = 1
	   AND i.indpred IS NULL AND i.indexprs IS NULL
), columns AS (
	SELECT a.attnum, a.attname::text AS name, said.contract -> 'columns' -> a.attname::text AS said
	  FROM said, pg_catalog.pg_attribute a
	 WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
), column_tests AS (
	SELECT c.attnum, string_agg('          - ' || t.test, E'\n' ORDER BY t.place) AS tests
	  FROM columns c
	 CROSS JOIN LATERAL (VALUES
			(1, CASE WHEN c.said ->> 'not_null' = 'true' THEN 'not_null' END),
			(2, CASE WHEN c.said ->> 'unique' = 'true' OR c.name IN (SELECT k.name FROM keys k)
				THEN 'unique' END),
			(3, 'accepted_values: {arguments: {values: ['
				|| (SELECT string_agg(ingest.yaml_text(replace(v, '''', '''''')), ', '
									   ORDER BY place) -- dbt puts them between quotes as they are
					  FROM jsonb_array_elements_text(c.said -> 'allowed') WITH ORDINALITY AS a(v, place))
				|| ']}}'),
			(4, 'relationships: {arguments: {to: '
				|| ingest.yaml_text(format('ref(%L)', (parse_ident(c.said #>> '{references,table}'))
								[cardinality(parse_ident(c.said #>> '{references,table}'))]))
				|| ', field: ' || ingest.yaml_text(c.said #>> '{references,column}') || '}}')
		) AS t(place, test)
	 WHERE t.test IS NOT NULL
	 GROUP BY c.attnum
), expressions AS (
	SELECT c.attnum, e.place, e.name, e.expression
	  FROM columns c
	 CROSS JOIN LATERAL (VALUES
			(1, 'min', format('%I >= %L', c.name, c.said ->> 'min')),
			(2, 'max', format('%I <= %L', c.name, c.said ->> 'max')),
			(3, 'min_length', format('char_length(%I::text) >= %s', c.name, c.said ->> 'min_length')),
			(4, 'max_length', format('char_length(%I::text) <= %s', c.name, c.said ->> 'max_length')),
			(5, 'pattern', format('%I::text ~ %L', c.name, c.said ->> 'pattern'))
		) AS e(place, name, expression)
	 WHERE c.said ? e.name
	UNION ALL
	SELECT 2000, r.place::integer, r.key, r.value -- behind the last column
	  FROM said, jsonb_each_text(said.contract -> 'rules') WITH ORDINALITY AS r(key, value, place)
), model_lines AS (
	SELECT 1 AS part, attnum, place,
		   '      - pg_ingest.ingest_satisfies: {arguments: {expression: '
		   || ingest.yaml_text(expression) || '}}' AS line
	  FROM expressions
	UNION ALL
	SELECT 2, 0, u.place, CASE WHEN u.value ->> 'in' = 'load'
		   THEN '      # unique ' || to_json(u.key)::text || ' is judged load by load'
		   ELSE '      - pg_ingest.ingest_unique: {arguments: {columns: ['
				|| (SELECT string_agg(ingest.yaml_text(v), ', ' ORDER BY place)
					  FROM jsonb_array_elements_text(CASE jsonb_typeof(u.value -> 'columns')
							WHEN 'array' THEN u.value -> 'columns'
							ELSE jsonb_build_array(u.value -> 'columns') END)
							WITH ORDINALITY AS a(v, place))
				|| ']}}' END
	  FROM said, jsonb_each(said.contract -> 'unique') WITH ORDINALITY AS u(key, value, place)
	UNION ALL
	SELECT 3, 0, k.place, '      # check ' || to_json(k.key)::text || ' (' || (k.value ->> 'type')
		   || ') is judged load by load'
	  FROM said, jsonb_each(said.contract -> 'checks') WITH ORDINALITY AS k(key, value, place)
)
SELECT E'version: 2\nmodels:\n  - name: ' || ingest.yaml_text(k.relname::text) || E'\n'
	   || coalesce('    description: ' || ingest.yaml_text(said.contract ->> 'description') || E'\n', '')
	   || E'    columns:\n'
	   || (SELECT string_agg('      - name: ' || ingest.yaml_text(c.name) || E'\n'
					|| coalesce('        description: ' || ingest.yaml_text(c.said ->> 'description') || E'\n', '')
					|| '        data_type: ' || ingest.yaml_text(c.said ->> 'type') || E'\n'
					|| coalesce(E'        data_tests:\n' || t.tests || E'\n', ''), '' ORDER BY c.attnum)
			 FROM columns c LEFT JOIN column_tests t ON t.attnum = c.attnum)
	   || coalesce((SELECT CASE WHEN bool_or(line ~ '^ *-') THEN E'    data_tests:\n' ELSE '' END
						   || string_agg(line, E'\n' ORDER BY part, attnum, place) || E'\n'
					  FROM model_lines), '')
  FROM said JOIN pg_catalog.pg_class k ON k.oid = target;
END;

CREATE FUNCTION ingest.discard_quarantine(target regclass, reason text, options jsonb DEFAULT '{}')
RETURNS bigint
AS 'MODULE_PATHNAME', 'ingest_discard_quarantine' LANGUAGE C;

CREATE FUNCTION ingest.options(OUT name text, OUT type text, OUT default_value text,
							   OUT allowed text, OUT help text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_options' LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;

-- Partitions.

CREATE FUNCTION ingest.swap_partition(parent regclass, "partition" regclass, replacement regclass,
									  options jsonb DEFAULT '{}')
RETURNS bigint
AS 'MODULE_PATHNAME', 'ingest_swap_partition' LANGUAGE C;

CREATE PROCEDURE ingest.swap(parent regclass, "partition" regclass, replacement regclass,
							 options jsonb DEFAULT '{}')
AS 'MODULE_PATHNAME', 'ingest_swap' LANGUAGE C;

CREATE FUNCTION ingest.undo_swap(swap_id bigint, options jsonb DEFAULT '{}')
RETURNS void
AS 'MODULE_PATHNAME', 'ingest_undo_swap' LANGUAGE C;

CREATE FUNCTION ingest.cleanup(older_than interval DEFAULT '7 days', OUT kind text, OUT name text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_cleanup' LANGUAGE C;

CREATE FUNCTION ingest.create_partition(parent regclass, value text, "interval" text DEFAULT NULL)
RETURNS regclass
AS 'MODULE_PATHNAME', 'ingest_create_partition' LANGUAGE C;

-- What Parquet files are made of, by their footers alone.

CREATE FUNCTION ingest.parquet_schema(source text,
	OUT filename text, OUT name text, OUT type_name text, OUT type_length integer,
	OUT repetition_type text, OUT num_children integer, OUT converted_type text,
	OUT scale integer, OUT "precision" integer, OUT field_id integer, OUT logical_type text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_parquet_schema' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION ingest.parquet_file_metadata(source text,
	OUT filename text, OUT created_by text, OUT num_rows bigint, OUT num_row_groups bigint,
	OUT format_version text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_parquet_file_metadata' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION ingest.parquet_metadata(source text,
	OUT filename text, OUT row_group_id bigint, OUT row_group_num_rows bigint,
	OUT row_group_num_columns bigint, OUT row_group_bytes bigint, OUT column_id bigint,
	OUT file_offset bigint, OUT num_values bigint, OUT path_in_schema text, OUT type_name text,
	OUT stats_null_count bigint, OUT stats_distinct_count bigint, OUT stats_min text,
	OUT stats_max text, OUT compression text, OUT encodings text, OUT index_page_offset bigint,
	OUT dictionary_page_offset bigint, OUT data_page_offset bigint,
	OUT total_compressed_size bigint, OUT total_uncompressed_size bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_parquet_metadata' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION ingest.parquet_kv_metadata(source text,
	OUT filename text, OUT key bytea, OUT value bytea)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_parquet_kv_metadata' LANGUAGE C STRICT VOLATILE;

CREATE FUNCTION ingest.parquet_column_stats(source text,
	OUT filename text, OUT column_id integer, OUT field_id integer, OUT stats_min text,
	OUT stats_max text, OUT stats_null_count bigint, OUT stats_distinct_count bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_parquet_column_stats' LANGUAGE C STRICT VOLATILE;

-- Looking at files before they are loaded
CREATE FUNCTION ingest.sniff(source text, options jsonb DEFAULT '{}',
	OUT filename text, OUT files integer, OUT format text, OUT encoding text, OUT delimiter text,
	OUT quote text, OUT "escape" text, OUT comment text, OUT newline text, OUT skip bigint,
	OUT header boolean, OUT dateformat text, OUT timestampformat text, OUT null_words text[],
	OUT columns jsonb, OUT rows_read bigint, OUT is_complete boolean, OUT confidence real,
	OUT problems jsonb, OUT load_options jsonb, OUT load_call text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_sniff' LANGUAGE C VOLATILE;

CREATE FUNCTION ingest.sniff_columns(source text, options jsonb DEFAULT '{}',
	OUT ordinal integer, OUT name_in_file text, OUT name text, OUT type text,
	OUT nullable boolean, OUT null_ratio real, OUT null_words text[], OUT is_unique boolean,
	OUT samples text[], OUT confidence real, OUT note text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ingest_sniff_columns' LANGUAGE C VOLATILE;

CREATE FUNCTION ingest.create_table_sql(source text, table_name text, options jsonb DEFAULT '{}')
RETURNS text
AS 'MODULE_PATHNAME', 'ingest_create_table_sql' LANGUAGE C VOLATILE;

REVOKE ALL ON ALL ROUTINES IN SCHEMA ingest FROM PUBLIC;

COMMENT ON FUNCTION ingest.load(regclass, text, text[], text, jsonb) IS
	'loads files into a table: stages, checks and publishes them; safe to repeat';
COMMENT ON PROCEDURE ingest.load_each(regclass, text, text[], text, jsonb) IS
	'loads files into a table, each in a transaction of its own; a bad file does not stop the others';
COMMENT ON FUNCTION ingest.stage(regclass, text, jsonb) IS
	'reads and checks files into staging tables and returns the load_id for ingest.publish';
COMMENT ON FUNCTION ingest.publish(bigint, text[], text, jsonb) IS
	'publishes a staged load in the current transaction';
COMMENT ON FUNCTION ingest.discard(bigint) IS
	'gives up a load that is not published and drops what it staged';
COMMENT ON FUNCTION ingest.drift(regclass, text, jsonb) IS
	'how columns of files differ from those of a table, and what a load would do about it; writes nothing';
COMMENT ON FUNCTION ingest.validate(regclass, text, jsonb) IS
	'every violation that a load of the files would find; writes nothing';
COMMENT ON FUNCTION ingest.validate_summary(regclass, text, jsonb) IS
	'the violations that a load of the files would find, by rule and column, behind a row about all; writes nothing';
COMMENT ON FUNCTION ingest.read(text, jsonb) IS
	'the rows of files: SELECT … FROM ingest.read(source) AS t(a integer, b text)';
COMMENT ON FUNCTION ingest.read_support(internal) IS
	'tells the planner how many rows ingest.read gives';
COMMENT ON FUNCTION ingest.merge(regclass, regclass, text[], text, jsonb) IS
	'merges the rows of a table or view into a table, by one of the strategies of ingest.load';
COMMENT ON FUNCTION ingest.preview_merge(regclass, regclass, text[], text, jsonb) IS
	'what ingest.merge would do: counts and sample rows; writes nothing';
COMMENT ON FUNCTION ingest.set_contract(regclass, jsonb) IS
	'sets what rows of a table must satisfy, as a new version, and returns its number';
COMMENT ON FUNCTION ingest.contract(regclass) IS
	'what rows of a table must satisfy: its columns, types and constraints, and the contract set for it';
COMMENT ON FUNCTION ingest.replay(regclass, jsonb) IS
	'open rows of quarantine through the contract of now, into the table, once; never over a newer row';
COMMENT ON FUNCTION ingest.contract_to_dbt(regclass) IS
	'the contract of a table as columns and data_tests of a dbt model, in YAML';
COMMENT ON FUNCTION ingest.yaml_text(text) IS 'a text as YAML; used by contract_to_dbt';
COMMENT ON FUNCTION ingest.discard_quarantine(regclass, text, jsonb) IS
	'open rows of quarantine that nobody wants any more: notes who says so, when and why';
COMMENT ON FUNCTION ingest.options() IS
	'the options that ingest.load and ingest.stage understand';
COMMENT ON FUNCTION ingest.swap_partition(regclass, regclass, regclass, jsonb) IS
	'a table takes the place of a partition, in the current transaction';
COMMENT ON PROCEDURE ingest.swap(regclass, regclass, regclass, jsonb) IS
	'a table takes the place of a partition; commits what it builds, and tries each time in a transaction of its own';
COMMENT ON FUNCTION ingest.undo_swap(bigint, jsonb) IS
	'the partition that a swap replaced takes its place again';
COMMENT ON FUNCTION ingest.cleanup(interval) IS
	'drops the tables that swaps have replaced and rows of quarantine that are done with, and returns their names';
COMMENT ON FUNCTION ingest.create_partition(regclass, text, text) IS
	'the partition that holds a value of the partition key, made if there is none';
COMMENT ON FUNCTION ingest.parquet_schema(text) IS
	'the schema of Parquet files, one row per element';
COMMENT ON FUNCTION ingest.parquet_file_metadata(text) IS
	'writer, rows and row groups of Parquet files, one row per file';
COMMENT ON FUNCTION ingest.parquet_metadata(text) IS
	'the column chunks of Parquet files, one row per row group and column';
COMMENT ON FUNCTION ingest.parquet_kv_metadata(text) IS
	'the key-value metadata of Parquet files';
COMMENT ON FUNCTION ingest.parquet_column_stats(text) IS
	'bounds and counts of the columns of Parquet files, one row per file and column';
COMMENT ON FUNCTION ingest.sniff(text, jsonb) IS
	'dialect, columns and problems of files, and the call that loads them; reads a sample';
COMMENT ON FUNCTION ingest.sniff_columns(text, jsonb) IS
	'the columns of files: names, types, share of NULLs, samples; reads a sample';
COMMENT ON FUNCTION ingest.create_table_sql(text, text, jsonb) IS
	'CREATE TABLE for files, with types, constraints and the call that loads them';
COMMENT ON VIEW ingest.loads IS 'one row per load: state, counts, options';
COMMENT ON VIEW ingest.contracts IS 'one row per version of a contract';
COMMENT ON VIEW ingest.files IS 'one row per file of a load: identity and counts';
COMMENT ON VIEW ingest.chunks IS 'one row per committed chunk of a file';
COMMENT ON VIEW ingest.progress IS 'loads that are staging now: rows, bytes, rate, share done, ETA';
COMMENT ON VIEW ingest.quarantine IS 'one row per bad row: raw line, every reason, what became of it';
COMMENT ON VIEW ingest.quarantine_errors IS 'one row per violation of a bad row';
COMMENT ON VIEW ingest.quarantine_summary IS 'one row per target, rule and column: rows of quarantine, how many are open, examples';
COMMENT ON TYPE ingest.merge_result IS 'what a merge did, or would do';
COMMENT ON VIEW ingest.checks IS 'one row per check of a load: what was found, expected, and who overruled it';
COMMENT ON VIEW ingest.swaps IS 'one row per swap of a partition: tables, names, lock time, whether it was undone';
COMMENT ON TYPE ingest.load_result IS 'what a load did';
