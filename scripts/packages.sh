#!/bin/bash
# packages.sh: installs the Debian packages that are missing, and only those.
#
#   scripts/packages.sh build        compiler, libraries, PostgreSQL with its server headers
#   scripts/packages.sh build test   ... and what the tests need
#   scripts/packages.sh bench        ... what the benchmarks need
#   scripts/packages.sh interop      ... what the writers of "make interop" need
#   scripts/packages.sh lint         ... what the checks of the source need
#
# Which PostgreSQL: the one of PG_CONFIG, else the newest installed, else the distribution's.
# Works as root or with sudo.  Does nothing at all when nothing is missing.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

BUILD_PACKAGES=(gcc libc6-dev make libcsv-dev libzstd-dev zlib1g-dev libxxhash-dev libsnappy-dev
	liblz4-dev libbrotli-dev)
TEST_PACKAGES=(perl libipc-run-perl python3 python3-venv)
BENCH_PACKAGES=(python3 python3-venv gzip zstd)
INTEROP_PACKAGES=(python3 python3-venv)
OPTIONAL_INTEROP_PACKAGES=(default-jre-headless)	# for Spark, unless there is a Java
LINT_PACKAGES=(cppcheck shellcheck)
OPTIONAL_LINT_PACKAGES=(clang-format-14)	# not every release has it, see lint.sh
updated=no

update_lists()
{
	[ "$updated" = yes ] && return
	say "apt-get update"
	as_root apt-get update -qq </dev/null || say "apt-get update failed, going on without"
	updated=yes
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

has_candidate()
{
	[[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [0-9] ]]
}

# server_major: of the PostgreSQL that is meant, if it is a package of Debian.
server_major()
{
	local major
	major=$(sed -n 's,^/usr/lib/postgresql/\([0-9]*\)/.*,\1,p' <<<"${PG_CONFIG:-}")
	[ -n "$major" ] || major=$(newest_server)
	echo "$major"
}

# find_postgres_packages: sets postgres to the packages of the PostgreSQL that is meant, to nothing
# when it is there.
find_postgres_packages()
{
	local major
	postgres=()
	if [ -n "${PG_CONFIG:-}" ] && has_server_headers "$PG_CONFIG"; then
		return
	fi
	major=$(server_major)
	if [ -z "$major" ]; then
		update_lists
		major=$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')
	fi
	[ -n "$major" ] || die "cannot tell which PostgreSQL to install; set PG_CONFIG"
	postgres=("postgresql-$major" "postgresql-server-dev-$major")
}

install_missing()
{
	local missing=() package
	for package in "$@"; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	update_lists
	say "installing ${missing[*]}"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "${missing[@]}" </dev/null >/dev/null
}

# install_extensions: extensions that one test each uses, for the PostgreSQL that is meant, where they
# are packages.
install_extensions()
{
	local major extension package
	major=$(server_major)
	for extension in cron partman postgis-3; do
		package=postgresql-$major-$extension
		is_installed "$package" && continue
		has_candidate "$package" || update_lists
		if has_candidate "$package"; then
			install_missing "$package" || say "going on without $package"
		fi
	done
}

command -v dpkg-query >/dev/null || { say "not a Debian system, installing nothing"; exit 0; }
for group in "$@"; do
	case $group in
		build)
			find_postgres_packages
			install_missing "${BUILD_PACKAGES[@]}" "${postgres[@]}"
			;;
		test)
			install_missing "${TEST_PACKAGES[@]}"
			install_extensions
			;;
		bench) install_missing "${BENCH_PACKAGES[@]}" ;;
		interop)
			install_missing "${INTEROP_PACKAGES[@]}"
			if ! command -v java >/dev/null && has_candidate "${OPTIONAL_INTEROP_PACKAGES[@]}"; then
				install_missing "${OPTIONAL_INTEROP_PACKAGES[@]}"
			fi
			;;
		lint)
			install_missing "${LINT_PACKAGES[@]}"
			for package in "${OPTIONAL_LINT_PACKAGES[@]}"; do
				if has_candidate "$package"; then
					install_missing "$package"
				fi
			done
			;;
		*) die "unrecognized group of packages: $group" ;;
	esac
done
