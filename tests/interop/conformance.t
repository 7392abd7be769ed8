#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The conformance corpus with other verifiers: Debian's in-toto 1.3.1 and in-toto-golang differ from the
# expected verdicts where docs/conformance.md says so, and nowhere else.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

corpus=$INTOTO_SOURCE/tests/conformance
export PYTHONDONTWRITEBYTECODE=1
adapters=()
if /usr/bin/python3 -c 'import in_toto; assert in_toto.__version__ == "1.3.1"' 2>/dev/null; then
	adapters+=("$corpus/adapters/debian-in-toto")
else
	skip "Debian's in-toto 1.3.1 is not installed" 'Debian in-toto'
fi
if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang 2>peers.log); then
	export IN_TOTO_GOLANG=$folder/in-toto-golang
	adapters+=("$corpus/adapters/in-toto-golang")
else
	diag "$(tail -n 3 peers.log)"
	skip 'in-toto-golang of Debian 13 cannot be had' 'in-toto-golang'
fi
[ ${#adapters[@]} -gt 0 ] || skip_all 'there is no other verifier'

ok 'the verifiers are driven through the corpus' python3 "$corpus/run.py" --observe observed.json "${adapters[@]}"
ok 'every difference has its cause, and every cause its difference' python3 "$corpus/run.py" --differences observed.json
cp "$tap_stdout" table.md
if [ ${#adapters[@]} -eq 2 ]; then
	# The page holds the table that this command prints.
	same_table() {
		sed -n '/^<!-- the table/,/^<!-- the end/p' "$INTOTO_SOURCE/docs/conformance.md" | sed '1d;$d' >page.md
		diff page.md table.md
	}
	ok 'docs/conformance.md has the table that comes out' same_table
else
	skip 'both verifiers are needed' 'docs/conformance.md has the table that comes out'
fi

done_testing
