# What a load shows to others: ingest.progress, pg_stat_progress_copy, messages, and the server's log.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('progress');
my $orders = make_orders(1, 9000);
my $file = write_file($node->basedir . '/orders.csv', $orders->{csv});
my $target = create_target($node, 'target', 'append');

set_truth($node, $file => $orders);
sql($node, 'CREATE ROLE visitor; GRANT USAGE ON SCHEMA ingest TO visitor; GRANT SELECT ON ingest.progress TO visitor');
is(sql($node, 'SELECT count(*) FROM ingest.progress'), '0', 'nothing runs, nothing is shown');
test_views();
test_messages();
test_server_log();
done_testing();

# Both workers wait behind their first chunk.
sub test_views
{
	my $session = start_at($node, load_sql($target, $file), 'between_chunks', 0);

	wait_for_failpoint($node, 'between_chunks');
	is(sql($node, <<"SQL"), 't|t|t|t|t|t|t|t|t', 'progress: rows, bytes, rates and ETA');
SELECT target = '$target'::regclass, source = '$file',
	   leader_pid = (SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT status FROM ingest%'),
	   rows_read = (SELECT sum(rows_read) FROM ingest.chunks),
	   rows_read = rows_staged + rows_quarantined AND rows_quarantined > 0,
	   bytes_read > 0 AND bytes_total = (SELECT size FROM pg_stat_file('$file')),
	   percent_done = round(100.0 * bytes_read / bytes_total, 1) AND percent_done <= 100,
	   rows_per_second > 0 AND bytes_per_second > rows_per_second,
	   eta >= '0'
  FROM ingest.progress
SQL
	is(sql($node, "SELECT status, rows_read FROM ingest.loads"), 'staging|0', 'the load is staging');
	is(sql($node, <<"SQL"), "target|COPY FROM|FILE|t|t", 'the leader in pg_stat_progress_copy');
SELECT c.relid::regclass, command, type, c.bytes_total = p.bytes_total, c.bytes_processed > 0
  FROM pg_stat_progress_copy c JOIN ingest.progress p ON p.leader_pid = c.pid
SQL
	is(sql($node, <<"SQL"), '2', 'the workers in pg_stat_progress_copy');
SELECT count(*) FROM pg_stat_progress_copy JOIN pg_stat_activity USING (pid)
 WHERE backend_type = 'pg_ingest worker' AND tuples_processed > 0
SQL
	for my $right ('INSERT', 'SELECT')
	{
		sql($node, "GRANT $right ON $target TO visitor");
		is( sql($node, 'SET ROLE visitor; SELECT count(*) FROM ingest.progress'),
			$right eq 'SELECT' ? '1' : '0',
			"progress is shown to who has $right on the table");
	}
	cancel_leader($node);
	end_session($session);
	is(sql($node, 'SELECT count(*) FROM ingest.progress'), '0', 'progress is gone with the load');
	is( sql($node, 'SELECT count(*) FROM pg_stat_progress_copy'),
		'0', 'pg_stat_progress_copy as well');
	load_ok($node, load_sql($target, $file), 'published', 'the same call completes the load');
	is_complete($node, $target, 'exactly the rows of the file');
	return;
}

# One line of progress a second at most, for those who want to see it.
sub test_messages
{
	my $slow = 'slow';
	my ($status, $out, $err);

	sql($node, <<"SQL");
CREATE FUNCTION slow(i int8) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS \$\$
BEGIN
	IF i % 100 = 1 THEN PERFORM pg_sleep(0.03); END IF;
	RETURN true;
END \$\$;
CREATE TABLE $slow (LIKE $target, CHECK (slow(id)));
SQL
	($status, $out, $err) =
	  $node->psql('postgres', 'SET client_min_messages = info; ' . load_sql($slow, $file));
	is($out, 'published', 'a load with messages');
	note($err);
	like($err, qr/^.*INFO: .*\d+ rows/m, 'progress is told');
	cmp_ok(scalar(() = $err =~ /INFO: /g), '<', 10, 'but not too often');
	($status, $out, $err) =
	  $node->psql('postgres', load_sql($slow, $file, '"force": true'));
	unlike($err, qr/INFO: /, 'and to nobody else');
	return;
}

# Values of bad rows are for the caller and for quarantine, never for the log.
sub test_server_log
{
	my $table = create_target($node, 'private', 'append');
	my $bad_type = write_file($node->basedir . '/type.csv', "id,customer,amount\n1,x,secret\n");
	my $bad_check = write_file($node->basedir . '/check.csv', "id,customer,amount\n1,secret,-1\n");
	my $bad_quotes = write_file($node->basedir . '/quotes.csv', qq{id,customer\n1,"secret" x\n});
	my $log_start;

	sql($node, "ALTER TABLE $table ADD CHECK (customer <> 'secret')");
	$log_start = -s $node->logfile;
	for my $bad ($bad_type, $bad_check, $bad_quotes)
	{
		for my $options ('"workers": 1', '"workers": 0', '"workers": 1, "on_error": "stop"',
			'"workers": 0, "on_error": "stop"', '"workers": 1, "reject_limit": 0')
		{
			$node->psql('postgres', load_sql($table, $bad, qq{"force": true, $options}));
		}
	}
	load_fails(
		$node,
		load_sql($table, $bad_type, '"force": true, "on_error": "stop"'),
		qr/record 1 of file .* violates rule "type"\nDETAIL: .*"secret"/,
		'a bad value is told to the caller');
	my $log = substr(slurp_file($node->logfile), $log_start);
	like($log, qr/ERROR:  record 1 of file .* violates rule "type"/, 'the error is in the log');
	like($log, qr/WARNING:  load \d+: 1 row/, 'and the warning about quarantine');
	unlike($log, qr/secret/, 'but no value');
	return;
}
