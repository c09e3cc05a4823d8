# Limits on bad rows count those of interrupted calls as well.
use strict;
use warnings;

use IngestTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('limits');
my $orders = make_orders(1, 9000);    # of which 225 are bad
my $file = write_file($node->basedir . '/orders.csv', $orders->{csv});
my $rejected = qr/is rejected: 225 of \d+ rows (read so far )?are bad, more than reject_limit/;

# Options, and what the second call does; the first one is interrupted behind two chunks.
my @cases = (
	[ '"reject_limit": 224', $rejected ],
	[ '"reject_limit": 225', 'published' ],
	[ '"reject_limit": 224, "on_error": "ignore"', $rejected ],
	[ '"reject_limit": 225, "on_error": "ignore"', 'published' ],
	[ '"reject_limit": "2.49%"', $rejected ],
	[ '"reject_limit": "2.5%"', 'published' ],
	[ '"reject_limit": "2.49%", "on_error": "ignore"', $rejected ],
	[ '"reject_limit": "2.5%", "on_error": "ignore"', 'published' ]);
my $scenario = 0;

for my $case (@cases)
{
	my ($options, $answer) = @$case;
	my $target = create_target($node, 'target_' . ++$scenario, 'append');
	my $load = load_sql($target, $file, $options);

	interrupt($node, $load, 'between_chunks');
	remember_chunks($node, $target);
	if (ref $answer)
	{
		load_fails($node, $load, $answer, "$options: rejected");
		is(status_of($node, $target), 'rejected', "$options: status");
		is(sql($node, "SELECT count(*) FROM $target"), '0', "$options: nothing is published");
		is(sql($node, 'SELECT * FROM leftovers()'), '', "$options: no lanes");
	}
	else
	{
		load_ok($node, $load, $answer, "$options: published");
		is(staged_again($node, $target), 'none', "$options: chunks staged again");
	}
}
done_testing();
