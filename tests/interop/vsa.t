#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cosign reads the VSA and the SVR of intoto verify: it verifies their envelopes with the key, finds the
# artifact among their subjects, and refuses another artifact, another key and another kind.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign sid 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'cosign of Debian sid cannot be had'
fi

chain_keys owner alice eve || skip_all 'no keys can be made'
intoto key generate --type ecdsa-p256 --no-passphrase -o verifier.pem >/dev/null
printf 'the release\n' >a.tar
printf 'another\n' >b.tar
layout root.layout owner alice "$(step pack alice 1 '' '["CREATE","*.tar"],["DISALLOW","*"]')"
link links pack alice '' "\"a.tar\":{\"sha256\":\"$(sha256sum a.tar | cut -d' ' -f1)\"}"

# bundle ENVELOPE: as cosign wants it
bundle() {
	python3 - "$1" <<'PY'
import json, sys
e = json.load(open(sys.argv[1]))
print(json.dumps({
    "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": [],
                             "timestampVerificationData": {"rfc3161Timestamps": []}},
    "dsseEnvelope": {"payload": e["payload"], "payloadType": e["payloadType"],
                     "signatures": [{"sig": s["sig"]} for s in e["signatures"]]},
}))
PY
}
cosign() { # BUNDLE KEY TYPE ARTIFACT
	timeout 60 "$folder/cosign" verify-blob-attestation --bundle "$1" --key "$2" --insecure-ignore-tlog --type "$3" "$4"
}
vsa=https://slsa.dev/verification_summary/v1
svr=https://in-toto.io/attestation/svr/v0.2

for signer in alice verifier; do
	ok "a VSA and an SVR by $signer" intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links \
		--signing-key $signer.pem --verifier-id https://example.org/verifier --resource-uri pkg:generic/a \
		--vsa vsa.json --svr svr.json
	bundle vsa.json >vsa.bundle
	bundle svr.json >svr.bundle
	ok 'cosign takes the VSA for the artifact' cosign vsa.bundle $signer.pem.pub $vsa a.tar
	ok 'and the SVR' cosign svr.bundle $signer.pem.pub $svr a.tar
	refuses 1 'do not match' 'not for another artifact' cosign vsa.bundle $signer.pem.pub $vsa b.tar
	refuses 1 '' 'not by another key' cosign vsa.bundle eve.pem.pub $vsa a.tar
	refuses 1 '' 'and the one is not the other' cosign vsa.bundle $signer.pem.pub $svr a.tar
done

done_testing
