/*
 * cppcheck.h: what cppcheck must know of PostgreSQL, whose headers it does not read.
 *
 * Above all: an ereport() or elog() with ERROR or more does not return.
 */
#define ERROR 21
#define FATAL 22
#define PANIC 23
#define ereport(elevel, ...) do { if ((elevel) >= ERROR) abort(); } while (0)
#define elog(elevel, ...) do { if ((elevel) >= ERROR) abort(); } while (0)
#define Assert(condition) do { if (!(condition)) abort(); } while (0)
#define PG_FUNCTION_INFO_V1(name) extern Datum name(PG_FUNCTION_ARGS)
#define PG_FUNCTION_ARGS FunctionCallInfo fcinfo
#define PG_TRY() if (1)
#define PG_CATCH() else if (1)
#define PG_FINALLY() if (1)
#define PG_END_TRY() do {} while (0)
#define INT64_FORMAT "%ld"
#define UINT64_FORMAT "%lu"
#define PGDLLEXPORT
#define PG_USED_FOR_ASSERTS_ONLY
#define pg_attribute_printf(format, arguments)
#define pg_attribute_noreturn()
#define pg_noinline
#define StaticAssertDecl(condition, message) extern int static_assertion
#define PG_MODULE_MAGIC extern int module_magic
#define foreach(cell, list) for (cell = list_head(list); cell != NULL; cell = lnext(list, cell))
#define forboth(cell1, list1, cell2, list2) \
	for (cell1 = list_head(list1), cell2 = list_head(list2); cell1 != NULL && cell2 != NULL; \
		 cell1 = lnext(list1, cell1), cell2 = lnext(list2, cell2))
