# Callers that cannot use workers stage in their own process and transaction: same chunks, same
# rows, and nothing is left behind when they roll back.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('in_process', conf => 'max_prepared_transactions = 2');
my $orders = make_orders(1, 9000);
my $file = write_file($node->basedir . '/orders.csv', $orders->{csv});
my $columns = 'id int8, customer text NOT NULL, amount numeric(10,2) CHECK (amount >= 0), day date';
my $scenario = 0;
my $expected_chunks;

set_truth($node, $file => $orders);
test_reference();
test_callers();
test_domain_altered_here();
test_continues_what_workers_began();
test_nothing_is_left();
test_nothing_is_left_by_crash();
test_without_free_slots();
done_testing();

sub new_target
{
	return create_target($node, 'target_' . ++$scenario, 'append');
}

# Where the chunks of a target's load begin and end, and what is in them.
sub chunks_of
{
	my ($target) = @_;
	return sql($node, <<"SQL");
SELECT chunk_no, byte_start, byte_end, first_row, first_line, c.rows_staged, c.rows_quarantined,
	   content_hash
  FROM ingest.manifest_chunks c JOIN ingest.manifest_loads l USING (load_id)
 WHERE target = '$target'::regclass ORDER BY chunk_no
SQL
}

# Workers commit each chunk in a transaction of its own.
sub staged_by
{
	my ($target) = @_;
	return sql($node, <<"SQL");
SELECT CASE count(DISTINCT c.xmin::text) WHEN 1 THEN 'caller' ELSE 'workers' END
  FROM ingest.manifest_chunks c JOIN ingest.manifest_loads l USING (load_id)
 WHERE target = '$target'::regclass
SQL
}

sub test_reference
{
	my $target = new_target();

	load_ok($node, load_sql($target, $file), 'published', 'with workers: published');
	is_complete($node, $target, 'with workers: exactly the rows of the file');
	is(staged_by($target), 'workers', 'with workers: staged by them');
	$expected_chunks = chunks_of($target);
	cmp_ok(scalar(split(/\n/, $expected_chunks)), '>=', 5, 'there are several chunks');
	return;
}

# Runs commands in a session; LOAD and TARGET stand for the call and the table.
sub run_caller
{
	my ($target, $options, @commands) = @_;
	my $load = load_sql($target, $file, $options);

	return end_session(
		start_session($node, map { s/\bLOAD\b/$load/gr =~ s/\bTARGET\b/$target/gr } @commands));
}

sub test_callers
{
	# name, options, commands, who stages
	my @cases = (
		[ 'workers 0', '"workers": 0', ['LOAD'], 'caller' ],
		[ 'repeatable read', undef, [ 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'serializable', undef, [ 'BEGIN ISOLATION LEVEL SERIALIZABLE', 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'read only before', undef, [ 'BEGIN', 'TABLE TARGET', 'LOAD', 'COMMIT' ], 'workers' ],
		[ 'target created here', undef,
			[ 'BEGIN', 'DROP TABLE TARGET', "CREATE TABLE TARGET ($columns)", 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'target altered here', undef,
			[ 'BEGIN', 'ALTER TABLE TARGET SET (fillfactor = 90)', 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'target truncated here', undef, [ 'BEGIN', 'TRUNCATE TARGET', 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'target created in a savepoint', undef,
			[ 'BEGIN', 'DROP TABLE TARGET', 'SAVEPOINT s', "CREATE TABLE TARGET ($columns)", 'LOAD',
				'RELEASE s', 'COMMIT' ], 'caller' ],
		[ 'rolled back to a savepoint, workers 0', '"workers": 0',
			[ 'BEGIN', 'SAVEPOINT s', 'LOAD', 'ROLLBACK TO s', 'LOAD', 'COMMIT' ], 'caller' ],
		[ 'rolled back to a savepoint, repeatable read', undef,
			[ 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SAVEPOINT s', 'LOAD', 'ROLLBACK TO s', 'LOAD',
				'COMMIT' ], 'caller' ],
		[ 'rolled back to a savepoint, workers', undef,
			[ 'BEGIN', 'SAVEPOINT s', 'LOAD', 'ROLLBACK TO s', 'LOAD', 'COMMIT' ], 'workers' ],
		[ 'released savepoint', undef, [ 'BEGIN', 'SAVEPOINT s', 'LOAD', 'RELEASE s', 'COMMIT' ], 'workers' ],
		[ 'prepared, workers', undef,
			[ 'BEGIN', 'LOAD', "PREPARE TRANSACTION 'load'", "COMMIT PREPARED 'load'" ], 'workers' ],
		[ 'prepared, workers 0', '"workers": 0',
			[ 'BEGIN', 'LOAD', "PREPARE TRANSACTION 'load'", "COMMIT PREPARED 'load'" ], 'caller' ]);

	for my $case (@cases)
	{
		my ($name, $options, $commands, $who) = @$case;
		my $target = new_target();
		my ($out, $err) = run_caller($target, $options, @$commands);

		like($out, qr/^published$/m, "$name: published") or diag($err);
		is_complete($node, $target, "$name: exactly the rows of the file");
		is(chunks_of($target), $expected_chunks, "$name: the same chunks");
		is(staged_by($target), $who, "$name: staged by $who");
		load_ok($node, load_sql($target, $file, $options), 'nothing_new', "$name: nothing is new");
	}
	return;
}

# No worker could see the new constraint.
sub test_domain_altered_here
{
	my $numbers =
	  write_file($node->basedir . '/numbers.csv', "id,amount\n", map { "$_,$_\n" } 1 .. 200);
	my $target = 'target_' . ++$scenario;

	sql($node, 'CREATE DOMAIN amount AS int CHECK (VALUE > 5)');
	sql($node, "CREATE TABLE $target (id int, amount amount)");
	my ($out, $err) = end_session(
		start_session(
			$node,
			'BEGIN',
			'ALTER DOMAIN amount ADD CHECK (VALUE <= 100)',
			'ALTER DOMAIN amount DROP CONSTRAINT amount_check',
			load_sql($target, $numbers),
			'COMMIT'));
	is(sql($node, "SELECT min(id), max(id), count(*) FROM $target"),
		'1|100|100', 'domain altered here: its new constraints hold')
	  or diag($err);
	is( sql($node, "SELECT count(*) FROM ingest.quarantine WHERE target = '$target'::regclass"),
		'100', 'domain altered here: the others are in quarantine');
	return;
}

sub test_continues_what_workers_began
{
	for my $point ('between_chunks', 'staged')
	{
		my $target = new_target();
		my $name = "repeatable read after workers at $point";

		interrupt($node, load_sql($target, $file), $point);
		remember_chunks($node, $target);
		my ($out, $err) =
		  run_caller($target, undef, 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'LOAD', 'COMMIT');
		is($out, 'published', "$name: published") or diag($err);
		is_complete($node, $target, "$name: exactly the rows of the file");
		is(staged_again($node, $target), 'none', "$name: chunks staged again");
		is(chunks_of($target), $expected_chunks, "$name: the same chunks");
	}
	return;
}

# The manifest goes back with the caller, and so do lanes and quarantine.
sub test_nothing_is_left
{
	my %endings = (
		'rolled back' => [ 'BEGIN', 'LOAD', 'ROLLBACK' ],
		'cancelled' => [ "SET pg_ingest.debug_failpoint = 'chunk_loaded'",
			"SET statement_timeout = '1s'", 'LOAD' ],
		'caught' => [ "DO \$\$ BEGIN PERFORM ingest.load('TARGET', '$file',"
			  . " options => '{\"workers\": 0}'); RAISE 'no';"
			  . ' EXCEPTION WHEN raise_exception THEN NULL; END $$' ]);

	for my $name (sort keys %endings)
	{
		my $target = new_target();
		my $before = sql($node, 'SELECT count(*) FROM ingest.quarantine_rows');

		run_caller($target, '"workers": 0', @{ $endings{$name} });
		is(sql($node, "SELECT count(*) FROM $target"), '0', "$name: no rows");
		is(status_of($node, $target), '', "$name: no load");
		is(sql($node, 'SELECT * FROM leftovers()'), '', "$name: no lanes");
		is(sql($node, 'SELECT count(*) FROM ingest.quarantine_rows'),
			$before, "$name: no rows in quarantine");
		load_ok($node, load_sql($target, $file), 'published', "$name: a call with workers publishes");
		is_complete($node, $target, "$name: exactly the rows of the file");
	}
	return;
}

sub test_nothing_is_left_by_crash
{
	my $target = new_target();
	my $session = start_at($node, load_sql($target, $file, '"workers": 0'), 'chunk_loaded', 0);

	wait_for(
		$node,
		"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'failpoint chunk_loaded')",
		'failpoint');
	$node->stop('immediate');
	end_session($session);
	$node->start;
	is(status_of($node, $target), '', 'crashed: no load');
	is(sql($node, 'SELECT * FROM leftovers()'), '', 'crashed: no lanes');
	load_ok($node, load_sql($target, $file, '"workers": 0'), 'published', 'crashed: the same call');
	is_complete($node, $target, 'crashed: exactly the rows of the file');
	return;
}

# The launcher of logical replication takes the only slot, or the only one but one.
sub test_without_free_slots
{
	for my $case ([ 1, 'caller' ], [ 2, 'workers' ], [ 3, 'workers' ])
	{
		my ($slots, $who) = @$case;
		my $target = new_target();

		$node->append_conf('postgresql.conf', "max_worker_processes = $slots");
		$node->restart;
		load_ok($node, load_sql($target, $file), 'published', "$slots worker slots: published");
		is_complete($node, $target, "$slots worker slots: exactly the rows of the file");
		is(chunks_of($target), $expected_chunks, "$slots worker slots: the same chunks");
		is(staged_by($target), $who, "$slots worker slots: staged by $who");
	}
	return;
}
