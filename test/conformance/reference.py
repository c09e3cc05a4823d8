"""reference.py: an independent reading of CSV files with Python's csv module, for comparison.

Both sides become tuples of Python values: texts of the table and of the file go through the same
parser per column, so 1.50 and 1.5 are equal numbers and 2021-02-01 and 2/1/2021 equal dates.
"""
import csv
import datetime

from psql import identifier


def read(path, names=None, nulls=('',)):
    """Rows as dictionaries; names: of the columns of a file without header."""
    with open(path, encoding='utf-8', newline='') as file:
        rows = list(csv.reader(file))
    if names is None:
        names, rows = rows[0], rows[1:]
    return [{name: None if value in nulls else value for name, value in zip(names, row)}
            for row in rows]


def parse_date(text):
    """ISO, m/d/yyyy or m/d/yy."""
    if '-' in text:
        return datetime.date.fromisoformat(text)
    month, day, year = map(int, text.split('/'))
    return datetime.date(year if year > 99 else 2000 + year, month, day)


def typed(row, parsers):
    """A tuple of the row's values; parsers: column -> function of a text."""
    return tuple(None if row[name] is None else parse(row[name])
                 for name, parse in parsers.items())


def fetch(psql, table, parsers):
    """The rows of a table, as typed() makes them, in no order."""
    columns = ', '.join('{0}::text AS {0}'.format(identifier(name)) for name in parsers)
    rows = psql.run('SELECT row_to_json(r) FROM (SELECT %s FROM %s) AS r;' % (columns, table))
    return [typed(row, parsers) for row in rows]


def checksum(psql, table):
    """Changes when a row of the table is written, even with the values it has."""
    return psql.run("SELECT to_json(md5(string_agg(xmin::text || ctid::text, ',' ORDER BY ctid)))"
                    ' FROM %s;' % table)[0]
