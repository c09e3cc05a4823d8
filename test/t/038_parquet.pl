# Parquet files: a load that is stopped between or inside row groups continues behind the last
# committed chunk, and notices when the file is another one by then.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = 60_000;
my $bad = $rows / 1000;

my $node = new_cluster('parquet');
my $file = $node->basedir . '/rows.parquet';

make_file($file, 'row');
for my $point (qw(mid_chunk chunk_loaded between_chunks staged published))
{
	cancelled_at($point);
}
worker_killed();
server_stopped();
filtered();
other_file();
done_testing();

# Ten row groups, which are too large to share a transaction; one row in a thousand is bad.
sub make_file
{
	my ($path, $word) = @_;
	my $description = "message rows { required int64 id; optional int32 n; optional binary note (STRING); }\n";

	for my $id (1 .. $rows)
	{
		my $n = $id % 1000 == 0 ? 1_000_000 : $id % 100;
		$description .= qq({"id": $id, "n": $n, "note": "$word number $id"}\n);
	}
	write_file("$path.description", $description);
	system(qq("$ENV{INGEST_MAKE_PARQUET}" --codec snappy --dictionary no --row-group-rows 6000 "$path" <"$path.description")) == 0
	  or die 'could not make a Parquet file';
	return;
}

sub new_target
{
	my ($name) = @_;

	sql($node, "CREATE TABLE $name (id bigint PRIMARY KEY, n smallint, note text)");
	return $name;
}

# Every row is in the target or in quarantine, once.
sub is_whole
{
	my ($target, $name, $word) = @_;

	$word //= 'row';
	is(sql($node, <<"SQL"), ($rows - $bad) . "|$bad|$rows", $name);
SELECT (SELECT count(*) FROM $target WHERE n = id % 100 AND note = '$word number ' || id),
	(SELECT count(DISTINCT record_no) FROM ingest.quarantine WHERE target = '$target'::regclass
		AND (raw_line::jsonb ->> 'id')::bigint = record_no AND row_group = (record_no - 1) / 6000),
	(SELECT count(*) FROM $target) + (SELECT count(*) FROM ingest.quarantine WHERE target = '$target'::regclass)
SQL
	return;
}

sub cancelled_at
{
	my ($point) = @_;
	my $target = new_target("cancelled_$point");
	my $load = load_sql($target, $file);

	interrupt($node, $load, 'between_chunks');
	interrupt($node, $load, $point);
	is(sql($node, "SELECT count(*) FROM $target"), '0', "cancelled at $point: readers see nothing");
	remember_chunks($node, $target);
	load_ok($node, $load, 'published', "cancelled at $point: the same call publishes");
	is_whole($target, "cancelled at $point: every row once");
	is(staged_again($node, $target), 'none', "cancelled at $point: nothing is staged again");
	load_ok($node, $load, 'nothing_new', "cancelled at $point: a further call does nothing");
	return;
}

sub worker_killed
{
	my $target = new_target('worker_killed');
	my $load = load_sql($target, $file);
	my $log_end = -s $node->logfile;
	my $session = start_at($node, $load, 'mid_chunk', 0);

	wait_for_failpoint($node, 'mid_chunk');
	kill('KILL', pid_of($node, "backend_type = 'pg_ingest worker'"));
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $log_end);
	end_session($session);
	wait_for($node, 'SELECT true', 'recovery');
	load_ok($node, $load, 'published', 'worker killed: the same call publishes');
	is_whole($target, 'worker killed: every row once');
	return;
}

sub server_stopped
{
	my $target = new_target('server_stopped');
	my $load = load_sql($target, $file);

	interrupt($node, $load, 'between_chunks');
	remember_chunks($node, $target);
	$node->restart;
	load_ok($node, $load, 'published', 'server restarted: the same call publishes');
	is_whole($target, 'server restarted: every row once');
	is(staged_again($node, $target), 'none', 'server restarted: nothing is staged again');
	return;
}

# Row groups that a filter leaves out are committed chunks like others; another filter is another load.
sub filtered
{
	my $target = new_target('filtered');
	my $load = load_sql($target, $file, '"filter": "id > 20000"');

	interrupt($node, $load, 'between_chunks');
	interrupt($node, $load, 'chunk_loaded');
	remember_chunks($node, $target);
	load_ok($node, $load, 'published', 'filter: the same call publishes');
	is( sql(
			$node,
			"SELECT rows_read, rows_staged, rows_quarantined, rows_ignored, (SELECT min(id) FROM $target)
				FROM ingest.loads WHERE target = '$target'::regclass"),
		'60000|39960|40|20000|20001',
		'filter: every row is counted once');
	is(staged_again($node, $target), 'none', 'filter: nothing is staged again');

	$target = new_target('filtered_anew');
	interrupt($node, load_sql($target, $file, '"filter": "id > 20000"'), 'between_chunks');
	remember_chunks($node, $target);
	load_ok($node, load_sql($target, $file, '"filter": "id > 30000"'), 'published', 'another filter: is staged anew');
	is(staged_again($node, $target), 'all', 'another filter: nothing of the former is kept');
	is(sql($node, "SELECT count(*), min(id) FROM $target"), '29970|30001', 'another filter: its rows');
	return;
}

# The same size and time, but other values in a row group that is committed.
sub other_file
{
	my $target = new_target('other_file');
	my $load = load_sql($target, $file);
	# a whole second, which can be set again exactly
	my $written = 1_700_000_000;

	utime($written, $written, $file);
	interrupt($node, $load, 'between_chunks');
	remember_chunks($node, $target);
	make_file($node->basedir . '/other.parquet', 'ROW');
	is(-s $node->basedir . '/other.parquet', -s $file, 'other file: of the same size');
	write_file($file, slurp_file($node->basedir . '/other.parquet'));
	utime($written, $written, $file);
	load_ok($node, $load, 'published', 'other file: is staged anew');
	is_whole($target, 'other file: its rows and no others', 'ROW');
	is(staged_again($node, $target), 'all', 'other file: nothing of the former is kept');
	return;
}
