#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor of SBOMs: every format by its own fields, and nothing that only looks like one.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/report.sh"

samples=$INTOTO_SOURCE/tests/attestors/samples/sbom
sbom() { attest sbom "$@"; }
predicate() { told '.statements[0].predicate'; }
says() { refuses 1 "$@"; }
note() { told '.notes[]' | grep -F "$1"; }

# --- real documents ---

ok 'takes SPDX 2.3 in JSON' sbom "$samples/examplemaven.spdx.json"
is "$(told '.statements[0].predicateType')" https://spdx.dev/Document 'SPDX 2 has the type URI that others read'
ok 'counts its packages and files' note 'SPDX 2 (JSON) with 6 packages and 2 files'
is "$(predicate | jq -S .)" "$(jq -S . "$samples/examplemaven.spdx.json")" 'the predicate is the whole document'
ok 'takes SPDX 3 in JSON-LD' sbom "$samples/hello-dist.spdx3.json"
is "$(told '.statements[0].predicateType')" https://spdx.dev/Document/v3 'SPDX 3 has a type URI of its own'
is "$(predicate | jq -S .)" "$(jq -S . "$samples/hello-dist.spdx3.json")" 'and its whole document'
ok 'takes SPDX 2.2 in tag-value' sbom "$samples/example1.spdx"
ok 'counts its packages and files, too' note 'SPDX 2 (tag-value) with 1 packages and 3 files'
is "$(predicate | jq -r '.packages[0] | [.name, .SPDXID, .licenseConcluded, .filesAnalyzed] | join(" ")')" \
	'hello SPDXRef-Package-hello GPL-3.0-or-later true' 'tag-value becomes the JSON of the same version'
is "$(predicate | jq -r '[.spdxVersion, .creationInfo.created, (.creationInfo.creators | length)] | join(" ")')" \
	'SPDX-2.2 2021-08-26T01:46:00Z 3' 'with its creation'
is "$(predicate | jq -r '[.relationships[] | select(.relationshipType == "CONTAINS")] | length')" 3 \
	'and says that the files behind a package are in it'
ok 'takes one with packages alone' sbom "$samples/example6-lib.spdx"
says 'packages[0]: want a text as the member downloadLocation' "refuses an older Trivy's SPDX, which lacks it" \
	sbom "$samples/trivy-2023.json"
for file in "$samples"/*.spdx* "$samples"/*.cdx.json; do
	ok "no member is unknown in ${file##*/}" not grep -qF 'were kept and not looked at' <(sbom "$file")
done

# --- CycloneDX ---

cat >bom.json <<'EOF'
{"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"timestamp": "2026-01-01T00:00:00.5Z"},
 "components": [{"type": "library", "name": "a", "version": "1", "a/b": 1.50,
   "licenses": [{"expression": "MIT OR GPL-2.0-only"}], "components": [{"type": "file", "name": "b"}]}]}
EOF
ok 'takes CycloneDX in JSON' sbom bom.json
is "$(told '.statements[0].predicateType')" https://cyclonedx.org/bom 'CycloneDX has the type URI that others read'
is "$(predicate | jq -S .)" "$(jq -S . bom.json)" 'the predicate is the whole document, numbers and odd names as they stood'
ok 'tells of a member that the format does not have' note '1 members that the format does not have were kept and not looked at: a~1b'

cat >bom.xml <<'EOF'
<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" xmlns:x="urn:other" serialNumber="urn:uuid:1" version="2">
 <metadata><timestamp>2026-01-01T00:00:00Z</timestamp>
  <tools><tool><vendor>v</vendor><name>t</name><version>1</version></tool></tools>
  <component type="container" bom-ref="root"><name>img</name></component></metadata>
 <components>
  <component type="library" bom-ref="a"><name>a &amp; b</name><version>1</version>
   <hashes><hash alg="SHA-256">aa</hash></hashes>
   <licenses><license><id>MIT</id></license><license><name>Own</name></license></licenses>
   <purl>pkg:npm/a@1</purl><modified>false</modified>
   <components><component type="file"><name>c</name></component></components>
   <x:own>1</x:own></component>
 </components>
 <dependencies><dependency ref="root"><dependency ref="a"/></dependency><dependency ref="a"/></dependencies>
 <vulnerabilities><vulnerability><id>CVE-1</id><ratings><rating><score>9.8</score><severity>critical</severity></rating></ratings>
  <cwes><cwe>79</cwe></cwes><affects><target><ref>a</ref></target></affects></vulnerability></vulnerabilities>
</bom>
EOF
ok 'takes CycloneDX in XML' sbom bom.xml
is "$(predicate | jq -cS .)" '{"bomFormat":"CycloneDX","components":[{"bom-ref":"a","components":[{"name":"c","type":"file"}],"hashes":[{"alg":"SHA-256","content":"aa"}],"licenses":[{"license":{"id":"MIT"}},{"license":{"name":"Own"}}],"modified":false,"name":"a & b","purl":"pkg:npm/a@1","type":"library","version":"1"}],"dependencies":[{"dependsOn":["a"],"ref":"root"},{"ref":"a"}],"metadata":{"component":{"bom-ref":"root","name":"img","type":"container"},"timestamp":"2026-01-01T00:00:00Z","tools":[{"name":"t","vendor":"v","version":"1"}]},"serialNumber":"urn:uuid:1","specVersion":"1.4","version":2,"vulnerabilities":[{"affects":[{"ref":"a"}],"cwes":[79],"id":"CVE-1","ratings":[{"score":9.8,"severity":"critical"}]}]}' \
	'XML becomes the JSON of the same version'
ok 'counts what is in it, and not what it is about' note 'CycloneDX (XML) with 2 packages'
ok 'tells what it left out' note '1 parts were left out of the JSON, and stand in the file alone: own'

# --- what is none, or two ---

echo '{"bomFormat": "CycloneDX", "specVersion": "1.5", "spdxVersion": "SPDX-2.3"}' >two.json
says 'has the marks of two SBOM formats' 'refuses two formats in one file' sbom two.json
ok 'takes it as the one that the user says' sbom two.json '{"as": ["cyclonedx"]}'
says 'want a text as the member SPDXID' 'and refuses it as the other one, which it is not' sbom two.json '{"as": ["spdx"]}'
says 'the option as: want spdx' 'refuses a format that nobody knows' sbom two.json '{"as": ["swid"]}'
echo '{"results": []}' >none.json
says 'none.json: is no SBOM' 'refuses JSON that is no SBOM' sbom none.json
echo 'hello' >none.txt
says 'none.txt: is no SBOM' 'refuses a text that is no SBOM' sbom none.txt
echo '<testsuites/>' >none.xml
says 'is XML, and no CycloneDX' 'refuses XML that is no CycloneDX' sbom none.xml
: >empty
says 'empty: is no SBOM' 'refuses an empty file' sbom empty
{ cat bom.json; cat bom.json; } >twice.json
says 'twice.json' 'refuses a second document behind the first' sbom twice.json
{ cat "$samples/example1.spdx"; cat "$samples/example1.spdx"; } >twice.spdx
says 'a second SPDXVersion' 'refuses a second tag-value document behind the first' sbom twice.spdx

# --- hostile ---

cat >bomb.xml <<'EOF'
<!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>&c;</name></component></components></bom>
EOF
says 'line 1: a DTD, which is not read' 'refuses an entity bomb' sbom bomb.xml
echo secret-of-the-machine >secret
cat >external.xml <<EOF
<!DOCTYPE bom [<!ENTITY x SYSTEM "file://$PWD/secret">]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>&x;</name></component></components></bom>
EOF
says 'a DTD, which is not read' 'refuses an external entity' sbom external.xml
ok 'and reads nothing through it' lacks "$tap_top/answer" secret-of-the-machine
echo '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><name>&nope;</name></bom>' >entity.xml
says 'undefined entity' 'refuses an entity that nothing defines' sbom entity.xml
{ printf '<bom xmlns="http://cyclonedx.org/schema/bom/1.4">'; printf '<components>%.0s' $(seq 2000); } >deep.xml
says 'more than 64 elements deep' 'refuses XML 2,000 elements deep' sbom deep.xml
{ printf '{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": '; printf '[%.0s' $(seq 2000); } >deep.json
says 'deep.json' 'refuses JSON 2,000 lists deep' sbom deep.json
head -c 200 bom.json >cut.json
says 'cut.json' 'refuses JSON that is cut off' sbom cut.json
head -c 500 bom.xml >cut.xml
says 'cut.xml: line' 'refuses XML that is cut off' sbom cut.xml
head -c 1500 "$samples/example1.spdx" | sed 's,</text>,,' >cut.spdx
says 'cut.spdx' 'refuses tag-value that is cut off' sbom cut.spdx
sed 's/"name": "a"/"name": "a", "name": "b"/' bom.json >double.json
says 'comes twice' 'refuses a member that comes twice' sbom double.json

# --- what is missing or wrong ---

change() { jq "$2" "$samples/examplemaven.spdx.json" >"$1"; }
change a.json 'del(.packages[2].downloadLocation)'
says 'packages[2]: want a text as the member downloadLocation' 'refuses an SPDX package without what every one has' sbom a.json
change a.json '.spdxVersion = "SPDX-2.1"'
says 'spdxVersion: want SPDX-2.2 or SPDX-2.3' 'refuses an SPDX version that it does not read' sbom a.json
change a.json '.creationInfo.created = "today"'
says 'creationInfo.created: want a time' 'refuses a creation time that is none' sbom a.json
change a.json 'del(.creationInfo.creators)'
says 'creationInfo: want the member creators' 'refuses a document that nobody created' sbom a.json
change a.json '.relationships[0] = {"spdxElementId": "x"}'
says 'relationships[0]: want a text as the member relationshipType' 'refuses half a relationship' sbom a.json
jq '.components[0].components[0] |= del(.name)' bom.json >a.json
says 'components[0].components[0]: want a text as the member name' 'refuses a nested component without a name' sbom a.json
jq '.specVersion = "1.8"' bom.json >a.json
says 'specVersion: want 1.2 to 1.7' 'refuses a CycloneDX version that it does not read' sbom a.json
sed 's,bom/1.4,bom/1.1,' bom.xml >a.xml
says 'want CycloneDX 1.2 to 1.7' 'refuses such a version in XML' sbom a.xml
sed 's, type="library",,' bom.xml >a.xml
says 'component: want type' 'refuses a component without a type in XML' sbom a.xml
sed 's,<score>9.8,<score>9.8.1,' bom.xml >a.xml
says 'score: want a number' 'refuses a number that is none in XML' sbom a.xml
sed '/PackageDownloadLocation/d' "$samples/example1.spdx" >a.spdx
says 'want a line with PackageDownloadLocation behind PackageName' 'refuses a package without what every one has in tag-value' sbom a.spdx
sed '/^Created/d' "$samples/example1.spdx" >a.spdx
says 'want a line with Created' 'refuses tag-value that nobody knows the time of' sbom a.spdx
sed 's/^PackageName: .*/&\n&/' "$samples/example1.spdx" >a.spdx
says 'a.spdx: line' 'refuses a package that is there twice' sbom a.spdx
sed 's/^Relationship: .*/Relationship: SPDXRef-DOCUMENT DESCRIBES/' "$samples/example1.spdx" >a.spdx
says 'ELEMENT TYPE ELEMENT' 'refuses half a relationship in tag-value' sbom a.spdx
{ cat "$samples/example1.spdx"; echo 'what is this'; } >a.spdx
says 'Tag: value' 'refuses a line that is none' sbom a.spdx

# --- time ---

touch -d '2026-01-01T00:00:00Z' bom.json
says 'bom.json: is older than the step' 'refuses an SBOM that is older than the step' sbom bom.json '{}' 1770000000000000000
ok 'takes it when the user says so' sbom bom.json '{"stale": ["allow"]}' 1770000000000000000
ok 'takes one that the step made' sbom bom.json '{}' 1767225600000000000

done_testing
