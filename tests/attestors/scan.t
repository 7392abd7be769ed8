#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "scan": every format, what tells it, and what is never taken for a clean scan.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/attestor.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
attestor=scan
cp "$INTOTO_SOURCE"/tests/attestors/samples/{grype,trivy}* .

# complete FILE...: it is read, and said to be whole; incomplete "reason" FILE...: it is not
complete() {
	attest "$@" && of '.metadata.intotoComplete' | grep -qx true
}
incomplete() {
	local reason=$1
	shift
	attest "$@" && of '.metadata | select(.intotoComplete == false) | .intotoIncomplete[]' | grep -F "$reason"
}
# change FILE JQ: a report that differs in this
change() {
	jq -c "$2" "$1" >changed.json
}

# --- Grype -------------------------------------------------------------------------------------------
ok 'reads a report of Grype' complete grype.json
is "$(of '[.metadata.intotoFormat, .scanner.uri, .scanner.name] | join(" ")')" 'grype https://github.com/anchore/grype grype' \
	'says which scanner and which format'
is "$(of '.scanner.result[1] | [.id, .severity[0].score, .annotations[0].purl, .annotations[0].knownExploited, .annotations[0].epss] | join(" ")')" \
	'CVE-1999-0002 critical pkg:deb/package-2@2.2.2 true 0.08000' 'has the finding with what is known of its use'
is "$(of '.scanner.result[0].annotations[0] | .fixState + " " + (.fixedIn | join(","))')" 'fixed 1.2.1,2.1.3,3.4.0' 'has its fixes'
is "$(of .metadata.intotoDatabase)" unknown 'a database of unknown age is said to be that'
change grype.json '.descriptor.db={status:{built:"2026-01-02T03:04:05Z",valid:true,schemaVersion:"v6.1.0"}} | .descriptor.timestamp="2026-02-01T00:00:00+01:00"'
ok 'reads the age of the database' complete changed.json
is "$(of '.scanner.db.lastUpdate + " " + .metadata.scanFinishedOn + " " + .metadata.intotoTimes')" \
	'2026-01-02T03:04:05Z 2026-01-31T23:00:00Z report' 'and when the scan ended, in UTC'
change grype.json '.descriptor.db={built:"2020-01-02T03:04:05Z",schemaVersion:5}'
attest changed.json
is "$(of '.scanner.db.version + " " + .scanner.db.lastUpdate')" '5 2020-01-02T03:04:05Z' 'the older form of the database too'
change grype.json '.descriptor.db={status:{built:"2026-01-02T03:04:05Z",valid:false}}'
ok 'a database that is not valid makes the scan incomplete' incomplete 'is not valid' changed.json
change grype.json '.alertsByPackage=[{package:{},alerts:[{type:"distro-eol"}]}]'
ok 'an alert makes it incomplete' incomplete 'distro-eol' changed.json
change grype.json '.ignoredMatches=[.matches[0] + {appliedIgnoreRules:[{vulnerability:"CVE-1999-0001",reason:"we know"}]}] | .matches=[]'
attest changed.json
is "$(of '.scanner.result[0].annotations[0] | .state + ": " + .suppressedBy')" \
	'suppressed: ignore rule for CVE-1999-0001: we know' 'an ignored match stays visible, with its rule'
change grype.json '.matches[0].relatedVulnerabilities=[{id:"CVE-2020-1",knownExploited:[{cve:"CVE-2020-1"}]}]'
attest changed.json
is "$(of '.scanner.result[0].annotations[0] | .aliases[0] + " " + (.knownExploited|tostring)')" 'CVE-2020-1 true' \
	'a related vulnerability is an alias, and what is known of it counts'
change grype.json '.matches=[]'
ok 'a report without matches is a clean one' complete changed.json
is "$(of '.scanner.result')" '[]' 'with an empty list'
change grype.json 'del(.descriptor)'
refuses 1 'what says which scanner wrote it is missing' 'refuses a report without its descriptor' attest changed.json
ok 'which the user can force, and it stays incomplete' incomplete 'because the user said so' changed.json as=grype
change grype.json 'del(.matches)'
refuses 1 'want the list matches' 'refuses a report without matches even then' attest changed.json as=grype
change grype.json 'del(.matches[0].vulnerability.id)'
refuses 1 'matches[0]: want a vulnerability with an id' 'refuses a match without an id' attest changed.json
change grype.json '.matches[1]="x"'
refuses 1 'matches[1]: want a vulnerability' 'refuses a match that is none' attest changed.json

# --- Trivy -------------------------------------------------------------------------------------------
ok 'reads a report of Trivy' complete trivy.json
is "$(of '[.scanner.result[] | .id + " " + .annotations[0].state] | join(", ")')" 'CVE-2017-20165 open, CVE-2017-16137 suppressed' \
	'with what a VEX document suppressed'
is "$(of '.scanner.result[1].annotations[0].suppressedBy')" 'not_affected: vulnerable_code_not_in_execute_path in ./vex.json' 'and by what'
is "$(of '[.scanner.result[1].severity[] | .method + "=" + .score] | join(" ")')" 'ghsa=low cvss_v3=3.7 cvss_v3=5.3 cvss_v2=5' \
	'has the severity with its source, and the scores of all sources'
ok 'a report of configuration alone says nothing of packages' incomplete 'no packages were looked at' trivy-config.json
is "$(of '.scanner.result[0] | .id + " " + .annotations[0].kind')" 'DS-0002 misconfiguration' 'and has its findings'
attest trivy-secret.json
ok 'a secret that Trivy found is not repeated' not grep -E '\*\*\*\*|AKIA' answer
is "$(of '.scanner.result[0].annotations[0] | .kind + " " + .location')" 'secret deploy.sh:3' 'only where it is'
change trivy.json '.Results=null'
ok 'no results are no fault' complete changed.json
ok 'but are noted' has answer 'Trivy has no results'
change trivy.json '.Metadata.OS={Family:"alpine",Name:"3.9",EOSL:true}'
ok 'a distribution that has ended makes it incomplete' incomplete 'has ended' changed.json
change trivy.json '.Results[0].Vulnerabilities[0].Severity="UNKNOWN"'
attest changed.json
is "$(of '[.scanner.result[0].severity[0:2][] | .method + "=" + .score] | join(" ")')" 'cvss=high ghsa=unknown' \
	'an unknown severity gives way to the score'
change trivy.json '.Results[0].Vulnerabilities[0].Severity="catastrophic" | del(.Results[0].Vulnerabilities[0].CVSS)'
attest changed.json
is "$(of '.scanner.result[0].severity[0].score')" unknown 'a word that nobody knows is unknown, not low'
change trivy.json '.SchemaVersion=3'
refuses 1 'no format that is known' 'refuses another schema' attest changed.json
echo '[{"Target":"x"}]' >list.json
refuses 1 'a list, which no scanner writes today' 'refuses the lists of old' attest list.json
echo '{"Version":"0.60.0","VulnerabilityDB":{"Version":2,"UpdatedAt":"2026-01-02T03:04:05.5Z"}}' >version.json
ok 'takes the age of the database from trivy version' complete trivy.json version.json
is "$(of .scanner.db.lastUpdate)" 2026-01-02T03:04:05Z 'and writes it'
is "$(jq '.statements | length' answer)" 1 'in one statement'
refuses 1 'only the version of Trivy' 'refuses the version alone' attest version.json version.json
refuses 1 'a list, which' 'with no report that can be read' attest list.json version.json
ok 'two reports are two statements' attest trivy.json grype.json
is "$(jq -c '[.statements[].predicate.metadata.intotoFormat]' answer)" '["trivy","grype"]' 'in their order'

# --- OSV-Scanner -------------------------------------------------------------------------------------
cat >osv.json <<'X'
{"results":[{"source":{"path":"/src/go.mod","type":"lockfile"},"packages":[
{"package":{"name":"github.com/gogo/protobuf","version":"1.3.1","ecosystem":"Go"},
 "vulnerabilities":[
  {"id":"GHSA-c3h9-896r-86jm","aliases":["CVE-2021-3121"],"published":"2022-01-01T00:00:00Z","modified":"2023-01-01T00:00:00Z",
   "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:H"}],
   "affected":[{"package":{"name":"github.com/gogo/protobuf","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.3.2"}]}]}],
   "database_specific":{"severity":"HIGH"}},
  {"id":"GO-2021-0053","aliases":["CVE-2021-3121"],
   "severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}]}],
 "groups":[{"ids":["GHSA-c3h9-896r-86jm","GO-2021-0053"],"aliases":["CVE-2021-3121"],"max_severity":"8.6","experimentalAnalysis":{"GO-2021-0053":{"called":false}}}]}]}]}
X
ok 'reads a report of OSV-Scanner' complete osv.json
is "$(of '[.scanner.result[0].severity[] | .method + "=" + .score] | join(" ")')" 'ghsa=high cvss_v3=8.6' 'computes the score of a vector'
is "$(of '.scanner.result[0].annotations[0] | [.purl, .fixedIn[0], .aliases[0]] | join(" ")')" \
	'pkg:golang/github.com/gogo/protobuf@1.3.1 1.3.2 CVE-2021-3121' 'has the package URL, the fix and the alias'
is "$(of '.scanner.result[1] | .severity[0].score + " " + .severity[2].score')" 'critical 9.3' 'and of one of CVSS 4.0'
is "$(of '.scanner.result[1].annotations[0].suppressedBy')" 'call analysis: the vulnerable code is not called' 'call analysis suppresses'
change osv.json 'del(.results[].packages[].vulnerabilities)'
ok 'groups without vulnerabilities are incomplete' incomplete 'the vulnerabilities are missing' changed.json
change osv.json '.results[0].packages[0].vulnerabilities[1].severity=[{type:"CVSS_V3",score:"CVSS:3.1/AV:N"}] | .results[0].packages[0].groups[0].max_severity="9.8"'
attest changed.json
is "$(of '.scanner.result[1].severity[0].score')" critical 'a vector that is broken leaves the severity of the group'
echo '{"results":[],"experimental_config":{"licenses":{}}}' >none.json
ok 'reads one without results' complete none.json
echo '{"results":[]}' >none.json
refuses 1 'only a part of a report' 'refuses an empty list that could be of anybody' attest none.json
echo '{"results":[{"packages":[{"vulnerabilities":[]}]}]}' >none.json
refuses 1 'packages[0]: want a package' 'refuses packages without a package' attest none.json

# --- npm audit ---------------------------------------------------------------------------------------
cat >npm.json <<'X'
{"auditReportVersion":2,"vulnerabilities":{
 "minimist":{"name":"minimist","severity":"moderate","isDirect":false,"via":[{"source":1179,"name":"minimist","dependency":"minimist","title":"Prototype Pollution","url":"https://github.com/advisories/GHSA-vh95-rmgr-6w4m","severity":"moderate","cwe":["CWE-1321"],"cvss":{"score":5.6,"vectorString":"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L"},"range":"<0.2.1"}],"effects":["mkdirp"],"range":"<0.2.1","nodes":["node_modules/minimist"],"fixAvailable":true},
 "mkdirp":{"name":"mkdirp","severity":"moderate","isDirect":true,"via":["minimist"],"effects":[],"range":"0.4.1 - 0.5.1","nodes":["node_modules/mkdirp"],"fixAvailable":{"name":"mkdirp","version":"0.5.6","isSemVerMajor":false}}},
 "metadata":{"vulnerabilities":{"info":0,"low":0,"moderate":2,"high":0,"critical":0,"total":2},"dependencies":{"prod":3,"dev":0,"total":2}}}
X
ok 'reads npm audit of npm 7 and later' complete npm.json
is "$(of '.scanner.result | length')" 1 'an advisory is a finding, who depends on it is none'
is "$(of '.scanner.result[0] | [.id, .severity[0].method, .severity[0].score, .annotations[0].purl, .annotations[0].fixState] | join(" ")')" \
	'GHSA-vh95-rmgr-6w4m ghsa medium pkg:npm/minimist fixed' 'moderate is medium, and the id is in the URL'
change npm.json '.metadata.vulnerabilities.moderate=3'
ok 'totals that disagree with the elements are told' incomplete '3 vulnerable packages are counted, 2 are there' changed.json
change npm.json 'del(.metadata)'
ok 'totals that are missing too' incomplete 'are missing' changed.json
change npm.json 'del(.vulnerabilities.minimist)'
ok 'a package that is vulnerable through one that is not there' incomplete 'that is not in the report' changed.json
change npm.json '.vulnerabilities={} | .metadata.vulnerabilities={info:0,low:0,moderate:0,high:0,critical:0,total:0}'
ok 'an audit that found nothing is clean' complete changed.json
echo '{"message":"405 Method Not Allowed","method":"POST","error":{"summary":"","detail":""}}' >error.json
refuses 1 'an error instead of a report' 'refuses what npm audit prints when it could not ask' attest error.json
cat >npm1.json <<'X'
{"actions":[{"action":"review","module":"minimatch","resolves":[{"id":118,"path":"gulp>minimatch","dev":true}]}],
"advisories":{"118":{"findings":[{"version":"2.0.10","paths":["gulp>minimatch","glob>minimatch"],"dev":true}],"id":118,"created":"2016-05-25T16:37:20.000Z","updated":"2018-03-01T21:58:01.072Z","title":"ReDoS","module_name":"minimatch","cves":["CVE-2016-10540"],"vulnerable_versions":"<=3.0.1","patched_versions":">=3.0.2","severity":"high","url":"https://npmjs.com/advisories/118"}},
"muted":[],"metadata":{"vulnerabilities":{"info":0,"low":0,"moderate":0,"high":2,"critical":0},"dependencies":136},"runId":"x"}
X
ok 'reads npm audit of npm 6' complete npm1.json
is "$(of '.scanner.result[0] | [.id, .severity[0].score, .annotations[0].aliases[0], .annotations[0].purl] | join(" ")')" \
	'npm-advisory-118 high CVE-2016-10540 pkg:npm/minimatch@2.0.10' 'with its version'
change npm1.json '.metadata.vulnerabilities.high=9'
ok 'its totals are compared too' incomplete 'the totals disagree' changed.json
change npm1.json '.muted=[{}]'
ok 'advisories that were muted are missed' incomplete 'were muted' changed.json

# --- SARIF -------------------------------------------------------------------------------------------
ok 'reads SARIF of a real scanner' complete grype.sarif
is "$(of '.scanner.result[0] | [.id, .severity[0].method, .severity[0].score, .annotations[0].rule] | join(" ")')" \
	'CVE-1999-0001 security-severity high CVE-1999-0001-package-1' 'takes the id out of the rule, and GitHub severity'
cat >a.sarif <<'X'
{"version":"2.1.0","runs":[{"invocations":[{"executionSuccessful":true,"startTimeUtc":"2026-01-01T00:00:00Z","endTimeUtc":"2026-01-01T00:00:09Z"}],
"results":[
 {"ruleId":"A1","ruleIndex":0,"message":{"text":"x"}},
 {"ruleId":"E1","rule":{"index":1,"toolComponent":{"index":0}},"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":7}}}]},
 {"ruleId":"A1/part","message":{"text":"x"}},
 {"ruleId":"N1","message":{"text":"x"}},
 {"ruleId":"A1","level":"note","message":{"text":"x"}},
 {"ruleId":"A1","kind":"pass","message":{"text":"x"}},
 {"ruleId":"A1","kind":"review","level":"error","message":{"text":"x"}},
 {"ruleId":"A1","baselineState":"absent","message":{"text":"x"}},
 {"ruleId":"A1","suppressions":[{"kind":"inSource"}],"message":{"text":"x"}},
 {"ruleId":"A1","suppressions":[{"kind":"external","status":"accepted","justification":"fine"}],"message":{"text":"x"}},
 {"ruleId":"A1","suppressions":[{"kind":"external","status":"underReview"}],"message":{"text":"x"}},
 {"ruleId":"A1","suppressions":[{"kind":"external","status":"accepted"},{"kind":"external","status":"rejected"}],"message":{"text":"x"}}],
"tool":{"driver":{"name":"an","semanticVersion":"1.2.3","informationUri":"https://an.example","rules":[{"id":"A1","defaultConfiguration":{"level":"error"}}]},
 "extensions":[{"name":"ext","rules":[{"id":"E0"},{"id":"E1","properties":{"security-severity":"9.1"}}]}]}}]}
X
ok 'reads SARIF with rules in an extension, after the results' complete a.sarif
is "$(of '[.scanner.result[] | .severity[0].score] | join(" ")')" 'high critical high medium low none high high high high' \
	'the level is of the result, the rule or warning, and none for another kind'
is "$(of '[.scanner.result[6:][] | .annotations[0].suppressedBy // "open"] | join(", ")')" 'inSource, external: fine, open, open' \
	'a suppression counts when it is accepted, and none is rejected or under review'
is "$(of '.scanner | .name + " " + .version + " " + .uri')" 'an 1.2.3 https://an.example' 'the scanner is the driver'
ok 'results of an earlier run that are gone are noted' has answer 'baselineState absent'
change a.sarif '.runs[0].invocations[0].executionSuccessful=false'
ok 'an execution that failed is never clean' incomplete 'executionSuccessful is not true' changed.json
change a.sarif 'del(.runs[0].invocations[0].executionSuccessful)'
ok 'nor one that does not say' incomplete 'executionSuccessful is not true' changed.json
change a.sarif '.runs[0].invocations[0].toolExecutionNotifications=[{level:"error",message:{text:"x"}}]'
ok 'nor one with an error of the tool' incomplete 'reported an error' changed.json
change a.sarif 'del(.runs[0].results)'
ok 'a run without results did not look' incomplete 'no list of results' changed.json
change a.sarif '.runs[0].results=null'
ok 'null neither' incomplete 'no list of results' changed.json
change a.sarif '.runs=[]'
ok 'no run is no scan' incomplete 'there is no run' changed.json
change a.sarif '.runs[0].externalPropertyFileReferences={results:[{location:{uri:"r.json"}}]}'
refuses 1 'is in other files' 'refuses results in other files' attest changed.json
change a.sarif '.runs[0].results[0].ruleIndex=5'
ok 'a rule that is not there is told' incomplete 'a rule that is not in the log' changed.json
change a.sarif '.version="2.2"'
refuses 1 'only a part of a report' 'refuses another version' attest changed.json
change a.sarif 'del(.runs[0].tool.driver.name)'
refuses 1 'runs[].tool.driver: want a name' 'refuses a tool without a name' attest changed.json

# --- CycloneDX ---------------------------------------------------------------------------------------
ok 'reads CycloneDX of a real scanner' complete grype.cdx.json
is "$(of '.scanner.result[1] | .id + " " + .annotations[0].package + " " + .annotations[0].purl')" 'CVE-1999-0002 package-2 pkg:deb/package-2@2.2.2' \
	'follows the reference to the component'
change grype.cdx.json '.vulnerabilities[0].analysis={state:"not_affected",justification:"code_not_present"}'
attest changed.json
is "$(of '.scanner.result[0].annotations[0].suppressedBy')" 'analysis not_affected: code_not_present' 'an analysis that closes suppresses'
change grype.cdx.json '.vulnerabilities[0].analysis={state:"in_triage"}'
attest changed.json
is "$(of '.scanner.result[0].annotations[0].state')" open 'one that does not leaves it open'
change grype.cdx.json '.vulnerabilities[0].ratings=[{severity:"low",source:{name:"NVD"}},{severity:"critical",source:{name:"GHSA"}}]'
attest changed.json
is "$(of '.scanner.result[0].severity[0] | .method + "=" + .score')" ghsa=critical 'the worst of several ratings counts'
change grype.cdx.json 'del(.vulnerabilities)'
refuses 1 'without vulnerabilities' 'refuses a plain SBOM' attest changed.json
change grype.cdx.json '.compositions=[{aggregate:"incomplete",vulnerabilities:["x"]}]'
ok 'a composition that is not complete is told' incomplete 'not complete' changed.json

# --- Clair -------------------------------------------------------------------------------------------
cat >clair.json <<'X'
{"manifest_hash":"sha256:00","packages":{"10":{"id":"10","name":"bash","version":"4.0","kind":"binary"}},"distributions":{},"repository":{},
"environments":{},"vulnerabilities":{"7":{"id":"7","updater":"debian","name":"CVE-2020-1","links":"https://a https://b","issued":"2020-01-01T00:00:00Z","severity":"x","normalized_severity":"High","fixed_in_version":"4.1","package":{"name":"bash"}}},
"package_vulnerabilities":{"10":["7"]}}
X
ok 'reads a report of Clair' complete clair.json
is "$(of '.scanner.result[0] | [.id, .severity[0].score, .annotations[0].package, .annotations[0].version, .annotations[0].fixedIn[0], .annotations[0].url] | join(" ")')" \
	'CVE-2020-1 high bash 4.0 4.1 https://a' 'with its package'
change clair.json '.package_vulnerabilities."10"=["7","8"]'
ok 'a vulnerability that is not there is told' incomplete '2 entries, and the vulnerabilities of 1' changed.json
change clair.json '.packages={}'
ok 'a package that is not there too' incomplete 'is not in the report' changed.json

# --- what tells a format -----------------------------------------------------------------------------
jq -cs '.[0] * .[1]' grype.json trivy.json >two.json
refuses 1 'more than one format in one file (grype, trivy)' 'refuses two formats in one file' attest two.json
ok 'which the user can force' attest two.json as=trivy
is "$(of .metadata.intotoFormat)" trivy 'and then it is that'
refuses 1 'option as: want' 'refuses a format that is none' attest grype.json as=cobol
echo '{"x":1}' >other.json
refuses 1 'no format that is known' 'refuses any other JSON' attest other.json
echo '<bom/>' >other.xml
refuses 1 'other.xml: byte' 'refuses what is no JSON, with the byte' attest other.xml
head -c 2000 grype.json >cut.json
refuses 1 'is cut off' 'refuses a report that is cut off' attest cut.json
cat grype.json grype.json >twice.json
refuses 1 'trailing garbage' 'refuses bytes behind the end' attest twice.json
{ printf '{"matches":[],"matches":[],"descriptor":{"name":"grype"}}'; } >names.json
refuses 1 'comes twice' 'refuses a name that comes twice' attest names.json
{ printf '%2000s' | tr ' ' '['; printf '%2000s' | tr ' ' ']'; } >deep.json
refuses 1 'nested too deep' 'refuses 2,000 levels' attest deep.json
printf '{"matches":["\xff"],"descriptor":{"name":"grype"}}' >bytes.json
refuses 1 'want UTF-8' 'refuses bytes that are no text' attest bytes.json
: >empty.json
refuses 1 'is cut off' 'refuses an empty file' attest empty.json

# --- age ---------------------------------------------------------------------------------------------
touch -d '2026-01-01 12:00:00.5' grype.json
export step_started=1767268801000000000 # 2026-01-01 12:00:01
refuses 1 'before the step began' 'refuses a report that is older than the step' attest grype.json
ok 'which the user can allow' attest grype.json allow-stale=yes
refuses 1 'want yes' 'with one word only' attest grype.json allow-stale=maybe
touch -d '2026-01-01 12:00:01.5' grype.json
ok 'takes one that the step wrote' attest grype.json
unset step_started

# --- as a program ------------------------------------------------------------------------------------
request grype.json >request.json
echo ' ' >>grype.json
changed() {
	"$INTOTO_BUILD/attestors/scan/scan" attest <request.json >answer && jq -r .reason answer
}
refuses 0 'was changed while it was attested' 'refuses a file that is not what the host hashed' changed
scan() {
	"$INTOTO_BUILD/attestors/scan/scan" "$@"
}
refuses 64 'want one word' 'refuses other words' scan run
refuses 65 'request: byte' 'refuses no request' scan attest
ok 'describes itself' eval 'scan describe | jq -e ".protocol == 1 and .name == \"scan\" and .inputs.most == 16"'
ok 'has help' eval 'scan --help | grep -q allow-stale'

done_testing
