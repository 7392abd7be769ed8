#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The codes of the checks about images are one list in three places: the table, the code that reports them,
# and the manual of intoto-image-verify.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

shape='(attached|chain|denied|index|signature|statement|threshold|vsa)\.[a-z]+(-[a-z]+)*'

in_table() {
	sed -nE "s/^[[:space:]]*\\{ \"($shape)\",.*/\\1/p" "$1"
}
in_code() {
	cat "$1"/intoto/image/verify*.c "$1"/intoto/cmd/image_verify*.c |
		grep -vE "^[[:space:]]*\\{ \"$shape\"," | grep -oE "\"$shape\"" | tr -d '"'
}
in_manual() {
	sed -e 's/\\-/-/g; s/\\&//g' "$1" | sed -nE "s/^\\.B ($shape)\$/\\1/p"
}
same() {
	LC_ALL=C sort -u "$1" >a
	LC_ALL=C sort -u "$2" >b
	[ -s a ] || { echo "$1 is empty"; return 1; }
	diff -u a b
}

in_table "$INTOTO_SOURCE/intoto/image/verify_report.c" >table
in_code "$INTOTO_SOURCE" >code
in_manual "$INTOTO_SOURCE/docs/intoto-image-verify.1" >manual
ok 'the code reports what the table names, and all of it' same table code
ok 'the manual explains what the table names, and nothing else' same table manual
ok 'the table is sorted and has each code once' bash -c 'LC_ALL=C sort -cu table'

{ cat table; echo signature.invented; } >more
refuses 1 '+signature.invented' 'sees a code that the table does not have' same table more
sed 1d table >less
refuses 1 '-attached.gone' 'sees a code that is explained nowhere' same table less

done_testing
