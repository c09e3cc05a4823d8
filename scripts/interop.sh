#!/bin/bash
# interop.sh: files of real Parquet writers, loaded and compared with what the writers had.
#
#   make interop                            all writers, three minutes, 3 GB of disk
#   WRITERS="polars duckdb" make interop    some: pyarrow pandas fastparquet polars duckdb dask ray spark
#   MARKDOWN=FILE make interop              writes the matrix to FILE, for docs/interop.md
#
# The writers come from PyPI into ./tmp_interop/venv, which stays for the next run; Spark also needs
# Java.  Writers that cannot be had are skipped with a line each.  Exit status 1 if anything
# differs.  Uses ./tmp_interop/run for server and files, removed at the end.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"
# shellcheck source=scripts/server.sh
source scripts/server.sh

VENV=$PWD/tmp_interop/venv
RUN_NAME=tmp_interop/run
WRITERS=${WRITERS:-pyarrow pandas fastparquet polars duckdb dask ray spark}

# packages_of WRITER: the names on PyPI.
packages_of()
{
	case $1 in
		pyarrow) echo pyarrow ;;
		pandas) echo pandas pyarrow ;;
		fastparquet) echo fastparquet pandas ;;
		polars) echo polars pyarrow ;;
		duckdb) echo duckdb pyarrow ;;
		dask) echo 'dask[dataframe]' pandas pyarrow ;;
		ray) echo 'ray[data]' pyarrow ;;
		spark) echo pyspark ;;
		*) die "no writer \"$1\"" ;;
	esac
}

# install_writer WRITER: true if it is there.
install_writer()
{
	local packages log=$VENV/pip.log
	read -ra packages < <(packages_of "$1")
	if "$VENV/bin/pip" install -q --disable-pip-version-check --retries 1 --timeout 30 \
		"${packages[@]}" >"$log" 2>&1 </dev/null; then
		return
	fi
	printf 'skipped: %s: pip cannot install it: %s\n' "$1" "$(tail -n 1 "$log")"
	return 1
}

install_writers()
{
	local writer
	[ -x "$VENV/bin/pip" ] || python3 -m venv "$VENV"
	say "installing the writers into ./tmp_interop/venv"
	available=()
	for writer in $WRITERS; do
		packages_of "$writer" >/dev/null
		if [ "$writer" = spark ] && ! command -v java >/dev/null; then
			echo "skipped: spark: no Java"
		elif install_writer "$writer"; then
			available+=("$writer")
		fi
	done
}

finish()
{
	stop_servers
	remove_run_directory $RUN_NAME
}

scripts/packages.sh build interop
find_postgres
mkdir -p tmp_interop
install_writers
if [ ${#available[@]} -eq 0 ]; then
	echo "skipped: everything: no writer could be installed"
	exit 0
fi
run_directory $RUN_NAME
trap finish EXIT
say "building for PostgreSQL $PG_MAJOR"
build_extension "${FLAVOUR:-release}"
private_server
[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$RUN"
# a time zone that shows where an instant was taken for a local time
run_server "timezone = 'America/St_Johns'"
mkdir -m 755 "$RUN/files"
chmod a+x "$RUN"
say "writing, loading and comparing: ${available[*]}"
"$VENV/bin/python" test/interop/run.py --files "$RUN/files" --server "$BIN/psql" "$SOCKET" \
	${MARKDOWN:+--markdown "$MARKDOWN"} "${available[@]}"
