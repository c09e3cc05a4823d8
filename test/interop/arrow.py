"""arrow.py: columns of the table as Arrow arrays, for all writers that take those."""

import pyarrow

import kinds

NAMED = {
    's_long': pyarrow.large_string,
    's_dictionary': lambda: pyarrow.dictionary(pyarrow.int16(), pyarrow.string()),
    's_enum': lambda: pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
    'bin_fixed': lambda: pyarrow.binary(7),
    'du': lambda: pyarrow.duration('us'),
    'l_i64': lambda: pyarrow.large_list(pyarrow.int64()),
    'l_fixed': lambda: pyarrow.list_(pyarrow.int32(), 3),
    'untyped': pyarrow.null,
}


def type_of(kind):
    if isinstance(kind, kinds.Integer):
        return getattr(pyarrow, '%sint%d' % ('' if kind.signed else 'u', kind.bits))()
    if isinstance(kind, kinds.Float):
        return getattr(pyarrow, 'float%d' % kind.bits)()
    if isinstance(kind, kinds.Decimal):
        wide = kind.precision > 38
        return (pyarrow.decimal256 if wide else pyarrow.decimal128)(kind.precision, kind.scale)
    if isinstance(kind, kinds.Timestamp):
        return pyarrow.timestamp(kind.unit, 'UTC' if kind.utc else None)
    if isinstance(kind, kinds.Time):
        return pyarrow.time32('ms') if kind.unit == 'ms' else pyarrow.time64(kind.unit)
    if isinstance(kind, kinds.List):
        return pyarrow.list_(type_of(kind.element))
    if isinstance(kind, kinds.Struct):
        return pyarrow.struct([(name, type_of(field)) for name, field in kind.fields.items()])
    if isinstance(kind, kinds.Map):
        return pyarrow.map_(type_of(kind.key), type_of(kind.value))
    return {
        kinds.Boolean: pyarrow.bool_,
        kinds.Date: pyarrow.date32,
        kinds.Text: pyarrow.string,
        kinds.Binary: pyarrow.binary,
        kinds.Uuid: pyarrow.uuid,
        kinds.Json: pyarrow.json_,
    }[type(kind)]()


def array(column, base_name):
    wanted = NAMED[base_name]() if base_name in NAMED else type_of(column.kind)
    if pyarrow.types.is_dictionary(wanted):
        return pyarrow.array(column.values, pyarrow.string()).dictionary_encode().cast(wanted)
    if isinstance(wanted, pyarrow.BaseExtensionType):
        return pyarrow.ExtensionArray.from_storage(
            wanted, pyarrow.array(column.values, wanted.storage_type)
        )
    return pyarrow.array(column.values, wanted)


def table(columns, base_name):
    """base_name: the function that strips the variant from a column's name."""
    return pyarrow.table({column.name: array(column, base_name(column)) for column in columns})
