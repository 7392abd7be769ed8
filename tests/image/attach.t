#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Documents on images: what is signed goes on as it is, what is not as an artifact or as a statement.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/gate.sh"

image_make app one 'first file' && one=$image_digest
image_make app two 'second file' && two=$image_digest
registry_start --strict
image copy oci-layout:app:one "$registry/app:one" >/dev/null && image copy oci-layout:app:two "$registry/app:two" >/dev/null
repository=app
gate_keys
app=$registry/app

manifest() {
	curl -sf -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/app/manifests/$1"
}
blob() { curl -sf "http://$registry/v2/app/blobs/$1"; }
# referrers DIGEST: artifact types
referrers() { curl -sf "http://$registry/v2/app/referrers/$1" | jq -r '.manifests[].artifactType' | sort | xargs; }

# --- documents ---
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","score":0.5}' >bom.json
echo 'SPDXVersion: SPDX-2.3' >bom.spdx
ok 'attaches an SBOM' image attach "$app:one" bom.json --type cyclonedx
is "$(referrers "$one")" application/vnd.cyclonedx+json 'as an artifact of its media type'
name=$(curl -sf "http://$registry/v2/app/referrers/$one" | jq -r '.manifests[0].digest')
ok 'byte for byte' cmp bom.json <(blob "$(manifest "$name" | jq -r '.layers[0].digest')")
ok 'again' image attach "$app:one" bom.json --type cyclonedx --format=json
is "$(jq -r '"\(.wasThere) \(.manifest)"' "$tap_stdout")" "true $name" 'finds it there'
is "$(referrers "$one")" application/vnd.cyclonedx+json 'and does not double it'
ok 'attaches text' image attach "$app:one" bom.spdx --type spdx
ok 'attaches anything by its media type' image attach "$app:one" bom.spdx --type text/plain
is "$(referrers "$one")" 'application/vnd.cyclonedx+json text/plain text/spdx' 'each by its own'

# --- statements ---
ok 'signs an SBOM as an attestation' image attach "$app:two" bom.json --type cyclonedx --signing-key signer.pem
is "$(referrers "$two")" application/vnd.dev.sigstore.bundle.v0.3+json 'as a bundle'
name=$(curl -sf "http://$registry/v2/app/referrers/$two" | jq -r '.manifests[0].digest')
blob "$(manifest "$name" | jq -r '.layers[0].digest')" >bundle.json
manifest "${two/:/-}.att" >att.json
blob "$(jq -r '.layers[0].digest' att.json)" >envelope.json
is "$(jq -r '.layers[0] | .mediaType, .annotations.predicateType' att.json | xargs)" \
	'application/vnd.dsse.envelope.v1+json https://cyclonedx.org/bom' 'and as a layer of cosign 2'
for file in .dsseEnvelope.payload:bundle.json .payload:envelope.json; do
	is "$(jq -r "${file%%:*}" "${file#*:}" | base64 -d | jq -c '[.predicate, .predicateType, .subject[0].digest.sha256]')" \
		"$(jq -c -n --arg h "${two#*:}" --slurpfile p bom.json '[$p[0], "https://cyclonedx.org/bom", $h]')" "about the image, in ${file#*:}"
done
ok 'again' image attach "$app:two" bom.json --type cyclonedx --signing-key signer.pem
is "$(referrers "$two") $(manifest "${two/:/-}.att" | jq '.layers | length')" 'application/vnd.dev.sigstore.bundle.v0.3+json 1' 'is not doubled'
refuses 64 'is the signature of an image, which image sign makes' 'is no way around the gate' \
	image attach "$app:one" bom.json --type https://sigstore.dev/cosign/sign/v1 --signing-key signer.pem
refuses 64 'is a verdict' 'nor for a verdict' image attach "$app:one" bom.json --type vsa --signing-key signer.pem
refuses 65 'want a JSON object' 'refuses a predicate that is no JSON' image attach "$app:one" bom.spdx --type spdx --signing-key signer.pem
refuses 64 '--type: want the type of a predicate' 'refuses a media type as a predicate type' image attach "$app:one" bom.json --type text/plain --signing-key signer.pem

# --- what is signed already ---
ok 'finds a bundle there' image attach "$app:two" bundle.json
is "$(cut -d: -f1 "$tap_stdout" | head -n 1)" 'was attached' 'and says so'
refuses 1 "is about other subjects, none of them is $one" 'refuses a bundle about another image' image attach "$app:one" bundle.json
refuses 1 "is about other subjects, none of them is $one" 'refuses an envelope about another image' image attach "$app:one" envelope.json
refuses 1 'is not what --type wants' 'refuses a bundle of another type' image attach "$app:two" bundle.json --type spdx
refuses 64 'is an attestation already' 'refuses to sign what is signed' image attach "$app:two" bundle.json --signing-key signer.pem
jq '.signatures=[]' envelope.json >unsigned.json
refuses 1 'nobody has signed it' 'refuses an envelope that nobody signed' image attach "$app:two" unsigned.json
jq '.mediaType="application/vnd.dev.sigstore.bundle.v9+json"' bundle.json >newer.json
refuses 65 'newer.json' 'refuses a bundle that it does not know' image attach "$app:two" newer.json
jq . envelope.json >other.json && echo >>other.json
ok 'attaches an envelope' image attach "$app:two" other.json --type cyclonedx
is "$(manifest "${two/:/-}.att" | jq '.layers | length')" 2 'beside those that are there'

# --- words ---
refuses 64 'so say what it is (--type TYPE)' 'refuses a document without a type' image attach "$app:one" bom.json
refuses 64 '--type: want a media type' 'refuses a word that is none' image attach "$app:one" bom.json --type sbom
refuses 64 'want an image, and the file to attach' 'refuses without a file' image attach "$app:one"
refuses 66 'none.json' 'refuses a file that is not there' image attach "$app:one" none.json --type spdx
refuses 66 'app:none' 'refuses an image that is not there' image attach "$app:none" bom.json --type spdx
done_testing
