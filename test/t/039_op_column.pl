# A feed whose operation column is not in the target, interrupted and gone on with.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('op_column');
my $rows = 9000;
my $csv = "op,id,customer,amount,day\n";

# every third row of the target is deleted, every third changed, and a third is new
for my $i (1 .. $rows)
{
	$csv .=
		$i % 3 == 0 ? "D,$i,,,\n"
	  : $i % 3 == 1 ? "U,$i,new $i,1.00,2024-02-01\n"
	  :               "I," . ($rows + $i) . ",new,1.00,2024-02-01\n";
}
my $file = write_file($node->basedir . '/feed.csv', $csv);

for my $workers (2, 0)
{
	my $target = create_target($node, "target_$workers", 'upsert');
	my $option = '"hard_delete": "op"';

	sql($node,
		"INSERT INTO $target SELECT i, 'old', 0, '2024-01-01' FROM generate_series(1, $rows) AS i");
	interrupt($node, load_sql($target, $file, $option), 'between_chunks');
	remember_chunks($node, $target);
	is( sql($node, "SELECT count(*) FROM $target WHERE customer <> 'old'"),
		'0', 'nothing is published');
	is( sql($node, <<"SQL"), '9000|3000|3000|3000|0', "$workers workers go on: counts");
SELECT rows_staged, rows_inserted, rows_updated, rows_deleted, rows_quarantined
  FROM ingest.load('$target', '$file',
	options => '{$option, "chunk_size": "64kB", "workers": $workers}')
SQL
	is(staged_again($node, $target), 'none', "$workers workers go on: chunks staged again");
	is( sql($node, <<"SQL"), '0|3000|6000', "$workers workers go on: rows");
SELECT count(*) FILTER (WHERE id <= $rows AND id % 3 = 0), count(*) FILTER (WHERE customer = 'old'),
	   count(*) FILTER (WHERE amount = 1)
  FROM $target
SQL
}
done_testing();
