"""loads.py: loads many files, each into a table of its own, in one session.

in:  cases: a file, the columns of its table, options
out: outcomes: the load's result or its error, the rows of the table in the order of the file,
     the rows in quarantine, the chunks of the manifest

What is sent for a case is what a person would type:

    CREATE TABLE case_1 (_row bigint GENERATED ALWAYS AS IDENTITY, id int, name text);
    SELECT * FROM ingest.load('case_1', '/data/names.csv', options => '{"delimiter": ";"}');

The identity column keeps the order of the file, which a published table does not otherwise tell.
"""
import json

from psql import identifier, literal

CASE = """
CREATE TABLE {table} (_row bigint GENERATED ALWAYS AS IDENTITY, {columns});
SELECT json_build_object('case', {number}, 'result', r)
  FROM ingest.load('{table}', {path}, options => {options}) AS r;
\\if :ERROR
SELECT json_build_object('case', {number}, 'sqlstate', :'LAST_ERROR_SQLSTATE',
                         'message', :'LAST_ERROR_MESSAGE');
\\endif
SELECT json_build_object('case', {number}, 'row', r)
  FROM (SELECT {values} FROM {table} ORDER BY _row) AS r;
SELECT json_build_object('case', {number}, 'bad', q)
  FROM ingest.quarantine AS q WHERE target = '{table}'::regclass ORDER BY record_no;
SELECT json_build_object('case', {number}, 'chunk', c)
  FROM ingest.chunks AS c WHERE target = '{table}'::regclass ORDER BY chunk_no;
DROP TABLE {table};
"""


class Case:
    """columns: list of (name, type); setup: SQL for the session, such as a DateStyle."""

    def __init__(self, path, columns, options=None, setup='RESET ALL;'):
        self.path = path
        self.columns = columns
        self.options = options or {}
        self.setup = setup


class Outcome:
    def __init__(self):
        self.result = None      # of ingest.load(); None when it ended with an error
        self.sqlstate = None
        self.message = None
        self.rows = []          # tuples of texts and None
        self.bad = []           # rows of ingest.quarantine
        self.chunks = []        # rows of ingest.chunks

    def rules(self):
        """The first violation of every row in quarantine."""
        return [bad['errors'][0]['rule'] for bad in self.bad]

    def describe(self):
        if self.result is None:
            return 'error %s: %s' % (self.sqlstate, self.message)
        return '%d loaded, %d quarantined%s, %d ignored' % (
            len(self.rows), len(self.bad),
            ' (%s)' % ', '.join(self.rules()) if self.bad else '',
            self.result['rows_ignored'])


def _script(number, case):
    return case.setup + CASE.format(
        table='case_%d' % number, number=number, path=literal(case.path),
        columns=', '.join('%s %s' % (identifier(name), kind) for name, kind in case.columns),
        values=', '.join('{0}::text AS {0}'.format(identifier(name)) for name, _ in case.columns),
        options=literal(json.dumps(case.options)))


def load_all(psql, cases):
    """Outcomes in the order of the cases."""
    outcomes = [Outcome() for _ in cases]
    script = '\n'.join(_script(number, case) for number, case in enumerate(cases))
    for line in psql.run(script, stop_on_error=False):
        outcome = outcomes[line['case']]
        if 'result' in line:
            outcome.result = line['result']
        elif 'sqlstate' in line:
            outcome.sqlstate, outcome.message = line['sqlstate'], line['message']
        elif 'row' in line:
            outcome.rows.append(tuple(line['row'].values()))
        elif 'bad' in line:
            outcome.bad.append(line['bad'])
        else:
            outcome.chunks.append(line['chunk'])
    for case, outcome in zip(cases, outcomes):
        if outcome.result is None and outcome.sqlstate is None:
            raise RuntimeError('no outcome for file %s' % case.path)
    return outcomes
