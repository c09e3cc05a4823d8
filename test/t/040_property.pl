# Random sequences of publishes against the reference in test/property, then random contracts against plain
# SQL.  The log has the seeds; SEQUENCES, SEED and NUMBER say how many, which ones, and which one alone.
use strict;
use warnings;

use FindBin;
use IngestTest;
use IPC::Run;
use Test::More;

my $seconds = 7200;
my $node = new_cluster('property');
my $files = $node->basedir . '/files';

mkdir($files) or die "could not make $files: $!";
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'postgres';
foreach my $program ('run.py', 'contracts.py')
{
	my $done = IPC::Run::run(
		[ 'python3', "$FindBin::RealBin/../property/$program", $files ],
		'<', \undef, '>&', sub { note(@_) }, IPC::Run::timeout($seconds));
	ok($done, "$program: everything is as the reference says");
}
$node->stop;
done_testing();
