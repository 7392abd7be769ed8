#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store in PostgreSQL: signed attestations of ten subjects each, put by one program and by eight at once.
#
#	tests/bench/store_postgres.sh [COUNT] [SLOW]       10,000 and 500 if not said
#
# Prints puts per second, by the thousand (COUNT of them) and one to a program (SLOW of them, which is what a step of a
# build does), with 1 and 8 writers; then that nothing was lost: each document acknowledged once, the log whole.  Server
# and writers share this machine and its processors; the server is as its packager set it up, and syncs (fsync on).
# Needs a PostgreSQL server, jq, and the program of $INTOTO_BUILD (else of build-tests/gcc, else that in PATH).
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
count=${1:-10000} slow=${2:-500}
writers=8 subjects=10
work=$(mktemp -d "${TMPDIR:-/var/tmp}/intoto-bench.XXXXXX")
. "$source/tests/lib/postgres.sh"

fail() {
	echo "store_postgres.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto-store" ] || continue
	ours=$build/intoto/cmd/intoto-store
	break
done
[ -n "${ours-}" ] || fail 'there is no intoto-store: build it first'
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/statements" "$source/tests/bench/statements.c" -lsodium
cd "$work"
export TMPDIR=${TMPDIR:-/var/tmp}
postgres_start || fail 'there is no PostgreSQL server, or it does not start'
trap 'postgres_stop; rm -rf "$work"' EXIT
"$ours" init --store "$postgres" --objects objects --log-key log.key >/dev/null || fail 'no store could be made'
export INTOTO_STORE=$postgres

printf 'machine: %s, %s cores, Linux %s, load %s; PostgreSQL %s\n\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" \
	"$(cut -d' ' -f1 /proc/loadavg)" "$(postgres_sql 'SHOW server_version')"
printf '%-32s %8s %10s %8s\n' '' puts seconds puts/s

# Of the writer of this number.
by_thousand() {
	"$ours" put --jsonl "lines$1" >"said$1"
}
one_by_one() {
	local file

	for file in "files$1"/*; do "$ours" put "$file" || return; done >"said$1"
}

# measure TITLE FUNCTION PUTS WRITERS: the documents are made before the clock runs
measure() {
	local title=$1 each=$(($3 / $4)) number pid pids=() began ended

	for number in $(seq "$4"); do
		./statements "$next" "$each" $subjects >"lines$number"
		next=$((next + each))
		[ "$2" != one_by_one ] || { mkdir -p "files$number" && split -l 1 -a 5 "lines$number" "files$number/"; }
	done
	began=$EPOCHREALTIME
	for number in $(seq "$4"); do
		"$2" "$number" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || fail "a writer failed: $title"; done
	ended=$EPOCHREALTIME
	cat said* >>acknowledged
	awk -v title="$title" -v puts=$((each * $4)) -v seconds="$(awk "BEGIN { print $ended - $began }")" \
		'BEGIN { printf "%-32s %8d %10.2f %8.0f\n", title, puts, seconds, puts / seconds }'
	rm -rf lines* files* said*
}
next=0
measure 'by the thousand, 1 writer' by_thousand "$count" 1
measure "by the thousand, $writers writers" by_thousand "$count" $writers
measure 'one to a program, 1 writer' one_by_one "$slow" 1
measure "one to a program, $writers writers" one_by_one "$slow" $writers

echo
"$ours" fsck --log-only | tail -n 1
printf 'acknowledged: %s, of these different: %s, in the database: %s\n' "$(grep -c '  put  ' acknowledged)" \
	"$(cut -d' ' -f1 acknowledged | sort -u | wc -l)" "$(postgres_sql 'SELECT COUNT(*) FROM entry')"
