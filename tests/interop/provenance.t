#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cosign 2 and 3 read the provenance that "intoto run --attest slsa" signs: with the key, about the
# product, as SLSA provenance v1; and refuse another file, another key and another version.  cosign 3
# knows the members of a statement, and takes no other.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

for key in k eve; do
	intoto key generate --type ecdsa-p256 --no-passphrase -o $key.pem >/dev/null || skip_all 'no keys can be made'
done
printf 'source\n' >in
printf 'other\n' >other
intoto run -n build --signing-key k.pem --attestor-path "$INTOTO_BUILD/attestors/slsa" --attest slsa -m in -p out -- cp in out \
	>why 2>&1 || { grep -q sandbox why && skip_all "no sandbox here: $(head -c 200 why)"; }
cosign() { # KEY TYPE FILE
	timeout 60 "$folder/cosign" verify-blob-attestation --insecure-ignore-tlog --key "$1" --signature build.*.slsa.intoto.json --type "$2" "$3"
}
for suite in trixie sid; do
	if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign $suite 2>peers.log); then
		diag "$(tail -n 3 peers.log)"
		skip "cosign of Debian $suite cannot be had"
		continue
	fi
	ok "cosign of $suite takes the provenance" cosign k.pem.pub slsaprovenance1 out
	refuses 1 'predicate' 'not as another version' cosign k.pem.pub slsaprovenance02 out
	refuses 1 'digest' 'nor for another file' cosign k.pem.pub slsaprovenance1 other
	refuses 1 'signature' 'nor with another key' cosign eve.pem.pub slsaprovenance1 out
done

done_testing
