"""memory.py: the memory of a server's processes while they load files of very different sizes."""
import glob
import os
import subprocess
import threading
import time

from harness import BIG, RUN, make_parquet, sql, stage

INTERVAL = 0.02  # seconds between looks


def private_bytes(pid):
    """RssAnon of a process, 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def children(parent):
    """Processes whose parent is the postmaster."""
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as pids:
        return pids.read().split()


def segment_bytes():
    """Size of the largest dynamic shared memory segment of this machine's servers."""
    sizes = [0]
    for path in glob.glob("/dev/shm/PostgreSQL.*"):
        try:
            sizes.append(os.stat(path).st_size)
        except OSError:
            pass
    return max(sizes)


class MemoryWatch:
    """Context manager; afterwards private and shared hold the peaks in bytes."""

    def __init__(self, pid_file):
        with open(pid_file, encoding="ascii") as file:
            self.postmaster = int(file.readline())
        self.private = 0
        self.shared = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.stop.is_set():
            for pid in children(self.postmaster):
                self.private = max(self.private, private_bytes(pid))
            self.shared = max(self.shared, segment_bytes())
            time.sleep(INTERVAL)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.stop.set()
        self.thread.join()


SMALL = 100_000_000  # bytes
LARGE = 5_000_000_000
SEGMENT_BOUND = 4 * 8 + 16  # MiB
COLUMNS = 1200
COLUMN_ROWS = 10_000
COLUMN_REPEAT = 25  # a page is 1 MB then


def report(path, bound, target="target"):
    """Stages the file with two workers and prints what they took."""
    with MemoryWatch(f"{RUN}/data/postmaster.pid") as watch:
        stage(path, 2, target)()
    print(f"| {os.path.basename(path)} | {os.path.getsize(path) / 1e6:.0f} | "
          f"{watch.private / 2**20:.1f} | {watch.shared / 2**20:.1f} | {bound} / {SEGMENT_BOUND} |",
          flush=True)
    os.unlink(path)


def bench_csv(mixed):
    small, large = f"{RUN}/small.csv", f"{RUN}/large.csv"
    subprocess.run(f"head -c {SMALL} {mixed} | head -n -1 >{small}", shell=True, check=True)
    report(small, 64)
    if BIG:
        copies = max(1, LARGE // os.path.getsize(mixed))
        subprocess.run(f"cp {mixed} {large}; for i in $(seq {copies}); do tail -n +2 {mixed}; done "
                       f">>{large}", shell=True, check=True)
        report(large, 64)


def bench_parquet(mixed):
    """The same rows, once and as often as 5 GB take, in row groups of a million rows."""
    report(make_parquet(f"{RUN}/snappy.parquet", "--codec", "snappy", "--from-csv", mixed), 256 + 64)
    small = make_parquet(f"{RUN}/small.parquet", "--from-csv", mixed)
    copies = LARGE // os.path.getsize(small) + 1
    report(small, 256 + 64)
    if BIG:
        report(make_parquet(f"{RUN}/large.parquet", "--repeat", str(copies), "--from-csv", mixed),
               256 + 64)


def bench_columns():
    """1,200 columns, whose pages together are larger than memory_budget."""
    csv, schema, names = f"{RUN}/wide.csv", f"{RUN}/wide.schema", [f"c{n}" for n in range(COLUMNS)]
    sql(f"CREATE TABLE wide ({', '.join(name + ' integer' for name in names)});",
        f"COPY (SELECT {', '.join(f'(i * {n + 7919}) AS {name}' for n, name in enumerate(names))} "
        f"FROM generate_series(1, {COLUMN_ROWS}) i) TO '{csv}' (FORMAT csv, HEADER);")
    with open(schema, "w", encoding="ascii") as file:
        file.write("message wide {" + "".join(f"optional int32 {name};\n" for name in names) + "}")
    path = make_parquet(f"{RUN}/wide.parquet", "--codec", "snappy", "--dictionary", "no",
                        "--repeat", str(COLUMN_REPEAT if BIG else 1), "--schema", schema,
                        "--from-csv", csv)
    os.unlink(csv)
    report(path, 256 + 64, "wide")


def bench(mixed):
    """mixed: a CSV file.  The small files come first, so that the large ones cannot hide behind them."""
    print("\nPeak private memory (RssAnon) of any server process and size of shared segments\n")
    print("| file | MB | RssAnon MiB | segment MiB | bound MiB |\n|---|---|---|---|---|")
    bench_csv(mixed)
    bench_parquet(mixed)
    bench_columns()
