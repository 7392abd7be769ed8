#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What our programs bring into a process, and that they open no socket: a wrapper is paid for on every
# step, and a verification must not depend on a network.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

# The libraries that may be mapped: libc and its parts, the three that we chose, and a sanitizer's.
allowed='linux-vdso|ld-linux.*|ld-musl.*|libc|libm|libdl|libpthread|libcrypto|libsodium|libjansson'
if [ -n "${INTOTO_KIND-}" ]; then
	allowed="$allowed|libasan|libubsan|libgcc_s|libstdc\\+\\+|librt|libgcov"
fi

# strangers: lines with the path of a library, to those that are none of the allowed
strangers() {
	grep -oE '[^/[:space:]]+\.so[.0-9]*( |$)' | sed 's/[[:space:]]*$//' | sort -u | grep -vE "^($allowed)(-[0-9.]+)?\.so[.0-9]*$"
}
no_strangers() {
	local found
	[ -s "$1" ] || { echo "$1 is empty"; return 1; }
	grep -q 'libc\.' "$1" || { echo "no libc in $1: this is no list of libraries"; return 1; }
	found=$(strangers <"$1")
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# --- a chain to run and verify -----------------------------------------------------------------------
key=$PWD/key.pem
intoto key generate --type ed25519 --no-passphrase -o "$key" >/dev/null || diag 'no key'
# shellcheck disable=SC2016 # the parent of the shell is the program that we look at
look='cat /proc/$PPID/maps >"$0"'
chain() {
	intoto layout init root.layout --expires-in 1d &&
		intoto layout add-step root.layout build --key "$key.pub" &&
		intoto layout add-inspection root.layout look --run sh -c "$look" "$tap_top/verify.maps" &&
		intoto sign -f root.layout --signing-key "$key" &&
		intoto-run -n build --signing-key "$key" -- sh -c "$look" "$tap_top/run.maps"
}
ok 'a step runs, and its layout is written' chain
# The sandbox would hide from the inspection what it is to look at.
verify() { intoto-verify -l root.layout --verification-keys "$key.pub" --inspections=host; }
ok 'the chain verifies' verify

# --- libraries ---------------------------------------------------------------------------------------
program=$(readlink -f "$(type -P intoto)")
ldd "$program" >program.ldd
ok 'the program is linked with what we chose, and nothing else' no_strangers program.ldd
for tool in run verify; do
	ok "intoto-$tool maps what we chose, and nothing else" no_strangers "$tap_top/$tool.maps"
	for library in curl archive ssl; do
		ok "intoto-$tool does not map lib$library" not grep -q "/lib$library\\." "$tap_top/$tool.maps"
	done
done
{ cat program.ldd; echo '	libcurl.so.4 => /lib/libcurl.so.4 (0x0)'; } >planted
refuses 1 'libcurl.so.4' 'a library more would be seen' no_strangers planted

# The helper programs map what their own commands need.
maps_none() {
	local name=$1
	shift
	ldd "$(dirname "$program")/intoto-$name" >helper.ldd && not grep -E "lib($(IFS='|'; echo "$*"))\." helper.ldd
}
ok 'intoto-image leaves tar files and databases to others' maps_none image archive xml2 sqlite3 pq microhttpd
ok 'intoto-archive speaks with nobody' maps_none archive curl ssl sqlite3 pq microhttpd
ok 'intoto-report speaks with nobody' maps_none report curl ssl sqlite3 pq microhttpd
refuses 1 'libcurl' 'a library more would be seen there, too' maps_none image curl

# --- sockets -----------------------------------------------------------------------------------------
traced() {
	# A leak check and a tracer do not go together.
	ASAN_OPTIONS=detect_leaks=0:exitcode=199 strace -f -qq -e trace=network -o trace "$@"
}
silent() {
	traced "$@" && not grep -E '^[0-9]* *[a-z]+\(' trace
}
if ! command -v strace >/dev/null; then
	skip 'strace is not installed' 'nothing opens a socket'
elif ! strace -o trace true 2>/dev/null; then
	skip 'tracing is not permitted here' 'nothing opens a socket'
else
	ok 'intoto-run opens no socket' silent intoto-run -n build --signing-key "$key" -- true
	ok 'intoto-verify opens no socket' silent intoto-verify -l root.layout --verification-keys "$key.pub" \
		--inspections=host
	ok 'intoto key opens no socket' silent intoto key show "$key.pub"
	ok 'intoto sign opens no socket' silent intoto sign --verify -f root.layout -k "$key.pub"
	refuses 1 'socket(' 'a socket would be seen' silent bash -c 'exec 3<>/dev/tcp/127.0.0.1/9; exit 0'
fi

done_testing
