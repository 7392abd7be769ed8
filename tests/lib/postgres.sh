# SPDX-License-Identifier: Apache-2.0
# A real PostgreSQL on loopback, for one test: postgres_start, then $postgres is the URL of an empty
# database; postgres_stop, postgres_kill (as the power goes), postgres_again.  Source it behind tap.sh.

# postgres_programs: the folder of initdb and pg_ctl; fails where there is none
postgres_programs() {
	local folder

	for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /usr/bin; do
		[ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && echo "$folder" && return
	done
	return 1
}

# The server refuses to run as root.
postgres_as() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ "$@")
	else
		"$@"
	fi
}

postgres_again() {
	postgres_as "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -w -t 60 -l "$postgres_folder/log" \
		-o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_folder -c max_connections=40" \
		start >/dev/null 2>&1
}

# The folder is of its own, since the one of the test may be closed to the user of the server.
postgres_start() {
	local try

	postgres_bin=$(postgres_programs) || return 1
	postgres_folder=$(mktemp -d) && chmod 711 "$postgres_folder" || return 1
	echo secret-of-the-test >"$postgres_folder/password"
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$postgres_folder"
	postgres_as "$postgres_bin/initdb" -D "$postgres_folder/data" -U tester -A scram-sha-256 \
		--pwfile="$postgres_folder/password" -E UTF8 --locale=C -N >"$postgres_folder/initdb.log" 2>&1 || return 1
	for try in 1 2 3 4 5; do
		postgres_port=$((20000 + RANDOM % 20000))
		postgres_again && break
		[ "$try" -lt 5 ] || return 1
	done
	postgres=postgresql://tester:secret-of-the-test@127.0.0.1:$postgres_port/postgres
	trap postgres_leave EXIT
}

postgres_pid() {
	head -n 1 "$postgres_folder/data/postmaster.pid" 2>/dev/null
}

# Every process of it at once: nothing is written back, nobody is told.
postgres_kill() {
	local pid

	pid=$(postgres_pid) || return
	kill -KILL "$pid" $(pgrep -P "$pid") 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
	sleep 0.2
	rm -f "$postgres_folder/data/postmaster.pid"
}

# What tap.sh does at the end comes behind it.
postgres_leave() {
	local status=$?

	postgres_stop
	(exit $status)
	tap_leave
}

postgres_stop() {
	[ -n "${postgres_folder-}" ] || return 0
	postgres_as "$postgres_bin/pg_ctl" -D "$postgres_folder/data" -m immediate stop >/dev/null 2>&1
	rm -rf "$postgres_folder"
	postgres_folder=
}

# sql TEXT: what an operator may say to the database himself
postgres_sql() {
	PGPASSWORD=secret-of-the-test psql -X -q -At -h 127.0.0.1 -p "$postgres_port" -U tester -d postgres -c "$1"
}
