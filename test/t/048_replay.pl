# ingest.replay: exactly once, whatever interrupts it; values of bad rows never in the log of the server.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('replay');
my $inbox = $node->basedir;
my $replay = q(SELECT status FROM ingest.replay('t', '{"set": {"id": "length(id)"}}'));
my $state = q(SELECT (SELECT count(*) FROM t), count(*) FILTER (WHERE status = 'open'),
	count(*) FILTER (WHERE status = 'replayed' AND replayed_by IS NOT NULL) FROM ingest.quarantine);

test_interrupted();
test_killed();
test_log();
done_testing();

# A table of 900 rows, all of them in quarantine.
sub make_quarantine
{
	my $content = "id,name\n" . join('', map { 'x' x ($_ % 7 + 1) . ",name $_\n" } 1 .. 900);

	sql($node, 'DROP TABLE IF EXISTS t; CREATE TABLE t (id int, name text)');
	sql($node, 'TRUNCATE ingest.quarantine_rows');
	write_file("$inbox/t.csv", $content);
	sql($node, "SELECT ingest.load('t', '$inbox/t.csv')");
	is(sql($node, $state), '0|900|0', 'all rows are in quarantine');
	return;
}

sub finishes
{
	my ($name) = @_;

	is(sql($node, $state), '0|900|0', "$name: nothing is left of it");
	is(sql($node, $replay), 'published', "$name: the next one");
	is(sql($node, $state), '900|0|900', "$name: every row once");
	is(sql($node, $replay), 'nothing_new', "$name: and no more");
	is(sql($node, 'SELECT count(DISTINCT name) FROM t'), '900', "$name: all of them");
	return;
}

sub wait_at
{
	my ($point) = @_;

	wait_for($node,
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'failpoint $point'",
		"failpoint $point");
	return;
}

sub test_interrupted
{
	for my $point ('mid_chunk', 'staged', 'publishing', 'published')
	{
		my $session;

		make_quarantine();
		$session = start_at($node, $replay, $point, 0);
		wait_at($point);
		cancel_leader($node);
		end_session($session);
		finishes("cancelled at $point");
	}
	return;
}

sub test_killed
{
	my $session;

	make_quarantine();
	$session = start_at($node, $replay, 'published', 0);
	wait_at('published');
	$node->stop('immediate');
	end_session($session);
	$node->start;
	finishes('server stopped at published');
	return;
}

# Everything a server can be told to log, but statements.
sub test_log
{
	my $offset;
	my $log;

	sql($node, 'DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, n int CHECK (n > 0))');
	sql($node, "INSERT INTO t VALUES (1, 'raw-one-value', 1)");
	$node->append_conf('postgresql.conf', "log_min_messages = debug1\nlog_error_verbosity = verbose\n"
		. "log_min_error_statement = panic\nlog_parameter_max_length_on_error = -1\n");
	$node->reload;
	$offset = -s $node->logfile;
	write_file("$inbox/l.csv",
		"id,code,n\nraw-id,raw-one-value,1\n3,raw-three,raw-n\n4,raw\"quote,1\n5,raw-five,-1\n6,raw-six\n");
	sql($node, "SELECT ingest.load('t', '$inbox/l.csv')");
	is(sql($node, q(SELECT status, rows_quarantined FROM ingest.replay('t'))), 'published|5',
		'a replay that mends nothing');
	is(sql($node, q(SELECT rows_inserted FROM ingest.replay('t', '{"set": {"n": "7"}, "column": "n"}'))),
		'1', 'one that mends a row');
	my ($status, $out, $err) = $node->psql('postgres',
		q(SELECT ingest.replay('t', '{"set": {"id": "2"}, "column": "id"}')));
	is($status, 3, 'one that fails');
	like($err, qr/Key \(code\)=\(raw-one-value\) already exists/, 'tells the caller why');
	($status, $out, $err) = $node->psql('postgres',
		q(SELECT ingest.replay('t', '{"set": {"n": "(code || n)::int"}}')));
	is(sql($node, q(SELECT ingest.discard_quarantine('t', 'no'))), '4', 'the rest is discarded');
	$log = slurp_file($node->logfile, $offset);
	like($log, qr/duplicate key value/, 'the log has the error');
	unlike($log, qr/raw-/, 'but no value of a bad row');
	unlike($log, qr/raw"/, '… nor its line');
	return;
}
