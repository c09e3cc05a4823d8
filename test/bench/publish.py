"""publish.py: ingest.merge() against the statements that people write by hand.

A tenth of ROWS goes into a table of twice ROWS; every statement runs once, in a transaction that
is rolled back, on a vacuumed table.  "Tuned" means what the manual and experience advise: source
in the order of the key, rows that do not differ left out, memory to sort, which ours has too, and
no hash join where the table is much larger.  Both sides read the rows from an ordinary table; the
WAL that they write is in the last columns.
"""
from harness import ROWS, sql

TABLE = """(id bigint, qty integer NOT NULL CHECK (qty >= 0), ts timestamp NOT NULL,
 name text NOT NULL, price numeric(12,2), note text, score float8, city text)"""
UPDATED = ["qty", "ts", "name", "price", "note", "score", "city"]
TARGET_ROWS = 2 * ROWS
BATCH_ROWS = ROWS // 10
MEMORY = "SET work_mem = '256MB';"
LOOK_UP = "SET enable_hashjoin = off; SET enable_mergejoin = off;"

SET = ", ".join(f"{column} = %s.{column}" for column in UPDATED)
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
    "tuned MERGE": (MEMORY, merge("(SELECT * FROM batch ORDER BY id)",
                                  "AND " + DIFFERS.format("s"))),
    "tuned ON CONFLICT": (MEMORY, on_conflict("ORDER BY id",
                                              "WHERE " + DIFFERS.format("excluded"))),
}
OURS = (MEMORY, "SELECT ingest.merge('target_rows', 'batch', ARRAY['id'])")


def measure(settings, statement):
    """Seconds and WAL bytes of a statement that is rolled back."""
    lines = sql("SET client_min_messages = error;", settings, "CHECKPOINT; BEGIN;",
                "SELECT extract(epoch FROM clock_timestamp()) AS t0, "
                "pg_current_wal_insert_lsn() AS l0 \\gset", statement + " \\g /dev/null",
                "SELECT 'took ' || extract(epoch FROM clock_timestamp()) - :t0 || ' ' || "
                "pg_current_wal_insert_lsn() - :'l0'::pg_lsn;", "ROLLBACK;", "VACUUM target_rows;")
    seconds, wal = [line for line in lines if line.startswith("took ")][0].split()[1:]
    return float(seconds), float(wal)


def compare_all(name, goal, settings=""):
    """Prints all times and the ratio of the best statement's to ours; settings are for the tuned."""
    by_hand = {how: measure((tuned and tuned + settings), statement)
               for how, (tuned, statement) in STATEMENTS.items()}
    seconds, wal = measure(*OURS)
    best = min(by_hand, key=lambda how: by_hand[how][0])
    ratios = [f"{by_hand[how][0] / seconds:.1f}" for how in (best, "MERGE", "ON CONFLICT")]
    verdict = "" if goal is None else \
        f"{goal} {'ok' if by_hand[best][0] / seconds >= goal else 'SHORT OF GOAL'}"
    times = " | ".join(f"{took:.2f}" for took, _ in by_hand.values())
    print(f"| {name} | {times} | {seconds:.2f} | {' | '.join(ratios)} | {verdict} "
          f"| {by_hand[best][1] / 1e6:.0f} | {wal / 1e6:.0f} |", flush=True)


def rows(ids, change=0):
    """SELECT of whole rows for a SELECT of their keys; change makes qty another one."""
    return f"""SELECT id, (id % 1000)::int + {change} AS qty,
        timestamp '2024-01-01' + id * interval '1 s' AS ts, 'name ' || id AS name,
        (id % 10000 / 100.0)::numeric(12,2) AS price, 'note ' || md5(id::text) AS note,
        id * 0.7::float8 AS score, 'city ' || id % 1000 AS city FROM ({ids}) AS k"""


def make_batch(kind, keys):
    """new, mixed, changed or identical rows; keys spread at random, or the last ones in order."""
    is_new = {"new": "true", "mixed": "i % 2 = 0"}.get(kind, "false")
    place = f"i * {TARGET_ROWS // BATCH_ROWS}" if keys == "random" else \
        f"i + {TARGET_ROWS - BATCH_ROWS}"
    ids = f"""SELECT ({place}) * 2::bigint + CASE WHEN {is_new} THEN 1 ELSE 0 END AS id
        FROM generate_series(1, {BATCH_ROWS}) i"""
    sql("DROP TABLE IF EXISTS batch;",
        f"CREATE TABLE batch AS {rows(ids, 0 if kind == 'identical' else 1)} "
        f"ORDER BY {'random()' if keys == 'random' else 'id'};", "VACUUM ANALYZE batch;")


def fill_target(count):
    sql("DROP TABLE IF EXISTS target_rows;", f"CREATE TABLE target_rows {TABLE};",
        f"INSERT INTO target_rows "
        f"{rows(f'SELECT i::bigint * 2 AS id FROM generate_series(1, {count}) i')};",
        "ALTER TABLE target_rows ADD PRIMARY KEY (id);", "VACUUM ANALYZE target_rows;")


def head(title):
    print(f"\n{title}\n\n| rows | {' s | '.join(STATEMENTS)} s | pg_ingest s | best / ours | "
          "MERGE / ours | ON CONFLICT / ours | goal | WAL MB of the best | ours |\n"
          + "|---" * 12 + "|")


def bench():
    fill_target(TARGET_ROWS)
    head(f"{BATCH_ROWS} rows into {TARGET_ROWS}")
    for keys in ("random", "sequential"):
        for kind, goal in (("new", 4), ("mixed", 2.5), ("changed", 1.5), ("identical", 4)):
            make_batch(kind, keys)
            compare_all(f"{kind}, {keys} keys", goal, LOOK_UP)
    sql("DROP TABLE batch;", f"CREATE TABLE batch AS SELECT * FROM target_rows LIMIT {ROWS};",
        "VACUUM ANALYZE batch;")
    fill_target(ROWS)
    head(f"{ROWS} rows")
    compare_all("delivered again, identical", 4)
    sql("TRUNCATE target_rows;")
    compare_all("into an empty table", None)
    sql("DROP TABLE target_rows, batch;")
