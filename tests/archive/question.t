#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What an archive is asked: inspections that nobody runs again, other layouts, with which words, and as of when.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob packer
prints() { refuses 0 "$@"; }

pack() {
	local out=$1
	shift
	rm -f "$out" && intoto archive pack -o "$out" -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key packer.pem \
		--inspections host "$@"
}
check() { intoto archive verify --key packer.pem.pub "$@"; }
asks() { check --verification-keys owner.pem.pub --layout "$@"; }

# --- inspections -------------------------------------------------------------------------------------------
# start INSPECTIONS [OF THE LAYOUT]: "build" is a sublayout of alice with them, whose step "one" is bob's
start() {
	rm -rf links && mkdir links && layout root.layout owner alice "$(step build alice 1 '' '["ALLOW","*"]')" "${2-}" &&
		sub=links/build.${id[alice]:0:8} && layout "$sub.link" alice bob "$(step one bob 1 '' '["ALLOW","*"]')" "$1" &&
		link "$sub" one bob '' "\"app\":$(sha 1)"
}
look=$(inspection look '"true"' '["ALLOW","*"]' '["ALLOW","*"]')
start "$look"
ok 'a chain whose sublayout inspects is packed' pack sub.tar
prints 'PASSED: sub.tar' 'and passes' check sub.tar
ok 'with the warning' has "$tap_out" 'but for its inspections, which look at what was shipped: they passed when it was packed [archive.inspections]'
start "$(inspection no '"false"' '' '')"
ok 'one whose inspection fails is packed' pack refused.tar --even-if-refused
refuses 1 'REFUSED: refused.tar' 'and refused' check refused.tar
start "$look" && link "$sub" one alice '' "\"app\":$(sha 1)" && rm "$sub/one.${id[bob]:0:8}.link"
ok 'one whose step nobody did who may' pack refused.tar --even-if-refused
refuses 1 'REFUSED: refused.tar' 'is refused, too' check refused.tar
start "$look" && expires=2040-01-01T00:00:00Z layout "$sub.link" alice bob "$(step one bob 1 '' '["ALLOW","*"]')" "$look"
ok 'a sublayout that ends' pack ends.tar
prints 'PASSED: ends.tar' 'passes as of when it was packed' check ends.tar
refuses 1 'REFUSED: ends.tar' 'and fails for more than its inspection later' check --at 2041-01-01T00:00:00Z ends.tar
start '' "$look"
ok 'a chain whose layout inspects is packed' pack root.tar
prints 'PASSED: root.tar' 'and passes' check root.tar
prints 'PASSED: root.tar' 'under the same layout, too' asks root.layout root.tar
ok 'with the warning for it' has "$tap_out" 'the chain passes under the layout that was given, but for its inspections'
layout other.layout owner alice "$(step build alice 1 '' '["ALLOW","*"]')" "$(inspection look '"true","that"' '["ALLOW","*"]' '["ALLOW","*"]')"
refuses 1 'UNDECIDED: root.tar' 'under one with another inspection nobody can tell' asks other.layout root.tar
ok 'for nobody ran that one' has "$tap_out" 'they are not those that passed when it was packed [archive.inspections]'
layout strict.layout owner 'alice bob' "$(step build alice 1 '' '["ALLOW","*"]'),$(step more bob 1 '' '')" "$look"
refuses 1 'REFUSED: root.tar' 'under a stricter one it does not pass' asks strict.layout root.tar

# --- parameters and allowances -----------------------------------------------------------------------------
rm -rf links && layout root.layout owner alice "$(step build alice 1 '' '["ALLOW","{what}"],["DISALLOW","*"]')" '' &&
	link links build alice '' "\"app\":$(sha 1)"
ok 'a chain with a parameter is packed' pack words.tar --param what=app
prints 'it is verified with the parameters in the archive: what=app [archive.parameters]' 'which is told' check words.tar
prints 'PASSED: words.tar' 'and used under the same layout' asks root.layout words.tar
ok 'as is told' has "$tap_out" 'with the parameters in the archive: what=app'
refuses 1 'REFUSED: words.tar' 'others refuse it' asks root.layout words.tar --param what=lib
ok 'and are told' has "$tap_out" 'it is verified with the parameters that were given: what=lib'
refuses 1 'REFUSED: words.tar' 'also under its own layout' check words.tar --param what=lib
prints 'PASSED' 'the same ones do not' check words.tar --param what=app
refuses 64 '--param: want NAME=VALUE' 'a parameter without a value' check words.tar --param what
layout root.layout owner alice "$(step build alice 0 '' '["ALLOW","*"]')" ''
ok 'a chain with an allowance is packed' pack zero.tar --allow zero-threshold
prints 'it is verified with the allowances in the archive: zero-threshold [archive.allowances]' 'which is told' check zero.tar
prints 'PASSED: zero.tar' 'and used under the same layout' asks root.layout zero.tar
refuses 1 'REFUSED: zero.tar' 'unless others are given' asks root.layout zero.tar --allow no-expiry
ok 'which is told' has "$tap_out" 'it is verified with the allowances that were given: no-expiry'
prints 'PASSED' 'or the same' asks root.layout zero.tar --allow no-expiry --allow zero-threshold
refuses 64 'zero' 'no such allowance' check zero.tar --allow everything

# --- what the key of --key vouches for -----------------------------------------------------------------------
intoto archive pack -o good.tar -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key packer.pem --allow zero-threshold \
	--compression none --product app --release 1.0 >/dev/null
bobs() {
	layout own.layout bob bob "$(step build bob 1 '' '["ALLOW","*"]')" '' && link own build bob '' "\"app\":$(sha 6)" &&
		intoto archive pack -o own.tar -l own.layout --verification-keys bob.pem.pub --link-dir own --signing-key bob.pem --product app --release 1.0
}
ok 'a functionary packs a chain of his own' bobs
refuses 1 'the manifest is signed by none of the 1 keys' 'which is nothing for who trusts the packer' check own.tar
prints 'PASSED: own.tar' 'and a release for who takes his key for that of one' intoto archive verify --key bob.pem.pub own.tar
refuses 1 'REFUSED: own.tar' 'unless the owner of the layout is named' intoto archive verify --key bob.pem.pub --verification-keys owner.pem.pub own.tar
# What he signed as evidence: the manifest's place is for manifests.
posed() {
	printf '{"_type":"link","name":"build","command":[],"materials":{},"products":{},"byproducts":{},"environment":{}}' >payload &&
		printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}' "$(base64 -w0 payload)" >envelope &&
		intoto sign -q --unchecked -f envelope -k bob.pem -o pose/manifest.dsse.json &&
		(cd pose && tar --format=ustar -cf ../posed.tar manifest.dsse.json $(cd .. && tar -tf good.tar | tail -n +2)) &&
		intoto archive verify --key bob.pem.pub posed.tar
}
mkdir pose && tar -xf good.tar -C pose
refuses 65 'posed.tar: manifest.dsse.json: ' 'a link that he signed is no manifest' posed

done_testing
