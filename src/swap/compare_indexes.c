/*
 * compare_indexes.c: indexes, the constraints behind them, foreign keys, replica identity.
 *
 * Two indexes are the same if they have the same definition but for the names.
 * Several of the same definition need as many counterparts, because ATTACH
 * takes each only once.
 */
#include "postgres.h"

#include "swap/compare.h"

/*
 * Rows of pg_index: definition, the definition's part behind the table's name,
 * and options.  Those of a constraint are not part of its definition.
 */
#define INDEX_ROWS                                                                                \
	"SELECT i.*, k.oid AS conoid, c.relname, c.reloptions,"                                       \
	"       substr(pg_get_indexdef(i.indexrelid), length(format('CREATE %sINDEX %I ON %s%s ',"    \
	"              CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname,"                        \
	"              CASE c.relkind WHEN 'I' THEN 'ONLY ' END, i.indrelid::regclass)) + 1) AS body" \
	"  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"                                   \
	"  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid"        \
	"                           AND k.contype IN ('p', 'u', 'x')"

#define INDEXES(condition)                                                                        \
	"(SELECT d.*, row_number() OVER (PARTITION BY d.def ORDER BY d.indexrelid) AS copy"           \
	"   FROM (SELECT r.*, coalesce(pg_get_constraintdef(r.conoid),"                               \
	"                              concat(CASE WHEN r.indisunique THEN 'UNIQUE ' END, 'INDEX ', " \
	"r.body)) AS def"                                                                             \
	"           FROM (" INDEX_ROWS " WHERE " condition ") r) d)"

/* The partition's, and what ATTACH would build because the partition has none of it. */
#define WANTED_INDEXES                                                                       \
	INDEXES("i.indrelid = $2 AND i.indisvalid OR i.indrelid = $1 AND NOT EXISTS ("           \
			"SELECT FROM pg_inherits h JOIN pg_index child ON child.indexrelid = h.inhrelid" \
			" WHERE h.inhparent = i.indexrelid AND child.indrelid = $2)")
#define OWN_INDEXES INDEXES("i.indrelid = $3 AND i.indisvalid AND i.indisready")

static const char indexes[] =
	"SELECT format('%s is missing', p.def),"
	"       CASE WHEN p.conoid IS NOT NULL THEN format('ALTER TABLE %s ADD %s', $3, p.def)"
	"            ELSE format('CREATE %sINDEX ON %s %s', CASE WHEN p.indisunique THEN 'UNIQUE ' "
	"END, $3, p.body) END"
	"  FROM " WANTED_INDEXES " p LEFT JOIN " OWN_INDEXES " r ON r.def = p.def AND r.copy = p.copy"
	" WHERE r.def IS NULL"
	" ORDER BY NOT p.indisprimary, p.indexrelid";

static const char constraint_options[] =
	"SELECT format('the index of %s has other storage options', p.def),"
	"       format('ALTER INDEX %s %s', r.indexrelid::regclass,"
	"              coalesce('SET (' || array_to_string(p.reloptions, ', ') || ')',"
	"                       (SELECT 'RESET (' || string_agg(o.option_name, ', ') || ')'"
	"                          FROM pg_options_to_table(r.reloptions) o)))"
	"  FROM " INDEXES("i.indrelid = $2") " p JOIN " OWN_INDEXES
										 " r ON r.def = p.def AND r.copy = p.copy"
										 " WHERE p.conoid IS NOT NULL AND p.reloptions IS DISTINCT "
										 "FROM r.reloptions";

/* Without the rows that stand for the partitions of a referenced table. */
#define FOREIGN_KEYS_OF(rel)                                                                \
	"(SELECT d.*, row_number() OVER (PARTITION BY d.def ORDER BY d.conname) AS copy"        \
	"   FROM (SELECT k.conname, k.convalidated,"                                            \
	"                regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') AS def" \
	"           FROM pg_constraint k WHERE k.conrelid = " rel " AND k.contype = 'f'"        \
	"            AND NOT EXISTS (SELECT FROM pg_constraint u WHERE u.oid = k.conparentid"   \
	"                                                          AND u.conrelid = k.conrelid)) d)"

static const char foreign_keys[] =
	"SELECT CASE WHEN r.def IS NULL THEN format('%s is missing', p.def)"
	"            ELSE format('%s is not valid', p.def) END,"
	"       CASE WHEN r.def IS NULL THEN format('ALTER TABLE %s ADD CONSTRAINT %I %s', $3, "
	"p.conname, p.def)"
	"            ELSE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', $3, r.conname) END"
	"  FROM " FOREIGN_KEYS_OF("$2") " p"
									"  LEFT JOIN " FOREIGN_KEYS_OF(
										"$3") " r ON r.def = p.def AND r.copy = p.copy"
											  " WHERE r.def IS NULL OR NOT r.convalidated"
											  " ORDER BY p.conname";

static const char references_to_partition[] =
	"SELECT format('foreign key %I of %s references the partition itself', conname, "
	"conrelid::regclass), NULL"
	"  FROM pg_constraint WHERE confrelid = $2 AND contype = 'f' AND conparentid = 0";

static const char references_to_replacement[] =
	"SELECT format('foreign key %I of %s references the replacement', conname, "
	"conrelid::regclass), NULL"
	"  FROM pg_constraint WHERE confrelid = $3 AND contype = 'f' AND conparentid = 0";

#define REPLICA_IDENTITY_OF(rel)                                                                   \
	"(SELECT c.relreplident, i.def, i.copy FROM pg_class c"                                        \
	"   LEFT JOIN " INDEXES("i.indrelid = " rel) " i ON i.indisreplident AND c.relreplident = 'i'" \
												 "  WHERE c.oid = " rel ")"

static const char replica_identity[] =
	"SELECT 'the replica identity is another one',"
	"       format('ALTER TABLE %s REPLICA IDENTITY ', $3)"
	"         || CASE p.relreplident WHEN 'd' THEN 'DEFAULT' WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN "
	"'FULL'"
	"                 ELSE (SELECT format('USING INDEX %I', o.relname) FROM " OWN_INDEXES " o"
	"                        WHERE o.def = p.def AND o.copy = p.copy) END"
	"  FROM " REPLICA_IDENTITY_OF("$2") " p, " REPLICA_IDENTITY_OF(
		"$3") " r"
			  " WHERE p.relreplident <> r.relreplident OR p.def IS DISTINCT FROM r.def";

const Comparison compare_indexes[] = {{BUILD_INDEXES, indexes, true},
									  {BUILD_STORAGE, constraint_options, true},
									  {BUILD_FOREIGN_KEYS, foreign_keys, true},
									  {BUILD_NOTHING, references_to_partition, true},
									  {BUILD_NOTHING, references_to_replacement, false},
									  {BUILD_REPLICA_IDENTITY, replica_identity, true},
									  {BUILD_NOTHING, NULL, false}};
