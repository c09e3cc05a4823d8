#!/bin/bash
# lint.sh: checks the source without running it; exit status 0 when all is well.
#
#   make lint                      everything
#   scripts/lint.sh --self-test    only: does every rule of scripts/rules find what it is for?
#
# A rule is a script that prints what is wrong in the tree below the current directory and fails if
# there is anything; lines that start with "note:" are for review.  NAME.bad holds the cases that
# NAME.sh must find, so that a rule that has stopped to work is noticed:
#
#   ### case: TITLE            begins a case
#   ### file: PATH             begins a file of the case
#   ### repeat: N TEXT         N lines of TEXT
#   ### bare: TEXT             TEXT without line end

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

CLANG_FORMAT=${CLANG_FORMAT:-clang-format-14}	# other versions format differently
good=0 bad=0

# check NAME COMMAND...: runs one check; prints its output when it fails, and notes in any case.
check()
{
	local name=$1 output
	shift
	if output=$("$@" 2>&1 </dev/null); then
		good=$((good + 1))
		printf 'ok      %s\n' "$name"
		grep '^note:' <<<"$output" || true
	else
		bad=$((bad + 1))
		printf 'FAILED  %s\n' "$name"
		printf '    | %s\n' "${output//$'\n'/$'\n    | '}"
	fi
}

# shellcheck disable=SC2317,SC2329 # called by test_rule
# unpack CASES NUMBER DIRECTORY: writes the files of one case; false when there is no such case.
unpack()
{
	mkdir -p "$3"/{src/format,test/{sql,specs,expected,module,unit},sql,scripts,demo}
	touch "$3/Makefile" "$3/sql/pg_ingest.sql"
	awk -v number="$2" -v top="$3" '
		/^### case: / { n++; file = ""; next }
		n != number { next }
		/^### file: / {
			file = top "/" substr($0, 11)
			directory = file; sub("/[^/]*$", "", directory)
			system("mkdir -p \"" directory "\"")
			printf "" > file
			next
		}
		/^### repeat: / { text = $0; sub(/^### repeat: [0-9]+ /, "", text); for (i = 0; i < $3; i++) print text > file; next }
		/^### bare: / { printf "%s", substr($0, 11) > file; next }
		{ print > file }
		END { exit n < number }' "$1"
}

# shellcheck disable=SC2317,SC2329 # called by check
# test_rule RULE: an empty tree must pass; every case must make the rule fail and say where.
test_rule()
{
	local rule=$1 cases=${1%.sh}.bad number=1 tree output
	tree=$(mktemp -d)
	unpack "$cases" 0 "$tree/0"
	(cd "$tree/0" && "$rule") || { echo "$rule complains about an empty tree"; return 1; }
	while unpack "$cases" "$number" "$tree/$number"; do
		if output=$(cd "$tree/$number" && "$rule" 2>&1); then
			echo "$rule does not notice case $number: $(grep '^### case:' "$cases" | sed -n "${number}p")"
			return 1
		elif ! grep -qE '(src|test|sql|docs)/|Makefile' <<<"$output"; then
			echo "$rule fails in case $number without saying where: $output"
			return 1
		fi
		number=$((number + 1))
	done
	rm -rf "$tree"
	[ "$number" -gt 1 ] || { echo "$cases has no cases"; return 1; }
}

self_test()
{
	local rule
	for rule in "$PWD"/scripts/rules/*.sh; do
		check "self-test of $(basename "$rule" .sh)" test_rule "$rule"
	done
}

sources()
{
	find src test -name '*.[ch]' | sort
}

check_format()
{
	if ! command -v "$CLANG_FORMAT" >/dev/null; then
		say "formatting not checked: $CLANG_FORMAT is not available here"
		return
	fi
	# shellcheck disable=SC2046 # file names without blanks
	check "formatting" "$CLANG_FORMAT" --dry-run -Werror $(sources)
}

check_cppcheck()
{
	check "cppcheck" cppcheck --quiet --std=c99 --language=c --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=scripts/cppcheck.suppressions --error-exitcode=1 \
		--include=scripts/cppcheck.h -j "$JOBS" -Isrc src
}

finish()
{
	echo "lint: $good checks passed, $bad failed"
	[ "$bad" -eq 0 ] && [ "$good" -gt 0 ] && exit 0
	exit 1
}

if [ "${1:-}" != --self-test ]; then
	scripts/packages.sh build lint
fi
find_postgres
self_test
if [ "${1:-}" != --self-test ]; then
	for rule in scripts/rules/*.sh; do
		check "$(basename "$rule" .sh)" "$rule"
	done
	check "shellcheck" shellcheck -x scripts/*.sh scripts/rules/*.sh test/conformance/*.sh .ci/run
	check_format
	check_cppcheck
fi
finish
