#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The gate "rule": what a rule in jq is shown, what passes, and what comes of rules that fail, run without
# end, take all memory or look around.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

helper=$INTOTO_BUILD/intoto/cmd/rule-jq
[ -x "$helper" ] || skip_all 'built without libjq'
command -v python3 >/dev/null || skip_all 'no Python'

# bare FILE TYPE PREDICATE [MORE]: a statement about "out"
bare() {
	mkdir -p "$(dirname "$1")"
	printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{%s"name":"out","digest":%s}],"predicateType":"%s","predicate":%s}' \
		"${4:+\"annotations\":{$4\},}" "$(sha 1)" "$2" "$3" >"$1"
}
# gates RULE [MEMBERS]
gates() { python3 -c 'import json,sys; print(json.dumps([dict({"gate":"rule","language":"jq","rule":sys.argv[1]}, **json.loads(sys.argv[2]))]))' "$1" "${2:-{\}}" >gates.json; }
# rule RULE [MEMBERS]: evaluated over all there is
rule() { gates "$1" "${2:-}" && intoto evaluate --gates gates.json ${subject:+--subject "$subject"} -- evidence; }
told() { tap_run "$@" && has "$tap_out" "$want"; }

scan=https://in-toto.io/attestation/vulns/v0.2
result=https://in-toto.io/attestation/test-result/v0.1
vex=https://openvex.dev/ns/v0.2.0
bare evidence/scan.json $scan '{"scanner":{"uri":"x","result":[{"id":"CVE-2024-1","severity":[{"method":"nvd","score":"9.8"}]},{"id":"CVE-2024-2","severity":[{"method":"nvd","score":"3.1"}]}]}}'
bare evidence/tests.json $result '{"result":"PASSED"}' '"intoto":{"attestor":{"name":"tests"},"outcome":"ok"}'
bare evidence/vex.json $vex '{"statements":[{"vulnerability":{"name":"CVE-2024-1"},"status":"not_affected"}]}'

ok 'true passes' rule true
refuses 1 'gives false, want true' 'false refuses' rule false
refuses 1 'nobody may ship on a Sunday' 'with its message' rule false '{"message":"nobody may ship on a Sunday"}'
refuses 1 'gives null, want true' 'null refuses' rule null
refuses 1 'gives a value of type string, want true' 'a text refuses' rule '"true"'
refuses 1 'gives a value of type number, want true' 'a number refuses' rule 1
refuses 1 'gives nothing, want true' 'no result refuses' rule empty
refuses 1 'gives more than one result, want true alone' 'several results refuse' rule 'true, true'
refuses 1 'gives more than one result' 'also when one of them is false' rule 'true, false'

# --- what it is shown: scan, VEX and tests together ---
joined='[.evidence[] | select(.predicateType | startswith("https://openvex.dev")) | .predicate.statements[]
	| select(.status == "not_affected") | .vulnerability.name] as $fine
	| [.evidence[] | select(.predicateType | endswith("vulns/v0.2")) | .predicate.scanner.result[]
	| select((.severity[0].score | tonumber) >= 9) | .id] - $fine == []
	and any(.evidence[]; .predicate.result? == "PASSED" and .outcome == "ok")'
ok 'a rule joins a scan, VEX and tests' rule "$joined"
mv evidence/vex.json .
refuses 1 'gives false' 'and refuses without the VEX statement' rule "$joined"
mv vex.json evidence
ok 'it sees subjects' rule "all(.evidence[]; .subjects[0].name == \"out\" and (.subjects[0].digest.sha256 | length) == 64)"
ok 'and files' rule '[.evidence[].name] | sort == ["scan.json", "tests.json", "vex.json"]'
ok 'that nobody signed' rule 'all(.evidence[]; .signers == [])'
ok 'materials, products, a step and the time' rule '(.materials | type) == "object" and (.products | type) == "object" and (.step | type) == "string" and .now > 1700000000'
ok 'a kind can be wanted' rule 'length > 0 and (.evidence | length) == 1' '{"predicates":["vulns"]}'
refuses 1 'there is none of sbom, which the rule is about' 'and its absence refuses' rule 'all(.evidence[]; true)' '{"predicates":["vulns","sbom"]}'
mkdir none
gates true
refuses 1 'REFUSED' 'a rule over no evidence at all refuses' intoto evaluate --gates gates.json -- none

# --- rules that do not behave ---
refuses 1 'cannot be evaluated: jq: error: syntax error' 'a rule that is none cannot be evaluated' rule '.a ['
refuses 1 'cannot be evaluated: no such thing' 'a rule that fails cannot' rule 'error("no such thing")'
refuses 1 'cannot be evaluated' 'nor one that fails behind its result' rule 'true, error("late")'
refuses 1 'cannot be evaluated: it halts' 'nor one that halts' rule 'halt'
refuses 1 'cannot be evaluated: took longer than 5 seconds, which is its limit, and was ended' 'a rule without end is ended' rule 'def f: f; f'
refuses 1 'cannot be evaluated' 'a rule that takes all memory is ended' rule 'reduce range(40) as $i ("12345678"; . + .) | length > 0'
refuses 1 'cannot be evaluated' 'a rule reads no file' rule 'import "/etc/passwd" as $x; true'
refuses 1 'cannot be evaluated' 'nor more input' rule 'input'
HIDDEN_WORD=hidden ok 'it has no variable of ours' rule 'env | has("HIDDEN_WORD") | not'
ok 'what it prints is nobody'\''s business' rule 'debug | true'

# --- what layouts may not say ---
refuses 65 'language: want "jq", found "rego"' 'refuses another language' eval \
	"printf '[{\"gate\":\"rule\",\"language\":\"rego\",\"rule\":\"true\"}]' >gates.json; intoto evaluate --gates gates.json -- evidence"
refuses 65 'rule: want a program' 'refuses an empty rule' rule ''
refuses 65 'unknown member "timeout"' 'refuses a member that it does not know' rule true '{"timeout":5}'
refuses 65 'language' 'refuses a rule without its language' eval \
	"printf '[{\"gate\":\"rule\",\"rule\":\"true\"}]' >gates.json; intoto evaluate --gates gates.json -- evidence"

done_testing
