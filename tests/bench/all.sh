#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every benchmark of recording by one command, one after the other, and at the end what each came to.
#
#	tests/bench/all.sh [--quick] [--output FOLDER]
#
#	record.sh   trees and big files, warm and cold, and how they grow     benchmarks 1, 2, 3
#	cache.sh    a second run that knows every file                        benchmark 4
#	trace.sh    what a step touched, and confinement                      benchmark 5
#	noop.sh     a step that does nothing                                  benchmark 6
#
# --quick takes fewer rounds: for a look, not for a number that is quoted.  What each printed stands in
# FOLDER (build-tests/bench if not said) as NAME.txt.  The machine should do nothing else meanwhile; its load
# before and after each is told.  Exit status 1 if one of them failed; a goal that was missed is told by a
# line, and is no failure.
set -uo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
output=$source/build-tests/bench
quick=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=yes ;;
	--output) output=${2:?} && shift ;;
	-h | --help) sed -n '3,17s/^# \{0,1\}//p' "$0" && exit 0 ;;
	*) echo "all.sh: unknown option '$1' (see --help)" >&2 && exit 64 ;;
	esac
	shift
done
mkdir -p "$output" || exit 73

declare -A rounds=([record]='--rounds 7' [cache]=11 [trace]='--rounds 5' [noop]=200)
[ -z "$quick" ] || rounds=([record]='--rounds 1' [cache]=3 [trace]='--rounds 1' [noop]=20)
load() { cut -d' ' -f1 /proc/loadavg; }

failed=
summary=$output/summary.txt
printf 'machine: %s, %s cores, %s MiB, Linux %s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
	"$(nproc)" "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(uname -r)" >"$summary"
for name in record cache trace noop; do
	before=$(load) begin=$SECONDS status=0
	printf '\n== %s.sh\n' $name
	# shellcheck disable=SC2086 # words
	"$source/tests/bench/$name.sh" ${rounds[$name]} 2>"$output/$name.log" | tee "$output/$name.txt" || status=$?
	[ $status -eq 0 ] || { failed=yes; tail -n 5 "$output/$name.log"; }
	printf '\n== %s.sh: status %d, %d s, load %s before, %s after\n' $name $status $((SECONDS - begin)) "$before" "$(load)" >>"$summary"
	# What was said of goals, or else its last lines.
	grep -iE 'goal|at most|at least' "$output/$name.txt" >>"$summary" || tail -n 12 "$output/$name.txt" >>"$summary"
	[ $name != trace ] || sed -n '/^configure:/,$p' "$output/$name.txt" >>"$summary"
done
printf '\n==== summary (all of it in %s) ====\n' "$output"
cat "$summary"
[ -z "$failed" ]
