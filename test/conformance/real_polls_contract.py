"""real_polls_contract.py: the three editions by one contract; columns that come later are added.

The table begins with the columns of the first edition.  Python evaluates the contract's rules and
keeps the dictionary that the table has to be; what ingest.drift says before each step is compared
with the headers.
"""
import os

import reference
from corpora import HERE
from psql import literal

SUITE = 'polls'
TABLE = 'polls_2019'
FACTS = """
SELECT json_build_object('kind', kind, 'file_column', file_column, 'column', column_name,
                         'severity', severity)
  FROM {source} ORDER BY kind, file_column, column_name;
"""


def _columns(psql):
    return psql.run('SELECT to_json(attname) FROM pg_attribute WHERE attrelid = %s::regclass'
                    ' AND attnum > 0 ORDER BY attnum;' % literal(TABLE))


def is_good(row):
    """What the contract asks of a row; row: typed values by column."""
    shares = row['cand1_pct'] + row['cand2_pct'] + (row['cand3_pct'] or 0)
    return shares <= 100 and row['partisan'] in (None, 'D', 'R', 'I', 'IND')


def _drift(psql, report, path, header):
    """The differences that the report has, against those of the names."""
    name = os.path.basename(path)
    known = _columns(psql)
    facts = psql.run(FACTS.format(source='ingest.drift(%s, %s)' % (literal(TABLE), literal(path))))
    added = sorted(fact['file_column'] for fact in facts if fact['kind'] == 'added')
    report.equal(SUITE, '%s: drift: added' % name, ' '.join(added) or '-',
                 ' '.join(sorted(set(header) - set(known))) or '-')
    report.equal(SUITE, '%s: drift: breaking' % name,
                 sum(fact['severity'] == 'breaking' for fact in facts), 0)
    others = sorted({fact['kind'] for fact in facts} - {'added'})
    report.figure(SUITE, '%s: drift: other kinds' % name, ' '.join(others) or '-')
    return facts


def _step(psql, report, path, edition, state):
    """Loads one edition, and takes its good rows into the dictionary."""
    name = os.path.basename(path)
    facts = _drift(psql, report, path, list(edition[0]))
    load = psql.run('SELECT to_json(r) FROM ingest.load(%s, %s) AS r;'
                    % (literal(TABLE), literal(path)))[0]
    good = [row for row in edition if is_good(row)]
    for row in good:
        state[row['question_id']] = {**state.get(row['question_id'], {}), **row}
    report.equal(SUITE, '%s: by contract: quarantined' % name, load['rows_quarantined'],
                 len(edition) - len(good))
    report.equal(SUITE, '%s: by contract: staged' % name, load['rows_staged'], len(good))
    stored = psql.run(FACTS.format(source='ingest.drifts WHERE load_id = %d' % load['load_id']))
    report.equal(SUITE, '%s: drift is stored with the load' % name, stored == facts, True)


def run(psql, report, editions, parsers):
    """editions: by path, rows as dictionaries of typed values."""
    psql.run_file(os.path.join(HERE, 'sql', 'polls_contract.sql'))
    state = {}
    for path, edition in editions.items():
        _step(psql, report, path, edition, state)
    report.equal(SUITE, 'by contract: columns that the table has not, or alone has',
                 len(set(_columns(psql)) ^ set(parsers)), 0)
    expected = {tuple(row.get(name) for name in parsers) for row in state.values()}
    loaded = reference.fetch(psql, TABLE, parsers)
    report.equal(SUITE, 'by contract: rows in the table', len(loaded), len(state))
    report.equal(SUITE, 'by contract: rows equal to the last word', len(set(loaded) & expected),
                 len(state))
    report.equal(SUITE, 'by contract: checks passed',
                 psql.run("SELECT to_json(count(*)) FROM ingest.checks WHERE passed;")[0], 12)
