/*
 * compare_security.c: owner, privileges, row security, and what acts on or looks at the partition.
 */
#include "postgres.h"

#include "swap/compare.h"

static const char owner[] =
	"SELECT format('the owner is %s instead of %s', pg_get_userbyid(r.relowner), "
	"pg_get_userbyid(p.relowner)),"
	"       format('ALTER TABLE %s OWNER TO %I', $3, pg_get_userbyid(p.relowner))"
	"  FROM pg_class p JOIN pg_class r ON r.oid = $3"
	" WHERE p.oid = $2 AND p.relowner <> r.relowner";

/* On the table, attname '', and on columns; by whomever they were granted. */
#define GRANTS_OF(rel)                                                                            \
	"(SELECT g.attname, g.grantee, g.privilege_type, bool_or(g.is_grantable) AS grantable,"       \
	"        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) "   \
	"END AS role,"                                                                                \
	"        concat(g.privilege_type, CASE WHEN g.attname <> '' THEN format(' (%I)', g.attname) " \
	"END) AS what"                                                                                \
	"   FROM (SELECT '' AS attname, a.* FROM pg_class c,"                                         \
	"                aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a WHERE c.oid "  \
	"= " rel                                                                                      \
	"         UNION ALL SELECT t.attname, a.* FROM pg_attribute t, aclexplode(t.attacl) a"        \
	"          WHERE t.attrelid = " rel " AND NOT t.attisdropped) g"                              \
	"  GROUP BY 1, 2, 3)"

static const char privileges[] =
	"SELECT format(CASE WHEN r.what IS NULL THEN 'privilege %s of %s is missing'"
	"                   WHEN p.what IS NULL THEN 'privilege %s of %s is not one of the partition'"
	"                   WHEN p.grantable THEN 'privilege %s of %s is without grant option'"
	"                   ELSE 'privilege %s of %s is with grant option' END,"
	"              coalesce(p.what, r.what), coalesce(p.role, r.role)),"
	"       CASE WHEN r.what IS NULL OR p.grantable AND NOT r.grantable"
	"            THEN format('GRANT %s ON %s TO %s%s', p.what, $3, p.role,"
	"                        CASE WHEN p.grantable THEN ' WITH GRANT OPTION' END)"
	"            ELSE format('REVOKE %s%s ON %s FROM %s', CASE WHEN p.what IS NOT NULL THEN 'GRANT "
	"OPTION FOR ' END,"
	"                        r.what, $3, r.role) END"
	"  FROM " GRANTS_OF(
		"$2") " p"
			  "  FULL JOIN " GRANTS_OF(
				  "$3") " r USING (attname, grantee, privilege_type)"
						" WHERE p.what IS NULL OR r.what IS NULL OR p.grantable <> r.grantable"
						" ORDER BY 1";

static const char row_security[] =
	"SELECT format('row security is %s, the partition''s is %s', CASE WHEN r.enabled THEN 'on' "
	"ELSE 'off' END,"
	"              CASE WHEN p.enabled THEN 'on' ELSE 'off' END),"
	"       format('ALTER TABLE %s %s ROW LEVEL SECURITY', $3, CASE WHEN p.enabled THEN p.verb "
	"ELSE p.undo END)"
	"  FROM (SELECT c.oid, v.* FROM pg_class c, LATERAL (VALUES ('ENABLE', 'DISABLE', "
	"c.relrowsecurity),"
	"               ('FORCE', 'NO FORCE', c.relforcerowsecurity)) v(verb, undo, enabled)) p"
	"  JOIN (SELECT c.oid, v.* FROM pg_class c, LATERAL (VALUES ('ENABLE', c.relrowsecurity),"
	"               ('FORCE', c.relforcerowsecurity)) v(verb, enabled)) r USING (verb)"
	" WHERE p.oid = $2 AND r.oid = $3 AND p.enabled <> r.enabled";

#define POLICIES_OF(rel)                                                                           \
	"(SELECT polname, format('AS %s FOR %s TO %s%s%s',"                                            \
	"        CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,"                    \
	"        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"     \
	"                    WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,"                                   \
	"        (SELECT string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o)) " \
	"END, ', ' ORDER BY o)"                                                                        \
	"           FROM unnest(polroles) o),"                                                         \
	"        ' USING (' || pg_get_expr(polqual, polrelid) || ')',"                                 \
	"        ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')') AS def"                \
	"   FROM pg_policy WHERE polrelid = " rel ")"

static const char policies[] =
	"SELECT format(CASE WHEN r.polname IS NULL THEN 'policy %I is missing'"
	"                   WHEN p.polname IS NULL THEN 'policy %I is not one of the partition'"
	"                   ELSE 'policy %I is another one' END, coalesce(p.polname, r.polname)),"
	"       CASE WHEN r.polname IS NULL THEN format('CREATE POLICY %I ON %s %s', p.polname, $3, "
	"p.def) END"
	"  FROM " POLICIES_OF("$2") " p FULL JOIN " POLICIES_OF(
		"$3") " r USING (polname)"
			  " WHERE p.def IS DISTINCT FROM r.def"
			  " ORDER BY 1";

/* ATTACH makes copies of the parent's; what remains are the partition's own. */
#define TRIGGERS_OF(rel)                                                                           \
	"(SELECT tgname, tgenabled, replace(pg_get_triggerdef(oid), ' ON ' || tgrelid::regclass, '') " \
	"AS def"                                                                                       \
	"   FROM pg_trigger WHERE tgrelid = " rel " AND NOT tgisinternal AND tgparentid = 0)"

static const char triggers[] =
	"SELECT format(CASE WHEN r.tgname IS NULL THEN 'trigger %I is missing'"
	"                   WHEN p.tgname IS NULL THEN 'trigger %I is not one of the partition'"
	"                   ELSE 'trigger %I is another one' END, coalesce(p.tgname, r.tgname)), NULL"
	"  FROM " TRIGGERS_OF("$2") " p FULL JOIN " TRIGGERS_OF(
		"$3") " r USING (tgname)"
			  " WHERE (p.tgenabled, p.def) IS DISTINCT FROM (r.tgenabled, r.def)"
			  " ORDER BY 1";

#define RULES_OF(rel)                                                                              \
	"(SELECT rulename, ev_enabled, replace(pg_get_ruledef(oid), ev_class::regclass::text, '') AS " \
	"def"                                                                                          \
	"   FROM pg_rewrite WHERE ev_class = " rel ")"

static const char rules[] =
	"SELECT format('rule %I is not the same on both tables', coalesce(p.rulename, r.rulename)), "
	"NULL"
	"  FROM " RULES_OF("$2") " p FULL JOIN " RULES_OF(
		"$3") " r USING (rulename)"
			  " WHERE (p.ev_enabled, p.def) IS DISTINCT FROM (r.ev_enabled, r.def)"
			  " ORDER BY 1";

static const char dependents[] =
	"SELECT DISTINCT format('%s uses the partition itself', pg_describe_object(d.classid, d.objid, "
	"0)), NULL"
	"  FROM pg_depend d"
	"  LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid"
	"  LEFT JOIN pg_policy y ON d.classid = 'pg_policy'::regclass AND y.oid = d.objid"
	" WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $2"
	"   AND (w.ev_class <> $2 OR y.polrelid <> $2 OR d.classid = 'pg_proc'::regclass)"
	" ORDER BY 1";

/* Those FOR ALL TABLES publish both. */
#define PUBLICATIONS_OF(rel)                                                                      \
	"SELECT b.pubname FROM pg_publication b WHERE NOT b.puballtables AND EXISTS ("                \
	"    SELECT FROM pg_class c WHERE (c.oid = " rel                                              \
	" OR c.oid IN (SELECT relid FROM pg_partition_ancestors(" rel ")))"                           \
	"       AND (EXISTS (SELECT FROM pg_publication_rel p WHERE p.prpubid = b.oid AND p.prrelid " \
	"= c.oid)"                                                                                    \
	"         OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = b.oid AND "     \
	"n.pnnspid = c.relnamespace)))"

static const char publications[] =
	"SELECT format('publication %I publishes the partition, but has not published the "
	"replacement''s rows', pubname), NULL"
	"  FROM (" PUBLICATIONS_OF("$2") " EXCEPT " PUBLICATIONS_OF("$3") ") b"
																	  " ORDER BY 1";

const Comparison compare_security[] = {{BUILD_OWNER, owner, true},
									   {BUILD_PRIVILEGES, privileges, true},
									   {BUILD_ROW_SECURITY, row_security, true},
									   {BUILD_ROW_SECURITY, policies, true},
									   {BUILD_NOTHING, triggers, true},
									   {BUILD_NOTHING, rules, true},
									   {BUILD_NOTHING, dependents, true},
									   {BUILD_NOTHING, publications, true},
									   {BUILD_NOTHING, NULL, false}};
