#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What signing leaves in a registry: both forms, whole, once, whoever signs meanwhile.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/gate.sh"

image_make app one 'first file' && one=$image_digest
image_make app two 'second file' && two=$image_digest
image_index app both one two && both=$image_digest
registry_start
gate_keys && gate_chain "$one"

manifest() {
	curl -sf -H 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' \
		"http://$registry/v2/$1/manifests/$2"
}
blob() { curl -sf "http://$registry/v2/$1/blobs/$2"; }
# layers REPOSITORY DIGEST SUFFIX: how many are in the tag
layers() { manifest "$1" "${2/:/-}$3" | jq '.layers | length'; }
# referrers REPOSITORY DIGEST: how many are in the fallback tag
referrers() { manifest "$1" "${2/:/-}" | jq '.manifests | length'; }
# statement REPOSITORY DIGEST TYPE: the payload of the bundle of that predicate type
statement() {
	local name

	for name in $(manifest "$1" "${2/:/-}" | jq -r '.manifests[].digest'); do
		[ "$(manifest "$1" "$name" | jq -r '.annotations["dev.sigstore.bundle.predicateType"]')" = "$3" ] || continue
		blob "$1" "$(manifest "$1" "$name" | jq -r '.layers[0].digest')" | jq -r .dsseEnvelope.payload | base64 -d
		return
	done
}
sign_type=https://sigstore.dev/cosign/sign/v1
vsa_type=https://slsa.dev/verification_summary/v1
layout_digest=sha256:$(sha256sum release.layout | cut -d' ' -f1)

# --- both forms ---
image_push app one "$registry/app:one"
ok 'signs by three keys' sign "$registry/app:one" --signing-key rsa.pem --signing-key ed.pem -a team=core --vsa-verifier https://example.org/gate
is "$(layers app "$one" .sig) $(layers app "$one" .att) $(referrers app "$one")" '3 3 6' 'each signs the image and the verdict, in both forms'
manifest app "${one/:/-}.sig" >sig.json
is "$(jq -r '.layers[0].mediaType' sig.json)" application/vnd.dev.cosign.simplesigning.v1+json 'a layer of simple signing'
blob app "$(jq -r '.layers[0].digest' sig.json)" >payload
is "$(jq -S -c . payload)" "$(jq -S -c -n --arg d "$one" --arg r "$registry/app" --arg l "$layout_digest" \
	'{critical:{identity:{"docker-reference":$r},image:{"docker-manifest-digest":$d},type:"cosign container image signature"},optional:{team:"core","intoto.layout":$l,"intoto.step":"image"}}')" \
	'says what cosign, podman and skopeo read, and by which layout'
jq -r '.layers[0].annotations["dev.cosignproject.cosign/signature"]' sig.json | base64 -d >signature
ok 'openssl verifies it' openssl dgst -sha256 -verify signer.pub -signature signature payload
jq -r '.layers[1].annotations["dev.cosignproject.cosign/signature"]' sig.json | base64 -d >signature
ok 'RSA by PKCS 1' openssl dgst -sha256 -verify rsa.pub -signature signature payload
jq -r '.layers[2].annotations["dev.cosignproject.cosign/signature"]' sig.json | base64 -d >signature
ok 'Ed25519 over the whole message' openssl pkeyutl -verify -pubin -inkey ed.pub -rawin -in payload -sigfile signature
is "$(blob app "$(jq -r .config.digest sig.json)" | jq -c '[.rootfs.diff_ids, .os]')" "$(jq -c '[[.layers[].digest], ""]' sig.json)" 'its configuration fits its layers'

is "$(statement app "$one" $sign_type | jq -c '.subject, .predicate')" "$(jq -c -n --arg h "${one#*:}" --arg l "$layout_digest" \
	'[{annotations:{"intoto.layout":$l,"intoto.step":"image",team:"core"},digest:{sha256:$h}}], {}')" 'the statement of cosign 3'
manifest app "$(manifest app "${one/:/-}" | jq -r '.manifests[0].digest')" >bundle.json
is "$(jq -r '[.artifactType, .config.artifactType, .config.mediaType, .layers[0].mediaType, .subject.digest, .annotations["dev.sigstore.bundle.content"]] | join(" ")' bundle.json)" \
	"application/vnd.dev.sigstore.bundle.v0.3+json application/vnd.dev.sigstore.bundle.v0.3+json application/vnd.oci.empty.v1+json application/vnd.dev.sigstore.bundle.v0.3+json $one dsse-envelope" \
	'in the manifest of cosign 3'
statement app "$one" $vsa_type >vsa.json
is "$(jq -r '.predicate | [.verificationResult, .verifier.id, "sha256:" + .policy.digest.sha256] | join(" ")' vsa.json)" \
	"PASSED https://example.org/gate $layout_digest" 'the VSA says who, and by which layout'
is "$(jq -r '.predicate.inputAttestations[].digest.sha256' vsa.json | sort | xargs)" "$(sha256sum links/* | cut -d' ' -f1 | sort | xargs)" 'and has the digest of every link'
is "$(jq -r .predicate.resourceUri vsa.json)" "pkg:oci/app@${one/:/%3A}?repository_url=${registry/:/%3A}/app" 'and what it is about'

# --- once ---
ok 'signs again' sign "$registry/app:one" --signing-key rsa.pem --signing-key ed.pem -a team=core --vsa-verifier https://example.org/gate --format=json
is "$(jq -r '[.signatures[].state] | unique | join(" ")' "$tap_stdout") $(jq .verified "$tap_stdout")" 'there true' 'and finds all of it there'
is "$(layers app "$one" .sig) $(layers app "$one" .att) $(referrers app "$one")" '3 3 6' 'nothing is doubled'
ok 'signs by another key' image sign "$registry/app:one" "${chain[@]}" --signing-key other.pem --signing-key other.pem --no-vsa
is "$(layers app "$one" .sig) $(layers app "$one" .att) $(referrers app "$one")" '4 3 7' 'which adds one of each, and nobody is lost'
ok 'signs something else by a key that has signed' sign "$registry/app:one" -a other=text --no-vsa --signature=simple
is "$(layers app "$one" .sig) $(referrers app "$one")" '5 7' 'in the one form that was wanted'
ok 'the tag as identity' sign "$registry/app:one" --identity=tag --no-vsa --signature=simple -q
is "$(cat "$tap_out")" '' 'quietly'
is "$(blob app "$(manifest app "${one/:/-}.sig" | jq -r '.layers[-1].digest')" | jq -r '.critical.identity["docker-reference"]')" "$registry/app:one" 'is in the payload'

# --- unverified ---
image_push app two "$registry/app:two"
ok 'signs without a chain where that is said' image sign "$registry/app:two" --unverified --signing-key signer.pem
is "$(cat "$tap_stderr")" 'intoto image sign: --unverified: NO CHAIN WAS VERIFIED, and the signatures say so' 'loudly'
is "$(statement app "$two" $sign_type | jq -r '.subject[0].annotations["intoto.unverified"]')" true 'the bundle says so'
is "$(blob app "$(manifest app "${two/:/-}.sig" | jq -r '.layers[0].digest')" | jq -r '.optional["intoto.unverified"]')" true 'the payload says so'
is "$(referrers app "$two")" 1 'and there is no VSA'
ok 'again, later' env SOURCE_DATE_EPOCH=2000000000 "$image_program" sign "$registry/app:two" --unverified --signing-key signer.pem --insecure-registry
is "$(layers app "$two" .sig) $(referrers app "$two")" '1 1' 'is not another signature'

# --- an index ---
gate_chain "$both"
image_push app both "$registry/app:both" --all 2>/dev/null || image copy oci-layout:app:both "$registry/app:both" >/dev/null
ok 'signs an index and its images' sign "$registry/app:both" --recursive
is "$(layers app "$both" .sig) $(layers app "$one" .sig) $(layers app "$two" .sig)" '1 7 2' 'each has its signature'
is "$(blob app "$(manifest app "${two/:/-}.sig" | jq -r '.layers[-1].digest')" | jq -r '.optional["intoto.index"]')" "$both" 'which says through which index'
refuses 1 'none of the products' 'but an image of it is no product alone' sign "$registry/app:two"
image_push app both "$registry/half:both" --all 2>/dev/null || image copy oci-layout:app:both "$registry/half:both" >/dev/null
curl -s -X DELETE "http://$registry/v2/half/manifests/$two"
refuses 66 "the index $both names $two (linux/" 'refuses an index that names what is not there' sign "$registry/half:both" --recursive
is "$(curl -s "http://$registry/v2/half/tags/list" | jq -r '.tags | join(" ")')" both 'and signs no half of it'

# --- a folder ---
gate_chain "$one"
refuses 64 'what the image is called in its registry' 'a folder has no name for an image' sign oci-layout:app:one
ok 'signs in a folder' sign oci-layout:app:one --identity registry.example/app
ok 'which can be copied to a registry' image copy oci-layout:app:one "$registry/copied:one"
is "$(layers copied "$one" .sig) $(referrers copied "$one")" '1 2' 'with its signatures'

# --- a verdict that was overruled ---
. "$INTOTO_SOURCE/tests/image/by_hand.sh"
gate_chain "$one" && image_push app one "$registry/judged:one"
ok 'signs with a verdict' sign "$registry/judged:one"
verdict() { image verify "$registry/judged@$one" --key signer.pub --vsa; }
ok 'which says yes' verdict
ok 'signs again' sign "$registry/judged:one"
is "$(layers judged "$one" .att) $(referrers judged "$one")" '1 2' 'and has no second one'
name=judged
cp signer.pem signer.key
# overrule TIME: the same key says no, in the .att tag
overrule() {
	jq -cj --arg time "$1" '.predicate.verificationResult = "FAILED" | .predicate.timeVerified = $time' passed.json >failed.json &&
		envelope signer failed.json >failed.dsse && manifest judged "${one/:/-}.att" >att.json &&
		suffix=att put_sig "$one" "$(jq -c '.layers[0]' att.json)" "$(descriptor $envelope_layer failed.dsse |
			jq -c --arg type $vsa_type '.annotations = {predicateType: $type}')"
}
statement() {
	blob_of judged "$(manifest judged "${one/:/-}.att" | jq -r '.layers[0].digest')" | jq -r .payload | base64 -d
}
blob_of() { curl -sf "http://$registry/v2/$1/blobs/$2"; }
statement >passed.json
ok 'an older no' overrule 2026-01-01T00:00:00Z
ok '… changes nothing' verdict
sign "$registry/judged:one"
is "$(layers judged "$one" .att)" 2 '… and no verdict is made anew'
ok 'a newer no' overrule "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
refuses 1 'vsa.failed' '… decides' verdict
sleep 1
ok 'the gate passes again' sign "$registry/judged:one"
is "$(layers judged "$one" .att)" 3 '… which is a verdict of its own'
ok '… and decides' verdict

# --- all at once ---
gate_chain "$one" && image_push app one "$registry/race:one"
for i in 1 2 3 4 5 6 7 8; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "race$i.pem" 2>/dev/null
done
pids=() failed=0
for i in 1 2 3 4 5 6 7 8; do
	image sign "$registry/race:one" "${chain[@]}" --signing-key "race$i.pem" --no-vsa >"race$i.out" 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
[ $failed -eq 0 ] || diag "$(cat race*.out)"
is "$failed" 0 'eight jobs sign at once'
is "$(layers race "$one" .sig) $(referrers race "$one")" '8 8' 'and nothing is lost'
ok 'the image is in a file' "$image_program" copy oci-layout:app:one oci-archive:race.tar:one
pids=() failed=0
for i in 1 2 3 4; do
	"$image_program" sign oci-archive:race.tar:one --unverified --identity registry.example/race --signing-key "race$i.pem" >"race$i.out" 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
[ $failed -eq 0 ] || diag "$(cat race*.out)"
is "$failed" 0 'four jobs sign in one file at once'
for i in 1 2 3 4; do
	openssl pkey -in "race$i.pem" -pubout -out "race$i.pub"
	ok "and the signature of number $i is there" "$image_program" verify oci-archive:race.tar:one --key "race$i.pub"
done
done_testing
