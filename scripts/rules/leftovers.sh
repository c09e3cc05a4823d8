#!/bin/bash
# leftovers.sh: nothing unfinished or switched off is kept in the sources.

grep -rsnE '\b(TODO|FIXME|XXX|HACK)\b|^[ 	]*#[ 	]*if[ 	]+0\b' \
	src test sql scripts demo Makefile --include='*.[ch]' --include='*.sql' --include='*.sh' --include='*.pl' \
	--include='*.pm' --include='*.spec' --include='*.mk' --include=Makefile --exclude=leftovers.sh | { ! grep .; }
