# Publishing and the disk: crashes in the middle of a publish, before and behind its commit, and a
# standby.  Tables and indexes must be sound and hold the rows of the committed loads, no others.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster(
	'publish_crash',
	init => [ '--data-checksums' ],
	conf => <<'CONF');
wal_level = replica
max_wal_senders = 3
wal_keep_size = 2GB
wal_consistency_checking = 'all'
hot_standby = on
CONF
my $loaded = 0;    # rows

# A row for which "sleeper" is set makes the process that publishes sleep, workers not.
sql($node, <<'SQL');
CREATE TABLE sleeper (id int8);
CREATE FUNCTION may_pass(row_id int8) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
	IF row_id % 1000 = 0 AND EXISTS (SELECT FROM sleeper WHERE id = row_id)
		AND (SELECT backend_type FROM pg_stat_activity WHERE pid = pg_backend_pid()) = 'client backend'
	THEN
		PERFORM pg_sleep(600);
	END IF;
	RETURN true;
END $$;
CREATE TABLE target (id int8 PRIMARY KEY, customer text, day date, CHECK (may_pass(id)));
CREATE INDEX ON target (day);
CREATE INDEX ON target (id DESC) INCLUDE (day);
CREATE UNIQUE INDEX ON target (customer);
CREATE INDEX ON target USING hash (customer);
SQL
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('publish_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

publish('upsert', 20_000);
crash('behind the commit');
crash_while_publishing('append', 20_000, 'CHECKPOINT');
publish('append', 20_000);
crash_while_publishing('upsert', 20_000, 'SELECT 1');
publish('upsert', 20_000);
sql($node, 'VACUUM target');
is_sound($node, 'after a vacuum');
publish('append', 5_000);
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is_sound($standby, 'on a standby');
$standby->stop('fast');
$node->stop('fast');
checksums_hold($_) for $node, $standby;
done_testing();

# A call that loads the next n rows, ascending.
sub next_load
{
	my ($strategy, $n) = @_;
	my $key = $strategy eq 'append' ? 'NULL' : q('{id}');
	my $file = $node->basedir . "/rows_$loaded.csv";

	write_file($file, "id,customer,day\n",
		map { sprintf("%d,customer %08d,%d-01-01\n", $_, $_, 2000 + $_ / 5000) }
		  $loaded + 1 .. $loaded + $n)
	  unless -e $file;
	return "SELECT status FROM ingest.load('target', '$file', $key, '$strategy', "
	  . '\'{"chunk_size": "64kB", "workers": 2}\')';
}

sub publish
{
	my ($strategy, $n) = @_;

	load_ok($node, next_load($strategy, $n), 'published', "$strategy: published");
	$loaded += $n;
	is_sound($node, "after $strategy");
	return;
}

sub crash
{
	my ($when) = @_;

	$node->stop('immediate');
	$node->start;
	is_sound($node, "after a crash $when");
	return;
}

# Half of the rows are in the table then; the statement runs before the crash.
sub crash_while_publishing
{
	my ($strategy, $n, $statement) = @_;
	my $session;

	sql($node, 'INSERT INTO sleeper VALUES (' . ($loaded + $n / 2) . ')');
	$session = start_session($node, next_load($strategy, $n));
	wait_for($node, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')",
		'a publish');
	is_sound($node, "while $strategy publishes", 'no locks');
	sql($node, $statement);
	crash("while $strategy publishes");
	end_session($session);
	sql($node, 'TRUNCATE sleeper');
	return;
}

# Rows have their entries, and each index finds all rows; the stricter check locks out writers.
sub is_sound
{
	my ($server, $when, $no_locks) = @_;
	my $check = $server == $node && !$no_locks ? 'bt_index_parent_check(indexrelid, true, true)'
	  : 'bt_index_check(indexrelid, true)';

	is(sql($server, "SELECT * FROM verify_heapam('target', check_toast := true)"),
		'', "the table is sound $when");
	is(sql($server, <<"SQL"), '4', "its indexes are sound $when");
SELECT count($check IS NOT NULL) FROM pg_index JOIN pg_class ON oid = indexrelid
 WHERE indrelid = 'target'::regclass AND relam = 403
SQL
	for my $column ('id', 'customer', 'day')
	{
		is( sql($server, <<"SQL"), "$loaded|t", "all rows are found by $column $when");
SET enable_seqscan = off;
SELECT count(*), coalesce(sum(id), 0) = $loaded * ($loaded + 1::int8) / 2
  FROM target WHERE $column IS NOT NULL
SQL
	}
	return;
}

sub checksums_hold
{
	my ($server) = @_;
	return command_ok([ 'pg_checksums', '--check', '-D', $server->data_dir ],
		'checksums hold on ' . $server->name);
}
