#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Only what a verified chain made is signed; every way around it is refused, and leaves nothing.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/gate.sh"

registry_start
image_make app one 'first file' && one=$image_digest
image_make app two 'second file' && two=$image_digest
image_push app one "$registry/app:one"
image_push app two "$registry/app:two"
gate_keys && gate_chain "$one"
app=$registry/app

# has_nothing SENTENCE: no signature and no attestation of either image
has_nothing() {
	is "$(curl -s "http://$registry/v2/app/tags/list" | jq -r '.tags | sort | join(" ")')" 'one two' "$1"
}

# --- the chain ---
link broken build packer "\"src\":$(sha 1)" "\"app\":$(sha 2)"
refuses 1 'REFUSED' 'refuses when the chain fails' image sign "$app:one" "${chain[@]:0:4}" --link-dir broken --signing-key signer.pem
cp "$tap_stdout" report && cp "$tap_stderr" remark
is "$(cat remark)" 'intoto image sign: nothing was signed' 'and says that nothing was signed'
intoto verify "${chain[@]:0:4}" --link-dir broken >verify.out 2>&1
is "$(cat report)" "$(cat verify.out)" 'and prints the report of verify to the letter'
refuses 1 '"verdict"' 'and for programs' image sign "$app:one" "${chain[@]:0:4}" --link-dir broken --signing-key signer.pem --format=json
is "$(jq -r .verdict "$tap_stdout")" refused 'which is one JSON object'
refuses 66 'layout.file' 'refuses what could not be decided' image sign "$app:one" --layout none.layout --verification-keys owner.pem.pub --signing-key signer.pem
refuses 1 'layout.signature' 'refuses a layout of somebody else' image sign "$app:one" --layout release.layout --verification-keys signer.pub --link-dir links --signing-key signer.pem
refuses 1 'layout.expiry' 'refuses an expired layout' sign "$app:one" --at 2101-01-01T00:00:00Z
has_nothing 'none of these signed anything'

# --- the product ---
refuses 1 "$two is none of the products of step 'image': it made oci:registry.example/app:1 ($one): nothing was signed" 'refuses an image that is no product' sign "$app:two"
refuses 1 "$one is none of the products of step 'build': it made app (" 'refuses the product of another step' sign "$app:one" --step build
refuses 64 "--step: the layout has no step 'none', want one of build, image" 'refuses a step that is not there' sign "$app:one" --step none
layout two.layout owner 'builder packer' "$(step build builder 1 '["ALLOW","src"]' '["CREATE","oci:base*"],["CREATE","app"]'),$(
	step image packer 1 '["MATCH","*","WITH","PRODUCTS","FROM","build"]' '["CREATE","oci:*"],["ALLOW","*"]')"
refuses 64 'say with --step which one made this: build, image' 'refuses to choose among several steps' image sign "$app:one" --layout two.layout "${chain[@]:2}" --signing-key signer.pem
layout none.layout owner 'builder packer' "$(step image packer 1 '["ALLOW","*"]' '["ALLOW","*"]'),$(
	step build builder 1 '["ALLOW","src"]' '["CREATE","app"],["DISALLOW","oci:*"]')"
refuses 1 "none of the products of step 'build'" 'takes the last step where none makes images' image sign "$app:one" --layout none.layout "${chain[@]:2}" --signing-key signer.pem
has_nothing 'none of these signed anything either'

# --- words ---
refuses 64 'option --unverified excludes --layout' 'refuses to verify and not to verify' sign "$app:one" --unverified
refuses 64 'option --unverified excludes the keys of a layout' 'nor with its keys alone' image sign "$app:one" --unverified --verification-keys owner.pem.pub --signing-key signer.pem
refuses 64 'option --unverified excludes --step' 'nor with a step' image sign "$app:one" --unverified --step image --signing-key signer.pem
refuses 64 'want the layout that decides (--layout FILE), or --unverified' 'refuses without a layout' image sign "$app:one" --signing-key signer.pem
refuses 64 'want the public key of whoever signed the layout' 'refuses a layout without its keys' image sign "$app:one" --layout release.layout --signing-key signer.pem
refuses 64 'want a key that signs' 'refuses without a key' image sign "$app:one" "${chain[@]}"
refuses 65 'this key is public' 'refuses a public key' image sign "$app:one" "${chain[@]}" --signing-key signer.pub
refuses 66 'none.pem' 'refuses a key that is not there' image sign "$app:one" "${chain[@]}" --signing-key none.pem
refuses 64 'want the image to sign' 'refuses without an image' image sign "${chain[@]}" --signing-key signer.pem
refuses 64 "names that begin with intoto. are for the gate itself" 'refuses to borrow the words of the gate' sign "$app:one" -a intoto.layout=x
refuses 64 'want NAME=VALUE' 'refuses half an annotation' sign "$app:one" -a x
refuses 64 'its name came before' 'refuses one annotation twice' sign "$app:one" -a x=1 -a x=2
refuses 64 'want a repository, perhaps with a tag' 'refuses an identity with a digest' sign "$app:one" --identity "$app@$one"
refuses 64 'the image was named without a tag' 'refuses the tag of an image that has none' sign "$app@$one" --identity=tag
refuses 64 '--no-vsa excludes' 'refuses words for a VSA that is not wanted' sign "$app:one" --no-vsa --vsa-verifier https://example.org/v
refuses 64 '--vsa-verifier: want a URI' 'refuses a verifier that is no URI' sign "$app:one" --vsa-verifier me
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem 2>/dev/null
refuses 65 'want RSA, ECDSA P-256 or Ed25519' 'refuses a curve that others verify otherwise' image sign "$app:one" "${chain[@]}" --signing-key p384.pem
has_nothing 'nothing was signed by mistake'

# --- the registry ---
refuses 66 'app:none' 'there is no such image' sign "$app:none"
refuses 69 '127.0.0.1' 'does not speak plain HTTP unasked' "$image_program" sign "$app:one" "${chain[@]}" --signing-key signer.pem --retry-seconds=0
refuses 1 'the tag stands at another digest' 'refuses a tag and a digest that do not fit' sign "$app:two@$one"

# The layout's own inspection moves the tag: between the first look and the second.
image_push app one "$registry/app:moving"
cat >move.sh <<-EOF2
	curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/app/manifests/$two" |
		curl -s -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @- \\
			"http://$registry/v2/app/manifests/moving"
EOF2
layout moving.layout owner 'builder packer' "$(step build builder 1 '["ALLOW","src"]' '["CREATE","app"]'),$(
	step image packer 1 '["MATCH","*","WITH","PRODUCTS","FROM","build"]' '["CREATE","oci:*"],["ALLOW","*"]')" \
	"$(inspection move '"sh","move.sh"' '["ALLOW","*"]' '["ALLOW","*"]')"
refuses 1 "was moved while its chain was verified, from $one to $two: nothing was signed" 'refuses a tag that moved meanwhile' \
	image sign "$app:moving" --layout moving.layout "${chain[@]:2}" --signing-key signer.pem --inspections=host
is "$(curl -s "http://$registry/v2/app/tags/list" | jq -r '.tags | sort | join(" ")')" 'moving one two' 'and signed nothing'

# --- the way through ---
ok 'signs a product' sign "$app:one"
ok 'by its digest' sign "$app@$one"
ok 'by a step that is named' sign "$app:one" --step image
ok 'a layout with several, by a step that is named' image sign "$app:one" --layout two.layout "${chain[@]:2}" --signing-key signer.pem --step image
done_testing
