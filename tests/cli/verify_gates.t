#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: the gates of a layout.  What is evidence, for which gate, and what is not: each term
# with what it takes and what it refuses.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob carol eve

verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

bom=https://cyclonedx.org/bom
# statement FILE SIGNERS TYPE [SUBJECTS [ANNOTATION [PREDICATE]]]: a signed statement, about "out" by default
statement() {
	local signer file=$1 subjects=${4:-"{\"name\":\"out\",\"digest\":$(sha 1)}"}

	[ -z "${5-}" ] || subjects="{\"annotations\":{$5},${subjects#\{}" # of the first subject
	printf '{"_type":"https://in-toto.io/Statement/v1","subject":[%s],"predicateType":"%s","predicate":%s}' \
		"$subjects" "$3" "${6:-{\}}" | base64 -w0 >payload
	printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}\n' "$(cat payload)" >statement.tmp
	for signer in $2; do intoto sign -q --unchecked -f statement.tmp -k "$signer.pem" -o statement.tmp || return; done
	mkdir -p "$(dirname "$file")" && mv statement.tmp "$file"
}
# made NAME [MORE]: what the host says of the making
made() { printf '"intoto":{"attestor":{"name":"%s"%s},"outcome":"ok","step":"build","finished":"2026-06-01T00:00:00Z"}' "$1" "${2:+,$2}"; }
subject() { printf '{"name":"%s","digest":%s}' "$1" "$(sha "$2")"; }
# gated GATES [MEMBERS]: a layout whose step "build" has these gates, and a link for it
gated() {
	rm -rf links && mkdir links
	python3 - "$1" "${2-}" "${id[alice]}" "${id[bob]}" "${id[carol]}" <<-'END' >layout.tmp || return
		import json, sys
		gates, more, alice, bob, carol = sys.argv[1:]
		objects = json.load(open("objects.json"))
		layout = {"_type": "gated-layout", "expires": "2100-01-01T00:00:00Z", "readme": "", "inspect": [],
		          "keys": {key: objects[key] for key in (alice, bob, carol)},
		          "steps": [{"_type": "step", "name": "build", "pubkeys": [alice], "threshold": 1,
		                     "expected_command": [], "expected_materials": [], "expected_products": []}]}
		text = gates.replace("ALICE", alice).replace("BOB", bob).replace("CAROL", carol)
		if text: layout["steps"][0]["expectedAttributes"] = json.loads("[" + text + "]")
		layout.update(json.loads("{" + more.replace("ALICE", alice).replace("BOB", bob).replace("CAROL", carol) + "}"))
		print(json.dumps({"signatures": [], "signed": layout}))
	END
	intoto sign -q --unchecked -f layout.tmp -k owner.pem -o root.layout || return
	link links build alice "\"in\":$(sha 3)" "\"out\":$(sha 1),\"other\":$(sha 2)"
}
python3 -c 'import json,sys; print(json.dumps(dict(zip(sys.argv[1::2], map(json.loads, sys.argv[2::2])))))' \
	"${id[alice]}" "${object[alice]}" "${id[bob]}" "${object[bob]}" "${id[carol]}" "${object[carol]}" >objects.json

require='{"gate":"require","predicates":["sbom"]'

# --- there, and signed ---------------------------------------------------------------------------------
gated "$require}"
refuses 1 '0 found, and at least 1 must be there [gate.require]' 'a gate without evidence refuses' verify
ok 'and says it in one sentence' has "$tap_out" 'build: 0 of sbom found [gate.require]'
statement links/x.json alice "$bom"
passes_with '1 of sbom found' 'an attestation by who may do the step is evidence' verify -v
ok 'whatever its file is called' has "$tap_out" 'x.json: is a https://cyclonedx.org/bom [gate.require]'
statement links/x.json alice https://spdx.dev/Document/v2.3
ok 'so is another kind of SBOM, by the word for both' verify
statement links/x.json alice https://example.org/sbom
refuses 1 '0 found' 'another predicate is not' verify
statement links/x.json bob "$bom"
refuses 1 'x.json: was not counted: it is signed by nobody whom the gate accepts [gate.require]' 'one by somebody else is not' verify
statement links/x.json eve "$bom"
refuses 1 'is signed by nobody whom the gate accepts' 'one by a stranger is not' verify
statement links/x.json '' "$bom"
refuses 1 'is signed by nobody whom the gate accepts' 'one that is not signed is not' verify
statement links/x.json alice "$bom"; sed -i 's/"payload":"ey/"payload":"eyI/' links/x.json
refuses 1 '0 found' 'a changed one is not' verify
echo '{' >links/x.json
refuses 1 'x.json: ' 'a broken one is not' verify
gated "$require}"; statement links/a.json alice "$bom"; tr -d '\n' <links/a.json >links/all.intoto.jsonl; rm links/a.json
passes_with 'all.intoto.jsonl#1: is a' 'a line of a bundle is evidence' verify -v

gated "$require,\"functionaries\":[\"BOB\"]}"; statement links/x.json alice "$bom"
refuses 1 'is signed by nobody whom the gate accepts' 'a gate can name its own people' verify
statement links/x.json bob "$bom"; ok 'who are then taken' verify
gated "$require,\"functionaries\":[\"BOB\",\"CAROL\"],\"threshold\":2}"; statement links/x.json bob "$bom"; statement links/y.json carol "$bom"
refuses 1 'is signed by 1 of the people whom the gate accepts, and 2 must have' 'the threshold is of people on one document' verify
statement links/x.json 'bob carol' "$bom"; ok 'and is met by two on one' verify
gated "$require,\"functionaries\":[\"BOB\",\"${id[eve]}\"],\"threshold\":2}"; statement links/x.json 'bob eve' "$bom"
refuses 1 'the layout has no key with this id that can be used' 'a key that the layout lacks signs nothing' verify

# --- count, attestors ----------------------------------------------------------------------------------
gated "$require,\"least\":2}"; statement links/x.json alice "$bom"; cp links/x.json links/y.json
refuses 1 'it says the same as another one' 'two copies are one' verify
statement links/y.json alice https://spdx.dev/Document; ok 'two documents are two' verify
gated "$require,\"most\":1}"; statement links/x.json alice "$bom"; ok 'one is not too many' verify
statement links/y.json alice https://spdx.dev/Document
refuses 1 '2 found, and at most 1 may be there' 'two are' verify
gated "$require,\"attestors\":[\"sbom\"]}"; statement links/x.json alice "$bom"
refuses 1 'it does not say by which attestor it was made' 'an attestor can be wanted' verify
statement links/x.json alice "$bom" "$(subject out 1)" "$(made sbom)"; ok 'and is taken' verify

# --- about the step --------------------------------------------------------------------------------------
gated "$require}"; statement links/x.json alice "$bom" "$(subject else 9)"
refuses 1 'is about nothing of this step' 'an attestation about another artifact is no evidence' verify
statement links/x.json alice "$bom" "$(subject out 9)"
refuses 1 'is about "out" with other digests than the step' 'nor is one about another build of it' verify
statement links/x.json alice "$bom" "$(subject out 9),$(subject other 2)"
refuses 1 'is about "out" with other digests than the step' 'even if the two share a file' verify
statement links/x.json alice "$bom" "$(subject renamed 1)"; ok 'names alone do not count' verify
statement links/x.json alice "$bom" "$(subject in 3)"; ok 'a material of the step is of the step' verify
statement links/x.json alice "$bom" "$(subject out 1),$(subject far 8)" "$(made sbom)"
refuses 1 'which is no artifact of the step that it says it was made in' 'one made in the step is about nothing else' verify
statement links/x.json alice "$bom" "$(subject out 1)" '"intoto":{"step":"pack"}'
refuses 1 'was made in another step, "pack"' 'one made in another step is of that' verify
gated "$require,\"subject\":\"product\"}"; statement links/x.json alice "$bom" "$(subject out 1)" '"intoto":{"step":"pack"}'
ok 'unless only the product counts' verify
statement links/x.json alice "$bom" "$(subject in 3)"
refuses 1 'is about no product of the step' 'and then a material does not' verify
gated "$require,\"subject\":\"material\"}"; statement links/x.json alice "$bom" "$(subject in 3)"; ok 'a material can be wanted' verify
statement links/x.json alice "$bom"; refuses 1 'is about no material of the step' 'and then a product does not do' verify
gated "$require,\"subject\":\"all-products\"}"; statement links/x.json alice "$bom"
refuses 1 'is not about every product of the step' 'all products can be wanted' verify
statement links/x.json alice "$bom" "$(subject out 1),$(subject other 2)"; ok 'and are then there' verify
gated "$require,\"subject\":\"any\"}"; statement links/x.json alice "$bom" "$(subject else 9)"; ok 'or anything' verify
gated "$require,\"subject\":\"link\"}"; statement links/x.json alice "$bom"
refuses 1 "is not named by the step's link" 'the link can have to name it' verify
# named SHA256 TYPE: a link that names an attestation
named() {
	printf '{"signatures":[],"signed":{"_type":"link","name":"build","command":[],"materials":{},"products":{"out":%s},"byproducts":{},"environment":{"intoto":{"attestations":[{"attestor":"sbom","file":"x.json","sha256":"%s","predicateType":"%s","outcome":"ok"}]}}}}\n' \
		"$(sha 1)" "$1" "$2" >link.tmp && intoto sign -q --unchecked -f link.tmp -k alice.pem -o "links/build.${id[alice]:0:8}.link"
}
named "$(sha256sum links/x.json | cut -c1-64)" "$bom"; ok 'and does' verify
mv links/x.json links/y.intoto.jsonl; ok 'also when it was bundled' verify
rm links/y.intoto.jsonl
refuses 1 "x.json: the step's link names this attestation (https://cyclonedx.org/bom), and it is not there" 'one that the link names and that is gone is told' verify
gated "$require}"; statement links/y.json alice "$bom"; named "$(printf '%064d' 7)" "$bom"
refuses 1 '[gate.evidence]' 'and refuses, although another one would do' verify
named "$(printf '%064d' 7)" https://example.org/x; ok 'unless no gate reads its kind' verify

# --- outcome, age, pins, warnings ------------------------------------------------------------------------
gated "$require}"; statement links/x.json alice "$bom" '' '"intoto":{"outcome":"failed","reason":"no report"}'
refuses 1 'it records that its attestor failed: "no report"' 'a recorded failure is no evidence' verify
statement links/x.json alice https://in-toto.io/intoto/attestor-failure/v1 '' '"intoto":{"outcome":"failed","reason":"it crashed"}'
refuses 1 'it records that its attestor failed: "it crashed"' 'nor is a record of a failure of a type of its own' verify
gated '{"gate":"require","predicates":["attestor-failure"]}'; statement links/x.json alice https://in-toto.io/intoto/attestor-failure/v1
refuses 1 'records that its attestor failed' 'not even where a layout asks for one' verify
gated "$require}"
statement links/x.json alice "$bom" '' '"intoto":{"outcome":"splendid"}'
refuses 1 'has an outcome that nobody knows: "splendid"' 'nor is an outcome that nobody knows' verify
gated "$require,\"maxAge\":\"7d\"}"; statement links/x.json alice "$bom" '' "$(made sbom)"
ok 'what is fresh is evidence' verify --at 2026-06-07T00:00:00Z
refuses 1 'is from 2026-06-01T00:00:00Z, more than the 604800 seconds old that the gate allows' 'what is old is not' verify --at 2026-06-09T00:00:00Z
refuses 1 'in the future' 'nor what comes from the future' verify --at 2026-05-01T00:00:00Z
statement links/x.json alice "$bom"; refuses 1 'does not say when it was made' 'nor what has no time' verify
statement links/x.json alice "$bom" '' "$(made sbom)" '{"metadata":{"timestamp":"2020-01-01T00:00:00+01:00"}}'
refuses 1 'is from 2019-12-31T23:00:00Z' 'an old report that was wrapped today is old' verify --at 2026-06-02T00:00:00Z
hex=$(printf '%064d' 5)
gated "$require}" "\"attestors\":{\"sbom\":{\"sha256\":[\"$hex\"],\"version\":[\"1\"],\"level\":[\"landlock-2\"]}}"
statement links/x.json alice "$bom" '' "$(made sbom "\"sha256\":\"$hex\",\"version\":\"1\",\"level\":[\"landlock-4\"]")"; ok 'a pinned attestor is taken' verify
statement links/x.json alice "$bom" '' "$(made sbom "\"sha256\":\"$(printf '%064d' 6)\",\"version\":\"1\",\"level\":[\"landlock-4\"]")"
refuses 1 'was not made by the attestor that the layout pins' 'another program by its name is not' verify
statement links/x.json alice "$bom" '' "$(made sbom "\"sha256\":\"$hex\",\"version\":\"2\",\"level\":[\"landlock-4\"]")"
refuses 1 'another version of the attestor than the layout pins: "2"' 'nor is another version' verify
statement links/x.json alice "$bom" '' "$(made sbom "\"sha256\":\"$hex\",\"version\":\"1\",\"level\":[\"landlock-1\"]")"
refuses 1 'does not say that its attestor ran in a sandbox with "landlock-2"' 'nor a lower sandbox' verify
statement links/x.json alice "$bom" '' "$(made sbom)"
refuses 1 'its sha256 is none' 'nor one that says nothing of itself' verify
statement links/x.json alice "$bom"; ok 'others are not pinned' verify
gated "$require,\"warn\":true}"; passes_with 'warning    build: 0 of sbom found' 'a gate that warns changes no verdict' verify -v

# --- command -----------------------------------------------------------------------------------------------
# ran COMMAND BYPRODUCTS
ran() {
	printf '{"signatures":[],"signed":{"_type":"link","name":"build","command":%s,"materials":{},"products":{},"byproducts":%s,"environment":{}}}\n' "$1" "$2" >link.tmp &&
		intoto sign -q --unchecked -f link.tmp -k alice.pem -o "links/build.${id[alice]:0:8}.link"
}
gated '{"gate":"command","command":["make","all"]}'; ran '["make","all"]' '{"return-value":0}'; ok 'the command that is wanted passes' verify
ran '["make","all","-k"]' '{"return-value":0}'; refuses 1 'the step ran make all -k, and the gate wants make all [gate.command]' 'another does not' verify
ran '[]' '{"return-value":0}'; refuses 1 'the step ran no command' 'none does not' verify
ran '["make","all"]' '{}'; refuses 1 'the link does not say how the command ended' 'an untold end does not' verify
gated '{"gate":"command","prefix":["make"],"exit":[0,2]}'; ran '["make","x"]' '{"return-value":2,"accepted-return-values":[2]}'; ok 'other statuses can be taken' verify
ran '["cmake","x"]' '{"return-value":0}'; refuses 1 'one that begins with make' 'a prefix is of words' verify
ran '["make"]' '{"return-value":1,"accepted-return-values":[1]}'; refuses 1 'ended with status 1, and the gate wants 0 or 2' 'and no others' verify

# --- the layout ----------------------------------------------------------------------------------------------
gated "$require}"; sed -i 's/gated-layout/layout/' layout.tmp; intoto sign -q --unchecked -f layout.tmp -k owner.pem -o root.layout
refuses 65 'layout._type: want the text "gated-layout"' 'gates under the type of older layouts are refused' verify
gated '' ; refuses 65 'layout._type: want the text "layout"' 'and so is the newer type without any' verify
gated '{"gate":"prayer"}'; refuses 65 'layout.steps[0].expectedAttributes[0].gate: no gate is called "prayer"' 'a gate that nobody knows is refused' verify
gated "$require}"; rm links/*.link; statement links/x.json alice "$bom"
refuses 1 'there is no link' 'without a link nothing is about the step' verify -v

# --- what is told ----------------------------------------------------------------------------------------------
gated "$require,\"functionaries\":[\"BOB\"]}"; statement links/x.json alice "$bom"
refuses 1 'gate.require of build failed: 0 of sbom found' '--explain tells what gates said of the step' verify --explain out
refuses 1 '"code": "gate.require"' 'JSON has it' verify --format=json
refuses 1 'gate.require' 'so has JUnit' verify --format=junit
refuses 1 '"ruleId": "gate.require"' 'and SARIF' verify --format=sarif
refuses 1 '0 of sbom found' 'and Markdown' verify --format=markdown
gated "$require}"; statement links/x.json alice "$bom"; verify --format=json >report.json || :
is "$(python3 -c 'import json; print(sum(i["uri"].endswith("x.json") for i in json.load(open("report.json"))["inputs"]))')" 1 'what a gate went by is among the inputs'
statement links/y.json eve "$bom"; verify --format=json >report.json || :
is "$(python3 -c 'import json; print(sum(i["uri"].endswith("y.json") for i in json.load(open("report.json"))["inputs"]))')" 0 'and nothing else'

# --- certificates, sublayouts ------------------------------------------------------------------------------------
sub=links/build.${id[alice]:0:8}
# nested GATE: "build" is a sublayout of alice, whose step "one" has a gate
nested() {
	rm -rf links root.layout && mkdir links
	layout root.layout owner 'alice bob' "$(step build alice 1 '' '')"
	layout "$sub.link" alice bob "$(step one bob 1 '' '')" && intoto layout add-gate "$sub.link" one "$1" --drop-signatures &&
		intoto sign -q -f "$sub.link" -k alice.pem
	link "$sub" one bob '' "\"out\":$(sha 1)"
}
nested 'require:{"predicates":["sbom"]}'
refuses 1 'build/one: 0 of sbom found [gate.require]' 'the gates of a sublayout are judged' verify
statement "$sub/x.json" bob "$bom"; ok 'with what is beside its links' verify
mv "$sub/x.json" links/; refuses 1 'build/one: 0 of sbom found' 'and not with what is beside those of the layout' verify
nested 'require:{"predicates":["sbom"]}'; statement "$sub/x.json" alice "$bom"
refuses 1 'is signed by nobody whom the gate accepts' 'nor by others' verify
rm -rf links; mkdir links
layout root.layout owner 'alice bob' "$(step build alice 1 '' '')" && intoto layout add-gate root.layout build 'require:{"predicates":["sbom"],"subject":"product"}' --drop-signatures &&
	intoto sign -q -f root.layout -k owner.pem
layout "$sub.link" alice bob "$(step one bob 1 '' '')"; link "$sub" one bob '' "\"out\":$(sha 1)"
refuses 1 'build: 0 of sbom found' 'a step that is a sublayout can have gates, too' verify
statement links/x.json alice "$bom"; ok 'about what comes out of it' verify
done_testing
