#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto_image verify: signatures by hand (openssl), and every way in which they must not count.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/by_hand.sh"

keys_make
registry_start --strict || exit 1

# --- simple signing ---

fresh simple
refuses 3 'NOT SIGNED' 'an image without signatures is not signed' verify "$image" --key a.pub
refuses 66 '' 'an image that is not there is neither' verify "$registry/simple@sha256:$(printf x | sha256sum | cut -c -64)" --key a.pub
for key in a rsa pss ed; do
	ok "a signature by hand counts: $key" sign_simple $key "$image_digest"
	ok "… as by the key of --key" verify "$image" --key "${key/pss/rsa}.pub"
	refuses 1 'signature.unknown-key' "… and by no other" verify "$image" --key b.pub
done
sign_simple a "$image_digest"
ok 'a signed digest with a key' verify "$image" --key a.pub --format=json
ok '… takes two round trips' [ "$(trips)" -le 2 ]
ok 'the same by a tag' verify "$registry/simple:1" --key a.pub --format=json
ok '… takes three' [ "$(trips)" -le 3 ]
payload "$image_digest" >payload.json
within=$(simple_layer_of payload.json "$(signed a payload.json)" | jq -c --arg data "$(base64 -w0 payload.json)" '.data = $data')
put_sig "$image_digest" "$within"
ok 'a payload that stands in the manifest' verify "$image" --key a.pub --format=json
ok '… takes one round trip' [ "$(trips)" -eq 1 ]
put_sig "$image_digest" "$(jq -c --arg data "$(tr a b <payload.json | base64 -w0)" '.data = $data' <<<"$within")"
ok 'one that is another there is asked for' verify "$image" --key a.pub --format=json
ok '… by its digest' [ "$(trips)" -eq 2 ]
for data in '"%"' '""' 7 null '{}'; do
	put_sig "$image_digest" "$(jq -c ".data = $data" <<<"$within")"
	ok "… and so is what is none: $data" verify "$image" --key a.pub
done
payload "$image_digest" "$registry/$name" '{"x":"z"}' >other.json
put_sig "$image_digest" "$(simple_layer_of other.json "$(signed a payload.json)" | jq -c --arg data "$(base64 -w0 payload.json)" '.data = $data')"
refuses 1 'signature.unknown-key' 'what was signed stands under its own digest only' verify "$image" --key a.pub
payload "$image_digest" >signed.json
payload "$image_digest" "$registry/$name" '{"x":"y"}' >payload.json
put_sig "$image_digest" "$(simple_layer_of payload.json "$(signed a signed.json)")"
refuses 1 'signature.unknown-key' 'a changed payload is not what was signed' verify "$image" --key a.pub

other=sha256:$(printf other | sha256sum | cut -c -64)
payload "$other" >payload.json
put_sig "$image_digest" "$(simple_layer_of payload.json "$(signed a payload.json)")"
refuses 1 'signature.wrong-digest' 'a good signature over another image is refused, also replayed here' verify "$image" --key a.pub
refuses 1 "is over another image, $other" '… and says which' verify "$image" --key a.pub

sign_simple a "$image_digest" registry.example/other/app
refuses 1 'signature.identity' 'one for another repository is refused' verify "$image" --key a.pub
refuses 1 'if the image was copied from there, say so with --identity' '… and says what to do about a copy' verify "$image" --key a.pub
ok '… which then does' verify "$image" --key a.pub --identity registry.example/other/app
refuses 1 'signature.identity' '… for that and nothing else' verify "$image" --key a.pub --identity registry.example/other/ap

sign_simple a "$image_digest" "$registry/$name" '{"stage":"prod","n":"1"}'
ok 'annotations that are required are there' verify "$image" --key a.pub -a stage=prod -a n=1
refuses 1 'signature.annotation' 'another value is refused' verify "$image" --key a.pub -a stage=test
refuses 1 'no such annotation' 'a missing one is refused' verify "$image" --key a.pub -a stage=prod -a more=1

jq -cj '.critical.image["docker-manifest-digest"] |= .' payload.json | sed 's/"type":/"type":"x","type":/' >twice.json
put_sig "$image_digest" "$(simple_layer_of twice.json "$(signed a twice.json)")"
refuses 1 'signature.unreadable' 'a payload with two members of one name is refused' verify "$image" --key a.pub

# --- thresholds ---

payload "$image_digest" >payload.json
one=$(simple_layer_of payload.json "$(signed a payload.json)")
again=$(simple_layer_of payload.json "$(signed a payload.json)")
two=$(simple_layer_of payload.json "$(signed b payload.json)")
put_sig "$image_digest" "$one" "$again"
refuses 1 'signature.same-key' 'one key that signs twice counts once' verify "$image" --key a.pub --key b.pub --threshold 2
refuses 64 'as many different keys, found 1' 'one key given twice is one' verify "$image" --key a.pub --key a.pub --threshold 2
put_sig "$image_digest" "$one" "$two"
ok 'two keys make two' verify "$image" --key a.pub --key b.pub --threshold 2 --format=json
ok '… and one payload is read once' [ "$(trips)" -le 2 ]
refuses 64 'a threshold of 3 wants' 'more than there are keys is a mistake' verify "$image" --key a.pub --key b.pub --threshold 3
openssl pkey -in a.key -pubout -outform DER | openssl pkey -pubin -inform DER -pubout -out a-again.pub
echo >>a-again.pub
refuses 64 'found 1' 'the same key in another file is one' verify "$image" --key a.pub --key a-again.pub --threshold 2

# --- bundles ---

fresh bundles
sign_bundle a "$image_digest"
ok 'a bundle counts' verify "$image" --key a.pub
ok 'a bundle alone' verify "$image" --key a.pub --signature bundle --format=json
ok '… takes three round trips' [ "$(trips)" -le 3 ]
refuses 3 'NOT SIGNED' '… and is no simple signature' verify "$image" --key a.pub --signature simple
refuses 1 'signature.unknown-key' 'a bundle by another key is refused' verify "$image" --key b.pub
fresh attested
sign_bundle a "$image_digest" https://spdx.dev/Document '{"spdxVersion":"SPDX-2.3"}'
refuses 3 'signature.attestation' 'an attestation is no signature' verify "$image" --key a.pub
refuses 3 'NOT SIGNED' '… also when it says so' verify "$image" --key a.pub --attestation spdx
fresh liar
statement "$image_digest" https://spdx.dev/Document >statement.json && envelope a statement.json >envelope.json &&
	bundle envelope.json >bundle.json && referrer "$image_digest" bundle.json
refuses 3 'signature.attestation' 'an annotation that calls it a signature does not make it one' verify "$image" --key a.pub
fresh replayed
sign_bundle a "$other" 2>/dev/null
statement "$other" $sign_type >statement.json && envelope a statement.json >envelope.json && bundle envelope.json >bundle.json &&
	referrer "$image_digest" bundle.json
refuses 1 'signature.wrong-digest' 'a bundle about another image is refused' verify "$image" --key a.pub
fresh noted
sign_bundle a "$image_digest" $sign_type '{}' '{"stage":"prod"}'
ok 'annotations in a bundle' verify "$image" --key a.pub -a stage=prod
refuses 1 'signature.annotation' '… and one that it lacks' verify "$image" --key a.pub -a stage=test
fresh certified
openssl req -x509 -key a.key -subj /CN=someone -days 9 -out a.crt 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key 2>/dev/null
openssl req -x509 -key ca.key -subj /CN=authority -days 9 -out ca.crt 2>/dev/null
openssl req -new -key a.key -subj /CN=someone 2>/dev/null | openssl x509 -req -CA ca.crt -CAkey ca.key -days 9 -out a.crt 2>/dev/null
statement "$image_digest" $sign_type >statement.json && envelope a statement.json >envelope.json
bundle envelope.json | jq -cj --arg der "$(openssl x509 -in a.crt -outform DER | base64 -w0)" \
	'.verificationMaterial = {certificate: {rawBytes: $der}}' >bundle.json
referrer "$image_digest" bundle.json
refuses 1 'signature.certificate' 'a bundle with a certificate is no signature by a key' verify "$image" --key a.pub
fresh both
sign_simple a "$image_digest"
sign_bundle a "$image_digest"
refuses 1 'signature.same-key' 'a key that signs in both forms counts once' verify "$image" --key a.pub --key b.pub --threshold 2
sign_bundle b "$image_digest"
ok 'two keys in two forms are two' verify "$image" --key a.pub --key b.pub --threshold 2

# --- attestations ---

sign_bundle a "$image_digest" https://spdx.dev/Document '{"spdxVersion":"SPDX-2.3"}'
ok 'an attestation that is wanted is there' verify "$image" --key a.pub --attestation https://spdx.dev/Document --attestation-out out.jsonl
is "$(jq -r .predicateType out.jsonl)" https://spdx.dev/Document '… and is written'
refuses 1 'statement.missing' 'one of another type is not' verify "$image" --key a.pub --attestation https://cyclonedx.org/bom
refuses 1 '1 of the keys signed an attestation' 'nor enough of them' verify "$image" --key a.pub --key b.pub --attestation https://spdx.dev/Document:2
refuses 64 'known word' 'a word that means nothing is a mistake' verify "$image" --key a.pub --attestation nonsense
put_att() {
	suffix=att put_sig "$1" "$(descriptor $envelope_layer envelope.json |
		jq -c '.annotations = {predicateType: "https://slsa.dev/provenance/v1"}')"
}
statement "$image_digest" https://cyclonedx.org/bom >statement.json && envelope a statement.json >envelope.json
ok 'an attestation by .att' put_att "$image_digest"
ok '… counts' verify "$image" --key a.pub --attestation cyclonedx
refuses 1 'statement.missing' '… as what it says itself, not as its annotation' verify "$image" --key a.pub --attestation https://slsa.dev/provenance/v1
refuses 1 'statement.unknown-key' 'one by another key does not' verify "$image" --key b.pub --attestation cyclonedx

# --- verdicts ---

fresh judged
vsa() {
	jq -cnj --arg result "$1" --arg time "$2" --arg hex "${3-$(sha256sum <empty | cut -c -64)}" --arg id "${4-https://gate.example}" \
		'{policy: {digest: {sha256: $hex}, uri: "file:layout"}, resourceUri: "x", timeVerified: $time,
			verificationResult: $result, verifiedLevels: [], verifier: {$id}}'
}
vsa_type=https://slsa.dev/verification_summary/v1
sign_simple a "$image_digest"
refuses 1 'vsa.missing' 'an image without a verdict' verify "$image" --key a.pub --vsa
sign_bundle b "$image_digest" $vsa_type "$(vsa PASSED 2026-01-02T00:00:00Z)"
refuses 1 'vsa.unknown-key' 'a verdict by another key does not count' verify "$image" --key a.pub --vsa
ok 'a verdict by a key for verdicts does' verify "$image" --key a.pub --vsa --vsa-key b.pub
ok '… by this verifier' verify "$image" --key a.pub --vsa --vsa-key b.pub --verifier-id https://gate.example
refuses 1 'vsa.verifier' '… by another one it does not' verify "$image" --key a.pub --vsa --vsa-key b.pub --verifier-id https://gate.exampl
ok '… with this layout' verify "$image" --key a.pub --vsa --vsa-key b.pub --layout empty
refuses 1 'vsa.layout' '… with another one it does not' verify "$image" --key a.pub --vsa --vsa-key b.pub --layout a.pub
refuses 1 'vsa.future' '… before its time it does not' verify "$image" --key a.pub --vsa --vsa-key b.pub --at 2026-01-01T00:00:00Z
sign_bundle b "$image_digest" $vsa_type "$(vsa FAILED 2026-01-01T00:00:00Z)"
ok 'an older verdict does not matter' verify "$image" --key a.pub --vsa --vsa-key b.pub
sign_bundle b "$image_digest" $vsa_type "$(vsa FAILED 2026-01-03T00:00:00Z)"
refuses 1 'vsa.failed' 'the newest one decides' verify "$image" --key a.pub --vsa --vsa-key b.pub
failed=sha256:$(sha256sum <referrer.json | cut -c -64)
registry_fault "status 503 path=/manifests/$failed"
refuses 69 'could not find out' '… also when it could not be read' verify "$image" --key a.pub --vsa --vsa-key b.pub --retry-seconds 0
registry_fault "status 404 code=MANIFEST_UNKNOWN path=/manifests/$failed"
refuses 69 'could not find out what the newest verdict' '… or is listed and gone' verify "$image" --key a.pub --vsa --vsa-key b.pub --retry-seconds 0
registry_fault "flip path=/blobs/$(jq -r '.layers[0].digest' referrer.json)"
refuses 69 'could not find out what the newest verdict' '… or has other bytes' verify "$image" --key a.pub --vsa --vsa-key b.pub --retry-seconds 0
registry_fault
sign_bundle b "$image_digest" $vsa_type "$(vsa PASSED 2026-01-04T00:00:00Z)"
ok 'a newer one replaces that' verify "$image" --key a.pub --vsa --vsa-key b.pub --attestation-out verdicts.jsonl
is "$(jq -r '.predicate.verificationResult + " " + .predicate.timeVerified' verdicts.jsonl)" 'PASSED 2026-01-04T00:00:00Z' '… and only what decided is written'
ok '… also for who wants verdicts as attestations' verify "$image" --key a.pub --key b.pub --vsa --attestation $vsa_type --attestation-out verdicts.jsonl
is "$(wc -l <verdicts.jsonl)" 1 '… once'

# --- a list that breaks off ---

list_strict=$registry list_log=$registry_log list_root=$registry_root
registry_start --strict -- --page 1 || exit 1
fresh pages
for key in a b; do sign_bundle $key "$image_digest"; done
ok 'a list of two pages is read to its end' verify "$image" --key a.pub --key b.pub --threshold 2
ok '… also when the first would do' verify "$image" --key a.pub --key b.pub
for fault in 'status 500' 'status 404 code=NOT_FOUND' 'status 404 code=UNSUPPORTED' 'hangup' 'cut 30' 'status 429' 'shorter 20'; do
	registry_fault "$fault path=/referrers/.*last="
	refuses 69 'could not find out' "one that breaks off is no list: $fault" verify "$image" --key a.pub --key b.pub --threshold 2 --retry-seconds 0
done
sign_bundle a "$image_digest" $vsa_type "$(vsa PASSED 2026-01-02T00:00:00Z)"
refuses 69 'could not find out' '… and a newer verdict may stand in the rest' verify "$image" --key a.pub --vsa --retry-seconds 0
registry_stop
registry=$list_strict registry_log=$list_log registry_root=$list_root registry_pid=${registry_pids[-1]}

# --- what is too much, or broken ---

fresh many
payload "$image_digest" >payload.json
layer=$(simple_layer_of payload.json "$(signed a payload.json)")
config=$(descriptor application/vnd.oci.image.config.v1+json empty)
jq -cn --arg type "$manifest_type" --argjson config "$config" --argjson layer "$layer" \
	'{schemaVersion: 2, mediaType: $type, $config, layers: [range(1001) | $layer]}' >sig.json
put_manifest sig.json "${image_digest/:/-}.sig"
refuses 1 'attached.unreadable' 'a thousand and one signatures are refused' verify "$image" --key a.pub
sign_bundle a "$image_digest"
ok '… and do not hide a good one' verify "$image" --key a.pub

# --- what could not be found out ---

fresh faulty
sign_simple a "$image_digest"
registry_fault 'status 429 path=/referrers/'
ok 'what is enough is enough, whatever else cannot be read' verify "$image" --key a.pub --retry-seconds 0
refuses 69 'could not find out' 'a throttled list of referrers is no answer when it could matter' verify "$image" --key a.pub --key b.pub --threshold 2 --retry-seconds 0
refuses 69 'could not find out' '… and no refusal' verify "$image" --key b.pub --retry-seconds 0
fresh faulty2
refuses 69 'could not find out' '… and not "nothing is signed"' verify "$image" --key a.pub --retry-seconds 0
registry_fault 'status 503 path=\.sig$'
sign_bundle a "$image_digest"
ok 'a bundle is enough without .sig' verify "$image" --key a.pub --retry-seconds 0
refuses 69 'could not find out' '… but not by another key' verify "$image" --key b.pub --retry-seconds 0
registry_fault

# --- indexes ---

image_make images one one; one_digest=$image_digest
image_make images two two
image_index images all one two || exit 1
name=index
image_push images all "$registry/index:1"
image=$registry/index@$image_digest
sign_simple a "$image_digest"
ok 'a signed index vouches for what it names' verify "$image" --key a.pub --recursive -v
ok '… and says so' has "$tap_out" index.vouched
"$image_program" revoke --deny-list index.deny --signing-key b.key --digest "$one_digest" --reason old >/dev/null || diag 'no deny list'
index_deny=(--deny-list index.deny --deny-list-key b.pub)
refuses 1 'denied.digest' 'an index that names a revoked image' verify "$image" --key a.pub "${index_deny[@]}"
# An index that nobody signed around one that is signed: what that one names is looked at all the same.
inner_digest=$image_digest
image_index images outer all || exit 1
curl -sSf -o /dev/null -X PUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' \
	--data-binary @"images/blobs/sha256/${image_digest#sha256:}" "http://$registry/v2/index/manifests/outer"
outer=$registry/index@$image_digest image_digest=$inner_digest
ok 'a signed index in an index is enough' verify "$outer" --key a.pub --recursive
refuses 1 'denied.digest' '… but not when it names a revoked image' verify "$outer" --key a.pub --recursive "${index_deny[@]}"
sha512=sha512:$(curl -sSf -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/index/manifests/$one_digest" | sha512sum | cut -c -128)
"$image_program" revoke --deny-list other.deny --signing-key b.key --digest "$sha512" --reason old >/dev/null 2>&1 &&
	refuses 1 'denied.digest' 'an image that is revoked by another digest' verify "$registry/index@$one_digest" --key a.pub --deny-list other.deny --deny-list-key b.pub
name=children
image_push images all "$registry/children:1"
image=$registry/children@$image_digest
refuses 3 'NOT SIGNED' 'an index whose images are not signed' verify "$image" --key a.pub --recursive
sign_simple a "$one_digest"
refuses 1 'REFUSED' '… or only one of them' verify "$image" --key a.pub --recursive
sign_simple a "$(image_digest images two)"
ok 'when all are signed themselves' verify "$image" --key a.pub --recursive
refuses 3 'NOT SIGNED' '… but not without --recursive' verify "$image" --key a.pub
name=index
curl -sSf -o /dev/null -X DELETE "http://$registry/v2/index/manifests/$one_digest"
refuses 1 'index.missing-child' 'an index that names an image which is not there' verify "$registry/index@$image_digest" --key a.pub --recursive

# --- folders, and the real registry without referrers ---

registry_stop
registry_start || exit 1
fresh real
sign_simple a "$image_digest"
ok 'docker-registry: a signed digest' verify "$image" --key a.pub --format=json
ok '… takes two round trips' [ "$(trips)" -le 2 ]
ok 'a copy of it in a folder, signature and all' intoto_image copy --insecure-registry "$registry/real:1" oci-layout:folder:1
ok '… verifies there without a network' intoto_image verify oci-layout:folder:1 --key a.pub
refuses 1 'signature.unknown-key' '… and does not by another key' intoto_image verify oci-layout:folder:1 --key b.pub
sign_bundle a "$image_digest"
jq -c '.layers[0].size = 209715200' referrer.json >large.json && put_manifest large.json
# fallback DIGEST FILE...: the index at the tag sha256-HEX
fallback() {
	local digest=$1 file
	shift
	for file in "$@"; do
		jq -cn --arg type "$manifest_type" --arg artifact $bundle_type --arg digest "sha256:$(sha256sum <"$file" | cut -c -64)" \
			--argjson size "$(wc -c <"$file")" '{mediaType: $type, $digest, $size, artifactType: $artifact}'
	done | jq -cs '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' >fallback.json
	put_manifest fallback.json "${digest/:/-}"
}
fallback "$image_digest" referrer.json large.json
ok 'docker-registry: a bundle by the fallback tag' verify "$image" --key a.pub --signature bundle --format=json
ok '… takes four, for want of the referrers API' [ "$(trips)" -le 4 ]
refuses 1 'attached.too-large' 'a bundle of 200 MB is not read' verify "$image" --key b.pub
ok '… and does not hide a good one' verify "$image" --key a.pub
fresh bare
refuses 3 'NOT SIGNED' 'docker-registry: one that is not signed' verify "$image" --key a.pub
fresh real
registry_stop
refuses 69 '' 'a registry that is not there' verify "$image" --key a.pub --retry-seconds 0

# --- words ---

refuses 64 'want an image' 'no image' verify --key a.pub
refuses 64 '--key FILE' 'no key' verify "$image"
refuses 66 'absent.pub' 'a key that is not there' verify "$image" --key absent.pub
refuses 64 'want each other' 'a deny list without keys' verify "$image" --key a.pub --deny-list x
refuses 69 'could not find out what is revoked' 'a deny list that is not there' verify "$image" --key a.pub --deny-list x --deny-list-key b.pub
refuses 64 'want --vsa' 'a verifier without a verdict' verify "$image" --key a.pub --verifier-id x:y

done_testing
