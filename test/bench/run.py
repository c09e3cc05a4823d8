"""run.py: the measurements of "make bench"; scripts/bench.sh starts the server for it."""
import os
import subprocess

import column_types
import contract
import memory
import parquet
import publish
from harness import ROUNDS, ROWS, RUN, compare, copy_unlogged, shell, sql, stage, table_head, timed

TABLE = """(id bigint %s, qty integer NOT NULL CHECK (qty >= 0), ts timestamp NOT NULL,
 name text NOT NULL, price numeric(12,2), note text, score float8, city text)"""


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


def load(path, table, prepare, options='{"workers": 2, "force": true}', arguments=""):
    return lambda: timed(prepare, f"SELECT ingest.load('{table}', '{path}', {arguments}"
                                  f"options => '{options}')")


def bench_staging(mixed):
    quoted = quote_everything(mixed, f"{RUN}/quoted.csv")
    table_head(f"Staging {ROWS} rows against COPY into an unlogged table of the same definition")
    compare("1 worker, 3 % quoted", copy_unlogged(mixed), stage(mixed, 1), 5)
    compare("2 workers, 3 % quoted", copy_unlogged(mixed), stage(mixed, 2), 7)
    compare("in the caller's process", copy_unlogged(mixed), stage(mixed, 0))
    compare("1 worker, all fields quoted", copy_unlogged(quoted), stage(quoted, 1))
    compare("2 workers, all fields quoted", copy_unlogged(quoted), stage(quoted, 2))
    os.unlink(quoted)


def bench_compressed(mixed):
    table_head("Compressed input, 2 workers, against the decompressor alone")
    for suffix, pack, unpack in (("gz", "gzip -1", "gzip -dc"), ("zst", "zstd -q", "zstd -q -dc")):
        path = f"{mixed}.{suffix}"
        subprocess.run(f"{pack} -c {mixed} >{path}", shell=True, check=True)
        compare(f".{suffix} against {unpack}", shell(f"{unpack} {path} >/dev/null"), stage(path, 2))
        os.unlink(path)


def bench_loads(mixed):
    table_head("Files to committed rows, 2 workers")
    compare("append into a plain logged table / COPY into it",
            lambda: timed("TRUNCATE plain;", f"COPY plain FROM '{mixed}' (FORMAT csv, HEADER)"),
            load(mixed, "plain", "TRUNCATE plain;"), 2.5)
    compare("append into a table with a primary key / COPY into it",
            lambda: timed("TRUNCATE keyed;", f"COPY keyed FROM '{mixed}' (FORMAT csv, HEADER)"),
            load(mixed, "keyed", "TRUNCATE keyed;", arguments="strategy => 'append', "), 2)
    upsert = f"""BEGIN; COPY incoming FROM '{mixed}' (FORMAT csv, HEADER);
        INSERT INTO keyed SELECT * FROM incoming ON CONFLICT (id) DO UPDATE SET qty = excluded.qty,
        ts = excluded.ts, name = excluded.name, price = excluded.price, note = excluded.note,
        score = excluded.score, city = excluded.city; COMMIT"""
    compare("upsert into an empty keyed table / COPY + ON CONFLICT",
            lambda: timed(f"TRUNCATE keyed; CREATE TEMP TABLE incoming {TABLE % ''};", upsert),
            load(mixed, "keyed", "TRUNCATE keyed;"), 3)
    again = '{"workers": 2}'
    sql("TRUNCATE plain;", f"SELECT ingest.load('plain', '{mixed}', options => '{again}');")
    compare("the same load again / cat of the file", shell(f"cat {mixed} >/dev/null"),
            load(mixed, "plain", "", again))


def bench_bad_rows(mixed):
    bad = generate(f"{RUN}/bad.csv", 0.03, 0.5)
    table_head("Half of the rows bad (baseline) against none bad: at most twice the time")
    options = '{"workers": 2, "force": true, "reject_limit": "60%", "initial_bad_rows": 0}'
    ratio = compare("load with append, 2 workers", load(bad, "plain", "TRUNCATE plain;", options),
                    load(mixed, "plain", "TRUNCATE plain;", options))
    print(f"\n{ratio:.2f} times the time of none bad ({'ok' if ratio <= 2 else 'SHORT OF GOAL'})")
    sql("TRUNCATE ingest.quarantine_rows;")


def main():
    sql("CREATE EXTENSION pg_ingest;",
        f"CREATE UNLOGGED TABLE copied {TABLE % ''};", f"CREATE TABLE target {TABLE % ''};",
        f"CREATE TABLE plain {TABLE % ''};", f"CREATE TABLE keyed {TABLE % 'PRIMARY KEY'};")
    print(f"{ROWS} rows, {ROUNDS} rounds, medians; {os.cpu_count()} processors; "
          + sql("SELECT version();")[0], flush=True)
    mixed = generate(f"{RUN}/mixed.csv", 0.03)
    parts = {"staging": lambda: bench_staging(mixed), "compressed": lambda: bench_compressed(mixed),
             "contract": lambda: contract.bench(mixed),
             "parquet": lambda: parquet.bench(mixed), "types": column_types.bench,
             "loads": lambda: bench_loads(mixed), "merges": publish.bench,
             "bad": lambda: bench_bad_rows(mixed), "memory": lambda: memory.bench(mixed)}
    for part in os.environ["PARTS"].split() or parts:
        parts[part]()


main()
