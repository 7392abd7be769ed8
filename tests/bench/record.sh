#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What recording costs: ours, in-toto-golang, Debian's in-toto-run and witness on the same trees, one after
# the other in one run, beside the floor that is measured in the same run (floor.c: reading alone, hashing
# alone).  CPU time (user and system), wall time and peak memory: medians.
#
#	tests/bench/record.sh [--rounds N] [--ours-only] [--trees FOLDER] [CASE...]
#
#	warm      tree A, in memory: one pass, materials and products, --reuse-digests     (benchmark 1)
#	cold      tree A, read from the disk                                               (benchmark 1)
#	big       4 files of 512 MiB, on one core and on all                               (benchmark 2)
#	growth    1,000 to 1,000,000 files: time and memory of each                        (benchmark 3)
#
# Without a CASE, all.  --rounds says how often each program runs: 7 times if not said, the others a third
# as often.  The trees are made by trees.sh below FOLDER (else in a folder that goes again).
#
# Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else the one in PATH), Debian's in-toto, and
# in-toto-golang of Debian 13 and witness of sid (tests/lib/peers.sh).
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
rounds=7 trees=$work/trees peers='go python witness' cases=()

fail() {
	echo "record.sh: $*" >&2
	exit 69
}

while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=${2:?--rounds wants a number}; shift ;;
	--trees) trees=${2:?--trees wants a folder}; shift ;;
	--ours-only) peers='' ;;
	warm | cold | big | growth) cases+=("$1") ;;
	*) echo 'usage: record.sh [--rounds N] [--ours-only] [--trees FOLDER] [warm|cold|big|growth...]' >&2; exit 64 ;;
	esac
	shift
done
[ ${#cases[@]} -gt 0 ] || cases=(warm cold big growth)

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
if [ -n "$peers" ]; then
	python=$(command -v in-toto-run) || fail "Debian's in-toto is missing: tests/packages.sh --install test"
	go=$("$source/tests/lib/peers.sh" in-toto-golang)/in-toto-golang
	witness=$("$source/tests/lib/peers.sh" witness sid)/witness
	(cd "$work" && in-toto-keygen -t ed25519 python-key)
fi
mkdir "$work/out"
${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/rusage" "$source/tests/bench/rusage.c"
${CC:-cc} -D_GNU_SOURCE -O2 -I"$source/intoto" -I"$source/include" -o "$work/floor" "$source/tests/bench/floor.c" \
	"$source/intoto/crypto/sha256_pair.c" "$source/intoto/crypto/sha256_shani.c" -lcrypto -lpthread
"$ours" key generate --type ed25519 --no-passphrase -o "$work/key.pem" >/dev/null
ln -s "$ours" "$work/intoto-run"
cores=$(nproc)
taskset=$(command -v taskset) || fail 'taskset is missing: tests/packages.sh --install bench'

# took COMMAND...: "CPU WALL MEMORY" of a command that is run in the tree
took() {
	"$work/rusage" "$tree" "$@" 2>"$work/stderr" || fail "$1: $(cat "$work/stderr")"
}

# floor ARGUMENT...: the same of the floor, which counts for itself
floor() {
	"$work/floor" "$@" "$tree" | cut -d' ' -f3-
}

record() {
	took "$work/intoto-run" -q -n ours --signing-key "$work/key.pem" -d "$work/out" "$@" -- /bin/true
}

# run TOOL: one line "CPU WALL MEMORY"
run() {
	case $1 in
	read | ours | libcrypto | plain) floor "$1" ;;
	read32) floor -j 32 read ;;
	read-all | ours-all) floor -j "$cores" "${1%-all}" ;; # on all cores at once, which may share what they need
	one) record -m . ;;
	both) record -m . -p . ;;
	reuse) record -m . -p . --reuse-digests ;;
	one-core) took "$taskset" -c 0 "$work/intoto-run" -q -n ours --signing-key "$work/key.pem" -d "$work/out" -m . -- /bin/true ;;
	plain-core) took "$taskset" -c 0 "$work/floor" plain . ;;
	libcrypto-core) "$taskset" -c 0 "$work/floor" libcrypto "$tree" | cut -d' ' -f3- ;;
	go) took "$go" run -n go -k "$work/key.pem" -d "$work/out" -m . -p . -- /bin/true ;;
	python) took "$python" -n python -k "$work/python-key" -t ed25519 -d "$work/out" -m . -p . -- /bin/true ;;
	witness) took "$witness" run -s witness -a environment -k "$work/key.pem" -o "$work/out/witness.json" -- /bin/true ;;
	esac
}

# measure CASE [PREPARATION] TOOL... PEER...: lines "CASE TOOL CPU WALL MEMORY" behind $work/results
measure() {
	local case=$1 round tool

	shift
	for tool in "$@"; do # once for the memory of the machine
		[ "$case" = cold ] || run "$tool" >/dev/null
	done
	for ((round = 0; round < rounds; round++)); do
		for tool in "$@"; do
			case $tool in go | python | witness) [ $((round % 3)) -eq 0 ] || continue ;; esac
			[ "$case" != cold ] || "$work/floor" evict "$tree" >/dev/null
			echo "$case $tool $(run "$tool")" >>"$work/results"
		done
	done
}

# about NAME: what the tree is
about() {
	printf '%s %s %s\n' "$1" "$("$work/floor" ours "$tree" | cut -d' ' -f1,2)" \
		"$(find "$tree" -type f -printf '%P\n' | awk '{ n += length($0) } END { print n / NR }')" >>"$work/sizes"
	printf 'tree %-9s %s files, %s bytes, %s\n' "$1:" $("$work/floor" ours "$tree" | cut -d' ' -f1,2) \
		"$(cat "$trees/${2:-$1}.made")"
}

printf 'machine:       %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$cores" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours:          %s\n' "$("$ours" --version | head -n 1)"
[ -z "$peers" ] || printf 'python:        in-toto %s\ngo, witness:   in-toto-golang of Debian 13, witness of Debian sid\n' \
	"$(dpkg-query -W -f '${Version}' in-toto 2>/dev/null || echo '(version unknown)')"
: >"$work/results"
for one in "${cases[@]}"; do
	echo "record.sh: $one" >&2
	case $one in
	warm)
		tree=$("$source/tests/bench/trees.sh" "$trees" a)
		about warm a
		# shellcheck disable=SC2086 # names
		measure warm read ours read-all ours-all libcrypto one both reuse $peers
		;;
	cold)
		tree=$("$source/tests/bench/trees.sh" "$trees" a)
		about cold a
		sync
		measure cold read32 one
		;;
	big)
		tree=$("$source/tests/bench/trees.sh" "$trees" big)
		about big
		measure big read ours read-all ours-all libcrypto-core plain-core one-core one
		;;
	growth)
		for number in 1000 10000 100000 1000000; do
			tree=$("$source/tests/bench/trees.sh" "$trees" "$number")
			about "$number"
			measure "$number" one
		done
		mkdir -p "$trees/0"
		tree=$trees/0
		measure 0 one
		;;
	esac
done

awk -v cores="$cores" '
	function median(key, column,    n, i, j, sorted, t) {
		n = count[key]
		for (i = 1; i <= n; i++)
			sorted[i] = value[key, column, i]
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
				t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
			}
		return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
	}
	function cpu(one, tool) { return median(one SUBSEP tool, 1) / 1e6 }
	function wall(one, tool) { return median(one SUBSEP tool, 2) / 1e6 }
	function peak(one, tool) { return median(one SUBSEP tool, 3) }
	function beyond(n) { return (peak(n, "one") - peak(0, "one")) * 1024 / n - path[n] }
	function has(one, tool) { return count[one, tool] > 0 }
	function most(text, got, limit) {
		printf "%-74s %8.2f   goal: at most %g: %s\n", text, got, limit, (got <= limit ? "met" : "MISSED")
	}
	function least(text, got, limit) {
		printf "%-74s %8.2f   goal: at least %g: %s\n", text, got, limit, (got >= limit ? "met" : "MISSED")
	}
	FILENAME ~ /sizes$/ { path[$1] = $4; files[$1] = $2; bytes[$1] = $3; next }
	{
		if (!known[$1, $2]++)
			order[++rows] = $1 SUBSEP $2
		n = ++count[$1, $2]
		for (i = 1; i <= 3; i++)
			value[$1 SUBSEP $2, i, n] = $(i + 2)
	}
	END {
		printf "\n%-10s %-16s %5s %10s %10s %10s\n", "case", "program", "runs", "CPU s", "wall s", "peak MiB"
		for (r = 1; r <= rows; r++) {
			split(order[r], part, SUBSEP)
			printf "%-10s %-16s %5d %10.3f %10.3f %10.1f\n", part[1], part[2], count[part[1], part[2]],
				cpu(part[1], part[2]), wall(part[1], part[2]), peak(part[1], part[2]) / 1024
		}
		print ""
		if (has("warm", "one")) {
			floor = cpu("warm", "read") + cpu("warm", "ours")
			printf "warm: the floor is %.3f s of CPU (%.3f to read, %.3f to hash), %.3f s on %d cores\n", floor,
				cpu("warm", "read"), cpu("warm", "ours"), floor / cores, cores
			most("warm: one pass, link written, wall time / floor", wall("warm", "one") / (floor / cores), 1.3)
			printf "%-74s %8.2f\n", "warm: the same, CPU time / floor", cpu("warm", "one") / floor
			printf "%-74s %8.2f\n", "warm: one pass / reading, then hashing, on all cores at once", wall("warm", "one") / (wall("warm", "read-all") + wall("warm", "ours-all"))
			most("warm: peak memory of materials and products in MiB", peak("warm", "both") / 1024, 32)
		}
		if (has("warm", "go")) {
			least("warm: in-toto-golang / ours, materials and products, wall time", wall("warm", "go") / wall("warm", "both"), 7)
			least("warm: in-toto-run / ours", wall("warm", "python") / wall("warm", "both"), 9)
			least("warm: witness / ours", wall("warm", "witness") / wall("warm", "both"), 9)
			least("warm: in-toto-golang / ours with --reuse-digests", wall("warm", "go") / wall("warm", "reuse"), 11)
		}
		if (has("cold", "one"))
			most("cold: one pass, link written / 32 readers alone, wall time", wall("cold", "one") / wall("cold", "read32"), 1.15)
		if (has("big", "one")) {
			floor = cpu("big", "read") + cpu("big", "ours")
			least("big: libcrypto reading and hashing one stream / ours, on one core, wall time", wall("big", "plain-core") / wall("big", "one-core"), 1.7)
			printf "%-74s %8.2f\n", "big: libcrypto hashing one stream, reading nothing / ours, reading too", cpu("big", "libcrypto-core") / wall("big", "one-core")
			printf "%-74s %8.2f\n", "big: libcrypto hashing one stream / our kernel hashing two, reading nothing", cpu("big", "libcrypto-core") / cpu("big", "ours")
			least("big: share of the interleaved limit, (read + hash) / cores, that is reached", floor / cores / wall("big", "one"), 0.95)
			printf "%-74s %8.2f\n", "big: the same by CPU time", floor / cpu("big", "one")
			printf "%-74s %8.2f\n", "big: share of what all cores reach at once, read, then hash", (wall("big", "read-all") + wall("big", "ours-all")) / wall("big", "one")
			printf "%-74s %8.2f\n", "big: rate of hashing on all cores / on one", wall("big", "ours") / wall("big", "ours-all")
		}
		for (n = 1000; has(n, "one"); n *= 10)
			printf "growth: %7d files: %7.2f us of CPU, %7.2f us of wall time a file; " \
				"%7.1f bytes of memory a file beyond its path (%.1f)\n", n,
				cpu(n, "one") * 1e6 / n, wall(n, "one") * 1e6 / n, beyond(n), path[n]
		if (has(1000000, "one")) {
			most("growth: CPU time a file, 1,000,000 / 100,000 files", cpu(1000000, "one") / cpu(100000, "one") / 10, 1.15)
			most("growth: bytes of memory a file beyond its path, at 1,000,000 files", beyond(1000000), 150)
		}
	}' "$work/sizes" "$work/results"
