"""publish.py: ingest.merge() against the statements that people write by hand.

A tenth of ROWS goes into a table of twice ROWS; every statement runs once, in a transaction that
is rolled back, on a vacuumed table.  "Tuned" means what the manual and experience advise: source
in the order of the key, rows that do not differ left out, no hash join, memory to sort.  Both
sides read the rows from an ordinary table; the WAL that they write is in the last columns.
"""
from harness import ROWS, TABLE, UPDATED, sql

TARGET_ROWS = 2 * ROWS
BATCH_ROWS = ROWS // 10
ROW = """qty, ts, 'name ' || id AS name, (id % 10000 / 100.0)::numeric(12,2) AS price,
 'note ' || md5(id::text) AS note, id * 0.7::float8 AS score, 'city ' || id % 1000 AS city"""
TUNED = "SET work_mem = '256MB'; SET enable_hashjoin = off; SET enable_mergejoin = off;"

SET = ", ".join(f"{column} = %s.{column}" for column in UPDATED)
COLUMNS = ", ".join(UPDATED)
DIFFERS = (f"(target.{', target.'.join(UPDATED)}) IS DISTINCT FROM "
           f"(%s.{', %s.'.join(UPDATED)})").replace("%s", "{0}")


def merge(batch, condition=""):
    return (f"MERGE INTO target_rows AS target USING {batch} AS s ON target.id = s.id "
            f"WHEN MATCHED {condition} THEN UPDATE SET {SET.replace('%s', 's')} WHEN NOT MATCHED "
            f"THEN INSERT VALUES (s.id, s.{', s.'.join(UPDATED)})")


def on_conflict(order="", condition=""):
    return (f"INSERT INTO target_rows AS target SELECT * FROM batch {order} ON CONFLICT (id) "
            f"DO UPDATE SET {SET.replace('%s', 'excluded')} {condition}")


STATEMENTS = {
    "MERGE": ("", merge("batch")),
    "ON CONFLICT": ("", on_conflict()),
    "tuned MERGE": (TUNED, merge("(SELECT * FROM batch ORDER BY id)",
                                 "AND " + DIFFERS.format("s"))),
    "tuned ON CONFLICT": (TUNED, on_conflict("ORDER BY id", "WHERE " + DIFFERS.format("excluded"))),
}
OURS = ("", "SELECT ingest.merge('target_rows', 'batch', ARRAY['id'])")


def measure(settings, statement):
    """Seconds and WAL bytes of a statement that is rolled back."""
    lines = sql("SET client_min_messages = error;", settings, "CHECKPOINT; BEGIN;",
                "SELECT extract(epoch FROM clock_timestamp()) AS t0, "
                "pg_current_wal_insert_lsn() AS l0 \\gset", statement + " \\g /dev/null",
                "SELECT 'took ' || extract(epoch FROM clock_timestamp()) - :t0 || ' ' || "
                "pg_current_wal_insert_lsn() - :'l0'::pg_lsn;", "ROLLBACK;", "VACUUM target_rows;")
    seconds, wal = [line for line in lines if line.startswith("took ")][0].split()[1:]
    return float(seconds), float(wal)


def compare_all(name, goal):
    """Prints our time, and its ratio to that of each statement; the goal is for the best of them."""
    by_hand = {how: measure(*what) for how, what in STATEMENTS.items()}
    seconds, wal = measure(*OURS)
    best = min(by_hand, key=lambda how: by_hand[how][0])
    ratio = by_hand[best][0] / seconds
    times = " | ".join(f"{took:.2f}" for took, _ in by_hand.values())
    verdict = f"{goal} {'ok' if ratio >= goal else 'SHORT OF GOAL'}" if goal is not None else ""
    default = max(by_hand["MERGE"][0], by_hand["ON CONFLICT"][0]) / seconds
    print(f"| {name} | {times} | {seconds:.2f} | {ratio:.1f} | {default:.1f} | {verdict} "
          f"| {by_hand[best][1] / 1e6:.0f} | {wal / 1e6:.0f} |", flush=True)


def make_batch(kind, keys):
    """new, mixed, changed or identical rows; keys spread at random, or one range in its order."""
    first = TARGET_ROWS // 2 if keys == "random" else TARGET_ROWS - BATCH_ROWS
    step = max(1, (TARGET_ROWS if keys == "random" else BATCH_ROWS) // BATCH_ROWS)
    ids = f"SELECT i * {step} + {0 if keys == 'random' else first} AS place, i FROM " \
          f"generate_series(1, {BATCH_ROWS}) i"
    is_new = {"new": "true", "mixed": "i % 2 = 0"}.get(kind, "false")
    change = 0 if kind == "identical" else 1
    order = "ORDER BY random()" if keys == "random" else "ORDER BY id"
    sql(f"""DROP TABLE IF EXISTS batch;
        CREATE TABLE batch AS SELECT id, {ROW.replace('qty,', f'(id % 1000)::int + {change} AS qty,')
                                             .replace(' ts,', f" {TS} AS ts,")}
        FROM (SELECT place * 2 + CASE WHEN {is_new} THEN 1 ELSE 0 END AS id FROM ({ids}) p) k
        {order};
        VACUUM ANALYZE batch;""")


TS = "timestamp '2024-01-01' + id * interval '1 s'"


def fill_target(rows):
    sql(f"""DROP TABLE IF EXISTS target_rows;
        CREATE TABLE target_rows {TABLE % ''};
        INSERT INTO target_rows SELECT id, {ROW.replace('qty,', '(id % 1000)::int AS qty,')
                                               .replace(' ts,', f" {TS} AS ts,")}
        FROM (SELECT i::bigint * 2 AS id FROM generate_series(1, {rows}) i) k;
        ALTER TABLE target_rows ADD PRIMARY KEY (id);
        VACUUM ANALYZE target_rows;""")


def head(title):
    print(f"\n{title}\n\n| rows | {' s | '.join(STATEMENTS)} s | pg_ingest s | ratio to the best | "
          "to the slower default | goal | WAL MB of the best | of pg_ingest |\n" + "|---" * 10 + "|")


def bench_publish():
    fill_target(TARGET_ROWS)
    head(f"{BATCH_ROWS} rows into {TARGET_ROWS}")
    for keys in ("random", "sequential"):
        for kind, goal in (("new", 4), ("mixed", 2.5), ("changed", 1.5), ("identical", 4)):
            make_batch(kind, keys)
            compare_all(f"{kind}, {keys} keys", goal)
    head(f"{ROWS} rows")
    sql("DROP TABLE batch;", f"CREATE TABLE batch AS SELECT * FROM target_rows LIMIT {ROWS};",
        "VACUUM ANALYZE batch;")
    fill_target(ROWS)
    compare_all("delivered again, identical", 4)
    sql("TRUNCATE target_rows;")
    compare_all("into an empty table", None)
    sql("DROP TABLE target_rows, batch;")
