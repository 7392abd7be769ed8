#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What published example policies of others get wrong, and gates do not: each mistake as a case.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/gates/evidence.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }
# gate GATE FILES...: what it would decide on 2026-02-02
gate() { intoto evaluate -v --as-of 2026-02-02T00:00:00Z --gate "$@"; }
fresh() { rm -rf e && mkdir e; }
zlib=pkg:deb/debian/zlib1g@1.2.13

# --- severities that are left out (an example looks at HIGH and MEDIUM, and lets CRITICAL pass) ---
fresh; statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 critical $zlib)")"
refuses 1 'is high or worse' 'a limit for high counts critical' gate 'vulnerabilities:{"limits":{"high":0,"medium":0}}' e
refuses 65 'critical: 9 is over the limit for less severe findings, 0' 'a limit that would never be reached is no limit' \
	gate 'vulnerabilities:{"limits":{"high":0,"critical":9}}' e
for word in CRITICAL Critical critical; do
	statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 $word $zlib)")"
	refuses 1 'CVE-2026-1' "$word is critical" gate 'vulnerabilities:{"limits":{"critical":0}}' e
done
statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 9.8 $zlib)")"
refuses 1 'CVE-2026-1' 'so is a score of 9.8' gate 'vulnerabilities:{"limits":{"critical":0}}' e
statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 moderate $zlib)")"
refuses 1 'medium' 'what npm calls moderate is medium' gate 'vulnerabilities:{"limits":{"medium":0}}' e

# --- evidence that is not there (policies loop over what they find, and find nothing) ---
fresh; statement e/other.json - https://example.org/other '{}'
for kind in vulnerabilities:'{"limits":{"critical":0}}' tests:'{}' sbom:'{}' licenses:'{"deny":["GPL-*"]}' require:'{"predicates":["vulns"]}'; do
	refuses 1 'REFUSED' "no evidence does not pass the gate ${kind%%:*}" gate "$kind" e
done

# --- an empty suite, and a summary that says passed ---
result() { printf '{"result":"%s","configuration":[{"uri":"x"}],"passedTests":[%s],"warnedTests":[],"failedTests":[%s]}' "$1" "$2" "$3"; }
fresh; statement e/tests.json - $results "$(result PASSED '' '')"
refuses 1 'gate.tests' 'a suite without tests has not passed' gate 'tests:{}' e
statement e/tests.json - $results "$(result PASSED '"a"' '"b"')"
refuses 1 'gate.tests' 'a summary does not outweigh a failed test' gate 'tests:{}' e
statement e/tests.json - $results "$(result ERROR '"a"' '')"
refuses 1 'gate.tests' 'a result that no standard has is not good' gate 'tests:{}' e
statement e/tests.json - $results "$(result PASSED '"a"' '')"; statement e/more.json - $results "$(result FAILED '' '"b"')"
refuses 1 'gate.tests' 'a good result beside a bad one does not mend it' gate 'tests:{}' e

# --- licences compared as words ---
bom() { printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"a","version":"1"%s}]}' "$1"; }
licence() { fresh; statement e/sbom.json - $cyclonedx "$(bom "$1")"; }
no_gpl='licenses:{"deny":["GPL-*"],"noassertion":"deny","none":"deny"}'
licence ',"licenses":[{"expression":"MIT OR GPL-2.0-only"}]'; ok 'one may choose' gate "$no_gpl" e
licence ',"licenses":[{"expression":"MIT AND GPL-2.0-only"}]'; refuses 1 'GPL-2.0-only' 'but not when both hold' gate "$no_gpl" e
licence ',"licenses":[{"expression":"GPL-2.0-or-later WITH Classpath-exception-2.0"}]'; refuses 1 'GPL-2.0' 'an exception does not hide the licence' gate "$no_gpl" e
licence ',"licenses":[{"license":{"id":"GPL-3.0-only"}}]'; refuses 1 'GPL-3.0-only' 'an id is looked at' gate "$no_gpl" e
licence ',"licenses":[{"license":{"name":"GPL-3.0-only"}}]'; refuses 1 'GPL-3.0' 'and so is a name' gate "$no_gpl" e
licence ''; refuses 1 'gate.licenses' 'a package without a licence is not skipped' gate "$no_gpl" e

# --- a rule that cannot fail (a step that failed never has evidence of its exit status) ---
refuses 65 'demands nothing' 'a gate that demands nothing is refused' gate 'vulnerabilities:{}' e
refuses 65 'demands nothing' 'and so is one that wants none of nothing' gate 'require:{"predicates":["sbom"],"least":0}' e
refuses 65 'unknown member' 'a member that is misspelt is not passed over' gate 'vulnerabilities:{"limits":{"critical":0},"ignoreUnfixd":true}' e

# --- VEX for one ecosystem, and for one report ---
vex_gate='vulnerabilities:{"limits":{"critical":0},"vex":{"authors":["alice"]}}'
for purl in pkg:golang/example.com/m@v1.2.3 pkg:npm/%40scope/name@1.2.3 pkg:pypi/django@4.2 pkg:maven/org.x/y@1.0 pkg:cargo/serde@1.0.0 \
	pkg:deb/debian/zlib1g@1.2.13 pkg:rpm/redhat/openssl@3.0.7-6.el9 pkg:apk/alpine/busybox@1.36.1-r0 pkg:gem/rails@7.0.0 pkg:generic/thing@1; do
	fresh; statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 critical "$purl")")"
	statement e/vex.json - $openvex "$(vex alice "$(says CVE-2026-1 not_affected "$purl")")"
	ok "VEX matches $purl" gate "$vex_gate" e
	statement e/vex.json - $openvex "$(vex alice "$(says CVE-2026-1 not_affected "${purl%@*}@0.0.1")")"
	refuses 1 'it is about version' 'and not another version of it' gate "$vex_gate" e
done
fresh
statement e/one.json - $vulns "$(scan "$(found CVE-2026-1 critical $zlib)")"
statement e/two.json - $vulns "$(scan "$(found GHSA-1 critical $zlib '"aliases":["CVE-2026-1"]')" trivy)"
refuses 1 'found by grype, trivy: 1 finding' 'two reports are judged together, the same advisory once' gate "$vex_gate" e
statement e/vex1.json - $openvex "$(vex bob "$(says CVE-2026-1 not_affected $zlib)")"
statement e/vex2.json - $openvex "$(vex alice "$(says CVE-2026-1 not_affected $zlib)")"
passes_with 'vex vex2.json statements[0]' 'and so are two VEX documents' gate "$vex_gate" e

# --- the last word of VEX, and who has it ---
fresh; statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 critical $zlib)")"
statement e/vex.json - $openvex "$(vex alice "$(says CVE-2026-1 not_affected $zlib '"timestamp":"2026-01-11T00:00:00Z"'),$(says CVE-2026-1 affected $zlib '"timestamp":"2026-01-12T00:00:00Z"')")"
refuses 1 'a later statement replaces it' 'the order of a file is not the order of time' gate "$vex_gate" e
statement e/vex.json - $openvex "$(vex alice "$(says CVE-2026-1 affected $zlib '"timestamp":"2026-01-11T00:00:00Z"'),$(says CVE-2026-1 not_affected $zlib '"timestamp":"2026-01-12T00:00:00Z"')")"
ok 'the later statement has the last word' gate "$vex_gate" e
statement e/vex.json - $openvex '{"statements":[]}'
refuses 1 'cannot be read as VEX' 'any JSON is not VEX' gate "$vex_gate" e

# --- findings that a scanner hides, and how old its knowledge is ---
fresh; statement e/scan.json - $vulns "$(scan "$(found CVE-2026-1 critical $zlib '"state":"suppressed","suppressedBy":"us"')")"
refuses 1 'CVE-2026-1' 'what the scanner suppressed counts' gate 'vulnerabilities:{"limits":{"critical":0}}' e
fresh; statement e/scan.json - $vulns "$(scan '' | sed 's/"lastUpdate":"2026/"lastUpdate":"2020/')"
refuses 1 'its database is' 'an old database knows nothing' gate 'vulnerabilities:{"limits":{"critical":0},"databaseAge":"7d"}' e
ok 'where nobody asks for its age, it is taken' gate 'vulnerabilities:{"limits":{"critical":0}}' e
fresh; statement e/scan.json - https://cosign.sigstore.dev/attestation/vuln/v1 \
	'{"scanner":{"uri":"pkg:github/aquasecurity/trivy@0.50.0","result":{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Vulnerabilities":[{"VulnerabilityID":"CVE-2026-1","Severity":"CRITICAL","PkgName":"zlib1g","InstalledVersion":"1.2.13","PkgIdentifier":{"PURL":"pkg:deb/debian/zlib1g@1.2.13"}}]}]}},"metadata":{"scanStartedOn":"2026-02-01T10:00:00Z","scanFinishedOn":"2026-02-01T10:00:05Z"}}'
refuses 1 'found by trivy' 'a raw report in cosign'\''s form is read, too' gate 'vulnerabilities:{"limits":{"critical":0}}' e
done_testing
