"""kinds.py: the kinds of values of the table, and how each is compared.

A value is a plain Python object: temporal values are integers in the column's unit since the epoch,
a map is a list of pairs.  What three places say about it is brought into one canonical form:

    canonical(value, place)   what the writer had, as it must appear at the place
    parse(json, place)        what is there

place: DUMP, parquet_dump's JSON; COLUMN, a column of the table, read with select(); JSONB, a part
of a jsonb column.  Floats are compared by their bits, except in JSONB: its numbers have no -0.
"""

import decimal
import json
import re
import struct

DUMP, COLUMN, JSONB = 'dump', 'column', 'jsonb'
PER_SECOND = {'s': 1, 'ms': 10**3, 'us': 10**6, 'ns': 10**9}
DAY = 86400 * 10**9
POSTGRES_EPOCH = 946684800 * 10**6  # 2000-01-01 in microseconds
TIMESTAMP = re.compile(r'(\d{4,})-(\d\d)-(\d\d)(?:T([\d:.]+)(Z|\+00:00)?)?( BC)?$')

# A double's value is exact in it, whatever its digits; the default of 28 is for sums.
DIGITS = decimal.Context(prec=100)


class Number(str):
    """The digits of a number in JSON; strings stay str."""


def parse_json(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def days_of(year, month, day):
    """Days since 1970-01-01 of a date of the proleptic Gregorian calendar, any year."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def nanoseconds_of(clock):
    hours, minutes, seconds = clock.split(':')
    whole, _, fraction = seconds.partition('.')
    return (int(hours) * 3600 + int(minutes) * 60 + int(whole)) * 10**9 + int(
        fraction.ljust(9, '0')[:9]
    )


def instant_of(text):
    """Nanoseconds since the epoch, and whether it is UTC, of ISO 8601 with PostgreSQL's BC."""
    year, month, day, clock, zone, era = TIMESTAMP.match(text).groups()
    days = days_of(1 - int(year) if era else int(year), int(month), int(day))
    return days * DAY + nanoseconds_of(clock or '0:0:0'), zone is not None


def at_precision(nanoseconds, place):
    """PostgreSQL has microseconds; rounded down."""
    return nanoseconds if place == DUMP else nanoseconds // 1000


class Kind:
    sql = None  # type of the target's column
    in_json = False  # the column is jsonb

    def select(self, column):
        """SQL expression for parse(COLUMN); NULL where the column is."""
        return '(%s)::text' % column

    def canonical(self, value, place):
        return None if value is None else self.expect(value, place)

    def parse(self, value, place):
        return None if value is None else self.read(value, place)

    def expect(self, value, place):
        return value

    def read(self, value, place):
        return value


class Integer(Kind):
    def __init__(self, bits, signed=True):
        self.bits = bits
        self.signed = signed
        widths = {8: 'smallint', 16: 'smallint', 32: 'integer', 64: 'bigint'}
        self.sql = (
            widths[bits]
            if signed
            else {8: 'smallint', 16: 'integer', 32: 'bigint', 64: 'numeric(20,0)'}[bits]
        )

    def numpy_name(self):
        return '%sint%d' % ('' if self.signed else 'u', self.bits)

    def expect(self, value, place):
        return int(value)

    def read(self, value, place):
        return int(value)


class Float(Kind):
    def __init__(self, bits):
        self.bits = bits
        self.sql = 'double precision' if bits == 64 else 'real'

    def select(self, column):
        return "encode(%s(%s), 'hex')" % ('float8send' if self.bits == 64 else 'float4send', column)

    def numpy_name(self):
        return 'float%d' % self.bits

    def packed(self, value, place):
        if value != value:
            return 'nan'
        if place == JSONB and value == 0:
            value = 0.0
        return struct.pack('>d' if self.bits == 64 else '>f', value).hex()

    def expect(self, value, place):
        return self.packed(value, place)

    def read(self, value, place):
        if place == COLUMN:
            return self.packed(
                struct.unpack('>d' if self.bits == 64 else '>f', bytes.fromhex(value))[0], place
            )
        return self.packed(float(value), place)


class Boolean(Kind):
    sql = 'boolean'

    def select(self, column):
        return column


class Decimal(Kind):
    """Compared as text with all digits of the scale."""

    def __init__(self, precision, scale):
        self.precision = precision
        self.scale = scale
        self.sql = 'numeric(%d,%d)' % (precision, scale)

    def expect(self, value, place):
        return self.read(str(value), place)

    def read(self, value, place):
        number = DIGITS.create_decimal(value)
        return format(number.quantize(decimal.Decimal(1).scaleb(-self.scale), context=DIGITS), 'f')


class Date(Kind):
    sql = 'date'

    def select(self, column):
        return "(%s - '1970-01-01'::date)::text" % column

    def read(self, value, place):
        return int(value) if place == COLUMN else instant_of(value)[0] // DAY


class Time(Kind):
    sql = 'time'

    def __init__(self, unit):
        self.unit = unit

    def select(self, column):
        return '(extract(epoch from %s) * 1000000)::bigint::text' % column

    def expect(self, value, place):
        return at_precision(value * (10**9 // PER_SECOND[self.unit]), place)

    def read(self, value, place):
        if place == COLUMN:
            return int(value)
        return at_precision(nanoseconds_of(value), place)


class Timestamp(Time):
    """zone_in_json: the file says that it is UTC; INT96 says nothing."""

    def __init__(self, unit, utc=False, zone_in_json=None):
        super().__init__(unit)
        self.utc = utc
        self.zone_in_json = utc if zone_in_json is None else zone_in_json
        self.sql = 'timestamptz' if utc else 'timestamp'

    def select(self, column):
        """All 64 bits, which extract() has not in years beyond 290000."""
        return "encode(%s_send(%s), 'hex')" % (self.sql, column)

    def read(self, value, place):
        if place == COLUMN:
            return struct.unpack('>q', bytes.fromhex(value))[0] + POSTGRES_EPOCH
        nanoseconds, utc = instant_of(value)
        if utc != self.zone_in_json:
            return 'wrong zone: ' + value
        return at_precision(nanoseconds, place)


class Interval(Kind):
    """Values are (months, days, microseconds)."""

    sql = 'interval'

    def select(self, column):
        return "encode(interval_send(%s), 'hex')" % column

    def expect(self, value, place):
        return tuple(value)

    def read(self, value, place):
        if place != COLUMN:
            return int(value['months']), int(value['days']), int(value['millis']) * 1000
        microseconds, days, months = struct.unpack('>qii', bytes.fromhex(value))
        return months, days, microseconds


class Text(Kind):
    def __init__(self, sql='text'):
        self.sql = sql


class Json(Kind):
    """JSON text; compared by its meaning."""

    sql = 'jsonb'

    def expect(self, value, place):
        return json.loads(value, parse_float=decimal.Decimal, parse_int=decimal.Decimal)

    def read(self, value, place):
        return self.expect(value, place)


class Variant(Json):
    """Values are the JSON text that the writer makes a VARIANT of."""


class Binary(Kind):
    sql = 'bytea'

    def select(self, column):
        return "encode(%s, 'hex')" % column

    def expect(self, value, place):
        return value.hex()

    def read(self, value, place):
        return value if place == COLUMN else value[2:]  # after \x


class Uuid(Kind):
    sql = 'uuid'

    def expect(self, value, place):
        return value.hex()

    def read(self, value, place):
        return value.replace('-', '')


class Nested(Kind):
    """A jsonb column, unless the kind's parts make an array or a composite type."""

    def parts_place(self, place):
        return JSONB if place == COLUMN and self.in_json else place


class List(Nested):
    def __init__(self, element):
        self.element = element
        self.in_json = isinstance(element, (List, Map)) or element.in_json
        self.sql = 'jsonb' if self.in_json else element.sql + '[]'

    def select(self, column):
        if self.in_json:
            return column
        return (
            "CASE WHEN %s IS NOT NULL THEN (SELECT coalesce(json_agg(%s ORDER BY i), '[]'::json)"
            ' FROM generate_subscripts(%s, 1) AS i) END'
            % (column, self.element.select('(%s)[i]' % column), column)
        )

    def expect(self, value, place):
        return [self.element.canonical(item, self.parts_place(place)) for item in value]

    def read(self, value, place):
        return [self.element.parse(item, self.parts_place(place)) for item in value]


class Struct(Nested):
    """composite: name of the SQL type with these attributes; jsonb without."""

    def __init__(self, fields, composite=None):
        self.fields = fields
        self.composite = composite
        self.in_json = composite is None
        self.sql = composite or 'jsonb'

    def select(self, column):
        if self.in_json:
            return column
        fields = ', '.join(
            "'%s', %s" % (name, kind.select('(%s).%s' % (column, name)))
            for name, kind in self.fields.items()
        )
        return 'CASE WHEN %s IS DISTINCT FROM NULL THEN json_build_object(%s) END' % (
            column,
            fields,
        )

    def expect(self, value, place):
        return {
            name: kind.canonical(value[name], self.parts_place(place))
            for name, kind in self.fields.items()
        }

    def read(self, value, place):
        return {
            name: (
                self.fields[name].parse(item, self.parts_place(place))
                if name in self.fields
                else item
            )
            for name, item in value.items()
        }


class Map(Nested):
    """In jsonb an object when keys are text.  The order of pairs is not a part of the value."""

    sql = 'jsonb'
    in_json = True

    def __init__(self, key, value):
        self.key = key
        self.value = value

    def select(self, column):
        return column

    def expect(self, value, place):
        place = self.parts_place(place)
        pairs = [
            (self.key.canonical(key, place), self.value.canonical(item, place))
            for key, item in value
        ]
        return (
            dict(pairs)
            if place == JSONB and isinstance(self.key, Text)
            else sorted(pairs, key=repr)
        )

    def read(self, value, place):
        place = self.parts_place(place)
        if isinstance(value, dict):
            return {
                self.key.parse(key, place): self.value.parse(item, place)
                for key, item in value.items()
            }
        return sorted(
            (
                (self.key.parse(pair['key'], place), self.value.parse(pair['value'], place))
                for pair in value
            ),
            key=repr,
        )
