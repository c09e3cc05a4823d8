#!/bin/bash
# howto.sh: docs/howto.md shows every script of test/howto with what it prints, word for word.  A block
# of the page begins behind the line <!-- NAME -->, where NAME.out is what NAME.sql prints.

shown()
{
	awk -v name="<!-- $1 -->" '
		$0 == name { found = 1; next }
		found && !inside && /^```/ { inside = 1; next }
		inside && /^```/ { exit }
		inside { print }' docs/howto.md
}

shopt -s nullglob
status=0
for script in test/howto/*.sql; do
	name=$(basename "$script" .sql)
	if [ ! -e "test/howto/$name.out" ]; then
		echo "$script: no test/howto/$name.out"
		status=1
	elif ! diff <(shown "$name") "test/howto/$name.out" >/dev/null; then
		echo "docs/howto.md: what it shows of $script is not test/howto/$name.out"
		status=1
	fi
done
exit $status
