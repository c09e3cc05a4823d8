"""fastparquet: its own encoder, from pandas data frames of numpy columns."""

import importlib
import itertools
import json
import os

from fastparquet import writer

import kinds
import table
from writers import frames

NAME = 'fastparquet'
PACKAGES = ['fastparquet', 'pandas', 'cramjam']

CODECS = ('UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW')


def columns():
    """No seconds; a column that is not an object's has its nulls in the type or not at all."""
    return frames.columns(without=('ts_s', 'tz_s', 's_enum'))


def encodings(chosen):
    """How columns of objects are to be written: the writer cannot see it in a column of nulls."""
    names = {kinds.Text: 'utf8', kinds.Binary: 'bytes'}
    return {column.name: names.get(type(column.kind), 'infer') for column in chosen}


def write(target):
    chosen = columns()
    data = frames.frame(chosen)
    for page_version, codec in itertools.product((1, 2), CODECS):
        # the writer takes the version from the environment when it is loaded
        os.environ['FASTPARQUET_DATAPAGE_V2'] = '1' if page_version == 2 else ''
        importlib.reload(writer)
        label = 'pages V%d' % page_version
        target.file(
            codec,
            label,
            chosen,
            lambda path: writer.write(
                path, data, compression=codec, object_encoding=encodings(chosen)
            ),
        )
        target.file(
            codec,
            label + ', many row groups',
            chosen,
            lambda path: writer.write(
                path,
                data,
                compression=codec,
                object_encoding=encodings(chosen),
                row_group_offsets=table.GROUP_ROWS,
                stats=True,
            ),
        )
        target.file(
            codec,
            label + ', empty table',
            table.first_rows(chosen, 0),
            lambda path: writer.write(
                path, data.iloc[:0], compression=codec, object_encoding=encodings(chosen)
            ),
        )
    write_others(target)


def write_others(target):
    instants = frames.columns(('timestamp ns',))
    target.file(
        'SNAPPY',
        'timestamps as INT96',
        instants,
        lambda path: writer.write(
            path, frames.frame(instants), compression='SNAPPY', times='int96'
        ),
    )
    fixed = table.select(names=('bin_fixed',), without=('bin_fixed_void',))
    target.file(
        'SNAPPY',
        'fixed length',
        fixed,
        lambda path: writer.write(
            path,
            frames.frame(fixed),
            fixed_text={'bin_fixed_full': 7},
            object_encoding=encodings(fixed),
        ),
    )
    documents = table.select(names=('js',))
    data = frames.frame(documents)
    for column in documents[1:]:
        data[column.name] = [
            None if value is None else json.loads(value) for value in column.values
        ]
    target.file(
        'SNAPPY',
        'objects as JSON',
        documents,
        lambda path: writer.write(
            path, data, object_encoding={column.name: 'json' for column in documents[1:]}
        ),
    )
    chosen = frames.columns(('text', 'float', 'boolean'), without=('s_enum',))
    keys = table.partition_keys(('Köln', 'a b', '100'))  # it does not escape them
    partitioned = frames.frame(chosen + keys)
    target.directory_of_parts(
        'SNAPPY',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: writer.write(
            path,
            partitioned,
            compression='SNAPPY',
            file_scheme='hive',
            partition_on=['year', 'city'],
            object_encoding=encodings(chosen),
        ),
        keys,
    )
