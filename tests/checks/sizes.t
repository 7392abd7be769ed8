#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A function has at most 80 lines and 7 parameters (the "..." of a sentence is none), a file at most 600 lines: past that it is two things.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# clang-format puts the brace that opens a function, and the one that closes it, into column 1.
too_large() {
	find "$1" -name '*.[ch]' -not -path "$1/build*" -not -path '*/.*' -print0 | xargs -0 awk '
	function say(what) { print FILENAME ":" at ": " what }
	FNR == 1 {
		if (lines > 600) print last ": " lines " lines, at most 600"
		last = FILENAME
		head = ""
		inside = 0
	}
	{ lines = FNR }
	/^[{]/ && head ~ /\)[^;={}]*$/ { inside = 1; at = FNR }
	inside && /^[}]/ {
		inside = 0
		if (FNR - at + 1 > 80) say(FNR - at + 1 " lines, at most 80")
		depth = count = 0
		sub(/, *\.\.\.\)/, ")", head)
		for (i = 1; i <= length(head); i++) {
			c = substr(head, i, 1)
			if (c == "(") depth++
			if (c == ")") depth--
			if (c == "," && depth == 1) count++
		}
		# libmicrohttpd says how this one looks
		if (count + 1 > 7 && head !~ /MHD_Result it_server_request\(/) say(count + 1 " parameters, at most 7")
		head = ""
		next
	}
	inside { next }
	/^[#\/ ]?\*|^\/\*|^#|^$|^[}]|;$/ { head = ""; next }
	{ head = head $0 }
	END { if (lines > 600) print last ": " lines " lines, at most 600" }'
}

small() {
	local found
	found=$(set -o pipefail; too_large "$1") || return 2
	[ -z "$found" ] || { echo "$found"; return 1; }
}

# body LINES: a function of that many lines between its braces, these counted
body() {
	echo '{'
	yes $'\tcall();' | head -n $(($1 - 2))
	echo '}'
}

ok 'functions and files of the tree are small' small "$INTOTO_SOURCE"

mkdir planted
{ echo 'static int f(int a, int (*g)(int b, int c),'; echo '	     struct s d)'; body 80; } >planted/a.c
ok 'allows 80 lines' small planted
{ echo 'static int f(int a)'; body 81; } >planted/a.c
refuses 1 '81 lines, at most 80' 'refuses 81 lines' small planted
{ echo 'int f(int a, int b, int c, int d, int e, int g,'; echo '      int h)'; body 3; } >planted/a.c
ok 'allows 7 parameters' small planted
{ echo 'int f(int a, int b, int c, int d, int e, int g,'; echo '      int h, int i)'; body 3; } >planted/a.c
refuses 1 '8 parameters' 'refuses 8 parameters' small planted
{ echo 'int f(int a, int b, int c, int d, int e, int g,'; echo '      int h, ...)'; body 3; } >planted/a.c
ok 'allows 7 parameters and the rest of a sentence' small planted
yes '/* line */' | head -n 600 >planted/a.c
ok 'allows a file of 600 lines' small planted
yes '/* line */' | head -n 601 >planted/a.c
refuses 1 '601 lines' 'refuses a file of 601 lines' small planted

done_testing
