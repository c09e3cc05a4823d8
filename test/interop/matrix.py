"""matrix.py: which writer's features and forms came through, by codec.

A cell is the number of files that were equal, "3 of 4" when one was not, "–" when the writer has
not got it.
"""

import collections

ABSENT = '–'


class Matrix:
    """Rows of one writer by codec; a row's name is a feature, or the form of a file."""

    def __init__(self):
        self.codecs = []
        self.features = collections.OrderedDict()  # name -> codec -> [equal, all]
        self.forms = collections.OrderedDict()

    def add(self, file, differences):
        if file.codec not in self.codecs:
            self.codecs.append(file.codec)
        wrong = {difference.feature for difference in differences}
        whole = wrong & {'file', 'rows'}
        columns = file.columns + file.keys
        for feature in dict.fromkeys(column.feature for column in columns if column.values):
            count(self.features, feature, file.codec, not whole and feature not in wrong)
        count(self.forms, file.label, file.codec, not wrong)

    def lines(self, rows):
        """Of Markdown."""
        yield '| | %s |' % ' | '.join(self.codecs)
        yield '|---|%s' % ('---|' * len(self.codecs))
        for name, cells in rows.items():
            yield '| %s | %s |' % (
                name,
                ' | '.join(cell(cells.get(codec)) for codec in self.codecs),
            )


def count(rows, name, codec, equal):
    numbers = rows.setdefault(name, {}).setdefault(codec, [0, 0])
    numbers[0] += equal
    numbers[1] += 1


def cell(numbers):
    if numbers is None:
        return ABSENT
    equal, total = numbers
    return str(total) if equal == total else '**%d of %d**' % (equal, total)


class Result:
    """All writers."""

    def __init__(self):
        self.matrices = collections.OrderedDict()  # writer -> Matrix
        self.versions = {}
        self.refusals = {}
        self.skipped = []
        self.differences = []
        self.files = 0

    def add(self, file, differences):
        self.files += 1
        self.differences += differences
        self.matrices.setdefault(file.writer, Matrix()).add(file, differences)

    def markdown(self):
        for writer, matrix in self.matrices.items():
            yield ''
            yield '### ' + self.versions[writer]
            yield ''
            yield from matrix.lines(matrix.features)
            yield ''
            yield from matrix.lines(matrix.forms)
            if self.refusals[writer]:
                yield ''
                yield 'Not written by it: ' + '; '.join(
                    '%s (%s)' % refusal for refusal in self.refusals[writer]
                ) + '.'
        if self.skipped:
            yield ''
            yield '### Skipped'
            yield ''
            yield from ('- ' + line for line in self.skipped)

    def summary(self):
        return '%d files of %d writers, %d differences' % (
            self.files,
            len(self.matrices),
            len(self.differences),
        )
