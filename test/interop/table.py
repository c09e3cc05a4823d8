"""table.py: the awkward table that every writer writes.

Each column comes three times: with nulls here and there and in runs (NAME), without a null
(NAME_full) and with nothing but nulls (NAME_void).  The first rows are the awkward values of the
kind, the others are random, always the same.
"""

import collections
import datetime
import decimal
import math
import random

from kinds import (
    Binary,
    Boolean,
    Date,
    Decimal,
    Float,
    Integer,
    Interval,
    Json,
    List,
    Map,
    Struct,
    Text,
    Time,
    Timestamp,
    Uuid,
    Variant,
)

ROWS = 300
GROUP_ROWS = 37  # rows of a row group in the shape "many row groups"

Column = collections.namedtuple('Column', 'name feature kind values')

SECONDS = {'s': 1, 'ms': 10**3, 'us': 10**6, 'ns': 10**9}
YEAR_1, YEAR_9999 = -62135596800, 253402300799  # seconds since the epoch
# What PostgreSQL has: 4713-11-24 BC to the year 294276, which is more than 64 bits of microseconds.
POSTGRES_FIRST, POSTGRES_LAST = -210866803200, 9224318015999
SEVEN_LINES = 'one\ntwo\r\nthree\tfour\\five"six\'seven,eight;nine|ten'
TEXTS = [
    '',
    ' ',
    'a',
    'NULL',
    '\\N',
    'null',
    'nan',
    'äöüß',
    '日本語のテキスト',
    '🐘 elephant 🐘🐘',
    '\u202eright\u202c',
    'e\u0301 and é',
    '\u0001\u007f',
    '\ufeffmark',
    '\U0010ffff',
    SEVEN_LINES,
    ' padded ',
    '{"a": 1}',
    'x' * 200,
]
BINARIES = [
    b'',
    b'\x00',
    b'\x00\x01\x02',
    b'\xff\xfe',
    b'\\x41',
    bytes(range(256)),
    'ä'.encode('latin-1'),
]
COLOURS = ['red', 'green', 'blue', 'ultramarine', '']
JSONS = [
    '{}',
    '[]',
    'null',
    '1',
    '-1.5',
    '"text"',
    '{"a": [1, 2, {"b": null}], "ä": "\\u00e4"}',
    '[1.0, 2e3, true, false]',
]
VARIANTS = [
    '{}',
    '[]',
    'null',
    '1',
    '-1.5',
    '"text"',
    'true',
    '9223372036854775807',
    '{"a": [1, 2, {"b": null}], "ä": "\\u00e4"}',
    '[1.25, "' + 'long ' * 30 + '", false]',
    '{"k": {"k": {"k": [[], {}]}}}',
]


def clamp(value, bits):
    return max(-(2 ** (bits - 1)), min(2 ** (bits - 1) - 1, value))


def integers(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return (
        [low, high, 0, 1, high - 1, low + 1, 100],
        lambda rng: rng.choice([rng.randint(low, high), rng.randint(0, 100)]),
    )


def floats(bits):
    tiny, huge = {
        16: (5.960464477539063e-08, 65504.0),
        32: (2.0**-149, (2 - 2.0**-23) * 2.0**127),
        64: (5e-324, 1.7976931348623157e308),
    }[bits]
    exact = 2.0 ** {16: -6, 32: -12, 64: -20}[bits]
    return (
        [math.nan, math.inf, -math.inf, -0.0, 0.0, tiny, -tiny, huge, -huge, 1.0, -1.5],
        lambda rng: rng.randint(-1000, 1000) * exact,
    )


def decimals(precision, scale):
    nines = 10**precision - 1
    return (
        [
            decimal.Decimal(n).scaleb(-scale, decimal.Context(prec=100))
            for n in (nines, -nines, 0, 1, -1, min(10**scale, nines), nines // 7)
        ],
        lambda rng: decimal.Decimal(rng.randint(-(10**5), 10**5)).scaleb(-scale),
    )


def dates(low, high):
    return (
        [low, high, 0, -1, 1, -141428, -141427, 10957, 19782, -719162],
        lambda rng: rng.randint(-20000, 30000),
    )


def times(unit):
    per_second = SECONDS[unit]
    return (
        [0, 86400 * per_second - 1, 1, 43200 * per_second],
        lambda rng: rng.randrange(86400 * per_second),
    )


def timestamps(unit, low=YEAR_1, high=YEAR_9999):
    """low and high in seconds; high's second is whole."""
    per_second = SECONDS[unit]
    first, last = low * per_second, (high + 1) * per_second - 1
    return (
        [
            clamp(first, 64),
            clamp(last, 64),
            0,
            -1,
            1,
            per_second - 1,
            1500000000 * per_second,
            -12219292800 * per_second if unit != 'ns' else -1,
        ],
        lambda rng: rng.randint(-2 * 10**9 * per_second, 4 * 10**9 * per_second),
    )


def from_list(values, more=None):
    return values, more or (lambda rng: rng.choice(values))


def random_text(rng):
    return ''.join(
        rng.choice('abcdefghijklmnopqrstuvwxyzäß 0123456789') for _ in range(rng.randrange(30))
    )


def lists(values):
    return (
        [[], [values[0]], values, [None], [None, values[0], None], [None] * 5],
        lambda rng: [rng.choice(values + [None]) for _ in range(rng.randrange(6))],
    )


POINT = {'x': Integer(32), 'label': Text(), 'w': Float(64)}
POINTS = [
    {'x': 1, 'label': 'one', 'w': 1.5},
    {'x': None, 'label': None, 'w': None},
    {'x': -(2**31), 'label': '', 'w': -2.25},
    {'x': None, 'label': 'ä', 'w': math.inf},
]
DEEP = {
    'p': Struct(POINT),
    'tags': List(Text()),
    'when': Timestamp('us', True),
    'price': Decimal(9, 2),
    'm': Map(Text(), Integer(64)),
    'raw': Binary(),
}
DEEPS = [
    {
        'p': POINTS[0],
        'tags': ['a', None, ''],
        'when': 0,
        'price': decimal.Decimal('-0.01'),
        'm': [('k', 2**63 - 1), ('ä', None)],
        'raw': b'\x00\xff',
    },
    {'p': None, 'tags': None, 'when': None, 'price': None, 'm': None, 'raw': None},
    {
        'p': POINTS[1],
        'tags': [],
        'when': YEAR_9999 * 10**6,
        'price': decimal.Decimal('9999999.99'),
        'm': [],
        'raw': b'',
    },
]
TEXT_KEYS = [[], [('a', 1)], [('b', None), ('a', -(2**63))], [('', 0), ('äöü', 2**63 - 1)]]
INTEGER_KEYS = [[], [(1, 'one')], [(2, None), (-1, 'minus')], [(0, '')]]
MATRICES = [[], [[]], [[1, 2], [3]], [None, [1, None], []], [[2**31 - 1]], [None]]


def specifications():
    """Yields name, feature, kind and (awkward values, maker of random ones)."""
    for bits in (8, 16, 32, 64):
        yield 'i%d' % bits, 'integer', Integer(bits), integers(bits, True)
    for bits in (8, 16, 32, 64):
        yield 'u%d' % bits, 'unsigned integer', Integer(bits, False), integers(bits, False)
    for bits in (32, 64):
        yield 'f%d' % bits, 'float', Float(bits), floats(bits)
    yield 'f16', 'half float', Float(16), floats(16)
    yield 'b', 'boolean', Boolean(), from_list([True, False, False])
    for precision, scale in ((9, 2), (18, 4), (38, 10), (10, 0), (38, 38)):
        yield 'dec%d_%d' % (precision, scale), 'decimal', Decimal(precision, scale), decimals(
            precision, scale
        )
    yield 'dec76_20', 'decimal over 38 digits', Decimal(76, 20), decimals(76, 20)
    yield 'd', 'date', Date(), dates(-719162, 2932896)
    yield 'd_far', 'date beyond 1-9999', Date(), dates(-2440588, 2145042905)
    for unit in ('ms', 'us', 'ns'):
        yield 't_' + unit, 'time ' + unit, Time(unit), times(unit)
    for utc, prefix, feature in ((False, 'ts', 'timestamp'), (True, 'tz', 'timestamp with zone')):
        for unit in ('s', 'ms', 'us'):
            yield '%s_%s' % (prefix, unit), feature, Timestamp(unit, utc), timestamps(unit)
        yield prefix + '_far', feature + ' beyond 1-9999', Timestamp('us', utc), timestamps(
            'us', POSTGRES_FIRST, POSTGRES_LAST
        )
        yield prefix + '_ns', feature + ' ns', Timestamp('ns', utc), timestamps(
            'ns', -9223372037, 9223372036
        )
    yield from texts()
    yield from nested()


def texts():
    yield 's', 'text', Text(), from_list(TEXTS, random_text)
    yield 's_long', 'text', Text(), from_list(
        ['long ' * 60000, 'x'], lambda rng: 'common prefix ' + random_text(rng)
    )
    yield 's_dictionary', 'dictionary', Text(), from_list(COLOURS)
    yield 's_enum', 'enum', Text('colour'), from_list(COLOURS)
    yield 'bin', 'binary', Binary(), from_list(
        BINARIES, lambda rng: rng.randbytes(rng.randrange(20))
    )
    yield 'bin_fixed', 'fixed binary', Binary(), from_list(
        [b'\x00' * 7, b'\xff' * 7], lambda rng: rng.randbytes(7)
    )
    yield 'id', 'uuid', Uuid(), from_list(
        [b'\x00' * 16, b'\xff' * 16], lambda rng: rng.randbytes(16)
    )
    yield 'js', 'json', Json(), from_list(JSONS)
    yield 'va', 'variant', Variant(), from_list(VARIANTS)
    yield 'iv', 'interval', Interval(), from_list(
        [(0, 0, 0), (1, 2, 3000), (1200, 31, 86399999000)],
        lambda rng: (rng.randrange(50), rng.randrange(50), rng.randrange(10**6) * 1000),
    )
    yield 'du', 'duration', Integer(64), from_list([0, 1, -1, 2**62, -(2**62)])


def nested():
    scalars = (
        ('i32', Integer(32), [0, -(2**31), 2**31 - 1]),
        ('i64', Integer(64), [1, -(2**63)]),
        ('text', Text(), ['', 'a', 'ä', 'NULL', '{"x"}']),
        ('f64', Float(64), [math.nan, -0.0, 1.5]),
        ('f32', Float(32), [0.5, -0.0, math.inf]),
        ('bool', Boolean(), [True, False]),
        ('bin', Binary(), [b'', b'\x00\xff']),
        ('dec', Decimal(18, 4), [decimal.Decimal('1.0000'), decimal.Decimal('-0.0001')]),
        ('d', Date(), [0, -719162]),
        ('ts', Timestamp('us'), [0, -1]),
        ('tz', Timestamp('us', True), [0, 10**15]),
    )
    for name, kind, values in scalars:
        yield 'l_' + name, 'list of scalars', List(kind), lists(values)
    yield 'l_fixed', 'list of fixed size', List(Integer(32)), from_list(
        [[1, 2, 3], [None, -(2**31), 0], [None] * 3]
    )
    yield 'st', 'struct', Struct(POINT), from_list(POINTS)
    yield 'st_deep', 'struct of struct, list, map', Struct(DEEP), from_list(DEEPS)
    yield 'comp', 'struct to composite type', Struct(POINT, 'point_of_interest'), from_list(POINTS)
    yield 'l_st', 'list of structs', List(Struct(POINT)), lists(POINTS)
    yield 'l_comp', 'list of structs to composite array', List(
        Struct(POINT, 'point_of_interest')
    ), lists(POINTS)
    yield 'm_text', 'map', Map(Text(), Integer(64)), from_list(TEXT_KEYS)
    yield 'm_int', 'map', Map(Integer(32), Text()), from_list(INTEGER_KEYS)
    yield 'm_st', 'map of structs', Map(Text(), Struct(POINT)), from_list(
        [[], [('a', POINTS[0]), ('b', None)], [('c', POINTS[1])]]
    )
    yield 'll', 'nested lists', List(List(Integer(32))), from_list(MATRICES)
    yield 'lll', 'nested lists', List(List(List(Text()))), from_list(
        [[], [[]], [[[]]], [[['a', None], None], None, [['ä']]]]
    )
    yield 'l_map', 'list of maps', List(Map(Text(), Integer(64))), lists(TEXT_KEYS)


def is_null(row):
    return row % 7 == 3 or 40 <= row < 80 or 200 <= row < 260 and row % 3 > 0


def values_of(name, awkward, more):
    rng = random.Random(name)
    return awkward + [more(rng) for _ in range(ROWS - len(awkward))]


AWKWARD_NAMES = [
    'Größe (cm)',
    'a.b',
    'with "quotes"',
    'UPPER',
    'select',
    '  spaces ',
    'x' * 63,
    '1',
    '日本',
]


def all_columns():
    columns = [Column('row_id', 'integer', Integer(32), list(range(ROWS)))]
    for name, feature, kind, (awkward, more) in specifications():
        full = values_of(name, awkward, more)
        columns += [
            Column(
                name,
                feature,
                kind,
                [None if is_null(row) else value for row, value in enumerate(full)],
            ),
            Column(name + '_full', feature, kind, full),
            Column(name + '_void', feature, kind, [None] * ROWS),
        ]
    columns += [
        Column(name, 'awkward names', Integer(32), [row + at for row in range(ROWS)])
        for at, name in enumerate(AWKWARD_NAMES)
    ]
    columns.append(Column('untyped', 'null type', Text(), [None] * ROWS))
    return columns


COLUMNS = all_columns()


def partition_keys(cities=('Köln', 'a b', 'x=y/z', '100%')):
    """A number and a text, which a path must escape."""
    return [
        Column('year', 'partition keys', Integer(32), [2020 + row % 3 for row in range(ROWS)]),
        Column(
            'city', 'partition keys', Text(), [cities[row % len(cities)] for row in range(ROWS)]
        ),
    ]


PARTITION_KEYS = partition_keys()


def select(features=None, without=(), names=None):
    """Columns by feature or name; row_id is always among them."""
    return [
        column
        for column in COLUMNS
        if column.name == 'row_id'
        or (features is None or column.feature in features)
        and column.feature not in without
        and base_name(column) not in without
        and (names is None or base_name(column) in names)
    ]


def base_name(column):
    for ending in ('_full', '_void'):
        if column.name.endswith(ending):
            return column.name[: -len(ending)]
    return column.name


def first_rows(columns, count):
    return [column._replace(values=column.values[:count]) for column in columns]


def as_date(days):
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=days)


def as_datetime(microseconds, utc):
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc if utc else None)
    return epoch + datetime.timedelta(microseconds=microseconds)
