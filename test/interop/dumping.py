"""dumping.py: reads Files with parquet_dump, without PostgreSQL.

Left out here are partition keys, which are in no file, variants, which it shows as their bytes,
and the hybrid calendar: it shows days as they are.
"""

import glob
import subprocess

import comparing
import kinds
from writing import HYBRID


class Dump:
    def __init__(self, program):
        self.program = program

    def rows(self, file):
        rows = []
        for path in sorted(glob.glob(file.pattern)):
            done = subprocess.run(
                [self.program, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False
            )
            if done.returncode != 0:
                raise RuntimeError(done.stderr.decode(errors='replace'))
            rows += [kinds.parse_json(line) for line in done.stdout.decode().split('\n') if line]
        return comparing.by_row_id(rows)

    def comparable(self, file):
        """The file as it can be compared, or None."""
        if HYBRID in file.label:
            return None
        columns = [column for column in file.columns if column.feature != 'variant']
        return file._replace(columns=columns, keys=[])

    def differences(self, file):
        try:
            rows = self.rows(file)
        except RuntimeError as error:
            return [comparing.failure(file, 'file', str(error))]
        return comparing.compare(file, file.columns, rows, kinds.DUMP)
