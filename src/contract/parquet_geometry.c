/*
 * parquet_geometry.c: bytes without annotation for types of PostGIS.
 *
 * In: runs of byte arrays, as GeoParquet 1 and older writers have them.  Out: what the type's input
 * function makes of their hexadecimal digits, if they are WKB, else of them as text (WKT, digits).  WKB
 * begins with its byte order, 0 or 1, with which no text begins.  Annotated columns need no guess:
 * parquet_binary.c.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "contract/parquet_internal.h"

bool
parquet_is_geometry(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	const char *extension;
	bool is_named;

	if (!HeapTupleIsValid(tuple))
		return false;
	is_named = namestrcmp(&((Form_pg_type) GETSTRUCT(tuple))->typname, "geometry") == 0 ||
			   namestrcmp(&((Form_pg_type) GETSTRUCT(tuple))->typname, "geography") == 0;
	ReleaseSysCache(tuple);
	if (!is_named)
		return false;
	extension = get_extension_name(getExtensionOfObject(TypeRelationId, type));
	return extension != NULL && strcmp(extension, "postgis") == 0;
}

static void
convert_geometries(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		PqBytes bytes = parquet_bytes_at(scalar, parquet_at(run, i));

		if (bytes.len > 0 && (unsigned char) bytes.data[0] <= 1)
			parquet_by_text(scalar, run, i);
		else
			parquet_as_text(scalar, run, i);
	}
}

bool
parquet_pick_geometry(ParquetScalar *scalar)
{
	bool result = parquet_pick_text(scalar);

	scalar->convert = convert_geometries;
	return result;
}
