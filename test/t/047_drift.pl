# A load that adds columns to its target: what a cancel or a kill leaves, and what the next call does.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('drift');
my $rows = 30000;
my $file = write_file($node->basedir . '/drift.csv',
	"id,code,amount\n" . join('', map { "$_,00$_," . ($_ / 4) . "\n" } 1 .. $rows));
my $columns = "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)"
  . " FROM pg_attribute WHERE attnum > 0 AND attrelid = ";
my $wanted = 'id bigint, code text, amount numeric';

# Interrupted between chunks, when all is staged, and when the columns are added and filled.
for my $point (qw(between_chunks staged publishing published))
{
	my $target = "evolved_$point";
	my $load = load_sql($target, $file, '"new_columns": "evolve"');

	sql($node, "CREATE TABLE $target (id int8)");
	interrupt($node, $load, $point);
	is(sql($node, "${columns}'$target'::regclass"), 'id bigint', "$point: the target is as it was");
	remember_chunks($node, $target);
	load_ok($node, $load, 'published', "$point: the same call goes on");
	is(staged_again($node, $target), 'none', "$point: nothing is staged again");
	is_whole($target, $point);
}

# The server dies while the columns are there and not committed.
sql($node, 'CREATE TABLE killed (id int8)');
{
	my $load = load_sql('killed', $file, '"new_columns": "evolve"');
	my $session = start_at($node, $load, 'published', 0);

	wait_for_failpoint($node, 'published');
	kill 'KILL', pid_of_leader($node);
	end_session($session);
	wait_for($node, 'SELECT true', 'the server');
	is(sql($node, "${columns}'killed'::regclass"), 'id bigint', 'crash: the target is as it was');
	load_ok($node, $load, 'published', 'crash: the same call stages again');
	is_whole('killed', 'crash');
}

# Somebody else adds a column, of another type, while a load is interrupted.
sql($node, 'CREATE TABLE altered (id int8)');
{
	my $load = load_sql('altered', $file, '"new_columns": "evolve"');

	interrupt($node, $load, 'between_chunks');
	sql($node, 'ALTER TABLE altered ADD COLUMN code varchar(20)');
	load_ok($node, $load, 'published', 'altered: the same call begins anew');
	is(sql($node, "${columns}'altered'::regclass"),
		'id bigint, code character varying(20), amount numeric', 'altered: columns');
	is(sql($node, 'SELECT count(*), sum(amount) = sum(id) / 4 FROM altered'),
		"$rows|t", 'altered: rows');
	is(status_of($node, 'altered'), 'discarded published', 'altered: loads');
}
done_testing();

sub is_whole
{
	my ($target, $name) = @_;

	is(sql($node, "${columns}'$target'::regclass"), $wanted, "$name: columns");
	return is(
		sql($node,
			"SELECT count(*), count(DISTINCT id), bool_and(code = '00' || id AND amount = id / 4.0) FROM $target"
		),
		"$rows|$rows|t",
		"$name: rows");
}
