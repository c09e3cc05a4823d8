"""column_types.py: every type by itself: the reader alone, staging, and DuckDB, one thread each.

Files have one column, one encoding, no compression.  Rates are bytes of the values as PLAIN has
them, a string with 4 bytes for its length.
"""
import os
import statistics
import subprocess

from harness import ROUNDS, ROWS, RUN, make_parquet, shell, sql, stage, warm_memory

REPEAT = 4  # a file has its rows so many times
DISTINCT = ROWS // 10

PLAIN = ("--dictionary", "no")
DICTIONARY = ("--dictionary", "yes")
LINE = "'the quick brown fox ' || i::bigint * 7919 % 1000003"
LIST = "optional group v (LIST) { repeated group list { optional int32 element; } }"

# name, type of the column, the file's column, value in SQL, bytes of a value in SQL, options
TYPES = [
    ("int32", "integer", "optional int32 v;", "(random() * 2e9)::int", "4", PLAIN),
    ("int64", "bigint", "optional int64 v;", "(random() * 9e15)::bigint", "8", PLAIN),
    ("int64, half of them null", "bigint", "optional int64 v;",
     "CASE WHEN random() < 0.5 THEN (random() * 9e15)::bigint END", "8", PLAIN),
    ("float64", "float8", "optional double v;", "random() * 1000", "8", PLAIN),
    ("decimal(12,2)", "numeric(12,2)", "optional int64 v (DECIMAL(12,2));",
     "(random() * 1e9)::numeric(12,2)::text", "8", PLAIN),
    ("date", "date", "optional int32 v (DATE);", "date '2020-01-01' + (random() * 3000)::int", "4",
     PLAIN),
    ("timestamp", "timestamp", "optional int64 v (TIMESTAMP(MICROS,false));",
     "(timestamp '2020-01-01' + random() * interval '1000 days')::text", "8", PLAIN),
    ("bool", "boolean", "optional boolean v;", "random() < 0.5", "0.125", PLAIN),
    ("uuid", "uuid", "optional fixed_len_byte_array(16) v (UUID);", "gen_random_uuid()", "16",
     PLAIN),
    ("text, plain", "text", "optional binary v (STRING);", LINE, "4 + length(v)", PLAIN),
    ("text, dictionary", "text", "optional binary v (STRING);",
     "'the quick brown fox ' || i % 1000", "4 + length(v)", DICTIONARY),
    ("text, delta lengths", "text", "optional binary v (STRING);", LINE, "4 + length(v)",
     ("--encoding", "delta_length_byte_array")),
    ("text, delta strings", "text", "optional binary v (STRING);", LINE, "4 + length(v)",
     ("--encoding", "delta_byte_array")),
    ("list of 3 int32", "integer[]", LIST, "ARRAY[i, i * 3, i * 5]", "12", PLAIN),
]


def write_file(column, value, size, options):
    """The file of one type and the bytes of its values."""
    path, rows = f"{RUN}/type.parquet", f"{RUN}/type.rows"
    data = f"SELECT {value} AS v FROM generate_series(1, {DISTINCT}) i"
    sql(f"CREATE TABLE type_rows AS {data};",
        f"COPY (SELECT json_build_object('v', v) FROM type_rows) TO '{rows}.json';")
    total = sql(f"SELECT sum({size}) FROM type_rows WHERE v IS NOT NULL;", "DROP TABLE type_rows;")
    subprocess.run(f"{{ echo 'message m {{ {column} }}'; cat {rows}.json; }} >{rows}", shell=True,
                   check=True)
    make_parquet(path, "--repeat", str(REPEAT), *options, rows=rows)
    os.unlink(rows)
    os.unlink(f"{rows}.json")
    return path, float(total[0]) * REPEAT


def duckdb_table(path):
    """A callable: seconds that DuckDB takes; without DuckDB NULL."""
    def run():
        done = subprocess.run([os.environ["DUCKDB_PYTHON"], f"{RUN}/bench/duckdb_table.py", path,
                               f"{RUN}/type.duckdb"], check=True, text=True, capture_output=True)
        return float(done.stdout)
    return run


def measure(path):
    """Seconds of the reader alone, of staging, of DuckDB (or None)."""
    runs = [shell(f"{os.environ['PARQUET_DUMP']} --count {path} >/dev/null"), stage(path, 1, "typed")]
    if os.environ["DUCKDB_PYTHON"]:
        runs.append(duckdb_table(path))
    times = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, seconds in zip(runs, times):
            warm_memory(DISTINCT * REPEAT * 100)
            seconds.append(run())
    return [statistics.median(seconds) for seconds in times] + [None] * (3 - len(runs))


def bench():
    """Prints the table; without DuckDB with two columns of figures only."""
    print(f"\nOne column of {DISTINCT * REPEAT} rows, uncompressed, one thread: MB/s of values\n")
    if not os.environ["DUCKDB_PYTHON"]:
        print("skipped: DuckDB, which pip could not install\n")
    print("| type | the reader alone | staging | DuckDB into its own table | reader / DuckDB "
          "| staging / DuckDB |\n|---|---|---|---|---|---|")
    for name, kind, column, value, size, options in TYPES:
        path, total = write_file(column, value, size, options)
        sql(f"CREATE TABLE typed (v {kind});")
        reader, ours, duckdb = measure(path)
        sql("DROP TABLE typed;")
        rates = [f"{total / 1e6 / seconds:.0f}" if seconds else "" for seconds in
                 (reader, ours, duckdb)]
        ratios = [f"{duckdb / seconds:.2f}" if duckdb else "" for seconds in (reader, ours)]
        print(f"| {name} | {' | '.join(rates + ratios)} |", flush=True)
        os.unlink(path)
