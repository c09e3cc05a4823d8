# A disk that fills up, while rows are staged or published: a clear error, and the same call
# completes once there is room.  Two things stand in for the disk: /dev/full, which says the words of
# a full disk, for tables that are there before; and a limit on the size of files, for lanes too.
# Segments of WAL are small, so that they stay below the limit, and shared memory is not in files.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $limit = 1536 * 1024;
my $node = new_cluster(
	'full',
	init => [ '--wal-segsize', '1' ],
	conf => 'dynamic_shared_memory_type = sysv');
my $orders = make_orders(1, 45000);
my $file = write_file($node->basedir . '/orders.csv', $orders->{csv});

set_truth($node, $file => $orders);
limit_file_size('unlimited:') or die 'could not run prlimit';

test_full_device(@$_) for ([ 'staging', 'ingest.quarantine_rows' ], [ 'staged', 'target' ]);
test_full_disk(@$_)
  for (
	[ 'staging', 'pages' ],
	[ 'staging', 'multi_insert' ],
	[ 'staged', 'pages' ],
	[ 'staged', 'multi_insert' ]);
done_testing();

# The file of a table is on a full device while the load has this status.
sub test_full_device
{
	my ($status, $table) = @_;
	my $target = create_target($node, $table eq 'target' ? $table : 'other', 'append');
	my $load = load_sql($target, $file, '"workers": 1');
	my ($path, $out, $err);

	# an empty file without a page in memory
	sql($node, "TRUNCATE $table; CHECKPOINT");
	$path = $node->data_dir . '/' . sql($node, "SELECT pg_relation_filepath('$table')");
	rename($path, "$path.away") or die "could not rename $path: $!";
	symlink('/dev/full', $path) or die "could not make link $path: $!";
	($out, $err) = end_session(start_session($node, $load));
	like($err, qr/ERROR:  could not extend file .*: No space left on device/, "$table: error");
	is(status_of($node, $target), $status, "$table: status after error");
	unlink($path) or die "could not remove $path: $!";
	rename("$path.away", $path) or die "could not rename $path.away: $!";
	load_ok($node, $load, 'published', "$table: with room the same call publishes");
	is_complete($node, $target, "$table: exactly the rows of the file");
	is(status_of($node, $target), 'published', "$table: it is one load");
	return;
}

# The disk is full while the load has this status.
sub test_full_disk
{
	my ($status, $writer) = @_;
	my $name = "$status, $writer";
	my $target = create_target($node, "full_$status\_$writer", 'append');
	my $load = load_sql($target, $file, '"workers": 1');
	my ($out, $err);

	interrupt($node, $load, 'staged') if $status eq 'staged';
	limit_file_size("$limit:");
	for my $attempt (1, 2)
	{
		($out, $err) =
		  end_session(start_session($node, "SET pg_ingest.lane_writer = '$writer'", $load));
		# of a run of pages the last that fit are written before the error
		like($err, qr/ERROR:  could not (extend|write) file "[^"]+".*: (File too large|wrote only)/,
			"$name: error $attempt");
		is(status_of($node, $target), $status, "$name: status after error $attempt");
		is(sql($node, "SELECT count(*) FROM $target"), '0', "$name: readers see nothing");
	}
	remember_chunks($node, $target);
	limit_file_size('unlimited:');
	load_ok($node, $load, 'published', "$name: with room the same call publishes");
	is_complete($node, $target, "$name: exactly the rows of the file");
	is(staged_again($node, $target), 'none', "$name: chunks staged again");
	return;
}

# Sets the soft limit of the postmaster, which new sessions and workers inherit.
sub limit_file_size
{
	my ($size) = @_;
	my ($pid) = split /\n/, slurp_file($node->data_dir . '/postmaster.pid');

	return run_log([ 'prlimit', '--pid', $pid, "--fsize=$size" ]);
}
