#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Which releases and images contain something, and who speaks of it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v jq >/dev/null || skip_all 'there is no jq'
export INTOTO_STORE=$PWD/store
export SOURCE_DATE_EPOCH=1900000000
samples=$INTOTO_SOURCE/tests/attestors/samples

intoto key generate --type ed25519 --no-passphrase -o key >/dev/null || diag 'no key'
intoto store init --log-name example.org/log >/dev/null
# statement TYPE NAME SHA256 PREDICATE-FILE OUT
statement() {
	jq -n --arg type "$1" --arg name "$2" --arg sha256 "$3" --slurpfile predicate "$4" \
		'{_type:"https://in-toto.io/Statement/v1",subject:[{name:$name,digest:{sha256:$sha256,sha1:($sha256[:40])}}],predicateType:$type,predicate:$predicate[0]}' >plain.json
	printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[{"keyid":"","sig":"AA=="}]}' "$(base64 -w 0 plain.json)" >"$5"
}
old=$(printf 1 | sha256sum | cut -c -64) new=$(printf 2 | sha256sum | cut -c -64)
sbom() {
	cat <<JSON
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"container","name":"$1","version":"1"}},
"components":[{"type":"library","name":"zlib1g","version":"$2","purl":"pkg:deb/debian/zlib1g@$2?arch=amd64&distro=debian-12"},
{"type":"library","name":"Flask_Thing","version":"2.0","purl":"pkg:pypi/Flask_Thing@2.0"},{"type":"library","name":"nameless","version":"3"}]}
JSON
}
sbom old 1:1.2.13 >old.json && sbom new 1:1.3.1 >new.json
statement https://cyclonedx.org/bom registry.example.org/app:old "$old" old.json old.sbom.json
statement https://cyclonedx.org/bom registry.example.org/app:new "$new" new.json new.sbom.json
cat >scan.json <<'JSON'
{"scanner":{"uri":"pkg:github/aquasecurity/trivy@0.50","version":"0.50","db":{"uri":"x","version":"1","lastUpdate":"2026-01-01T00:00:00Z"},
"result":[{"id":"GHSA-aaaa","severity":[{"method":"nvd","score":"9.8"}],"annotations":[{"purl":"pkg:deb/debian/zlib1g@1:1.2.13"}]}]},
"metadata":{"scanStartedOn":"2026-01-01T00:00:00Z","scanFinishedOn":"2026-01-01T00:00:00Z"}}
JSON
statement https://in-toto.io/attestation/vulns/v0.2 registry.example.org/app:old "$old" scan.json old.scan.json
cat >vex.json <<'JSON'
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"alice","timestamp":"2026-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2026-1","aliases":["GHSA-aaaa"]},"products":[{"@id":"pkg:deb/debian/zlib1g@1:1.2.13"}],"status":"affected","action_statement":"update"},
{"vulnerability":{"name":"CVE-2026-1","aliases":["GHSA-aaaa"]},"products":[{"@id":"pkg:deb/debian/zlib1g@1:1.3.1"}],"status":"fixed"},
{"vulnerability":{"name":"CVE-2026-2"},"products":[{"@id":"pkg:pypi/flask-thing@2.0"}],"status":"not_affected","justification":"component_not_present"}]}
JSON
intoto exception create --id EX-1 --owner bob --reason 'until Monday' --gate vulnerabilities --finding CVE-2026-1 --package pkg:deb/debian/zlib1g@1:1.2.13 \
	--expires 2031-01-01T00:00:00Z --signing-key key -o ex.exception.json >/dev/null || diag 'no exception'

# A release whose link has the image of old as its product.
mkdir links && printf 1 >image && intoto-run -n build -p image --metadata-directory links --signing-key key -- true &&
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z && intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' &&
	intoto sign -f root.layout --signing-key key &&
	intoto archive pack -o app.tar.zst -l root.layout --verification-keys key.pub --link-dir links --at 2030-03-17T17:46:40Z --signing-key key \
		--product app --release 1.0 >/dev/null || diag 'no archive'
ok 'evidence is put' intoto store put old.sbom.json new.sbom.json old.scan.json vex.json ex.exception.json app.tar.zst

# rows QUESTION: state, release, image, package, version and who says so, of each line
rows() { intoto store affected --format=json "$1" | jq -r '[.state, .product, .release, .image, .package, .version, .saidBy] | join("|")' | LC_ALL=C sort; }

# --- packages ---------------------------------------------------------------------------------------------
is "$(rows pkg:deb/debian/zlib1g | grep '^contains')" \
	"contains|app|1.0|registry.example.org/app:old|pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12|1:1.2.13|old.sbom.json
contains|||registry.example.org/app:new|pkg:deb/debian/zlib1g@1:1.3.1?arch=amd64&distro=debian-12|1:1.3.1|new.sbom.json" \
	'a package: images, and the release that has the same bytes'
is "$(rows pkg:deb/debian/zlib1g | grep -c '^affected\|^fixed\|^excepted')" 3 'with what VEX and exceptions say of it'
is "$(rows pkg:deb/debian/zlib1g@1:1.3.1 | cut -d'|' -f1,6 | xargs)" 'contains|1:1.3.1 fixed|1:1.3.1' 'a version has its own'
is "$(rows 'pkg:deb/debian/zlib1g@1%3A1.3.1?arch=arm64' | wc -l)" 2 'however its purl is written'
is "$(rows pkg:pypi/flask_thing | cut -d'|' -f1 | xargs)" 'contains contains not_affected' 'in the form of its type'
is "$(rows pkg:deb/debian/zlib)" '' 'the beginning of a name is another package'
ok 'and nothing found is no failure' intoto store affected pkg:deb/debian/zlib

# --- vulnerabilities ------------------------------------------------------------------------------------------
is "$(rows CVE-2026-1 | cut -d'|' -f1,2,3,6,7)" "affected|||1:1.2.13|vex.json
contains|app|1.0|1:1.2.13|old.sbom.json
excepted|||1:1.2.13|ex.exception.json
fixed|||1:1.3.1|vex.json
found|app|1.0|1:1.2.13|old.scan.json" 'a vulnerability: who contains what has it, and who speaks of it'
is "$(rows GHSA-aaaa | cut -d'|' -f1 | xargs)" 'affected contains excepted fixed found' 'by its other name the same'
is "$(rows CVE-2026-2 | cut -d'|' -f1 | xargs)" 'not_affected' 'what nobody has is contained in nothing'
is "$(rows "x' OR '1'='1")" '' 'SQL in a question is a text'
refuses 0 'contains  app 1.0  about registry.example.org/app:old' 'people read a line each' intoto store affected CVE-2026-1
refuses 0 'says old.sbom.json sha256:' 'with the evidence' intoto store affected CVE-2026-1
refuses 64 'want the id of a vulnerability' 'asks for something' intoto store affected
refuses 64 'affected' 'one at a time' intoto store affected CVE-2026-1 CVE-2026-2
is "$(intoto store search --format=json --kind exception | jq -r .name)" ex.exception.json 'an exception is one'

# --- documents of others ----------------------------------------------------------------------------------------
intoto store init --store others >/dev/null
ok 'documents of other tools are put' intoto store put --store others "$samples"/vex/bom-examples-vex.json "$samples"/sbom/syft.cdx.json "$samples"/sbom/trivy.cdx.json
export INTOTO_STORE=$PWD/others
is "$(rows CVE-2020-25649 | cut -d'|' -f1,7)" 'not_affected|bom-examples-vex.json' 'a VEX of CycloneDX'
ok 'reports as scanners write them' intoto store put "$samples"/grype.json "$samples"/trivy.json
found=$(jq -r '.matches[0].vulnerability.id' "$samples"/grype.json)
ok 'are read' grep -q '^found|.*|grype.json' <(rows "$found")
found=$(jq -r 'first(.Results[].Vulnerabilities[]?).VulnerabilityID' "$samples"/trivy.json)
ok 'whosever they are' grep -q '^found|.*|trivy.json' <(rows "$found")
is "$(intoto store search --format=json --kind report | jq -r .name | sort | xargs)" 'grype.json trivy.json' 'and known as reports'
is "$(rows pkg:deb/debian/package-2@2.0.1 | cut -d'|' -f1,7)" 'contains|syft.cdx.json' 'a list of Syft'
done_testing
