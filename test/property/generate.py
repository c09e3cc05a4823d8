"""generate.py: random rows, files, strategies and options.

in:  a random.Random, the kind of the target
out: what the reference and the extension are given; files as text
"""
from decimal import Decimal

A = 8                   # keys: a below it, b from BS; few, so that they meet
BS = ('x', 'y z', 'q"u,o', '', None)
NS = ('p', 'q', 'long ' * 40, '', None)
VS = tuple(Decimal(text) for text in ('0', '1', '1.5', '-2.25', '999.99')) + (None,)
OPS = ('I', 'U', 'D', 'delete', None)
VERSIONS = 10
BAD = 'bad'             # no column but b, n, op takes it
REPLACING = ('replace', 'replace_where', 'replace_partitions')
STRATEGIES = ('append', 'insert_only', 'upsert', 'upsert', 'delete_insert', 'replace',
              'replace_where', 'sync')
KEYED = ('insert_only', 'upsert', 'delete_insert', 'sync')


def number(value):
    """Texts of float8 to what JSON gives back."""
    if value in ('NaN', 'Infinity') or not isinstance(value, str):
        return value
    return Decimal(value)


def value(rng, kind, name):
    if name in kind.values:
        return number(rng.choice(kind.values[name])) if name == 'v' else rng.choice(kind.values[name])
    if name in kind.not_null and rng.random() < 0.97:
        return rng.randrange(A) if name == 'a' else rng.choice(BS[:-1])
    return {'a': lambda: None if rng.random() < 0.05 else rng.randrange(A),
            'b': lambda: rng.choice(BS),
            'v': lambda: rng.choice(VS),
            'n': lambda: rng.choice(NS),
            'ts': lambda: None if rng.random() < 0.1 else rng.randrange(VERSIONS),
            'op': lambda: rng.choice(OPS),
            'gone': lambda: rng.choice((True, False, None)),
            'd': lambda: rng.randrange(5)}[name]()


def carried(rng, kind, mark, key):
    """Columns of a source.  Equal rows of a target without a key must be equal in all of them."""
    if not kind.identifies():
        return ('a', 'b', 'v', 'n', 'ts', 'op')
    columns = [name for name in ('a', 'b', 'v', 'n', 'ts', 'op')
               if name in key or name in kind.not_null or rng.random() < 0.85]
    if rng.random() < 0.2:
        columns.append('d')
    if mark == 'boolean' and rng.random() < 0.15:
        columns.append('gone')
    rng.shuffle(columns)
    return tuple(columns)


def rows(rng, kind, columns, count):
    made = [{name: value(rng, kind, name) for name in columns} for _ in range(count)]
    if kind.name == 'foreign key' and rng.random() < 0.8:
        for row in made:
            row['a'] = row['a'] % 6 if row['a'] is not None else None
    return made


def order(rng, columns):
    """dedup_sort as pairs of column and direction."""
    chosen = [name for name in ('ts', 'd') if name in columns and rng.random() < 0.7] or ['a']
    return tuple((name, rng.choice(('asc', 'desc', 'desc nulls last'))) for name in chosen)


def version_options(rng, columns):
    made = {}
    if rng.random() < 0.4:
        made['dedup'] = rng.choice(('first', 'last', 'error', 'quarantine'))
    if rng.random() < 0.3:
        made['dedup_sort'] = order(rng, columns)
    return made


def key_options(rng, kind, strategy, columns, key):
    options = version_options(rng, columns)
    if rng.random() < 0.2 and not set(key) <= set(kind.not_null):
        options['null_keys'] = 'match'
    if rng.random() < 0.1:
        options['incremental_predicates'] = (('ts', '>=', rng.randrange(4)),)
    if strategy == 'insert_only':
        return options
    if rng.random() < 0.4 and 'ts' in columns:
        options['update_if_newer'] = 'ts'
    if rng.random() < 0.4 and 'op' in columns:
        options['hard_delete'] = 'op'
    elif 'gone' in columns:
        options['hard_delete'] = 'gone'
    if rng.random() < 0.4 and 'gone' not in columns and kind.identifies():
        options['soft_delete'] = 'gone'
    if strategy in ('upsert', 'sync') and rng.random() < 0.3:
        name = rng.choice(('merge_update_columns', 'merge_exclude_columns'))
        options[name] = tuple(column for column in columns if rng.random() < 0.5) or columns[:1]
    return options


def options(rng, kind, strategy, columns, key):
    made = {}
    if strategy in KEYED:
        made = key_options(rng, kind, strategy, columns, key)
    elif strategy != 'append' and kind.primary_key():
        made = version_options(rng, columns)
    if strategy == 'replace_where' or strategy == 'sync' and rng.random() < 0.3:
        made['replace_where'] = ('a', rng.choice(('=', '<', '>=')), rng.randrange(A))
    if rng.random() < 0.05:
        made[rng.choice(('max_update_ratio', 'max_delete_ratio'))] = rng.choice((0, 0.1, 0.5))
    return made


def in_words(made):
    """The options as the extension takes them."""
    words = dict(made)
    if 'dedup_sort' in made:
        words['dedup_sort'] = ', '.join('%s %s' % pair for pair in made['dedup_sort'])
    if 'replace_where' in made:
        words['replace_where'] = '%s %s %s' % made['replace_where']
    if 'incremental_predicates' in made:
        words['incremental_predicates'] = ['%s %s %s' % condition
                                           for condition in made['incremental_predicates']]
    for name in ('merge_update_columns', 'merge_exclude_columns'):
        if name in made:
            words[name] = list(made[name])
    return words


def field(rng, text):
    """A value as CSV; one number has many texts."""
    if text is None:
        return ''
    if isinstance(text, bool):
        return rng.choice(('t', 'true', 'yes') if text else ('f', 'false', 'no'))
    if isinstance(text, Decimal):
        return rng.choice(('%s', '0%s', '+%s') if text >= 0 and str(text)[0] != '-' else ('%s',)) % text
    if isinstance(text, int):
        return rng.choice(('%d', ' %d', '"%d"')) % text
    return '"%s"' % text.replace('"', '""')


def csv(rng, columns, made, bad_share):
    """(text, good rows, number of bad rows): some of the rows become bad ones."""
    lines = [','.join(columns)]
    good = []
    breakable = [name for name in columns if name in ('a', 'v', 'ts', 'd', 'gone')]
    for row in made:
        fields = {name: field(rng, row[name]) for name in columns}
        if rng.random() < bad_share:
            fields[rng.choice(breakable)] = BAD
            if rng.random() < 0.3:
                fields[columns[-1]] += ',too many'
        else:
            good.append(row)
        lines.append(','.join(fields[name] for name in columns))
    return '\n'.join(lines) + '\n', good, len(made) - len(good)
