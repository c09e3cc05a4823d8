SELECT colname, rule, errorcode, count(*), min(err_message) AS example
  FROM ingest.quarantine_errors
 GROUP BY colname, rule, errorcode
 ORDER BY colname, rule, errorcode;

SELECT line_no, byte_offset, raw_line
  FROM ingest.quarantine
 ORDER BY record_no
 LIMIT 6;
