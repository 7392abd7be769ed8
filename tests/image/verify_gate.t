#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto image verify of what intoto image sign made: the verdict that travels along, and the chain behind it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/lib/registries.sh"
. "$INTOTO_SOURCE/tests/image/place.sh"
. "$INTOTO_SOURCE/tests/image/gate.sh"

gate_keys || skip_all 'openssl makes no keys'
registry_start || exit 1
image_make images one one && image_push images one "$registry/app:1" || exit 1
digest=$image_digest
gate_chain "$digest" || exit 1
here=$registry/app@$digest

verify() {
	image verify "$@"
}

ok 'an image is signed through the gate' sign "$here"
ok 'it is verified' verify "$here" --key signer.pub --format=json
ok '… within one round trip' [ "$(jq .roundTrips "$tap_stdout")" -eq 1 ]
ok '… by its bundle alone' verify "$here" --key signer.pub --signature bundle --format=json
ok '… within three, also without the referrers API' [ "$(jq .roundTrips "$tap_stdout")" -le 3 ]
ok '… by its simple signature alone' verify "$here" --key signer.pub --signature simple
ok '… by what the gate has noted' verify "$here" --key signer.pub -a intoto.step=image -a "intoto.layout=sha256:$(sha256sum <release.layout | cut -c -64)"
ok 'the verdict came along' verify "$here" --key signer.pub --vsa
ok '… about this layout' verify "$here" --key signer.pub --vsa --layout release.layout
printf ' ' | cat release.layout - >other.layout
refuses 1 'vsa.layout' '… and no other' verify "$here" --key signer.pub --vsa --layout other.layout
ok '… as an attestation' verify "$here" --key signer.pub --attestation https://slsa.dev/verification_summary/v1 --attestation-out vsa.jsonl
ok '… which names what it rests on' jq -es '[.[].predicate.inputAttestations | length >= 2] | all' vsa.jsonl
ok 'the chain is verified again' verify "$here" --key signer.pub --vsa "${chain[@]}" --step image
ok '… which is said' has "$tap_out" chain.passed
refuses 1 'chain.refused' '… and the image must be a product of the step' verify "$here" --key signer.pub "${chain[@]}" --step build
# --- what the chain rests on may be revoked ---
chain_key() { intoto key generate --type ed25519 --no-passphrase -o security >/dev/null; }
ok 'somebody may revoke' chain_key
denied() {
	rm -f denied.json
	image revoke --deny-list denied.json --signing-key security --reason stolen "$@" >/dev/null
}
deny=(--deny-list denied.json --deny-list-key security.pub)
ok 'a key that has nothing to do with it is revoked' denied --key other.pub
ok '… and the chain passes' verify "$here" --key signer.pub --vsa "${chain[@]}" "${deny[@]}"
ok "the owner's key is revoked" denied --key owner.pem.pub
refuses 1 'denied.chain' '… and the chain passes no more' verify "$here" --key signer.pub --vsa "${chain[@]}" "${deny[@]}"
ok "a functionary's key is revoked" denied --key packer.pem.pub
refuses 1 'denied.chain' '… nor then' verify "$here" --key signer.pub --vsa "${chain[@]}" "${deny[@]}"
ok 'a link is revoked' denied --digest "sha256:$(sha256sum links/build.*.link | cut -c -64)"
refuses 1 'on which the chain rests, is revoked: "stolen"' '… nor with that link' verify "$here" --key signer.pub --vsa "${chain[@]}" "${deny[@]}"
ok 'a layout is revoked' denied --digest "sha256:$(sha256sum release.layout | cut -c -64)"
refuses 1 'denied.chain' '… nor under that layout' verify "$here" --key signer.pub --vsa "${chain[@]}" "${deny[@]}"

cp -r links kept
rm links/image.*
refuses 1 'chain.refused' '… and with a link gone it is refused, whoever signed it' verify "$here" --key signer.pub "${chain[@]}"
rm -r links && mv kept links
refuses 1 'vsa.unknown-key' 'a verdict is of the keys for verdicts' verify "$here" --key signer.pub --vsa --vsa-key other.pub

image_make images two two && image_push images two "$registry/app:2" || exit 1
second=$registry/app@$image_digest
ok 'one that no chain made is signed by its word only' image sign "$second" --unverified --signing-key signer.pem
ok '… and the signature says so' verify "$second" --key signer.pub
ok '… to people' has "$tap_out" 'who had no chain verified (intoto.unverified)'
refuses 1 'vsa.missing' '… and has no verdict' verify "$second" --key signer.pub --vsa
refuses 1 'chain.refused' '… nor is it a product of a chain' verify "$second" --key signer.pub "${chain[@]}"
refuses 1 'signature.annotation' '… nor has it what the gate notes' verify "$second" --key signer.pub -a intoto.step=image

ok 'everything moves into a folder' image copy "$registry/app:1" oci-layout:folder:1
registry_stop
ok '… where the same holds without a network' "$image_program" verify oci-layout:folder:1 --key signer.pub --vsa "${chain[@]}"
ok '… and in an archive' "$image_program" copy oci-layout:folder:1 oci-archive:app.tar:1
ok '… the same' "$image_program" verify oci-archive:app.tar:1 --key signer.pub --vsa "${chain[@]}"
rm folder/index.json && mkfifo folder/index.json
refuses 65 'is no regular file' 'a pipe in a folder keeps nobody waiting' timeout 20 "$image_program" verify oci-layout:folder:1 --key signer.pub
rm folder/index.json
printf "{" >folder/index.json
refuses 65 'index.json' 'a folder that is broken is bad input' "$image_program" verify oci-layout:folder:1 --key signer.pub

done_testing
