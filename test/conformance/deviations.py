"""deviations.py: loads every file of deviation_expectations.py and prints what it does.

Besides the expected rows and reasons every load must account for each line of its file.  Files
without an expectation must keep the accounts, or end with an error that has an SQLSTATE of its own.
"""
import codecs
import gzip
import os

from accounting import false_evidence, unaccounted_lines
from deviation_expectations import ORDERS, Expected, expectations
from loads import Case, load_all

SUITE = 'deviations'
INTERNAL_ERROR = 'XX000'
GZIP_MAGIC = b'\x1f\x8b'
ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'


def _content(path):
    """The decoded bytes of a file, None where Python cannot decode it."""
    with open(path, 'rb') as file:
        data = file.read()
    if data.startswith(ZSTD_MAGIC):
        return None
    if data.startswith(GZIP_MAGIC):
        try:
            return gzip.decompress(data)
        except OSError:
            return None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode('utf-16').encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _complaints(case, expected, outcome):
    """What is not as expected, as texts."""
    if outcome.sqlstate is not None or expected.error is not None:
        good = outcome.sqlstate == expected.error and not outcome.rows
        return [] if good else ['expected error %s' % expected.error]
    complaints = []
    if outcome.rows != expected.rows:
        complaints.append('expected %d rows: %s' % (len(expected.rows), expected.rows[:5]))
        complaints.append('got %s' % outcome.rows[:5])
    if outcome.rules() != expected.rules:
        complaints.append('expected rules %s' % expected.rules)
    if outcome.result['rows_ignored'] != expected.ignored:
        complaints.append('expected %d ignored' % expected.ignored)
    return complaints + _account_complaints(case, outcome)


def _account_complaints(case, outcome):
    data = _content(case.path)
    if data is None:
        return []
    header = case.options.get('skip', 0) + (case.options.get('header', True) is not False)
    header += data.startswith(b'#') and 'comment' in case.options   # a line above the header
    header += data.startswith(b'sep=')                              # so is this
    unaccounted = unaccounted_lines(data, header, outcome)
    complaints = []
    if unaccounted:
        complaints.append('%d lines unaccounted for' % unaccounted)
    if false_evidence(data, outcome):
        complaints.append('the quarantine does not point at the raw lines')
    return complaints


def _generic_complaints(case, outcome):
    """For files nothing is known about."""
    if outcome.sqlstate is not None:
        return ['internal error'] if outcome.sqlstate == INTERNAL_ERROR else []
    return _account_complaints(case, outcome)


def run(psql, corpora, report):
    paths = {os.path.basename(path): path for path in corpora.files('csv', 'deviations')}
    if not paths:
        report.skip(SUITE, 'no files in %s' % corpora.path('csv', 'deviations'))
        return
    version = psql.run("SELECT current_setting('server_version_num')::int / 10000;")[0]
    known = expectations(version)
    pairs = []
    for name, path in paths.items():
        for expected in known.get(name, [None]):
            wanted = expected or Expected(columns=ORDERS)
            pairs.append((Case(path, wanted.columns, wanted.options, wanted.setup), expected))
    good = unknown = 0
    for (case, expected), outcome in zip(pairs, load_all(psql, [case for case, _ in pairs])):
        if expected is None:
            complaints = _generic_complaints(case, outcome)
            unknown += 1
        else:
            complaints = _complaints(case, expected, outcome)
        good += not complaints
        print('%s: %-28s %-44s %s' % (SUITE, os.path.basename(case.path), case.options or '',
                                      outcome.describe()))
        for complaint in complaints:
            print('    NOT as expected: %s' % complaint)
    missing = sorted(set(known) - set(paths))
    if missing:
        report.skip(SUITE, 'missing: %s' % ', '.join(missing))
    report.equal(SUITE, 'loads as documented', good, len(pairs))
    if unknown:
        report.figure(SUITE, 'of them only checked for their accounts', unknown)
