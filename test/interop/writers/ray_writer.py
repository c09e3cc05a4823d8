"""Ray Data: Dataset.write_parquet, blocks in parallel, plain and partitioned."""

import logging

import ray
import ray.data

import arrow
import table

NAME = 'ray'
PACKAGES = ['ray', 'pyarrow']

CODECS = ('none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4')
BLOCKS = 3


def dataset(chosen):
    whole = arrow.table(chosen, table.base_name)
    size = whole.num_rows // BLOCKS + 1
    return ray.data.from_arrow(
        [whole.slice(at, size) for at in range(0, whole.num_rows, size)] or [whole]
    )


def write(target):
    ray.init(
        num_cpus=1,
        include_dashboard=False,
        log_to_driver=False,
        logging_level='ERROR',
        object_store_memory=10**8,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger('ray.data').setLevel(logging.ERROR)
    try:
        write_all(target)
    finally:
        ray.shutdown()


def write_all(target):
    chosen = table.select(without=('interval', 'variant', 'json'))
    for codec in CODECS:
        target.directory_of_parts(
            codec,
            'blocks',
            '*.parquet',
            chosen,
            lambda path: dataset(chosen).write_parquet(path, compression=codec),
        )
    target.directory_of_parts(
        'snappy',
        'pages V2, many row groups',
        '*.parquet',
        chosen,
        lambda path: dataset(chosen).write_parquet(
            path, data_page_version='2.0', row_group_size=table.GROUP_ROWS
        ),
    )
    target.directory_of_parts(
        'snappy',
        'empty table',
        '*.parquet',
        table.first_rows(chosen, 0),
        lambda path: dataset(table.first_rows(chosen, 0)).write_parquet(path),
    )
    keyed = table.select(features=('text', 'float', 'boolean'), without=('s_enum',))
    target.directory_of_parts(
        'snappy',
        'partitioned directory',
        '*/*/*.parquet',
        keyed,
        lambda path: dataset(keyed + table.PARTITION_KEYS).write_parquet(
            path, partition_cols=['year', 'city']
        ),
        table.PARTITION_KEYS,
    )
