#!/bin/bash
# headers_standalone.sh: every header compiles by itself, those outside src/format after postgres.h.
# Not so *_kernel.h: bodies that are compiled where a source includes them.

status=0
server=$("${PG_CONFIG:-pg_config}" --includedir-server)
while IFS= read -r header; do
	case $header in
		src/format/*) options=() ;;
		*) options=(-I"$server" -include postgres.h) ;;
	esac
	"${CC:-cc}" -fsyntax-only -std=gnu99 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Werror \
		-Isrc "${options[@]}" -x c - <<<"#include \"${header#src/}\"" || {
		echo "$header: does not compile by itself"
		status=1
	}
done < <(find src -name '*.h' -not -name '*_kernel.h' | sort)
exit $status
