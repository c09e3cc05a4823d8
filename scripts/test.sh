#!/bin/bash
# test.sh: builds with assertions and warnings as errors, runs every test, sums up.
#
#   make test                                everything, in the order of PARTS below
#   make test PARTS="unit regress"           some parts
#   make test TESTS="options lane_writer"    some tests, by their file's name without suffix;
#                                            patterns such as 'csv_*' work
#
# One test is one file.  Missing Debian packages are installed first.  Nothing is installed into
# the system's server; servers are started from a private copy below ./tmp_check, where logs and
# results stay.  The last line is always "N passed, N failed, N skipped"; the exit status is 0
# only if something passed and nothing failed.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"
# shellcheck source=scripts/server.sh
source scripts/server.sh

PARTS=${PARTS:-unit fuzz regress isolation tap howto dbt}
TESTS=${TESTS:-}
TEST_TIMEOUT=${TEST_TIMEOUT:-1200}	# seconds for one unit test, fuzz target or TAP file
SUITE_TIMEOUT=$((3 * TEST_TIMEOUT))	# for all regression or isolation tests
TAIL=120	# lines shown of a failing test's log or diff

passed=0 failed=0 skipped=0
part_passed=0 part_failed=0 part_skipped=0
parts_run=()

# select_tests DIRECTORY SUFFIX: names of the files there that TESTS selects.
select_tests()
{
	local file name pattern
	for file in "$1"/*"$2"; do
		[ -e "$file" ] || continue
		name=$(basename "$file" "$2")
		[ -n "$TESTS" ] || echo "$name"
		set -f
		for pattern in $TESTS; do
			# shellcheck disable=SC2053 # a pattern is meant
			[[ $name == $pattern ]] && echo "$name" && break
		done
		set +f
	done
}

# begin_part NAME TESTS: false when there is nothing to run.
begin_part()
{
	part_passed=0 part_failed=0 part_skipped=0
	[ -n "$2" ] || return 1
	say "$1: $(wc -w <<<"$2") tests"
}

end_part()
{
	passed=$((passed + part_passed))
	failed=$((failed + part_failed))
	skipped=$((skipped + part_skipped))
	parts_run+=("$(printf '%-10s %4d passed, %d failed, %d skipped' \
		"$1" "$part_passed" "$part_failed" "$part_skipped")")
}

# report STATUS NAME LOG SECONDS: counts and prints one test; status 77 means skipped.
report()
{
	local status=$1 name=$2 log=$3 seconds=$4
	case $status in
		0)
			part_passed=$((part_passed + 1))
			printf 'ok      %-44s %5d s\n' "$name" "$seconds"
			;;
		77)
			part_skipped=$((part_skipped + 1))
			printf 'skip    %-44s %s\n' "$name" "$(tail -1 "$log")"
			;;
		*)
			part_failed=$((part_failed + 1))
			printf 'FAILED  %-44s %5d s, exit status %d\n' "$name" "$seconds" "$status"
			tail -n "$TAIL" "$log" | sed 's/^/    | /'
			;;
	esac
}

# run_test NAME COMMAND...: runs one test, its output goes to a log.
run_test()
{
	local name=$1 log=$LOGS/$1.log status=0 start=$SECONDS
	shift
	mkdir -p "$(dirname "$log")"
	timeout -k 10 "$TEST_TIMEOUT" "$@" </dev/null >"$log" 2>&1 || status=$?
	report "$status" "$name" "$log" $((SECONDS - start))
}

# build_programs PART: builds its programs; what does not build is one failed test, and ends the part.
build_programs()
{
	local log=$LOGS/$1.build.log start=$SECONDS
	mkdir -p build/programs
	make -s -C build/programs -f "$PWD/test/programs.mk" -j"$JOBS" TOP=../.. "$1" \
		</dev/null >"$log" 2>&1 && return
	report 1 "$1 (build)" "$log" $((SECONDS - start))
	end_part "$1"
	return 1
}

part_unit()
{
	local names name
	names=$(select_tests test/unit _test.c)
	begin_part unit "$names" || return 0
	build_programs unit || return 0
	for name in $names; do
		run_test "unit/$name" "build/programs/test/unit/${name}_test"
	done
	end_part unit
}

part_fuzz()
{
	local names name inputs
	names=$(select_tests test/fuzz _fuzz.c)
	begin_part fuzz "$names" || return 0
	build_programs fuzz || return 0
	for name in $names; do
		inputs=(test/fuzz/corpus/"$name"_*)
		if [ ! -e "${inputs[0]}" ]; then
			echo "no inputs in test/fuzz/corpus/${name}_*" >"$LOGS/fuzz_$name.log"
			report 1 "fuzz/$name" "$LOGS/fuzz_$name.log" 0
			continue
		fi
		run_test "fuzz/$name (${#inputs[@]} inputs)" \
			"build/programs/test/fuzz/${name}_fuzz" "${inputs[@]}"
	done
	end_part fuzz
}

# run_suite NAME PROGRAM TESTS: pg_regress or pg_isolation_regress in a server of its own.
# Their output is "test NAME ... ok" up to PostgreSQL 15 and TAP from 16 on.
run_suite()
{
	local part=$1 program=$2 names=$3 log=$LOGS/$1.log status=0 name
	for name in $names; do	# without expected output the program would give up at once
		[ -e "$RUN/test/expected/$name.out" ] || touch "$RUN/test/expected/$name.out"
	done
	# shellcheck disable=SC2086 # a list of words
	(cd "$RUN" && as_server timeout -k 10 "$SUITE_TIMEOUT" "$program" --inputdir=test --bindir="$BIN" \
		--temp-instance="$RUN/instance_$part" --temp-config=test/regress.conf \
		--no-locale --encoding=UTF8 --dbname="${part}_test" $names) </dev/null 2>&1 |
		tee "$log" || status=$?
	part_passed=$(grep -cE '^(test .* \.\.\. +ok|ok [0-9]+ )' "$log" || true)
	part_failed=$(($(wc -w <<<"$names") - part_passed))
	if [ -s "$RUN/regression.diffs" ]; then
		mv "$RUN/regression.diffs" "$LOGS/$part.diffs"
		head -n $((3 * TAIL)) "$LOGS/$part.diffs"
	fi
	[ ! -e "$RUN/log/postmaster.log" ] || mv "$RUN/log/postmaster.log" "$LOGS/$part.server.log"
	if [ "$part_failed" -gt 0 ] || [ "$status" -ne 0 ]; then
		grep -nE 'PANIC|TRAP|FATAL|terminated by signal' "$LOGS/$part.server.log" | tail -n "$TAIL" ||
			true
	fi
	if [ "$part_failed" -eq 0 ] && [ "$status" -ne 0 ]; then
		part_failed=1
	fi
	end_part "$part"
}

# The strategies run twice: as they are chosen, and as SQL statements, with the same results.
part_regress()
{
	local names strategies
	names=$(select_tests test/sql .sql)
	begin_part regress "$names" || return 0
	if [ ! -e "$("$PG_CONFIG" --sharedir)/extension/postgis.control" ] &&
		grep -qx load_geometry <<<"$names"; then
		names=$(grep -vx load_geometry <<<"$names" || true)
		echo "PostGIS is not installed" >"$LOGS/load_geometry.log"
		report 77 regress/load_geometry "$LOGS/load_geometry.log" 0
	fi
	run_suite regress "$PGXS_SRC/test/regress/pg_regress" "$names"
	strategies=$(grep -E '^(publish_|merge|load_keys|load_again)' <<<"$names" || true)
	begin_part "regress_sql" "$strategies" || return 0
	PGOPTIONS="-c pg_ingest.publish_path=sql" \
		run_suite regress_sql "$PGXS_SRC/test/regress/pg_regress" "$strategies"
}

part_isolation()
{
	local names
	names=$(select_tests test/specs .spec)
	begin_part isolation "$names" || return 0
	run_suite isolation "$PGXS_SRC/test/isolation/pg_isolation_regress" "$names"
}

# run_tap NAME: runs one TAP file, with the environment that PGXS gives it.
run_tap()
{
	local status=0
	cd "$RUN"
	as_server env HOME="$RUN" TESTDIR="$RUN" TESTDATADIR="$RUN/tmp_check" \
		TESTLOGDIR="$RUN/tmp_check/log" PATH="$BIN:$PATH" PGPORT=65432 \
		PG_REGRESS="$PGXS_SRC/test/regress/pg_regress" \
		PERL5LIB="$PGXS_SRC/test/perl:$RUN/test/t/lib" \
		timeout -k 10 "$TEST_TIMEOUT" prove --nocolor --verbose "test/t/$1.pl" 2>&1 || status=$?
	return "$status"
}

part_tap()
{
	local names name log start status reason
	names=$(select_tests test/t .pl)
	begin_part tap "$names" || return 0
	mkdir -p "$LOGS/tap"
	for name in $names; do
		log=$LOGS/tap/$name.log start=$SECONDS status=0
		(run_tap "$name") </dev/null >"$log" 2>&1 || status=$?
		if grep -q '^Result: NOTESTS' "$log"; then
			status=77
			reason=$(sed -n 's/.*skipped: //p' "$log" | tail -1)
			echo "$reason" >>"$log"
		fi
		report "$status" "tap/$name" "$log" $((SECONDS - start))
	done
	end_part tap
}

# need_server: starts the one server that howto and dbt share.
need_server()
{
	[ -n "${SOCKET:-}" ] || run_server 'max_worker_processes = 16' "timezone = 'UTC'"
}

# run_howto NAME: runs a script of docs/howto.md in a database of its own and compares what it prints;
# /data/inbox is a directory of the run, NAME.sh makes what the script itself cannot.
run_howto()
{
	local inbox=$RUN/howto/$1 psql=("$BIN/psql" -X -q -h "$SOCKET" -P footer=off)
	as_server mkdir -p "$inbox"
	[ ! -e "test/howto/$1.sh" ] || as_server bash "$RUN/test/howto/$1.sh" "$inbox"
	sed "s,/data/inbox,$inbox,g" "test/howto/$1.sql" >"$LOGS/howto/$1.sql"
	as_server "${psql[@]}" -c "CREATE DATABASE howto_$1" postgres
	as_server "${psql[@]}" -c 'CREATE EXTENSION pg_ingest' "howto_$1"
	as_server "${psql[@]}" -a "howto_$1" <"$LOGS/howto/$1.sql" 2>&1 |
		sed -e "s,$inbox,/data/inbox,g" -e 's/^psql:<stdin>:[0-9]*: //' -e 's/ *$//' >"$LOGS/howto/$1.out"
	diff -u "test/howto/$1.out" "$LOGS/howto/$1.out"
}

part_howto()
{
	local names name log start status
	names=$(select_tests test/howto .sql)
	begin_part howto "$names" || return 0
	need_server
	mkdir -p "$LOGS/howto"
	for name in $names; do
		log=$LOGS/howto/$name.log start=$SECONDS status=0
		(run_howto "$name") </dev/null >"$log" 2>&1 || status=$?
		report "$status" "howto/$name" "$log" $((SECONDS - start))
	done
	end_part howto
}

# install_dbt: installs dbt into ./tmp_dbt/venv, which stays for the next run; its log is the argument.
install_dbt()
{
	[ -x tmp_dbt/venv/bin/dbt ] && return
	rm -rf tmp_dbt
	python3 -m venv tmp_dbt/venv >"$1" 2>&1 </dev/null &&
		tmp_dbt/venv/bin/pip install -q --disable-pip-version-check --retries 1 --timeout 30 \
			--only-binary=:all: 'dbt-core<2' dbt-postgres >>"$1" 2>&1 </dev/null
}

# The dbt package with a real dbt, skipped where that cannot be had from PyPI.
part_dbt()
{
	local names log=$LOGS/dbt.install.log
	names=$(select_tests test/dbt .py)
	begin_part dbt "$names" || return 0
	if install_dbt "$log"; then
		need_server
		mkdir -m 755 "$RUN/dbt"
		chmod a+x "$RUN"
		run_test dbt/run tmp_dbt/venv/bin/python test/dbt/run.py "$PWD/tmp_dbt/venv/bin/dbt" \
			"$SOCKET" "$RUN/dbt"
	else
		rm -rf tmp_dbt
		echo "dbt-postgres cannot be installed from PyPI: $(grep -m 1 . "$log" | cut -c 1-200)" >>"$log"
		report 77 dbt/run "$log" 0
	fi
	end_part dbt
}

# Copies what the tests read, so that the server's user can reach it.
prepare_servers()
{
	say "building for PostgreSQL $PG_MAJOR ($PG_CONFIG)"
	build_extension test ingest_test.so
	private_server
	cp -R test "$RUN/test"
	mkdir -p build/programs
	make -s -C build/programs -f "$PWD/test/programs.mk" -j"$JOBS" TOP=../.. make_parquet </dev/null
	cp "$BUILD/ingest_test.so" build/programs/make_parquet "$RUN"
	[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$RUN"
	export INGEST_TEST_MODULE=$RUN/ingest_test.so INGEST_MAKE_PARQUET=$RUN/make_parquet
}

finish()
{
	local status=$?
	stop_servers
	[ ${#parts_run[@]} -eq 0 ] || printf '%s\n' "${parts_run[@]}"
	if [ "$status" -ne 0 ]; then
		echo "stopped by an error, exit status $status"
		failed=$((failed + 1))
	fi
	rm -rf "${RUN:-/nonexistent}/server" "${RUN:-/nonexistent}"/instance_*/data "${RUN:-/nonexistent}/data"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
	exit 1
}

mkdir -p build
exec {lock}>build/test.lock
flock -n "$lock" || { say "waiting for another run of the tests"; flock "$lock"; }
trap finish EXIT
trap 'exit 130' INT TERM
scripts/packages.sh build test
find_postgres
run_directory tmp_check
LOGS=$RUN/logs
mkdir -p "$LOGS"
case " $PARTS " in
	*" regress "* | *" isolation "* | *" tap "* | *" howto "* | *" dbt "*) prepare_servers ;;
esac
for part in $PARTS; do
	declare -F "part_$part" >/dev/null || die "unrecognized part: $part"
	"part_$part"
done
