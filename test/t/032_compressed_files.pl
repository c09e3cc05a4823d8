# Compressed files: resume in the middle, and streams that are cut or damaged anywhere.  An error
# names file and byte, nothing is published, and the repaired file loads.
use strict;
use warnings;

use IngestTest;
use IO::Compress::Gzip qw(gzip $GzipError);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('compressed');
my $orders = make_orders(1, 9000);
my $packed = {
	gz => pack_gzip($orders->{csv}),
	gz_members => join('', map { pack_gzip($_) } pieces($orders->{csv}, 50_000)),
	zst => pack_zstd($orders->{csv}),
	zst_frames => join('', map { pack_zstd($_) } pieces($orders->{csv}, 50_000)) };

# behind the first chunks, which the failpoint lets be committed
my $late = 0.8;

# What is wrong, and how the bytes become wrong; the first one in front of the first record.
my @damages = (
	[ 'cut in the first bytes', sub { substr($_[0], 0, 9) } ],
	[ 'cut late', sub { substr($_[0], 0, $late * length $_[0]) } ],
	[ 'last byte missing', sub { substr($_[0], 0, -1) } ]);
my %damages_of = (
	gz => [ [ 'bad checksum', sub { flip($_[0], length($_[0]) - 6) } ],
		[ 'bad length', sub { flip($_[0], length($_[0]) - 2) } ],
		[ 'bad data', sub { flip($_[0], $late * length $_[0]) } ] ],
	zst => [ [ 'bad block', sub { break_zstd_block($_[0]) } ] ]);

for my $kind (sort keys %$packed)
{
	my ($format) = $kind =~ /^([a-z]+)/;

	test_resume($kind);
	test_damage($kind, @$_) for @damages, @{ $damages_of{$format} };
	test_damage_found_on_resume($kind, $damages_of{$format}[-1][1]);
}
done_testing();

sub new_file
{
	my ($name, $bytes) = @_;
	my $file = write_file($node->basedir . "/$name.csv", $bytes);

	set_truth($node, $file => $orders);
	return ($file, create_target($node, $name, 'append'));
}

sub test_resume
{
	my ($kind) = @_;
	my ($file, $target) = new_file("${kind}_resume", $packed->{$kind});

	interrupt($node, load_sql($target, $file), 'between_chunks');
	remember_chunks($node, $target);
	load_ok($node, load_sql($target, $file), 'published', "$kind: the same call publishes");
	is_complete($node, $target, "$kind: exactly the rows of the file");
	is(staged_again($node, $target), 'none', "$kind: chunks staged again");
	return;
}

sub test_damage
{
	my ($kind, $what, $damage) = @_;
	my $bytes = $damage->($packed->{$kind});
	my ($file, $target) = new_file("${kind}_$what" =~ s/ /_/gr, $bytes);
	my $load = load_sql($target, $file);

	fails_at_byte($load, $file, length $bytes, "$kind, $what");
	is(sql($node, "SELECT count(*) FROM $target"), '0', "$kind, $what: nothing is published");
	is(status_of($node, $target), 'failed', "$kind, $what: status");
	fails_at_byte($load, $file, length $bytes, "$kind, $what, a second time");
	write_file($file, $packed->{$kind});
	load_ok($node, $load, 'published', "$kind, $what: the repaired file is published");
	is_complete($node, $target, "$kind, $what: exactly its rows");
	return;
}

# The damage is behind the committed chunks, the file looks the same from outside.
sub test_damage_found_on_resume
{
	my ($kind, $damage) = @_;
	my ($file, $target) = new_file("${kind}_damaged_resume", $packed->{$kind});
	my $load = load_sql($target, $file);
	my $time = (stat $file)[9] - 100;

	utime($time, $time, $file);
	interrupt($node, $load, 'between_chunks');
	write_file($file, $damage->($packed->{$kind}));
	utime($time, $time, $file);
	fails_at_byte($load, $file, length $packed->{$kind}, "$kind, damaged between two attempts");
	is(status_of($node, $target), 'failed', "$kind, damaged between two attempts: status");
	write_file($file, $packed->{$kind});
	load_ok($node, $load, 'published', "$kind, damaged between two attempts: repaired");
	is_complete($node, $target, "$kind, damaged between two attempts: exactly the rows");
	return;
}

# The error names the file and a byte of it.
sub fails_at_byte
{
	my ($load, $file, $size, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $load, timeout => 60);
	my ($byte) = $err =~ /ERROR:  could not decode file "\Q$file\E" at byte (\d+): /;

	ok(defined $byte && $byte <= $size, "$name: an error with file and byte")
	  or diag("size $size, but got: $out$err");
	return;
}

sub pieces
{
	my ($text, $size) = @_;
	return unpack("(a$size)*", $text);
}

sub pack_gzip
{
	my ($text) = @_;
	my $bytes;

	gzip(\$text => \$bytes) or die "could not compress: $GzipError";
	return $bytes;
}

# A zstd frame as in RFC 8878, its blocks are not compressed: magic number, a descriptor that asks
# for a window of 1 MiB and has neither size nor checksum, blocks of at most 128 kB.
sub pack_zstd
{
	my ($text) = @_;
	my @blocks = pieces($text, 30_000);
	my $frame = pack('V C C', 0xFD2FB528, 0, 10 << 3);

	for my $i (0 .. $#blocks)
	{
		my $header = length($blocks[$i]) << 3 | ($i == $#blocks);
		$frame .= substr(pack('V', $header), 0, 3) . $blocks[$i];
	}
	return $frame;
}

# Gives the last block of a frame a type that does not exist; of the last frame, if there are more.
sub break_zstd_block
{
	my ($bytes) = @_;
	my $at = rindex($bytes, pack('V', 0xFD2FB528)) + 6;

	for (;;)
	{
		my $header = unpack('V', substr($bytes, $at, 3) . "\0");

		last if $header & 1;
		$at += 3 + ($header >> 3);
	}
	substr($bytes, $at, 1) |= "\x06";
	return $bytes;
}

sub flip
{
	my ($bytes, $at) = @_;

	substr($bytes, $at, 1) ^= "\x55";
	return $bytes;
}
