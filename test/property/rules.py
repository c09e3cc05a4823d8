"""rules.py: random contracts for the columns of a table, and how files write their values.

in:  a random generator
out: Columns and rules, each with the member of the contract and the SQL that says the same

What SQL says of a column has two steps: VALUE, the text of the file as an expression over raw.COLUMN that
gives the column's value or raises an error, and conditions over the values.
"""
from dataclasses import dataclass, field
from datetime import date, timedelta

from session import literal

WORDS = ('', 'a', 'AB', 'AB12', 'ab12', 'ABCDE', 'äö', 'ÄÖÜ', 'x-1', 'x_1', "it's", 'a,b', 'zz9')
SHORT_WORDS = tuple(word for word in WORDS if len(word) <= 4)
PATTERNS = ('^[A-Z]{2}[0-9]*$', '^[a-zA-Z]', '^[A-ZÄÖÜ]+$', '^x-\\d$', '1|2|a|A', '^[a-z]+[0-9]+$', '^.{2,3}$')


@dataclass
class Kind:
    """A type, and texts that files have for it."""

    sql: str
    is_number: bool = False
    is_text: bool = False


KINDS = (Kind('integer', True), Kind('bigint', True), Kind('numeric(8,2)', True), Kind('float8', True),
         Kind('date'), Kind('timestamp'), Kind('boolean'), Kind('text', is_text=True),
         Kind('varchar(4)', is_text=True))


@dataclass
class Condition:
    """What a row must satisfy; NULL passes.  columns: those that it reads, which must be known."""

    rule: str
    column: str         # of the violation, or the name of the rule
    sql: str
    columns: tuple


@dataclass
class Column:
    name: str
    kind: Kind
    source: str
    value: str          # SQL over raw.NAME: of the column's type
    lossless: str       # SQL over raw.NAME: false where the column would change the value
    null_words: tuple
    failure: str = 'type'           # rule of a value that raises an error
    said: dict = field(default_factory=dict)
    conditions: list = field(default_factory=list)
    notation: dict = field(default_factory=dict)


def german(text):
    return f"replace(replace({text}, '.', ''), ',', '.')"


def make_column(rng, name):
    kind = rng.choice(KINDS)
    raw = f'raw.{name}'
    column = Column(name, kind, name, f"{raw}::{kind.sql.replace('(4)', '')}", 'true', ('',))
    if rng.random() < 0.3:
        column.source = f'file {name}'
        column.said['source'] = rng.choice((column.source, [f'other {name}', column.source]))
    if rng.random() < 0.3:
        column.null_words = ('-', 'n/a')
        column.said['null'] = list(column.null_words)
    if kind.sql.startswith('numeric'):
        if rng.random() < 0.4:
            column.said.update(decimal_separator=',', thousands='.')
            column.notation['german'] = True
            column.value = f'{german(raw)}::{kind.sql}'
        exact = german(raw) if 'german' in column.notation else raw
        column.lossless = f'{exact}::numeric = round({exact}::numeric, 2)'
    elif kind.sql == 'date' and rng.random() < 0.5:
        column.said['dateformat'] = '%d.%m.%Y'
        column.notation['german'] = True
        column.value = f"to_date({raw}, 'DD.MM.YYYY')"
    elif kind.sql == 'boolean' and rng.random() < 0.5:
        column.said.update(true=['ja'], false=['nein', 'nö'])
        column.notation['german'] = True
        column.value = f"CASE {raw} WHEN 'ja' THEN true WHEN 'nein' THEN false WHEN 'nö' THEN false " \
                       f"ELSE ('not ' || {raw})::boolean END"
    elif kind.is_text or kind.sql == 'integer':
        transform(rng, column)
    if kind.sql == 'varchar(4)':    # an explicit cast would cut
        column.value = f"CASE WHEN char_length({column.value}) > 4 THEN ('too long ' || {raw})::integer::text " \
                       f'ELSE {column.value} END'
    demand(rng, column)
    return column


def transform(rng, column):
    """At times the value is computed from the text."""
    if rng.random() > 0.3:
        return
    text = column.name + '_text'
    expression = rng.choice(("upper({0})", "replace({0}, 'a', '')") if column.kind.is_text else
                            ("length({0}) / (length({0}) - 2)", "replace({0}, '7', '')"))
    computed = expression.format(f'raw.{column.name}')
    column.said.pop('source', None)
    column.said.pop('null', None)
    column.said['transform'] = expression.format(text)
    column.source, column.null_words = text, ('',)
    column.value = f"({computed})::{column.kind.sql.replace('(4)', '')}"
    if '/' in expression:
        column.failure = 'transform'


def bounds(kind):
    """Values for min and max, as people write them; few rows are beyond."""
    if kind.is_number:
        return (-3, 10) if kind.sql in ('integer', 'bigint') else (-2.5, '1234.5')
    return {'date': ('2024-01-05', '2024-05-01'), 'boolean': ('false', 'true'),
            'timestamp': ('2024-01-05 12:00', '2024-05-01')}.get(kind.sql, ('A', 'z'))


def add(column, rule, sql):
    column.conditions.append(Condition(rule, column.name, sql, (column.name,)))


def demand(rng, column):
    """What the contract asks of the column's values: at times nothing, so that many rows are good."""
    if rng.random() < 0.4:
        return
    base = column.kind.sql.split('(')[0]
    limits = bounds(column.kind)
    for rule, operator, bound in (('min', '>=', limits[0]), ('max', '<=', limits[1])):
        if rng.random() < 0.2:
            column.said[rule] = bound
            add(column, rule, f'{column.name} {operator} {literal(bound)}::{base}')
    if rng.random() < 0.25:
        column.said['not_null'] = True
    if not column.kind.is_text:
        if rng.random() < 0.15 and column.kind.is_number:
            column.said['allowed'] = list(range(-2, 11))
            add(column, 'allowed', f'{column.name} IN ({", ".join(map(str, range(-2, 11)))})')
        return
    lengths = (rng.randint(1, 2), rng.randint(3, 5))
    for rule, operator, length in (('min_length', '>=', lengths[0]), ('max_length', '<=', lengths[1])):
        if rng.random() < 0.2:
            column.said[rule] = length
            add(column, rule, f'char_length({column.name}) {operator} {length}')
    if rng.random() < 0.2:
        pattern = rng.choice(PATTERNS)
        column.said['pattern'] = pattern
        add(column, 'pattern', f'{column.name} ~ {literal(pattern)}')
    narrowed = {'min', 'max', 'min_length', 'max_length', 'pattern'} & column.said.keys()
    if rng.random() < 0.3 and not narrowed:     # allowed values that something else refuses are an error
        allowed = rng.sample(SHORT_WORDS, rng.randint(3, 9))
        column.said['allowed'] = allowed
        add(column, 'allowed', f'{column.name} IN ({", ".join(map(literal, allowed))})')


def term(rng, column):
    name = column.name
    choices = [f'{name} IS NOT NULL', f'{name} IS NULL']
    if column.kind.is_number:
        choices += [f'{name} > 0', f'10 / {name} < 4', f'{name} <> 5', f'{name} BETWEEN -3 AND 6']
    elif column.kind.is_text:
        choices += [f"{name} <> 'AB'", f"{name} IN ('a', 'AB', 'zz9')", f"{name} ~ '^[a-zA-Z]+$'",
                    f'char_length({name}) > 1', f'{name}::int > 0']
    elif column.kind.sql == 'boolean':
        choices += [name, f'NOT {name}']
    else:
        choices += [f"{name} > '2024-03-01'", f"extract(month FROM {name}) < 6"]
    return rng.choice(choices)


def make_rules(rng, columns):
    """Rules over one column or two."""
    rules = []
    for number in range(rng.randint(0, 2)):
        read = rng.sample(columns, min(len(columns), rng.randint(1, 2)))
        sql = rng.choice((' OR ', ' OR ', ' AND ')).join(term(rng, column) for column in read)
        if rng.random() < 0.2:
            sql = f'NOT ({sql})'
        rules.append(Condition('rule', f'rule {number}', sql, tuple(column.name for column in read)))
    return rules


def some_day(rng):
    return date(2024, 1, 1) + timedelta(rng.randint(0, 150))


def good_text(rng, column):
    """A text that is most likely a value."""
    kind = column.kind.sql
    if column.kind.is_text:
        return rng.choice(SHORT_WORDS if '(4)' in kind and rng.random() < 0.9 else WORDS)
    if kind in ('integer', 'bigint'):
        return str(rng.randint(-5, 12))
    if kind == 'float8':
        return rng.choice(('NaN', 'Infinity', '1.5', '-3', '5', '7.25', '1e3'))
    if kind == 'numeric(8,2)':
        number = rng.choice(('0', '5.00', '-3', '7.50', '1234.5', '12.34', '999999', '99999999', '-0.01', '3.999'))
        return number.replace('.', ',') if 'german' in column.notation else number
    if kind == 'boolean':
        return rng.choice(('ja', 'nein', 'nö', 'JA') if 'german' in column.notation else ('t', 'false', 'yes', '0'))
    if kind == 'timestamp':
        return f'{some_day(rng)} {rng.randint(0, 23):02}:30:00'
    return some_day(rng).strftime('%d.%m.%Y' if 'german' in column.notation else '%Y-%m-%d')


def make_text(rng, column):
    """What a field of the file says; None: nothing."""
    chance = rng.random()
    if chance < 0.06:
        return None
    if chance < 0.09:
        return 'bad!'
    return good_text(rng, column)
