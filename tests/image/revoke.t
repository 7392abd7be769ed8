#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto image revoke, and intoto image verify with what it wrote.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/by_hand.sh"

keys_make
for name in security successor; do
	openssl genpkey -algorithm ED25519 -out $name.key && openssl pkey -in $name.key -pubout -out $name.pub
done
registry_start --strict || exit 1
deny=(--deny-list denied.json --deny-list-key security.pub)
revoke() {
	"$image_program" revoke --deny-list denied.json --signing-key security.key --insecure-registry "$@"
}
version() {
	jq -r .payload denied.json | base64 -d | jq -r .version
}

fresh app
sign_simple a "$image_digest"

# --- making one ---

refuses 64 'want the reason' 'what is revoked has a reason' revoke --key a.pub
refuses 64 'want what is revoked' 'and is something' revoke --reason x
refuses 64 'want the key that signs' 'and somebody signs it' "$image_program" revoke --deny-list denied.json --key a.pub --reason x
refuses 65 '64 lower-case hex digits' 'a digest is one' revoke --digest sha256:abc --reason x
refuses 66 'denied.json' 'what is not there is not renewed' revoke --renew
ok 'nothing was written by these' test ! -e denied.json
ok 'a list that denies another key' revoke --key stranger.pub --reason "not ours" --by 'sec@example' --since 2026-01-02T03:04:05Z
is "$(version)" 1 'its version is 1'
ok 'it is a DSSE envelope of its own type' [ "$(jq -r .payloadType denied.json)" = application/vnd.intoto.deny-list+json ]
ok 'an image by another key is as good as before' verify "$image" --key a.pub "${deny[@]}"

# --- keys ---

ok 'the key is revoked' revoke --key a.pub --reason $'laptop stolen\e[2J' --by 'sec@example' --since 2026-01-02T03:04:05Z
is "$(version)" 2 'each change has a version'
refuses 1 'denied.key' 'its signature counts no more' verify "$image" --key a.pub "${deny[@]}"
refuses 1 'revoked since 2026-01-02T03:04:05Z by "sec@example": "laptop stolen\u{1b}[2J"' '… and it says when, who and why, tamely' verify "$image" --key a.pub "${deny[@]}"
openssl pkey -in a.key -pubout -outform DER -out a.der && openssl pkey -pubin -inform DER -in a.der -pubout -out renamed.pub
refuses 1 'denied.key' 'by its material, whatever the file is called' verify "$image" --key renamed.pub "${deny[@]}"
payload "$image_digest" >payload.json
put_sig "$image_digest" "$(simple_layer_of payload.json "$(signed a payload.json)")" "$(simple_layer_of payload.json "$(signed b payload.json)")"
ok 'another key is enough for one' verify "$image" --key a.pub --key b.pub "${deny[@]}"
refuses 1 'threshold.missed' 'but a revoked one helps to no threshold' verify "$image" --key a.pub --key b.pub --threshold 2 "${deny[@]}"
sign_bundle a "$image_digest"
refuses 1 'denied.key' 'nor in a bundle' verify "$image" --key a.pub --signature bundle "${deny[@]}"
sign_bundle a "$image_digest" https://spdx.dev/Document
refuses 1 'statement.missing' 'nor for an attestation' verify "$image" --key a.pub --key b.pub --attestation https://spdx.dev/Document "${deny[@]}" --all
ok 'it is taken back' revoke --remove --key a.pub
ok '… and counts again' verify "$image" --key a.pub "${deny[@]}"
refuses 66 'does not deny the key' '… which works once' revoke --remove --key a.pub

# --- images ---

ok 'an image is revoked' revoke "$registry/app:1" --reason CVE-2026-1
refuses 1 'denied.digest' '… and refused by its tag' verify "$registry/app:1" --key a.pub "${deny[@]}"
refuses 1 'CVE-2026-1' '… and by its digest, with the reason' verify "$image" --key a.pub "${deny[@]}"
ok '… without looking at its signatures' lacks "$tap_out" signature.
ok '… and let be' revoke --remove --digest "$image_digest"
config=$(jq -r .config.digest image.json)
ok 'a part of an image is revoked' revoke --digest "$config" --reason 'bad base'
refuses 1 'denied.layer' '… and so the image is' verify "$image" --key a.pub "${deny[@]}"
ok '… no more' revoke --remove --digest "$config"
layer=$(jq -r '.layers[0].digest' sig.json)
ok 'a signature is revoked by its digest' revoke --digest "$layer" --reason 'signed by mistake'
refuses 1 'denied.digest' '… and counts no more' verify "$image" --key a.pub --signature simple "${deny[@]}"
ok '… no more' revoke --remove --digest "$layer"
ok 'a name is revoked' revoke --identity "$registry/app" --reason 'abandoned'
refuses 1 'denied.identity' '… and signatures for it count no more' verify "$image" --key a.pub --signature simple "${deny[@]}"
sign_simple a "$image_digest" "$registry/app:1"
refuses 1 'denied.identity' '… nor those for a tag of it' verify "$image" --key a.pub --signature simple "${deny[@]}"
refuses 1 'denied.identity' '… whatever form is looked at first' verify "$image" --key a.pub "${deny[@]}"
refuses 1 'denied.identity' '… also by its bundle, which names no image' verify "$image" --key a.pub --signature bundle "${deny[@]}"
ok '… no more' revoke --remove --identity "$registry/app"
ok 'another name is revoked' revoke --identity "$registry/app22" --reason 'abandoned'
sign_simple a "$image_digest" "$registry/app2"
refuses 1 'signature.identity' '… and is another' verify "$image" --key a.pub --signature simple "${deny[@]}"
ok '… no more' revoke --remove --identity "$registry/app22"
ok 'a name is revoked in another spelling' revoke --identity "Registry.EXAMPLE/team/app" --reason 'abandoned'
sign_simple a "$image_digest" registry.example/team/app
refuses 1 'denied.identity' '… and is the same name' verify "$image" --key a.pub --signature simple --identity registry.example/team/app "${deny[@]}"
ok '… also when it is taken back' revoke --remove --identity registry.example/team/app
sign_simple a "$image_digest"

# --- verifiers, and several who sign one thing ---

vsa_type=https://slsa.dev/verification_summary/v1
# vsa ID: a verdict of that verifier
vsa() {
	jq -cnj --arg id "$1" '{resourceUri: "x", timeVerified: "2026-01-02T00:00:00Z", verificationResult: "PASSED", verifiedLevels: [], verifier: {$id}}'
}
sign_bundle a "$image_digest" $vsa_type "$(vsa HTTPS://gate.EXAMPLE:443/team)"
ok 'a verdict counts' verify "$image" --key a.pub --vsa "${deny[@]}"
ok 'its verifier is revoked' revoke --identity https://gate.example/team --reason 'broken gate'
refuses 1 'denied.identity' '… however the verdict spells it' verify "$image" --key a.pub --vsa "${deny[@]}"
ok '… no more' revoke --remove --identity https://gate.example/team
# twice KEY KEY STATEMENT: an envelope that both have signed
twice() {
	envelope "$1" "$3" >one.json && envelope "$2" "$3" >two.json && jq -cs '.[0].signatures += .[1].signatures | .[0]' one.json two.json
}
# put_twice KEY KEY TYPE [PREDICATE]: in the .att tag, whose envelopes may have several
put_twice() {
	statement "$image_digest" "$3" "${4-{\}}" >statement.json && twice "$1" "$2" statement.json >envelope.json &&
		suffix=att put_sig "$image_digest" "$(descriptor $envelope_layer envelope.json | jq -c --arg type "$3" '.annotations = {predicateType: $type}')"
}
fresh twice
sign_simple b "$image_digest"
document=https://spdx.dev/Document
ok 'an attestation that two keys signed' put_twice a b $document
ok '… counts for both' verify "$image" --key a.pub --key b.pub --attestation $document:2 "${deny[@]}"
ok 'one of them is revoked' revoke --key a.pub --reason stolen
for order in 'a b' 'b a'; do
	# shellcheck disable=SC2086 # two words
	put_twice $order $document
	ok "… and does not take the other along: $order" verify "$image" --key a.pub --key b.pub --attestation $document "${deny[@]}"
	refuses 1 'statement.missing' "… but is not hidden by it: $order" verify "$image" --key b.pub --key a.pub --attestation $document:2 "${deny[@]}"
	ok '… and is told' has "$tap_out" 'denied.key'
	# shellcheck disable=SC2086 # two words
	put_twice $order $vsa_type "$(vsa https://gate.example)"
	ok "… and so for verdicts: $order" verify "$image" --key a.pub --key b.pub --vsa "${deny[@]}"
	refuses 1 'the key of this verdict is revoked' "… which the revoked one does not make alone: $order" verify "$image" --key b.pub --vsa --vsa-key a.pub "${deny[@]}"
done
statement "$image_digest" $sign_type >statement.json && twice a b statement.json >envelope.json && bundle envelope.json >bundle.json && referrer "$image_digest" bundle.json
refuses 1 'want exactly one signature' 'a bundle has one signature' verify "$image" --key a.pub --key b.pub --signature bundle
ok 'it is taken back' revoke --remove --key a.pub
fresh app
sign_simple a "$image_digest"
ok 'all is well again' verify "$image" --key a.pub "${deny[@]}"

# --- lists that cannot be consulted ---

cannot='could not find out what is revoked'
refuses 69 "$cannot" 'a list by another key is none' verify "$image" --key a.pub --deny-list denied.json --deny-list-key successor.pub
now=$(version)
ok 'a list of this version or newer' verify "$image" --key a.pub "${deny[@]}" --deny-list-version "$now"
refuses 69 'an old one was put back' 'an older one is none' verify "$image" --key a.pub "${deny[@]}" --deny-list-version $((now + 1))
refuses 69 'it expired on' 'one that has expired is none' verify "$image" --key a.pub "${deny[@]}" --at 2199-01-01T00:00:00Z
# by_hand ISSUED EXPIRES: a list of these times
by_hand() {
	local type=application/vnd.intoto.deny-list+json

	jq -cnj --arg issued "$1" --arg expires "$2" '{_type: "https://in-toto.io/intoto/deny-list/v1", version: 1, $issued, $expires, entries: []}' >list.json
	{ printf 'DSSEv1 %d %s %d ' ${#type} $type "$(wc -c <list.json)"; cat list.json; } >pae
	openssl pkeyutl -sign -rawin -inkey security.key -in pae | base64 -w0 >list.sig
	jq -cnj --arg type $type --arg payload "$(base64 -w0 <list.json)" --arg sig "$(cat list.sig)" '{payloadType: $type, $payload, signatures: [{$sig}]}'
}
by_hand 2026-01-01T00:00:00Z 2199-01-01T00:00:00Z >hand.json
ok 'a list by hand is one' verify "$image" --key a.pub --deny-list hand.json --deny-list-key security.pub
by_hand 2026-01-01T00:00:00Z 2026-01-02T00:00:00Z >hand.json
refuses 69 'it expired on 2026-01-02T00:00:00Z' '… and one that has expired is none' verify "$image" --key a.pub --deny-list hand.json --deny-list-key security.pub
refuses 69 'it expired on 2026-01-02T00:00:00Z' '… also for who looks at the time when it was good' verify "$image" --key a.pub --deny-list hand.json --deny-list-key security.pub --at 2026-01-01T12:00:00Z
cp denied.json kept.json
jq -c '.payload |= (@base64d | sub("not ours"; "is ours!") | @base64)' kept.json >denied.json
refuses 69 "$cannot" 'one that was changed is none' verify "$image" --key a.pub "${deny[@]}"
refuses 1 'none of the keys at hand' '… and is not signed again' revoke --key b.pub --reason x
printf '{' >denied.json
refuses 69 "$cannot" 'one that is broken is none' verify "$image" --key a.pub "${deny[@]}"
refuses 65 'denied.json' '… and is not replaced' revoke --key b.pub --reason x
envelope security <(statement "$image_digest" https://example.org/x) >denied.json 2>/dev/null
refuses 69 "$cannot" 'another document by the same key is none' verify "$image" --key a.pub "${deny[@]}"
cp kept.json denied.json

# --- keeping one ---

refuses 1 'none of the keys at hand' 'another key does not take over a list' "$image_program" revoke --deny-list denied.json --signing-key successor.key --renew
ok '… unless it knows the one before' "$image_program" revoke --deny-list denied.json --signing-key successor.key --deny-list-key security.pub --renew --expires 12h
ok '… and then it is its own' verify "$image" --key a.pub --deny-list denied.json --deny-list-key successor.pub
is "$(version)" $((now + 1)) 'a renewal has a version, too'
ok 'it is shown' "$image_program" revoke --deny-list denied.json --show
ok '… with a warning' has "$tap_out" 'SIGNATURE NOT LOOKED AT'
ok 'it is shown as JSON, by a key' "$image_program" revoke --deny-list denied.json --show --deny-list-key successor.pub --format=json
ok '… with what it denies' jq -e '.entries[0].reason == "not ours" and .expired == false and .signedBy' "$tap_stdout"
cp kept.json denied.json
for number in 1 2 3 4; do revoke --identity "writer$number" --reason x >/dev/null & done
wait -n; wait -n; wait -n; wait -n
is "$(jq -r .payload denied.json | base64 -d | jq '[.entries[].value | select(startswith("writer"))] | length')" 4 'four who revoke at once lose nothing'

done_testing
