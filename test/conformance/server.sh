#!/bin/bash
# server.sh: the throw-away server of the conformance tests.
#
#   test/conformance/server.sh start    builds, starts it in ./build/conformance, prints two lines:
#                                       the path of psql, the directory of the socket
#   test/conformance/server.sh log      prints the end of the server's log
#   test/conformance/server.sh stop     stops the server and removes ./build/conformance
#
# FLAVOUR=test takes the build with assertions.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/../../scripts/common.sh"
# shellcheck source=scripts/server.sh
source scripts/server.sh

RUN_NAME=build/conformance
FLAVOUR=${FLAVOUR:-release}

stop()
{
	local pg_ctl
	[ -d $RUN_NAME ] || return 0
	RUN=$(realpath $RUN_NAME)
	if [ -e "$RUN/data/postmaster.pid" ]; then
		pg_ctl=$(find "$RUN/server" -name pg_ctl)
		(cd "$RUN" && as_server "$pg_ctl" -D data -m immediate stop >/dev/null) || stop_servers
	fi
	[ ! -e "$RUN/socket" ] || rm -rf "$(readlink -f "$RUN/socket")"
	remove_run_directory $RUN_NAME
}

# "make test" builds with assertions in the same place.
build()
{
	local lock
	exec {lock}>build/test.lock
	[ "$FLAVOUR" != test ] || flock "$lock"
	build_extension "$FLAVOUR" >&2
	private_server
	exec {lock}>&-
}

# A socket's path may have 107 bytes, so a deep directory gets its socket elsewhere.
start()
{
	find_postgres
	stop
	mkdir -p build
	run_directory $RUN_NAME
	build
	[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$RUN"
	socket=$(as_server mktemp -d /tmp/pg_ingest_XXXXXX)
	as_server ln -s "$socket" "$RUN/socket"
	cd "$RUN"
	as_server "$BIN/initdb" -D data -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >initdb.log
	cat >>data/postgresql.conf <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$socket'
		fsync = off
		timezone = 'UTC'
	CONF
	as_server "$BIN/pg_ctl" -D data -l server.log -w start >/dev/null
	printf '%s\n' "$BIN/psql" "$socket"
}

case ${1:-} in
	start) scripts/packages.sh build >&2 && start ;;
	log) tail -n 50 $RUN_NAME/server.log ;;
	stop) stop ;;
	*) die "usage: server.sh start|log|stop" ;;
esac
