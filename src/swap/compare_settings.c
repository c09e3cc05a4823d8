/*
 * compare_settings.c: comments, storage options, statistics.
 */
#include "postgres.h"

#include "swap/compare.h"

#define COLUMNS_OF(rel) \
	"(SELECT * FROM pg_attribute WHERE attrelid = " rel " AND attnum > 0 AND NOT attisdropped)"
#define BOTH_COLUMNS COLUMNS_OF("$2") " p JOIN " COLUMNS_OF("$3") " r USING (attname)"

static const char comments[] =
	"SELECT CASE WHEN d.attname IS NULL THEN 'the comment is another one'"
	"            ELSE format('column %I has another comment', d.attname) END,"
	"       CASE WHEN d.attname IS NULL THEN format('COMMENT ON TABLE %s IS %L', $3, d.p)"
	"            ELSE format('COMMENT ON COLUMN %s.%I IS %L', $3, d.attname, d.p) END"
	"  FROM (SELECT NULL AS attname, obj_description($2, 'pg_class') AS p, obj_description($3, "
	"'pg_class') AS r"
	"        UNION ALL"
	"        SELECT attname, col_description(p.attrelid, p.attnum), col_description(r.attrelid, "
	"r.attnum)"
	"          FROM " BOTH_COLUMNS ") d"
	" WHERE d.p IS DISTINCT FROM d.r";

#define OPTIONS_OF(rel)                                                                         \
	"(SELECT o.* FROM pg_class c, pg_options_to_table(c.reloptions) o WHERE c.oid = " rel       \
	" UNION ALL SELECT 'toast.' || o.option_name, o.option_value FROM pg_class c"               \
	"   JOIN pg_class t ON t.oid = c.reltoastrelid, pg_options_to_table(t.reloptions) o WHERE " \
	"c.oid = " rel ")"

static const char storage[] =
	"SELECT format('storage option %s is %s instead of %s', option_name,"
	"              coalesce(r.option_value, 'not set'), coalesce(p.option_value, 'not set')),"
	"       format(CASE WHEN p.option_value IS NULL THEN 'ALTER TABLE %s RESET (%s)'"
	"                   ELSE 'ALTER TABLE %s SET (%s = %L)' END, $3, option_name, p.option_value)"
	"  FROM " OPTIONS_OF("$2") " p FULL JOIN " OPTIONS_OF(
		"$3") " r USING (option_name)"
			  " WHERE p.option_value IS DISTINCT FROM r.option_value"
			  " ORDER BY option_name";

static const char column_storage[] =
	"SELECT format('column %I has another storage', attname),"
	"       format('ALTER TABLE %s ALTER %I SET STORAGE %s', $3, attname,"
	"              CASE p.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN "
	"'EXTERNAL' ELSE 'EXTENDED' END)"
	"  FROM " BOTH_COLUMNS " WHERE p.atttypid = r.atttypid AND p.attstorage <> r.attstorage"
	" UNION ALL "
	"SELECT format('column %I has another compression', attname),"
	"       format('ALTER TABLE %s ALTER %I SET COMPRESSION %s', $3, attname,"
	"              CASE p.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE 'default' "
	"END)"
	"  FROM " BOTH_COLUMNS " WHERE p.attcompression <> r.attcompression";

/* Servers keep other things in attoptions as well, which are not the user's. */
static const char column_statistics[] =
	"SELECT format('column %I has another statistics target', attname),"
	"       format('ALTER TABLE %s ALTER %I SET STATISTICS %s', $3, attname, "
	"coalesce(p.attstattarget, -1))"
	"  FROM " BOTH_COLUMNS " WHERE coalesce(p.attstattarget, -1) <> coalesce(r.attstattarget, -1)"
	" UNION ALL "
	"SELECT format('column %I has %s %s instead of %s', attname, o.name,"
	"              coalesce(o.r, 'not set'), coalesce(o.p, 'not set')),"
	"       format(CASE WHEN o.p IS NULL THEN 'ALTER TABLE %s ALTER %I RESET (%s)'"
	"                   ELSE 'ALTER TABLE %s ALTER %I SET (%s = %s)' END, $3, attname, o.name, o.p)"
	"  FROM " BOTH_COLUMNS
	" CROSS JOIN LATERAL (SELECT option_name AS name, x.option_value AS p, y.option_value AS r"
	"                       FROM pg_options_to_table(p.attoptions) x"
	"                       FULL JOIN pg_options_to_table(r.attoptions) y USING (option_name)) o"
	" WHERE o.name LIKE 'n_distinct%' AND o.p IS DISTINCT FROM o.r";

/*
 * Columns are compared in the order of their names, because theirs in the table may differ.
 * A kind 'e' says that there are expressions, which is not something to ask for.
 */
#define STATISTICS_OF(rel)                                                                         \
	"(SELECT s.stxname,"                                                                           \
	"        concat((SELECT '(' || string_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN "     \
	"'dependencies'"                                                                               \
	"                                         ELSE 'mcv' END, ', ' ORDER BY k) || ') '"            \
	"                  FROM unnest(s.stxkind) k WHERE k <> 'e'),"                                  \
	"               'ON ', (SELECT string_agg(e, ', ' ORDER BY e)"                                 \
	"                         FROM (SELECT quote_ident(a.attname) FROM pg_attribute a"             \
	"                                WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)" \
	"                               UNION ALL SELECT format('(%s)', x)"                            \
	"                                 FROM unnest(pg_get_statisticsobjdef_expressions(s.oid)) x) " \
	"d(e))) AS def"                                                                                \
	"   FROM pg_statistic_ext s WHERE s.stxrelid = " rel ")"

static const char statistics[] =
	"SELECT format('statistics %s are missing', p.def),"
	"       format('CREATE STATISTICS %I.%I %s FROM %s', n.nspname,"
	"              left(concat(c.relname, '_', p.stxname), 63), p.def, $3)"
	"  FROM " STATISTICS_OF("$2") " p JOIN pg_class c ON c.oid = $3"
								  "  JOIN pg_namespace n ON n.oid = c.relnamespace"
								  " WHERE NOT EXISTS (SELECT FROM " STATISTICS_OF(
									  "$3") " r WHERE r.def = p.def)"
											" ORDER BY p.stxname";

const Comparison compare_settings[] = {
	{BUILD_COMMENTS, comments, true},      {BUILD_STORAGE, storage, true},
	{BUILD_STORAGE, column_storage, true}, {BUILD_STATISTICS, column_statistics, true},
	{BUILD_STATISTICS, statistics, true},  {BUILD_NOTHING, NULL, false}};
