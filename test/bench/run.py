"""run.py: the measurements of "make bench"; scripts/bench.sh starts the server for it.

Every comparison is made in alternating rounds (A, B, A, B, ...), so that a machine whose speed
drifts does not favour one side, and reported as the ratio of medians.  Times are taken by the
server around one statement.

Environment: PSQL, PGHOST, PGUSER, PGDATABASE, ROWS, ROUNDS, BIG (yes/no), MAKE_PARQUET.
"""
import os
import statistics
import subprocess
import sys
import time

from memory import MemoryWatch

RUN = sys.argv[1]
ROWS = int(os.environ["ROWS"])
ROUNDS = int(os.environ["ROUNDS"])
PSQL = os.environ["PSQL"]

COLUMNS = ["id", "qty", "ts", "name", "price", "note", "score", "city"]
TABLE = """(id bigint %s, qty integer NOT NULL CHECK (qty >= 0), ts timestamp NOT NULL,
 name text NOT NULL, price numeric(12,2), note text, score float8, city text)"""


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


def compare(name, baseline, measured, goal=None):
    """Alternating rounds of two callables that return seconds; prints baseline / measured."""
    a, b = [], []
    for _ in range(ROUNDS):
        a.append(baseline())
        b.append(measured())
    base, ours = statistics.median(a), statistics.median(b)
    ratio = base / ours
    verdict = "" if goal is None else (" ok" if ratio >= goal else " SHORT OF GOAL")
    goal_text = "" if goal is None else f"{goal:.1f}"
    print(f"| {name} | {base:.2f} | {ours:.2f} | {ratio:.2f} | {goal_text}{verdict} |", flush=True)
    return ratio


def generate(path, quoted_share, bad_share=0.0):
    """ROWS rows of 8 mixed columns; quoted_share of the names need quotes, qty is bad at times."""
    sql(f"""COPY (SELECT i AS id,
        CASE WHEN random() < {bad_share} THEN 'n/a' ELSE (random() * 1e6)::int::text END AS qty,
        timestamp '2024-01-01' + (random() * 3e7) * interval '1 s' AS ts,
        CASE WHEN random() < {quoted_share} THEN 'last, first ' ELSE 'name ' END || i AS name,
        (random() * 10000)::numeric(12,2) AS price, 'note ' || md5(i::text) AS note,
        random() * 1000 AS score, 'city ' || i % 1000 AS city
        FROM generate_series(1, {ROWS}) i) TO '{path}' (FORMAT csv, HEADER);""")
    return path


def quote_everything(source, path):
    """The same rows with every field quoted and doubled quotes in one of them."""
    sql(f"""CREATE TEMP TABLE q {TABLE % ''};
        COPY q FROM '{source}' (FORMAT csv, HEADER);
        COPY (SELECT id, qty, ts, 'the "' || name || '"' AS name, price, note, score, city FROM q)
        TO '{path}' (FORMAT csv, HEADER, FORCE_QUOTE *);""")
    return path


def copy_unlogged(path):
    return lambda: timed("TRUNCATE copied;", f"COPY copied FROM '{path}' (FORMAT csv, HEADER)",
                         "TRUNCATE copied;")


def stage(path, workers):
    options = f'{{"workers": {workers}, "reject_limit": "60%"}}'
    return lambda: timed("", f"SELECT ingest.stage('target', '{path}', '{options}') AS load \\gset",
                         "SELECT ingest.discard(:load);")


def load(path, table, prepare, options='{"workers": 2, "force": true}'):
    return lambda: timed(prepare, f"SELECT ingest.load('{table}', '{path}', options => '{options}')")


def shell(command):
    """Seconds of a shell command."""
    def run():
        start = time.monotonic()
        subprocess.run(command, shell=True, check=True)
        return time.monotonic() - start
    return run


def table_head(title):
    print(f"\n{title}\n\n| what | baseline s | pg_ingest s | ratio | goal |\n|---|---|---|---|---|")


def bench_staging(mixed, quoted):
    table_head(f"Staging {ROWS} rows against COPY into an unlogged table of the same definition")
    compare("1 worker, 3 % quoted", copy_unlogged(mixed), stage(mixed, 1), 5)
    compare("2 workers, 3 % quoted", copy_unlogged(mixed), stage(mixed, 2), 7)
    compare("in the caller's process", copy_unlogged(mixed), stage(mixed, 0))
    compare("1 worker, all fields quoted", copy_unlogged(quoted), stage(quoted, 1))
    compare("2 workers, all fields quoted", copy_unlogged(quoted), stage(quoted, 2))


def bench_compressed(mixed):
    table_head("Compressed input, 2 workers, against the decompressor alone")
    for suffix, pack, unpack in (("gz", "gzip -1", "gzip -dc"), ("zst", "zstd -q", "zstd -q -dc")):
        path = f"{mixed}.{suffix}"
        subprocess.run(f"{pack} -c {mixed} >{path}", shell=True, check=True)
        compare(f".{suffix} against {unpack}", shell(f"{unpack} {path} >/dev/null"), stage(path, 2))
        os.unlink(path)


def bench_parquet(mixed):
    table_head("The same rows in Parquet, against COPY of the text")
    for codec in ("snappy", "zstd"):
        path = f"{RUN}/mixed_{codec}.parquet"
        subprocess.run([os.environ["MAKE_PARQUET"], "--codec", codec, "--from-csv", mixed, path],
                       check=True)
        compare(f"1 worker, {codec}", copy_unlogged(mixed), stage(path, 1), 7)
        compare(f"1 worker, {codec} / the text with 1 worker", stage(mixed, 1), stage(path, 1), 1)
        compare(f"2 workers, {codec} / 1 worker", stage(path, 1), stage(path, 2), 1.4)
        os.unlink(path)


def bench_loads(mixed):
    table_head("Files to committed rows, 2 workers")
    compare("append into a plain logged table / COPY into it",
            lambda: timed("TRUNCATE plain;", f"COPY plain FROM '{mixed}' (FORMAT csv, HEADER)"),
            load(mixed, "plain", "TRUNCATE plain;"), 1.6)
    upsert = f"""BEGIN; COPY incoming FROM '{mixed}' (FORMAT csv, HEADER);
        INSERT INTO keyed SELECT * FROM incoming ON CONFLICT (id) DO UPDATE SET qty = excluded.qty,
        ts = excluded.ts, name = excluded.name, price = excluded.price, note = excluded.note,
        score = excluded.score, city = excluded.city; COMMIT"""
    compare("upsert into an empty keyed table / COPY + ON CONFLICT",
            lambda: timed(f"TRUNCATE keyed; CREATE TEMP TABLE incoming {TABLE % ''};", upsert),
            load(mixed, "keyed", "TRUNCATE keyed;"), 2)
    again = '{"workers": 2}'
    sql("TRUNCATE plain;", f"SELECT ingest.load('plain', '{mixed}', options => '{again}');")
    compare("the same load again / cat of the file", shell(f"cat {mixed} >/dev/null"),
            load(mixed, "plain", "", again))


def bench_bad_rows(mixed, bad):
    table_head("Half of the rows bad (baseline) against none bad: at most twice the time")
    options = '{"workers": 2, "force": true, "reject_limit": "60%", "initial_bad_rows": 0}'
    ratio = compare("load with append, 2 workers", load(bad, "plain", "TRUNCATE plain;", options),
                    load(mixed, "plain", "TRUNCATE plain;", options))
    print(f"\n{ratio:.2f} times the time of none bad ({'ok' if ratio <= 2 else 'SHORT OF GOAL'})")
    sql("TRUNCATE ingest.quarantine_rows;")


def bench_memory(mixed):
    print("\nPeak private memory (RssAnon) of any server process and size of shared segments\n")
    print("| file | MB | RssAnon MiB | segment MiB | bound MiB |\n|---|---|---|---|---|")
    small, big = f"{RUN}/small.csv", f"{RUN}/big.csv"
    subprocess.run(f"head -c 100000000 {mixed} | head -n -1 >{small}", shell=True, check=True)
    files = [small]
    if os.environ["BIG"] == "yes":
        size = os.path.getsize(mixed)
        copies = max(1, 5_000_000_000 // size)
        subprocess.run(f"cp {mixed} {big}; for i in $(seq {copies}); do tail -n +2 {mixed}; done "
                       f">>{big}", shell=True, check=True)
        files.append(big)
    for path in files:
        with MemoryWatch(f"{RUN}/data/postmaster.pid") as watch:
            stage(path, 2)()
        bound = 4 * 8 + 16
        print(f"| {os.path.basename(path)} | {os.path.getsize(path) / 1e6:.0f} | "
              f"{watch.private / 2**20:.1f} | {watch.shared / 2**20:.1f} | 64 / {bound} |",
              flush=True)
        os.unlink(path)


def main():
    sql("CREATE EXTENSION pg_ingest;",
        f"CREATE UNLOGGED TABLE copied {TABLE % ''};", f"CREATE TABLE target {TABLE % ''};",
        f"CREATE TABLE plain {TABLE % ''};", f"CREATE TABLE keyed {TABLE % 'PRIMARY KEY'};")
    print(f"{ROWS} rows, {ROUNDS} rounds, medians; {os.cpu_count()} processors; "
          + sql("SELECT version();")[0], flush=True)
    mixed = generate(f"{RUN}/mixed.csv", 0.03)
    quoted = quote_everything(mixed, f"{RUN}/quoted.csv")
    bench_staging(mixed, quoted)
    os.unlink(quoted)
    bench_compressed(mixed)
    bench_parquet(mixed)
    bench_loads(mixed)
    bench_bad_rows(mixed, generate(f"{RUN}/bad.csv", 0.03, 0.5))
    bench_memory(mixed)


main()
