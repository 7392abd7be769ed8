#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The reason codes of a report are one list in three places: the table, the code that reports them, and
# the manual of intoto-verify.  (Options and pages: tests/cli/manual.t.)
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

shape='(attestation|gate|inspection|layout|link|rule|step|sublayout)\.[a-z]+(-[a-z]+)*'

in_table() {
	sed -nE "s/^[[:space:]]*\\{ \"($shape)\",.*/\\1/p" "$1"
}
# Findings of intoto layout lint have codes of their own (layouts/lint_codes.c).
# The code of a rule kind is made of its name, which is that of its file; so is that of a gate.
in_code() {
	find "$1/layouts" "$1/intoto" -name '*.c' ! -name report_codes.c ! -name 'lint*.c' ! -name layout_lint.c -print0 |
		xargs -0 grep -hoE "\"$shape\"" | tr -d '"'
	find "$1/layouts" -name 'rule_*.c' | sed 's|.*/rule_|rule.|; s|\.c$||'
	sed -nE 's/^extern const struct it_gate_kind it_gate_([a-z]+);/gate.\1/p' "$1/layouts/gates/gate.h"
}
# Names of files and members look like codes; in the manual a code stands in bold, at the begin of a
# paragraph or within one.
in_manual() {
	sed -e 's/\\-/-/g; s/\\&//g' "$1" | sed -nE "s/^\\.(B|BR) ($shape).*/\\2/p; s/.*\\\\fB($shape)\\\\f.*/\\1/p"
}
same() {
	LC_ALL=C sort -u "$1" >a
	LC_ALL=C sort -u "$2" >b
	[ -s a ] || { echo "$1 is empty"; return 1; }
	diff -u a b
}

in_table "$INTOTO_SOURCE/layouts/report_codes.c" >table
in_code "$INTOTO_SOURCE" >code
in_manual "$INTOTO_SOURCE/docs/intoto-verify.1" >manual
ok 'the code reports what the table names, and all of it' same table code
ok 'the manual explains what the table names, and nothing else' same table manual
ok 'the table is sorted and has each code once' bash -c 'LC_ALL=C sort -cu table'

{ cat table; echo link.invented; } >more
refuses 1 '+link.invented' 'sees a code that the table does not have' same table more
sed 1d table >less
refuses 1 '-attestation.file' 'sees a code that is explained nowhere' same table less

done_testing
