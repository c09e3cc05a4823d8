"""harness.py: what all measurements share: statements, rounds, tables of figures.

Every comparison is made in alternating rounds (A, B, A, B, ...), so that a machine whose speed
drifts does not favour one side, and reported as the ratio of medians.  Times are taken by the
server around one statement.

Environment: PSQL, PGHOST, PGUSER, PGDATABASE, ROWS, ROUNDS, BIG (yes/no), MAKE_PARQUET, PARQUET_DUMP,
DUCKDB_PYTHON (empty: no DuckDB), PARTS (names of parts of run.py; empty: all).
"""
import os
import statistics
import subprocess
import sys
import time

RUN = sys.argv[1]
ROWS = int(os.environ["ROWS"])
ROUNDS = int(os.environ["ROUNDS"])
BIG = os.environ["BIG"] == "yes"
PSQL = os.environ["PSQL"]
WARM_BYTES = 200 * ROWS  # about what one staging writes


def sql(*statements):
    """Runs statements in one session and returns the output lines of all of them."""
    command = [PSQL, "-XAtq", "-v", "ON_ERROR_STOP=1"]
    done = subprocess.run(command, input="\n".join(statements), text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{done.stderr}\nin: {statements}")
    return done.stdout.splitlines()


def timed(before, statement, after=""):
    """Seconds that one statement takes; before and after are not counted."""
    lines = sql("SET client_min_messages = error;", before,
                "SELECT extract(epoch FROM clock_timestamp()) AS t0 \\gset",
                statement + ";" if not statement.endswith("gset") else statement,
                "SELECT 'seconds ' || extract(epoch FROM clock_timestamp()) - :t0;", after)
    return float([line for line in lines if line.startswith("seconds ")][0].split()[1])


def warm_memory(size=WARM_BYTES):
    """Writes and removes a file as large as what follows writes.

    On virtual machines the host takes back memory that was free for some seconds, and then it is
    ten times as dear to touch.  So both sides of every comparison begin with memory that was
    in use a moment ago.
    """
    path, block = f"{RUN}/warm", bytes(1 << 20)
    with open(path, "wb", buffering=0) as file:
        for _ in range(size >> 20):
            file.write(block)
    os.unlink(path)


def compare(name, baseline, measured, goal=None):
    """Alternating rounds of two callables that return seconds; prints baseline / measured."""
    a, b = [], []
    for _ in range(ROUNDS):
        warm_memory()
        a.append(baseline())
        warm_memory()
        b.append(measured())
    base, ours = statistics.median(a), statistics.median(b)
    ratio = base / ours
    verdict = "" if goal is None else (" ok" if ratio >= goal else " SHORT OF GOAL")
    goal_text = "" if goal is None else f"{goal:.1f}"
    print(f"| {name} | {base:.2f} | {ours:.2f} | {ratio:.2f} | {goal_text}{verdict} |", flush=True)
    return ratio


def stage(path, workers, target="target"):
    """A callable: seconds of staging, which is discarded."""
    options = f'{{"workers": {workers}, "reject_limit": "60%"}}'
    return lambda: timed("", f"SELECT ingest.stage('{target}', '{path}', '{options}') AS load \\gset",
                         "SELECT ingest.discard(:load);")


def copy_unlogged(path, table="copied"):
    """A callable: seconds of COPY into an unlogged table."""
    return lambda: timed(f"TRUNCATE {table};", f"COPY {table} FROM '{path}' (FORMAT csv, HEADER)",
                         f"TRUNCATE {table};")


def make_parquet(path, *options, rows=None):
    """Writes a Parquet file; rows: path of a description (schema and JSON), else options say."""
    command = [os.environ["MAKE_PARQUET"], *options, path]
    with open(rows or os.devnull, "rb") as description:
        subprocess.run(command, stdin=description, check=True)
    return path


def shell(command):
    """Seconds of a shell command."""
    def run():
        start = time.monotonic()
        subprocess.run(command, shell=True, check=True)
        return time.monotonic() - start
    return run


def table_head(title):
    print(f"\n{title}\n\n| what | baseline s | pg_ingest s | ratio | goal |\n|---|---|---|---|---|")
