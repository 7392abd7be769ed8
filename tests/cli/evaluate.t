#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto evaluate: gates on evidence alone, on many archives, and with what is known today.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys alice bob
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }
evaluate() { intoto evaluate "$@"; }

bom=https://cyclonedx.org/bom
# bare FILE TYPE [DIGIT [PREDICATE [MORE]]]: a statement that nobody signed
bare() {
	mkdir -p "$(dirname "$1")"
	printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{%s"name":"out","digest":%s}],"predicateType":"%s","predicate":%s}' \
		"${5:+\"annotations\":{$5\},}" "$(sha "${3:-1}")" "$2" "${4:-{\}}" >"$1"
}
# signed FILE SIGNER TYPE [DIGIT]
signed() {
	bare "$1" "$3" "${4:-1}" && printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}\n' "$(base64 -w0 <"$1")" >statement.tmp &&
		intoto sign -q --unchecked -f statement.tmp -k "$2.pem" -o "$1"
}
sbom='require:{"predicates":["sbom"]}'

bare a/x.json "$bom"; signed b/x.json alice https://spdx.dev/Document; bare c/x.json https://example.org/x
passes_with 'PASSED: a/x.json: ' 'a statement that nobody signed is judged' evaluate --gate "$sbom" a/x.json
passes_with 'PASSED: b: ' 'and so is a folder of signed ones' evaluate --gate "$sbom" b
refuses 1 'REFUSED: c: ' 'what lacks the evidence would be refused' evaluate --gate "$sbom" c
ok 'and why' has "$tap_out" '0 found, and at least 1 must be there [gate.require]'
refuses 1 'that begins' 'each gate is judged' evaluate --gate "$sbom" --gate 'require:{"predicates":["urn:that begins"]}' a
printf '[{"gate":"require","predicates":["sbom"]}]' >gates.json; ok 'gates come from a file, too' evaluate --gates gates.json a
tr -d '\n' <b/x.json >all.intoto.jsonl; ok 'a bundle is read' evaluate --gate "$sbom" all.intoto.jsonl

refuses 1 'refused   c: 0 of sbom found' 'many are judged one by one' evaluate --gate "$sbom" --each a b c
is "$(evaluate --gate "$sbom" --each a b c || :)" $'passed    a: 1 of sbom found\npassed    b: 1 of sbom found\nrefused   c: 0 of sbom found' 'with a line each'
is "$(evaluate --gate "$sbom" --each --format=json a c | python3 -c 'import json,sys; print([(d["evidence"],d["verdict"],d["gates"][0]["outcome"],len(d["blocked"])) for d in map(json.loads, sys.stdin)])')" \
	"[('a', 'passed', 'passed', 0), ('c', 'refused', 'failed', 1)]" 'or an object each'
is "$(evaluate --gate "$sbom" --format=json a | python3 -c 'import json,sys; print(json.load(sys.stdin)["verdict"])')" passed 'one report has the form of a verification'
ok 'also as JUnit' evaluate --gate "$sbom" --format=junit a

# --- who, what, when -------------------------------------------------------------------------------------
ok 'keys can be wanted' evaluate --gate "$sbom" --verification-keys alice.pem.pub -- b
refuses 1 'is signed by nobody whom the gate accepts' 'and who signed is then looked at' evaluate --gate "$sbom" --verification-keys bob.pem.pub -- b
refuses 1 'is signed by nobody' 'also that nobody did' evaluate --gate "$sbom" --verification-keys bob.pem.pub -- a
ok 'an artifact can be named' evaluate --gate "$sbom" --subject "sha256:$(printf '%064d' 1)" a
refuses 1 'is about nothing of this step' 'and another is not meant' evaluate --gate "$sbom" --subject "sha256:$(printf '%064d' 2)" a
bare d/x.json "$bom" 1 '{"metadata":{"timestamp":"2026-01-01T00:00:00Z"}}'
old='require:{"predicates":["sbom"],"maxAge":"7d"}'
ok 'what was fresh was fresh then' evaluate --gate "$old" --as-of 2026-01-05T00:00:00Z d
refuses 1 'more than the 604800 seconds old' 'and is not today' evaluate --gate "$old" --as-of 2026-03-05T00:00:00Z d
bare e/x.json "$bom" 1 '{}' '"intoto":{"outcome":"failed","reason":"no"}'
refuses 1 'records that its attestor failed' 'a recorded failure is no evidence here either' evaluate --gate "$sbom" e
bare new.json https://in-toto.io/attestation/vulns/v0.2 7
vulns='require:{"predicates":["vulns"]}'
refuses 1 '0 of vulns found' 'without the newer scan there is none' evaluate --gate "$vulns" a
ok 'newer statements count beside the evidence' evaluate --gate "$vulns" --subject "sha256:$(printf '%064d' 1)" --advisories new.json -- a
printf '{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}' >vex.json
ok 'and VEX documents by themselves' evaluate --gate 'require:{"predicates":["vex"]}' --advisories vex.json -- a
refuses 65 'is no signed document and no statement' 'which are no evidence by themselves' evaluate --gate "$sbom" vex.json
intoto exception create --id E --owner o --reason r --gate require --finding sbom
passes_with 'excused' 'an exception would do' evaluate --gate "$sbom" --exceptions E.exception.json -- c

# --- a layout ----------------------------------------------------------------------------------------------
chain_keys owner
layout root.layout owner alice "$(step build alice 1 '' ''),$(step pack alice 1 '' '')"
refuses 65 'has no gates' 'a layout must have gates' evaluate -l root.layout b
intoto layout add-gate root.layout build "$sbom" --drop-signatures; intoto layout add-gate root.layout pack "$vulns"
refuses 1 'failed     pack: ' "a layout's gates are judged with its keys" evaluate -l root.layout b
ok 'or those of one step' evaluate -l root.layout --step build b
refuses 1 'is signed by nobody whom the gate accepts' 'what nobody signed is none then' evaluate -l root.layout --step build a
refuses 66 'has no step of that name' 'the step must be there' evaluate -l root.layout --step test b

# --- what lies beside the evidence ---------------------------------------------------------------------------
mkdir f; cp b/x.json f/build.x.intoto.json; cp alice.pem.pub f
printf '1..1\nok 1 - a\n' >f/tap.tmp; raw=f/sha256-$(sha256sum <f/tap.tmp | cut -d' ' -f1).report; mv f/tap.tmp "$raw"
intoto run -q -n build -k alice.pem -d f -- true
printf '{"runs":[{"n":1.5}]}' >f/scan.sarif; printf '{"_type":"link","name":"x"}' >f/bare.link
ok 'files beside the evidence are passed over' evaluate --gate "$sbom" f/*
passes_with "$raw: is passed over: it is a report as an attestor has read it" 'and listed' evaluate -v --gate "$sbom" f/*
passed_over() { intoto evaluate -v --gate "$sbom" f/* >told.tmp; sed -n 's/.*: is passed over: //p' told.tmp | LC_ALL=C sort | uniq -c | sed 's/^ *//'; }
is "$(passed_over)" $'1 it is a report as an attestor has read it [gate.evidence]\n3 it is no signed document and no statement [gate.evidence]\n1 it is signed, and no statement [gate.evidence]' \
	'a key, a report with fractions, a link that nobody signed, and a signed one'
bare statement.tmp "$bom"; cp statement.tmp "g-$(basename "$raw")"; mkdir g; mv g-* "g/$(basename "$raw")"; cp alice.pem.pub g
refuses 1 '0 of sbom found' 'a raw report is no evidence, even if it is a statement' evaluate --gate "$sbom" g/*
refuses 65 'is no signed document' 'alone it must be evidence' evaluate --gate "$sbom" f/scan.sarif
refuses 65 "$raw" 'as a TAP report is not' evaluate --gate "$sbom" "$raw"
refuses 65 'alice.pem.pub' 'and as each must with --each' evaluate --gate "$sbom" --each f/*
printf '{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":7}' >broken.json
refuses 65 'broken.json' 'what says that it is signed and is broken is not passed over' evaluate --gate "$sbom" b/x.json broken.json
printf '{"predicateType":7}' >broken.json; refuses 65 'broken.json' 'nor what says that it is a statement' evaluate --gate "$sbom" b/x.json broken.json
refuses 65 'bad.json' 'nor what breaks off' sh -c 'echo "{" >bad.json; intoto evaluate --gate "$1" b/x.json bad.json' - "$sbom"
refuses 66 'nowhere' 'nor what is missing' evaluate --gate "$sbom" b/x.json nowhere
ok 'a folder is read by names' evaluate --gate "$sbom" f
echo '{"name":"app"}' >f/package.json; ln -s nowhere f/gone.json; ok 'other JSON in it is nobody'"'"'s business, nor is a link to nothing' evaluate --gate "$sbom" f
cp broken.json f; passes_with 'f/broken.json: ' 'what is broken in it counts as absent' evaluate -v --gate "$sbom" f
ok 'with a warning' grep -q 'warning.*f/broken.json' "$tap_out"
truncate -s 300M f/large.json; refuses 1 'UNDECIDED: f: ' 'what is too large may be what would block' evaluate --gate "$sbom" f
rm f/large.json f/gone.json

# --- mistakes ----------------------------------------------------------------------------------------------
refuses 64 'want gates' 'wants gates' evaluate a
refuses 64 'want files of evidence' 'and evidence' evaluate --gate "$sbom"
refuses 65 'no gate is called "prayer"' 'that exist' evaluate --gate prayer a
refuses 65 'gate require: ' 'and are whole' evaluate --gate 'require:{' a
refuses 66 'nowhere' 'evidence that is missing is told' evaluate --gate "$sbom" nowhere
echo '{' >bad.json; refuses 65 'bad.json' 'and so is what is broken' evaluate --gate "$sbom" bad.json
refuses 64 '--each prints text or json' 'lines are text or JSON' evaluate --gate "$sbom" --each --format=sarif a
done_testing
