#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store that grows: signed attestations of ten subjects each, put by the thousand, beside a plain SQLite insert of
# the same rows into the same tables and indexes with the same pragmas and batches.
#
#	tests/bench/store.sh [COUNT]       10,000 if not said; 1000000 is the one that is quoted (half an hour, 12 GB)
#
# At 10,000, 100,000 … and COUNT it prints how many were put in a second (ours hashes each document, reads what it
# says, makes it a file of its own and logs it; all of it is on the disk before it is acknowledged), what plain SQLite
# took for the rows, what the store takes on the disk, and the medians of a search by digest: the whole command, and
# asked of a server over HTTP; and of proofs and tiles, asked of the server.  The documents are made before the clock
# runs.  Needs python3, and the program of $INTOTO_BUILD (else of build-tests/gcc, else that in PATH).
# goals: at 1,000,000 a search under 5 ms, at least 2,000 puts a second, within 2 times of plain SQLite
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
wanted=${1:-10000}
subjects=10 batch=1000 chunk=50000
work=$(mktemp -d "${TMPDIR:-/var/tmp}/intoto-bench.XXXXXX")
server=
leave() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap leave EXIT

fail() {
	echo "store.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto-store" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
for name in statements:-lsodium plain_sqlite:-lsqlite3 rusage: create_files:; do
	# shellcheck disable=SC2086 # no library is no word
	${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/${name%:*}" "$source/tests/bench/${name%:*}.c" ${name#*:}
done
cd "$work"
"$ours" store init --store store >/dev/null || fail 'no store could be made'

printf 'machine: %s, %s cores, %s MiB, Linux %s, load %s; %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" \
	"$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)" \
	"$(stat -f -c 'on %T' .)"
# What the file system takes for files alone: as large, in as many folders, written beside their place and renamed.
# They stay until the end: ext4 without a journal does not take the place of a file that was removed less than half a
# minute ago, and searches for another one longer than all the rest takes.
./create_files files 20000 2300
printf '%9s %8s %8s | %8s %8s | %6s %6s | %8s %7s | %8s %8s %8s %8s %8s\n' entries puts/s 'CPU us' plain/s 'CPU us' wall CPU \
	index objects search served proof tile memory
printf '%9s %8s %8s | %8s %8s | %6s %6s | %8s %7s | %8s %8s %8s %8s %8s\n' '' '' 'a put' '' 'a put' x x MB MB ms ms ms ms MB

# put FROM COUNT: both, in turns, so that whatever the machine does meets them alike
put() {
	local from=$1 count=$2
	./statements "$from" "$count" $subjects >lines
	read -r cpu wall memory < <(./rusage . "$ours" store put --quiet --store store --jsonl lines)
	rm lines
	read -r _ _ plain_wall plain_cpu _ < <(./plain_sqlite store/index.sqlite plain.sqlite "$from" "$count" $batch)
	echo "$count $cpu $wall $memory $plain_wall $plain_cpu" >>legs
}

start_server() {
	"$ours" store serve --store store --listen 127.0.0.1:0 --insecure-http --anonymous-read --audit-log /dev/null 2>server.err &
	server=$!
	for _ in $(seq 100); do
		url=$(sed -n 's/^intoto store serve: listening on //p' server.err)
		[ -z "$url" ] || return 0
		sleep 0.1
	done
	cat server.err >&2
	fail 'the server does not start'
}

grown() {
	start_server
	python3 "$source/tests/bench/store_ask.py" "$ours" store "$url" "$1" $subjects >asked
	kill "$server" && wait "$server" 2>/dev/null || true
	server=
	awk -v entries="$1" -v index_="$(stat -c %s store/index.sqlite)" -v objects="$(du -s --block-size=1M store/objects | cut -f1)" '
		FILENAME == "legs" { n += $1; cpu += $2; wall += $3; if ($4 > memory) memory = $4; pwall += $5 * 1e6; pcpu += $6 * 1e6 }
		FILENAME == "asked" { ms[$1] = $2 }
		END {
			printf "%9d %8.0f %8.0f | %8.0f %8.0f | %6.2f %6.2f | %8.0f %7d | %8.2f %8.2f %8.2f %8.2f %8.0f\n", entries,
				n * 1e6 / wall, cpu / n, n * 1e6 / pwall, pcpu / n, wall / pwall, cpu / pcpu, index_ / 1e6, objects,
				ms["command"], ms["search"], ms["proof"], ms["tile"], memory / 1024
		}' legs asked
}

at=0 size=10000
[ "$wanted" -ge $size ] || size=$wanted
while :; do
	rm -f legs
	while [ "$at" -lt "$size" ]; do
		count=$((size - at < chunk ? size - at : chunk))
		put "$at" "$count"
		at=$((at + count))
	done
	grown "$size"
	[ "$size" -lt "$wanted" ] || break
	size=$((size * 10 < wanted ? size * 10 : wanted))
done
printf '\n(puts/s and memory: of the entries since the line before.  search: the whole command; its start alone: %s ms.)\n' \
	"$(awk '$1 == "start" { printf "%.2f", $2 }' asked)"
awk '$1 == "absent" || $1 == "consistency" || $1 == "download" { printf "%s, asked of the server: %.2f ms\n", $1, $2 }' asked
