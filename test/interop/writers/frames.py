"""frames.py: columns of the table as a pandas data frame of numpy and nullable types."""

import numpy
import pandas

import kinds
import table

FEATURES = (
    'integer',
    'unsigned integer',
    'float',
    'boolean',
    'text',
    'dictionary',
    'binary',
    'timestamp',
    'timestamp with zone',
    'timestamp ns',
    'timestamp with zone ns',
    'awkward names',
)

NAT = -(2**63)


def columns(features=FEATURES, without=()):
    return [as_held(column) for column in table.select(features=features, without=without)]


def as_held(column):
    """numpy's NaN is the null of a column of floats, and the smallest timestamp is NaT."""

    def held(value):
        if isinstance(column.kind, kinds.Float) and None not in column.values and value != value:
            return None
        return None if isinstance(column.kind, kinds.Timestamp) and value == NAT else value

    return column._replace(values=[held(value) for value in column.values])


def series(column):
    """numpy types where they can hold all values, else the nullable types of pandas."""
    kind, values, base = column.kind, column.values, table.base_name(column)
    if isinstance(kind, kinds.Timestamp):
        instants = numpy.array(['NaT' if value is None else value for value in values], 'object')
        data = pandas.Series(
            numpy.array([numpy.datetime64(value, kind.unit) for value in instants])
        )
        return data.dt.tz_localize('UTC') if kind.utc else data
    if isinstance(kind, (kinds.Integer, kinds.Float)):
        name = kind.numpy_name()
        if None not in values or column.name.endswith('_full'):  # there None is NaN
            return pandas.Series(numpy.array(values, name))
        return pandas.Series(nullable(values, name))
    if isinstance(kind, kinds.Boolean):
        return pandas.Series(values, dtype='boolean' if None in values else 'bool')
    if base == 's_dictionary':
        return pandas.Series(pandas.Categorical(values, categories=table.COLOURS))
    if isinstance(kind, kinds.Text):
        return pandas.Series(values, dtype='str')
    return pandas.Series(values, dtype='object')


def nullable(values, name):
    """Without the constructor, which takes NaN for a null."""
    mask = numpy.array([value is None for value in values])
    data = numpy.array([0 if value is None else value for value in values], name)
    maker = pandas.arrays.FloatingArray if name.startswith('float') else pandas.arrays.IntegerArray
    return maker(data, mask)


def frame(chosen):
    return pandas.DataFrame({column.name: series(column) for column in chosen})
