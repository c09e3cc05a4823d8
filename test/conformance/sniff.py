"""sniff.py: ingest.sniff on every file of the CSV corpora, against what is known about them.

Truth: the parameter files of Pollock; for the other families sniff_truth.tsv, made by hand and by
comparing with a second sniffer.  Its columns: path, delimiter, quote, header (0, 1), columns; "?"
where the file does not say (fuzzers' files, single lines), "a or b" where both are right.

A file is right when all four are.  Where they are not, it counts whether the report is unsure
(a confidence below UNSURE, or an error): what is wrong and sure is what misleads people.

Then every file is loaded into a new table as create_table_sql and load_options suggest.
"""
import collections
import hashlib
import json
import os

from psql import literal
from pollock import Parameters

SUITE = 'sniff'
UNSURE = 0.8
MIN_RIGHT = 0.95
BATCH = 100
FACTS = ('delimiter', 'quote', 'header', 'columns')
EXTENSIONS = ('.csv', '.tsv', '.txt', '.gz', '.zst', '.bz2', '.xz')

CASE = """
SELECT json_build_object('case', {number}, 'sniffed', s) FROM ingest.sniff({path}) AS s;
\\if :ERROR
SELECT json_build_object('case', {number}, 'sqlstate', :'LAST_ERROR_SQLSTATE',
                         'message', :'LAST_ERROR_MESSAGE');
\\else
SELECT columns <> '[]' AS has_columns FROM ingest.sniff({path}) \\gset
\\if :has_columns
SELECT ingest.create_table_sql({path}, 'case_{number}') \\gexec
SELECT json_build_object('case', {number}, 'loaded', l)
  FROM ingest.sniff({path}) AS s, ingest.load('case_{number}', {path}, options =>
       s.load_options || '{{"workers": 0}}') AS l;
\\if :ERROR
SELECT json_build_object('case', {number}, 'load_error', :'LAST_ERROR_SQLSTATE',
                         'message', :'LAST_ERROR_MESSAGE');
\\endif
DROP TABLE IF EXISTS case_{number};
\\endif
\\endif
"""


class File:
    def __init__(self, family, path, truth):
        self.family = family
        self.path = path
        self.truth = truth          # dict of FACTS to sets of texts; empty where nothing is known
        self.sniffed = None
        self.error = None
        self.loaded = None
        self.load_error = None

    def found(self):
        """The four facts as texts."""
        return {'delimiter': self.sniffed['delimiter'], 'quote': self.sniffed['quote'],
                'header': str(int(self.sniffed['header'])),
                'columns': str(len(self.sniffed['columns']))}

    def is_known(self):
        return any(self.truth.values())

    def wrong(self):
        """Facts that are not as they should be."""
        if self.sniffed is None:
            return list(FACTS)
        found = self.found()
        return [fact for fact in FACTS if self.truth[fact] and not self._fits(fact, found[fact])]

    def _fits(self, fact, value):
        # of one column there is no delimiter; a quote that the file has not does not matter
        if fact == 'delimiter' and self.truth['columns'] <= {'0', '1'} and self.truth['columns']:
            return True
        if fact == 'quote' and not self._has_quotes(value):
            return True
        return value in self.truth[fact]

    def _has_quotes(self, value):
        with open(self.path, 'rb') as file:
            data = file.read()
        if data[:2] in (b'\x1f\x8b', b'\x28\xb5'):
            return True
        return any(quote.encode() in data for quote in self.truth['quote'] | {value} if quote)

    def is_unsure(self):
        return self.sniffed is None or self.sniffed['confidence'] < UNSURE


def _alternatives(text):
    if text == '?':
        return set()
    return {value.replace('\\t', '\t').replace('none', '')
            for value in text.split(' or ')}


def _read_truth():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'sniff_truth.tsv')
    with open(path, encoding='utf-8') as file:
        rows = [line.rstrip('\n').split('\t') for line in file if not line.startswith('#')]
    return {row[0]: dict(zip(FACTS, map(_alternatives, row[1:]))) for row in rows}


def _pollock_truth(corpora, path):
    name = os.path.basename(path) + '_parameters.json'
    parameters = corpora.path('csv', 'pollock', 'parameters', name)
    known = Parameters(parameters)
    with open(parameters, encoding='utf-8') as file:
        given = json.load(file)
    if not given['column_names']:
        return {'delimiter': set(), 'quote': set(), 'header': {'0'}, 'columns': {'0'}}
    return {'delimiter': {known.delimiter}, 'quote': {known.quote},
            'header': {str(int(known.has_header))}, 'columns': {str(len(known.names))}}


def _files(corpora):
    """Every CSV file of the corpora, with what is known about it."""
    truth = _read_truth()
    nothing = {fact: set() for fact in FACTS}
    result = []
    root = corpora.path('csv')
    for directory, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, root)
            parts = relative.split(os.sep)
            if len(parts) < 2 or not name.lower().endswith(EXTENSIONS):
                continue
            if parts[0] == 'pollock':
                if parts[1] == 'csv':
                    result.append(File('pollock', path, _pollock_truth(corpora, path)))
            else:
                result.append(File(parts[0], path, truth.get(relative, nothing)))
    return result


def _ask(psql, files):
    for first in range(0, len(files), BATCH):
        batch = files[first:first + BATCH]
        script = '\n'.join(CASE.format(number=number, path=literal(file.path))
                           for number, file in enumerate(batch))
        for line in psql.run('SET client_min_messages = error;\n' + script, stop_on_error=False):
            file = batch[line['case']]
            if 'sniffed' in line:
                file.sniffed = line['sniffed']
            elif 'sqlstate' in line:
                file.error = '%s: %s' % (line['sqlstate'], line['message'])
            elif 'loaded' in line:
                file.loaded = line['loaded']
            else:
                file.load_error = '%s: %s' % (line['load_error'], line['message'])


def _different(files):
    """One file of each content."""
    by_content = {}
    for file in files:
        with open(file.path, 'rb') as data:
            by_content.setdefault(hashlib.sha256(data.read()).digest(), file)
    return list(by_content.values())


def _is_clean(file):
    """Nothing was reported that costs records, and the table has every row."""
    return not any('records' in problem for problem in file.sniffed['problems'])


def _print_wrong(file):
    facts = ', '.join('%s %r instead of %s' % (
        fact, file.found()[fact], ' or '.join(map(repr, sorted(file.truth[fact]))))
                      for fact in file.wrong()) if file.sniffed else file.error
    print('%s: %s%s: %s' % (SUITE, 'unsure: ' if file.is_unsure() else 'SURE AND WRONG: ',
                            file.path, facts))


def _report_family(report, family, files):
    known = [file for file in files if file.is_known()]
    right = [file for file in known if not file.wrong()]
    wrong = collections.Counter(fact for file in known for fact in file.wrong())
    sure = sum(not file.is_unsure() for file in known if file.wrong())
    report.figure(SUITE, '%s: right' % family, '%d of %d' % (len(right), len(known)))
    report.figure(SUITE, '%s: wrong delimiter, quote, header, columns' % family,
                  ', '.join(str(wrong[fact]) for fact in FACTS))
    report.figure(SUITE, '%s: wrong, and not said to be unsure' % family, sure)


def _report_loads(report, files):
    tried = [file for file in files if file.sniffed and file.sniffed['columns']]
    failed = [file for file in tried if file.load_error]
    lossy = [file for file in tried if file.loaded and file.sniffed['is_complete']
             and _is_clean(file) and file.loaded['rows_quarantined'] > 0]
    for file in failed:
        print('%s: load failed: %s: %s' % (SUITE, file.path, file.load_error))
    for file in lossy:
        print('%s: rows in quarantine that were not announced: %s' % (SUITE, file.path))
    report.figure(SUITE, 'files loaded into new tables', len(tried) - len(failed))
    report.equal(SUITE, 'loads that failed', len(failed), 0)
    report.equal(SUITE, 'loads with bad rows that were not announced', len(lossy), 0)


def run(psql, corpora, report):
    files = _files(corpora)
    if not files:
        report.skip(SUITE, 'no files in %s' % corpora.path('csv'))
        return
    _ask(psql, files)
    families = collections.defaultdict(list)
    for file in files:
        families[file.family].append(file)
        if file.is_known() and file.wrong():
            _print_wrong(file)
    for family, members in sorted(families.items()):
        _report_family(report, family, members)
    known = [file for file in files if file.is_known()]
    right = sum(not file.wrong() for file in known)
    wrong = [file for file in known if file.wrong()]
    share = right / len(known)
    report.figure(SUITE, 'right, of all files', '%d of %d, %.1f %%' % (right, len(known), 100 * share),
                  share >= MIN_RIGHT, '>= %d %%' % (100 * MIN_RIGHT))
    others = _different([file for file in known if file.family != 'pollock'])
    good = sum(not file.wrong() for file in others)
    report.figure(SUITE, 'right, without pollock and copies of files',
                  '%d of %d, %.1f %%' % (good, len(others), 100 * good / max(len(others), 1)))
    report.figure(SUITE, 'wrong and sure', sum(not file.is_unsure() for file in wrong))
    report.figure(SUITE, 'right, but unsure',
                  sum(file.is_unsure() for file in known if not file.wrong()))
    report.figure(SUITE, 'files that nothing is known about', len(files) - len(known))
    _report_loads(report, files)
