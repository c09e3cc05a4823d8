"""PyArrow: every option of pyarrow.parquet.write_table that changes bytes."""

import pyarrow
import pyarrow.dataset
import pyarrow.parquet

import arrow
import table

NAME = 'pyarrow'
PACKAGES = ['pyarrow']

CODECS = ('none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4')
DELTA = {
    'i8': 'DELTA_BINARY_PACKED',
    'i16': 'DELTA_BINARY_PACKED',
    'i32': 'DELTA_BINARY_PACKED',
    'i64': 'DELTA_BINARY_PACKED',
    'u32': 'DELTA_BINARY_PACKED',
    'u64': 'DELTA_BINARY_PACKED',
    'd': 'DELTA_BINARY_PACKED',
    'ts_us': 'DELTA_BINARY_PACKED',
    's': 'DELTA_BYTE_ARRAY',
    's_long': 'DELTA_LENGTH_BYTE_ARRAY',
    'bin': 'DELTA_LENGTH_BYTE_ARRAY',
    'bin_fixed': 'DELTA_BYTE_ARRAY',
    'dec38_10': 'DELTA_BYTE_ARRAY',
    'b': 'RLE',
}
SPLIT = {
    name: 'BYTE_STREAM_SPLIT'
    for name in ('i32', 'i64', 'f32', 'f64', 'f16', 'bin_fixed', 'dec38_10', 'id', 'ts_us', 'd')
}
PLAIN = {name: 'PLAIN' for name in ('i32', 'f64', 's', 'b')}


def columns():
    return table.select(without=('interval', 'variant'))


def encodings_of(chosen, by_name):
    encodings = {}
    for column in chosen:
        if table.base_name(column) in by_name:
            encodings[column.name] = by_name[table.base_name(column)]
    return encodings


def options():
    """Yields codec, label and the arguments that make the file special."""
    for codec in CODECS:
        for version in ('1.0', '2.0'):
            for dictionary in (True, False):
                yield (
                    codec,
                    'pages V%s%s' % (version[0], '' if dictionary else ', no dictionary'),
                    {'data_page_version': version, 'use_dictionary': dictionary},
                )
    for version in ('1.0', '2.0'):
        few = {'use_dictionary': False, 'data_page_version': version}
        label = 'pages V%s, ' % version[0]
        yield 'zstd', label + 'DELTA encodings', {**few, 'column_encoding': DELTA}
        yield 'snappy', label + 'BYTE_STREAM_SPLIT', {**few, 'column_encoding': SPLIT}
        yield 'none', label + 'explicit PLAIN', {**few, 'column_encoding': PLAIN}
        yield 'snappy', label + 'pages of 1 byte', {
            'data_page_version': version,
            'data_page_size': 1,
            'write_batch_size': 1,
        }
        yield 'snappy', label + 'pages of 5 rows', {
            'data_page_version': version,
            'max_rows_per_page': 5,
            'write_batch_size': 1,
        }
        yield 'zstd', label + 'dictionary given up', {
            'data_page_version': version,
            'dictionary_pagesize_limit': 64,
            'write_batch_size': 16,
        }
        yield 'snappy', label + 'page checksums', {
            'data_page_version': version,
            'write_page_checksum': True,
            'write_page_index': True,
        }
    yield 'snappy', 'list child "item"', {'use_compliant_nested_type': False}
    yield 'snappy', 'decimals as integers', {'store_decimal_as_integer': True}
    yield 'snappy', 'without ARROW:schema, statistics', {
        'store_schema': False,
        'write_statistics': False,
    }
    yield 'snappy', 'many row groups', {'row_group_size': table.GROUP_ROWS}
    yield 'zstd', 'a row group per row', {'row_group_size': 1}


def write_file(path, chosen, codec, arguments):
    arguments = dict(arguments)
    if 'column_encoding' in arguments:
        arguments['column_encoding'] = encodings_of(chosen, arguments['column_encoding'])
    pyarrow.parquet.write_table(
        arrow.table(chosen, table.base_name), path, compression=codec, **arguments
    )


def write_older_formats(target):
    """Without nanoseconds, and unsigned integers are INT64; timestamps as INT96."""
    for version in ('1.0', '2.4'):
        older = table.select(
            without=('interval', 'variant', 'timestamp ns', 'timestamp with zone ns', 'time ns')
        )
        target.file(
            'snappy',
            'format ' + version,
            older,
            lambda path: write_file(path, older, 'snappy', {'version': version}),
        )
    int96 = table.select(names=('ts_ns',))
    target.file(
        'snappy',
        'timestamps as INT96',
        int96,
        lambda path: write_file(path, int96, 'snappy', {'use_deprecated_int96_timestamps': True}),
    )
    exact = table.select(features=('timestamp', 'timestamp with zone'))
    target.file(
        'snappy',
        'timestamps coerced to us',
        exact,
        lambda path: write_file(path, exact, 'snappy', {'coerce_timestamps': 'us'}),
    )


def write_directory(target):
    chosen = table.select(features=('text', 'float', 'date', 'list of scalars'))
    whole = arrow.table(chosen + table.PARTITION_KEYS, table.base_name)
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: pyarrow.dataset.write_dataset(
            whole, path, format='parquet', partitioning=['year', 'city'], partitioning_flavor='hive'
        ),
        table.PARTITION_KEYS,
    )


def write(target):
    chosen = columns()
    for codec, label, arguments in options():
        target.file(codec, label, chosen, lambda path: write_file(path, chosen, codec, arguments))
    for codec in CODECS:
        target.file(
            codec,
            'empty table',
            table.first_rows(chosen, 0),
            lambda path: write_file(path, table.first_rows(chosen, 0), codec, {}),
        )
    write_older_formats(target)
    write_directory(target)
