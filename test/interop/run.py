#!/usr/bin/env python3
"""run.py: has real writers write the awkward table, loads their files, compares.

    run.py --files DIR --server PSQL SOCKET [--markdown FILE] [WRITER...]
    run.py --files DIR --dump PARQUET_DUMP  [--markdown FILE] [WRITER...]

--server  loads with ingest.load into that server's database postgres, which must be able to read
          DIR; --dump reads with test/conformance/parquet_dump instead, without PostgreSQL.
A writer that cannot be had is skipped with a line.  Exit status 1 if anything differs.  Called
by scripts/interop.sh.
"""

import argparse
import datetime
import importlib
import importlib.metadata
import os
import stat
import sys
import time

sys.dont_write_bytecode = True  # nothing is left in the source tree

import dumping
import loading
from matrix import Result
from writing import Target

WRITERS = ('pyarrow', 'pandas', 'fastparquet', 'polars', 'duckdb', 'dask', 'ray', 'spark')


def arguments():
    parser = argparse.ArgumentParser(description='interoperation with real writers')
    parser.add_argument('--files', required=True)
    parser.add_argument('--server', nargs=2, metavar=('PSQL', 'SOCKET'))
    parser.add_argument('--dump')
    parser.add_argument('--markdown')
    parser.add_argument('writers', nargs='*', metavar='WRITER')
    given = parser.parse_args()
    unknown = set(given.writers) - set(WRITERS)
    if unknown:
        parser.error('no writer "%s"; there are: %s' % (unknown.pop(), ', '.join(WRITERS)))
    if bool(given.server) == bool(given.dump):
        parser.error('one of --server and --dump')
    return given


def versions(writer):
    return ', '.join(
        '%s %s' % (package, importlib.metadata.version(package)) for package in writer.PACKAGES
    )


def make_readable(directory):
    """For the server's user, whatever the writer's and ours is."""
    for path, _, names in os.walk(directory):
        os.chmod(
            path, os.stat(path).st_mode | stat.S_IROTH | stat.S_IXOTH | stat.S_IRGRP | stat.S_IXGRP
        )
        for name in names:
            file = os.path.join(path, name)
            os.chmod(file, os.stat(file).st_mode | stat.S_IROTH | stat.S_IRGRP)


def write(name, directory, result):
    """The writer's Target, or None."""
    try:
        writer = importlib.import_module('writers.%s_writer' % name)
        target = Target(writer.NAME, directory)
        writer.write(target)
    except (ImportError, OSError, RuntimeError) as error:
        line = 'skipped: %s: %s' % (name, ' '.join(str(error).split())[:200])
        print(line, flush=True)
        result.skipped.append(line[len('skipped: ') :])
        return None
    result.versions[writer.NAME] = versions(writer)
    result.refusals[writer.NAME] = target.refusals
    make_readable(target.directory)
    return target


def run_writer(name, directory, reader, result):
    start = time.monotonic()
    target = write(name, directory, result)
    if target is None:
        return
    before = len(result.differences)
    files = [file for file in map(reader.comparable, target.files) if file]
    for file in files:
        result.add(file, reader.differences(file))
    for difference in result.differences[before:]:
        print(
            '   %s, %s, %s: %s %s: %s'
            % (
                difference.file.path,
                difference.file.codec,
                difference.file.label,
                difference.feature,
                difference.column,
                difference.what,
            )
        )
    print(
        '== %s: %d files, %d differences, %.1f s'
        % (
            result.versions[target.writer],
            len(files),
            len(result.differences) - before,
            time.monotonic() - start,
        ),
        flush=True,
    )


def main():
    given = arguments()
    result = Result()
    directory = os.path.abspath(given.files)
    reader = loading.Loader(*given.server) if given.server else dumping.Dump(given.dump)
    for name in given.writers or WRITERS:
        run_writer(name, directory, reader, result)
    if not given.markdown:
        print('\n'.join(result.markdown()))
    else:
        with open(given.markdown, 'w', encoding='utf-8') as out:
            out.write(
                '%s, %s.\n%s\n'
                % (
                    datetime.date.today().isoformat(),
                    result.summary(),
                    '\n'.join(result.markdown()),
                )
            )
    print(result.summary())
    return 1 if result.differences else 0


if __name__ == '__main__':
    sys.exit(main())
