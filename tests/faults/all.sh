#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every call of every class fails once, in each way: what "make check" draws a part of.  Then whoever writes archives and
# stores is killed, at least 500 times.
#
#	tests/faults/all.sh [TEST...]       in a build folder, or with INTOTO_BUILD; only these
#	tests/faults/all.sh kills           only the last part
set -u

source=$(cd "$(dirname "$0")/../.." && pwd)
export INTOTO_BUILD=${INTOTO_BUILD:-$PWD} FAULTS_MOST=all
kills=500
case "$*" in
'') set -- "$source"/tests/faults/*.t ;;
kills) shift ;;
*) kills=0 ;;
esac
make -C "$INTOTO_BUILD" tests/faults/faults.so || exit
status=0
for test in "$@"; do
	echo "# $test"
	bash "$test" || status=1
done

# killed MOST TEST: the test with so many calls of a class; adds to the total how often somebody was killed
total=0
killed() {
	local output

	echo "# $2"
	output=$(FAULTS_MOST=$1 bash "$source/$2") || status=1
	echo "$output"
	output=$(sed -n 's/^# killed \([0-9]*\) times in all$/\1/p' <<<"$output")
	total=$((total + ${output:-0}))
}
if [ $kills -gt 0 ]; then
	killed all tests/archive/kill.t
	# Behind each of these the store is looked at as a whole, and the next one goes on.
	killed 40 tests/store/kill.t
	echo "# killed $total times in all, of at least $kills"
	[ $total -ge $kills ] || { echo "not ok: that is too few"; status=1; }
fi
exit $status
