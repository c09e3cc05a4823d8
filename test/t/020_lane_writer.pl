# Lanes and the disk: clean stops, crashes, checkpoints in between, data checksums, a full disk.
# Every start after a crash checks what recovery leaves; rows are compared by number and hash.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $module = $ENV{INGEST_TEST_MODULE};
plan skip_all => 'INGEST_TEST_MODULE is not set' unless defined $module;

my $mixed = 'id int8, flag bool, amount numeric, note text, list int4[]';
my $numbers = 'a int8, b int8, c float8, d timestamptz';

my $node = PostgreSQL::Test::Cluster->new('lanes');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', <<'CONF');
fsync = on
autovacuum = off
checkpoint_timeout = 1h
max_wal_size = 4GB
wal_level = replica
wal_writer_delay = 10s
CONF
$node->start;
sql(<<"SQL");
CREATE EXTENSION amcheck;
CREATE FUNCTION write_rows(lane regclass, n int8, whole_pages bool, seed int8) RETURNS int8
	AS '$module', 'lane_check_write' LANGUAGE C STRICT;
CREATE TABLE reference ($mixed);
SELECT write_rows('reference', 5000, false, 1);
CREATE UNLOGGED TABLE pages ($mixed);
CREATE UNLOGGED TABLE multi ($mixed);
CREATE TABLE logged ($mixed);
CREATE UNLOGGED TABLE full_unlogged ($numbers);
CREATE TABLE full_logged ($numbers);
CREATE TABLE interrupted ($numbers);
SQL
my $reference = rows_of('reference');

test_clean_stop();
test_crash_of_unlogged();
test_replay();
test_concurrent_checkpoints();
test_interrupted_transaction();
test_full_disk($_) for 'full_unlogged', 'full_logged';
test_logical_decoding();
test_minimal_wal();
$node->stop('fast');
checksums_hold('at the end');
done_testing();

sub test_clean_stop
{
	sql("SELECT write_rows('pages', 5000, true, 1), write_rows('multi', 5000, false, 1)");
	$node->stop('fast');
	checksums_hold('after a clean stop');
	$node->start;
	for my $lane ('pages', 'multi')
	{
		is(rows_of($lane), $reference, "$lane survives a clean restart");
		is_sound($lane, 'after a clean restart');
	}
	return;
}

sub test_crash_of_unlogged
{
	crash();
	is(rows_of('pages'), '0 0', 'an unlogged lane is empty after a crash');
	sql("SELECT write_rows('pages', 5000, true, 1)");
	is(rows_of('pages'), $reference, 'and can be written again');
	is_sound('pages', 'when written again');
	return;
}

# Committed pages that the file lost come back from WAL.
sub test_replay
{
	my $file = $node->data_dir . '/' . sql("SELECT pg_relation_filepath('logged')");

	sql("CHECKPOINT");
	sql("SELECT write_rows('logged', 5000, true, 1)");
	$node->stop('immediate');
	ok(-s $file > 0, 'the pages of a logged table are in the file');
	truncate($file, 0) or die "could not truncate $file: $!";
	$node->start;
	is(rows_of('logged'), $reference, 'a logged table is replayed from WAL');
	is_sound('logged', 'after replay');
	return;
}

sub test_concurrent_checkpoints
{
	my ($out, $err) = ('', '');
	my $checkpoints = 0;
	my $written;

	sql('TRUNCATE logged');
	my $writer = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c',
			"SELECT write_rows('logged', 1000, true, s) FROM generate_series(1, 20) s"
		],
		'>', \$out, '2>', \$err);
	while ($writer->pumpable)
	{
		sql('CHECKPOINT');
		$checkpoints++;
		$writer->pump_nb;
	}
	ok($writer->finish, "a logged table is written while checkpoints run") or diag($err);
	note("$checkpoints checkpoints");

	$written = rows_of('logged');
	crash();
	like($written, qr/^20000 /, 'all rows are written');
	is(rows_of('logged'), $written, 'and none is lost in a crash');
	is_sound('logged', 'after a crash');
	return;
}

# The pages of a transaction that a crash ended are in the file: its id must not be given out again.
sub test_interrupted_transaction
{
	my $session = $node->background_psql('postgres');
	my $file = $node->data_dir . '/' . sql("SELECT pg_relation_filepath('interrupted')");
	my $xid;

	sql('CHECKPOINT');
	$xid = $session->query_safe(<<'SQL');
BEGIN;
SET LOCAL client_min_messages = warning;
DO $$ BEGIN PERFORM write_rows('interrupted', 5000, true, 1); END $$;
SELECT pg_current_xact_id();
SQL
	$node->stop('immediate');
	$session->{run}->finish;
	ok(-s $file > 0, 'the pages of an open transaction are in the file');
	$node->start;
	cmp_ok(sql('SELECT pg_current_xact_id()'), '>', $xid, 'its id is not used again');
	is(rows_of('interrupted'), '0 0', 'its rows are not visible');
	is_sound('interrupted', 'after a crash in an open transaction');
	return;
}

# A limit on the size of files stands in for a full disk; it cuts the last page in two.
sub test_full_disk
{
	my ($lane) = @_;
	my $limit = 18 * 1024 * 1024 + 4096;
	my ($out, $err);

	limit_file_size("$limit:") or die 'could not run prlimit';
	$node->psql('postgres', <<"SQL", stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 60);
BEGIN;
SAVEPOINT before;
SELECT write_rows('$lane', 500000, true, 1);
ROLLBACK TO before;
CHECKPOINT;
SELECT write_rows('$lane', 1, true, 1);
ROLLBACK TO before;
SELECT count(*) FROM $lane;
COMMIT;
SQL
	like($err, qr/could not (extend|write) file/, "$lane: a full disk is an error");
	is($out, '0', "$lane: the session goes on, checkpoints too");
	limit_file_size('unlimited:');
	sql("SELECT write_rows('$lane', 5000, true, 1)");
	is(sql("SELECT count(*) FROM $lane"), '5000', "$lane: the next rows go behind");
	is_sound($lane, 'after a full disk');
	return;
}

# Page images cannot be decoded: a table that is decoded gets its rows in the ordinary way.
sub test_logical_decoding
{
	$node->append_conf('postgresql.conf', "wal_level = logical\nmax_wal_senders = 2");
	$node->restart;
	sql(<<"SQL");
CREATE TABLE decoded ($numbers);
SELECT pg_create_logical_replication_slot('lanes', 'test_decoding');
SELECT write_rows('decoded', 1000, true, 1);
SQL
	is( sql(<<'SQL'), '1000', 'rows of a logged table are decoded');
SELECT count(*) FROM pg_logical_slot_get_changes('lanes', NULL, NULL) WHERE data LIKE '%INSERT%'
SQL
	sql("SELECT pg_drop_replication_slot('lanes')");
	return;
}

# A table created in the same transaction: commit syncs a large one and logs a small one.
sub test_minimal_wal
{
	my %rows = (small => 300, large => 20000);

	$node->append_conf('postgresql.conf', "wal_level = minimal\nmax_wal_senders = 0");
	$node->restart;
	for my $table (sort keys %rows)
	{
		sql(<<"SQL");
BEGIN;
CREATE TABLE $table ($mixed);
DO \$\$ BEGIN PERFORM write_rows('$table', $rows{$table}, true, 2); END \$\$;
COMMIT;
SQL
	}
	my %written = map { $_ => rows_of($_) } keys %rows;
	crash();
	for my $table (sort keys %rows)
	{
		like($written{$table}, qr/^$rows{$table} /, "$table: all rows are written");
		is(rows_of($table), $written{$table}, "$table: and none is lost in a crash");
		is_sound($table, 'after a crash with minimal WAL');
	}
	return;
}

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres', $query);
}

sub crash
{
	$node->stop('immediate');
	$node->start;
	return;
}

sub rows_of
{
	my ($relation) = @_;
	return sql(
		"SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM $relation t");
}

sub is_sound
{
	my ($relation, $when) = @_;
	return is(sql("SELECT * FROM verify_heapam('$relation', check_toast := true)"),
		'', "$relation is sound $when");
}

sub checksums_hold
{
	my ($when) = @_;
	return command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ],
		"checksums hold $when");
}

# Sets the soft limit of the postmaster, which new sessions inherit.
sub limit_file_size
{
	my ($limit) = @_;
	my ($pid) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');
	return run_log([ 'prlimit', '--pid', $pid, "--fsize=$limit" ]);
}
