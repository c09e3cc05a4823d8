# shellcheck shell=bash
# server.sh: a private PostgreSQL for tests, demo and benchmarks; source it after common.sh.
#
# The extension is not installed into the system's server.  PostgreSQL finds its files relative to
# its programs, so a copy of the programs with links to the rest is a server of its own, into which
# "make install DESTDIR=" works without root, as PostgreSQL's own "make check" does it.
#
# PostgreSQL refuses to run as root: then everything runs as SERVER_USER.

if [ "$(id -u)" -eq 0 ]; then
	SERVER_USER=${SERVER_USER:-postgres}
else
	SERVER_USER=$(id -un)
fi

# as_server COMMAND...: runs it as the user of the server.
as_server()
{
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u "$SERVER_USER" -- "$@"
	else
		"$@"
	fi
}

# remove_run_directory NAME: removes what run_directory made.
remove_run_directory()
{
	if [ -L "$1" ]; then
		rm -rf "$(readlink "$1")"
	fi
	rm -rf "$1"
}

# run_directory NAME: makes an empty directory ./NAME that the server's user owns and can reach,
# and sets RUN to its path.  Where that user cannot reach the project (a clone below /root),
# ./NAME is a link to a directory in /var/tmp.
run_directory()
{
	remove_run_directory "$1"
	mkdir -m 700 "$1"
	RUN=$(realpath "$1")
	[ "$(id -u)" -eq 0 ] || return 0
	chown "$SERVER_USER" "$1"
	as_server test -w "$RUN" && return
	rmdir "$1"
	RUN=$(as_server mktemp -d /var/tmp/pg_ingest_XXXXXX)
	ln -s "$RUN" "$1"
}

# build_extension FLAVOUR [GOAL...]: builds it in build/FLAVOUR-MAJOR and sets BUILD to that path.
build_extension()
{
	local flavour=$1
	shift
	BUILD=$PWD/build/$flavour-$PG_MAJOR
	mkdir -p "$BUILD"
	make -s -C "$BUILD" -f "$PWD/Makefile" -j"$JOBS" PG_CONFIG="$PG_CONFIG" \
		FLAVOUR="$flavour" all "$@" </dev/null
}

# private_server: makes the copy in RUN/server, installs the extension of BUILD into it and sets
# BIN to its programs.
private_server()
{
	local root=$RUN/server dir
	BIN=$root$PG_BINDIR
	mkdir -p "$BIN"
	cp -LR "$PG_BINDIR/." "$BIN"
	for dir in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)"; do
		mkdir -p "$root$dir"
		cp -Rs "$dir/." "$root$dir"
	done
	rm -f "$root$("$PG_CONFIG" --pkglibdir)"/pg_ingest.so
	rm -f "$root$("$PG_CONFIG" --sharedir)"/extension/pg_ingest[.-]*
	make -s -C "$BUILD" -f "$PWD/Makefile" PG_CONFIG="$PG_CONFIG" DESTDIR="$root" install \
		FLAVOUR="$(basename "${BUILD%-*}")" </dev/null >/dev/null
}

# run_server LINE...: a server of the programs in BIN with these settings, its data in RUN/data, its
# socket in a directory of its own, SOCKET: the path of a socket may have 107 bytes only.
run_server()
{
	SOCKET=$(as_server mktemp -d /tmp/pg_ingest_XXXXXX)
	(
		cd "$RUN" || exit
		as_server "$BIN/initdb" -D data -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >initdb.log
		printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$SOCKET'" 'fsync = off' "$@" \
			>>data/postgresql.conf
		as_server "$BIN/pg_ctl" -D data -l server.log -w start >/dev/null
	)
}

# stop_servers: stops every server that still runs below RUN, at once.
stop_servers()
{
	local file pid
	[ -z "${SOCKET:-}" ] || rm -rf "$SOCKET"
	[ -d "${RUN:-}" ] || return 0
	while IFS= read -r file; do
		read -r pid <"$file" || continue
		kill -QUIT "$pid" 2>/dev/null || true
	done < <(find "$RUN" -name postmaster.pid 2>/dev/null)
}
