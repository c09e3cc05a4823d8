#!/bin/bash
# sql_functions.sh: the C functions that SQL creates and those that the sources declare are the
# same; all start with ingest_, which exports.map lets out.

diff <(grep -ohE "'MODULE_PATHNAME', *'[a-z0-9_]+'" sql/pg_ingest.sql | sed "s/.*'\([a-z0-9_]*\)'$/\1/" | sort -u) \
	<(grep -rhoE '^PG_FUNCTION_INFO_V1\([a-z0-9_]+\)' src --include='*.c' | sed 's/.*(\(.*\))/\1/' | sort -u) |
	sed -n -e 's/^< \(.*\)/sql\/pg_ingest.sql: no C function \1/p' -e 's,^> \(.*\),src/: no SQL function uses \1,p' |
	{ ! grep .; } &&
	grep -rnE '^PG_FUNCTION_INFO_V1\(' src --include='*.c' | grep -vE '\(ingest_[a-z0-9_]+\)' | { ! grep .; }
