"""real_files.py: airports, routes and zip codes, each loaded twice by its script in sql/."""
import collections
import os

import reference
from corpora import HERE

AIRPORTS = {'airport_id': int, 'name': str, 'city': str, 'country': str, 'iata': str, 'icao': str,
            'latitude': float, 'longitude': float, 'altitude': int, 'utc_offset': float,
            'dst': str, 'time_zone': str, 'type': str, 'source': str}
ROUTES = {'airline': str, 'airline_id': int, 'source': str, 'source_id': int, 'destination': str,
          'destination_id': int, 'codeshare': str, 'stops': int, 'equipment': str}
ZIPCODES = {'zip_code': str, 'latitude': float, 'longitude': float, 'city': str, 'state': str,
            'county': str}


def _load_twice(psql, corpora, report, table, path, parsers, rows):
    """rows: what Python's csv module reads."""
    script = os.path.join(HERE, 'sql', table + '.sql')
    variables = {'dir': corpora.path('real')}
    result = psql.run_file(script, variables)[0]
    expected = [reference.typed(row, parsers) for row in rows]
    loaded = reference.fetch(psql, table, parsers)
    common = collections.Counter(expected) & collections.Counter(loaded)
    report.equal(table, 'rows read', result['rows_read'], len(rows))
    report.equal(table, 'rows in quarantine', result['rows_quarantined'], 0)
    report.equal(table, 'rows in the table', len(loaded), len(rows))
    report.equal(table, 'rows equal to the file', sum(common.values()), len(rows))
    report.equal(table, 'bytes read', result['bytes_read'], os.path.getsize(path))
    before = reference.checksum(psql, table)
    with open(script, encoding='utf-8') as file:
        again = file.read().split(');\n\n', 1)[1]       # without CREATE TABLE
    report.equal(table, 'second load', psql.run(again, variables)[0]['status'], 'nothing_new')
    report.equal(table, 'tables the second load wrote',
                 int(reference.checksum(psql, table) != before), 0)
    return loaded


def _run_airports(psql, corpora, report):
    path = corpora.path('real', 'openflights', 'airports.dat')
    if not os.path.exists(path):
        report.skip('airports', 'no file %s' % path)
        return
    rows = reference.read(path, list(AIRPORTS), ('\\N',))
    loaded = _load_twice(psql, corpora, report, 'airports', path, AIRPORTS, rows)
    report.equal('airports', 'NULLs', sum(row.count(None) for row in loaded),
                 sum(value is None for row in rows for value in row.values()))
    total = psql.run('SELECT to_json(sum(altitude)) FROM airports;')[0]
    report.equal('airports', 'sum of altitudes', total, sum(int(row['altitude']) for row in rows))


def _run_routes(psql, corpora, report):
    path = corpora.path('real', 'openflights', 'routes.dat')
    if not os.path.exists(path):
        report.skip('routes', 'no file %s' % path)
        return
    rows = reference.read(path, list(ROUTES), ('\\N', ''))
    _load_twice(psql, corpora, report, 'routes', path, ROUTES, rows)
    total = psql.run('SELECT to_json(sum(airline_id)) FROM routes;')[0]
    report.equal('routes', 'sum of airline numbers', total,
                 sum(int(row['airline_id'] or 0) for row in rows))


def _run_zipcodes(psql, corpora, report):
    path = corpora.path('real', 'zipcodes.csv')
    if not os.path.exists(path):
        report.skip('zipcodes', 'no file %s' % path)
        return
    rows = reference.read(path)
    loaded = _load_twice(psql, corpora, report, 'zipcodes', path, ZIPCODES, rows)
    report.equal('zipcodes', 'codes with a leading zero', sum(row[0][0] == '0' for row in loaded),
                 sum(row['zip_code'][0] == '0' for row in rows))


def run(psql, corpora, report):
    _run_airports(psql, corpora, report)
    _run_routes(psql, corpora, report)
    _run_zipcodes(psql, corpora, report)
