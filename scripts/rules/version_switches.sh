#!/bin/bash
# version_switches.sh: what differs between PostgreSQL versions is settled in src/compat.h.

grep -rsnE 'PG_VERSION_NUM|PG_MAJORVERSION' src test/module --include='*.[ch]' |
	grep -v '^src/compat\.h:' | { ! grep .; }
