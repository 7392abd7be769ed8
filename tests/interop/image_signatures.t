#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Images that we sign, before judges that are not ours: cosign 2.5 and 3.1 (simple signing and bundles),
# skopeo 1.18 with a policy that wants a signature, oras and crane on what hangs on the image.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/interop/image_peers.sh"

sign() { image sign "$@" --unverified --passphrase-env RIGHT --insecure-registry; }
# As each cosign says "this key has signed it".
cosign2_simple() { "$cosign2/cosign" verify --key "$1" --insecure-ignore-tlog=true --allow-insecure-registry "$2"; }
cosign3_simple() {
	"$cosign3/cosign" verify --new-bundle-format=false --trusted-root empty.json --key "$1" --insecure-ignore-tlog=true \
		--allow-insecure-registry "$2"
}
cosign3_bundle() {
	"$cosign3/cosign" verify --trusted-root empty.json --key "$1" --insecure-ignore-tlog=true --allow-insecure-registry "$2"
}
# pulls KEY REFERENCE: with a policy that rejects whatever this key has not signed
pulls() {
	rm -rf pulled
	mkdir -p registries.d
	printf 'docker:\n  %s:\n    use-sigstore-attachments: true\n' "${2%%/*}" >registries.d/one.yaml
	jq -n --arg host "${2%%/*}" --arg key "$PWD/$1" '{default: [{type: "reject"}], transports: {docker: {($host):
		[{type: "sigstoreSigned", keyPath: $key, signedIdentity: {type: "matchRepository"}}]}}}' >policy.json
	skopeo_new --registries.d registries.d --policy policy.json copy --remove-signatures --src-tls-verify=false \
		"docker://$2" oci:pulled:1
}

# judge FORM JUDGE REFERENCE TYPE SERVER, and the statuses and words for another key and an unsigned image
judge() {
	local form=$1 judge=$2 reference=$3 type=$4 where="$1, $4, $5"

	ok "$where: $judge accepts it" "$judge" $type.key.pub "$reference"
	refuses "$6" "$7" "$where: $judge refuses another key" "$judge" other.key.pub "$reference"
	refuses "$8" "$9" "$where: $judge refuses another image" "$judge" $type.key.pub "${reference%:*}:unsigned"
}

attested2_tag() {
	"$cosign2/cosign" verify-attestation --type "$1" --key "$2" --insecure-ignore-tlog=true --allow-insecure-registry "$3"
}
attested2_bundle() {
	"$cosign2/cosign" verify-attestation --new-bundle-format --trusted-root empty.json --type "$1" --key "$2" \
		--insecure-ignore-tlog=true --allow-insecure-registry "$3"
}
attested3_bundle() {
	"$cosign3/cosign" verify-attestation --trusted-root empty.json --type "$1" --key "$2" --insecure-ignore-tlog=true \
		--allow-insecure-registry "$3"
}

image_make layout signed 'it is signed' && image_make layout unsigned 'it is not' || skip_all 'umoci makes no image'
for server in docker-registry strict; do
	[ $server = strict ] && registry_start --strict || registry_start
	for type in ecdsa-p256 ed25519 rsa; do
		for form in simple bundle; do
			repository=$registry/$form/$type
			image_push layout signed "$repository:1" && image_push layout unsigned "$repository:unsigned"
			ok "$form, $type, $server: we sign" sign "$repository:1" --signing-key $type.key --signature $form -a by=us
			for judge in cosign2 cosign3; do
				# cosign 2.5 reads bundles of attestations only
				[ $judge$form != cosign2bundle ] || continue
				other_key=(12 'no matching signatures')
				[ $form = simple ] || other_key=(1 'failed to verify signature')
				if [ -z "${!judge}" ]; then
					skip "no $judge" "$form, $type, $server: $judge"
				else
					judge $form ${judge}_$form "$repository:1" $type $server "${other_key[@]}" \
						10 'no signatures found'
				fi
			done
			[ $form = simple ] || continue
			if [ -z "$skopeo13" ]; then
				skip 'no skopeo' "$form, $type, $server: skopeo"
			else
				judge simple pulls "$repository:1" $type $server 1 'cryptographic signature verification failed' \
					1 'A signature was required, but no signature exists'
			fi
		done
	done
	# A signature for one image under the tag of another: its digest decides.
	if [ -n "$cosign2" ] && [ -n "$crane" ]; then
		repository=$registry/simple/ecdsa-p256
		signed=$("$crane/crane" digest --insecure "$repository:1")
		unsigned=$("$crane/crane" digest --insecure "$repository:unsigned")
		ok "$server: a signature is moved to another image" "$crane/crane" --insecure copy \
			"$repository:${signed/:/-}.sig" "$repository:${unsigned/:/-}.sig"
		refuses 12 'no matching signatures' "$server: cosign refuses it there" cosign2_simple ecdsa-p256.key.pub "$repository:unsigned"
		[ -z "$skopeo13" ] || refuses 1 'Source image rejected' "$server: skopeo refuses it there" \
			pulls ecdsa-p256.key.pub "$repository:unsigned"
		ok "$server: a signature is copied to another repository" "$crane/crane" --insecure copy \
			"$repository:${signed/:/-}.sig" "$registry/moved:${signed/:/-}.sig"
		image_push layout signed "$registry/moved:1"
		[ -z "$skopeo13" ] || refuses 1 'Source image rejected' "$server: skopeo refuses it there" \
			pulls ecdsa-p256.key.pub "$registry/moved:1"
	fi
	# Both at once, by two signers.
	repository=$registry/both
	image_push layout signed "$repository:1"
	ok "$server: one signer" sign "$repository:1" --signing-key ecdsa-p256.key
	ok "$server: another adds a signature" sign "$repository:1" --signing-key ed25519.key
	for type in ecdsa-p256 ed25519; do
		[ -z "$cosign2" ] || ok "$server: cosign 2 finds that of $type" cosign2_simple $type.key.pub "$repository:1"
		[ -z "$cosign3" ] || ok "$server: cosign 3 finds the bundle of $type" cosign3_bundle $type.key.pub "$repository:1"
		[ -z "$skopeo13" ] || ok "$server: skopeo finds that of $type" pulls $type.key.pub "$repository:1"
	done
	if [ -n "$oras" ]; then
		ok "$server: oras finds what hangs on it" "$oras/oras" discover --plain-http --format json "$repository:1"
		is "$(jq '[.. | .artifactType? | select(. == "application/vnd.dev.sigstore.bundle.v0.3+json")] | length' "$tap_stdout")" 2 \
			"$server: two bundles"
	fi
	# Attestations: an SBOM, signed, in both forms.
	repository=$registry/attested
	image_push layout signed "$repository:1"
	for type in ecdsa-p256 ed25519 rsa; do
		ok "$server: we attach an SBOM, signed by $type" image attach "$repository:1" sbom.json --type spdx --signing-key $type.key \
			--passphrase-env RIGHT --insecure-registry
		for judge in attested2_tag attested2_bundle attested3_bundle; do
			program=cosign${judge:8:1}
			if [ -z "${!program}" ]; then
				skip "no $program" "$server, $type: $judge"
				continue
			fi
			ok "$server, $type: $judge accepts it" $judge spdxjson $type.key.pub "$repository:1"
			refuses 1 'no matching attestations' "$server, $type: $judge refuses another key" \
				$judge spdxjson other.key.pub "$repository:1"
		done
	done
	for judge in attested2_tag attested2_bundle attested3_bundle; do
		program=cosign${judge:8:1}
		[ -z "${!program}" ] || ok "$server: $judge refuses another type" not $judge cyclonedx ecdsa-p256.key.pub "$repository:1"
	done
	registry_stop
done

done_testing
