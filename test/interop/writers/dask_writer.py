"""Dask: directories of part files, plain, appended to and partitioned."""

import dask
import dask.dataframe
import pandas

import arrow
import table

NAME = 'dask'
PACKAGES = ['dask', 'pandas', 'pyarrow']

CODECS = (None, 'snappy', 'gzip', 'brotli', 'zstd', 'lz4')
PARTS = 4


def distributed(chosen):
    frame = arrow.table(chosen, table.base_name).to_pandas(types_mapper=pandas.ArrowDtype)
    return dask.dataframe.from_pandas(frame, npartitions=PARTS, sort=False)


def write(target):
    dask.config.set(scheduler='synchronous')
    chosen = table.select(
        without=(
            'interval',
            'variant',
            'uuid',
            'json',
            'null type',
            'decimal over 38 digits',
            'dec38_38',
        )
    )
    data = distributed(chosen)
    for codec in CODECS:
        target.directory_of_parts(
            codec or 'none',
            'part files',
            '*.parquet',
            chosen,
            lambda path: data.to_parquet(path, compression=codec, write_index=False),
        )
    target.directory_of_parts(
        'snappy',
        'part files with index and _metadata, pages V2',
        '*.parquet',
        chosen,
        lambda path: data.to_parquet(path, write_metadata_file=True, data_page_version='2.0'),
    )
    target.directory_of_parts(
        'snappy',
        'many row groups',
        '*.parquet',
        chosen,
        lambda path: data.to_parquet(path, row_group_size=table.GROUP_ROWS),
    )
    target.directory_of_parts(
        'snappy',
        'empty table',
        '*.parquet',
        table.first_rows(chosen, 0),
        lambda path: distributed(table.first_rows(chosen, 0)).to_parquet(path),
    )
    few = table.select(features=('integer', 'float', 'boolean', 'timestamp'))
    target.directory_of_parts(
        'snappy', 'appended', '*.parquet', few, lambda path: write_twice(path, distributed(few))
    )
    keys = table.partition_keys(('Köln', 'a b', '100%'))  # it does not escape a slash
    keyed = table.select(features=('text', 'float', 'boolean'), without=('s_enum',))
    partitioned = distributed(keyed + keys)
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        keyed,
        lambda path: partitioned.to_parquet(path, partition_on=['year', 'city'], write_index=False),
        keys,
    )


def write_twice(path, data):
    data.partitions[:1].to_parquet(path)
    data.partitions[1:].to_parquet(path, append=True, ignore_divisions=True)
