#!/usr/bin/env python3
"""run.py: loads public CSV corpora and compares with what is known about them.

    python3 test/conformance/run.py               all suites
    python3 test/conformance/run.py pollock covid some

Starts a throw-away server, prints one table of figures, stops the server.  The exit status is 0
only if no bound is missed.  Environment: INGEST_DATA_DIR, a directory with the public corpora
(see corpora.py); FLAVOUR=test, the build with assertions; PG_CONFIG, which PostgreSQL.
"""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True      # nothing is left in the source tree

import deviations
import json_suites
import pollock
import real_covid
import real_files
import real_history
import real_polls
import sniff
from corpora import HERE, Corpora
from psql import Psql
from report import Report

SUITES = {
    'json': json_suites.run,
    'deviations': deviations.run,
    'pollock': pollock.run,
    'files': real_files.run,
    'covid': real_covid.run,
    'history': real_history.run,
    'polls': real_polls.run,
    'sniff': sniff.run,
}
SERVER = os.path.join(HERE, 'server.sh')


def start_server():
    done = subprocess.run([SERVER, 'start'], stdout=subprocess.PIPE, check=True)
    program, socket = done.stdout.decode().splitlines()
    return Psql(program, socket)


def main(names):
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        sys.exit('no suite "%s"; there are: %s' % (unknown[0], ', '.join(SUITES)))
    corpora = Corpora()
    report = Report()
    if not os.path.isdir(corpora.root):
        print('skipped: everything: no directory with the public corpora; set INGEST_DATA_DIR')
        return 1 if corpora.given else 0
    try:
        psql = start_server()
        psql.run('CREATE EXTENSION pg_ingest;')
        for name in names or SUITES:
            start = time.monotonic()
            SUITES[name](psql, corpora, report)
            print('== %s: %.1f s' % (name, time.monotonic() - start), flush=True)
    except (RuntimeError, subprocess.TimeoutExpired):
        subprocess.run([SERVER, 'log'], check=False)
        raise
    finally:
        subprocess.run([SERVER, 'stop'], check=False)
    report.print()
    return 1 if report.missed() else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
