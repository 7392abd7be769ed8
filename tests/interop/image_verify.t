#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Images that cosign 2.5, cosign 3.1 and skopeo 1.18 signed, before "intoto image verify".
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/interop/image_peers.sh"

printf pw >password
image_make layout signed 'it is signed' && image_make layout unsigned 'it is not' || skip_all 'umoci makes no image'

sign_cosign2() {
	"$cosign2/cosign" sign --key "$1" --tlog-upload=false --allow-insecure-registry --yes "$2" -a by=them
}
sign_cosign3() {
	"$cosign3/cosign" sign --key "$1" --use-signing-config=false --tlog-upload=false --trusted-root empty.json \
		--allow-insecure-registry --yes "$2" -a by=them
}
sign_cosign3_simple() {
	"$cosign3/cosign" sign --key "$1" --new-bundle-format=false --use-signing-config=false --tlog-upload=false \
		--allow-insecure-registry --yes "$2" -a by=them
}
sign_skopeo() {
	mkdir -p registries.d
	printf 'docker:\n  %s:\n    use-sigstore-attachments: true\n' "${2%%/*}" >registries.d/one.yaml
	skopeo_new --registries.d registries.d --insecure-policy copy --dest-tls-verify=false --src-tls-verify=false \
		--sign-by-sigstore-private-key "$1" --sign-passphrase-file password "docker://${2%@*}:1" "docker://${2%@*}:1"
}
verify() { image verify "$@" --insecure-registry; }

for server in docker-registry strict; do
	[ $server = strict ] && registry_start --strict || registry_start
	for signer in cosign2 cosign3 cosign3_simple skopeo; do
		program=${signer%_simple}
		[ $program != skopeo ] || program=skopeo13
		if [ -z "${!program}" ]; then
			skip "no $program" "$server: what $signer signs"
			continue
		fi
		for type in ecdsa-p256 ed25519 rsa; do
			where="$server, $type"
			repository=$registry/$signer/$type
			image_push layout signed "$repository:1" && image_push layout unsigned "$repository:unsigned"
			digest=$(image_digest layout signed)
			ok "$where: $signer signs" sign_$signer $type.key "$repository@$digest"
			ok "$where: we accept it" verify "$repository:1" --key $type.key.pub
			[ $signer = skopeo ] || ok "$where: and what it says" verify "$repository:1" --key $type.key.pub -a by=them
			refuses 1 '' "$where: not another annotation" verify "$repository:1" --key $type.key.pub -a by=us
			refuses 1 '' "$where: not another key" verify "$repository:1" --key other.key.pub
			refuses 3 '' "$where: an image without one is not signed" verify "$repository:unsigned" --key $type.key.pub
			refuses 1 '' "$where: one key is not two" verify "$repository:1" --key $type.key.pub --threshold 2 --key other.key.pub
		done
	done
	# An attestation is no signature, whoever made it; and it is one of its type.
	if [ -n "$cosign3" ]; then
		repository=$registry/attested
		image_push layout signed "$repository:1"
		echo '{"a": 1}' >predicate.json
		ok "$server: cosign 3 attests" "$cosign3/cosign" attest --key ecdsa-p256.key --use-signing-config=false --tlog-upload=false \
			--trusted-root empty.json --allow-insecure-registry --yes --type https://example.org/type --predicate predicate.json \
			"$repository@$digest"
		refuses 3 '' "$server: that is no signature" verify "$repository:1" --key ecdsa-p256.key.pub
		sign_cosign3 ecdsa-p256.key "$repository@$digest" >cosign.log 2>&1
		ok "$server: we accept the attestation" verify "$repository:1" --key ecdsa-p256.key.pub --attestation https://example.org/type
		refuses 1 '' "$server: of no other type" verify "$repository:1" --key ecdsa-p256.key.pub --attestation https://example.org/other
	fi
	if [ -n "$cosign2" ]; then
		repository=$registry/attested2
		image_push layout signed "$repository:1"
		ok "$server: cosign 2 attests" "$cosign2/cosign" attest --key ecdsa-p256.key --tlog-upload=false \
			--allow-insecure-registry --yes --type spdxjson --predicate sbom.json "$repository@$digest"
		sign_cosign2 ecdsa-p256.key "$repository@$digest" >cosign.log 2>&1
		ok "$server: we accept the attestation" verify "$repository:1" --key ecdsa-p256.key.pub --attestation spdx
		refuses 1 '' "$server: by no other key" verify "$repository:1" --key other.key.pub --attestation spdx
	fi
	# Replayed: its digest is that of another image.
	if [ -n "$cosign2" ] && [ -n "$crane" ]; then
		repository=$registry/cosign2/ecdsa-p256
		unsigned=$(image_digest layout unsigned)
		ok "$server: a signature is moved to another image" "$crane/crane" --insecure copy \
			"$repository:${digest/:/-}.sig" "$repository:${unsigned/:/-}.sig"
		refuses 1 '' "$server: we refuse it there" verify "$repository:unsigned" --key ecdsa-p256.key.pub
		ok "$server: and to another repository" "$crane/crane" --insecure copy \
			"$repository:${digest/:/-}.sig" "$registry/moved:${digest/:/-}.sig"
		image_push layout signed "$registry/moved:1"
		refuses 1 '' "$server: we refuse it there" verify "$registry/moved:1" --key ecdsa-p256.key.pub
	fi
	registry_stop
done

done_testing
