"""Polars: DataFrame.write_parquet, sink_parquet and a partitioned directory."""

import polars

import arrow
import table

NAME = 'polars'
PACKAGES = ['polars']

CODECS = ('uncompressed', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4')
# Polars has one type of time (ns), no seconds, no maps, no UUID, no JSON, decimals up to 38 digits.
FEATURES_NOT_HELD = (
    'interval',
    'variant',
    'uuid',
    'json',
    'map',
    'map of structs',
    'decimal over 38 digits',
    'struct of struct, list, map',
    'time ms',
    'time us',
)
COLUMNS_NOT_HELD = ('l_map', 'ts_s', 'tz_s')


def columns():
    return table.select(without=FEATURES_NOT_HELD + COLUMNS_NOT_HELD)


def frame(chosen):
    plain = [column for column in chosen if table.base_name(column) != 's_enum']
    data = polars.from_arrow(arrow.table(plain, table.base_name))
    if not isinstance(data, polars.DataFrame):
        data = data.to_frame()
    enums = [
        polars.Series(column.name, column.values, polars.Enum(table.COLOURS))
        for column in chosen
        if table.base_name(column) == 's_enum'
    ]
    return data.with_columns(enums)


def write(target):
    chosen = columns()
    data = frame(chosen)
    for codec in CODECS:
        target.file(
            codec, 'default', chosen, lambda path: data.write_parquet(path, compression=codec)
        )
        target.file(
            codec,
            'many row groups, pages of 256 bytes',
            chosen,
            lambda path: data.write_parquet(
                path,
                compression=codec,
                statistics='full',
                row_group_size=table.GROUP_ROWS,
                data_page_size=256,
            ),
        )
        empty = table.first_rows(chosen, 0)
        target.file(
            codec,
            'empty table',
            empty,
            lambda path: data.clear().write_parquet(path, compression=codec),
        )
        target.file(
            codec,
            'streamed',
            chosen,
            lambda path: data.lazy().sink_parquet(path, compression=codec),
        )
    target.file(
        'zstd',
        'level 19, without statistics',
        chosen,
        lambda path: data.write_parquet(
            path, compression='zstd', compression_level=19, statistics=False
        ),
    )
    write_directory(target)


def write_directory(target):
    chosen = table.select(features=('text', 'float', 'date', 'list of scalars'))
    data = frame(chosen + table.PARTITION_KEYS)
    target.directory_of_parts(
        'zstd',
        'partitioned directory',
        '*/*/*.parquet',
        chosen,
        lambda path: data.write_parquet(path, partition_by=['year', 'city'], mkdir=True),
        table.PARTITION_KEYS,
    )
