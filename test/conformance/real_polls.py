"""real_polls.py: three editions of one data set with different columns, upserted into one table.

A dictionary in Python takes the same editions: new rows get the defaults of columns that the
edition lacks, old rows keep what they have there.  Then the same by one contract.
"""
import os
from decimal import Decimal

import real_polls_contract
import reference
from corpora import HERE

SUITE = 'polls'
KEYS = ('question_id', 'pollno')
INTEGERS = ('question_id', 'poll_id', 'race_id', 'year', 'pollster_rating_id', 'cand1_id',
            'cand2_id')
TEXTS = ('race', 'location', 'type_simple', 'type_detail', 'pollster', 'methodology', 'partisan',
         'cand1_name', 'cand1_party', 'cand2_name', 'cand2_party', 'comment')
NUMBERS = ('samplesize', 'cand1_pct', 'cand2_pct', 'cand3_pct', 'margin_poll', 'cand1_actual',
           'cand2_actual', 'margin_actual', 'error', 'bias', 'rightcall', 'advancedplusminus')
DATES = ('polldate', 'electiondate')
PARSERS = {**dict.fromkeys(INTEGERS, int), **dict.fromkeys(TEXTS, str),
           **dict.fromkeys(NUMBERS, Decimal), **dict.fromkeys(DATES, reference.parse_date)}
DEFAULTS = {**dict.fromkeys(PARSERS), 'methodology': 'unknown'}


def _edition(path):
    """Rows as dictionaries of typed values, only of the columns that the edition has."""
    rows = []
    for row in reference.read(path):
        row = {'question_id' if name in KEYS else name: value for name, value in row.items()}
        parsers = {name: PARSERS[name] for name in row}
        rows.append(dict(zip(parsers, reference.typed(row, parsers))))
    return rows


def _apply(state, rows):
    """Takes an edition into the dictionary; how many rows are new, changed, unchanged."""
    inserted = updated = unchanged = 0
    for row in rows:
        old = state.get(row['question_id'])
        new = {**(old or DEFAULTS), **row}
        if old is None:
            inserted += 1
        elif old != new:
            updated += 1
        else:
            unchanged += 1
        state[row['question_id']] = new
    return inserted, updated, unchanged


def _load(psql, report, path, state):
    name = os.path.basename(path)
    result = psql.run_file(os.path.join(HERE, 'sql', 'polls_load.sql'), {'file': path})[0]
    inserted, updated, unchanged = _apply(state, _edition(path))
    report.equal(SUITE, '%s: inserted' % name, result['rows_inserted'], inserted)
    report.equal(SUITE, '%s: updated' % name, result['rows_updated'], updated)
    report.equal(SUITE, '%s: unchanged' % name, result['rows_unchanged'], unchanged)
    report.equal(SUITE, '%s: quarantined' % name, result['rows_quarantined'], 0)


def run(psql, corpora, report):
    files = corpora.files('real', 'polls')
    if not files:
        report.skip(SUITE, 'no files in %s' % corpora.path('real', 'polls'))
        return
    state = {}
    psql.run_file(os.path.join(HERE, 'sql', 'polls_table.sql'))
    for path in files:
        _load(psql, report, path, state)
    expected = {tuple(row[name] for name in PARSERS) for row in state.values()}
    loaded = reference.fetch(psql, SUITE, PARSERS)
    report.equal(SUITE, 'rows in the table', len(loaded), len(state))
    report.equal(SUITE, 'rows equal to the last word', len(set(loaded) & expected), len(state))
    margins = psql.run('SELECT to_json(sum(margin_poll)::text) FROM polls;')[0]
    report.figure(SUITE, 'sum of margins', margins,
                  Decimal(margins) == sum(row['margin_poll'] for row in state.values()),
                  '= that of Python')
    before = reference.checksum(psql, SUITE)
    again = [psql.run_file(os.path.join(HERE, 'sql', 'polls_load.sql'), {'file': path})[0]['status']
             for path in files]
    report.equal(SUITE, 'second time: nothing_new', again.count('nothing_new'), len(files))
    report.equal(SUITE, 'second time: tables written',
                 int(reference.checksum(psql, SUITE) != before), 0)
    real_polls_contract.run(psql, report, {path: _edition(path) for path in files}, PARSERS)
