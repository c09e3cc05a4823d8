#!/usr/bin/env python3
"""parquet_corpus.py: reads public Parquet files and compares with what independent readers gave.

    python3 test/conformance/parquet_corpus.py                 all of parquet/ in INGEST_DATA_DIR
    python3 test/conformance/parquet_corpus.py '*crafted*'     files whose path matches
    python3 test/conformance/parquet_corpus.py --directory DIRECTORY --program PROGRAM

The directory has manifest.tsv (file, bytes, rows, status, expected, note, tags), the files, and their rows in
expected/ as JSON lines.  The programs are parquet_dump, which has to keep to limits of time and memory, and the same with
sanitizers; they are built.  Compared are values, not bytes.  Prints every mismatch, then one table per feature
and one per status; the exit status is 0 only if there is no mismatch.
"""
import argparse
import collections
import decimal
import fnmatch
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True      # nothing is left in the source tree

from corpora import PROJECT, Corpora

BUILD = os.path.join(PROJECT, 'build', 'programs')
PROGRAMS = ('parquet_dump', 'parquet_dump_checked')
TIMEOUT = 60
HOSTILE_SECONDS = 1.0
HOSTILE_BYTES = 300 * 1024 * 1024
EXIT_OK, EXIT_REFUSED = 0, 3

# Valid files that expand without end: they may take their time, but not memory.
BOMBS = {
    'hostile_rle_dict_bomb.parquet',
    'hostile_zstd_bomb_1g.parquet',
}

# Where readers disagree, the specification decides: file name -> (what it gives, why).  None: the expected rows;
# 'error': the file is refused.
DECIDED = {
    'datapage_v1-corrupt-checksum.parquet':
        ('error', 'checksums are verified; the readers of the reference do not look at them'),
    'map_key_only_test.parquet':
        (None, 'LogicalTypes.md: the value field of a MAP may be omitted; the map has keys only'),
    'case-037.parquet':
        (None, 'the columns of a VARIANT as they are stored'),
    'duckdb_types_gzip_v2.parquet':
        (None, 'deltas of INT32 wrap around, so wider ones are read in 64 bits and cut'),
    'duckdb_types_lz4_raw_v2.parquet':
        (None, 'as duckdb_types_gzip_v2'),
    'duckdb_types_snappy_v2.parquet':
        (None, 'as duckdb_types_gzip_v2'),
    'duckdb_types_zstd_v2.parquet':
        (None, 'as duckdb_types_gzip_v2'),
}

FRACTION = re.compile(r'^(\d{4,}-\d\d-\d\dT)?(\d\d:\d\d:\d\d)(\.\d+)?Z?$')
DECIMAL = re.compile(r'^-?\d+(\.\d+)?$')


class Run:
    """One run of the program: its output's file, exit status, message, seconds, bytes of memory."""

    def __init__(self, *command):
        self.output = tempfile.TemporaryFile()
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.PIPE)
        try:
            self.message = process.communicate(timeout=TIMEOUT)[1].decode('utf-8', 'replace')
        except subprocess.TimeoutExpired:
            process.kill()
            self.message = 'timeout: ' + process.communicate()[1].decode('utf-8', 'replace')
        self.seconds = time.monotonic() - start
        self.status = process.returncode

    def refused(self):
        return self.status == EXIT_REFUSED

    def crashed(self):
        return self.status not in (EXIT_OK, EXIT_REFUSED)

    def lines(self):
        self.output.seek(0)
        return self.output.read().split(b'\n')[:-1]

    def first_line(self):
        return self.message.split('\n')[0]


def same_text(expected, actual):
    if expected == actual:
        return True
    left, right = FRACTION.match(expected), FRACTION.match(actual)
    if left and right:
        def parts(match):
            return match[1], match[2], (match[3] or '').rstrip('0').rstrip('.')
        return parts(left) == parts(right)
    if DECIMAL.match(expected) and DECIMAL.match(actual):
        return decimal.Decimal(expected) == decimal.Decimal(actual)
    return False


def same(expected, actual):
    if isinstance(expected, dict):
        if set(expected) == {'$len', '$sha256'} and isinstance(actual, str):
            data = bytes.fromhex(actual[2:]) if actual.startswith('\\x') else actual.encode()
            return (expected['$len'] in (len(data), len(actual)) and
                    hashlib.sha256(data).hexdigest() == expected['$sha256'])
        return (isinstance(actual, dict) and list(expected) == list(actual) and
                all(same(expected[key], actual[key]) for key in expected))
    if isinstance(expected, list):
        return (isinstance(actual, list) and len(expected) == len(actual) and
                all(map(same, expected, actual)))
    if isinstance(expected, str):
        return isinstance(actual, str) and same_text(expected, actual)
    if isinstance(expected, bool) or expected is None or isinstance(actual, bool):
        return expected is actual
    return isinstance(actual, (int, float)) and expected == actual


def first_difference(expected_lines, actual_lines):
    """None, or what differs first."""
    for number, (left, right) in enumerate(zip(expected_lines, actual_lines)):
        if left == right:
            continue
        expected, actual = json.loads(left), json.loads(right)
        if same(expected, actual):
            continue
        for key in list(expected) + list(actual):
            if key not in expected or key not in actual:
                return 'row %d: column "%s" is only on one side' % (number, key)
            if not same(expected[key], actual[key]):
                return 'row %d, "%s": expected %.120s, got %.120s' % (
                    number, key, json.dumps(expected[key]), json.dumps(actual[key]))
        return 'row %d: order of columns' % number
    if len(expected_lines) != len(actual_lines):
        return '%d rows expected, got %d' % (len(expected_lines), len(actual_lines))
    return None


def read_expected(path):
    opener = gzip.open if path.endswith('.gz') else open
    with opener(path, 'rb') as file:
        return file.read().split(b'\n')[:-1]


class Corpus:
    def __init__(self, root, program):
        self.root = root
        self.program = program
        with open(program, 'rb') as file:
            self.is_sanitized = b'__asan_init' in file.read()

    def path(self, name):
        return os.path.join(self.root, name)

    def check_rows(self, entry):
        run = Run(self.program, self.path(entry['file']))
        if run.status != EXIT_OK:
            return 'refused: ' + run.first_line()
        return first_difference(read_expected(self.path(entry['expected'])), run.lines())

    def check_refused(self, entry):
        run = self.hostile(entry)
        if isinstance(run, str):
            return run
        return None if run.refused() else 'was not refused'

    def check_survived(self, entry):
        run = self.hostile(entry)
        return run if isinstance(run, str) else None

    def hostile(self, entry):
        """The run, or what was wrong with it."""
        path = self.path(entry['file'])
        is_bomb = os.path.basename(path) in BOMBS
        if is_bomb and self.is_sanitized:
            options = ['--count', '--skip', '100000000']
        else:
            options = ['--count']
        if self.is_sanitized:
            run = Run(self.program, *options, path)
        else:
            run = Run('prlimit', '--as=%d' % HOSTILE_BYTES, self.program, *options, path)
        if run.crashed():
            return 'exit status %d: %s' % (run.status, run.message[:400])
        if run.seconds > HOSTILE_SECONDS and not is_bomb and not self.is_sanitized:
            return 'took %.1f s' % run.seconds
        printed = Run(self.program, '--rows', '1000', path)
        if printed.crashed():
            return 'exit status %d when printed: %s' % (printed.status, printed.message[:400])
        return run

    def check_must(self, entry):
        must = entry['status'].partition(':')[2].strip()
        run = self.hostile(entry)
        if isinstance(run, str):
            return run
        if must.startswith('error:'):
            wanted = must.partition(':')[2]
            return None if run.refused() and run.message.startswith(wanted) else (
                'should be refused as %s: %s' % (wanted, run.first_line()))
        if must == 'error':
            return None if run.refused() else 'was not refused'
        rows = re.search(r'rows:(\d+)', must)
        if run.refused():
            return None if 'error' in must else 'refused: ' + run.first_line()
        if rows and not self.is_sanitized and int(run.lines()[0]) != int(rows[1]):
            return '%s rows, should be %s' % (run.lines()[0].decode(), rows[1])
        return None

    def check(self, entry):
        """None when all is well, else what is wrong; 'skipped' for what is no Parquet file of ours."""
        status = entry['status']
        decision = DECIDED.get(os.path.basename(entry['file']), (None, ''))[0]
        if status.startswith('must'):
            return self.check_must(entry)
        if status == 'hostile':
            return self.check_survived(entry)
        if status == 'none' or decision == 'error':
            return self.check_refused(entry)
        if entry['expected']:
            return self.check_rows(entry)
        return self.check_survived(entry)


def read_manifest(root, pattern):
    with open(os.path.join(root, 'manifest.tsv'), encoding='utf-8') as file:
        names = file.readline().rstrip('\n').split('\t')
        for line in file:
            fields = line.rstrip('\n').split('\t')
            entry = dict(zip(names, fields + [''] * (len(names) - len(fields))))
            if fnmatch.fnmatch(entry['file'], pattern):
                yield entry


def print_table(title, counts):
    print('\n%-40s %8s %8s' % (title, 'good', 'bad'))
    for name in sorted(counts):
        good, bad = counts[name]
        print('%-40s %8d %8d' % (name[:40], good, bad))


def build_programs():
    os.makedirs(BUILD, exist_ok=True)
    subprocess.run(['make', '-s', '-C', BUILD, '-f', os.path.join(PROJECT, 'test', 'programs.mk'),
                    'TOP=' + PROJECT, 'conformance'], check=True)
    return [os.path.join(BUILD, name) for name in PROGRAMS]


def check_all(root, program, pattern):
    """The number of mismatches."""
    corpus = Corpus(root, program)
    by_status = collections.defaultdict(lambda: [0, 0])
    by_tag = collections.defaultdict(lambda: [0, 0])
    failed = 0
    for entry in read_manifest(root, pattern):
        problem = corpus.check(entry)
        failed += problem is not None
        by_status[entry['status'].partition(':')[0] or 'other'][problem is not None] += 1
        for tag in entry['tags'].split():
            by_tag[tag][problem is not None] += 1
        if problem is not None:
            print('%s [%s]: %s' % (entry['file'], entry['status'], problem), flush=True)
    print_table('feature', by_tag)
    print_table('status', by_status)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--directory', help='with manifest.tsv, files/ and expected/')
    parser.add_argument('--program', help='parquet_dump; default: both builds of it')
    parser.add_argument('pattern', nargs='?', default='*')
    arguments = parser.parse_args()
    corpora = Corpora()
    root = arguments.directory or corpora.path('parquet')
    if not os.path.isdir(root):
        print('skipped: Parquet: no directory with public files; set INGEST_DATA_DIR')
        return 1 if corpora.given else 0
    failed = 0
    for program in [arguments.program] if arguments.program else build_programs():
        print('== %s' % os.path.basename(program), flush=True)
        failed += check_all(root, program, arguments.pattern)
    print('%d mismatches' % failed)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
