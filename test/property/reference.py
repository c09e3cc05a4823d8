"""reference.py: what publishing means, on lists of dictionaries.

in:  the rows of a target, a Request
out: the rows that the target must have then, and the counts; or Refused

Written from docs/reference.md, without regard to how the extension does it.
"""
from collections import Counter
from dataclasses import dataclass, field

from targets import COLUMNS, DEFAULTS, PARENTS

UNIQUE_VIOLATION = '23505'
FOREIGN_KEY_VIOLATION = '23503'
NOT_NULL_VIOLATION = '23502'
CHECK_VIOLATION = '23514'
CARDINALITY_VIOLATION = '21000'

# Each row read is in one of the others but removed: rows that the source lacks or replaces.
COUNTS = ('read', 'inserted', 'updated', 'deleted', 'unchanged', 'deduplicated', 'skipped',
          'removed')
DELETIONS = ('d', 'delete')


class Refused(Exception):
    """Nothing is published; the error has one of these SQLSTATEs."""

    def __init__(self, sqlstates):
        super().__init__(str(sqlstates))
        self.sqlstates = set(sqlstates)


@dataclass
class Request:
    kind: object
    strategy: str
    key: tuple                  # () where the strategy has none
    carried: tuple              # columns of the source
    rows: list                  # of dict, in the order of files and records
    options: dict = field(default_factory=dict)
    alive: object = None        # what soft_delete's column holds in rows that live
    is_load: bool = True
    rows_bad: int = 0           # in quarantine since staging


def compare(operator, left, right):
    """An SQL comparison: NULL is not true."""
    if left is None or right is None:
        return False
    return {'=': left == right, '<': left < right, '>': left > right,
            '>=': left >= right, '<=': left <= right}[operator]


def everywhere(row):
    return True


class Publication:
    """One publish. changes: rows written, by operation, as row triggers see them."""

    def __init__(self, request, rows):
        self.request = request
        self.options = request.options
        self.rows = [dict(row) for row in rows]
        self.staged = list(request.rows)
        self.counts = dict.fromkeys(COUNTS, 0)
        self.key = request.key
        self.scope = everywhere     # rows of the target that are replaced, or may meet a key
        self.quarantined = request.rows_bad
        self.surplus_quarantined = 0
        self.changes = Counter()
        self.problems = set()

    # keys

    def key_of(self, row):
        """None where a NULL keeps the row from meeting any other."""
        key = tuple(row[name] for name in self.key)
        if None in key and self.options.get('null_keys') != 'match':
            return None
        return self.folded(key)

    def folded(self, key):
        if self.request.kind.folded:
            return tuple(part.lower() if isinstance(part, str) else part for part in key)
        return key

    def set_null_keys_apart(self):
        """Rows without a key go to quarantine; a relation must not have any."""
        if not self.key:
            return
        lacking = [row for row in self.staged if self.key_of(row) is None]
        if lacking and not self.request.is_load:
            self.problems.add(NOT_NULL_VIOLATION)
        self.staged = [row for row in self.staged if self.key_of(row) is not None]
        self.quarantined += len(lacking)

    # versions

    def version_order(self):
        """Pairs of column and direction, before the order of files and records."""
        if 'dedup_sort' in self.options:
            return self.options['dedup_sort']
        if 'update_if_newer' in self.options and self.options.get('dedup') != 'first':
            return ((self.options['update_if_newer'], 'desc nulls last'),)
        return ()

    def dedup_rule(self):
        """Rows of a relation have no order of their own."""
        ordered = 'dedup_sort' in self.options or 'update_if_newer' in self.options
        by_position = self.request.is_load and self.request.key
        default = 'last' if by_position or ordered else 'error'
        return self.options.get('dedup', default)

    def best_first(self, versions):
        """The versions of one key; without another order the last one is best."""
        versions = list(versions)
        if self.options.get('dedup') != 'first':
            versions.reverse()
        for column, direction in reversed(self.version_order()):
            nulls_first = direction == 'desc'
            versions.sort(key=lambda row: row[column] if row[column] is not None else 0,
                          reverse=direction.startswith('desc'))
            versions.sort(key=lambda row: (row[column] is None) != nulls_first)
        return versions

    def winners(self):
        versions = {}
        for row in self.staged:
            versions.setdefault(self.key_of(row), []).append(row)
        surplus = len(self.staged) - len(versions)
        if surplus and self.dedup_rule() == 'error':    # rows of a table have no order
            self.problems.update((CARDINALITY_VIOLATION, UNIQUE_VIOLATION))
        elif self.dedup_rule() == 'quarantine':
            self.surplus_quarantined = surplus
        self.counts['deduplicated'] += surplus
        return {key: self.best_first(rows)[0] for key, rows in versions.items()}

    # conditions

    def admitted(self, row):
        """The row of the target meets incremental_predicates."""
        return all(compare(operator, row[column], value)
                   for column, operator, value in self.options.get('incremental_predicates', ()))

    def in_scope(self, row):
        where = self.options.get('replace_where')
        return where is None or compare(where[1], row[where[0]], where[2])

    def is_deletion(self, row):
        column = self.options.get('hard_delete')
        value = row[column] if column is not None else None
        return value.lower() in DELETIONS if isinstance(value, str) else value is True

    def is_older(self, new, old):
        column = self.options.get('update_if_newer')
        if column is None or old[column] is None:
            return False
        return new[column] is None or new[column] < old[column]

    def updated_columns(self):
        """An update always sets the column that tells versions apart."""
        columns = self.options.get('merge_update_columns', self.request.carried)
        excluded = self.options.get('merge_exclude_columns', ())
        return [name for name in self.request.carried
                if name not in self.key and
                (name in columns and name not in excluded or
                 name == self.options.get('update_if_newer'))]

    # writing

    def noted(self, row, operation):
        self.changes[operation] += 1
        if self.request.kind.name == 'triggers' and operation != 'DELETE':
            row['note'] = operation
        return row

    def new_row(self, staged):
        return self.noted({**dict.fromkeys(COLUMNS), **DEFAULTS, **staged}, 'INSERT')

    def insert(self, staged):
        self.counts['inserted'] += 1
        self.rows.append(self.new_row(staged))

    def remove(self, row):
        self.noted(row, 'DELETE')
        self.rows = [other for other in self.rows if other is not row]

    def update(self, row, changes):
        row.update(changes)
        self.noted(row, 'UPDATE')

    # strategies

    def append(self):
        for row in self.staged:
            self.insert(row)
        self.counts['read'] = len(self.staged)

    def merge(self, matched):
        """matched: 'keep', 'update' or 'replace' for a row whose key is known."""
        self.counts['read'] = len(self.staged)
        known = {}
        for row in self.rows:
            if self.scope(row) and self.admitted(row) and self.key_of(row) is not None:
                known.setdefault(self.key_of(row), []).append(row)
        for key, staged in self.winners().items():
            rows = known.get(key, ())
            if not rows:
                self.not_matched(staged)
            elif matched == 'keep':
                self.counts['skipped'] += 1
            else:
                if len(rows) > 1:  # which of them meets a constraint first is not said
                    self.problems.update((CARDINALITY_VIOLATION, UNIQUE_VIOLATION))
                self.matched(rows[0], staged, matched)

    def not_matched(self, staged):
        """With soft_delete and update_if_newer a deletion is kept, lest older rows come to life."""
        if not self.is_deletion(staged):
            self.insert(staged)
        elif 'soft_delete' in self.options and 'update_if_newer' in self.options:
            self.insert({**staged, 'gone': True})
        else:
            self.counts['skipped'] += 1

    def matched(self, row, staged, matched):
        if self.is_older(staged, row):
            self.counts['skipped'] += 1
        elif self.is_deletion(staged):
            self.delete_known(row, staged)
        else:
            self.change_known(row, staged, matched)

    def delete_known(self, row, staged):
        newer = self.options.get('update_if_newer')
        version = {newer: staged[newer]} if newer is not None else {}
        if 'soft_delete' not in self.options:
            self.counts['deleted'] += 1
            self.remove(row)
        elif row['gone'] is not True:
            self.counts['deleted'] += 1
            self.update(row, {**version, 'gone': True})
        elif version and row[newer] != staged[newer]:
            self.counts['updated'] += 1
            self.update(row, version)
        else:
            self.counts['unchanged'] += 1

    def change_known(self, row, staged, matched):
        changes = {name: staged[name] for name in self.updated_columns()}
        revived = 'soft_delete' in self.options and row['gone'] is True
        if not revived and all(row[name] == value for name, value in changes.items()):
            self.counts['unchanged'] += 1
            return
        if matched == 'replace':
            changes = {**{name: DEFAULTS.get(name) for name in row
                          if name not in self.request.carried}, **changes}
        if 'soft_delete' in self.options:
            changes['gone'] = self.request.alive
        self.counts['updated'] += 1
        self.update(row, changes)

    def replace(self):
        """By the primary key, so that rows keep their place, or else as bags of rows."""
        self.key = self.request.kind.primary_key()
        if self.key:
            self.remove_missing()
            self.merge('replace')
        else:
            self.replace_rows([row for row in self.rows if self.scope(row)])

    def replace_partitions(self):
        partition_of = self.request.kind.partition_of
        touched = {partition_of(row) for row in self.staged}
        self.scope = lambda row: partition_of(row) in touched
        self.replace()

    def replace_rows(self, replaced):
        """The rows in replaced become the staged ones; those that are equal stay."""
        def image(row):
            return tuple(row[name] for name in self.request.carried)

        new = Counter(image(row) for row in self.staged)
        for row in replaced:
            if new[image(row)] > 0:
                new[image(row)] -= 1
                self.counts['unchanged'] += 1
            else:
                self.counts['removed'] += 1
                self.remove(row)
        for row in self.staged:
            if new[image(row)] > 0:
                new[image(row)] -= 1
                self.insert(row)
        self.counts['read'] = len(self.staged)

    def delete_insert(self):
        """Where the key may occur more than once, all rows of a key are replaced by all of them."""
        per_version = {'dedup', 'dedup_sort', 'update_if_newer', 'hard_delete', 'soft_delete'}
        nulls_match = self.options.get('null_keys') == 'match'
        if self.request.kind.enforces(self.key, nulls_match) or per_version & set(self.options):
            self.merge('replace')
            return
        keys = {self.key_of(row) for row in self.staged}
        self.replace_rows([row for row in self.rows
                           if self.key_of(row) is not None and self.key_of(row) in keys and
                           self.admitted(row)])

    def remove_missing(self):
        """Rows in scope that the source does not have go away, or are marked."""
        keys = {self.key_of(row) for row in self.staged} - {None}
        newer = self.options.get('update_if_newer')
        newest = max((row[newer] for row in self.staged if newer and row[newer] is not None),
                     default=None)
        for row in list(self.rows):
            if self.key_of(row) in keys or not self.scope(row) or not self.admitted(row):
                continue
            if newest is not None and row[newer] is not None and row[newer] > newest:
                continue
            if 'soft_delete' not in self.options:
                self.remove(row)
            elif row['gone'] is True:
                continue
            else:
                self.update(row, {'gone': True})
            self.counts['removed'] += 1

    def sync(self):
        """While rows of the load are in quarantine, what is missing cannot be told."""
        if not self.quarantined:
            self.scope = self.in_scope
            self.remove_missing()
            self.scope = everywhere
        self.merge('update')

    # all of it

    def check_constraints(self):
        kind = self.request.kind
        keys = [self.folded(tuple(row[name] for name in kind.unique)) for row in self.rows]
        keys = [key for key in keys if None not in key]
        if kind.unique and len(keys) > len(set(keys)):
            self.problems.add(UNIQUE_VIOLATION)
        if any(row[name] is None for row in self.rows for name in kind.not_null):
            self.problems.add(NOT_NULL_VIOLATION)
        if kind.name == 'foreign key' and any(row['a'] >= PARENTS for row in self.rows
                                              if row['a'] is not None):
            self.problems.add(FOREIGN_KEY_VIOLATION)

    def check_limits(self, rows_before):
        changed = {'max_update_ratio': self.counts['updated'],
                   'max_delete_ratio': self.counts['deleted'] + self.counts['removed']}
        if any(option in self.options and rows > self.options[option] * rows_before
               for option, rows in changed.items()):
            self.problems.add(CHECK_VIOLATION)

    def run(self):
        strategy = self.request.strategy
        rows_before = sum(self.in_scope(row) for row in self.rows)
        self.set_null_keys_apart()
        if 'replace_where' in self.options and not all(self.in_scope(row) for row in self.staged):
            self.problems.add(CHECK_VIOLATION)
        if strategy == 'replace_where':
            self.scope = self.in_scope
            self.replace()
        elif strategy in ('insert_only', 'upsert'):
            self.merge('keep' if strategy == 'insert_only' else 'update')
        else:
            getattr(self, strategy)()
        self.check_constraints()
        self.check_limits(rows_before)
        if self.problems:
            raise Refused(self.problems)
        return self
