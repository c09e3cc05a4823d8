# Loads at the same time: one after the other into one table, side by side into different ones.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('concurrent', conf => "deadlock_timeout = 100ms\nmax_connections = 30");
my $orders = make_orders(1, 9000);
my $more = make_orders(20001, 9000);
my $file = write_file($node->basedir . '/orders.csv', $orders->{csv});
my $other_file = write_file($node->basedir . '/more.csv', $more->{csv});
my $scenario = 0;

test_busy();
test_waiting();
test_open_transaction();
test_old_snapshot();
test_different_targets();
test_deadlock();
done_testing();

sub new_target
{
	return create_target($node, 'target_' . ++$scenario, 'append');
}

# A session that holds up whoever writes quarantine, so that loads stay in the middle.
sub block_loads
{
	my $blocker = $node->background_psql('postgres');

	$blocker->query_safe('BEGIN; LOCK TABLE ingest.quarantine_rows IN SHARE MODE');
	return $blocker;
}

sub unblock
{
	my ($blocker) = @_;

	$blocker->query_safe('ROLLBACK');
	$blocker->quit;
	return;
}

# Waits until so many backends of a kind wait for a heavyweight lock of a kind.
sub wait_for_waiters
{
	my ($backend_type, $locktype, $n) = @_;

	wait_for(
		$node,
		"SELECT count(DISTINCT pid) = $n FROM pg_locks JOIN pg_stat_activity USING (pid)"
		  . " WHERE NOT granted AND locktype = '$locktype' AND backend_type = '$backend_type'",
		"$n at a lock");
	return;
}

# A load that has come to its middle.
sub start_blocked
{
	my ($load) = @_;
	my $blocker = block_loads();
	my $session = start_session($node, $load);

	wait_for_waiters('pg_ingest worker', 'relation', 2);
	return ($blocker, $session);
}

# What a second caller gets while a load into the table runs.
sub test_busy
{
	my $target = new_target();
	my ($blocker, $session) = start_blocked(load_sql($target, $file));

	for my $source ($file, $other_file)
	{
		load_ok($node, load_sql($target, $source, '"on_busy": "skip"'), 'busy', 'on_busy skip');
		load_fails(
			$node,
			load_sql($target, $source, '"on_busy": "error"'),
			qr/ERROR:  another load into table "$target" is running/,
			'on_busy error');
		load_fails(
			$node,
			"SET lock_timeout = '200ms';" . load_sql($target, $source),
			qr/ERROR:  canceling statement due to lock timeout/,
			'lock_timeout while waiting');
		load_fails(
			$node,
			"SET statement_timeout = '200ms';" . load_sql($target, $source, '"on_busy": "wait"'),
			qr/ERROR:  canceling statement due to statement timeout/,
			'statement_timeout while waiting');
	}
	unblock($blocker);
	is((end_session($session))[0], 'published', 'the first caller publishes');
	set_truth($node, $file => $orders);
	is_complete($node, $target, 'exactly the rows of its file');
	return;
}

# A second caller waits; the first one ends in some way.
sub test_waiting
{
	# what the second one loads, how the first one ends, answer of the second one
	my @cases = (
		[ $file, 'publishes', 'nothing_new' ],
		[ $other_file, 'publishes', 'published' ],
		[ $file, 'is cancelled', 'published' ]);

	for my $case (@cases)
	{
		my ($second_file, $end, $answer) = @$case;
		my $target = new_target();
		my $name = join(' ', $second_file eq $file ? 'same file,' : 'other file,', 'first one', $end);
		my ($blocker, $first, $second);

		# two chunks are committed before
		interrupt($node, load_sql($target, $file), 'between_chunks');
		remember_chunks($node, $target);
		($blocker, $first) = start_blocked(load_sql($target, $file));
		$second = start_session($node, load_sql($target, $second_file));
		wait_for_waiters('client backend', 'advisory', 1);
		if ($end eq 'is cancelled')
		{
			sql($node, <<"SQL");
SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
SQL
			end_session($first);
		}
		unblock($blocker);
		is((end_session($first))[0], 'published', "$name: the first one") if $end eq 'publishes';
		is((end_session($second))[0], $answer, "$name: the second one");
		set_truth(
			$node,
			$file => $orders,
			$second_file => $second_file eq $file ? $orders : $more);
		is_complete($node, $target, "$name: every row once");
		is(staged_again($node, $target), 'none', "$name: chunks staged again");
	}
	return;
}

# The lock is held until the caller's transaction ends.
sub test_open_transaction
{
	for my $case ([ 'COMMIT', 'nothing_new' ], [ 'ROLLBACK', 'published' ])
	{
		my ($end, $answer) = @$case;
		my $target = new_target();
		my $first = $node->background_psql('postgres');
		my $second;

		$first->query_safe('BEGIN');
		$first->query_safe("SET LOCAL client_min_messages = error");
		is($first->query_safe(load_sql($target, $file)), 'published', "before $end");
		is(sql($node, "SELECT count(*) FROM $target"), '0', "before $end: others see nothing");
		$second = start_session($node, load_sql($target, $file));
		wait_for_waiters('client backend', 'advisory', 1);
		$first->query_safe($end);
		$first->quit;
		is((end_session($second))[0], $answer, "after $end: $answer");
		set_truth($node, $file => $orders);
		is_complete($node, $target, "after $end: every row once");
	}
	return;
}

# A snapshot from before another load: the content must not go in a second time.
sub test_old_snapshot
{
	for my $level ('REPEATABLE READ', 'SERIALIZABLE')
	{
		my $target = new_target();
		my $session = $node->background_psql('postgres', on_error_stop => 0);

		$session->query("BEGIN ISOLATION LEVEL $level; SELECT count(*) FROM $target;");
		load_ok($node, load_sql($target, $file), 'published', "$level: another load");
		$session->query(load_sql($target, $file) . ';');
		like($session->{stderr}, qr/ERROR: /, "$level: an old snapshot is an error");
		$session->query('ROLLBACK;');
		$session->quit;
		set_truth($node, $file => $orders);
		is_complete($node, $target, "$level: every row once");
		load_ok($node, load_sql($target, $file), 'nothing_new', "$level: a new snapshot knows it");
	}
	return;
}

# One that stands still does not hold up others; more callers than worker slots all finish.
sub test_different_targets
{
	my $slow = new_target();
	my $session = start_at($node, load_sql($slow, $file), 'publishing', 0);
	my @targets = map { new_target() } 1 .. 6;
	my @sessions;

	wait_for_failpoint($node, 'publishing');
	@sessions = map { start_session($node, load_sql($_, $file)) } @targets;
	is((end_session($_))[0], 'published', 'side by side') for @sessions;
	cancel_leader($node);
	end_session($session);
	load_ok($node, load_sql($slow, $file), 'published', 'the slow one');
	set_truth($node, $file => $orders);
	is_complete($node, $_, 'side by side: exactly the rows of the file') for $slow, @targets;
	return;
}

# Two transactions load into two tables in opposite order: one of them is told, and can repeat.
sub test_deadlock
{
	my @targets = map { new_target() } 1, 2;
	my @sessions = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
	my ($waiting, $out);

	for my $i (0, 1)
	{
		$sessions[$i]->query('BEGIN; SET LOCAL client_min_messages = error;');
		$sessions[$i]->query(load_sql($targets[$i], $file) . ';');
	}
	$sessions[$_]->query_until(qr//, load_sql($targets[ 1 - $_ ], $file) . ";\nCOMMIT;\n") for 0, 1;
	$_->quit for @sessions;
	is( scalar(grep { $_->{stderr} =~ /ERROR:  deadlock detected/ } @sessions),
		1, 'deadlock: one of two is told');
	set_truth($node, $file => $orders);
	for my $target (@targets)
	{
		load_ok($node, load_sql($target, $file), 'nothing_new', 'deadlock: the other has loaded both');
		is_complete($node, $target, 'deadlock: exactly the rows of the file');
	}
	return;
}
