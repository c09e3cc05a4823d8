"""pandas: DataFrame.to_parquet with numpy, nullable and Arrow columns, and with an index."""

import pandas

import arrow
import table
from writers import frames

NAME = 'pandas'
PACKAGES = ['pandas', 'pyarrow']

CODECS = (None, 'snappy', 'gzip', 'brotli', 'zstd', 'lz4')


def arrow_frame(chosen):
    return arrow.table(chosen, table.base_name).to_pandas(types_mapper=pandas.ArrowDtype)


def write(target):
    numpy_columns = frames.columns()
    numpy_frame = frames.frame(numpy_columns)
    arrow_columns = table.select(without=('interval', 'variant', 'uuid', 'json', 'null type'))
    for codec in CODECS:
        label = codec or 'none'
        target.file(
            label,
            'numpy and nullable types',
            numpy_columns,
            lambda path: numpy_frame.to_parquet(path, compression=codec, index=False),
        )
        target.file(
            label,
            'Arrow types',
            arrow_columns,
            lambda path: arrow_frame(arrow_columns).to_parquet(path, compression=codec),
        )
        empty = table.first_rows(numpy_columns, 0)
        target.file(
            label,
            'empty table',
            empty,
            lambda path: numpy_frame.iloc[:0].to_parquet(path, compression=codec),
        )
    target.file(
        'snappy',
        'with an index, pages V2',
        numpy_columns,
        lambda path: numpy_frame.set_index('i32_full').to_parquet(path, data_page_version='2.0'),
    )
    target.file(
        'snappy',
        'with two indexes',
        numpy_columns,
        lambda path: numpy_frame.set_index(['row_id', 's_full']).to_parquet(path),
    )
    target.file(
        'snappy',
        'many row groups',
        numpy_columns,
        lambda path: numpy_frame.to_parquet(path, row_group_size=table.GROUP_ROWS),
    )
    write_directory(target)


def write_directory(target):
    chosen = frames.columns(('text', 'float', 'boolean'))
    data = frames.frame(chosen + table.PARTITION_KEYS)
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: data.to_parquet(path, partition_cols=['year', 'city']),
        table.PARTITION_KEYS,
    )
