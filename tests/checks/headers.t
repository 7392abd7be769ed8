#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, and twice; the public ones without anything of ours around them, in C11
# and in C++.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

cc=${INTOTO_CC:-cc}
cxx=${INTOTO_CXX:-c++}
[ -f "$INTOTO_BUILD/config.h" ] || skip_all 'there is no config.h: run it by make check'

# compiles HEADER COMMAND...: the header alone as a source, included twice
compiles() {
	local header=$1
	shift
	printf '#include %s\n#include %s\ntypedef int not_empty;\n' "$header" "$header" | "$@" -fsyntax-only -
}

# each FOLDER PATTERN FORMAT COMMAND...: all headers of a folder
each() {
	local top=$1 format=$2 header status=0 count=0
	shift 2
	while read -r header; do
		count=$((count + 1))
		# shellcheck disable=SC2059 # the format is ours
		compiles "$(printf "$format" "$header")" "$@" || { echo "not alone: $header"; status=1; }
	done < <(cd "$top" && find . -name '*.h' -not -path './build*' | sed 's|^\./||' | sort)
	[ $count -gt 0 ] || { echo "no headers in $top"; return 1; }
	return $status
}

strict='-Wall -Wextra -Wpedantic -Werror'
ours="-include $INTOTO_BUILD/config.h -I$INTOTO_SOURCE/include -I$INTOTO_SOURCE/intoto -I$INTOTO_SOURCE ${INTOTO_CFLAGS-}"

# shellcheck disable=SC2086 # lists of flags
{
	ok 'public headers compile alone in C11' each "$INTOTO_SOURCE/include" '<%s>' \
		$cc -std=c11 $strict -I"$INTOTO_SOURCE/include" -x c
	if command -v "${cxx%% *}" >/dev/null; then
		ok 'public headers compile alone in C++11' each "$INTOTO_SOURCE/include" '<%s>' \
			$cxx -std=c++11 $strict -I"$INTOTO_SOURCE/include" -x c++
	else
		skip 'there is no C++ compiler' 'public headers compile alone in C++11'
	fi
	ok 'headers of the engine compile alone' each "$INTOTO_SOURCE/intoto" '"%s"' $cc -std=c17 $strict $ours -x c
	ok 'headers of the policy compile alone' each "$INTOTO_SOURCE/layouts" '"layouts/%s"' $cc -std=c17 $strict $ours -x c
	ok 'headers of the attestors compile alone' each "$INTOTO_SOURCE/attestors" '"attestors/%s"' $cc -std=c17 $strict $ours -x c

	mkdir planted
	echo 'size_t need(void);' >planted/a.h
	refuses 1 'not alone: a.h' 'refuses a header that needs another' each planted '"planted/%s"' \
		$cc -std=c17 $strict -I. -x c
	echo 'struct twice { int a; };' >planted/a.h
	refuses 1 'not alone: a.h' 'refuses a header without a guard' each planted '"planted/%s"' \
		$cc -std=c17 $strict -I. -x c
}

done_testing
