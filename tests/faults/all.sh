#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every call of every class fails once, in each way: what "make check" draws a part of.
#
#	tests/faults/all.sh [TEST...]       in a build folder, or with INTOTO_BUILD
set -u

source=$(cd "$(dirname "$0")/../.." && pwd)
export INTOTO_BUILD=${INTOTO_BUILD:-$PWD} FAULTS_MOST=all
[ $# -gt 0 ] || set -- "$source"/tests/faults/*.t
make -C "$INTOTO_BUILD" tests/faults/faults.so || exit
status=0
for test in "$@"; do
	echo "# $test"
	bash "$test" || status=1
done
exit $status
