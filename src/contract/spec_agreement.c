/*
 * spec_agreement.c: do the keys of a column in a contract agree with each other?
 *
 * in:  what the document says of a column, each key of it right by itself
 * out: notes of bounds that exclude each other, of allowed values that other keys refuse, of
 *      patterns that are none
 *
 * A constant takes the place of the column in the SQL that the keys become; what PostgreSQL
 * cannot evaluate when it plans (output functions that depend on settings) is not judged.
 */
#include "postgres.h"

#include "contract/spec_internal.h"

#include "catalog/pg_collation.h"
#include "contract/expression.h"
#include "contract/guard.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"

/* What guard_call() runs. */
static void
try_pattern(void *arg)
{
	(void) DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID,
								   PointerGetDatum(cstring_to_text("")),
								   PointerGetDatum(cstring_to_text(arg)));
}

bool
spec_verify_pattern(const char *pattern, const char *path, DocumentErrors *errors)
{
	ErrorData *error;

	if (guard_call(try_pattern, unconstify(char *, pattern), &error))
		return true;
	document_error(errors, path, "%s", error->message);
	return false;
}

/* What guard_call() runs. */
typedef struct Judgement
{
	Relation target;
	const SpecDemand *demand;
	bool refused; /* out */
} Judgement;

static void
judge(void *arg)
{
	Judgement *judgement = arg;
	ExpressionSource source = {.subject = judgement->demand->path, .text = judgement->demand->sql};
	Node *expr = eval_const_expressions(NULL, expression_parse(judgement->target, &source));

	judgement->refused = IsA(expr, Const) && !((Const *) expr)->constisnull &&
						 !DatumGetBool(((Const *) expr)->constvalue);
}

/* Notes each of the column's demands that a value, which the document names under path, fails. */
static void
verify_value(Relation target, const DocumentColumn *column, const char *type, const char *value,
			 DocumentErrors *errors)
{
	const char *path =
		psprintf("columns.%s.%s", column->name, column->min == value ? "min" : "allowed");
	DocumentColumn others = *column;
	List *demands = NIL;
	ListCell *lc;

	others.allowed = NIL;
	if (others.min == value) /* lengths and patterns are not for bounds */
		others = (DocumentColumn){
			.name = column->name, .max = column->max, .min_length = -1, .max_length = -1};
	spec_column_demands(&others, psprintf("%s::%s", quote_literal_cstr(value), type), type,
						&demands);
	foreach (lc, demands)
	{
		Judgement judgement = {target, lfirst(lc), false};

		if (guard_call(judge, &judgement, NULL) && judgement.refused)
			document_error(errors, path, "%s contradicts %s", value, judgement.demand->subject);
	}
}

void
spec_verify_agreement(Relation target, const DocumentColumn *column, const char *type,
					  DocumentErrors *errors)
{
	ListCell *lc;

	if (column->pattern != NULL &&
		!spec_verify_pattern(column->pattern, psprintf("columns.%s.pattern", column->name), errors))
		return;
	if (column->min != NULL)
		verify_value(target, column, type, column->min, errors);
	foreach (lc, column->allowed)
		verify_value(target, column, type, lfirst(lc), errors);
}
