"""sequence.py: one random sequence: a target, and what is done to it, step by step.

in:  a seed
out: nothing, or Mismatch: the extension did something else than the reference
"""
import random
from collections import Counter

import deliveries
import generate
import interruption
import targets
from reference import Publication, Refused, Request
from session import Lost
from targets import COLUMNS, NAME

RESTATING = (*generate.KEYED, *generate.REPLACING)


class Mismatch(Exception):
    """What should have been the same and is not."""


class Sequence:
    def __init__(self, server, session, directory, seed):
        self.rng = random.Random(seed)
        self.server = server
        self.session = session
        self.directory = directory
        self.kind = self.rng.choice(targets.KINDS)
        self.mark = self.rng.choice(targets.MARKS)
        self.rows = []              # what the target must hold
        self.published = set()      # texts of files
        self.loads = 0              # published before the present step
        self.steps = 0
        self.statistics = Counter()

    def run(self):
        self.session.must('DROP TABLE IF EXISTS %s CASCADE' % NAME)
        for statement in self.kind.create(self.mark):
            self.session.must(statement)
        for _ in range(self.rng.randint(2, 7)):
            self.steps += 1
            self.step()

    def step(self):
        chance = self.rng.random()
        if chance < 0.05:
            self.session.must(self.rng.choice(('VACUUM (ANALYZE) %s', 'ANALYZE %s')) % NAME)
        elif chance < 0.12 and self.kind.identifies():
            self.edit()
        else:
            self.deliver()

    def edit(self):
        """Somebody else changes the target, in columns that loads seldom carry."""
        key = self.rng.randrange(generate.A)
        self.session.must('UPDATE %s SET d = 50, gone = NULL WHERE a = %d' % (NAME, key))
        for row in self.rows:
            if row['a'] == key:
                row.update(d=50, gone=None)
                if self.kind.name == 'triggers':
                    row['note'] = 'UPDATE'
        self.check_rows(self.rows, 'edit')

    # what is delivered

    def request(self):
        rng = self.rng
        strategy = rng.choice(generate.STRATEGIES)
        if self.kind.partition and rng.random() < 0.3:
            strategy = 'replace_partitions'
        key = rng.choice(self.kind.keys) if strategy in generate.KEYED else ()
        carried = generate.carried(rng, self.kind, self.mark, key)
        return Request(self.kind, strategy, key, carried, [],
                       generate.options(rng, self.kind, strategy, carried, key),
                       alive=False if self.mark == 'boolean' else None)

    def make_rows(self, request, count):
        rows = generate.rows(self.rng, self.kind, request.carried, count)
        if 'replace_where' in request.options and self.rng.random() < 0.9:
            scope = Publication(request, [])
            rows = [row for row in rows if scope.in_scope(row)]
        if not request.key and self.kind.unique and self.rng.random() < 0.9:
            rows = list({tuple(row[name] for name in self.kind.unique): row for row in rows}.values())
        return rows

    def size(self):
        return self.rng.choice((0, 1, 3, 8, 8, 30))

    def make_load(self, request):
        rng = self.rng
        bad_share = rng.choice((0, 0, 0.1))
        staged_first = rng.random() < 0.25
        changed = rng.random() < 0.15 and request.strategy in RESTATING and not staged_first
        step = rng.randint(1, self.steps) if changed else self.steps
        files = deliveries.Files('%s/step%d' % (self.directory, step))
        known = sorted(self.published)
        for _ in range(rng.choice((1, 1, 2, 3))):
            if known and rng.random() < 0.1:
                files.texts.append(rng.choice(known))
                continue
            text, good, bad = generate.csv(rng, request.carried,
                                           self.make_rows(request, self.size()), bad_share)
            if text in files.texts or text in self.published:
                continue
            files.texts.append(text)
            self.sort_out(request, good, bad,
                          self.kind.primary_key() if staged_first else request.key)
        files.texts = files.texts or ['\n'.join((','.join(request.carried), ''))]
        workers = rng.choice((0,) * 12 + (2,))
        return deliveries.Load(request, files, workers, staged_first)

    def sort_out(self, request, good, bad, key):
        """Incomplete rows are quarantined before they are staged; a deletion needs only its key."""
        publication = Publication(request, [])
        for row in good:
            needed = [name for name in self.kind.not_null
                      if name in key or not publication.is_deletion(row)]
            if any(row[name] is None for name in needed):
                bad += 1
            else:
                request.rows.append(row)
        request.rows_bad += bad

    def make_merge(self, request):
        """Rows of a table have no order: of equals in everything that orders them one is kept."""
        request.is_load = False
        if request.options.get('dedup') == 'quarantine':
            del request.options['dedup']
        rows = self.make_rows(request, self.size())
        publication = Publication(request, [])
        if request.strategy in generate.REPLACING:
            publication.key = self.kind.primary_key()
        if publication.key and (publication.dedup_rule() != 'error' or self.rng.random() < 0.9):
            order = publication.version_order()
            places = {(publication.key_of(row), *(row[name] for name, _ in order)): row
                      for row in rows if publication.key_of(row) is not None}
            rows = list(places.values()) + [row for row in rows if publication.key_of(row) is None
                                            and self.rng.random() < 0.1]
        request.rows = rows
        return deliveries.Merge(request)

    # what becomes of it

    def deliver(self):
        request = self.request()
        delivery = self.make_merge(request) if self.rng.random() < 0.5 else self.make_load(request)
        delivery.prepare(self.session)
        new = set(delivery.texts()) - self.published
        self.statistics[request.strategy] += 1
        if request.is_load and not new:
            self.expect_nothing(delivery)
            return
        if delivery.nothing_to_publish():
            raise Mismatch('nothing was staged of a new file')
        try:
            expected = Publication(request, self.rows).run()
        except Refused as refused:
            self.statistics['refused'] += 1
            self.expect_refusal(delivery, refused.sqlstates)
            return
        self.expect(delivery, expected)
        self.published.update(new)

    def expect_nothing(self, delivery):
        if not delivery.nothing_to_publish():
            answer = self.session.run(delivery.statement())
            if not answer.ok() or answer.objects()[0]['status'] != 'nothing_new':
                raise Mismatch('files came again: %s' % answer)
        self.check_rows(self.rows, 'nothing new')

    def expect_refusal(self, delivery, sqlstates):
        if self.kind.name == 'deferrable constraint':
            sqlstates = sqlstates | {'23505'}
        answer = self.session.run(delivery.statement())
        if answer.sqlstate not in sqlstates:
            raise Mismatch('%s instead of one of %s' % (answer, sorted(sqlstates)))
        self.check_rows(self.rows, 'refused')
        delivery.give_up(self.session)

    def expect(self, delivery, expected):
        restating = (delivery.request.strategy in RESTATING and
                     'incremental_predicates' not in delivery.request.options)
        self.session.must('TRUNCATE property.fired')
        self.loads = self.published_loads()
        where = interruption.choose(self.rng, delivery, restating)
        committed = where is not None and self.interrupted(delivery, expected, where)
        if not committed and not delivery.request.is_load:
            self.compare('preview', self.session.run(delivery.call('preview_merge')),
                         delivery.expected(expected))
            self.check_rows(self.rows, 'preview')
        if not committed:
            answer = self.session.run(delivery.statement())
            self.compare('result', answer, delivery.expected(expected))
            self.check_identity(answer.objects()[0], expected)
            self.check_triggers(expected)
        self.check_rows(expected.rows, 'published')
        self.rows = expected.rows
        if restating and self.rng.random() < 0.5:
            self.repeat(delivery)

    def interrupted(self, delivery, expected, where):
        """True if the publish was committed all the same."""
        self.statistics[where[0]] += 1
        try:
            may_commit = interruption.interrupt(self.rng, self.server, self.session,
                                                delivery.statement(), where)
        except Lost:
            self.session.reconnect()
            may_commit = False
        self.session.must('TRUNCATE property.fired')
        if not may_commit:
            self.check_rows(self.rows, 'interrupted')
            return False
        rows = self.target_rows()
        if rows == self.image(self.rows) != self.image(expected.rows):
            return False
        if rows != self.image(expected.rows):
            self.check_rows(expected.rows, 'interrupted, neither before nor after')
        return self.was_recorded(delivery)

    def was_recorded(self, delivery):
        """Where publishing changes nothing, the manifest tells whether a load was published."""
        if not delivery.request.is_load:
            return True
        return self.published_loads() > self.loads

    def published_loads(self):
        return int(self.session.must("SELECT count(*) FROM ingest.loads WHERE status = 'published' "
                                     "AND target = '%s'::regclass" % NAME).lines[0])

    def repeat(self, delivery):
        """The same again writes nothing."""
        places = self.places()
        if delivery.request.is_load and not delivery.staged_first:
            answer = self.session.run(delivery.statement())
            if not answer.ok() or answer.objects()[0]['status'] != 'nothing_new':
                raise Mismatch('the same load again: %s' % answer)
        if not self.differs_when_forced(delivery):
            answer = self.session.run(delivery.statement(again=True))
            if not answer.ok():
                raise Mismatch('the same again: %s' % answer)
        if self.places() != places:
            raise Mismatch('the same again wrote')

    def differs_when_forced(self, delivery):
        """Files that were skipped are loaded; stage() wants deletions to have the whole primary key."""
        return bool(self.published & set(delivery.texts()) or delivery.request.is_load and
                    delivery.staged_first and 'hard_delete' in delivery.request.options)

    # checks

    def compare(self, what, answer, expected):
        if not answer.ok():
            raise Mismatch('%s: %s' % (what, answer))
        result = answer.objects()[0]
        different = ['%s %s, not %s' % (name, result[name], value)
                     for name, value in expected.items() if result[name] != value]
        if different:
            raise Mismatch('%s: %s' % (what, '; '.join(different)))

    def check_identity(self, result, expected):
        known = sum(result['rows_' + name] for name in
                    ('inserted', 'updated', 'deleted', 'unchanged', 'deduplicated', 'skipped'))
        read = result['rows_staged'] if 'rows_staged' in result else result['rows_read']
        if read != known - expected.counts['removed']:
            raise Mismatch('counts do not add up: %s' % result)

    def check_triggers(self, expected):
        if self.kind.name != 'triggers':
            return
        lines = self.session.must('SELECT operation, count(*) FROM property.fired '
                                  'GROUP BY 1 ORDER BY 1').lines
        wanted = ['%s|%d' % item for item in sorted(expected.changes.items())]
        if lines != wanted:
            raise Mismatch('triggers fired %s, not %s' % (lines, wanted))

    def image(self, rows):
        return Counter(tuple(row[name] for name in COLUMNS) for row in rows)

    def target_rows(self):
        gone = 'gone' if self.mark == 'boolean' else 'CASE WHEN gone IS NOT NULL THEN true END'
        return self.image(self.session.must(
            "SELECT json_build_object('a', a, 'b', b, 'v', v, 'n', n::text, 'ts', ts, 'op', op, "
            "'gone', %s, 'd', d, 'note', note) FROM %s" % (gone, NAME)).objects())

    def check_rows(self, rows, when):
        found = self.target_rows()
        wanted = self.image(rows)
        if found != wanted:
            raise Mismatch('%s: rows too many %s, missing %s'
                           % (when, dict(found - wanted), dict(wanted - found)))

    def places(self):
        """Who wrote each row, and where it is."""
        return self.session.must('SELECT tableoid, ctid, xmin FROM %s ORDER BY 1, 2' % NAME).lines
