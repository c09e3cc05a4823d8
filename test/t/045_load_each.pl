# CALL ingest.load_each: what it says, how it ends, what a kill or cancel between files leaves.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('load_each');
my $inbox = $node->basedir . '/inbox';
my $scenario = 0;

mkdir $inbox or die "could not make $inbox: $!";
test_messages();
test_interrupted();
test_server_error();
test_lost_privilege();
test_many_files();
done_testing();

# So many files, each with an id of its own, in a directory of their own.
sub make_files
{
	my ($n) = @_;
	my $directory = "$inbox/" . ++$scenario;

	mkdir $directory or die "could not make $directory: $!";
	write_file(sprintf('%s/%04d.csv', $directory, $_), "id,name\n$_,file $_ of $scenario\n")
	  for 1 .. $n;
	return $directory;
}

sub new_target
{
	sql($node, "CREATE TABLE target_$scenario (id int8, name text)");
	return "target_$scenario";
}

sub call_sql
{
	my ($target, $directory, $options) = @_;
	return "CALL ingest.load_each('$target', '$directory', options => '{$options}')";
}

# A file that fails is a WARNING when it does, and all of them are one ERROR at the end.
sub test_messages
{
	my $directory = make_files(4);
	my $target = new_target();
	my ($status, $out, $err);

	write_file("$directory/0002.csv", "id,name\nsecret,x\n");
	write_file("$directory/0003.csv", "what\n1\n");
	($status, $out, $err) =
	  $node->psql('postgres', call_sql($target, $directory, '"on_error": "stop"'));
	is($status, 3, 'a failed file is the failure of the call');
	like($err, qr/WARNING:  file ".*0002.csv" is not loaded: record 1 of file .* violates rule "type"/,
		'a warning for the first bad file');
	like($err, qr/WARNING:  file ".*0003.csv" is not loaded: .* has columns that table .* has not: "what"/,
		'a warning for the second one');
	like($err, qr/NOTICE:  2 files loaded, 0 skipped, 2 failed, 0 left/, 'the counts');
	like(
		$err,
		qr/ERROR:  2 of 4 files could not be loaded into table "$target"\nDETAIL:  .*0002.csv: record 1 .*\n.*0003.csv: file/,
		'the error lists what failed and why');
	is(sql($node, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $target"), '1 4', 'the others are there');
	unlike(slurp_file($node->logfile), qr/secret/, 'no value is in the log');
	($out, $err) =
	  end_session(start_session($node, 'SELECT 1;' . call_sql($target, $directory, '')));
	like(
		$err,
		qr/ERROR:  ingest.load_each cannot run inside a transaction block/,
		'several statements at once are a transaction block');
	($out, $err) = end_session(start_session($node, 'SET client_min_messages = info',
		call_sql($target, "$directory/0001.csv", '"force": true')));
	like($err, qr/INFO:  file ".*0001.csv" is loaded: 1 rows read, 0 in quarantine/, 'progress for who wants it');
	return;
}

# Cancelled, terminated, the server crashed: between two files, and inside of the third one.
sub test_interrupted
{
	my %ways = (
		cancel => sub { sql($node, "SELECT pg_cancel_backend($_[0])") },
		terminate => sub { sql($node, "SELECT pg_terminate_backend($_[0])") },
		crash => sub { kill 'KILL', $_[0]; });

	for my $way (sort keys %ways)
	{
		for my $point ('between_files', 'inside')
		{
			my $directory = make_files(5);
			my $target = new_target();
			my $session = $point eq 'inside' ? start_inside($directory, $target) : start_between($directory, $target);
			my $pid = pid_of($node, "backend_type = 'client backend' AND pid <> pg_backend_pid()"
				  . " AND query ~ '^(failpoint|CALL)'");

			$ways{$way}->($pid);
			end_session($session);
			if ($way eq 'crash')
			{
				# postmaster notices, ends all, starts anew
				wait_for($node, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)", 'recovery');
			}
			sql($node, "DROP TRIGGER IF EXISTS wait ON $target");
			is( sql($node, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $target"),
				$point eq 'inside' ? '1 2' : '1',
				"$way, $point: the files before are there");
			is($node->psql('postgres', call_sql($target, $directory, '')), 0, "$way, $point: call again");
			is( sql($node, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM $target"),
				'1 2 3 4 5', "$way, $point: every row once");
			is(sql($node, "SELECT count(*) FROM pg_class WHERE relname ~ '^load_.*lane'"), '0', "$way, $point: no lane is left");
		}
	}
	return;
}

sub start_between
{
	my ($directory, $target) = @_;
	my $session = start_session(
		$node,
		"SET pg_ingest.debug_failpoint = 'between_files'", call_sql($target, $directory, ''));

	wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'failpoint between_files'", 'between files');
	return $session;
}

# The row of the third file sleeps.
sub start_inside
{
	my ($directory, $target) = @_;
	my $session;

	sql($node, <<"SQL");
CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	IF NEW.id = 3 THEN PERFORM pg_sleep(600); END IF;
	RETURN NEW;
END \$\$;
CREATE TRIGGER wait BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION wait();
SQL
	$session = start_session($node, call_sql($target, $directory, ''));
	wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'", 'the third file');
	return $session;
}

# What would strike the next file as well is not a file's failure.
sub test_server_error
{
	my $directory = make_files(3);
	my $target = new_target();
	my ($status, $out, $err);

	sql($node, "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS"
		  . " 'BEGIN IF NEW.id = 2 THEN RAISE disk_full; END IF; RETURN NEW; END'");
	sql($node, "CREATE TRIGGER no_space BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION no_space()");
	($status, $out, $err) = $node->psql('postgres', call_sql($target, $directory, ''));
	is($status, 3, 'disk full');
	unlike($err, qr/WARNING|could not be loaded/, 'is no file\'s fault');
	is(sql($node, "SELECT string_agg(id::text, ' ') FROM $target"), '1', 'what was loaded stays');
	return;
}

sub test_lost_privilege
{
	my $directory = make_files(3);
	my $target = new_target();
	my ($session, $out, $err);

	sql($node, <<"SQL");
CREATE ROLE loader;
GRANT pg_read_server_files TO loader;
GRANT USAGE ON SCHEMA ingest TO loader;
GRANT EXECUTE ON PROCEDURE ingest.load_each TO loader;
GRANT INSERT ON $target TO loader;
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.id = 2 THEN PERFORM pg_advisory_xact_lock(2); END IF; RETURN NEW; END';
CREATE TRIGGER gate BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION gate();
SQL
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(2)');
	$session = start_session($node, 'SET ROLE loader', call_sql($target, $directory, ''));
	wait_for($node, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", 'the gate');
	sql($node, 'REVOKE pg_read_server_files FROM loader');
	$holder->query_safe('SELECT pg_advisory_unlock(2)');
	$holder->quit;
	($out, $err) = end_session($session);
	like($err, qr/ERROR:  permission denied to read files of the server/, 'a lost privilege ends the call');
	is(sql($node, "SELECT string_agg(id::text, ' ') FROM $target"), '1 2', 'at the next file');
	return;
}

# Memory after 100 and after 1,000 files, as a trigger sees it from inside.
sub test_many_files
{
	my $directory = make_files(1000);
	my $target = new_target();
	my ($out, $err);

	sql($node, <<"SQL");
CREATE TABLE memory (id int8, bytes int8);
CREATE FUNCTION measure() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	IF NEW.id % 100 = 0 THEN
		INSERT INTO memory SELECT NEW.id, sum(total_bytes) FROM pg_backend_memory_contexts;
	END IF;
	RETURN NEW;
END \$\$;
CREATE TRIGGER measure BEFORE INSERT ON $target FOR EACH ROW EXECUTE FUNCTION measure();
SQL
	write_file("$directory/$_.csv", "what\n$_\n") for 2001 .. 2100;
	($out, $err) = end_session(start_session($node, call_sql($target, $directory, '"workers": 0')));
	like($err, qr/ERROR:  100 of 1100 files could not be loaded/, 'a hundred of them fail');
	like($err, qr/2020.csv: .*\n\.\.\.\nHINT/, 'not all are listed again');
	is(sql($node, "SELECT count(*), count(DISTINCT id) FROM $target"), '1000|1000', '1,000 files');
	note(sql($node, 'SELECT * FROM memory ORDER BY id'));
	cmp_ok(
		sql($node, 'SELECT max(bytes) - min(bytes) FROM memory WHERE id >= 400'),
		'<', 256 * 1024, 'memory does not grow with the files');
	return;
}
