"""duckdb_table.py: seconds that DuckDB takes to read a Parquet file into a table of its own.

    duckdb_table.py FILE DATABASE

One thread, a database in a file that is new and removed again.
"""
import os
import sys
import time

import duckdb


def main():
    source, path = sys.argv[1:]
    database = duckdb.connect(path, config={"threads": 1})
    start = time.monotonic()
    database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{source}')")
    seconds = time.monotonic() - start
    database.close()
    os.unlink(path)
    print(seconds)


main()
