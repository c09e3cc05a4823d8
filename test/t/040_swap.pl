# A partition swap under load: how long readers wait, that nothing is scanned under the lock, and
# that a kill at any moment leaves the old rows or the new ones.
use strict;
use warnings;

use IngestTest;
use List::Util qw(min);
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = 2_000_000;
my $node = new_cluster('swap', conf => "shared_buffers = 256MB\nmax_wal_size = 4GB");

make_tables();
test_waits();
test_no_scans();
test_kills('attach', 'swap_prepared', 'swap_locking', 'swap_locked', 'swapped');
test_kills('exchange', 'swap_prepared', 'swap_locking', 'swap_locked', 'swapped');
test_crash();
test_cancel();
done_testing();

sub make_tables
{
	sql($node, <<'SQL');
CREATE TABLE kind (id int PRIMARY KEY);
INSERT INTO kind SELECT generate_series(0, 9);
CREATE TABLE big (id int, kind int REFERENCES kind, v text NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE INDEX ON big (kind);
CREATE TABLE big_1 PARTITION OF big FOR VALUES FROM (1) TO (10000001);
CREATE TABLE big_2 PARTITION OF big FOR VALUES FROM (10000001) TO (20000001);
CREATE TABLE small (LIKE big) PARTITION BY RANGE (id);
ALTER TABLE small ADD PRIMARY KEY (id);
CREATE TABLE small_1 PARTITION OF small FOR VALUES FROM (1) TO (1000);
INSERT INTO small SELECT i, 1, 'old' FROM generate_series(1, 100) i;
SQL
	sql($node, "INSERT INTO big SELECT i, i % 10, 'old' FROM generate_series(1, $rows) i");
	sql($node, "CREATE TABLE big_new AS SELECT i AS id, i % 10 AS kind, 'new'::text AS v"
		. " FROM generate_series(1, $rows) i");
	return;
}

# Reads by key through the parent in a loop, in the server, and notes the longest read without a
# swap and during one.
sub start_reader
{
	my $reader = start_session(
		$node,
		'CREATE TEMP TABLE longest (without float, during float)',
		<<'SQL', 'CALL pg_temp.read_on()', 'SELECT without, during FROM longest');
CREATE PROCEDURE pg_temp.read_on() LANGUAGE plpgsql AS $$
DECLARE
	key int;
	began timestamptz;
	longest float := 0;
	without float;
	value text;
	stop bool := false;
	reads int := 0;
BEGIN
	WHILE NOT stop LOOP
		key := 1 + (random() * 1999999)::int;
		began := clock_timestamp();
		SELECT v INTO value FROM big WHERE id = key;
		longest := greatest(longest, extract(epoch FROM clock_timestamp() - began) * 1000);
		reads := reads + 1;
		IF reads = 1000 THEN	-- caches are warm now
			longest := 0;
		ELSIF reads = 3000 THEN	-- what it takes without a swap
			without := longest;
			longest := 0;
			PERFORM pg_advisory_lock(1);
		END IF;
		IF value IS NULL THEN
			RAISE EXCEPTION 'a reader found no row';
		END IF;
		COMMIT;
		SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'stop_reading') INTO stop;
	END LOOP;
	INSERT INTO longest VALUES (without, longest);
END $$;
SQL
	wait_for($node, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory'", 'a reader');
	return $reader;
}

sub longest_read
{
	my ($reader) = @_;

	sql($node, 'CREATE TABLE stop_reading ()');
	my ($out, $err) = end_session($reader);
	sql($node, 'DROP TABLE stop_reading');
	is($err, '', 'the reader found its rows');
	like($out, qr/^[\d.]+\|[\d.]+$/, 'and measured');
	return $out;
}

# Machines are noisy: the best of several swaps counts, and where readers wait that long for a
# processor alone, twice what they wait without a swap.  The first swap builds everything.
sub test_waits
{
	my (@held, @waited, $short);

	for my $round (1 .. 6)
	{
		my $reader = start_reader();
		my $swap = $round % 2
		  ? "CALL ingest.swap('big', 'big_1', 'big_new')"
		  : 'SELECT ingest.undo_swap((SELECT max(swap_id) FROM ingest.swaps))';
		sql($node, $swap);
		my $longest = longest_read($reader);
		my ($without, $during) = split(/\|/, $longest);
		push @waited, $longest;
		$short = 1 if $during < 10 || $during < 2 * $without;
		push @held,
		  sql($node, 'SELECT extract(epoch FROM lock_held) * 1000 FROM ingest.swaps ORDER BY swap_id DESC LIMIT 1')
		  if $round % 2;
		is( sql($node, 'SELECT v, count(*) FROM big GROUP BY 1'),
			($round % 2 ? 'new' : 'old') . "|$rows", "swap $round: all rows are those of one table");
	}
	note "lock held on the parent, ms: @held; longest reads without and during a swap, ms: @waited";
	cmp_ok(min(@held), '<', 10, 'the parent is locked for less than 10 ms');
	ok($short, 'readers wait for less than 10 ms');
	return;
}

# ATTACH says at DEBUG1 what it need not scan, and ALTER TABLE what it does.
sub test_no_scans
{
	my $offset = -s $node->logfile;

	sql($node, 'ALTER SYSTEM SET log_min_messages = debug1; SELECT pg_reload_conf()');
	sql($node, <<'SQL');
SET log_min_messages = debug1;
CALL ingest.swap('big', 'big_1', 'big_new');
SQL
	sql($node, 'ALTER SYSTEM RESET log_min_messages; SELECT pg_reload_conf()');
	my $log = substr(slurp_file($node->logfile), $offset);
	my ($under_lock) = $log =~ /(DEBUG:  [^\n]*implied by existing constraints.*)/s;
	ok($under_lock, 'ATTACH did not scan: its constraint was implied');
	unlike($under_lock // '', qr/verifying table|building index|validating foreign key/,
		'nothing was scanned or built behind that');
	like($log, qr/verifying table "big_new"/, 'the scan that proves the bound came before');
	return;
}

sub small_rows
{
	return sql($node, 'SELECT v, count(*) FROM small GROUP BY 1');
}

# Whoever dies where: the old rows, and the same call once more gives the new ones.
sub test_kills
{
	my ($method, @points) = @_;

	for my $point (@points)
	{
		my $call = "CALL ingest.swap('small', 'small_1', 'small_new', '{\"method\": \"$method\"}')";

		sql($node, "DROP TABLE IF EXISTS small_new;"
			. "CREATE TABLE small_new AS SELECT i AS id, 1 AS kind, 'new'::text AS v FROM generate_series(1, 50) i;"
			. "ALTER TABLE small_new ALTER id SET NOT NULL, ALTER v SET NOT NULL");
		my $session = start_at($node, $call, $point, 0);
		wait_for_failpoint($node, $point);
		$node->psql('postgres',
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'failpoint $point'");
		end_session($session);
		wait_for($node, "SELECT count(*) = 0 FROM pg_stat_activity WHERE query = 'failpoint $point'", 'it is gone');
		is(small_rows(), 'old|100', "$method, killed at $point: the old rows");
		is(sql($node, "SELECT count(*) FROM small_new"), 50, "$method, killed at $point: the replacement is there");
		sql($node, $call);
		is(small_rows(), 'new|50', "$method, called again: the new rows");
		sql($node, 'SELECT ingest.undo_swap((SELECT max(swap_id) FROM ingest.swaps))');
		is(small_rows(), 'old|100', "$method, undone: the old rows");
		is(sql($node, "SELECT count(*) FROM pg_class WHERE relname LIKE 'pg_temp_%' AND relkind = 'r'"),
			0, 'no transient heap is left');
	}
	return;
}

# The server dies right after the commit, or before it.
sub test_crash
{
	sql($node, "CALL ingest.swap('small', 'small_1', 'small_new', '{\"method\": \"exchange\"}')");
	$node->stop('immediate');
	$node->start;
	is(small_rows(), 'new|50', 'crash behind an exchange: the new rows');
	sql($node, 'SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = \'small_1\'::regclass');
	my $session = start_at($node,
		'SELECT ingest.undo_swap((SELECT max(swap_id) FROM ingest.swaps))', 'swapped', 0);
	wait_for_failpoint($node, 'swapped');
	$node->stop('immediate');
	$node->start;
	end_session($session);
	is(small_rows(), 'new|50', 'crash before the commit of an undo: nothing has happened');
	sql($node, 'SELECT ingest.undo_swap((SELECT max(swap_id) FROM ingest.swaps))');
	is(small_rows(), 'old|100', 'undone');
	return;
}

# lock_timeout and retries do not keep a swap from being cancelled.
sub test_cancel
{
	my $holder = $node->background_psql('postgres');

	$holder->query_safe('BEGIN; SELECT count(*) FROM small');
	my ($status, $out, $error) = $node->psql('postgres', <<'SQL');
SET statement_timeout = '1s';
CALL ingest.swap('small', 'small_1', 'small_new', '{"lock_retries": 1000}');
SQL
	like($error, qr/canceling statement due to statement timeout/, 'a waiting swap can be cancelled');
	($status, $out, $error) = $node->psql('postgres', <<'SQL');
CALL ingest.swap('small', 'small_1', 'small_new', '{"lock_retries": 2, "lock_timeout": 10}');
SQL
	like($error, qr/could not lock "small" to swap partition "small_1"/, 'attempts end');
	like($error, qr/3 attempts of 10 ms each failed/, 'and are counted');
	$holder->query_safe('COMMIT');
	$holder->quit;
	sql($node, "CALL ingest.swap('small', 'small_1', 'small_new')");
	is(small_rows(), 'new|50', 'and then it works');
	return;
}
