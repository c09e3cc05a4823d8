"""corpora.py: where the public corpora are.  They are not part of the project.

INGEST_DATA_DIR names a directory with the public corpora; default: a directory shared/data
beside the checkout.  The server reads the files, so its user must be able to.
"""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
DEFAULT = '../shared/data'


class Corpora:
    def __init__(self):
        self.given = 'INGEST_DATA_DIR' in os.environ
        self.root = os.path.realpath(
            os.environ.get('INGEST_DATA_DIR') or os.path.join(PROJECT, DEFAULT))

    def path(self, *names):
        return os.path.join(self.root, *names)

    def files(self, *names):
        """Paths of the files in a directory, by name; none when it is missing."""
        directory = self.path(*names)
        if not os.path.isdir(directory):
            return []
        return [os.path.join(directory, name) for name in sorted(os.listdir(directory))]
