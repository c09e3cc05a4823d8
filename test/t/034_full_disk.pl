# A disk that fills up, while rows are staged or published: a clear error, and the same call
# completes once there is room.  A limit on the size of files stands in for the disk; segments of WAL
# are small, so that they stay below it, and shared memory is not in files.
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

plan skip_all => 'no prlimit' unless limit_file_size("$limit:") && limit_file_size('unlimited:');
set_truth($node, $file => $orders);

test_full_disk(@$_)
  for (
	[ 'staging', 'pages' ],
	[ 'staging', 'multi_insert' ],
	[ 'staged', 'pages' ],
	[ 'staged', 'multi_insert' ]);
done_testing();

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
		like($err, qr/ERROR:  could not (extend|write) file "[^"]+".*: File too large/, "$name: error $attempt");
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
