#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cosign reads the provenance that "intoto run --attest slsa" signs: with the key, about the product,
# as SLSA provenance v1; and refuses another file, another key and another version.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign trixie 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'cosign of Debian trixie cannot be had'
fi
for key in k eve; do
	intoto key generate --type ecdsa-p256 --no-passphrase -o $key.pem >/dev/null || skip_all 'no keys can be made'
done
printf 'source\n' >in
intoto run -n build --signing-key k.pem --attestor-path "$INTOTO_BUILD/attestors/slsa" --attest slsa -m in -p out -- cp in out \
	>why 2>&1 || { grep -q sandbox why && skip_all "no sandbox here: $(head -c 200 why)"; }
cosign() { # KEY TYPE FILE
	timeout 60 "$folder/cosign" verify-blob-attestation --insecure-ignore-tlog --key "$1" --signature build.*.slsa.intoto.json --type "$2" "$3"
}
ok 'cosign takes the provenance' cosign k.pem.pub slsaprovenance1 out
refuses 1 'invalid predicate type' 'not as another version' cosign k.pem.pub slsaprovenance02 out
printf 'other\n' >other
refuses 1 'digest' 'nor for another file' cosign k.pem.pub slsaprovenance1 other
refuses 1 'signature' 'nor with another key' cosign eve.pem.pub slsaprovenance1 out

done_testing
