# Every way to be stopped, at every place of a load: afterwards the same call ends with exactly the
# rows of the file.  What was committed is not staged again, unless a crash emptied the lanes.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

# Where: the failpoint, and what a worker does then.  mid_publish is a trigger that sleeps.
my @points = (
	[ planned => 'waits' ],
	[ mid_chunk => 'stops there' ],
	[ chunk_loaded => 'stops there' ],
	[ between_chunks => 'stops there' ],
	[ staged => 'has ended' ],
	[ publishing => 'has ended' ],
	[ mid_publish => 'has ended' ],
	[ published => 'has ended' ]);

# How: what ends the session, whether the lanes are lost, what the caller is told, and where.
my $lost = qr/server closed the connection|terminating connection|connection to server was lost/;
my $anywhere = qr//;
my @stops = (
	[ worker_killed => \&kill_worker, 1, $lost, qr/waits|stops there/ ],
	[ leader_killed => \&kill_leader, 1, $lost, $anywhere ],
	[ postmaster_killed => \&kill_postmaster, 1, $lost, $anywhere ],
	[ immediate_stop => \&stop_immediately, 1, $lost, $anywhere ],
	[ fast_restart => \&restart_fast, 0, qr/due to administrator command/, $anywhere ],
	[ cancelled => \&cancel, 0, qr/canceling statement due to user request/, $anywhere ],
	[ terminated => \&terminate, 0, qr/terminating connection due to administrator/, $anywhere ],
	[ timed_out => \&time_out, 0, qr/canceling statement due to statement timeout/, $anywhere ],
	[ worker_cancelled => \&cancel_worker, 0, qr/canceling statement due to/, qr/stops there/ ],
	[ worker_terminated => \&terminate_worker, 0, qr/terminating background worker/, qr/stops there/ ]);

my $node = new_cluster('crash', conf => 'max_prepared_transactions = 2');
my $file = $node->basedir . '/orders.csv';
my $orders = make_orders(1, 9000);
my $case = 0;

write_file($file, $orders->{csv});
set_truth($node, $file => $orders);

for my $stop (@stops)
{
	for my $point (@points)
	{
		next unless $point->[1] =~ $stop->[4];
		stop_and_continue($stop, $point->[0], $case++ % 2 ? 'upsert' : 'append');
	}
}
test_slow_worker();
test_many_stops();
test_crash_while_prepared();
test_crash_after_commit();
done_testing();

# A first call commits two chunks, a second one is stopped at the point, a third one finishes.
sub stop_and_continue
{
	my ($stop, $point, $strategy) = @_;
	my ($how, undef, $lanes_are_lost, $message) = @$stop;
	my $target = create_target($node, "${how}_at_$point", $strategy);
	my $load = load_sql($target, $file);
	my $name = "$how at $point, $strategy";

	interrupt($node, $load, 'between_chunks');
	like(stop_at($stop, $point, $target), $message, "$name: the caller is told");
	is(sql($node, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_ingest worker'"),
		'0', "$name: no worker is left");
	is(sql($node, "SELECT count(*) FROM $target"), '0', "$name: readers see nothing");
	remember_chunks($node, $target);

	load_ok($node, $load, 'published', "$name: the same call publishes");
	is_complete($node, $target, "$name: exactly the rows of the file");
	is(staged_again($node, $target), $lanes_are_lost ? 'all' : 'none', "$name: chunks staged again");
	is(status_of($node, $target), 'published', "$name: it is one load");
	load_ok($node, $load, 'nothing_new', "$name: a further call does nothing");
	return;
}

# Runs the load up to the point and stops it there; returns what its caller was told.
sub stop_at
{
	my ($stop, $point, $target) = @_;
	my ($how, $action) = @$stop;
	# long enough to reach the point, and to see that it is reached
	my $timeout = $how eq 'timed_out' ? 3 : 0;
	my ($session, $out, $err);

	sleep_in_publish($target) if $point eq 'mid_publish';
	$session = start_at($node, load_sql($target, $file), $point, $timeout);
	wait_for_point($point);
	$action->($session);
	($out, $err) = end_session($session);
	sql($node, "DROP TRIGGER stop ON $target") if $point eq 'mid_publish';
	return $err;
}

# Half of the rows are in the target then.
sub sleep_in_publish
{
	my ($target) = @_;

	sql($node, <<"SQL");
CREATE OR REPLACE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN PERFORM pg_sleep(600); RETURN NEW; END';
CREATE TRIGGER stop BEFORE INSERT ON $target
	FOR EACH ROW WHEN (NEW.id = 4500) EXECUTE FUNCTION stop();
SQL
	return;
}

sub wait_for_point
{
	my ($point) = @_;

	if ($point eq 'mid_publish')
	{
		wait_for(
			$node,
			"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')",
			$point);
	}
	else
	{
		wait_for_failpoint($node, $point);
	}
	return;
}

# Kills a backend: the postmaster ends all others and starts recovery.
sub kill_backend
{
	my ($pid) = @_;
	my $log_end = -s $node->logfile;

	kill('KILL', $pid) == 1 or die "could not kill $pid: $!";
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log_end);
	wait_for($node, 'SELECT true', 'recovery');
	return;
}

sub pid_of_worker
{
	return pid_of($node, "backend_type = 'pg_ingest worker'");
}

sub kill_worker
{
	return kill_backend(pid_of_worker());
}

sub cancel_worker
{
	return sql($node, 'SELECT pg_cancel_backend(' . pid_of_worker() . ')');
}

sub terminate_worker
{
	return sql($node, 'SELECT pg_terminate_backend(' . pid_of_worker() . ')');
}

sub kill_leader
{
	return kill_backend(pid_of_leader($node));
}

# The other processes notice by themselves, and must be gone before the next start.
sub kill_postmaster
{
	my @pids = split /\n/, sql($node, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');

	$node->kill9;
	for (1 .. 100)
	{
		last unless kill(0, @pids);
		usleep(100_000);
	}
	$node->start;
	return;
}

sub stop_immediately
{
	$node->stop('immediate');
	$node->start;
	return;
}

sub restart_fast
{
	$node->restart;
	return;
}

sub cancel
{
	return cancel_leader($node);
}

sub terminate
{
	return sql($node, 'SELECT pg_terminate_backend(' . pid_of_leader($node) . ')');
}

# The session has a statement_timeout.
sub time_out
{
	return;
}

# The error does not leave the caller before the last worker is gone, however long that takes.
sub test_slow_worker
{
	my $target = create_target($node, 'slow_worker', 'append');
	my $session = start_at($node, load_sql($target, $file), 'chunk_loaded', 0);
	my ($worker, $leader);

	wait_for_failpoint($node, 'chunk_loaded');
	($worker, $leader) = (pid_of_worker(), pid_of_leader($node));
	kill('STOP', $worker);
	sql($node, "SELECT pg_cancel_backend($leader)");
	usleep(500_000);
	is(pid_of($node, "pid = $leader AND state = 'active'"), $leader, 'slow worker: waited for');
	kill('CONT', $worker);
	end_session($session);
	is(pid_of_worker(), '', 'slow worker: gone with the error');
	load_ok($node, load_sql($target, $file), 'published', 'slow worker: the same call publishes');
	is_complete($node, $target, 'slow worker: exactly the rows of the file');
	return;
}

# One load is stopped again and again, also while it recovers from the stop before.
sub test_many_stops
{
	my $target = create_target($node, 'many_stops', 'append');
	my %stop = map { $_->[0] => $_ } @stops;
	my @story = (
		[ immediate_stop => 'mid_chunk' ],
		[ immediate_stop => 'planned' ],
		[ cancelled => 'planned' ],
		[ cancelled => 'between_chunks' ],
		[ postmaster_killed => 'chunk_loaded' ],
		[ leader_killed => 'between_chunks' ],
		[ terminated => 'between_chunks' ],
		[ fast_restart => 'staged' ],
		[ immediate_stop => 'publishing' ],
		[ cancelled => 'mid_publish' ],
		[ immediate_stop => 'published' ],
		[ terminated => 'published' ]);

	for my $step (@story)
	{
		my ($how, $point) = @$step;

		like(stop_at($stop{$how}, $point, $target), $stop{$how}[3], "many stops: $how at $point");
		is(sql($node, "SELECT count(*) FROM $target"), '0', 'many stops: readers see nothing');
	}
	load_ok($node, load_sql($target, $file), 'published', 'many stops: published');
	is_complete($node, $target, 'many stops: exactly the rows of the file');
	is(status_of($node, $target), 'published', 'many stops: it is one load');
	return;
}

# A prepared transaction outlives a crash, with all it has published and its lock.
sub test_crash_while_prepared
{
	my $target = create_target($node, 'prepared', 'append');
	my $load = load_sql($target, $file);

	end_session(start_session($node, 'BEGIN', $load, "PREPARE TRANSACTION 'load'"));
	stop_immediately();
	load_ok($node, load_sql($target, $file, '"on_busy": "skip"'), 'busy', 'prepared: still locked');
	sql($node, "COMMIT PREPARED 'load'");
	is_complete($node, $target, 'prepared: the rows are there after a crash');
	load_ok($node, $load, 'nothing_new', 'prepared: nothing is new');
	return;
}

# A crash right behind the commit takes nothing away, and the file stays known.
sub test_crash_after_commit
{
	my $target = create_target($node, 'committed_before', 'append');

	load_ok($node, load_sql($target, $file), 'published', 'crash after commit: published');
	stop_immediately();
	is_complete($node, $target, 'crash after commit: the rows are there');
	load_ok($node, load_sql($target, $file), 'nothing_new', 'crash after commit: nothing is new');
	return;
}
