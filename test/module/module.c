/*
 * module.c: makes the test functions of this directory a loadable module.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;
