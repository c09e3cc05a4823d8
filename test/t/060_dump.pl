# pg_dump and restore of manifest, contracts, checks and quarantine; contracts of tables that move or go.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

# What must be the same in the other database.
my %facts = (
	contracts => 'SELECT target, version, contract, search_path, set_by, set_at'
	  . ' FROM ingest.manifest_contracts ORDER BY version',
	loads => 'SELECT load_id, target, source, status, contract_version, rows_read, rows_staged,'
	  . ' rows_quarantined, rows_inserted FROM ingest.loads ORDER BY load_id',
	files => 'SELECT load_id, path, size, content_hash, published FROM ingest.files ORDER BY load_id',
	checks => 'SELECT * FROM ingest.checks ORDER BY load_id, name',
	quarantine => 'SELECT load_id, target, file, record_no, raw_line, errors, status, status_by,'
	  . ' status_at, status_reason FROM ingest.quarantine ORDER BY load_id, record_no');

my $node = new_cluster('dump');
my $dump = $node->basedir . '/dump.sql';

make_history();
test_restore();
test_moved();
test_dropped();
done_testing();

sub make_file
{
	my ($name, $content) = @_;

	write_file($node->basedir . "/$name.csv", $content);
	return $node->basedir . "/$name.csv";
}

sub facts
{
	my ($database) = @_;

	return { map { $_ => $node->safe_psql($database, $facts{$_}) } keys %facts };
}

# Two versions of a contract, a load by each, rows in quarantine, a check that was overruled.
sub make_history
{
	my $first = make_file('first', "id,amount\n1,10\n2,-1\n3,101\n");
	my $second = make_file('second', "Nr,amount\n4,40\n5,x\n");

	sql($node, 'CREATE SCHEMA shop; CREATE SCHEMA "other Shop";'
		  . ' CREATE TABLE shop.orders (id int PRIMARY KEY, amount int);'
		  . ' CREATE FUNCTION shop.fair(int) RETURNS bool IMMUTABLE LANGUAGE sql RETURN $1 <= 100;');
	sql($node, q[SELECT ingest.set_contract('shop.orders', '{"columns": {"amount": {"min": 0}}}')]);
	sql($node, "SELECT ingest.load('shop.orders', '$first')");
	sql($node, q[SET search_path = shop; SELECT ingest.set_contract('orders', '{
		"columns": {"id": {"source": ["id", "Nr"]}, "amount": {"min": 0}},
		"rules": {"fair": "fair(amount)"},
		"checks": {"rows": {"type": "row_count", "min": 2}}}')]);
	sql($node, qq[SELECT ingest.load('shop.orders', '$second', options => '{"accept": "rows"}')]);
	sql($node, q[SELECT ingest.discard_quarantine('shop.orders', 'no number', '{"load_id": 2}')]);
	is(sql($node, 'SELECT count(*), count(*) FILTER (WHERE accepted_by IS NOT NULL) FROM ingest.checks'),
		'1|1', 'the check is overruled');
	is(sql($node, q[SELECT string_agg(status, ',' ORDER BY load_id) FROM ingest.quarantine]),
		'open,discarded', 'rows in quarantine, one is discarded');
}

sub dump_and_restore
{
	my ($database) = @_;
	my @where = ('-h', $node->host, '-p', $node->port, '-U', 'postgres');

	command_ok(['pg_dump', @where, '-f', $dump, 'postgres'], 'pg_dump');
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @where, '-f', $dump, $database], 'psql');
}

# In the other database everything is known, by name, and goes on.
sub test_restore
{
	my $before = facts('postgres');
	my $third = make_file('third', "Nr,amount\n6,60\n7,101\n8,-8\n9,90\n");

	dump_and_restore('copy');
	is_deeply(facts('copy'), $before, 'what the other database knows');
	is($node->safe_psql('copy', "SELECT status FROM ingest.load('shop.orders', '"
			  . $node->basedir . "/second.csv')"), 'nothing_new', 'a file that was loaded is known');
	is($node->safe_psql('copy', "SELECT load_id, status, rows_inserted, rows_quarantined"
			  . " FROM ingest.load('shop.orders', '$third')"), '3|published|2|2',
		'the contract holds, with names as they were looked up');
	is($node->safe_psql('copy', 'SELECT contract_version FROM ingest.loads WHERE load_id = 3'), '2',
		'the version goes on');
	is($node->safe_psql('copy', q[SELECT ingest.set_contract('shop.orders', '{}')]), '3',
		'so do versions');
}

# A contract follows its table.
sub test_moved
{
	my $file = make_file('moved', "Nr,amount\n10,100\n11,-1\n12,12\n");
	my $target = q['"other Shop"."Bestellungen"'];

	sql($node, 'ALTER TABLE shop.orders RENAME TO "Bestellungen";'
		  . ' ALTER TABLE shop."Bestellungen" SET SCHEMA "other Shop"');
	is(sql($node, 'SELECT target, version FROM ingest.contracts WHERE is_current'),
		'"other Shop"."Bestellungen"|2', 'the contract has the new name');
	is(sql($node, "SELECT ingest.contract($target) #>> '{columns,amount,min}'"), '0', 'and says the same');
	is(sql($node, "SELECT status, rows_inserted, rows_quarantined FROM ingest.load($target, '$file')"),
		'published|2|1', 'and holds');
	dump_and_restore('moved');
	is_deeply(facts('moved'), facts('postgres'), 'a dump of what was moved');
}

# What is left of a table that is gone is shown to nobody, and is no obstacle.
sub test_dropped
{
	sql($node, 'DROP TABLE "other Shop"."Bestellungen"');
	for my $view (qw(contracts loads files checks quarantine))
	{
		is(sql($node, "SELECT count(*) FROM ingest.$view"), '0', "ingest.$view can be read");
	}
	is(sql($node, 'SELECT count(*) FROM ingest.manifest_contracts'), '2', 'the manifest is kept');
	dump_and_restore('dropped');
	is($node->safe_psql('dropped', 'SELECT count(*) FROM ingest.manifest_contracts'), '2',
		'and dumped');
	sql($node, 'CREATE TABLE shop.orders (id int PRIMARY KEY, amount int)');
	is(sql($node, q[SELECT ingest.contract('shop.orders') ? 'version']), 'f',
		'a table of the same name is another one');
}
