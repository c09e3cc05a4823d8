"""real_covid.py: daily snapshots of one table, each restating its whole history, as upserts.

A dictionary in Python takes the same snapshots and says for each how many of its rows are new,
changed and unchanged.  Unchanged rows must not be written.
"""
import json
import os

import reference
from corpora import HERE
from psql import literal

SUITE = 'covid'
COUNTRIES = ['china', 'us', 'united_kingdom', 'italy', 'france', 'germany', 'spain', 'iran']
PARSERS = {'date': reference.parse_date, **dict.fromkeys(COUNTRIES, int)}


def _sql(name):
    with open(os.path.join(HERE, 'sql', name), encoding='utf-8') as file:
        return file.read()


def snapshot(path):
    return [reference.typed({name.lower(): value for name, value in row.items()}, PARSERS)
            for row in reference.read(path)]


def snapshot_options(path):
    """What a person who looks at the file gives."""
    options = {'match_by': 'name_ci'}
    if '/' in reference.read(path)[0]['Date']:
        options['dateformat'] = '%m/%d/%y'
    return options


def _load_all(psql, files):
    """(result, rewritten rows) per file; one session loads one file after the other."""
    script = '\n'.join("\\set file %s\n\\set options %s\n%s"
                       % (literal(path), literal(json.dumps(snapshot_options(path))),
                          _sql('covid_load.sql')) for path in files)
    lines = psql.run(script)
    return list(zip(lines[0::2], (line['rewritten'] for line in lines[1::2])))


def _apply(state, rows):
    """Takes a snapshot into the dictionary; how many rows are new, changed, unchanged."""
    inserted = updated = unchanged = 0
    for row in rows:
        if row[0] not in state:
            inserted += 1
        elif state[row[0]] != row:
            updated += 1
        else:
            unchanged += 1
        state[row[0]] = row
    return inserted, updated, unchanged


def _compare_counts(report, files, results, state):
    right = rewritten = 0
    totals = [0, 0, 0]
    for path, (result, touched) in zip(files, results):
        expected = _apply(state, snapshot(path))
        counts = (result['rows_inserted'], result['rows_updated'], result['rows_unchanged'])
        if counts == expected and result['rows_quarantined'] == 0:
            right += 1
        else:
            print('%s: %s: expected %s, got %s' % (SUITE, os.path.basename(path), expected, result))
        rewritten += touched
        totals = [total + count for total, count in zip(totals, expected)]
    report.equal(SUITE, 'files with right counts', right, len(files))
    report.equal(SUITE, 'rows inserted', sum(r['rows_inserted'] for r, _ in results), totals[0])
    report.equal(SUITE, 'rows updated', sum(r['rows_updated'] for r, _ in results), totals[1])
    report.equal(SUITE, 'rows unchanged', sum(r['rows_unchanged'] for r, _ in results), totals[2])
    report.equal(SUITE, 'rows with a new xmin or place', rewritten, totals[1])


def _run_glob(psql, corpora, report, files, state):
    """The whole directory in one call gives the same table."""
    psql.run(_sql('covid_table.sql'), {'table': 'covid_glob'})
    first, rest = psql.run(_sql('covid_glob.sql'),
                           {'first': files[0], 'dir': corpora.path('real')})
    report.equal(SUITE, 'glob: files loaded', rest['files_loaded'], len(files) - 1)
    report.equal(SUITE, 'glob: files skipped', rest['files_skipped'], 1)
    report.equal(SUITE, 'glob: rows read', first['rows_read'] + rest['rows_read'],
                 sum(len(snapshot(path)) for path in files))
    same = set(reference.fetch(psql, 'covid_glob', PARSERS)) == set(state.values())
    report.equal(SUITE, 'glob: tables that are equal', int(same), 1)


def run(psql, corpora, report):
    files = corpora.files('real', 'covid-daily')
    if not files:
        report.skip(SUITE, 'no files in %s' % corpora.path('real', 'covid-daily'))
        return
    state = {}
    psql.run(_sql('covid_table.sql'), {'table': 'covid'})
    report.figure(SUITE, 'files, in the order of their dates', len(files))
    _compare_counts(report, files, _load_all(psql, files), state)
    loaded = reference.fetch(psql, 'covid', PARSERS)
    report.equal(SUITE, 'rows in the table', len(loaded), len(state))
    report.equal(SUITE, 'rows equal to the last word', len(set(loaded) & set(state.values())),
                 len(state))
    before = reference.checksum(psql, 'covid')
    again = [result['status'] for result, _ in _load_all(psql, files)]
    report.equal(SUITE, 'second time: nothing_new', again.count('nothing_new'), len(files))
    report.equal(SUITE, 'second time: tables written',
                 int(reference.checksum(psql, 'covid') != before), 0)
    _run_glob(psql, corpora, report, files, state)
