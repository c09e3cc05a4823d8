"""writing.py: what writers have in common: they yield Files.

A writer is a module of writers/ with

    NAME            as it is called
    PACKAGES        the PyPI packages it consists of, the first one gives the version
    write(target)   yields or attempts Files below the directory of target
"""

import collections
import glob
import os
import sys

# path: a file, or a directory with partitions (the glob below it finds the data files).
# label: what is special about the file; codec: what it is compressed with.
File = collections.namedtuple('File', 'writer codec label path pattern columns keys')

# In the label of a file whose dates before 1582 are Julian.
HYBRID = 'hybrid calendar'


class Target:
    """Where one writer's files go, and what it could not write."""

    def __init__(self, writer, directory):
        self.writer = writer
        self.directory = os.path.join(directory, writer.replace(' ', '_'))
        self.files = []
        self.refusals = []  # (what, why): the writer itself says no
        self._attempts = 0
        os.makedirs(self.directory)

    def file(self, codec, label, columns, write):
        """write(path): has the writer write a file."""
        path = self._next_path() + '.parquet'
        self._attempt(codec, label, path, path, columns, [], write)

    def directory_of_parts(self, codec, label, pattern, columns, write, keys=()):
        """write(path): has the writer make a directory; pattern, below it, finds its files."""
        path = self._next_path()
        self._attempt(codec, label, path, os.path.join(path, pattern), columns, list(keys), write)

    def _next_path(self):
        self._attempts += 1
        return os.path.join(self.directory, '%03d' % self._attempts)

    def _attempt(self, codec, label, path, pattern, columns, keys, write):
        try:
            write(path)
            if not glob.glob(pattern):
                raise FileNotFoundError('it wrote no file')
        except Exception as error:
            self.refuse('%s, %s' % (codec, label), error)
        else:
            self.files.append(File(self.writer, codec, label, path, pattern, columns, keys))

    def refuse(self, what, error):
        # the last cause is the first one; Java's chains are long
        _, cause, reason = str(error).rpartition('Caused by: ')
        reason = reason.splitlines()[0] if cause else ' '.join(reason.split())
        self.refusals.append((what, '%s: %s' % (type(error).__name__, reason[:150])))
        print('   %s does not write %s: %s' % (self.writer, *self.refusals[-1]), file=sys.stderr)
