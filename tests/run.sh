#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the tests need, and runs all of them.
#
#	tests/run.sh [--quick] [--all] [--no-install] [--steps "NAME..."]
#
#	--quick        one build and its "make check"
#	--all          valgrind and the slow tests, too: 10 minutes more
#	--no-install   do not install packages
#	--steps        only these steps (the names that are printed), after the first build
#
# Builds in build-tests/ of the source tree, or in $INTOTO_TEST_BUILD.  The last line is
# "N passed, N failed, N skipped"; the exit status is 1 if anything failed.  A step that dies, or
# that finds nothing to count, is a failure.
set -u

source=$(cd "$(dirname "$0")/.." && pwd) || exit 1
jobs=$(nproc 2>/dev/null || echo 2)
limit=900 # seconds for any one command
install=yes
quick=
longer=
steps=
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=yes ;;
	--all) longer='valgrind slow' ;;
	--no-install) install= ;;
	--steps) steps=${2:?--steps wants names}; shift ;;
	-h | --help) sed -n '3,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "run.sh: unknown option '$1' (see --help)" >&2; exit 64 ;;
	esac
	shift
done

# Files of other implementations, where they are beside the tree (tests/interop/vectors.t).
if [ -z "${INTOTO_VECTORS-}" ] && [ -d "$source/../shared/vectors" ]; then
	INTOTO_VECTORS=$(cd "$source/../shared/vectors" && pwd)
	export INTOTO_VECTORS
fi

build=${INTOTO_TEST_BUILD:-$source/build-tests}
mkdir -p "$build" || exit 1
build=$(cd "$build" && pwd) || exit 1
logs=$build/logs
mkdir -p "$logs" || exit 1

# --- counting ----------------------------------------------------------------------------------------
passed=0 failed=0 skipped=0 ended=

# The last line comes however this script ends.
finish() {
	[ -n "$ended" ] || failed=$((failed + 1))
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}
trap finish EXIT
trap 'echo "run.sh: interrupted"; exit 130' INT TERM HUP

# tally PASSED FAILED SKIPPED: what a step has to say, from inside the step
tally() {
	echo "$1 $2 $3" >>"$counts"
}

# is_true SENTENCE CMD...: one check of our own
is_true() {
	local sentence=$1
	shift
	if "$@" >"$logs/check.out" 2>&1; then
		tally 1 0 0
	else
		tally 0 1 0
		echo "FAIL: $sentence"
		tail -n 20 "$logs/check.out" | sed 's/^/    | /'
	fi
}

# step NAME: runs step_NAME in a shell of its own
step() {
	local name=$1 status start=$SECONDS sums

	counts=$logs/$name.counts
	: >"$counts"
	printf '== %s\n' "$name"
	(
		set -e
		trap - EXIT
		"step_${name//-/_}"
	)
	status=$?
	sums=$(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$counts")
	set -- $sums
	if [ "$2" -eq 0 ] && { [ $status -ne 0 ] || [ "$1" -eq 0 ]; }; then
		echo "FAIL: the step ended with status $status and counted $1 passed"
		set -- "$1" 1 "$3"
	fi
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
	printf '   %s: %d passed, %d failed, %d skipped (%d s)\n' "$name" "$1" "$2" "$3" $((SECONDS - start))
}

# --- tools of the steps ------------------------------------------------------------------------------
# quietly LOG CMD...: the end of its output is shown only if it fails
quietly() {
	local log=$logs/$1
	shift
	timeout --foreground -k 10 $limit "$@" >"$log" 2>&1 && return 0
	echo "this failed: $*  (all of its output: $log)"
	grep -nE '(error|warning):|^(FAIL|ERROR): ' "$log" | head -n 20 | sed 's/^/    | /'
	tail -n 15 "$log" | sed 's/^/    | /'
	return 1
}

# What one step has compiled another one need not compile again: the same text, compiler and flags.
gcc=gcc clang=clang
use_ccache() {
	command -v ccache >/dev/null || return 0
	gcc='ccache gcc' clang='ccache clang'
	# -Werror decides whether there is an object, not what is in it.
	export CCACHE_DIR=$build/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=2G CCACHE_IGNOREOPTIONS=-Werror
}

# configured FOLDER ARGS...: enters a build folder that is configured so
configured() {
	local dir=$build/$1
	shift
	mkdir -p "$dir"
	cd "$dir"
	if ! [ -f Makefile ] || [ "$(cat configured-with 2>/dev/null)" != "$tree $*" ] ||
		[ "$tree/configure" -nt Makefile ]; then
		quietly "$(basename "$dir").configure" "$tree/configure" "$@"
		echo "$tree $*" >configured-with
	fi
}

built() {
	quietly "$(basename "$PWD").make" make -j"$jobs"
}

# count_trs TESTS...: counts their TAP cases, and shows the failed ones
count_trs() {
	local test base sums status=0

	for test in "$@"; do
		base=${test%.t}
		if ! [ -f "$base.trs" ]; then
			echo "FAIL: $test left no result"
			tally 0 1 0
			status=1
			continue
		fi
		# a program that reports a failure also exits with 1, which the driver calls an error: one
		sums=$(awk '$1 == ":test-result:" { n[$2]++ } END {
			if (n["FAIL"] && n["ERROR"]) n["ERROR"]--
			print n["PASS"] + n["XFAIL"], n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] + 0
		}' "$base.trs")
		[ "$sums" != "0 0 0" ] || sums="0 1 0"
		echo "$sums" >>"$counts"
		grep -E '^ok .*# SKIP|^1\.\.0 # SKIP' "$base.log" | sed "s|^|skipped: $test: |"
		[ "$(echo "$sums" | cut -d' ' -f2)" -eq 0 ] && continue
		status=1
		echo "FAIL: $test"
		awk '/^(PASS|FAIL|ERROR|SKIP|XFAIL): / { next }
			/^ok / { bad = 0 }
			/^not ok|^Bail out|ERROR: .*Sanitizer|runtime error|^==[0-9]+==/ { bad = 1 }
			bad && shown++ < 60 { print "    | " $0 }' "$base.log"
		grep -E '^ERROR:.*exited with' "$base.log" | sed 's/^/    | /'
	done
	return $status
}

# checked LOG "TESTS" [MAKE ARGS...]: makes check with these tests and counts them
checked() {
	local log=$1 tests=$2 status=0
	shift 2
	find . -name '*.trs' -delete
	# Half as many again as there are processors: tests wait for programs, servers and clocks.
	timeout --foreground -k 10 $limit make -j$(((jobs * 3 + 1) / 2)) check TESTS="$tests" "$@" >"$logs/$log" 2>&1 || status=$?
	# shellcheck disable=SC2086 # a list of names
	count_trs $tests || return 1
	[ $status -eq 0 ] && return 0
	echo "make check ended with status $status  (all of its output: $logs/$log)"
	grep -nE '(error|warning):|\*\*\*' "$logs/$log" | head -n 20 | sed 's/^/    | /'
	return 1
}

no_warnings() {
	not grep -nE 'warning:' "$1"
}

not() {
	! "$@"
}

# --- the steps ---------------------------------------------------------------------------------------
step_packages() {
	"$source/tests/packages.sh" --install test
	tally 1 0 0
}

# A tree that was configured in place cannot be built elsewhere: then a clean copy is built.
step_tree() {
	if [ -f "$source/config.status" ]; then
		rm -rf "$tree"
		mkdir -p "$tree"
		(cd "$source" && tar -c --exclude=./build* --exclude=./.git .) | tar -x -C "$tree"
		quietly distclean make -C "$tree" distclean
	fi
	quietly autogen "$tree/autogen.sh"
	tally 1 0 0
}

step_gcc() {
	configured gcc CC="$gcc" --enable-developer
	built
	checked gcc.check "$(make -s print-tests)"
}

# One build by clang, with libFuzzer and both sanitizers, for three steps.
configured_by_clang() {
	configured clang CC="$clang" CFLAGS='-O1 -g' --enable-developer --enable-fuzzers
}

step_clang() {
	configured_by_clang
	built
	quietly clang.check make -j"$jobs" check TESTS=
	tally 1 0 0
	is_true 'clang says no word' no_warnings "$logs/clang.make"
}

step_sanitizers() {
	configured_by_clang
	built
	checked sanitizers.check "$(make -s print-sanitizer-tests)"
}

# ThreadSanitizer knows no other sanitizer beside it.
step_threads() {
	local tests

	configured threads CC="$gcc" CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS=-fsanitize=thread --enable-developer
	tests=$(make -s print-thread-tests)
	# shellcheck disable=SC2086 # a list of names
	quietly threads.make make -j"$jobs" $tests
	checked threads.check "$tests" check_PROGRAMS=
}

step_valgrind() {
	# Without hardening: variables that the compiler zeroes hide reads of unset ones.
	local tests

	configured valgrind CC="$gcc" CFLAGS='-O1 -g'
	tests=$(make -s print-valgrind-tests)
	# shellcheck disable=SC2086 # a list of names
	quietly valgrind.make make -j"$jobs" HARDEN_CFLAGS= $tests
	checked valgrind.check "$tests" check_PROGRAMS= HARDEN_CFLAGS= \
		LOG_COMPILER='./libtool --mode=execute valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9'
}

# fuzzed TARGET: leaves a file when it passed, and else says what it did
fuzzed() {
	local name=${1##*/}

	mkdir -p "grown/$name" # what it finds new goes into the first folder, not into the tree
	rm -f "$logs/fuzz.$name.passed"
	if timeout 120 "$1" -runs=2000 -seed=1 -max_len=4096 -timeout=20 -artifact_prefix="$logs/fuzz-$name-" \
		"grown/$name" "$tree/tests/fuzz/corpus/$name" >"$logs/fuzz.$name" 2>&1; then
		: >"$logs/fuzz.$name.passed"
	else
		tail -n 20 "$logs/fuzz.$name" | sed 's/^/    | /'
	fi
}

# The fuzz targets with libFuzzer itself: they build, and their inputs pass under both sanitizers.
step_fuzz() {
	local targets target name

	configured_by_clang
	targets=$(make -s print-fuzz-targets)
	# shellcheck disable=SC2086 # a list of names
	quietly fuzz.targets make -j"$jobs" $targets
	export -f fuzzed
	export logs tree
	# shellcheck disable=SC2086 # a list of names
	printf '%s\n' $targets | xargs -P "$jobs" -I{} bash -c 'fuzzed {}'
	for target in $targets; do
		name=$(basename "$target")
		is_true "fuzz $name" cat "$logs/fuzz.$name.passed"
	done
}

# Our own programs and headers as a stranger sees them.
step_install() {
	local dest=$build/dest
	local flags prefix

	configured gcc CC="$gcc" --enable-developer
	built
	prefix=$(sed -n 's/^prefix = //p' Makefile)
	rm -rf "$dest"
	quietly install make install DESTDIR="$dest"
	is_true 'the installed program starts' "$dest$prefix/bin/intoto" --version
	is_true 'nothing is installed outside the prefix' test "$(ls "$dest")" = "$(echo "$prefix" | cut -d/ -f2)"
	flags=$(PKG_CONFIG_PATH=$dest$prefix/lib/pkgconfig pkg-config --define-variable=prefix="$dest$prefix" \
		--cflags --libs libintoto)
	# shellcheck disable=SC2086 # flags
	is_true 'a program builds with the installed headers alone' gcc -std=c11 -Wall -Wextra -Wpedantic -Werror \
		-o "$build/consumer" "$tree/tests/checks/consumer.c" $flags
	cd "$build"
	is_true 'that program runs' env LD_LIBRARY_PATH="$dest$prefix/lib" ./consumer
	is_true 'that program needs libintoto and libc only' test \
		"$(objdump -p consumer | awk '/NEEDED/ { print $2 }' | sort | xargs)" = 'libc.so.6 libintoto.so.0'
	cd gcc
	quietly uninstall make uninstall DESTDIR="$dest"
	is_true 'uninstalling leaves no file' test -z "$(find "$dest" ! -type d)"
}

# The step gcc has run all of the tests, and the step tarball says that all of their files are in the tarball; so
# only the programs of these tests are built.
step_distcheck() {
	local log=$logs/distcheck

	configured gcc CC="$gcc" --enable-developer
	export XZ_OPT=-0 # nobody keeps it
	find . -maxdepth 1 -name 'intoto-*' -exec chmod -R u+w {} + -exec rm -rf {} +
	quietly distcheck make -j"$jobs" distcheck DISTCHECK_CONFIGURE_FLAGS="CC='$gcc' --enable-developer" \
		TESTS="$(make -s print-dist-tests)" check_PROGRAMS="$(make -s print-dist-programs)"
	awk '/^# (PASS|XFAIL):/ { p += $3 } /^# (FAIL|XPASS|ERROR):/ { f += $3 } /^# SKIP:/ { s += $3 }
		END { print p + 1, f + 0, s + 0 }' "$log" >>"$counts"
	is_true 'the checks of distcheck ran' grep -q '^# PASS: *[1-9]' "$log"
}

# The same tree gives the same tarball, and all of the tree is in it.
step_tarball() {
	local one two

	export XZ_OPT=-0 # nobody keeps it
	configured gcc CC="$gcc" --enable-developer
	rm -f intoto-*.tar.xz
	quietly dist-one make dist
	one=$(echo "$PWD"/intoto-*.tar.xz)
	configured dist CC="$gcc"
	rm -f intoto-*.tar.xz
	(umask 077 && TZ=Asia/Tokyo quietly dist-two make dist)
	two=$(echo "$PWD"/intoto-*.tar.xz)
	is_true 'two build folders give the same tarball' cmp "$one" "$two"
	tar -tf "$one" | sed 's|^[^/]*/||' | sort >in-tarball
	if git -C "$source" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$source" ls-files | grep -vxE '\.gitignore|\.clang-format|\.ci/run' | sort >in-tree
		comm -23 in-tree in-tarball >forgotten
		is_true 'every file of the tree is in the tarball' not grep . forgotten
	fi
}

step_slow() {
	configured gcc CC="$gcc" --enable-developer
	built
	checked slow.check "$(make -s print-slow-tests)"
}

step_interop() {
	configured gcc CC="$gcc" --enable-developer
	built
	checked interop.check "$(make -s print-interop-tests)"
}

# The README's first command.
step_quickstart() {
	local folder=$build/quickstart

	rm -rf "$folder"
	# cosign is the other tool that verifies the image; without it openssl is.
	PATH=$PATH:$("$tree/tests/lib/peers.sh" cosign trixie) CC=$gcc quietly quickstart "$tree/examples/quickstart.sh" --no-install --output "$folder"
	is_true 'the quickstart passes an untouched chain' grep -q '^PASSED: .*root.layout' "$logs/quickstart"
	is_true 'it refuses a changed tarball, and says why' grep -q \
		'its digests differ from those in the products of "package"' "$logs/quickstart"
	is_true 'it refuses a changed link, and says why' grep -q \
		'does not verify with that key.*\[link.signature\]' "$logs/quickstart"
	is_true 'it signs the image that the chain made' grep -q '^signed: .*/intoto:' "$logs/quickstart"
	is_true 'which we verify' grep -q '^GOOD: .*/intoto:' "$logs/quickstart"
	is_true 'and cosign, too' grep -q 'cosign verify: The signatures were verified' "$logs/quickstart"
	is_true 'it does not sign another image' grep -q 'is none of the products of step .image' "$logs/quickstart"
	is_true 'it refuses nothing else' test "$(grep -c '^REFUSED' "$logs/quickstart")" = 2
	is_true 'it says where everything is' grep -qF "Everything is in $folder" "$logs/quickstart"
	is_true 'and there it is' test -s "$folder/root.layout" -a -n "$(ls "$folder"/links/package.*.link)"
	rm -rf "$folder"
}

# --- all of them -------------------------------------------------------------------------------------
main() {
	local name

	tree=$source
	[ ! -f "$source/config.status" ] || tree=$build/source
	[ -z "$install" ] || step packages
	use_ccache
	step tree
	[ -z "$quick" ] || steps=gcc
	for name in ${steps:-gcc clang fuzz sanitizers threads install distcheck tarball interop quickstart $longer}; do
		if ! declare -F "step_${name//-/_}" >/dev/null; then
			echo "run.sh: there is no step '$name'" >&2
			exit 64
		fi
		step "$name"
	done
	echo "all steps: $SECONDS s; logs: $logs"
	ended=yes
}

# One line: the shell has read all of this file before it starts, so that it may change meanwhile.
main; exit
