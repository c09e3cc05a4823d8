"""comparing.py: what a reader found against what the writer had, column by column, row by row.

in:  File, the rows that were found: objects with a value per column name
out: Differences, at most one per column: its first row that differs
"""

import collections

Difference = collections.namedtuple('Difference', 'file feature column what')

_expected = {}  # by place and identity of the values, which are kept alive here: the same
# columns are compared with many files


def expected(column, place):
    key = place, id(column.values)
    if key not in _expected:
        canonical = [column.kind.canonical(value, place) for value in column.values]
        _expected[key] = canonical, column.values
    return _expected[key][0]


def short(value):
    text = repr(value)
    return text if len(text) <= 120 else '%s… (%d characters)' % (text[:120], len(text))


def compare_column(column, rows, place):
    """None, or what is different."""
    wanted = expected(column, place)
    wrong, first = 0, None
    for number, row in enumerate(rows):
        try:
            found = column.kind.parse(row[column.name], place)
        except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            found = '%s (%s: %s)' % (short(row.get(column.name)), type(error).__name__, error)
        if found != wanted[number]:
            wrong += 1
            first = first or 'row %d: %s instead of %s' % (
                number,
                short(found),
                short(wanted[number]),
            )
    return '%d of %d rows differ, %s' % (wrong, len(rows), first) if wrong else None


def compare(file, columns, rows, place):
    """rows are in the order of row_id."""
    count = len(file.columns[0].values)
    if len(rows) != count:
        return [Difference(file, 'rows', '', '%d rows instead of %d' % (len(rows), count))]
    differences = []
    for column in columns:
        what = compare_column(column, rows, place)
        if what:
            differences.append(Difference(file, column.feature, column.name, what))
    return differences


def failure(file, feature, what):
    return Difference(file, feature, '', ' '.join(what.split())[:400])


def by_row_id(rows):
    return sorted(rows, key=lambda row: int(row['row_id']))
