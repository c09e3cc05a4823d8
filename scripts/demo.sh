#!/bin/bash
# demo.sh: shows what pg_ingest does, in a throw-away server that it leaves running.
#
#   make demo        builds, starts a server in ./tmp_demo, loads two million rows, kills, resumes
#   make demo-stop   stops the server and removes ./tmp_demo
#
# The SQL is in demo/.  Nothing is installed into the system's server.

# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"
# shellcheck source=scripts/server.sh
source scripts/server.sh

RUN_NAME=tmp_demo

stop_demo()
{
	local pg_ctl
	if [ -d $RUN_NAME ]; then
		RUN=$(realpath $RUN_NAME)
		if [ -e "$RUN/data/postmaster.pid" ]; then
			pg_ctl=$(find "$RUN/server" -name pg_ctl)
			(cd "$RUN" && as_server "$pg_ctl" -D "$RUN/data" -m fast stop >/dev/null) || stop_servers
		fi
		[ ! -e "$RUN/socket" ] || rm -rf "$(readlink -f "$RUN/socket")"
	fi
	remove_run_directory $RUN_NAME
}

# start_server: a server that only this machine's owner of the directory can reach, by socket.
# A socket's path may have 107 bytes, so a deep directory gets its socket elsewhere.
start_server()
{
	SOCKET=$RUN/socket
	if [ ${#SOCKET} -le 80 ]; then
		as_server mkdir -m 700 "$SOCKET"
	else
		as_server ln -s "$(as_server mktemp -d /tmp/pg_ingest_XXXXXX)" "$SOCKET"
		SOCKET=$(readlink "$SOCKET")
	fi
	cd "$RUN"
	as_server "$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 >initdb.log
	cat >>data/postgresql.conf <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$SOCKET'
		shared_buffers = 256MB
		max_wal_size = 4GB
		timezone = 'UTC'
	CONF
	as_server "$BIN/pg_ctl" -D data -l server.log -w start >/dev/null
	as_server "$BIN/createdb" -h "$SOCKET" -U postgres demo
	cd - >/dev/null
}

# sql FILE [OPTION...]: runs demo/FILE; every statement is shown before its result.
sql()
{
	local file=$1
	shift
	"$BIN/psql" -X -e -P pager=off -v ON_ERROR_STOP=1 -v VERBOSITY=default \
		-h "$SOCKET" -U postgres -d demo -v file="$RUN/orders.csv" "$@" -f "demo/$file"
}

# write_orders FILE FIRST: a million orders, numbered from FIRST.
write_orders()
{
	as_server mkdir -p "$(dirname "$1")"
	"$BIN/psql" -XAtq -v FETCH_COUNT=20000 -v first="$2" -h "$SOCKET" -U postgres -d demo \
		-f demo/data.sql >"$1"
	chmod 644 "$1"
	ls -sh "$1"
}

# write_lists: the price lists of three days, and the same with a date in each row.
write_lists()
{
	local day file
	printf 'sku,name,price\nA1,lamp,10\nA2,chair,25.5\nA3,table,99\nA4,clock,8\n' >"$RUN/monday.csv"
	printf 'sku,name,price\nA1,lamp,12\nA2,chair,25.50\nA4,clock,8\nA5,shelf,45\n' >"$RUN/tuesday.csv"
	printf 'sku,name,price\nA1,lamp,11\nA2,chair,25.5\nA4,clock,8\nA5,shelf,45\n' >"$RUN/wednesday.csv"
	day=1
	for file in monday tuesday wednesday; do
		sed -e '1s/$/,valid_from/' -e "2,\$s/\$/,2024-01-0$day/" "$RUN/$file.csv" >"$RUN/$file-dated.csv"
		day=$((day + 1))
	done
	chmod 644 "$RUN"/*day*.csv
}

# write_members: a feed that changes from day to day.
write_members()
{
	printf 'id,full_name,points\n1,Ann,10\n2,Bo,20\n3,Cy,30\n' >"$RUN/members-1.csv"
	printf 'id,full_name,points,email\n2,Bo,21,bo@example.org\n3,Cy,30,\n4,Di,40,di@example.org\n' >"$RUN/members-2.csv"
	printf 'id,fullname,points,email\n1,Ann Lee,11,\n4,Di,41,di@example.org\n5,Ed,50,\n' >"$RUN/members-3.csv"
	printf 'id,fullname,points\n1,Ann Lee,12\n5,Ed,51.4\n6,Flo,60\n' >"$RUN/members-4.csv"
	chmod 644 "$RUN"/members-*.csv
}

explain()
{
	printf '\n'
	printf -- '-- %s\n' "$@"
	printf '\n'
}

if [ "${1:-}" = stop ]; then
	stop_demo
	exit
fi

start=$SECONDS
scripts/packages.sh build
find_postgres
stop_demo
run_directory $RUN_NAME
say "building for PostgreSQL $PG_MAJOR ($PG_CONFIG)"
build_extension release
private_server
[ "$(id -u)" -ne 0 ] || chown -R "$SERVER_USER" "$RUN"
say "starting a server in ./$RUN_NAME"
start_server
say "writing two files of a million orders"
write_orders "$RUN/orders-1.csv" 1
write_orders "$RUN/orders-2.csv" 1000001

explain "A table, with a primary key, NOT NULL and CHECK constraints."
sql 1_table.sql

explain "1. Load a million rows. Workers read, convert and check; bad rows go to quarantine," \
	"   the good ones appear in the table at once, in one transaction."
sql 2_load.sql -v file="$RUN/orders-1.csv"

explain "2. The bad rows: which columns, which rules, how many, and the lines themselves."
sql 3_quarantine.sql

explain "3. The same call again. The file's content is known, so nothing happens."
sql 4_again.sql -v file="$RUN/orders-1.csv"

explain "4. Another million rows, in small chunks; a second session looks at the progress, then ends" \
	"   the backend that runs the load."
sql 5_load_slowly.sql -v file="$RUN/orders-2.csv" &
loader=$!
sql 5_kill.sql
if wait "$loader"; then
	say "the load was faster than the kill: what follows shows a load that is complete"
fi

explain "The committed chunks are kept, readers of the table see nothing of them."
sql 6_after_kill.sql

explain "5. The same call again: it verifies what is staged, continues behind it, and publishes."
killed_at=$(date -u '+%F %T.%N+00')
sql 7_resume.sql -v file="$RUN/orders-2.csv" -v killed_at="$killed_at"

explain "6. Every one of the 2,000,000 orders is in the table or in quarantine, once."
sql 8_proof.sql

write_lists
explain "7. A daily list that is the full truth: a preview, a limit on deletions, then sync."
sql 9_sync.sql -v monday="$RUN/monday.csv" -v tuesday="$RUN/tuesday.csv"

explain "8. The same lists as a history; a day that comes late finds its place."
sql 10_scd2.sql -v monday="$RUN/monday-dated.csv" -v tuesday="$RUN/tuesday-dated.csv" \
	-v wednesday="$RUN/wednesday-dated.csv"

explain "9. A partition, computed anew beside the table, swapped in, and back."
sql 11_swap.sql

write_members
explain "10. A feed that drifts: a column more, one renamed, one less, values that do not fit any more." \
	"    A contract says what is allowed; its check rejects the last load, and keeps its rows."
sql 12_drift.sql -v dir="$RUN"

explain "11. The check is overruled by name; the row that did not fit is mended and replayed."
sql 13_overrule.sql -v dir="$RUN"

cat <<END

Done in $((SECONDS - start)) seconds. The server is running; look around:

    $PG_BINDIR/psql -h $SOCKET -U postgres demo

make demo-stop stops and removes it.
END
