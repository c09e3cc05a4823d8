"""json_suites.py: csv-spectrum and csv-test-data: RFC 4180 files with their content as JSON.

Every file is loaded into a table whose columns are text and named by the JSON, and must give
exactly its rows, in their order.  All-text tables keep empty fields as empty strings:
"force_not_null": ["*"].  Files without a JSON are meant to be refused; REFUSED says how.
"""
import json
import os

from accounting import false_evidence, unaccounted_lines
from loads import Case, load_all

OPTIONS = {'force_not_null': ['*']}

# file -> rules of the rows in quarantine, or the SQLSTATE of the error
REFUSED = {
    'bad-header-less-fields.csv': ['missing_columns'],
    'bad-header-more-fields.csv': ['extra_columns'],
    'bad-header-no-header.csv': [],                 # an empty file has no rows
    'bad-header-wrong-header.csv': '42703',         # unknown columns: before the first row
    'bad-missing-quote.csv': ['quotes'],
    'bad-quotes-with-unescaped-quote.csv': ['quotes'],
}
REFUSED_COLUMNS = ['foo', 'bar', 'baz']             # what the suite's documentation expects


def _expected(path):
    """(columns, rows) of a JSON file: a list of objects, or a header and lists."""
    with open(path, encoding='utf-8') as file:
        data = json.load(file)
    if data and isinstance(data[0], list):
        return data[0], [tuple(row) for row in data[1:]]
    columns = list(data[0]) if data else REFUSED_COLUMNS
    return columns, [tuple(row.values()) for row in data]


def _case(path, columns):
    return Case(path, [(name, 'text') for name in columns], OPTIONS)


def _right(path, rows, outcome):
    with open(path, 'rb') as file:
        data = file.read()
    return (outcome.result is not None and outcome.rows == rows and not outcome.bad
            and unaccounted_lines(data, 1, outcome) == 0)


def _refused(path, outcome):
    """None: nothing is known about the file."""
    expected = REFUSED.get(os.path.basename(path))
    if expected is None:
        return None
    if isinstance(expected, str):
        return outcome.sqlstate == expected and not outcome.rows
    with open(path, 'rb') as file:
        data = file.read()
    return (outcome.result is not None and not outcome.rows and outcome.rules() == expected
            and unaccounted_lines(data, 1, outcome) == 0 and false_evidence(data, outcome) == 0)


def _run_suite(psql, corpora, report, suite, directory):
    files = corpora.files('csv', suite, directory)
    if not files:
        report.skip(suite, 'no files in %s' % corpora.path('csv', suite, directory))
        return
    cases, expected = [], []
    for path in files:
        name = os.path.splitext(os.path.basename(path))[0]
        answer = corpora.path('csv', suite, 'json', name + '.json')
        columns, rows = _expected(answer) if os.path.exists(answer) else (REFUSED_COLUMNS, None)
        cases.append(_case(path, columns))
        expected.append(rows)
    right = refused = 0
    for case, rows, outcome in zip(cases, expected, load_all(psql, cases)):
        name = os.path.basename(case.path)
        if rows is None:
            verdict = _refused(case.path, outcome)
            refused += verdict is True
            print('%s: %s: %s' % (suite, name, outcome.describe()))
            if verdict is not True:
                print('    NOT as expected: %s' % (REFUSED.get(name, 'no expectation'),))
        elif _right(case.path, rows, outcome):
            right += 1
        else:
            print('%s: %s: WRONG: %s' % (suite, name, outcome.describe()))
            print('    expected %s, got %s' % (rows, outcome.rows))
    answers = sum(rows is not None for rows in expected)
    report.equal(suite, 'files equal to their JSON', right, answers)
    if len(files) > answers:
        report.equal(suite, 'bad files refused as documented', refused, len(files) - answers)


def run(psql, corpora, report):
    _run_suite(psql, corpora, report, 'csv-spectrum', 'csvs')
    _run_suite(psql, corpora, report, 'csv-test-data', 'csv')
