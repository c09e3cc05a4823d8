"""loading.py: loads Files with ingest.load into tables made for them, and reads those.

The table of a file has its columns with the types that suit their kinds (kinds.py).  When a load
fails or sends rows to quarantine, every feature of the file is loaded on its own, so that the
others are still compared.
"""

import subprocess

import comparing
import kinds

SECONDS = 300
SETUP = '''
CREATE EXTENSION pg_ingest;
CREATE TYPE colour AS ENUM ('red', 'green', 'blue', 'ultramarine', '');
CREATE TYPE point_of_interest AS (x integer, label text, w double precision);
'''
QUARANTINE = '''
SELECT json_build_object('quarantine', format(
           '%%s rows in quarantine, column "%%s", rule %%s: %%s (%%s)',
           count(DISTINCT (file_no, record_no)), colname, rule, min(err_message),
           left(min(raw_field_value), 100)))
  FROM ingest.quarantine_errors WHERE copy_tbl = '%s'::regclass GROUP BY colname, rule LIMIT 3;
'''

# JSON has neither the quote nor the delimiter, so that lines come as they are; psql itself would
# leave U+10FFFF out.
COPY_OUT = '''COPY (%s) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02');'''


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


class Failed(Exception):
    """The load failed or refused rows."""


class Server:
    def __init__(self, program, socket):
        self.command = [
            program,
            '-XAtq',
            '-v',
            'ON_ERROR_STOP=1',
            '-h',
            socket,
            '-U',
            'postgres',
            '-d',
            'postgres',
            '-f',
            '-',
        ]
        self.tables = 0
        self.run(SETUP)

    def run(self, script):
        """The rows of all its SELECTs, each of which returns one JSON object."""
        done = subprocess.run(
            self.command,
            input=script.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
            timeout=SECONDS,
        )
        if done.returncode != 0:
            raise Failed(done.stderr.decode(errors='replace').replace('psql:<stdin>:', ''))
        return [kinds.parse_json(line) for line in done.stdout.decode().split('\n') if line]

    def load(self, file, columns):
        """The rows of the table, in the order of row_id."""
        self.tables += 1
        name = 'awkward_%d' % self.tables
        definitions = ['%s %s' % (identifier(column.name), column.kind.sql) for column in columns]
        expressions = [
            '%s AS %s' % (column.kind.select(identifier(column.name)), identifier(column.name))
            for column in columns
        ]
        self.run('CREATE TABLE %s (%s);' % (name, ', '.join(definitions)))
        try:
            # nanoseconds are cut; an index that the writer adds is no column of the table
            options = '{"lossy": "allow", "new_columns": "ignore"}'
            found = self.run(
                'SET client_min_messages = error;'
                "SELECT to_json(ingest.load('%s', %s, options => '%s'));"
                % (name, literal(file.pattern), options)
                + QUARANTINE % name
            )
            refused = [row['quarantine'] for row in found[1:]]
            if refused:
                raise Failed('; '.join(refused))
            if found[0]['status'] != 'published':
                raise Failed('status is %s' % found[0]['status'])
            return self.run(
                COPY_OUT
                % (
                    'SELECT row_to_json(r) FROM'
                    ' (SELECT %s FROM %s AS t ORDER BY t.row_id) AS r'
                    % (', '.join(expressions), name)
                )
            )
        finally:
            self.run('DROP TABLE %s;' % name)


class Loader:
    def __init__(self, program, socket):
        self.server = Server(program, socket)

    def comparable(self, file):
        return file

    def differences(self, file):
        columns = file.columns + file.keys
        try:
            rows = self.server.load(file, columns)
        except Failed as error:
            return self.by_feature(file, columns, str(error))
        return comparing.compare(file, columns, rows, kinds.COLUMN)

    def by_feature(self, file, columns, reason):
        row_id = [column for column in columns if column.name == 'row_id']
        differences = []
        try:
            self.server.load(file, row_id)
        except Failed:
            return [comparing.failure(file, 'file', reason)]
        for feature in dict.fromkeys(column.feature for column in columns):
            chosen = row_id + [
                column
                for column in columns
                if column.feature == feature and column.name != 'row_id'
            ]
            try:
                rows = self.server.load(file, chosen)
            except Failed as error:
                differences.append(comparing.failure(file, feature, str(error)))
            else:
                differences += comparing.compare(file, chosen, rows, kinds.COLUMN)
        return differences or [comparing.failure(file, 'file', reason)]
