#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# docs/gates.md: each example is a gate that a layout can have, and each gate has one.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

doc=$INTOTO_SOURCE/docs/gates.md
intoto key generate --type ed25519 --no-passphrase -o k.pem >/dev/null
awk '/^```json$/ { inside = 1; next } /^```$/ { if (inside) print ""; inside = 0 } inside { printf "%s ", $0 }' "$doc" |
	grep '^{ "gate": ' >examples
ok 'there are examples' test -s examples
while read -r example; do
	name=$(printf '%s' "$example" | sed 's/^{ "gate": "\([a-z]*\)".*/\1/')
	printf '%s\n' "$name" >>named
	printf '[%s]' "$example" >gates.json
	intoto layout init l -f --expires-in 1d && intoto layout add-step l s --key k.pem.pub --quiet
	ok "the example of $name is a gate" intoto layout add-gate l s "$name:$(printf '%s' "$example" | sed 's/^{ "gate": "[a-z]*", /{ /')"
	ok "... that says what it demands" bash -c "intoto layout show l | grep -q 'gates        $name: .'"
done <examples
sed -n '/^const struct it_gate_kind \*const it_gate_kinds/,/NULL/s/.*&it_gate_\([a-z]*\),.*/\1/p' "$INTOTO_SOURCE/layouts/gates/gate.c" | LC_ALL=C sort >kinds
ok 'each gate has an example' diff kinds <(LC_ALL=C sort -u named)
done_testing
