#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a manifest says of each step: its own evidence, also where sublayouts have steps and files of one name, or none.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob carol

mkdir links
layout root.layout owner alice "$(step app alice 1 '' ''),$(step lib alice 1 '' '')" ''
for name in app lib; do
	sub=links/$name.${id[alice]:0:8}
	layout "$sub.link" alice 'bob carol' "$(step one bob 1 '' '["ALLOW","*"]')" ''
	link "$sub" one bob '' "\"$name\":$(sha 1)"
done
pack() {
	intoto archive pack -o app.tar.zst -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key carol.pem "$@"
}
refuses 0 'the chain passed' 'a chain of two sublayouts is packed' pack
evidence() { intoto archive show app.tar.zst | jq -r --arg step "$1" '.predicate.completeness[] | select(.step == $step) | .evidence[]'; }
is "$(evidence app/one)" "links/app.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'each step has its own file'
is "$(evidence lib/one)" "links/lib.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'not the one of the same name elsewhere'
ok 'it passes' intoto archive verify --key carol.pem.pub app.tar.zst
rm "links/lib.${id[alice]:0:8}/"*
refuses 0 'DID NOT PASS' 'without the evidence of one' pack --even-if-refused
is "$(evidence app/one)" "links/app.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'the other has its own'
is "$(evidence lib/one)" '' 'and this one none'

done_testing
