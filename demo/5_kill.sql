DO $$ BEGIN
	FOR i IN 1 .. 3000 LOOP
		EXIT WHEN EXISTS (SELECT FROM ingest.progress WHERE rows_read > 250000);
		PERFORM pg_sleep(0.01);
	END LOOP;
END $$;

SELECT rows_read, percent_done, rows_per_second, bytes_per_second, eta,
	   pg_terminate_backend(leader_pid) AS killed
  FROM ingest.progress \gx
