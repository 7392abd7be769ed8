#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same evidence gives the same archive from wherever it was read, and nobody learns where that was.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob packer
intoto key generate --type ecdsa-p256 --no-passphrase -o ecdsa >/dev/null
export SOURCE_DATE_EPOCH=1900000000

# A sublayout, a bundle beside the links, and a report that a link names.
mkdir l reports && echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}' >l/sbom.json
layout root.layout owner 'alice bob' "$(step build alice 1 '' '["ALLOW","*"]'),$(step test bob 1 '' '["ALLOW","*"]')" ''
sub=l/build.${id[alice]:0:8}
layout "$sub.link" alice bob "$(step one bob 1 '' '["ALLOW","*"]')" ''
link "$sub" one bob '' "\"l/app\":$(sha 1),\"sbom\":{\"sha256\":\"$(sha256sum l/sbom.json | cut -c -64)\"}"
link . test bob '' "\"l/app\":$(sha 1)" && jq -c . test.*.link >l/all.intoto.jsonl && rm test.*.link
cp -r l few && rm few/all.intoto.jsonl
pack() { # OUT PATH-TO-HERE LINKS [MORE...]
	local out=$1 here=$2 links=$3
	shift 3
	intoto archive pack -o "$out" -l "${here}root.layout" --verification-keys owner.pem.pub --link-dir "$here$links" --signing-key packer.pem \
		--at @1900000000 --compression none "$@"
}
# say NAME HERE LINKS [MORE...]: an archive of that, which is the first one's, byte by byte
same() {
	local name=$1
	shift
	pack again.tar "$@" >/dev/null && cmp "$name" again.tar
}
ok 'it is packed by a relative path' pack one.tar '' l
for here in ./ "$PWD/" ../work/ "$PWD/../work/"; do
	ok "and gives the same bytes by ${here/$PWD/\$PWD}l" same one.tar "$here" l
done
ok 'or with a slash behind' same one.tar '' l/
inside() { (cd l && intoto archive pack -o ../again.tar -l ../root.layout --verification-keys ../owner.pem.pub --signing-key ../packer.pem --at @1900000000 \
	--compression none "$@") && cmp again.tar "${reference-one.tar}"; }
ok 'or from inside, where its files are no reports' not inside
pack bare.tar '' l >/dev/null
ok 'unless they are named' inside --raw .
ok 'which is so by whatever name of the folder' eval 'inside --link-dir ./ --raw . && inside --link-dir "$PWD/l" --raw .'
ok 'the path to here is not in it' lacks one.tar "$PWD"
report() { intoto archive show "$1" report/verification.json; }
is "$(report one.tar | jq -r '.layout')" layout/root.layout 'the report names the layout as the archive does'
is "$(report one.tar | jq -c '[.inputs[].uri]')" \
	"[\"layout/root.layout\",\"links/all.intoto.jsonl#1\",\"links/build.${id[alice]:0:8}.link\",\"links/build.${id[alice]:0:8}/one.${id[bob]:0:8}.link\"]" \
	'and what was read by the names of members'
is "$(report one.tar | jq -r '.checks[] | select(.code == "sublayout.verdict").subject')" "links/build.${id[alice]:0:8}.link" 'sublayouts, too'
uris() { intoto archive show "$1" report/vsa.dsse.json | jq -r .payload | base64 -d | jq -c '[.predicate.policy.uri, .predicate.inputAttestations[].uri] | map(startswith("file:l")) | all'; }
is "$(uris one.tar)" true 'and the VSA'

# --- one that does not pass ----------------------------------------------------------------------------
echo broken >"few/test.${id[bob]:0:8}.link"
ok 'one that was refused' pack refused.tar '' few --even-if-refused
for here in ./ "$PWD/"; do
	ok "gives the same bytes by ${here/$PWD/\$PWD}few" same refused.tar "$here" few --even-if-refused
	ok 'without the path to here' lacks again.tar "$PWD"
done
ok 'one without its folder' pack none.tar '' none --even-if-refused
ok 'does not say where it was looked for' same none.tar "$PWD/" none --even-if-refused

# --- a bundle in the place of the folder -----------------------------------------------------------------
layout root.layout owner bob "$(step test bob 1 '' '["ALLOW","l/*"]')" '' && mv l/all.intoto.jsonl lines
ok 'a bundle is packed' pack bundle.tar '' lines
ok 'and gives the same bytes by its absolute path' same bundle.tar "$PWD/" lines
is "$(report bundle.tar | jq -c '[.inputs[].uri]')" '["layout/root.layout","links/lines.intoto.jsonl#1"]' 'with the name that it has there'
is "$(report bundle.tar | jq -r '.checks[] | select(.code == "rule.allow").subject')" 'ALLOW l/*' 'artifacts have the names that they have'

# --- signatures ------------------------------------------------------------------------------------------
ecdsa() { intoto archive pack -o "$1" -l root.layout --verification-keys owner.pem.pub --link-dir lines --signing-key ecdsa --at @1900000000 --compression none; }
ok 'it is signed with a key of ECDSA' ecdsa e1.tar
ok 'and again' ecdsa e2.tar
ok 'which gives another signature each time' not cmp -s e1.tar e2.tar

done_testing
