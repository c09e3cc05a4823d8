# Partitions of pg_partman's parents are created by pg_partman, and swapped under their names.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('partman');

if (sql($node, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_partman'") == 0)
{
	plan skip_all => 'pg_partman is not installed';
}
sql($node, 'CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman');
my $version = sql($node, "SELECT split_part(extversion, '.', 1) FROM pg_extension WHERE extname = 'pg_partman'");
my $type = $version < 5 ? 'native' : 'range';

sql($node, <<"SQL");
CREATE TABLE days (day timestamptz NOT NULL, v text) PARTITION BY RANGE (day);
CREATE TABLE numbers (n bigint NOT NULL) PARTITION BY RANGE (n);
CREATE TABLE lone (day date NOT NULL) PARTITION BY RANGE (day);
SELECT partman.create_parent(p_parent_table := 'public.days', p_control := 'day', p_type := '$type',
	p_interval := '1 day', p_premake := 1);
SELECT partman.create_parent(p_parent_table := 'public.numbers', p_control := 'n', p_type := '$type',
	p_interval := '100', p_premake := 1);
SQL

my $day = sql($node, "SELECT ingest.create_partition('days', '2031-05-17 12:00', 'year')");
like($day, qr/^days_p2031_?05_?17$/, 'the interval is that of pg_partman');
is(sql($node, "SELECT ingest.create_partition('days', '2031-05-17 13:00')"), $day, 'made once');
is(sql($node, "SELECT ingest.create_partition('numbers', '1234')"), 'numbers_p1200', 'numbers too');
is(sql($node, "SELECT ingest.create_partition('lone', '2031-05-17', 'year')"), 'lone_p20310101',
	'others are created here');
is( sql($node, "SET search_path = partman, public; SELECT ingest.create_partition('days', '2031-06-01'); SHOW search_path"),
	"days_p" . ($version < 5 ? '2031_06_01' : '20310601') . "\npartman, public",
	'search_path is left alone');
is(sql($node, "SELECT parent_table FROM partman.part_config ORDER BY 1"), "public.days\npublic.numbers",
	'pg_partman knows its own');

sql($node, <<"SQL");
INSERT INTO days VALUES ('2031-05-17 12:00', 'old');
CREATE TABLE new_day AS SELECT '2031-05-17 12:00'::timestamptz AS day, 'new' AS v;
CALL ingest.swap('days', '$day', 'new_day');
SQL
is(sql($node, 'SELECT tableoid::regclass, v FROM days'), "$day|new", 'the partition keeps its name');
is( sql($node, "SELECT partition_tablename FROM partman.show_partitions('public.days') WHERE partition_tablename = '$day'"),
	$day, 'and pg_partman finds it');
done_testing();
