#!/bin/bash
# postgres_h.sh: a header never includes postgres.h; outside src/format every .c file includes it
# before anything else.

status=0
if grep -rsn '#include "postgres\.h"' src test/module --include='*.h'; then
	status=1
fi
while IFS= read -r file; do
	first=$(grep -m1 '#include' "$file" || true)
	if [ "$first" != '#include "postgres.h"' ]; then
		echo "$file: the first include is not postgres.h"
		status=1
	fi
done < <(find src test/module -name '*.c' -not -path 'src/format/*' 2>/dev/null)
exit $status
