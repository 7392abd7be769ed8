#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configure runs that must fail, and say why.  Slow, so tests/run.sh runs it and "make check" does not.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

configure() {
	"$INTOTO_SOURCE/configure" "$@" --cache-file=../cache
}
# The probes that are the same in every run are done once.
mkdir a
cd a || exit 1

command -v gcc >/dev/null || skip_all 'needs gcc'
ok 'configures with nothing special' configure CC=gcc
refuses 1 '--enable-fuzzers needs libFuzzer: configure with CC=clang' 'refuses fuzz targets without libFuzzer' \
	configure CC=gcc --enable-fuzzers
refuses 1 'jansson' 'refuses a system without jansson' env PKG_CONFIG_LIBDIR=/nowhere PKG_CONFIG_PATH= \
	"$INTOTO_SOURCE/configure" CC=gcc
refuses 77 'C compiler cannot create executables' 'refuses a compiler that does not work' \
	"$INTOTO_SOURCE/configure" CC=false

done_testing
