"""history.py: versions of rows that arrive late, twice and in any order lead to one result.

in:  a seed
out: nothing, or Mismatch: the order of deliveries made a difference

The result is known from the versions alone: the newest one of each key, or, for scd2, all of them
with the time at which the next one began.
"""
import random
from collections import Counter

import deliveries
import generate
import interruption
from reference import Request
from sequence import Mismatch
from targets import NAME, Kind

COLUMNS = 'a int, b text, v int, ts int, op text'
CARRIED = ('a', 'b', 'v', 'ts', 'op')
LATEST = Kind('latest version', constraints=', gone boolean, PRIMARY KEY (a, b)', unique=('a', 'b'),
              not_null=('a', 'b'))
LATEST_WITHOUT_INDEX = Kind('latest version, no index', constraints=', gone boolean')
EVERY = Kind('every version',
             constraints=', valid_from int, valid_to int, is_current boolean')
OPTIONS = {'update_if_newer': 'ts', 'hard_delete': 'op'}


class History:
    def __init__(self, server, session, directory, seed):
        self.rng = random.Random(seed)
        self.server = server
        self.session = session
        self.directory = directory
        self.kind = self.rng.choice((LATEST, LATEST_WITHOUT_INDEX, EVERY, EVERY))
        self.steps = 0
        self.statistics = Counter(histories=1)
        self.versions = [version for a in range(self.rng.randint(1, 6)) for b in ('x', 'y')
                         for version in self.versions_of(a, b)]

    def versions_of(self, a, b):
        """No two have one time, nor the values of the one before."""
        times = sorted(self.rng.sample(range(1, 30), self.rng.randint(0, 6)))
        return [{'a': a, 'b': b, 'v': 100 * ts + self.rng.randrange(100), 'ts': ts,
                 'op': self.rng.choice(generate.OPS[:2] * 3 + generate.OPS[2:])} for ts in times]

    def run(self):
        self.session.must('DROP TABLE IF EXISTS %s CASCADE' % NAME)
        self.session.must('CREATE TABLE %s (%s%s)' % (NAME, COLUMNS, self.kind.constraints))
        arriving = self.arrivals()
        while arriving:
            self.steps += 1
            count = self.rng.randint(1, 8)
            self.deliver(arriving[:count])
            arriving = arriving[count:]
        self.check()

    def arrivals(self):
        """In any order, some twice.  scd2 has no place for a deletion of a row it does not know."""
        arrivals = []
        known_at = {}
        for version in self.versions:
            key = (version['a'], version['b'])
            times = [self.rng.random() for _ in range(self.rng.choice((1, 1, 2)))]
            if is_deletion(version) and self.kind is EVERY:
                times = [max(time, known_at.get(key, 0)) for time in times]
            else:
                known_at[key] = min(times)
            arrivals += [(time, len(arrivals), version) for time in times]
        return [version for _, _, version in sorted(arrivals, key=lambda arrival: arrival[:2])]

    def request(self, rows):
        if self.kind is EVERY:
            strategy, more = 'scd2', {'merge_exclude_columns': ('op',)}
        else:
            strategy = self.rng.choice(('upsert', 'upsert', 'delete_insert'))
            more = {'soft_delete': 'gone'}
        return Request(self.kind, strategy, ('a', 'b'), CARRIED, rows, {**OPTIONS, **more})

    def deliver(self, rows):
        request = self.request(rows)
        if self.rng.random() < 0.5:
            request.is_load = False
            request.options['dedup'] = 'last'
            delivery = deliveries.Merge(request)
        else:
            files = deliveries.Files('%s/step%d' % (self.directory, self.steps))
            files.texts.append(generate.csv(self.rng, CARRIED, rows, 0)[0])
            delivery = deliveries.Load(request, files, self.rng.choice((0, 0, 0, 1)), False)
        delivery.prepare(self.session)
        where = interruption.choose(self.rng, delivery, True)
        if where is not None:
            self.statistics[where[0]] += 1
            interruption.interrupt(self.rng, self.server, self.session, delivery.statement(), where)
        answer = self.session.run(delivery.statement())
        if not answer.ok():
            raise Mismatch('delivery: %s' % answer)

    def check(self):
        if self.kind is EVERY:
            query = 'a, b, v, ts, valid_from, valid_to, is_current'
            wanted = self.every_version()
        else:
            query = "a, b, CASE WHEN gone THEN NULL ELSE v END, ts, coalesce(gone, false)"
            wanted = self.latest_versions()
        found = Counter(tuple(row) for row in self.session.must(
            'SELECT json_build_array(%s) FROM %s' % (query, NAME)).objects())
        wanted = Counter(wanted)
        if found != wanted:
            raise Mismatch('in the end: rows too many %s, missing %s'
                           % (dict(found - wanted), dict(wanted - found)))

    def latest_versions(self):
        latest = {(row['a'], row['b']): row for row in sorted(self.versions, key=lambda row: row['ts'])}
        return [(a, b, None if is_deletion(row) else row['v'], row['ts'], is_deletion(row))
                for (a, b), row in latest.items()]

    def every_version(self):
        ends = {}
        for row in sorted(self.versions, key=lambda row: row['ts'], reverse=True):
            key = (row['a'], row['b'])
            end = ends.get(key)
            ends[key] = row['ts']
            if not is_deletion(row):
                yield (*key, row['v'], row['ts'], row['ts'], end, end is None)


def is_deletion(row):
    return row['op'] in ('D', 'delete')
