"""psql.py: runs SQL scripts with psql; rows come back as JSON objects.

in:  a script whose SELECTs return one JSON object per row
out: the objects, in order; raises when the script's error is not one the script deals with
"""
import json
import subprocess

SESSION_SECONDS = 600


def literal(text):
    """An SQL string literal (standard_conforming_strings is on)."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


class Psql:
    """One server; every run() is a session of its own."""

    def __init__(self, program, socket, database='postgres'):
        self.program = program
        self.socket = socket
        self.database = database

    def run(self, script, variables=None, stop_on_error=True):
        command = [self.program, '-XAtq', '-h', self.socket, '-U', 'postgres',
                   '-d', self.database, '-v', 'ON_ERROR_STOP=%d' % stop_on_error]
        for name, value in (variables or {}).items():
            command += ['-v', '%s=%s' % (name, value)]
        done = subprocess.run(command + ['-f', '-'], input=script.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=SESSION_SECONDS)
        if done.returncode != 0:
            raise RuntimeError('psql ends with status %d: %s'
                               % (done.returncode, done.stderr.decode(errors='replace')[-2000:]))
        return [json.loads(line) for line in done.stdout.decode().splitlines() if line]

    def run_file(self, path, variables=None):
        with open(path, encoding='utf-8') as script:
            return self.run(script.read(), variables)
