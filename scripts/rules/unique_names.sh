#!/bin/bash
# unique_names.sh: a file name tells a source apart from all others, and a test's name all tests
# of pg_regress and the isolation tester, which share test/expected and results/.

status=0
duplicates()
{
	local name
	for name in $(sort | uniq -d); do
		echo "$name: name used twice:" "$(find src test sql \( -name "$name" -o -name "$name.sql" -o -name "$name.spec" \) -printf '%p ')"
		status=1
	done
}
duplicates < <(find src test -name '*.[ch]' -printf '%f\n')
duplicates < <({ find test/sql -name '*.sql'; find test/specs -name '*.spec'; find sql -name '*.sql'; } 2>/dev/null |
	sed 's,.*/,,; s,\.[a-z]*$,,')
exit $status
