"""run.py: random sequences of publishes, compared with a simple reference.

in:  a server with the test flavour of the extension, found as psql finds it (PGHOST, …)
     SEQUENCES and SEED in the environment; NUMBER runs one sequence of a seed
out: progress on standard output; status 1 and the statements of a sequence that went wrong

Sequence N of seed S is always the same, but for the moments at which processes are stopped.
"""
import argparse
import os
import random
import shutil
import sys
import time
from collections import Counter

from history import History
from sequence import Mismatch, Sequence
from session import Lost, Server
from targets import SETUP

PROGRESS_SECONDS = 10
HISTORY_EVERY = 10
PUBLISH_PATHS = ('auto', 'auto', 'sql')     # 'auto' writes plain tables directly
SETTINGS = ("SET timezone = 'UTC'",)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('directory', help='for files, readable for the server')
    parser.add_argument('--sequences', type=int, default=int(os.environ.get('SEQUENCES') or 300))
    parser.add_argument('--seed', default=os.environ.get('SEED') or random.randrange(1 << 32))
    parser.add_argument('--number', type=int, default=int(os.environ.get('NUMBER') or 0))
    parser.add_argument('--most-failures', type=int, default=5, help='then it ends')
    return parser.parse_args()


def report(seed, number, sequence, error):
    print('\n'.join(sequence.session.transcript))
    print('sequence %d of seed %s, target "%s", step %d: %s: %s'
          % (number, seed, sequence.kind.name, sequence.steps, type(error).__name__, error))
    print('repeat it with SEED=%s NUMBER=%d' % (seed, number), flush=True)


def run_one(server, session, options, number, statistics):
    """True if the sequence went as it should."""
    directory = '%s/sequence%d' % (options.directory, number)
    session.transcript.clear()
    session.must('SET pg_ingest.publish_path = %s' % PUBLISH_PATHS[number % len(PUBLISH_PATHS)])
    make = History if number % HISTORY_EVERY == 0 else Sequence
    sequence = make(server, session, directory, '%s/%d' % (options.seed, number))
    try:
        sequence.run()
    except (Mismatch, Lost, RuntimeError) as error:
        report(options.seed, number, sequence, error)
        session.reconnect()
        return False
    finally:
        statistics.update(sequence.statistics)
        statistics['steps'] += sequence.steps
    shutil.rmtree(directory, ignore_errors=True)
    return True


def main():
    options = arguments()
    server = Server()
    session = server.session(SETTINGS)
    statistics = Counter()
    failures = 0
    print('seed %s' % options.seed, flush=True)
    for statement in SETUP:
        session.must(statement)
    numbers = [options.number] if options.number else range(1, options.sequences + 1)
    last_report = time.monotonic()
    for number in numbers:
        failures += not run_one(server, session, options, number, statistics)
        if failures >= options.most_failures:
            break
        if time.monotonic() - last_report > PROGRESS_SECONDS:
            last_report = time.monotonic()
            print('%d sequences, %d failures' % (number, failures), flush=True)
    print('%d sequences of seed %s, %d failures: %s'
          % (len(numbers), options.seed, failures,
             ', '.join('%s %d' % item for item in sorted(statistics.items()))))
    return 1 if failures else 0


sys.exit(main())
