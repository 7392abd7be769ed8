#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a second run costs when a cache knows every file: the whole of intoto run (walk, states, cache,
# signed link) beside a walk that asks for the state of every file and does nothing else; and what the
# same rule saves inside one run.  All interleaved, in one run.
#
#	tests/bench/cache.sh [ROUNDS [FOLDER]]        11 rounds; without a folder, a tree of 100,000 files
#
# Uses the program of $INTOTO_BUILD (else of build-tests/gcc, else of the tree).  The folder must lie on
# ext4 or btrfs, is not written to, and must be some seconds old.  The goal: at most 1.5 times the walk.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-11}
tree=${2-}
work=$(mktemp -d "${TMPDIR:-/tmp}/intoto-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
	echo "cache.sh: $*" >&2
	exit 69
}

for build in ${INTOTO_BUILD:+"$INTOTO_BUILD"} "$source/build-tests/gcc" "$source"; do
	[ -x "$build/intoto/cmd/intoto" ] || continue
	ours=$build/intoto/cmd/intoto
	break
done
ours=${ours:-$(command -v intoto)} || fail 'there is no intoto: build it first'
for name in statwalk rusage; do
	${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/$name" "$source/tests/bench/$name.c"
done

# 100,000 files in 1,000 folders, of the sizes that sources have: 200 bytes to 24 KiB.
make_tree() {
	awk 'BEGIN {
		srand(1)
		for (i = 0; i < 100000; i++) {
			dir = sprintf("%s/%02d/%02d", ARGV[1], i % 40, i % 25)
			if (!(dir in made)) { system("mkdir -p " dir); made[dir] = 1 }
			size = int(200 * exp(rand() * 4.8))
			line = sprintf("file %d ", i)
			file = sprintf("%s/source-file-%06d.c", dir, i)
			for (n = 0; n < size; n += length(line)) printf "%s", line >file
			close(file)
		}
	}' "$1"
}
if [ -z "$tree" ]; then
	tree=$work/tree
	make_tree "$tree"
	sync
	sleep 3
fi
tree=$(cd "$tree" && pwd)
files=$("$work/statwalk" "$tree")

"$ours" key generate --type ed25519 --no-passphrase -o "$work/key.pem" >/dev/null
mkdir "$work/out"

# step NAME OPTIONS...: one run that records the tree; what it took goes to a file of that name
step() {
	local name=$1
	shift
	"$work/rusage" "$tree" "$ours" run -n "$name" -d "$work/out" --signing-key "$work/key.pem" "$@" >>"$work/$name.times"
}
cached=(-m . --cache --cache-file "$work/cache" --no-command)
both=(-m . -p .)

step first "${cached[@]}"
[ -s "$work/cache" ] || fail "$tree: no cache was written: is it on ext4 or btrfs?"
for ((round = 0; round < rounds; round++)); do
	"$work/rusage" / "$work/statwalk" "$tree" >>"$work/walk.times"
	step second "${cached[@]}"
	step plain -m . --no-command
	step twice "${both[@]}" -- true
	step reuse "${both[@]}" --reuse-digests -- true
done
stats=$("$ours" run -n stats -d "$work/out" --signing-key "$work/key.pem" --base-path "$tree" "${cached[@]}" \
	--stats=json --stats-file /dev/stdout)
known=$(printf '%s' "$stats" | sed 's/.*"files-not-read":\([0-9]*\),"folders":[1-9].*/\1/')
for name in second plain; do
	"$ours" sign --verify -q -f "$work/out/$name".*.link -k "$work/key.pem.pub" || fail "$name: the link is wrong"
done
"$ours" match -q -l "$work/out"/second.*.link --materials --base-path "$tree" -p . || fail 'the cache was wrong'

printf 'machine: %s, %s cores, Linux %s, load %s\n' \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
printf 'ours:    %s\n' "$("$ours" --version | head -n 1)"
printf 'tree:    %s files on %s, %s of them known in a second run; cache %s bytes, link %s bytes; %s rounds\n\n' \
	"$files" "$(stat -fc %T "$tree")" "$known" "$(stat -c %s "$work/cache")" "$(stat -c %s "$work/out"/second.*.link)" "$rounds"
median() {
	cut -d' ' -f"$2" "$work/$1.times" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}
least() {
	cut -d' ' -f"$2" "$work/$1.times" | sort -n | head -n 1
}
row() {
	awk -v what="$2" -v cpu="$(median "$1" 1)" -v wall="$(median "$1" 2)" -v low_cpu="$(least "$1" 1)" \
		-v low="$(least "$1" 2)" -v memory="$(median "$1" 3)" 'BEGIN {
		printf "%-44s %8.1f %8.1f %8.1f %8.1f %8.1f\n", what, cpu / 1e3, low_cpu / 1e3, wall / 1e3, low / 1e3, memory / 1024
	}'
}
printf '%-44s %8s %8s %8s %8s %8s\n' 'medians and minima; ms, MiB' cpu 'cpu min' wall 'wall min' memory
row walk 'walk with stat alone, one thread'
row second 'materials, second run with the cache'
row plain 'materials, without one'
row twice 'materials and products'
row reuse 'materials and products, --reuse-digests'
awk -v walk="$(median walk 1)" -v second="$(median second 1)" -v walk_wall="$(median walk 2)" -v second_wall="$(median second 2)" \
	-v twice="$(median twice 2)" -v reuse="$(median reuse 2)" 'BEGIN {
	printf "\nsecond run / walk      %5.2f (wall)  %5.2f (cpu)   goal: at most 1.5\n", second_wall / walk_wall, second / walk
	printf "both / --reuse-digests %5.2f (wall)\n", twice / reuse
}'
