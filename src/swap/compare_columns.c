/*
 * compare_columns.c: columns, and what values they allow.
 */
#include "postgres.h"

#include "swap/compare.h"

#define COLUMNS_OF(rel)                                                          \
	"(SELECT a.*, pg_get_expr(d.adbin, d.adrelid) AS expr FROM pg_attribute a"   \
	"   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum" \
	"  WHERE a.attrelid = " rel " AND a.attnum > 0 AND NOT a.attisdropped)"

#define BOTH_COLUMNS COLUMNS_OF("$2") " p JOIN " COLUMNS_OF("$3") " r ON r.attname = p.attname"

static const char present[] =
	"SELECT CASE WHEN r.attname IS NULL THEN format('column %I is missing', p.attname)"
	"            ELSE format('column %I is not one of the partition', r.attname) END, NULL"
	"  FROM " COLUMNS_OF("$2") " p FULL JOIN " COLUMNS_OF(
		"$3") " r ON r.attname = p.attname"
			  " WHERE p.attname IS NULL OR r.attname IS NULL"
			  " ORDER BY coalesce(p.attnum, r.attnum)";

static const char types[] =
	"(SELECT format('column %I has type %s instead of %s', p.attname,"
	"              format_type(r.atttypid, r.atttypmod), format_type(p.atttypid, p.atttypmod)), "
	"NULL"
	"  FROM " BOTH_COLUMNS " WHERE (p.atttypid, p.atttypmod) <> (r.atttypid, r.atttypmod)"
	" ORDER BY p.attnum) UNION ALL "
	"(SELECT format('column %I has collation %s instead of %s', p.attname,"
	"              r.attcollation::regcollation, p.attcollation::regcollation), NULL"
	"  FROM " BOTH_COLUMNS " WHERE p.atttypid = r.atttypid AND p.attcollation <> r.attcollation"
	" ORDER BY p.attnum)";

/* Since PostgreSQL 17 an identity is the parent's, and ATTACH gives it to the new partition. */
static const char computed[] =
	"(SELECT format(CASE WHEN r.attgenerated = '' THEN 'column %I is not generated as %s'"
	"                   ELSE 'column %I is generated, but not as %s' END, p.attname, p.expr), NULL"
	"  FROM " BOTH_COLUMNS " WHERE p.attgenerated <> '' AND (p.attgenerated, p.expr) IS DISTINCT "
	"FROM (r.attgenerated, r.expr)"
	" ORDER BY p.attnum) UNION ALL "
	"(SELECT format('column %I is generated, the partition''s is not', p.attname), NULL"
	"  FROM " BOTH_COLUMNS " WHERE p.attgenerated = '' AND r.attgenerated <> ''"
	" ORDER BY p.attnum) UNION ALL "
	"(SELECT format(CASE WHEN r.attidentity = '' THEN 'column %I is not an identity column'"
	"                   ELSE 'column %I is an identity column of its own' END, p.attname), NULL"
	"  FROM " BOTH_COLUMNS
	"  JOIN " COLUMNS_OF("$1") " a ON a.attname = p.attname"
							   " WHERE r.attidentity <> CASE WHEN a.attidentity <> '' THEN '' ELSE "
							   "p.attidentity END"
							   " ORDER BY p.attnum)";

static const char logged[] =
	"SELECT CASE p.relpersistence WHEN 'p' THEN 'the table is not logged'"
	"            ELSE 'the table is logged, the partition is not' END,"
	"       format('ALTER TABLE %s SET %s', $3,"
	"              CASE p.relpersistence WHEN 'p' THEN 'LOGGED' ELSE 'UNLOGGED' END)"
	"  FROM pg_class p JOIN pg_class r ON r.oid = $3"
	" WHERE p.oid = $2 AND r.relkind = 'r' AND p.relkind = 'r' AND p.relpersistence <> "
	"r.relpersistence";

static const char not_null[] =
	"SELECT format(CASE WHEN p.attnotnull THEN 'column %I is not NOT NULL'"
	"                   ELSE 'column %I is NOT NULL, the partition''s is not' END, p.attname),"
	"       format('ALTER TABLE %s ALTER %I %s NOT NULL', $3, p.attname,"
	"              CASE WHEN p.attnotnull THEN 'SET' ELSE 'DROP' END)"
	"  FROM " BOTH_COLUMNS " WHERE p.attnotnull <> r.attnotnull ORDER BY p.attnum";

static const char defaults[] =
	"SELECT format('column %I has the default %s instead of %s', p.attname,"
	"              coalesce(r.expr, 'NULL'), coalesce(p.expr, 'NULL')),"
	"       format('ALTER TABLE %s ALTER %I %s', $3, p.attname,"
	"              coalesce('SET DEFAULT ' || p.expr, 'DROP DEFAULT'))"
	"  FROM " BOTH_COLUMNS
	" WHERE p.attgenerated = '' AND r.attgenerated = '' AND p.expr IS DISTINCT FROM r.expr"
	" ORDER BY p.attnum";

#define CHECKS_OF(rel)                                                                             \
	"(SELECT conname, convalidated, regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') " \
	"AS def"                                                                                       \
	"   FROM pg_constraint WHERE conrelid = " rel " AND contype = 'c')"

static const char checks[] =
	"SELECT CASE WHEN r.conname IS NULL THEN format('constraint %I %s is missing', p.conname, "
	"p.def)"
	"            WHEN r.def <> p.def THEN format('constraint %I is %s instead of %s', p.conname, "
	"r.def, p.def)"
	"            ELSE format('constraint %I is not valid', p.conname) END,"
	"       CASE WHEN r.conname IS NULL THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', $3, "
	"p.conname, p.def)"
	"            WHEN r.def = p.def THEN format('ALTER TABLE %s VALIDATE CONSTRAINT %I', $3, "
	"p.conname) END"
	"  FROM " CHECKS_OF("$2") " p LEFT JOIN " CHECKS_OF(
		"$3") " r ON r.conname = p.conname"
			  " WHERE r.conname IS NULL OR r.def <> p.def OR NOT r.convalidated"
			  " ORDER BY p.conname";

const Comparison compare_columns[] = {
	{BUILD_NOTHING, present, false},    {BUILD_NOTHING, types, false},
	{BUILD_NOTHING, computed, false},   {BUILD_LOGGED, logged, true},
	{BUILD_NOT_NULL, not_null, false},  {BUILD_DEFAULTS, defaults, true},
	{BUILD_CONSTRAINTS, checks, false}, {BUILD_NOTHING, NULL, false}};
