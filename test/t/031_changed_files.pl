# Files and callers that change their mind: between two attempts, while a file is read, after it is
# published.  A content goes in once, whatever its name; what is staged is not read again.
use strict;
use warnings;

use File::Copy;
use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('changed', conf => "shared_buffers = 1MB\nmax_connections = 20");
my $orders = make_orders(1, 9000);
my $other = make_orders(20001, 9000);
my $few = make_orders(50001, 100);
my $scenario = 0;

test_changed_between_attempts();
test_changed_behind_its_end();
test_changed_while_read();
test_files_come_and_go();
test_file_away();
test_published_before();
test_forced();
test_published_twice_at_once();
test_caller_rolls_back();
test_scan_of_lane_by_others();
test_stage_then_crash();
done_testing();

# An empty directory for the files of one scenario, and a table for their rows.
sub new_scenario
{
	my ($strategy) = @_;
	my $name = 'scenario_' . ++$scenario;
	my $directory = $node->basedir . "/$name";

	mkdir($directory) or die "could not create $directory: $!";
	return ($directory, create_target($node, $name, $strategy));
}

# The bytes change under a load of which two chunks are committed.
sub test_changed_between_attempts
{
	my $changed_in_front = { %$orders, csv => $orders->{csv} };
	my $changed_behind = make_orders(1, 9000);
	my $grown = make_orders(1, 9100);
	my $shrunk = make_orders(1, 3000);

	# one digit, in a good record of the first chunk and of the last
	substr($changed_in_front->{csv}, index($changed_in_front->{csv}, ',2024-'), 6) = ',2023-';
	$changed_in_front->{good} = [ @{ $orders->{good} } ];
	$changed_in_front->{good}[0] =~ s/,2024-/,2023-/;
	$changed_behind->{csv} =~ s/,2024-(\d\d-\d\d)\n\z/,2023-$1\n/;
	$changed_behind->{good}[-1] =~ s/,2024-/,2023-/;

	# the new file, whether its time is set back, what is staged again, the loads of the target
	my @cases = (
		[ 'changed in front', $changed_in_front, 0, 'all', 'discarded published' ],
		[ 'secretly changed in front', $changed_in_front, 1, 'all', 'published' ],
		[ 'secretly changed behind', $changed_behind, 1, 'none', 'published' ],
		[ 'grown', $grown, 0, 'all', 'discarded published' ],
		[ 'shrunk', $shrunk, 0, 'all', 'discarded published' ],
		[ 'written again', $orders, 0, 'all', 'discarded published' ]);

	for my $case (@cases)
	{
		my ($name, $new, $secretly, $staged_again, $loads) = @$case;
		my ($directory, $target) = new_scenario('append');
		my $file = write_file("$directory/orders.csv", $orders->{csv});
		my $time = (stat $file)[9] - 100;

		utime($time, $time, $file);
		interrupt($node, load_sql($target, $file), 'between_chunks');
		remember_chunks($node, $target);
		write_file($file, $new->{csv});
		utime($time, $time, $file) if $secretly;
		set_truth($node, $file => $new);
		load_ok($node, load_sql($target, $file), 'published', "$name: the same call publishes");
		is_complete($node, $target, "$name: exactly the rows of the new file");
		is(staged_again($node, $target), $staged_again, "$name: chunks staged again");
		is(status_of($node, $target), $loads, "$name: loads");
	}
	return;
}

# A file of which all chunks are committed changes secretly while others of its load are not.
sub test_changed_behind_its_end
{
	my ($directory, $target) = new_scenario('append');
	my $first = write_file("$directory/first.csv", $few->{csv});
	my $last = write_file("$directory/last.csv", $orders->{csv});
	my $new = { %$few, good => [ @{ $few->{good} } ] };
	my $time = (stat $first)[9] - 100;

	$new->{csv} =~ s/,2024-/,2023-/;
	$new->{good}[0] =~ s/,2024-/,2023-/;
	utime($time, $time, $first);
	interrupt($node, load_sql($target, $directory), 'between_chunks');
	is( sql($node, "SELECT chunks FROM ingest.files WHERE target = '$target'::regclass AND path = '$first'"),
		'1', 'changed behind its end: the file was read to its end');
	remember_chunks($node, $target);
	write_file($first, $new->{csv});
	utime($time, $time, $first);
	set_truth($node, $first => $new, $last => $orders);
	load_ok($node, load_sql($target, $directory), 'published', 'changed behind its end: published');
	is_complete($node, $target, 'changed behind its end: exactly the rows of the new files');
	is(staged_again($node, $target), 'all', 'changed behind its end: chunks staged again');
	return;
}

# Workers are held up by a lock, so the leader has not read the end yet when the file grows.
sub test_changed_while_read
{
	my ($directory, $target) = new_scenario('append');
	my $file = write_file("$directory/orders.csv", $orders->{csv});
	my $blocker = $node->background_psql('postgres');
	my $grown = make_orders(1, 9100);
	my ($session, $out, $err);

	$blocker->query_safe('BEGIN; LOCK TABLE ingest.quarantine_rows IN SHARE MODE');
	$session = start_session($node, load_sql($target, $file));
	wait_for(
		$node,
		"SELECT count(*) = 2 FROM pg_stat_activity a JOIN pg_locks l USING (pid)"
		  . " WHERE backend_type = 'pg_ingest worker' AND NOT granted",
		'workers at the lock');
	write_file($file, $grown->{csv});
	$blocker->query_safe('COMMIT');
	$blocker->quit;
	($out, $err) = end_session($session);
	like($err, qr/orders\.csv" (was )?changed/, 'changed while read: an error');
	is(sql($node, "SELECT count(*) FROM $target"), '0', 'changed while read: nothing is published');
	set_truth($node, $file => $grown);
	load_ok($node, load_sql($target, $file), 'published', 'changed while read: the next call publishes');
	is_complete($node, $target, 'changed while read: exactly the rows of the new file');
	return;
}

# The files of a directory change between two attempts.
sub test_files_come_and_go
{
	# where the first attempt ends, files added and removed then, what is staged again, loads
	my @cases = (
		[ between_chunks => { c => $other }, [], 'none', 'published' ],
		[ staged => { c => $other }, [], 'none', 'published' ],
		[ publishing => { c => $few, d => $few }, [], 'none', 'published' ],
		[ publishing => { a => $few }, [], 'all', 'discarded published' ],
		[ between_chunks => {}, ['b1'], 'all', 'discarded published' ],
		[ publishing => {}, ['b1'], 'all', 'discarded published' ],
		[ between_chunks => { c => $orders }, [], 'none', 'published' ],
		[ publishing => { c => $orders }, [], 'none', 'published' ]);

	for my $case (@cases)
	{
		my ($point, $added, $removed, $staged_again, $loads) = @$case;
		my ($directory, $target) = new_scenario('append');
		my %contents = (b => $orders, b1 => $few);
		my $name = join(' ', "$point, added:", sort(keys %$added), 'removed:', @$removed);
		my (%truth, %seen);

		write_file("$directory/$_.csv", $contents{$_}{csv}) for keys %contents;
		interrupt($node, load_sql($target, $directory), $point);
		remember_chunks($node, $target);
		write_file("$directory/$_.csv", $added->{$_}{csv}) for keys %$added;
		unlink("$directory/$_.csv") for @$removed;
		%contents = (%contents, %$added);
		delete @contents{@$removed};
		# equal contents count once, as the first file
		for my $file (sort keys %contents)
		{
			$truth{"$directory/$file.csv"} = $contents{$file}
			  unless $seen{ $contents{$file}{csv} }++;
		}
		set_truth($node, %truth);
		load_ok($node, load_sql($target, $directory), 'published', "$name: published");
		is_complete($node, $target, "$name: exactly the rows of the files");
		is(staged_again($node, $target), $staged_again, "$name: chunks staged again");
		is(status_of($node, $target), $loads, "$name: loads");
	}
	return;
}

# A file that is gone for a while is an error, and nothing is given up.
sub test_file_away
{
	for my $point ('between_chunks', 'publishing')
	{
		my ($directory, $target) = new_scenario('append');
		my $file = write_file("$directory/orders.csv", $orders->{csv});

		interrupt($node, load_sql($target, $file), $point);
		remember_chunks($node, $target);
		rename($file, "$file.away") or die "could not rename $file: $!";
		load_fails($node, load_sql($target, $file), qr/ERROR:  file "\Q$file\E" does not exist/,
			"$point, file away: error");
		rename("$file.away", $file) or die "could not rename $file: $!";
		load_ok($node, load_sql($target, $file), 'published', "$point, file back: published");
		set_truth($node, $file => $orders);
		is_complete($node, $target, "$point, file back: exactly the rows of the file");
		is(staged_again($node, $target), 'none', "$point, file back: chunks staged again");
	}
	return;
}

# What a second call does with a path or a content that is published.
sub test_published_before
{
	# strategy, option, whether the path has new bytes, answer, files that are in the table then
	my @cases = (
		[ 'append', undef, 1, qr/was loaded before and has changed since/, 'old' ],
		[ 'append', '"on_changed_file": "error"', 1, qr/has changed since/, 'old' ],
		[ 'append', '"on_changed_file": "skip"', 1, 'nothing_new', 'old' ],
		[ 'append', '"on_changed_file": "load"', 1, 'published', 'old new' ],
		[ 'upsert', undef, 1, 'published', 'old new' ],
		[ 'upsert', '"on_changed_file": "error"', 1, qr/has changed since/, 'old' ],
		[ 'upsert', '"on_changed_file": "skip"', 1, 'nothing_new', 'old' ],
		[ 'append', undef, 0, 'nothing_new', 'old' ],
		[ 'append', '"on_changed_file": "error"', 0, 'nothing_new', 'old' ],
		[ 'append', '"chunk_size": "128kB"', 0, 'nothing_new', 'old' ],
		[ 'append', '"force": true', 0, 'published', 'old old' ],
		[ 'upsert', '"force": true', 0, 'published', 'old' ]);

	for my $case (@cases)
	{
		my ($strategy, $option, $is_new, $answer, $contents) = @$case;
		my ($directory, $target) = new_scenario($strategy);
		my $file = write_file("$directory/orders.csv", $few->{csv});
		my $name = join(', ', $strategy, $option // 'default', $is_new ? 'new bytes' : 'same bytes');
		my %content = (old => $few, new => $is_new ? make_orders(60001, 100) : $few);

		load_ok($node, load_sql($target, $file), 'published', "$name: first call");
		write_file($file, $content{new}{csv});
		if (ref $answer)
		{
			load_fails($node, load_sql($target, $file, $option), $answer, "$name: error");
		}
		else
		{
			load_ok($node, load_sql($target, $file, $option), $answer, "$name: $answer");
		}
		is( sql($node, "SELECT count(*) FROM $target"),
			scalar(map { @{ $content{$_}{good} } } split(/ /, $contents)),
			"$name: rows");
		# the content is known under any name
		copy($file, "$directory/again.csv") or die "could not copy: $!";
		load_ok($node, load_sql($target, "$directory/again.csv"),
			$contents =~ /new/ || !$is_new ? 'nothing_new' : 'published', "$name: under another name");
	}
	return;
}

# A forced load is known to later calls like any other, and can be continued.
sub test_forced
{
	my ($directory, $target) = new_scenario('append');
	my $file = write_file("$directory/orders.csv", $orders->{csv});
	my $force = load_sql($target, $file, '"force": true');

	load_ok($node, $force, 'published', 'forced: first call');
	load_ok($node, load_sql($target, $file), 'nothing_new', 'forced: its content is known');
	for my $point ('between_chunks', 'publishing')
	{
		interrupt($node, $force, $point);
		remember_chunks($node, $target);
		load_ok($node, load_sql($target, $file),
			'nothing_new', "forced, stopped at $point: not continued without force");
		load_ok($node, $force, 'published', "forced, stopped at $point: the same call publishes");
		is(staged_again($node, $target), 'none', "forced, stopped at $point: chunks staged again");
	}
	is( sql($node, "SELECT count(*) FROM $target"),
		3 * @{ $orders->{good} },
		'forced: the rows three times');
	return;
}

# One content in two files, in two calls, in two unfinished loads.
sub test_published_twice_at_once
{
	my ($directory, $target) = new_scenario('append');
	my ($one, $two) = map { write_file("$directory/$_.csv", $orders->{csv}) } 'one', 'two';

	set_truth($node, $one => $orders);
	load_ok(
		$node,
		load_sql($target, $directory) =~ s/SELECT status/SELECT status, files_loaded, files_skipped/r,
		'published|1|1',
		'equal files in a call: one is loaded');
	is_complete($node, $target, 'equal files in a call: their rows once');

	# while a load of the directory is unfinished, one of its files is loaded by itself
	for my $point ('planned', 'between_chunks', 'publishing')
	{
		($directory, $target) = new_scenario('append');
		$one = write_file("$directory/one.csv", $orders->{csv});
		$two = write_file("$directory/two.csv", $few->{csv});
		interrupt($node, load_sql($target, $directory), $point);
		load_ok($node, load_sql($target, $one), 'published', "$point: one of the files by itself");
		load_ok($node, load_sql($target, $directory), 'published', "$point: then the directory");
		set_truth($node, $one => $orders, $two => $few);
		is_complete($node, $target, "$point: all rows once");
	}

	# two staged loads of one content: the second publish is refused
	($directory, $target) = new_scenario('append');
	$one = write_file("$directory/one.csv", $few->{csv});
	$two = write_file("$directory/two.csv", $few->{csv});
	my ($first, $second) =
	  map { sql($node, "SELECT ingest.stage('$target', '$_')") } $one, $two;
	load_ok($node, "SELECT status FROM ingest.publish($first)", 'published', 'staged twice: first');
	load_fails($node, "SELECT ingest.publish($second)", qr/is already published by load \d+/,
		'staged twice: the second is refused');
	sql($node, "SELECT ingest.discard($second)");
	set_truth($node, $one => $few);
	is_complete($node, $target, 'staged twice: their rows once');
	return;
}

# What the caller's transaction takes back is published from the lanes: nobody reads the file.
sub test_caller_rolls_back
{
	my %transactions = (
		'rolled back' => [ 'BEGIN', 'LOAD', 'ROLLBACK' ],
		'rolled back to a savepoint' =>
		  [ 'BEGIN', 'SAVEPOINT s', 'LOAD', 'ROLLBACK TO s', 'COMMIT' ],
		'failed later' => [ 'BEGIN', 'LOAD', "DO 'BEGIN PERFORM 1 / 0; END'" ],
		'caught' => [
			    "DO \$\$ BEGIN BEGIN PERFORM ingest.load('TARGET', 'SOURCE',"
			  . " options => '{\"chunk_size\": \"64kB\"}'); RAISE 'no';"
			  . ' EXCEPTION WHEN raise_exception THEN NULL; END; END $$' ]);

	for my $name (sort keys %transactions)
	{
		my ($directory, $target) = new_scenario('append');
		my $file = write_file("$directory/orders.csv", $orders->{csv});
		my $load = load_sql($target, $file);
		my @commands =
		  map { s/\bLOAD\b/$load/r =~ s/TARGET/$target/r =~ s/SOURCE/$file/r } @{ $transactions{$name} };

		end_session(start_session($node, @commands));
		is(sql($node, "SELECT count(*) FROM $target"), '0', "$name: no rows");
		is(status_of($node, $target), 'staged', "$name: the load is staged");
		remember_chunks($node, $target);
		chmod(0, $file);
		# a load with another number of workers is the same load
		load_ok($node, load_sql($target, $file, '"workers": 1'), 'published', "$name: published unread");
		chmod(0644, $file);
		set_truth($node, $file => $orders);
		is_complete($node, $target, "$name: exactly the rows of the file");
		is(staged_again($node, $target), 'none', "$name: chunks staged again");
	}
	return;
}

# Scans of a large table start where another one is: a lane must not be taken for an empty one.
sub test_scan_of_lane_by_others
{
	my ($directory, $target) = new_scenario('append');
	my $file = write_file("$directory/orders.csv", $orders->{csv});
	my ($reader, $lane);

	interrupt($node, load_sql($target, $file, '"workers": 1'), 'publishing');
	remember_chunks($node, $target);
	$lane = sql($node, 'SELECT relation::regclass FROM ingest.manifest_lanes');
	cmp_ok(sql($node, "SELECT pg_relation_size('$lane') / 8192"),
		'>', 128 / 4, 'lane is large enough for synchronized scans');
	$reader = $node->background_psql('postgres');
	$reader->query_safe("BEGIN; DECLARE c CURSOR FOR SELECT FROM $lane; MOVE 5000 IN c; COMMIT");
	$reader->quit;
	load_ok($node, load_sql($target, $file), 'published', 'lane read by others: published');
	set_truth($node, $file => $orders);
	is_complete($node, $target, 'lane read by others: exactly the rows of the file');
	is(staged_again($node, $target), 'none', 'lane read by others: chunks staged again');
	return;
}

# publish() alone cannot stage again: it says what to do.
sub test_stage_then_crash
{
	my ($directory, $target) = new_scenario('append');
	my $file = write_file("$directory/orders.csv", $orders->{csv});
	my $stage = load_sql($target, $file) =~ s/status FROM ingest\.load/ingest.stage/r;
	my $load_id = sql($node, $stage);

	$node->stop('immediate');
	$node->start;
	load_fails($node, "SELECT ingest.publish($load_id)", qr/did not survive a server crash/,
		'staged before a crash: publish is refused');
	is(sql($node, $stage), $load_id, 'staged before a crash: staged again');
	load_ok($node, "SELECT status FROM ingest.publish($load_id)",
		'published', 'staged before a crash: published');
	set_truth($node, $file => $orders);
	is_complete($node, $target, 'staged before a crash: exactly the rows of the file');
	return;
}
