#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor of VEX documents: what each format asks for, and nothing that lacks it.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/attestors/report.sh"

vex() { attest vex "$@"; }
note() { told '.notes[]' | grep -qF "$1"; }
# fails TEXT SENTENCE [JQ [BASE]]: BASE (doc.json) changed by JQ is not taken, for that reason
fails() {
	jq "${3-.}" "${4-doc.json}" >bad.json
	refuses 1 "$1" "$2" vex bad.json
}
# takes SENTENCE JQ [BASE]
takes() { jq "$2" "${3-doc.json}" >good.json && ok "$1" vex good.json; }

# --- OpenVEX ---
cat >doc.json <<'EOF2'
{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "Alice", "timestamp": "2026-01-10T00:00:00Z",
 "version": 1, "x": 1.50,
 "statements": [{"vulnerability": {"name": "CVE-2026-1", "aliases": ["GHSA-1"]}, "status": "not_affected", "justification": "component_not_present",
   "products": [{"@id": "pkg:oci/app", "identifiers": {"purl": "pkg:oci/app"}, "subcomponents": [{"@id": "pkg:npm/a@1"}]}]},
  {"vulnerability": {"name": "CVE-2026-2"}, "status": "affected", "action_statement": "update", "products": [{"@id": "pkg:oci/app"}]}]}
EOF2
ok 'takes OpenVEX' vex doc.json
is "$(told '.statements[0].predicateType')" https://openvex.dev/ns 'with the type URI that cosign writes'
is "$(told '.statements[0].predicate' | jq -S .)" "$(jq -S . doc.json)" 'and the whole document'
ok 'counts its statements' note 'OpenVEX, 1 not affected, 1 affected, 0 fixed, 0 under investigation'
takes 'an impact statement is a reason, too' 'del(.statements[0].justification) | .statements[0].impact_statement = "not built"'
takes 'without products it is about its envelope'"'"'s subject' 'del(.statements[0].products)'
fails 'bad.json: statements[0]: says not_affected with neither a justification nor an impact_statement' 'not_affected needs a reason' 'del(.statements[0].justification)'
fails 'statements[1].action_statement: want a text that is not empty, found nothing' 'affected needs an action' 'del(.statements[1].action_statement)'
fails "statements[0].justification: want component_not_present" 'a justification is one of five' '.statements[0].justification = "trust me"'
fails "statements[0].status: want not_affected, affected, fixed or under_investigation, found 'fine'" 'a status is one of four' '.statements[0].status = "fine"'
fails 'statements[0].vulnerability.name: want a text' 'a vulnerability has a name' '.statements[0].vulnerability = {}'
fails 'statements[0].vulnerability: want an object' 'a vulnerability is an object' '.statements[0].vulnerability = "CVE-2026-1"'
fails 'statements[0].products[0]: has neither @id nor identifiers nor hashes' 'a product has an identity' '.statements[0].products = [{}]'
fails 'statements[0].products[0].subcomponents[0]: has neither' 'so has a component' '.statements[0].products[0].subcomponents = [{}]'
fails 'statements[0].products: want a list of at least one' 'no products at all is no product' '.statements[0].products = []'
fails 'statements: want a list of at least one' 'statements are there' '.statements = []'
for member in @id author timestamp; do fails "$member: want a text that is not empty, found nothing" "$member is there" "del(.\"$member\")"; done
fails 'version: want a whole number from 1' 'the version is a number' '.version = "1"'
fails 'timestamp: want a time as RFC 3339 has it' 'the time is one' '.timestamp = "yesterday"'
fails "@context: want https://openvex.dev/ns or https://openvex.dev/ns/v0.2.0, found 'https://openvex.dev/ns/v9'" 'another version is another format' '."@context" = "https://openvex.dev/ns/v9"'

# --- CSAF ---
cat >csaf.json <<'EOF2'
{"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t", "publisher": {"category": "vendor", "name": "A", "namespace": "https://example.org"},
  "tracking": {"id": "A-1", "version": "1", "status": "final", "initial_release_date": "2026-01-10T00:00:00Z", "current_release_date": "2026-01-10T00:00:00Z",
   "revision_history": [{"date": "2026-01-10T00:00:00Z", "number": "1", "summary": "first"}]}},
 "product_tree": {"branches": [{"category": "vendor", "name": "A", "branches": [{"category": "product_version", "name": "1", "product": {"product_id": "P1", "name": "p 1"}}]}],
  "full_product_names": [{"product_id": "P2", "name": "p 2"}],
  "relationships": [{"category": "default_component_of", "product_reference": "P1", "relates_to_product_reference": "P2", "full_product_name": {"product_id": "P12", "name": "p"}}],
  "product_groups": [{"group_id": "G", "product_ids": ["P1", "P12"]}]},
 "vulnerabilities": [{"cve": "CVE-2026-1", "notes": [{"category": "description", "text": "x"}],
   "product_status": {"known_not_affected": ["P1", "P12"], "known_affected": ["P2"]},
   "flags": [{"label": "component_not_present", "group_ids": ["G"]}], "remediations": [{"category": "vendor_fix", "details": "d", "product_ids": ["P2"]}]}]}
EOF2
ok 'takes CSAF' vex csaf.json
is "$(told '.statements[0].predicateType')" https://in-toto.io/intoto/csaf/v1 'with a type URI of ours'
takes 'CSAF 2.1, too' '.document.csaf_version = "2.1"' csaf.json
takes 'an impact threat is a reason, too' 'del(.vulnerabilities[0].flags) | .vulnerabilities[0].threats = [{"category": "impact", "details": "d", "product_ids": ["P1", "P12"]}]' csaf.json
fails "document.category: want csaf_vex, found 'csaf_base'" 'another profile is no VEX' '.document.category = "csaf_base"' csaf.json
fails "document.csaf_version: want 2.0 or 2.1, found '3.0'" 'another version is not known' '.document.csaf_version = "3.0"' csaf.json
fails 'known_not_affected[0]: is known not to be affected, and neither a flag nor a threat' 'known_not_affected needs a reason' 'del(.vulnerabilities[0].flags)' csaf.json
fails 'known_affected[0]: is known to be affected, and no remediation' 'known_affected needs a remediation' 'del(.vulnerabilities[0].remediations)' csaf.json
fails "fixed[0]: want a product_id of the product tree, found 'P9'" 'products are in the tree' '.vulnerabilities[0].product_status.fixed = ["P9"]' csaf.json
fails "product_status: the product 'P1' is in groups that contradict each other" 'and in one group' '.vulnerabilities[0].product_status.fixed = ["P1"]' csaf.json
fails "product_tree: two products have the product_id 'P1'" 'once' '.product_tree.full_product_names[0].product_id = "P1"' csaf.json
fails "relationships[0].product_reference: want a product_id" 'relationships refer to products' '.product_tree.relationships[0].product_reference = "X"' csaf.json
fails 'product_status: has none of fixed, known_affected' 'one of four groups is there' '.vulnerabilities[0].product_status = {"recommended": ["P1"]}' csaf.json
fails 'vulnerabilities[0]: has neither cve nor ids' 'a vulnerability has an id' 'del(.vulnerabilities[0].cve)' csaf.json
fails 'vulnerabilities[0].notes: want a list' 'and notes' 'del(.vulnerabilities[0].notes)' csaf.json
for member in title publisher tracking; do fails "document.$member: want" "document.$member is there" "del(.document.$member)" csaf.json; done
for member in id version status initial_release_date current_release_date revision_history; do
	fails "document.tracking.$member: want" "document.tracking.$member is there" "del(.document.tracking.$member)" csaf.json
done

# --- CycloneDX: a document of CycloneDX's own examples ---
sample=$INTOTO_SOURCE/tests/attestors/samples/vex/bom-examples-vex.json
ok 'takes CycloneDX' vex "$sample"
is "$(told '.statements[0].predicateType')" https://cyclonedx.org/bom 'with its type URI'
is "$(told '.statements[0].predicate' | jq -S .)" "$(jq -S . "$sample")" 'and the whole document'
fails 'none has an analysis with a state' 'findings alone are no VEX' 'del(.vulnerabilities[].analysis)' "$sample"
fails "analysis.state: want resolved" 'a state is one of six' '.vulnerabilities[0].analysis.state = "fine"' "$sample"
fails 'says not_affected with neither a justification nor a detail' 'not_affected needs a reason' '.vulnerabilities[0].analysis = {"state": "not_affected"}' "$sample"
fails 'affects[0].ref: want a text' 'what is affected is named' '.vulnerabilities[0].affects = [{}]' "$sample"
fails "specVersion: want 1.4, 1.5, 1.6 or 1.7, found '1.3'" 'before 1.4 there were no vulnerabilities' '.specVersion = "1.3"' "$sample"

# --- which format ---
fails 'is no VEX document' 'other JSON is none' '{}'
fails 'looks like CycloneDX and like OpenVEX; say which with the option as' 'two formats in one are refused' '. + {"bomFormat": "CycloneDX"}'
jq '. + {"bomFormat": "CycloneDX"}' doc.json >both.json
ok 'unless one is forced' vex both.json '{"as": ["openvex"]}'
refuses 1 'specVersion: want a text' 'which must then hold' vex both.json '{"as": ["cyclonedx"]}'
refuses 1 "option as: want openvex, csaf or cyclonedx, found 'sbom'" 'and be known' vex doc.json '{"as": ["sbom"]}'
head -c 200 doc.json >cut.json; refuses 1 'cut.json: ' 'a cut document is refused' vex cut.json
printf '<bom/>' >bom.xml; refuses 1 'bom.xml: ' 'XML is not taken' vex bom.xml
ok 'describes itself' grep -q '"name":"vex"' <("$INTOTO_BUILD/attestors/vex/vex" describe | tr -d ' \n')
done_testing
