"""session.py: a psql that stays open; statements go in, rows and SQLSTATEs come out.

in:  SQL statements, one at a time
out: lines of unaligned output; errors of the server are values, a lost connection is Lost
"""
import json
import os
import subprocess
import time
from decimal import Decimal

RECONNECT_SECONDS = 60
OK = '00000'


class Lost(Exception):
    """The server ended the session."""


class Answer:
    """What a statement returned: its lines, and the SQLSTATE and message of its error."""

    def __init__(self, lines, sqlstate, message):
        self.lines = lines
        self.sqlstate = sqlstate
        self.message = message

    def ok(self):
        return self.sqlstate == OK

    def objects(self):
        """The lines as JSON; numbers are exact."""
        return [json.loads(line, parse_float=Decimal) for line in self.lines]

    def __str__(self):
        return '%s %s' % (self.sqlstate, self.message) if not self.ok() else str(self.lines)


def literal(value):
    """An SQL literal (standard_conforming_strings is on)."""
    if value is None:
        return 'NULL'
    return "'" + str(value).replace("'", "''") + "'"


class Session:
    """One connection; reconnect() makes a new one after the old one was lost."""

    def __init__(self, command, settings):
        self.command = command
        self.settings = settings
        self.transcript = []
        self.marks = 0
        self.process = None
        self.pid = None
        self.connect()

    def connect(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding='utf-8')
        for setting in self.settings:
            self.must(setting)
        self.pid = int(self.must('SELECT pg_backend_pid()').lines[0])

    def reconnect(self):
        """Waits until the server accepts connections again."""
        deadline = time.monotonic() + RECONNECT_SECONDS
        self.close()
        while True:
            try:
                self.connect()
                return
            except Lost:
                self.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass                # what was not sent is of no use any more

    def run(self, statement):
        self.transcript.append(statement + ';')
        self.marks += 1
        mark = '@@%d@@ ' % self.marks
        lines = []
        try:
            self.process.stdin.write('%s;\n\\echo %s:SQLSTATE :LAST_ERROR_MESSAGE\n'
                                     % (statement, mark))
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Lost from error
        for line in self.process.stdout:
            if line.startswith(mark):
                sqlstate, message = line[len(mark):].rstrip('\n').split(' ', 1)
                if sqlstate != OK:
                    self.transcript.append('-- ERROR %s %s' % (sqlstate, message))
                return Answer(lines, sqlstate, message)
            lines.append(line.rstrip('\n'))
        raise Lost

    def must(self, statement):
        """Runs a statement that must succeed."""
        answer = self.run(statement)
        if not answer.ok():
            raise RuntimeError('%s: %s' % (answer, statement))
        return answer


class Server:
    """Where sessions are opened: PGHOST, PGPORT, PGUSER and PGDATABASE say it."""

    def __init__(self):
        self.command = ['psql', '-XAtq']
        self.environment = dict(os.environ, PGOPTIONS='-c client_min_messages=error')

    def session(self, settings=()):
        return Session(self.command + ['-v', 'ON_ERROR_STOP=0', '-f', '-'],
                       ['SET client_min_messages = error'] + list(settings))

    def start(self, statements):
        """A process that runs the statements in a session of its own and ends."""
        arguments = [part for statement in statements for part in ('-c', statement)]
        return subprocess.Popen(self.command + ['-v', 'ON_ERROR_STOP=1'] + arguments,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment)
