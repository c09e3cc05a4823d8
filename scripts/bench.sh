#!/bin/bash
# bench.sh: measures pg_ingest against COPY and COPY + INSERT … ON CONFLICT, in one run.
#
#   make bench                     5 million rows, three rounds, about fifteen minutes
#   ROWS=500000 ROUNDS=1 make bench    a quick look
#   PARTS="bad merges" make bench  some of staging, compressed, contract, parquet, types, loads, merges, bad, memory
#   BIG=no make bench              without the 5 GB file of the memory test
#
# Prints ratios within this run; absolute times depend on the machine.  Uses ./tmp_bench and
# about 30 GB of disk (5 GB with BIG=no), removed at the end.  DuckDB comes from PyPI; where it
# cannot be had, what it is compared with is measured alone.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"
# shellcheck source=scripts/server.sh
source scripts/server.sh

RUN_NAME=tmp_bench

# install_duckdb: sets DUCKDB_PYTHON to a Python that has it, or to nothing.
install_duckdb()
{
	local venv=$RUN/venv
	DUCKDB_PYTHON=$venv/bin/python
	as_server python3 -m venv "$venv"
	if ! as_server "$venv/bin/pip" install -q --disable-pip-version-check --retries 1 --timeout 30 duckdb \
		>"$venv/pip.log" 2>&1 </dev/null; then
		printf 'skipped: DuckDB: pip cannot install it: %s\n' "$(tail -n 1 "$venv/pip.log")"
		DUCKDB_PYTHON=
	fi
}

scripts/packages.sh build bench
find_postgres
run_directory $RUN_NAME
trap 'stop_servers; remove_run_directory $RUN_NAME' EXIT
say "building for PostgreSQL $PG_MAJOR"
build_extension release
private_server
install_duckdb
[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$RUN"
cp -r test/bench "$RUN/bench"
mkdir -p build/programs
make -s -C build/programs -f "$PWD/test/programs.mk" TOP=../.. make_parquet parquet_dump </dev/null
cp build/programs/make_parquet build/programs/parquet_dump "$RUN"
chmod -R a+rX "$RUN/bench"
cd "$RUN"
as_server "$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
cat >>data/postgresql.conf <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$RUN'
	shared_buffers = 1GB
	max_wal_size = 20GB
	checkpoint_timeout = 1h
	autovacuum = off
	timezone = 'UTC'
CONF
as_server "$BIN/pg_ctl" -D data -l server.log -w start >/dev/null
as_server env PSQL="$BIN/psql" PGHOST="$RUN" PGUSER=postgres PGDATABASE=postgres \
	MAKE_PARQUET="$RUN/make_parquet" PARQUET_DUMP="$RUN/parquet_dump" \
	DUCKDB_PYTHON="$DUCKDB_PYTHON" ROWS="${ROWS:-5000000}" ROUNDS="${ROUNDS:-3}" BIG="${BIG:-yes}" \
	PARTS="${PARTS:-}" \
	python3 bench/run.py "$RUN"
