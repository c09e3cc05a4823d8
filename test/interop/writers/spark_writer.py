"""PySpark: its own writer on Java (parquet-java) with codecs, page versions and legacy forms."""

import decimal
import os
import shutil
import sys

import kinds
import table
from writing import HYBRID

NAME = 'pyspark'
PACKAGES = ['pyspark']
PROGRAMS = ['java']

FORM = 'spark.sql.parquet.outputTimestampType'
REBASE = 'spark.sql.parquet.datetimeRebaseModeInWrite'
REBASE_INT96 = 'spark.sql.parquet.int96RebaseModeInWrite'
GAP_END = -141427  # 1582-10-15
FORMS = {
    'pages V1, no dictionaries': {'parquet.enable.dictionary': 'false'},
    'pages V2, no dictionaries': {
        'parquet.enable.dictionary': 'false',
        'parquet.writer.version': 'PARQUET_2_0',
    },
    'byte stream split': {
        'parquet.enable.dictionary': 'false',
        'parquet.enable.bytestreamsplit': 'true',
    },
    'pages of 10 rows': {'parquet.page.row.count.limit': '10'},
    'small row groups': {'parquet.block.size': '4096', 'parquet.block.size.row.check.min': '10'},
}
CODECS = ('none', 'snappy', 'gzip', 'zstd', 'lz4', 'lz4_raw', 'brotli')
FEATURES_NOT_HELD = (
    'unsigned integer',
    'half float',
    'time ms',
    'time us',
    'variant',
    'time ns',
    'timestamp ns',
    'timestamp with zone ns',
    'uuid',
    'json',
    'interval',
    'decimal over 38 digits',
    'date beyond 1-9999',
    'timestamp beyond 1-9999',
    'timestamp with zone beyond 1-9999',
    'null type',
)
COLUMNS_NOT_HELD = (
    'ts_s',
    'tz_s',
    'ts_ms',
    'tz_ms',
    's_enum',
    's_dictionary',
    'bin_fixed',
    'du',
    'l_fixed',
)


INT96 = kinds.Timestamp('us', utc=True, zone_in_json=False)  # what Spark writes by default


def type_of(kind):
    from pyspark.sql import types

    if isinstance(kind, kinds.Integer):
        return {8: types.ByteType, 16: types.ShortType, 32: types.IntegerType, 64: types.LongType}[
            kind.bits
        ]()
    if isinstance(kind, kinds.Float):
        return types.FloatType() if kind.bits == 32 else types.DoubleType()
    if isinstance(kind, kinds.Decimal):
        return types.DecimalType(kind.precision, kind.scale)
    if isinstance(kind, kinds.Timestamp):
        return types.TimestampType() if kind.utc else types.TimestampNTZType()
    if isinstance(kind, kinds.List):
        return types.ArrayType(type_of(kind.element))
    if isinstance(kind, kinds.Struct):
        return types.StructType(
            [types.StructField(name, type_of(field)) for name, field in kind.fields.items()]
        )
    if isinstance(kind, kinds.Map):
        return types.MapType(type_of(kind.key), type_of(kind.value))
    return {
        kinds.Boolean: types.BooleanType,
        kinds.Date: types.DateType,
        kinds.Text: types.StringType,
        kinds.Variant: types.StringType,
        kinds.Binary: types.BinaryType,
    }[type(kind)]()


def native(kind, value):
    """The Python object that createDataFrame takes."""
    if value is None:
        return None
    if isinstance(kind, kinds.Timestamp):
        return table.as_datetime(value, kind.utc)
    if isinstance(kind, kinds.Date):
        return table.as_date(value)
    if isinstance(kind, kinds.Binary):
        return bytearray(value)
    if isinstance(kind, kinds.Decimal):
        return decimal.Decimal(value)
    if isinstance(kind, kinds.List):
        return [native(kind.element, item) for item in value]
    if isinstance(kind, kinds.Struct):
        return tuple(native(field, value[name]) for name, field in kind.fields.items())
    if isinstance(kind, kinds.Map):
        return {key: native(kind.value, item) for key, item in value}
    return value


def frame(session, chosen):
    from pyspark.sql import types

    fields = [
        types.StructField(
            column.name, type_of(column.kind), None in column.values or not column.values
        )
        for column in chosen
    ]
    rows = zip(*([native(column.kind, value) for value in column.values] for column in chosen))
    return session.createDataFrame(list(rows), types.StructType(fields)).coalesce(1)


def start():
    from pyspark.sql import SparkSession

    os.environ['PYSPARK_PYTHON'] = sys.executable
    os.environ['TZ'] = 'UTC'
    return (
        SparkSession.builder.master('local[1]')
        .appName('interop')
        .config('spark.ui.enabled', 'false')
        .config('spark.ui.showConsoleProgress', 'false')
        .config('spark.sql.session.timeZone', 'UTC')
        .config('spark.driver.memory', '1g')
        .config('spark.driver.bindAddress', '127.0.0.1')
        .config('spark.driver.host', '127.0.0.1')
        .config(FORM, 'TIMESTAMP_MICROS')
        .config(REBASE, 'CORRECTED')
        .config(REBASE_INT96, 'CORRECTED')
        .getOrCreate()
    )


def columns():
    return table.select(without=FEATURES_NOT_HELD + COLUMNS_NOT_HELD)


def write(target):
    if shutil.which('java') is None:
        raise FileNotFoundError('no java')
    session = start()
    session.sparkContext.setLogLevel('OFF')
    try:
        write_all(target, session)
    finally:
        session.stop()


class Saver:
    """Writes data frames of a session as Files of a target."""

    def __init__(self, target, session):
        self.target = target
        self.session = session

    def save(self, codec, label, chosen, data, settings=None, **options):
        self.target.directory_of_parts(
            codec,
            label,
            '*.parquet',
            chosen,
            lambda path: self._write(path, codec, data, settings or {}, options),
        )

    def _write(self, path, codec, data, settings, options):
        before = {name: self.session.conf.get(name) for name in settings}
        try:
            for name, value in settings.items():
                self.session.conf.set(name, value)
            data.write.options(compression=codec, **options).parquet(path)
        finally:
            for name, value in before.items():
                self.session.conf.set(name, value)


def write_all(target, session):
    saver = Saver(target, session)
    chosen = columns()
    data = frame(session, chosen).cache()
    for codec in CODECS:
        saver.save(codec, 'pages V1', chosen, data)
        saver.save(codec, 'pages V2', chosen, data, **{'parquet.writer.version': 'PARQUET_2_0'})
    for label, options in FORMS.items():
        saver.save('snappy', label, chosen, data, **options)
    saver.save(
        'snappy',
        'legacy lists and decimals',
        chosen,
        data,
        {'spark.sql.parquet.writeLegacyFormat': 'true'},
    )
    write_timestamps(saver)
    variants = table.select(features=('variant',))
    parsed = ['parse_json({0}) AS {0}'.format(column.name) for column in variants[1:]]
    saver.save(
        'snappy', 'variants', variants, frame(session, variants).selectExpr('row_id', *parsed)
    )
    empty = table.first_rows(chosen, 0)
    saver.save('snappy', 'empty table', empty, frame(session, empty))
    write_directory(target, session)


def write_directory(target, session):
    chosen = table.select(features=('text', 'float', 'boolean'), without=('s_enum',))
    data = frame(session, chosen + table.PARTITION_KEYS)
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: data.write.partitionBy('year', 'city').parquet(path),
        table.PARTITION_KEYS,
    )


def as_int96(column):
    if column.feature == 'timestamp with zone':
        return column._replace(kind=INT96)
    return column._replace(kind=kinds.List(INT96)) if table.base_name(column) == 'l_tz' else column


def as_milliseconds(column):
    if column.feature != 'timestamp with zone':
        return column
    return column._replace(values=[value and value // 1000 * 1000 for value in column.values])


def without_gap(column):
    """The hybrid calendar has no 1582-10-05 to -14: Spark moves them to the 15th."""
    if column.feature != 'date':
        return column
    return column._replace(
        values=[
            GAP_END if value is not None and GAP_END - 10 <= value < GAP_END else value
            for value in column.values
        ]
    )


def write_timestamps(saver):
    """Instants in all forms; before 1582 also in the hybrid calendar of Spark 2."""
    instants = table.select(names=('tz_us', 'd', 'l_tz'))
    int96 = [as_int96(column) for column in instants]
    data = frame(saver.session, instants)
    milliseconds = [
        as_milliseconds(column) for column in instants if column.feature != 'list of scalars'
    ]
    hybrid = [without_gap(column) for column in instants]
    hybrid96 = [without_gap(column) for column in int96]
    for label, what, settings in (
        ('timestamps as INT96', int96, {FORM: 'INT96'}),
        ('timestamps as microseconds', instants, {FORM: 'TIMESTAMP_MICROS'}),
        (HYBRID + ', microseconds', hybrid, {FORM: 'TIMESTAMP_MICROS', REBASE: 'LEGACY'}),
        (HYBRID + ', INT96', hybrid96, {FORM: 'INT96', REBASE: 'LEGACY', REBASE_INT96: 'LEGACY'}),
    ):
        saver.save('snappy', label, what, data, settings)
    saver.save(
        'snappy',
        'timestamps as milliseconds',
        milliseconds,
        frame(saver.session, milliseconds),
        {FORM: 'TIMESTAMP_MILLIS'},
    )
