"""DuckDB: COPY … TO with its codecs, both page versions, dictionaries and partitions."""

import duckdb

import arrow
import kinds
import table

NAME = 'duckdb'
PACKAGES = ['duckdb']

CODECS = ('uncompressed', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'lz4_raw')
FEATURES_NOT_HELD = ('half float', 'decimal over 38 digits', 'null type')
# Its columns of type TIMESTAMP_S are written as milliseconds, TIME has microseconds; there are
# zones only for microseconds.
COLUMNS_NOT_HELD = ('tz_s', 'tz_ms', 'tz_ns', 't_ms', 't_ns')

CASTS = {
    's_enum': "ENUM ('red', 'green', 'blue', 'ultramarine', '')",
    'id': 'UUID',
    'js': 'JSON',
    'va': 'JSON::VARIANT',
}


def columns():
    return table.select(without=FEATURES_NOT_HELD + COLUMNS_NOT_HELD)


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def expression(column):
    """SQL that makes the wanted type of what comes from Arrow."""
    name, base = quoted(column.name), table.base_name(column)
    if base == 'du':
        return '%s::BIGINT AS %s' % (name, name)
    if base == 'iv':
        return (
            "CASE WHEN {0} IS NOT NULL THEN to_months({0}[1]::INT) + to_days({0}[2]::INT)"
            ' + to_microseconds({0}[3]::BIGINT) END AS {0}'.format(name)
        )
    if base in CASTS:
        return '%s::%s AS %s' % (name, CASTS[base], name)
    return name


# What DuckDB does not take from Arrow goes there as something else and is cast.
STAND_INS = {
    'du': kinds.Integer(64),
    'iv': kinds.List(kinds.Integer(64)),
    'js': kinds.Text(),
    'va': kinds.Text(),
    's_enum': kinds.Text(),
}


def stand_in(column):
    base = table.base_name(column)
    if base == 'id':
        values = [
            value
            and '%s-%s-%s-%s-%s'
            % (
                value.hex()[:8],
                value.hex()[8:12],
                value.hex()[12:16],
                value.hex()[16:20],
                value.hex()[20:],
            )
            for value in column.values
        ]
        return column._replace(kind=kinds.Text(), values=values)
    return column._replace(kind=STAND_INS.get(base, column.kind))


def base_of_stand_in(column):
    base = table.base_name(column)
    return '' if base in STAND_INS else base


class Database:
    def __init__(self, chosen):
        self.connection = duckdb.connect()
        source = arrow.table([stand_in(column) for column in chosen], base_of_stand_in)
        self.connection.register('source', source)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(
            'CREATE TABLE awkward AS SELECT %s FROM source'
            % ', '.join(expression(column) for column in chosen)
        )

    def copy(self, path, query='SELECT * FROM awkward ORDER BY row_id', **options):
        texts = ['%s %s' % (name, value) for name, value in options.items()]
        self.connection.execute(
            "COPY (%s) TO '%s' (FORMAT parquet, %s)" % (query, path, ', '.join(texts))
        )


def write(target):
    chosen = columns()
    data = Database(chosen)
    for codec in CODECS:
        for version in ('V1', 'V2'):
            target.file(
                codec,
                'version ' + version,
                chosen,
                lambda path: data.copy(path, COMPRESSION=codec, PARQUET_VERSION=version),
            )
        target.file(
            codec,
            'empty table',
            table.first_rows(chosen, 0),
            lambda path: data.copy(path, 'SELECT * FROM awkward LIMIT 0', COMPRESSION=codec),
        )
    for version in ('V1', 'V2'):
        target.file(
            'snappy',
            'version %s, no dictionaries' % version,
            chosen,
            lambda path: data.copy(
                path, COMPRESSION='snappy', PARQUET_VERSION=version, DICTIONARY_SIZE_LIMIT=1
            ),
        )
    many = 'SELECT t.* FROM range(20) AS r(n), awkward AS t'
    repeated = [
        column._replace(
            values=(
                sorted(column.values * 20)
                if column.name == 'row_id'
                else [value for value in column.values for _ in range(20)]
            )
        )
        for column in table.select(features=('text', 'float', 'list of structs', 'decimal'))
    ]
    target.file(
        'zstd',
        'many row groups',
        repeated,
        lambda path: data.copy(path, many, COMPRESSION='zstd', ROW_GROUP_SIZE=2048),
    )
    write_directory(target)


def write_directory(target):
    chosen = table.select(features=('text', 'float', 'date', 'list of scalars'))
    data = Database(chosen + table.PARTITION_KEYS)
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: data.copy(path, COMPRESSION='snappy', PARTITION_BY='(year, city)'),
        table.PARTITION_KEYS,
    )
