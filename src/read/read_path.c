/*
 * read_path.c: FROM ingest.read(…) AS t(…) -> Custom Scan (IngestRead).
 *
 * A function in FROM is run to its end before its first row is seen.  So that rows stream and LIMIT
 * stops reading, the planner gets a path of our own for such a call, by the hook that is made for that.
 * The support function of ingest.read (read_support.c) is in this library, and the planner
 * calls it before it looks for paths: the hook is there in time even if this is the first call.
 *
 * The scan has no relation: columns of the function are those of custom_scan_tlist, its arguments are
 * custom_exprs, so that parameters, LATERAL ones too, are the planner's business.
 */
#include "postgres.h"

#include "read/read_path.h"

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "read/read_scan.h"
#include "read/read_support.h"

static set_rel_pathlist_hook_type previous_hook = NULL;

/* Does an expression need the row of relation rti as a whole? */
static bool
has_whole_row(List *exprs, Index rti)
{
	Bitmapset *attrs = NULL;

	pull_varattnos((Node *) exprs, rti, &attrs);
	return bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, attrs);
}

/*
 * The call of ingest.read that a range table entry is and nothing else; NULL if it is none. What is left
 * out is run as the function that it is.
 */
static RangeTblFunction *
find_call(RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	RangeTblFunction *function;

	if (rte->rtekind != RTE_FUNCTION || rte->funcordinality || list_length(rte->functions) != 1)
		return NULL;
	function = linitial_node(RangeTblFunction, rte->functions);
	if (!IsA(function->funcexpr, FuncExpr) || function->funccolnames == NIL ||
		!read_support_is_of(((FuncExpr *) function->funcexpr)->funcid))
		return NULL;
	if (has_whole_row(rel->reltarget->exprs, rti) ||
		has_whole_row(extract_actual_clauses(rel->baserestrictinfo, false), rti))
		return NULL;
	return function;
}

/* All columns of the call, as the scan gives them. */
static List *
make_columns(const RangeTblFunction *function, Index rti)
{
	List *columns = NIL;
	int i;

	for (i = 0; i < list_length(function->funccolnames); i++)
	{
		Var *var = makeVar(rti, i + 1, list_nth_oid(function->funccoltypes, i),
						   list_nth_int(function->funccoltypmods, i),
						   list_nth_oid(function->funccolcollations, i), 0);

		columns = lappend(
			columns, makeTargetEntry((Expr *) var, i + 1,
									 pstrdup(strVal(list_nth(function->funccolnames, i))), false));
	}
	return columns;
}

/* CustomPathMethods.PlanCustomPath */
static Plan *
plan_read(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses,
		  List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	RangeTblEntry *rte = planner_rt_fetch(rel->relid, root);
	RangeTblFunction *function = linitial_node(RangeTblFunction, rte->functions);
	FuncExpr *call = castNode(FuncExpr, function->funcexpr);

	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = extract_actual_clauses(clauses, false);
	scan->flags = path->flags;
	scan->custom_exprs = copyObject(call->args);
	scan->custom_scan_tlist = make_columns(function, rel->relid);
	scan->custom_private =
		list_make2(list_make1_oid(call->funcid), makeString(pstrdup(rte->eref->aliasname)));
	scan->methods = read_scan_methods();
	return &scan->scan.plan;
}

static const CustomPathMethods path_methods = {.CustomName = READ_SCAN_NAME,
											   .PlanCustomPath = plan_read};

/* Every value costs an operator call, as its conversion does. */
static void
cost_read(CustomPath *path, const RelOptInfo *rel, int ncolumns)
{
	double tuples = rel->tuples;

	path->path.startup_cost = rel->baserestrictcost.startup + path->path.pathtarget->cost.startup;
	path->path.total_cost =
		path->path.startup_cost +
		tuples * (cpu_tuple_cost + ncolumns * cpu_operator_cost + rel->baserestrictcost.per_tuple) +
		path->path.rows * path->path.pathtarget->cost.per_tuple;
}

/* set_rel_pathlist_hook */
static void
add_read_path(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	RangeTblFunction *function;
	CustomPath *path;

	if (previous_hook != NULL)
		previous_hook(root, rel, rti, rte);
	/* WHERE false, and the like: there is nothing to read */
	if (IS_DUMMY_REL(rel))
		return;
	function = find_call(rel, rti, rte);
	if (function == NULL)
		return;
	path = makeNode(CustomPath);
	path->path.pathtype = T_CustomScan;
	path->path.parent = rel;
	path->path.pathtarget = rel->reltarget;
	path->path.param_info = get_baserel_parampathinfo(root, rel, rel->lateral_relids);
	path->path.rows = path->path.param_info != NULL ? path->path.param_info->ppi_rows : rel->rows;
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->methods = &path_methods;
	cost_read(path, rel, list_length(function->funccolnames));
	/* not a matter of cost: rows must stream wherever they can */
	rel->pathlist = NIL;
	add_path(rel, &path->path);
}

void
read_path_install(void)
{
	read_scan_register();
	previous_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = add_read_path;
}
