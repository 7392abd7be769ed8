#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From an SBOM to a verdict: real documents are attested, signed, and judged by the gates licenses and
# sbom; in tag-value, XML and JSON alike.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
samples=$INTOTO_SOURCE/tests/attestors/samples/sbom
ok 'a key' intoto key generate -o k.pem --no-passphrase
printf 'abc' >app.tar # its SHA-256 is ba7816bf…
attest() { intoto attest sbom "$1" --subject app.tar --signing-key k.pem -o "${1##*/}.intoto.json" --best-effort \
	--attestor-path "$INTOTO_BUILD/attestors/sbom"; }
judge() { intoto evaluate -v --gate "$2" --verification-keys k.pem.pub --subject app.tar "$1.intoto.json"; }
tells() { ok "$1" tap_run_has "$2" "${@:3}"; }
tap_run_has() { local text=$1; shift; "$@" >said 2>&1 && grep -qF -- "$text" said || { cat said; return 1; }; }
no_gpl='licenses:{"deny": ["GPL-*", "AGPL-*"]}'

# --- an SBOM must exist and contain no GPL ---

component() { printf '{"type": "library", "name": "%s", "version": "1", "purl": "pkg:npm/%s@1", "licenses": [%s]}' "$1" "$1" "$2"; }
bom() { printf '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {"type": "application", "name": "app", "hashes": [{"alg": "SHA-256", "content": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}}, "components": [%s]}\n' "$1" >"$2"; }
mit='{"license": {"id": "MIT"}}'
bom "$(component a "$mit"), $(component b '{"expression": "MIT OR GPL-2.0-only"}')" good.json
bom "$(component a "$mit"), $(component b '{"license": {"id": "GPL-2.0-only"}}')" id.json
bom "$(component a "$mit"), $(component b '{"license": {"name": "GPL-2.0"}}')" name.json
bom "$(component a "$mit"), $(component b '{"expression": "MIT AND GPL-2.0-only"}')" expression.json
bom "$(component a "$mit"), $(component b '')" silent.json
bom '' none.json
for file in good id name expression silent none; do ok "$file.json is attested" attest $file.json; done
tells 'a choice without the GPL passes' 'pkg:npm/b@1: MIT is not denied' judge good.json "$no_gpl"
for file in id name expression; do
	refuses 1 'pkg:npm/b@1: GPL-2.0-only is denied by GPL-*' "the GPL as $file is found" judge $file.json "$no_gpl"
done
refuses 1 'pkg:npm/b@1: nobody can say whether it may be used: NOASSERTION says nothing' \
	'a package about which nothing is said does not pass' judge silent.json "$no_gpl"
refuses 1 'says nothing about the licence of any package' 'nor does an SBOM of nothing' judge none.json "$no_gpl"
refuses 1 'none.json.intoto.json: has 0 components' 'which is none for the other gate, too' judge none.json sbom
ok 'it is about the product' judge good.json 'sbom:{"describes": "product"}'
ok 'and about that digest' judge good.json \
	'sbom:{"describesDigest": {"sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}'
refuses 1 'is not about sha256:00' 'and about no other' judge good.json \
	'sbom:{"describesDigest": {"sha256": "0000000000000000000000000000000000000000000000000000000000000000"}}'

# --- real documents ---

for file in example1.spdx example6-lib.spdx examplemaven.spdx.json example7.spdx3.json hello-dist.spdx3.json \
	trivy.cdx.json syft.cdx.json; do
	ok "$file is attested" attest "$samples/$file"
done
refuses 1 'denied by GPL-*' 'tag-value: a file under the GPL is found' judge example1.spdx "$no_gpl"
ok 'JSON: a package under the Apache licence is what it says' judge examplemaven.spdx.json \
	'licenses:{"allow": ["Apache-2.0", "CPL-1.0"], "noassertion": "allow", "none": "allow", "unknown": "allow"}'
refuses 1 'says nothing about the licence' 'and not more' judge examplemaven.spdx.json \
	'licenses:{"allow": ["Apache-2.0"]}'
refuses 1 'says nothing about the licence of any package' 'SPDX 3: one that asserts nothing says nothing' \
	judge hello-dist.spdx3.json "$no_gpl"
sed 's/"simplelicensing_licenseExpression" : "NOASSERTION"/"simplelicensing_licenseExpression" : "BSD-3-Clause"/' \
	"$samples/hello-dist.spdx3.json" >bsd.json
ok 'the same with a licence is attested' attest bsd.json
refuses 1 'BSD-3-Clause is denied by BSD-*' 'SPDX 3: a licence in a relationship is found' judge bsd.json \
	'licenses:{"deny": ["BSD-*"]}'
tells 'Trivy: an identifier in the place of a name is one' 'pkg:conda/pip@22.2.2: MIT is allowed by name' judge trivy.cdx.json \
	'licenses:{"allow": ["MIT", "OpenSSL"]}'
refuses 1 'pkg:conda/openssl@1.1.1q: OpenSSL is not among what is allowed' 'and is judged' judge trivy.cdx.json \
	'licenses:{"allow": ["MIT"]}'
ok 'Syft: it is about the image whose digest stands in the place of a version' judge syft.cdx.json \
	'sbom:{"describes": "product"}'
refuses 1 'has a purl for 1 of 3 packages (33 %)' 'Syft: what is no purl does not count' judge syft.cdx.json \
	'sbom:{"coverage": {"purl": 90}}'
refuses 1 'pkg:deb/debian/package-2@2.0.1: nobody can say' 'Syft: a package without a licence does not pass' \
	judge syft.cdx.json "$no_gpl"
ok 'unless the layout says what it is' judge syft.cdx.json 'licenses:{"deny": ["GPL-*"], "packages": [
	{"package": "pkg:deb/debian/package-2", "license": "Zlib", "reason": "its copyright file"},
	{"package": "debian", "license": "MIT", "reason": "the name of the system, no package"}]}'
ok 'each of its formats can be asked for' judge example1.spdx 'sbom:{"formats": ["spdx-2.2"]}'
ok 'SPDX 3, too' judge hello-dist.spdx3.json 'sbom:{"formats": ["spdx-3.0"]}'
refuses 1 'is SPDX 2.2, and wanted is cyclonedx' 'and one that it has not is missed' judge example1.spdx \
	'sbom:{"formats": ["cyclonedx"]}'

done_testing
