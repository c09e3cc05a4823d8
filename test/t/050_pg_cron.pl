# pg_cron: two jobs load a growing inbox with ingest.load_each, runs overlap, a file is broken for a
# while, the server crashes in between; afterwards every row is there exactly once.
#
# pg_cron knows seconds from 1.5 on.  With an older one the jobs run each minute and look at the
# inbox again and again, which makes this test last up to two minutes.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $sharedir = `pg_config --sharedir`;
my $files_written = 0;

chomp $sharedir;
plan skip_all => 'pg_cron is not installed for this PostgreSQL'
  unless -e "$sharedir/extension/pg_cron.control";

my $node = new_cluster('cron', conf => <<'CONF');
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = off
log_min_messages = notice
max_worker_processes = 16
CONF
my $inbox = $node->basedir . '/inbox';

mkdir $inbox or die "could not make $inbox: $!";
$node->append_conf('postgresql.conf', "cron.host = '" . $node->host . "'");
$node->restart;
prepare();
test_growing_inbox();
done_testing();

# Files appear under their names when they are complete.
sub deliver
{
	my $number = ++$files_written;
	my $name = sprintf('%04d.csv', $number);

	write_file("$inbox/.$name", "id,file\n", map { "$number$_,$number\n" } 10 .. 29);
	rename("$inbox/.$name", "$inbox/$name") or die "could not rename $name: $!";
	return;
}

# A table without a key, so that a file that is loaded twice shows, and slow, so that runs overlap.
sub prepare
{
	my $version = sql($node, <<"SQL");
CREATE EXTENSION pg_cron;
SELECT extversion FROM pg_extension WHERE extname = 'pg_cron';
SQL
	my ($major, $minor) = $version =~ /^(\d+)\.(\d+)/;
	my $has_seconds = $major > 1 || $minor >= 5;

	note("pg_cron $version");
	sql($node, <<"SQL");
CREATE TABLE target (id int8, file int);
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION slow();
CREATE PROCEDURE poll(on_busy text) LANGUAGE plpgsql AS \$\$
BEGIN
	FOR i IN 1 .. 50 LOOP
		CALL ingest.load_each('target', '$inbox', options => jsonb_build_object('on_busy', on_busy));
		PERFORM pg_sleep(1);
	END LOOP;
END \$\$;
SQL
	for my $on_busy ('wait', 'skip')
	{
		my ($schedule, $command) =
		  $has_seconds
		  ? ('2 seconds', "CALL ingest.load_each('target', '$inbox', options => '{\"on_busy\": \"$on_busy\"}')")
		  : ('* * * * *', "CALL poll('$on_busy')");
		sql($node, "SELECT cron.schedule('$on_busy', '$schedule', \$\$$command\$\$)");
	}
	return;
}

sub wait_for_rows
{
	wait_for($node, 'SELECT count(*) >= ' . $_[0] * 20 . ' FROM target', "$_[0] files");
	return;
}

sub test_growing_inbox
{
	deliver() for 1 .. 5;
	wait_for_rows(1);
	for (1 .. 20)
	{
		deliver();
		usleep(200_000);
	}
	wait_for_rows(20);

	# one that was cut on its way
	write_file("$inbox/broken.csv.gz", "\x1f\x8b\x08\x00");
	deliver() for 1 .. 10;
	wait_for($node, "SELECT count(*) > 0 FROM cron.job_run_details WHERE status = 'failed'", 'a failed run');
	like(
		sql($node, "SELECT min(return_message) FROM cron.job_run_details WHERE status = 'failed'"),
		qr/1 of \d+ files could not be loaded into table "target"/,
		'a run with a broken file has failed');

	# jobs run in background workers from now on
	$node->stop('immediate');
	$node->append_conf('postgresql.conf', 'cron.use_background_workers = on');
	$node->start;
	deliver() for 1 .. 5;
	write_file("$inbox/broken.csv.gz", "id,file\n1,0\n");
	wait_for_rows($files_written);
	wait_for($node, 'SELECT count(*) = 1 FROM target WHERE file = 0', 'the mended file');

	is( sql($node, 'SELECT count(*), count(DISTINCT id), count(DISTINCT file) FROM target'),
		join('|', ($files_written * 20 + 1) x 2, $files_written + 1),
		'every row exactly once');
	is(sql($node, "SELECT count(*) FROM ingest.files WHERE published"), $files_written + 1, 'every file published once');
	sql($node, 'SELECT cron.unschedule(jobname) FROM cron.job');
	wait_for($node, "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'", 'the last run');
	is(sql($node, "SELECT count(*) FROM pg_class WHERE relname ~ '^load_.*lane'"), '0', 'no lane is left');
	like(
		slurp_file($node->logfile),
		qr/another load into table "target" is running, \d+ files are left/,
		'runs did overlap');
	return;
}
