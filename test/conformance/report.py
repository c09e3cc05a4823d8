"""report.py: the figures of a run, each with its bound, as one table."""


class Report:
    def __init__(self):
        self.rows = []
        self.skipped = []

    def figure(self, suite, name, value, good=None, bound=''):
        """good: True or False when there is a bound, None for information."""
        self.rows.append((suite, name, str(value), bound, good))

    def equal(self, suite, name, value, expected):
        self.figure(suite, name, value, value == expected, '= %s' % expected)

    def skip(self, suite, reason):
        self.skipped.append((suite, reason))

    def missed(self):
        return sum(good is False for *_, good in self.rows)

    def print(self):
        verdicts = {True: 'ok', False: 'MISSED', None: ''}
        table = [('suite', 'figure', 'value', 'bound', '')]
        table += [(*row, verdicts[good]) for *row, good in self.rows]
        widths = [max(len(row[i]) for row in table) for i in range(5)]
        table.insert(1, tuple('-' * width for width in widths))
        for suite, name, value, bound, verdict in table:
            print('%s  %s  %s  %s  %s' % (suite.ljust(widths[0]), name.ljust(widths[1]),
                                          value.rjust(widths[2]), bound.ljust(widths[3]), verdict))
        for suite, reason in self.skipped:
            print('skipped: %s: %s' % (suite, reason))
        bounds = sum(good is not None for *_, good in self.rows)
        print('%d bounds, %d missed, %d skipped'
              % (bounds, self.missed(), len(self.skipped)))
