"""deliveries.py: one publish by the extension: a load of files, a staged load, or a merge.

in:  a reference.Request and how to deliver it
out: SQL statements that do it; the counts of their result
"""
import json
import os
import shutil
from dataclasses import dataclass, field

import generate
from session import literal
from targets import NAME

# count of the reference: columns of load_result and of merge_result that hold it
RESULT = {'inserted': 'rows_inserted', 'updated': 'rows_updated', 'unchanged': 'rows_unchanged',
          'skipped': 'rows_skipped'}


def array(names):
    return "'{%s}'::text[]" % ','.join(names) if names else 'NULL'


def arguments(request, more=None):
    words = generate.in_words(request.options)
    words.update(more or {})
    return '%s, %s, %s::jsonb' % (array(request.key), literal(request.strategy),
                                  literal(json.dumps(words)))


@dataclass
class Files:
    """What a load is given."""
    directory: str
    texts: list = field(default_factory=list)

    def write(self):
        """Files that were there before are gone then."""
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        for number, text in enumerate(self.texts):
            with open('%s/%02d.csv' % (self.directory, number), 'w', encoding='utf-8',
                      newline='') as file:
                file.write(text)


class Load:
    """ingest.load, or ingest.stage and ingest.publish."""

    def __init__(self, request, files, workers, staged_first):
        self.request = request
        self.files = files
        self.workers = workers
        self.staged_first = staged_first
        self.load_id = None

    def prepare(self, session):
        self.files.write()
        if self.staged_first:
            words = dict(generate.in_words(self.request.options), workers=self.workers)
            answer = session.must("SELECT ingest.stage('%s', %s, %s::jsonb)"
                                  % (NAME, literal(self.files.directory), literal(json.dumps(words))))
            self.load_id = answer.lines[0] or None

    def texts(self):
        return self.files.texts

    def nothing_to_publish(self):
        return self.staged_first and self.load_id is None

    def statement(self, again=False):
        """again: although the files are published."""
        if self.staged_first and not again:
            return ('SELECT to_jsonb(r) FROM ingest.publish(%s, %s) AS r'
                    % (self.load_id, arguments(self.request)))
        more = {'workers': self.workers, **({'force': True} if again else {})}
        return ("SELECT to_jsonb(r) FROM ingest.load('%s', %s, %s) AS r"
                % (NAME, literal(self.files.directory), arguments(self.request, more)))

    def give_up(self, session):
        """After a publish that was refused."""
        session.must("SELECT ingest.discard(load_id) FROM ingest.loads "
                     "WHERE target = '%s'::regclass AND status IN ('staging', 'staged')" % NAME)

    def expected(self, publication):
        counts = publication.counts
        surplus = publication.surplus_quarantined
        staged = counts['read'] - surplus
        quarantined = publication.quarantined + surplus
        return {'status': 'published', 'rows_read': staged + quarantined, 'rows_staged': staged,
                'rows_quarantined': quarantined,
                'rows_deduplicated': counts['deduplicated'] - surplus,
                'rows_deleted': counts['deleted'] + counts['removed'],
                **{column: counts[name] for name, column in RESULT.items()}}


class Merge:
    """ingest.merge of a table with the rows, foreseen by ingest.preview_merge."""

    def __init__(self, request):
        self.request = request

    def prepare(self, session):
        request = self.request
        columns = ', '.join(request.carried)
        session.must('DROP TABLE IF EXISTS property.source')
        session.must('CREATE TABLE property.source AS SELECT %s FROM %s WHERE false' % (columns, NAME))
        for row in request.rows:
            session.must('INSERT INTO property.source VALUES (%s)'
                         % ', '.join(literal(row[name]) for name in request.carried))

    def texts(self):
        return []

    def nothing_to_publish(self):
        return False

    def statement(self, again=False):
        return self.call('merge')

    def call(self, function):
        return ("SELECT to_jsonb(r) FROM ingest.%s('%s', 'property.source', %s) AS r"
                % (function, NAME, arguments(self.request)))

    def give_up(self, session):
        pass

    def expected(self, publication):
        counts = publication.counts
        return {'rows_read': counts['read'], 'rows_deduplicated': counts['deduplicated'],
                'rows_deleted': counts['deleted'] + counts['removed'],
                **{column: counts[name] for name, column in RESULT.items()}}
