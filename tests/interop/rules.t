#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Random rules over nasty names: Debian's in-toto (1.x) and ours give the same verdict.  The seed is fixed;
# "rules_python.py SEED COUNT FOLDER" looks at others, and keeps what differs.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto.verifylib, securesystemslib.keys' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip_all "Debian's in-toto is not installed"

ok 'the verdicts of 300 random chains agree' "$python" "$INTOTO_SOURCE/tests/interop/rules_python.py" 1 300 "$tap_work"
tally=$(cat "$tap_out")
diag "$tally"
# Random rules must not refuse everything.
ok 'some of them pass' test "$(sed -n 's/^ *\([0-9]*\) passed$/\1/p' <<<"$tally")" -gt 15

done_testing
