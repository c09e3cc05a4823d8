# What the TAP tests of loads share: a cluster, orders in CSV files with the truth about them,
# sessions that wait at a failpoint, and a check of everything that must hold after a load.
package IngestTest;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(
  new_cluster sql create_target write_file make_orders set_truth
  load_sql load_ok load_fails status_of is_complete remember_chunks staged_again
  start_session start_at end_session wait_for wait_for_failpoint pid_of pid_of_leader cancel_leader
  interrupt
);

my $wait_seconds = 180;
my $worker_points = qr/^(mid_chunk|chunk_loaded|between_chunks)$/;

# A started cluster with the extension.  conf: more lines for postgresql.conf.
sub new_cluster
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => $options{init} // []);
	$node->append_conf('postgresql.conf', <<"CONF");
autovacuum = off
max_worker_processes = 8
restart_after_crash = on
log_min_messages = warning
timezone = 'UTC'
@{[ $options{conf} // '' ]}
CONF
	$node->start;
	sql($node, 'CREATE EXTENSION pg_ingest; CREATE EXTENSION amcheck');
	sql($node, slurp_file(dirname(__FILE__) . '/end_state.sql'));
	return $node;
}

sub sql
{
	my ($node, $query) = @_;
	return $node->safe_psql('postgres', $query);
}

# A table for orders: with a primary key for "upsert", with a plain index for "append".
sub create_target
{
	my ($node, $name, $strategy) = @_;
	my $index =
	  $strategy eq 'upsert'
	  ? "ALTER TABLE $name ADD PRIMARY KEY (id)"
	  : "CREATE INDEX ON $name (id)";

	sql($node, <<"SQL");
CREATE TABLE $name (
	id int8,
	customer text NOT NULL,
	amount numeric(10,2) CHECK (amount >= 0),
	day date);
$index;
SQL
	return $name;
}

sub write_file
{
	my ($path, @pieces) = @_;

	open(my $file, '>:raw', $path) or die "could not write $path: $!";
	print $file @pieces;
	close($file) or die "could not write $path: $!";
	return $path;
}

# Orders first .. first + n - 1 as CSV.  Every 40th is bad, each in the next way; others have
# quoted customers with a comma, a quote and a line end, so that records are not lines.  Returns
# { csv => text with header, good => [text of good records], bad => [[record, text]] }.
sub make_orders
{
	my ($first, $n) = @_;
	my @broken = (
		[ 1, '' ],              # customer NOT NULL
		[ 2, '-1.00' ],         # CHECK
		[ 2, 'twelve' ],        # not a number
		[ 3, '2024-02-31' ],    # no such day
		[ 2, '1.005' ]);        # would be rounded
	my (@records, @good, @bad);

	for my $i (0 .. $n - 1)
	{
		my $id = $first + $i;
		my @fields = (
			$id,
			$id % 7 == 3 ? qq{"Smith, ""$id""\nand Sons"} : "customer $id",
			sprintf('%d.%02d', $id * 17 % 9973, $id % 100),
			sprintf('2024-%02d-%02d', 1 + $id % 12, 1 + $id % 28));
		my $is_bad = $i % 40 == 20;
		my $record;

		if ($is_bad)
		{
			my ($field, $value) = @{ $broken[ @bad % @broken ] };
			$fields[$field] = $value;
		}
		$record = join(',', @fields);
		push @records, $record;
		push @good, $record unless $is_bad;
		push @bad, [ $i + 1, $record ] if $is_bad;
	}
	return {
		csv => "id,customer,amount,day\n" . join('', map { "$_\n" } @records),
		good => \@good,
		bad => \@bad };
}

# What the published files, path => orders, must have led to.
sub set_truth
{
	my ($node, %files) = @_;
	my $quote = sub { my ($text) = @_; $text =~ s/"/""/g; return qq{"$text"}; };
	my (@good, @bad);

	for my $path (sort keys %files)
	{
		push @good, map { "$_\n" } @{ $files{$path}{good} };
		push @bad, map { "$path,$_->[0]," . $quote->($_->[1]) . "\n" } @{ $files{$path}{bad} };
	}
	my $good_file = write_file($node->basedir . '/truth.csv', @good);
	my $bad_file = write_file($node->basedir . '/bad.csv', @bad);

	sql($node, <<"SQL");
TRUNCATE truth, bad;
COPY truth FROM '$good_file' CSV;
COPY bad FROM '$bad_file' CSV;
SQL
	return;
}

# The call under test, small chunks and two workers.  more: further options, as JSON members.
sub load_sql
{
	my ($target, $source, $more) = @_;
	my $options = join(', ', '"chunk_size": "64kB", "workers": 2', $more // ());

	return "SELECT status FROM ingest.load('$target', '$source', options => '{$options}')";
}

# Runs a query that must succeed; warnings are left out.
sub load_ok
{
	my ($node, $query, $expected, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $query, timeout => $wait_seconds);

	return is("$out" . ($status == 0 ? '' : " $err"), $expected, $name);
}

# Runs a query that must fail in the given way.
sub load_fails
{
	my ($node, $query, $expected, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $query, timeout => $wait_seconds);

	return like($status == 0 ? "no error but $out" : $err, $expected, $name);
}

# Statuses of all loads of a target, oldest first.
sub status_of
{
	my ($node, $target) = @_;
	return sql($node,
		"SELECT string_agg(status, ' ' ORDER BY load_id) FROM ingest.loads WHERE target = '$target'::regclass"
	);
}

# Starts a psql that runs the commands one after the other; a session of its own.
sub start_session
{
	my ($node, @commands) = @_;
	my $session = { out => '', err => '' };

	$session->{run} = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
			map { ('-c', $_) } @commands
		],
		'<', \undef, '>', \$session->{out}, '2>', \$session->{err},
		IPC::Run::timeout($wait_seconds));
	return $session;
}

# Waits for its end; returns what it said on standard output and error.
sub end_session
{
	my ($session) = @_;

	$session->{run}->finish;
	chomp($session->{out});
	return ($session->{out}, $session->{err});
}

# Polls until the query gives true, also where there is no server yet: the query is an argument, because
# a psql that cannot connect is gone before poll_query_until() has written to it, which ends the test.
sub wait_for
{
	my ($node, $query, $what) = @_;
	my @psql = ('psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $query);
	my ($out, $err) = ('', '');

	for (1 .. 10 * $wait_seconds)
	{
		IPC::Run::run(\@psql, '<', \undef, '>', \$out, '2>', \$err);
		return if $out eq "t\n";
		usleep(100_000);
	}
	die "timed out waiting for $what: $out$err";
}

# Waits until the leader is at the point, or both of its workers are.
sub wait_for_failpoint
{
	my ($node, $point) = @_;
	my $expected = $point =~ $worker_points ? 2 : 1;

	wait_for(
		$node,
		"SELECT count(*) = $expected FROM pg_stat_activity WHERE query = 'failpoint $point'",
		"failpoint $point");
	return;
}

sub pid_of
{
	my ($node, $condition) = @_;
	return sql($node, "SELECT min(pid) FROM pg_stat_activity WHERE $condition");
}

# The one session that loads.
sub pid_of_leader
{
	my ($node) = @_;
	return pid_of($node,
		"backend_type = 'client backend' AND query ~ '^(failpoint|SELECT status FROM ingest)'");
}

sub cancel_leader
{
	my ($node) = @_;
	return sql($node, 'SELECT pg_cancel_backend(' . pid_of_leader($node) . ')');
}

# A session that runs the load up to a failpoint; timeout in seconds, 0 for none.
sub start_at
{
	my ($node, $load, $point, $timeout) = @_;
	return start_session(
		$node,
		"SET pg_ingest.debug_failpoint = '$point'",
		"SET statement_timeout = '${timeout}s'", $load);
}

# Runs the load up to a failpoint and cancels it there.
sub interrupt
{
	my ($node, $load, $point) = @_;
	my $session = start_at($node, $load, $point, 0);

	wait_for_failpoint($node, $point);
	cancel_leader($node);
	return end_session($session);
}

# Notes which chunks of a target are committed, for staged_again().
sub remember_chunks
{
	my ($node, $target) = @_;

	sql($node, <<"SQL");
DELETE FROM committed WHERE target = '$target'::regclass;
INSERT INTO committed SELECT target, file_no, chunk_no, committed_at FROM ingest.chunks
 WHERE target = '$target'::regclass;
SQL
	return;
}

# How many of the remembered chunks were not kept for what is published: 'all', 'none' or a number.
sub staged_again
{
	my ($node, $target) = @_;
	return sql($node, <<"SQL");
SELECT CASE
	   WHEN count(*) < 2 THEN 'too few were committed before'
	   WHEN count(*) = count(c.chunk_no) THEN 'none'
	   WHEN count(c.chunk_no) = 0 THEN 'all'
	   ELSE format('%s of %s', count(*) - count(c.chunk_no), count(*)) END
  FROM committed r
  LEFT JOIN (SELECT c.*
			   FROM ingest.chunks c JOIN ingest.loads l USING (load_id)
			  WHERE l.status = 'published') c USING (target, file_no, chunk_no, committed_at)
 WHERE r.target = '$target'::regclass
SQL
}

sub is_complete
{
	my ($node, $target, $name) = @_;
	return is(sql($node, "SELECT * FROM end_state('$target')"), '', $name);
}

1;
