#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SBOMs that npm and @cyclonedx/cyclonedx-npm make here of a project with real dependencies, one of them
# under "MIT OR GPL-3.0-or-later": attested, and judged by gates.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v npm >/dev/null || skip_all 'there is no npm'
command -v jq >/dev/null || skip_all 'there is no jq'
cat >package.json <<'EOF'
{"name": "demo", "version": "1.0.0", "license": "MIT", "dependencies": {"jszip": "3.10.1", "left-pad": "1.3.0"}}
EOF
export npm_config_cache=$PWD/npm-cache npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
timeout 300 npm install --ignore-scripts >npm.log 2>&1 || { diag "$(tail -n 3 npm.log)"; skip_all 'npm cannot fetch packages'; }

ok 'a key' intoto key generate -o k.pem --no-passphrase
echo demo >app.tar
attest() { intoto attest "$1" "$2" "${@:3}" --subject app.tar --signing-key k.pem -o "$2.intoto.json" \
	--attestor-path "$INTOTO_BUILD/attestors/$1"; }
predicate() { jq -r .payload "$1.intoto.json" | base64 -d | jq -S .predicate; }
same() { cmp "$1" "$2"; }
judge() { intoto evaluate -v --gate "$2" --verification-keys k.pem.pub --subject app.tar "$1.intoto.json"; }

# --- npm ---

for format in spdx cyclonedx; do
	ok "npm makes an SBOM in $format" bash -c "npm sbom --sbom-format $format >$format.json 2>npm.log"
	ok 'the attestor takes it' attest sbom $format.json
	ok 'whole' same <(predicate $format.json) <(jq -S . $format.json)
	ok 'nothing in it is unknown' not grep -q 'not looked at' "$tap_out"
done
ok 'package-lock.json is taken' attest lockfile package-lock.json
is "$(predicate package-lock.json | jq '.lockfiles[0].count')" \
	"$(jq '[.packages | keys[] | select(. != "")] | length' package-lock.json)" 'with each package'

# --- cyclonedx-npm, in JSON and in XML ---

made='spdx.json cyclonedx.json'
cyclonedx_npm() { timeout 300 npx --yes @cyclonedx/cyclonedx-npm --output-reproducible --output-format "$1" --output-file "$2" 2>npm.log; }
if cyclonedx_npm JSON bom.json && cyclonedx_npm XML bom.xml; then
	made="$made bom.json bom.xml"
	ok 'cyclonedx-npm: its JSON is taken' attest sbom bom.json
	ok 'cyclonedx-npm: its XML is taken' attest sbom bom.xml
	ok 'and nothing of it is left out' not grep -q 'left out' "$tap_out"
	ok 'what we make of its XML is what it says in JSON' \
		same <(predicate bom.xml) <(predicate bom.json | jq 'del(."$schema")')
else
	skip 'cyclonedx-npm cannot be fetched' 'cyclonedx-npm'
fi

# --- gates ---

for file in $made; do
	ok "$file: a choice that leaves the GPL out is no GPL" judge $file 'licenses:{"deny": ["GPL-*", "AGPL-*"]}'
	ok 'and is explained' grep -q 'pkg:npm/jszip@3.10.1: MIT is not denied' "$tap_out"
	refuses 1 'jszip@3.10.1: ' "$file: where neither is wanted it is refused" judge $file \
		'licenses:{"deny": ["GPL-*", "MIT"]}'
	refuses 1 'left-pad@1.3.0: WTFPL is not among what is allowed' "$file: only what is allowed" judge $file \
		'licenses:{"allow": ["MIT", "ISC", "Zlib"]}'
	ok "$file: what somebody found out about one package counts" judge $file \
		'licenses:{"allow": ["MIT", "ISC", "Zlib"], "packages": [{"package": "pkg:npm/left-pad", "allow": ["WTFPL"], "reason": "as free as it gets"}]}'
	ok "$file: it says enough" judge $file \
		'sbom:{"leastComponents": 10, "coverage": {"purl": 100, "version": 100, "license": 100}}'
	refuses 1 'components, and at least 1000 are wanted' "$file: and not more than it does" judge $file \
		'sbom:{"leastComponents": 1000}'
done
ok 'spdx.json: it was made today' judge spdx.json 'sbom:{"createdWithin": "1d"}'
case $made in
*bom.xml*) refuses 1 'does not say when it was created' 'bom.xml: one that can be made again has no time' \
	judge bom.xml 'sbom:{"createdWithin": "1d"}' ;;
esac

done_testing
