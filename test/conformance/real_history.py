"""real_history.py: daily snapshots of one table through sync and scd2.

In order, in random order, twice, and all in one step.  The reference is made here, in Python: of the
last state, the last snapshot; of the history, runs of equal values of a day, by the date of the snapshots.
"""
import datetime
import json
import os
import random
import re

import reference
from corpora import HERE
from psql import literal
from real_covid import PARSERS, snapshot, snapshot_options

SUITE = 'history'
SEED = 20240229
NEWER = {'update_if_newer': 'taken'}
INTERVAL = {'valid_from': datetime.date.fromisoformat, 'valid_to': datetime.date.fromisoformat}


def _sql(name):
    with open(os.path.join(HERE, 'sql', name), encoding='utf-8') as file:
        return file.read()


def _taken(path):
    return re.search(r'\d{4}-\d\d-\d\d', os.path.basename(path)).group()


def _load(psql, files):
    for path in files:
        options = {**snapshot_options(path), 'filename': 'path'}
        psql.run('SELECT to_json(r) FROM ingest.load(%s, %s, strategy => %s, options => %s) AS r;'
                 % tuple(map(literal, ('snapshots', path, 'append', json.dumps(options)))))


def _merge(psql, steps, target, source, strategy, options=None):
    """Merges the snapshots one after the other; the sum of each count."""
    script = ''.join('\\set taken %s\n%s' % (taken, _sql('history_merge.sql')) for taken in steps)
    results = psql.run(script, {'target': target, 'source': source, 'strategy': strategy,
                                'options': json.dumps(options or {})})
    return {name: sum(result[name] for result in results)
            for name in ('rows_read', 'rows_inserted', 'rows_updated', 'rows_unchanged', 'rows_deleted')}


def _histories(files):
    """(values, valid_from, valid_to) for each run of equal values of a day."""
    runs = {}
    for path in sorted(files, key=_taken):
        taken = datetime.date.fromisoformat(_taken(path))
        for row in snapshot(path):
            of_day = runs.setdefault(row[0], [])
            if not of_day or of_day[-1][0] != row:
                if of_day:
                    of_day[-1][2] = taken
                of_day.append([row, taken, None])
    return {row + (start, end) for of_day in runs.values() for row, start, end in of_day}


def _history(psql, table):
    return set(reference.fetch(psql, table, {**PARSERS, **INTERVAL}))


def _sync(psql, report, steps, shuffled, last):
    for name, order, table, source, options in (
            ('in order', steps, 'sync_plain', 'delivered_plain', {}),
            ('in order, twice', steps, 'sync_plain', 'delivered_plain', {}),
            ('shuffled, update_if_newer', shuffled, 'sync_newer', 'delivered', NEWER),
            ('shuffled, update_if_newer, twice', shuffled, 'sync_newer', 'delivered', NEWER)):
        again = name.endswith('twice')
        before = reference.checksum(psql, table) if again else None
        _merge(psql, order, table, source, 'sync', options)
        rows = set(reference.fetch(psql, table, PARSERS))
        report.equal(SUITE, 'sync %s: rows not as in the last snapshot' % name, len(rows ^ last), 0)
        if options and again:
            report.equal(SUITE, 'sync %s: tables written' % name,
                         int(reference.checksum(psql, table) != before), 0)


def _current(rows):
    return {row[:-2] for row in rows if row[-1] is None}


def _scd2(psql, report, steps, shuffled, expected):
    counts = _merge(psql, steps, 'scd2_ordered', 'delivered_from', 'scd2')
    report.equal(SUITE, 'scd2 in order: versions inserted', counts['rows_inserted'], len(expected))
    report.equal(SUITE, 'scd2 in order: wrong versions',
                 len(_history(psql, 'scd2_ordered') ^ expected), 0)
    before = reference.checksum(psql, 'scd2_ordered')
    _merge(psql, steps, 'scd2_ordered', 'delivered_from', 'scd2')
    report.equal(SUITE, 'scd2 in order, twice: tables written',
                 int(reference.checksum(psql, 'scd2_ordered') != before), 0)
    _merge(psql, steps[:1], 'scd2_one', 'versions_from', 'scd2')
    report.equal(SUITE, 'scd2 in one step: wrong versions',
                 len(_history(psql, 'scd2_one') ^ expected), 0)
    for table, one, every, options in (
            ('scd2_shuffled', 'delivered_from', 'versions_from', {}),
            ('scd2_seen', 'delivered', 'versions', NEWER)):
        _merge(psql, shuffled, table, one, 'scd2', options)
        rows = _history(psql, table)
        current = len(_current(rows) ^ _current(expected))
        if options:
            report.equal(SUITE, table + ': current rows that are wrong', current, 0)
        else:
            report.figure(SUITE, table + ': current rows that are wrong', current)
        report.figure(SUITE, table + ': versions that are wrong', len(rows ^ expected))
        _merge(psql, steps[:1], table, every, 'scd2', options)
        report.equal(SUITE, table + ', all again: wrong versions',
                     len(_history(psql, table) ^ expected), 0)


def run(psql, corpora, report):
    files = corpora.files('real', 'covid-daily')
    if not files:
        report.skip(SUITE, 'no files in %s' % corpora.path('real', 'covid-daily'))
        return
    steps = sorted(map(_taken, files))
    shuffled = random.Random(SEED).sample(steps, len(steps))
    psql.run(_sql('history_tables.sql'))
    _load(psql, files)
    psql.run('REFRESH MATERIALIZED VIEW versions; ANALYZE versions;')
    expected = _histories(files)
    report.figure(SUITE, 'snapshots', len(files))
    report.figure(SUITE, 'rows of all snapshots', sum(len(snapshot(path)) for path in files))
    _sync(psql, report, steps, shuffled, set(snapshot(max(files, key=_taken))))
    _scd2(psql, report, steps, shuffled, expected)
