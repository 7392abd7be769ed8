#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The layouts in layouts/templates: each compiled, signed and verified, with evidence that passes and
# with evidence that does not.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/gates/evidence.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner builder tester scanner security
for name in builder tester scanner security; do cp $name.pem.pub $name.pub; done

# template NAME STEP KEY: the layout of that name, with a link for its step and no evidence yet
template() {
	rm -rf links && mkdir links
	cp "$INTOTO_SOURCE/layouts/templates/$1.yaml" . &&
		intoto layout compile -f "$1.yaml" -o root.layout --at 2026-01-01T00:00:00Z >/dev/null &&
		intoto sign -q --unchecked -f root.layout -k owner.pem && link links "$2" "$3" '' "\"app\":$(sha 1)"
}
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --at 2026-02-02T00:00:00Z -v "$@"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

zlib=pkg:deb/debian/zlib1g@1.2.13
critical=$(found CVE-2026-1 critical $zlib)

# --- no critical vulnerability unless VEX says not affected ---------------------------------------------
new() { template no-critical-vulnerabilities build builder; }
ok 'no-critical-vulnerabilities is a layout' new
refuses 1 'a scan for vulnerabilities' 'without a scan nothing passes' verify
statement links/scan.json scanner $vulns "$(scan '')"
passes_with 'is a scan by grype with 0 findings' 'a clean scan passes' verify
statement links/scan.json scanner $vulns "$(scan "$(found CVE-2026-2 high $zlib)")"
passes_with 'CVE-2026-2 in pkg:deb/debian/zlib1g@1.2.13: high (nvd), found by grype: no limit counts it' 'what is not critical passes' verify
statement links/scan.json scanner $vulns "$(scan "$critical")"
refuses 1 'CVE-2026-1 in pkg:deb/debian/zlib1g@1.2.13: critical (nvd), found by grype: 1 finding is critical, and at most 0 may be' 'a critical one does not' verify
statement links/vex.json security $openvex "$(vex security@example.org "$(says CVE-2026-1 not_affected $zlib)")"
passes_with 'vex vex.json statements[0] (not_affected: vulnerable_code_not_present) by security@example.org' 'unless VEX says that it does not matter' verify
statement links/vex.json security $openvex "$(vex security@example.org "$(says CVE-2026-1 affected $zlib)")"
refuses 1 'is the one that counts, and clears nothing' 'affected is affected' verify
statement links/vex.json security $openvex "$(vex security@example.org "$(says CVE-2026-1 fixed $zlib)")"
refuses 1 'is the one that counts, and clears nothing' 'the template does not take fixed' verify
statement links/vex.json scanner $openvex "$(vex security@example.org "$(says CVE-2026-1 not_affected $zlib)")"
refuses 1 'it is signed by none of those whom the layout names' 'who scans cannot clear' verify
statement links/vex.json security $openvex "$(vex mallory@example.org "$(says CVE-2026-1 not_affected $zlib)")"
refuses 1 "its author 'mallory@example.org' is not among those whom the layout names" 'nor can another author' verify
statement links/vex.json security $openvex "$(vex security@example.org "$(says CVE-2026-1 not_affected pkg:deb/debian/zlib1g@1.2.11)")"
refuses 1 'it is about version 1.2.11, the finding about 1.2.13' 'nor a statement about another version' verify
statement links/vex.json security $openvex "$(vex security@example.org "$(says CVE-2026-1 not_affected $zlib)")" "{\"name\":\"app\",\"digest\":$(sha 9)}"
refuses 1 'CVE-2026-1' 'nor a document about another artifact' verify
rm links/vex.json
statement links/scan.json scanner $vulns "$(scan "$(found CVE-2026-3 '' $zlib)")"
refuses 1 'unknown, which counts as critical' 'an unknown severity is not harmless' verify
statement links/scan.json scanner $vulns "$(scan '' grype '"intotoComplete":false')"
refuses 1 'its report says that the scan did not end well' 'an incomplete scan is not clean' verify
statement links/scan.json scanner $vulns "$(scan '' | sed 's/,"db":{[^}]*}//')"
refuses 1 'it does not say when its database was updated' 'nor is one by a database of unknown age' verify
statement links/scan.json builder $vulns "$(scan '')"
refuses 1 'is signed by nobody whom the gate accepts' 'nor one by somebody else' verify

# --- tests must have passed --------------------------------------------------------------------------------
ok 'tests-passed is a layout' template tests-passed test tester
# test_result RESULT PASSED FAILED NPASSED NFAILED [NSKIPPED]
test_result() {
	printf '{"result":"%s","configuration":[{"uri":"junit.xml"}],"passedTests":[%s],"warnedTests":[],"failedTests":[%s],' "$1" "$2" "$3"
	printf '"intoto":{"counts":{"passed":%d,"failed":%d,"errors":0,"skipped":%d,"flaky":0,"todo":0,"total":%d},"flakyTests":[],"skippedTests":[%s],"todoTests":[]}}' \
		"$4" "$5" "${6-0}" $(($4 + $5 + ${6-0})) "${6:+\"s\"}"
}
refuses 1 'gate.tests' 'without a result nothing passes' verify
statement links/tests.json tester $results "$(test_result PASSED '"a","b"' '' 2 0)"
ok 'tests that passed pass' verify
statement links/tests.json tester $results "$(test_result FAILED '"a"' '"b"' 1 1)"
refuses 1 'gate.tests' 'a test that failed does not' verify
statement links/tests.json tester $results "$(test_result PASSED '"a"' '"b"' 1 1)"
refuses 1 'gate.tests' 'whatever the result says of itself' verify
statement links/tests.json tester $results "$(test_result PASSED '' '' 0 0)"
refuses 1 'gate.tests' 'an empty result is none' verify
statement links/tests.json tester $results "$(test_result PASSED '"a","b"' '' 2 0 1)"
refuses 1 'skipped' 'nor may a third of them be skipped' verify
statement links/tests.json builder $results "$(test_result PASSED '"a"' '' 1 0)"
refuses 1 'is signed by nobody whom the gate accepts' 'who tested signs it' verify

# --- an SBOM must exist and contain no GPL ------------------------------------------------------------------
ok 'sbom-without-gpl is a layout' template sbom-without-gpl build builder
bom() { printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"timestamp":"2026-02-01T00:00:00Z"},"components":[%s]}' "$1"; }
part() { printf '{"type":"library","name":"%s","version":"1","purl":"pkg:npm/%s@1","licenses":[%s]}' "$1" "$1" "$2"; }
refuses 1 'gate.sbom' 'without an SBOM nothing passes' verify
statement links/sbom.json builder $cyclonedx "$(bom "$(part a '{"license":{"id":"MIT"}}')")"
ok 'one without the GPL passes' verify
statement links/sbom.json builder $cyclonedx "$(bom "$(part a '{"license":{"id":"GPL-3.0-only"}}')")"
refuses 1 'GPL-3.0-only' 'one with it does not' verify
statement links/sbom.json builder $cyclonedx "$(bom "$(part a '{"expression":"MIT OR GPL-2.0-only"}')")"
ok 'a choice is kept if one branch is' verify
statement links/sbom.json builder $cyclonedx "$(bom "$(part a '{"expression":"MIT AND GPL-2.0-only"}')")"
refuses 1 'GPL-2.0-only' 'both at once are not' verify
statement links/sbom.json builder $cyclonedx "$(bom "$(part a '')")"
refuses 1 'gate.licenses' 'a package without a licence is not without the GPL' verify
statement links/sbom.json builder $cyclonedx "$(bom '')"
refuses 1 'gate.sbom' 'an empty SBOM is none' verify

# --- severity thresholds with exceptions ----------------------------------------------------------------------
ok 'severity-thresholds is a layout' template severity-thresholds build builder
high() { local i comma=; for i in $(seq "$1"); do printf '%s' "$comma$(found "CVE-2026-1$i" high "pkg:npm/p$i@1")"; comma=,; done; }
refuses 1 'a scan for vulnerabilities' 'without a scan nothing passes here either' verify
statement links/scan.json scanner $vulns "$(scan "$(high 2)")"
ok 'two high ones are within the limit' verify
statement links/scan.json scanner $vulns "$(scan "$(high 3)")"
refuses 1 '3 findings are high or worse, and at most 2 may be' 'three are not' verify
statement links/scan.json scanner $vulns "$(scan "$(high 2),$(found CVE-2026-19 high pkg:npm/new@1 '"published":"2026-01-30T00:00:00Z"')")"
passes_with 'the grace of 168 hours from its publication, until 2026-02-06T00:00:00Z' 'a new one has its days' verify
statement links/scan.json scanner $vulns "$(scan "$critical")"
refuses 1 '1 finding is critical, and at most 0 may be' 'a critical one is over' verify
excuse() {
	intoto exception create -f --id EX-7 --owner alice@example.org --reason 'not reachable' --gate vulnerabilities --finding CVE-2026-1 \
		--package $zlib --not-before 2026-01-20T00:00:00Z --expires 2026-02-20T00:00:00Z -o links/EX-7.exception.json "$@"
}
excuse --ticket SEC-1 --signing-key security.pem
passes_with 'CVE-2026-1 in pkg:deb/debian/zlib1g@1.2.13: allowed: critical (nvd), found by grype: an exception covers it: exception EX-7' 'unless somebody excuses it' verify
excuse --signing-key security.pem
refuses 1 'names no ticket' 'with a ticket' verify
excuse --ticket SEC-1 --signing-key scanner.pem
refuses 1 'is signed by 0 of the people whom the layout lets excuse' 'who is not who scanned' verify
excuse --ticket SEC-1 --expires 2026-12-20T00:00:00Z --signing-key security.pem
refuses 1 'EX-7' 'for not too long' verify
excuse --ticket SEC-1 --signing-key security.pem
statement links/scan.json scanner $vulns "$(scan "$critical,$(found CVE-2026-9 critical $zlib)")"
refuses 1 'CVE-2026-9' 'and nothing but what it names' verify
done_testing
