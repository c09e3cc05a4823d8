"""pollock.py: the Pollock benchmark: files with one pollution each, their dialects, their truth.

What a person would do who has the parameter file of a CSV file: pass its delimiter, quote, escape
and encoding, skip the lines of preamble and header, name the columns as the parameter file does:

    SELECT * FROM ingest.load('t', '/data/file.csv', options =>
        '{"header": false, "skip": 1, "columns": ["DATE", "TIME"], "force_not_null": ["*"]}');

The scores follow the paper (Vitagliano et al., VLDB 2023): success, and precision, recall and F1
of header, records and cells; 10 is the best.  They reward rows whose columns are shifted, so rows
that are loaded but differ from the truth are counted as well: silently wrong rows.
"""
import collections
import csv
import json
import os

from accounting import count_lines, false_evidence, unaccounted_lines
from loads import Case, load_all

SUITE = 'pollock'
MIN_SCORE = 9.96
BATCH = 200             # files per session
KINDS_SHOWN = 20        # files with silently wrong rows that are printed
NAME_MAX = 63           # bytes of a column name


class Parameters:
    """Dialect of one file, from its parameter file."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            given = json.load(file)
        self.delimiter = given['delimiter'] or ','
        self.quote = given['quotechar'] or '"'
        self.escape = given['escapechar'] or self.quote
        self.encoding = given['encoding']
        self.has_header = int(given['header_lines']) > 0
        self.skip = int(given['preamble_lines']) + int(given['header_lines'])
        self.names = ([name.strip() for name in given['column_names']]
                      or ['col_%d' % i for i in range(max(int(given['n_columns']), 1))])

    def columns(self):
        """Names for the table: those of the file where a table can have them."""
        legal = [name for name in self.names if 0 < len(name.encode()) <= NAME_MAX]
        if len(set(legal)) == len(self.names):
            return self.names
        return ['col_%d' % i for i in range(len(self.names))]

    def options(self):
        options = {'header': False, 'skip': self.skip, 'columns': self.columns(),
                   'delimiter': self.delimiter, 'quote': self.quote, 'escape': self.escape,
                   'force_not_null': ['*']}
        if self.encoding.lower() not in ('', 'ascii', 'utf-8', 'utf-8-sig', 'utf_8_sig'):
            options['encoding'] = self.encoding
        return options


class Totals:
    def __init__(self):
        self.files = self.errors = 0
        self.score = 0.0
        self.true_rows = self.exact = self.loaded = self.quarantined = 0
        self.lines = self.unaccounted = self.out_of_order = self.false_evidence = 0
        self.rules = collections.Counter()
        self.wrong = []         # (file, rows that differ from the truth)


def _precision_recall_f1(truth, loaded):
    if not truth:
        return 3.0
    common = sum((collections.Counter(truth) & collections.Counter(loaded)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(loaded), common / len(truth)
    return precision + recall + 2 * precision * recall / (precision + recall)


def score(truth, loaded):
    """Pollock's simple score; truth and loaded: lists of rows, the header first."""
    if not truth:
        return 10.0

    def joined(rows):
        return [''.join(row).lower() for row in rows]

    def cells(rows):
        return [cell for row in rows for cell in row]

    return (1.0
            + _precision_recall_f1([name.lower() for name in truth[0]],
                                   [name.lower() for name in loaded[0]])
            + _precision_recall_f1(joined(truth[1:]), joined(loaded[1:]))
            + _precision_recall_f1(cells(truth), cells(loaded)))


def _is_in_order(rows, truth):
    """Do the rows that are true come in the order of the truth?"""
    true_rows = set(truth)
    rest = iter(truth)
    return all(row in rest for row in rows if row in true_rows)


def _add(totals, name, parameters, files, outcome):
    with open(files['csv'], 'rb') as file:
        data = file.read()
    with open(files['clean'], encoding='utf-8-sig', newline='') as file:
        clean = list(csv.reader(file))
    truth = [tuple(row) for row in (clean[1:] if parameters.has_header else clean)]
    totals.files += 1
    totals.lines += count_lines(data)
    totals.true_rows += len(truth)
    if outcome.result is None:
        totals.errors += 1
        totals.unaccounted += count_lines(data)
        print('%s: %s: %s' % (SUITE, name, outcome.describe()))
        return
    totals.score += score(clean, [parameters.names] + outcome.rows)
    exact = collections.Counter(truth) & collections.Counter(outcome.rows)
    totals.exact += sum(exact.values())
    totals.loaded += len(outcome.rows)
    wrong = list((collections.Counter(outcome.rows) - exact).elements())
    if wrong:
        totals.wrong.append((name, wrong))
    totals.quarantined += len(outcome.bad)
    totals.rules.update(outcome.rules())
    totals.unaccounted += unaccounted_lines(data, parameters.skip, outcome)
    totals.false_evidence += false_evidence(data, outcome)
    totals.out_of_order += not _is_in_order(outcome.rows, truth)


def _load(psql, corpora, totals):
    paths = [path for path in corpora.files('csv', 'pollock', 'csv')
             if os.path.exists(corpora.path('csv', 'pollock', 'clean', os.path.basename(path)))]
    for first in range(0, len(paths), BATCH):
        batch = [(path, Parameters(corpora.path('csv', 'pollock', 'parameters',
                                                os.path.basename(path) + '_parameters.json')))
                 for path in paths[first:first + BATCH]]
        cases = [Case(path, [(name, 'text') for name in parameters.columns()],
                      parameters.options()) for path, parameters in batch]
        for (path, parameters), outcome in zip(batch, load_all(psql, cases)):
            name = os.path.basename(path)
            _add(totals, name, parameters,
                 {'csv': path, 'clean': corpora.path('csv', 'pollock', 'clean', name)}, outcome)


def _print_wrong(totals):
    for name, rows in totals.wrong[:KINDS_SHOWN]:
        print('%s: %s: %d rows differ from the truth, the first: %s'
              % (SUITE, name, len(rows), rows[0]))
    if len(totals.wrong) > KINDS_SHOWN:
        print('%s: ... and %d more files' % (SUITE, len(totals.wrong) - KINDS_SHOWN))


def run(psql, corpora, report):
    totals = Totals()
    _load(psql, corpora, totals)
    if totals.files == 0:
        report.skip(SUITE, 'no files in %s' % corpora.path('csv', 'pollock', 'csv'))
        return
    _print_wrong(totals)
    print('%s: rules of the rows in quarantine: %s' % (SUITE, dict(totals.rules.most_common())))
    simple = totals.score / totals.files
    wrong = totals.loaded - totals.exact
    report.figure(SUITE, 'files', totals.files)
    report.equal(SUITE, 'files that ended with an error', totals.errors, 0)
    report.figure(SUITE, 'simple score', '%.3f' % simple, simple >= MIN_SCORE, '>= %s' % MIN_SCORE)
    report.figure(SUITE, 'true rows', totals.true_rows)
    report.figure(SUITE, 'exact rows', '%.2f %%' % (100 * totals.exact / totals.true_rows))
    report.equal(SUITE, 'silently wrong rows', wrong, 0)
    report.figure(SUITE, 'quarantined rows', totals.quarantined)
    report.equal(SUITE, 'rows with false evidence', totals.false_evidence, 0)
    report.equal(SUITE, 'files with rows out of order', totals.out_of_order, 0)
    report.figure(SUITE, 'input lines', totals.lines)
    report.equal(SUITE, 'unaccounted lines', totals.unaccounted, 0)
