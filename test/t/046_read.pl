# ingest.read and ingest.validate on large files and on a standby: memory, bytes that are read, open files.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('read');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\ntimezone = 'UTC'\n");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_ingest;
CREATE TABLE target (id int, name text, amount numeric(12,2));
-- of this process: kilobytes at their highest, bytes it has asked files for, open files
CREATE FUNCTION memory() RETURNS int LANGUAGE sql
	AS $$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+)')::int $$;
CREATE FUNCTION bytes_read() RETURNS bigint LANGUAGE sql
	AS $$ SELECT substring(pg_read_file('/proc/self/io') FROM 'rchar: (\d+)')::bigint $$;
CREATE FUNCTION open_files(path text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT count(*) FROM pg_ls_dir('/proc/self/fd') AS fd
			 WHERE pg_stat_file('/proc/self/fd/' || fd, true) = pg_stat_file(path));
END $$;
SQL

my $columns = 'AS t(id int, name text, amount numeric(12,2))';
my $small = write_rows('small.csv', 400_000);
my $large = write_rows('large.csv', 4_000_000);

test_limit();
test_memory();
test_open_files();
test_standby();
done_testing();

# A file with a header, rows, and a bad one behind every hundred thousand.
sub write_rows
{
	my ($name, $rows) = @_;
	my $path = $node->basedir . "/$name";

	open(my $file, '>', $path) or die "could not write $path: $!";
	print $file "id,name,amount\n";
	for my $i (1 .. $rows)
	{
		print $file "$i,customer number $i,$i.25\n";
		print $file "none,,\n" if $i % 100_000 == 0;
	}
	close($file) or die "could not write $path: $!";
	return $path;
}

# The last line that a session says about all of these.
sub last_line
{
	my ($statements, %options) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $statements, %options);

	return (split /\n/, $out)[-1];
}

sub test_limit
{
	my $read = "SELECT * FROM ingest.read('$large') $columns LIMIT 1";
	my $bytes = last_line(<<"SQL");
$read;
SELECT bytes_read() AS before \\gset
$read;
SELECT bytes_read() - :before;
SQL
	cmp_ok($bytes, '<', 1024 * 1024, 'LIMIT 1 reads less than a megabyte');
	cmp_ok(-s $large, '>', 100 * 1024 * 1024, '... of more than a hundred');
	return;
}

# Ten times the rows, the same memory.  Chunks are small, as where the allocator puts large ones is its own affair.
sub test_memory
{
	my $chunks = '"chunk_size": "256kB"';
	my %queries = (
		'read' => "SELECT count(*), sum(id) FROM ingest.read('FILE', '{\"on_error\": \"ignore\", $chunks}') $columns",
		'validate' => "SELECT count(*) FROM ingest.validate('target', 'FILE', '{\"max_violations\": 0, $chunks}')",
		'validate_summary' => "SELECT sum(violations) FROM ingest.validate_summary('target', 'FILE', '{$chunks}')");

	for my $name (sort keys %queries)
	{
		my ($first, $second) = map { $queries{$name} =~ s/FILE/$_/r } ($small, $large);
		my $grown = last_line(<<"SQL");
$first;
SELECT memory() AS before \\gset
$second;
SELECT memory() - :before;
SQL
		cmp_ok($grown, '<', 4096, "$name: kilobytes more for ten times the rows");
	}
	is($node->safe_psql('postgres', $queries{read} =~ s/FILE/$large/r),
		'4000000|8000002000000', 'read: every row');
	is($node->safe_psql('postgres', $queries{validate} =~ s/FILE/$large/r), '40', 'validate: every violation');
	return;
}

sub test_open_files
{
	my %endings = (
		'the end' => "SELECT count(*) FROM ingest.read('$small', '{\"on_error\": \"ignore\"}') $columns;",
		'a limit' => "SELECT id FROM ingest.read('$small') $columns LIMIT 3;",
		'an error' => "SELECT count(*) FROM ingest.read('$small') $columns;",
		'an error that is caught' => <<"SQL",
BEGIN;
DO \$\$ BEGIN PERFORM count(*) FROM ingest.read('$small') $columns; EXCEPTION WHEN OTHERS THEN NULL; END \$\$;
COMMIT;
SQL
		'a cancel' => <<"SQL",
SET statement_timeout = '300ms';
SELECT count(*) FROM generate_series(1, 1000), LATERAL (SELECT count(generate_series)
	FROM ingest.read('$small', '{"on_error": "ignore"}') $columns) AS s;
RESET statement_timeout;
SQL
		'a cursor' => <<"SQL",
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM ingest.read('$small') $columns;
FETCH 2 FROM c;
CLOSE c;
COMMIT;
SQL
		'a rollback' => <<"SQL");
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM ingest.read('$small') $columns;
FETCH 2 FROM c;
ROLLBACK;
SQL

	for my $name (sort keys %endings)
	{
		is(last_line("$endings{$name}\nSELECT open_files('$small');", on_error_stop => 0), '0', "no open file after $name");
	}
	is(last_line(<<"SQL"), '1', 'a cursor keeps its file open');
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM ingest.read('$small') $columns;
FETCH 2 FROM c;
SELECT open_files('$small');
SQL
	return;
}

sub test_standby
{
	my $standby = PostgreSQL::Test::Cluster->new('standby');

	$node->backup('base');
	$standby->init_from_backup($node, 'base', has_streaming => 1);
	$standby->start;
	is($standby->safe_psql('postgres', "SELECT pg_is_in_recovery(), sum(id) FROM (SELECT id FROM ingest.read('$small') $columns LIMIT 3) AS s"),
		't|6', 'read on a standby');
	is( $standby->safe_psql(
			'postgres', "SELECT rows_good, rows_bad FROM ingest.validate_summary('target', '$small') WHERE rule IS NULL"),
		'400000|4', 'validate on a standby');
	return;
}
