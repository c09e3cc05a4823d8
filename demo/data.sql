-- data.sql: writes a CSV file of a million orders to standard output, one record a row.
-- Variable first: the first order's number.  One order in a thousand is bad, in six ways; three in
-- a hundred have quoted fields, some of them with a line break inside.

SELECT 'id,customer,ordered_at,amount,quantity,country,note';

SELECT pg_catalog.concat_ws(',',
		CASE WHEN bad = 5 THEN id || '.5' ELSE id::text END,
		CASE WHEN bad = 3 THEN ''
			 WHEN bad = 4 THEN '19" racks'
			 WHEN id % 100 < 3 THEN '"Smith, Jones & ""Sons"" ' || id % 977 || '"'
			 ELSE 'customer ' || id % 997 END,
		CASE WHEN bad = 1 THEN '2024-02-30 12:00:00+00'
			 ELSE to_char(timestamptz '2024-01-01 00:00:00+00' + id * interval '7 seconds',
						  'YYYY-MM-DD HH24:MI:SS"+00"') END,
		CASE WHEN bad = 0 THEN 'n/a' ELSE (id % 100000) / 100 || '.' || lpad((id % 100)::text, 2, '0') END,
		CASE WHEN bad = 2 THEN -1 ELSE 1 + id % 9 END,
		(ARRAY['DE', 'FR', 'JP', 'US', 'BR'])[1 + id % 5],
		CASE WHEN id % 1000 = 1 THEN E'"leave at the door\nring twice"'
			 WHEN id % 10 = 0 THEN 'urgent'
			 ELSE '' END)
  FROM (SELECT id, CASE WHEN id % 1000 = 7 THEN id / 1000 % 6 END AS bad
		  FROM generate_series(:first::bigint, :first::bigint + 999999) AS id) AS numbers;
