#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Four lists of public names are one, for each library: the symbol map, what the library really
# exports, the functions of the public headers, and the manual.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

library=$INTOTO_BUILD/.libs/libintoto.so
attestors=$INTOTO_BUILD/.libs/libintoto-attestor.so

in_map() {
	sed -n '/^global:/,/^local:/s/^[[:space:]]*\([a-z][a-z0-9_]*\);$/\1/p' "$1"
}
in_headers() {
	# a declaration may go over several lines: the name is the word before the first parenthesis
	cat "$@" | sed 's|/\*.*\*/||' | tr '\n' ' ' | sed 's/;/;\n/g' |
		sed -n 's/.*INTOTO_API extern [^(]*[ *]\([a-z][a-z0-9_]*\);.*/\1/p
			s/.*INTOTO_API [^(]*[ *]\([a-z][a-z0-9_]*\)(.*/\1/p'
}
in_library() {
	nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }'
}
in_manual() {
	local page
	# the NAME section lists what the page is about
	for page in "$@"; do
		sed -n '/^\.S[Hh] *"\{0,1\}NAME/,/^\.S[Hh] *"\{0,1\}SYNOPSIS/p' "$page"
	done | sed 's/\\-/-/g; s/\\f.//g; s/ - .*//' | grep -oE 'intoto_[a-z0-9_]+'
}

same() {
	LC_ALL=C sort -u "$1" >a
	LC_ALL=C sort -u "$2" >b
	[ -s a ] || { echo "$1 is empty"; return 1; }
	diff -u a b
}

in_map "$INTOTO_SOURCE/intoto/libintoto.map" >map
in_map "$INTOTO_SOURCE/attestors/kit/libintoto-attestor.map" >attestor-map
# The two share the header of errors, and the version.
of_attestors="attestor error version"
in_headers $(printf "$INTOTO_SOURCE/include/intoto/%s.h " $of_attestors) >attestor-headers
in_headers $(ls "$INTOTO_SOURCE"/include/intoto/*.h | grep -v '/attestor\.h$') >headers
ok 'the map names the functions of the headers' same map headers
ok 'the map of the library for attestors names those of its headers' same attestor-map attestor-headers
ok 'the map is sorted' bash -c 'LC_ALL=C sort -c map'
ok 'that of the library for attestors too' bash -c 'LC_ALL=C sort -c attestor-map'

if [ -f "$library" ]; then
	in_library "$library" >exported
	ok 'the library exports what the map names' same map exported
	in_library "$attestors" >attestor-exported
	ok 'the library for attestors exports what its map names' same attestor-map attestor-exported
else
	skip 'no shared library here' 'the library exports what the map names'
fi

in_manual "$INTOTO_SOURCE"/docs/*.3 >manual
LC_ALL=C sort -u headers attestor-headers >all-headers
ok 'the manual describes the functions of the headers' same all-headers manual
link_pages() {
	local name status=0
	while read -r name; do
		[ -f "$INTOTO_SOURCE/docs/$name.3" ] || grep -qF "$name.3" "$INTOTO_SOURCE/docs/local.mk" ||
			{ echo "man $name finds no page"; status=1; }
	done <all-headers
	return $status
}
ok 'man finds a page by the name of every function' link_pages

# The twins: each list with one name too many or too few is seen.
sed '$d' map >less
refuses 1 '+intoto_version' 'sees a function that the map forgets' same less headers
{ cat map; echo intoto_zzz; } >more
refuses 1 '-intoto_zzz' 'sees a name that no header declares' same more headers
printf 'INTOTO_API int\nintoto_split(int a,\n\t     int b);\nINTOTO_API const char *intoto_star(void);\nint intoto_plain(void);\n' >x.h
is "$(in_headers x.h | xargs)" 'intoto_split intoto_star' 'reads declarations over several lines, and only exported ones'

# No state: what stands in .data or .bss could be written to.  The error for "out of memory" is given
# out as a pointer that callers could write through, but nobody does.
writable() {
	nm -f sysv "$1" | awk -F'|' '$7 ~ /^[[:space:]]*\.t?(data|bss)$/ { sub(/ *$/, "", $1); print $1 }' |
		grep -vxE '__dso_handle|completed\.[0-9]+|__bss_start|_edata|_end|__TMC_END__|out_of_memory'
}
no_state() {
	local found
	found=$(writable "$1")
	[ -z "$found" ] || { echo "$found"; return 1; }
}
# Instrumented code (INTOTO_KIND) has counters of its own.
if [ -z "${INTOTO_KIND-}" ] && [ -f "$library" ]; then
	ok 'the library has no mutable state' no_state "$library"
	ok 'the library for attestors has none' no_state "$attestors"
	echo 'static int calls; int count(void); int count(void) { return ++calls; }' >state.c
	${INTOTO_CC:-cc} -shared -fPIC -o state.so state.c
	refuses 1 calls 'a counter would be seen' no_state state.so
fi

done_testing
