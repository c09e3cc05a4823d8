SELECT loaded, quarantined, loaded + quarantined AS together
  FROM (SELECT count(*) FROM orders) AS a(loaded),
	   (SELECT count(*) FROM ingest.quarantine) AS b(quarantined);

WITH written AS (
	SELECT generate_series(1, 2000000) AS id
), found AS (
	SELECT id FROM orders
	UNION ALL
	SELECT substring(raw_line FROM '^[0-9]+')::bigint FROM ingest.quarantine
), places AS (
	SELECT id, count(found.id) AS n FROM written LEFT JOIN found USING (id) GROUP BY id
)
SELECT count(*) FILTER (WHERE n = 0) AS lost, count(*) FILTER (WHERE n > 1) AS doubled FROM places;
