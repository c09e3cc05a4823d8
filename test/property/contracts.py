"""contracts.py: random contracts and random rows, compared with what plain SQL says of the same texts.

in:  a server, found as psql finds it (PGHOST, …); SEQUENCES, SEED and NUMBER as for run.py
out: progress on standard output; status 1 and the statements of a contract that went wrong

The reference has the texts of the file in a plain table.  Values and conditions are evaluated there one by
one, and an error is a finding.  Staged and quarantined rows must partition the file, and every row must have
the violations that the reference finds, and no others.
"""
import csv
import json
import os
import random
import sys

from rules import make_column, make_rules, make_text
from session import Server, literal

CONTRACTS = 60
ROWS = (20, 90, 90, 90, 90, 90, 90, 90, 90, 700)    # 700 are more than a batch
SETUP = (
    "SET timezone = 'UTC'", "SET DateStyle = 'ISO, YMD'",
    'CREATE TABLE known (code text)', "INSERT INTO known VALUES ('a'), ('AB'), ('äö'), ('x-1'), ('zz9')",
    # The result of an expression over one row of a table as text; FAILED when it raises an error.
    '''CREATE FUNCTION result(expression text, source regclass, row_number int) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
        result text;
    BEGIN
        EXECUTE format('SELECT (%s)::text FROM %s AS raw WHERE n = %s', expression, source, row_number) INTO result;
        RETURN result;
    EXCEPTION WHEN OTHERS THEN
        RETURN 'FAILED';
    END $$''')


class Mismatch(Exception):
    """The load and the reference differ."""


class ContractTrial:
    """One table, its contract, a file, and what both sides make of it."""

    def __init__(self, session, directory, seed):
        self.rng = random.Random(seed)
        self.session = session
        self.path = f'{directory}/contract.csv'
        self.columns = [make_column(self.rng, f'c{i}') for i in range(self.rng.randint(2, 6))]
        self.rules = make_rules(self.rng, self.columns)
        texts = [column for column in self.columns if column.kind.is_text]
        self.referring = self.rng.choice(texts) if texts and self.rng.random() < 0.3 else None
        self.unique = self.rng.choice(self.columns) if self.rng.random() < 0.3 else None
        self.rows = [[make_text(self.rng, column) for column in self.columns]
                     for _ in range(self.rng.choice(ROWS))]
        self.violations = {n: set() for n in range(1, len(self.rows) + 1)}

    def contract(self):
        if self.referring is not None:
            self.referring.said['references'] = {'table': 'known', 'column': 'code'}
        document = {'columns': {column.name: column.said for column in self.columns if column.said},
                    'rules': {rule.column: rule.sql for rule in self.rules}}
        if self.unique is not None:
            document['unique'] = {'once': {'columns': [self.unique.name], 'keep': 'first'}}
        return json.dumps(document)

    def create(self):
        names = ', '.join(f'{column.name} {column.kind.sql}' for column in self.columns)
        texts = ', '.join(f'{column.name} text' for column in self.columns)
        for statement in ('DROP TABLE IF EXISTS judged, texts, typed', f'CREATE TABLE judged (n int, {names})',
                          f'CREATE TABLE texts (n int, {texts})', f'CREATE TABLE typed (n int, {names})'):
            self.session.must(statement)
        self.session.must(f"SELECT ingest.set_contract('judged', {literal(self.contract())})")

    def write(self):
        """The file, and its texts in a plain table; a NULL is one of the column's words."""
        with open(self.path, 'w', encoding='utf-8', newline='') as file:
            writer = csv.writer(file, lineterminator='\n')
            writer.writerow(['n'] + [column.source for column in self.columns])
            for n, row in enumerate(self.rows, 1):
                writer.writerow([n] + [self.rng.choice(column.null_words) if text is None else text
                                       for column, text in zip(self.columns, row)])
        self.rows = [[None if text in column.null_words else text
                      for column, text in zip(self.columns, row)] for row in self.rows]
        values = ', '.join(f"({n}, {', '.join(map(literal, row))})" for n, row in enumerate(self.rows, 1))
        self.session.must(f'INSERT INTO texts VALUES {values}')
        self.session.must('INSERT INTO typed SELECT n FROM texts')

    def ask(self, expression, table):
        """The expression's result for every row: 'true', 'false', '' or 'FAILED'."""
        answer = self.session.must(f"SELECT coalesce(result({literal(expression)}, '{table}', n), '') "
                                   f'FROM {table} ORDER BY n')
        return dict(enumerate(answer.lines, 1))

    def convert(self):
        """Fills the typed table; notes what is no value."""
        for column in self.columns:
            name = column.name
            known = self.ask(f'({column.value}) IS NULL', 'texts')
            exact = self.ask(column.lossless, 'texts')
            for n, state in known.items():
                if state == 'FAILED':
                    self.violations[n].add((column.failure, name))
                elif exact[n] == 'false':
                    self.violations[n].add(('lossy', name))
            bad = [n for n in known if self.is_unknown(n, (name,))] or [0]
            self.session.must(f"UPDATE typed SET {name} = (SELECT {column.value} FROM texts raw WHERE raw.n = typed.n) "
                              f"WHERE n NOT IN ({', '.join(map(str, bad))})")

    def is_unknown(self, n, columns):
        """Has one of the columns no value that can be judged?"""
        return any((rule, column) in self.violations[n] for column in columns
                   for rule in ('type', 'lossy', 'transform', 'not_null'))

    def judge(self):
        for column in self.columns:
            if column.said.get('not_null'):
                for n, state in self.ask(f'{column.name} IS NULL', 'typed').items():
                    if state == 'true' and not self.is_unknown(n, (column.name,)):
                        self.violations[n].add(('not_null', column.name))
        found = []
        for condition in [part for column in self.columns for part in column.conditions] + self.rules:
            for n, state in self.ask(condition.sql, 'typed').items():
                if state in ('false', 'FAILED') and not self.is_unknown(n, condition.columns):
                    found.append((n, (condition.rule, condition.column)))
        for n, violation in found:
            self.violations[n].add(violation)

    def remove(self):
        """Rows that are good by themselves: orphans, then those that repeat another."""
        if self.referring is not None:
            name = self.referring.name
            self.remove_rows(f'{name} IS NOT NULL AND {name} NOT IN (SELECT code FROM known)', ('references', name))
        if self.unique is not None:
            name = self.unique.name
            bad = [n for n, found in self.violations.items() if found] or [0]
            self.remove_rows(f'EXISTS (SELECT FROM typed other WHERE other.{name} = raw.{name} AND other.n < raw.n '
                             f"AND other.n NOT IN ({', '.join(map(str, bad))}))", ('unique', 'once'))

    def remove_rows(self, condition, violation):
        gone = [n for n, state in self.ask(condition, 'typed').items()
                if state == 'true' and not self.violations[n]]
        for n in gone:
            self.violations[n].add(violation)

    def load(self):
        options = json.dumps({'workers': self.rng.choice((0, 1, 2)), 'reject_limit': '100%', 'initial_bad_rows': 0})
        self.session.must(f"SELECT ingest.load('judged', {literal(self.path)}, options => '{options}')")

    def compare(self):
        bad = {n: found for n, found in self.violations.items() if found}
        quarantined = {}
        for row in self.session.must("SELECT json_build_object('n', record_no, 'errors', errors) "
                                     'FROM ingest.quarantine WHERE load_id = '
                                     '(SELECT max(load_id) FROM ingest.loads)').objects():
            if row['n'] in quarantined:
                raise Mismatch(f"row {row['n']} is in quarantine twice")
            quarantined[row['n']] = {violation_of(error) for error in row['errors']}
        for n in self.violations:
            if quarantined.get(n, set()) != bad.get(n, set()):
                raise Mismatch(f'row {n}: {self.rows[n - 1]}: quarantine has {quarantined.get(n)}, '
                               f'SQL finds {bad.get(n)}')
        gone = ', '.join(map(str, bad)) or '0'
        different = self.session.must(
            f'(TABLE judged EXCEPT ALL SELECT * FROM typed WHERE n NOT IN ({gone})) UNION ALL '
            f'(SELECT * FROM typed WHERE n NOT IN ({gone}) EXCEPT ALL TABLE judged)').lines
        if different:
            raise Mismatch(f'rows of the target or of the reference only: {different}')
        return len(bad)

    def run(self):
        """The number of bad rows."""
        self.create()
        self.write()
        self.convert()
        self.judge()
        self.remove()
        self.load()
        return self.compare()


def violation_of(error):
    """Rules and unique sets have names, which the message has."""
    if error['rule'] in ('rule', 'unique'):
        return error['rule'], error['message'].split('"')[1]
    return error['rule'], error.get('column')


def main():
    seed = os.environ.get('SEED') or random.randrange(1 << 32)
    count = int(os.environ.get('SEQUENCES') or CONTRACTS)
    only = int(os.environ.get('NUMBER') or 0)
    session = Server().session()
    failures = rows = bad_rows = 0
    print(f'seed {seed}', flush=True)
    for statement in SETUP:
        session.must(statement)
    numbers = [only] if only else range(1, count + 1)
    for number in numbers:
        trial = ContractTrial(session, sys.argv[1], f'{seed}/{number}')
        session.transcript.clear()
        try:
            bad_rows += trial.run()
            rows += len(trial.rows)
        except (Mismatch, RuntimeError) as error:
            failures += 1
            print('\n'.join(session.transcript))
            print(f'contract {number} of seed {seed}: {type(error).__name__}: {error}\n'
                  f'repeat it with SEED={seed} NUMBER={number}', flush=True)
    print(f'{len(numbers)} contracts of seed {seed}, {failures} failures; {bad_rows} of {rows} rows bad')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
