# shellcheck shell=bash
# common.sh: what all scripts share; source it first.
#
# Goes to the top of the project and defines how to speak, how to get root's rights and which
# PostgreSQL is meant.  Nothing here changes the system.
#
# Environment: PG_CONFIG chooses the PostgreSQL; without it the newest one installed is taken.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL	# the outer make's options are not for the inner ones
export LC_ALL=C.UTF-8

# shellcheck disable=SC2034 # used by those who source this file
JOBS=${JOBS:-$(nproc)}

say()
{
	printf '== %s\n' "$*"
}

die()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# as_root COMMAND...: runs it with root's rights.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root or sudo for: $*"
	fi
}

# has_server_headers PG_CONFIG: true if a server and its headers belong to it.
has_server_headers()
{
	[ -f "$("$1" --pgxs 2>/dev/null)" ] && [ -x "$("$1" --bindir)/postgres" ]
}

# newest_server: major version of the newest server installed from Debian packages, or nothing.
newest_server()
{
	{ find /usr/lib/postgresql/*/bin/postgres -maxdepth 0 2>/dev/null || true; } |
		cut -d/ -f5 | sort -n | tail -1
}

# find_postgres: sets PG_CONFIG (exported), PG_MAJOR, PG_BINDIR and PGXS_SRC, the src directory of
# the installed build system, which holds the test programs.
# shellcheck disable=SC2034 # used by those who source this file
find_postgres()
{
	local major
	major=$(newest_server)
	PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/$major/bin/pg_config}
	[ -x "$(command -v "$PG_CONFIG")" ] || PG_CONFIG=$(command -v pg_config) ||
		die "no PostgreSQL server found; set PG_CONFIG"
	has_server_headers "$PG_CONFIG" || die "$PG_CONFIG has no server or no server headers"
	export PG_CONFIG
	PG_MAJOR=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	PG_BINDIR=$("$PG_CONFIG" --bindir)
	PGXS_SRC=$(realpath "$(dirname "$("$PG_CONFIG" --pgxs)")/..")
}
