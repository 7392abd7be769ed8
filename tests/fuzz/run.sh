#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Looks for inputs that break a parser: builds the fuzz targets with clang and runs each for a while.
# usage: tests/fuzz/run.sh [SECONDS [TARGET...]]       60 seconds and all targets, if not said
#
# What it finds it leaves in build-fuzz/found/ and says so (exit 1): make the input small, fix the
# bug, and put the input into tests/fuzz/corpus/TARGET, where every "make check" runs it.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
build=${INTOTO_FUZZ_BUILD:-$source/build-fuzz}
seconds=${1:-60}
shift $(($# ? 1 : 0))

[ -x "$source/configure" ] || "$source/autogen.sh"
mkdir -p "$build/found" "$build/grown"
cd "$build"
[ -f config.status ] || "$source/configure" CC="${FUZZ_CC:-clang}" --enable-fuzzers --disable-shared \
	--enable-static CFLAGS='-O1 -g' >configure.log
make -j"$(nproc)" >make.log 2>&1 || { tail -n 20 make.log; exit 1; }

all=$(make -s print-fuzz-targets)
status=0
for target in ${*:-$all}; do
	name=$(basename "$target")
	make "tests/fuzz/$name" >make.log 2>&1 || { tail -n 20 make.log; exit 1; }
	mkdir -p "grown/$name"
	echo "$name: $seconds s"
	if ! "tests/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-print_final_stats=1 -verbosity=0 -artifact_prefix="found/$name-" \
		"grown/$name" "$source/tests/fuzz/corpus/$name" >"$name.log" 2>&1; then
		status=1
		grep -E 'ERROR|SUMMARY|Test unit written' "$name.log" | sed 's/^/  /'
	fi
	sed -n 's/^stat::number_of_executed_units: */  executed: /p' "$name.log"
done
exit $status
