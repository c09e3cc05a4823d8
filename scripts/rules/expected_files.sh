#!/bin/bash
# expected_files.sh: every regression and isolation test has its output in test/expected/, and no
# file there is without test (NAME_1.out is a variant of NAME); a regression test has at most 200 lines.

status=0
complain()
{
	echo "$*"
	status=1
}
shopt -s nullglob
for test in test/sql/*.sql test/specs/*.spec; do
	name=$(basename "${test%.*}")
	[ -e "test/expected/$name.out" ] || complain "$test: no test/expected/$name.out"
	[ "$(wc -l <"$test")" -le 200 ] || complain "$test: more than 200 lines"
done
for output in test/expected/*.out; do
	name=$(basename "$output" .out)
	set -- "test/sql/$name.sql" "test/specs/$name.spec" "test/sql/${name%_[0-9]}.sql" "test/specs/${name%_[0-9]}.spec"
	[ -e "$1" ] || [ -e "$2" ] || [ -e "$3" ] || [ -e "$4" ] || complain "$output: no such test"
done
for output in expected/*.out; do
	complain "$output: belongs into test/expected/"
done
exit $status
