/*
 * spec.c: from the target's catalog entries to a ContractSpec and to bytes.
 *
 * in:  an open target, the columns that the files provide
 * out: a ContractSpec; its serialised form for the workers
 */
#include "postgres.h"

#include "contract/spec.h"

#include "catalog/pg_type.h"
#include "contract/filter_expr.h"
#include "contract/spec_internal.h"
#include "libpq/pqformat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"

#include "compat.h"

static bool
list_has_name(List *names, const char *name)
{
	ListCell *lc;

	foreach (lc, names)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

/*
 * Replaces Vars of the target by Vars of the lane, or by the expression that
 * INSERT would compute for a column that is not provided.
 */
Node *
spec_remap(Node *node, SpecRemap *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		Var *var = (Var *) node;
		Form_pg_attribute att;
		Node *value;

		if (var->varattno <= 0)
		{
			context->unknowable = true;
			return node;
		}
		if (context->lane_attno[var->varattno - 1] != 0)
		{
			var = copyObject(var);
			var->varattno = context->lane_attno[var->varattno - 1];
			return (Node *) var;
		}
		att = TupleDescAttr(RelationGetDescr(context->target), var->varattno - 1);
		if (list_has_name(context->computed, NameStr(att->attname)))
		{
			context->unknowable = true;
			return node;
		}
		value = build_column_default(context->target, var->varattno);
		if (value == NULL)
			return (Node *) makeNullConst(att->atttypid, att->atttypmod, att->attcollation);
		return spec_remap(value, context);
	}
	return expression_tree_mutator(node, spec_remap, (void *) context);
}

void
spec_add_check(ContractSpec *spec, const char *rule, const char *subject, int column, Node *expr)
{
	ContractCheck *check;

	if (spec->checks == NULL)
		spec->checks = palloc(sizeof(ContractCheck));
	else
		spec->checks = repalloc(spec->checks, (spec->nchecks + 1) * sizeof(ContractCheck));
	check = &spec->checks[spec->nchecks++];
	check->rule = pstrdup(rule);
	check->subject = pstrdup(subject);
	check->column = column;
	check->expr = nodeToString(expr);
}

/* Appends the CHECK constraints that can be decided on staged rows. */
static void
add_checks(ContractSpec *spec, Relation target, const AttrNumber *lane_attno, List *computed)
{
	TupleConstr *constr = RelationGetDescr(target)->constr;
	int i;

	for (i = 0; constr != NULL && i < constr->num_check; i++)
	{
		SpecRemap context = {target, lane_attno, computed, false};
		Node *expr;

		if (!INGEST_CHECK_IS_ENFORCED(&constr->check[i]))
			continue;
		expr = spec_remap(stringToNode(constr->check[i].ccbin), &context);
		if (context.unknowable || contain_volatile_functions(expr))
			continue;
		spec_add_check(spec, "check", psprintf("check constraint \"%s\"", constr->check[i].ccname),
					   -1, expr);
	}
}

/* The filter on columns of the lane, decided as far as it can be without a row. */
static char *
make_filter(Relation target, const AttrNumber *lane_attno, const ContractRules *rules)
{
	SpecRemap context = {target, lane_attno, rules->computed, false};
	Node *expr = spec_remap(filter_expr_parse(target, rules->filter), &context);

	if (context.unknowable || contain_volatile_functions(expr))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" uses a column whose value is not known before "
							   "publishing"),
						errdetail("The files do not provide it, and it is filled row by row. "
								  "The filter is: %s.",
								  rules->filter)));
	return nodeToString(filter_expr_fold(expr, rules->filter));
}

/* The attribute number of a live column; 0: the target lacks it. */
static AttrNumber
attno_of(TupleDesc desc, const char *name)
{
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), name) == 0)
			return i + 1;
	}
	return InvalidAttrNumber;
}

/* Type of a column that the target lacks. */
static void
set_new_type(ContractColumn *column, const ContractRules *rules)
{
	ListCell *lc;

	column->type = TEXTOID;
	column->typmod = -1;
	foreach (lc, rules->new_columns)
	{
		const char *type = list_nth(rules->new_types, foreach_current_index(lc));

		if (strcmp(lfirst(lc), column->name) == 0 && type[0] != '\0')
			compat_parse_type(type, &column->type, &column->typmod);
	}
	column->collation = get_typcollation(column->type);
}

/* Type and NOT NULL of the target's column. */
static void
set_type(ContractColumn *column, TupleDesc desc, AttrNumber attno)
{
	Form_pg_attribute att = TupleDescAttr(desc, attno - 1);

	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->collation = att->attcollation;
	column->not_null = att->attnotnull;
}

ContractSpec *
contract_spec_build(Relation target, List *columns, const ContractRules *rules)
{
	TupleDesc desc = RelationGetDescr(target);
	AttrNumber *lane_attno = palloc0(desc->natts * sizeof(AttrNumber));
	ContractSpec *spec = palloc0(sizeof(ContractSpec));
	ListCell *lc;

	spec->deletion = -1;
	spec->columns = palloc0(list_length(columns) * sizeof(ContractColumn));
	foreach (lc, columns)
	{
		char *name = lfirst(lc);
		ContractColumn *column = &spec->columns[spec->ncolumns++];
		AttrNumber attno = attno_of(desc, name);

		column->name = pstrdup(name);
		if (attno == InvalidAttrNumber)
			set_new_type(column, rules);
		else
			set_type(column, desc, attno);
		column->is_key = list_has_name(rules->key, name);
		if (rules->deletion != NULL && strcmp(rules->deletion, name) == 0)
			spec->deletion = spec->ncolumns - 1;
		if (attno != InvalidAttrNumber)
			lane_attno[attno - 1] = spec->ncolumns;
	}
	add_checks(spec, target, lane_attno, rules->computed);
	if (rules->document != NULL)
	{
		SpecRemap remap = {target, lane_attno, rules->computed, false};

		spec_add_document(spec, rules->document, &remap);
	}
	if (rules->filter != NULL)
		spec->filter = make_filter(target, lane_attno, rules);
	return spec;
}

/* Server encoding on both sides, so no conversion; read back by pq_getmsgrawstring(). */
static void
send_string(StringInfo buf, const char *string)
{
	appendBinaryStringInfo(buf, string, strlen(string) + 1);
}

void
contract_spec_write(const ContractSpec *spec, StringInfo buf)
{
	int i;

	pq_sendint32(buf, spec->ncolumns);
	for (i = 0; i < spec->ncolumns; i++)
	{
		const ContractColumn *column = &spec->columns[i];

		send_string(buf, column->name);
		pq_sendint32(buf, column->type);
		pq_sendint32(buf, column->typmod);
		pq_sendint32(buf, column->collation);
		pq_sendbyte(buf, column->not_null);
		pq_sendbyte(buf, column->is_key);
		spec_write_notation(&column->notation, buf);
		spec_write_text(column->transform, buf);
	}
	pq_sendint32(buf, spec->nchecks);
	for (i = 0; i < spec->nchecks; i++)
	{
		send_string(buf, spec->checks[i].rule);
		send_string(buf, spec->checks[i].subject);
		pq_sendint32(buf, spec->checks[i].column);
		send_string(buf, spec->checks[i].expr);
	}
	pq_sendint32(buf, spec->deletion);
	pq_sendbyte(buf, spec->filter != NULL);
	if (spec->filter != NULL)
		send_string(buf, spec->filter);
	spec_write_texts(spec->inputs, buf);
	spec_write_text(spec->trailer, buf);
}

ContractSpec *
contract_spec_read(StringInfo buf)
{
	ContractSpec *spec = palloc0(sizeof(ContractSpec));
	int i;

	spec->ncolumns = pq_getmsgint(buf, 4);
	spec->columns = palloc0(spec->ncolumns * sizeof(ContractColumn));
	for (i = 0; i < spec->ncolumns; i++)
	{
		ContractColumn *column = &spec->columns[i];

		column->name = pstrdup(pq_getmsgrawstring(buf));
		column->type = pq_getmsgint(buf, 4);
		column->typmod = pq_getmsgint(buf, 4);
		column->collation = pq_getmsgint(buf, 4);
		column->not_null = pq_getmsgbyte(buf);
		column->is_key = pq_getmsgbyte(buf);
		spec_read_notation(&column->notation, buf);
		column->transform = spec_read_text(buf);
	}
	spec->nchecks = pq_getmsgint(buf, 4);
	spec->checks = palloc0(spec->nchecks * sizeof(ContractCheck));
	for (i = 0; i < spec->nchecks; i++)
	{
		spec->checks[i].rule = pstrdup(pq_getmsgrawstring(buf));
		spec->checks[i].subject = pstrdup(pq_getmsgrawstring(buf));
		spec->checks[i].column = (int32) pq_getmsgint(buf, 4);
		spec->checks[i].expr = pstrdup(pq_getmsgrawstring(buf));
	}
	spec->deletion = (int32) pq_getmsgint(buf, 4);
	if (pq_getmsgbyte(buf))
		spec->filter = pstrdup(pq_getmsgrawstring(buf));
	spec->inputs = spec_read_texts(buf);
	spec->trailer = spec_read_text(buf);
	return spec;
}
