"""memory.py: watches the memory of a server's processes while something runs."""
import glob
import os
import threading
import time

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
