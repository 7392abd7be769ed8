#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: what other implementations let pass, or fall over, and ours refuses with its reason.
# Each refusal stands beside the twin that passes.  (Thresholds, signatures, expiry: verify.t.)
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob eve

verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }
# start [MATERIALS [PRODUCTS]]: of the step "build", which alice does
start() {
	rm -rf links && mkdir links
	layout root.layout owner 'alice bob' "$(step build alice 1 "${1-}" "${2-}")"
	link links build alice "\"in\":$(sha 1)" "\"out\":$(sha 2)"
}
# edit FILE PYTHON: changes the document d in an envelope, drops its signatures
edit() {
	python3 - "$1" "$2" <<'PYTHON'
import json, sys
path, change = sys.argv[1:]
envelope = json.load(open(path))
d = envelope["signed"]
exec(change)
json.dump({"signatures": [], "signed": d}, open(path, "w"))
PYTHON
}
# changed PYTHON: the layout, changed and signed
changed() { edit root.layout "$1" && intoto sign -q --unchecked -f root.layout -k owner.pem; }
# as_dsse FILE [TYPE]: the document of a Metablock in an unsigned DSSE envelope
as_dsse() {
	python3 - "$1" "${2-application/vnd.in-toto+json}" <<'PYTHON'
import base64, json, sys
d = json.load(open(sys.argv[1]))["signed"]
json.dump({"payload": base64.b64encode(json.dumps(d).encode()).decode(), "payloadType": sys.argv[2],
    "signatures": []}, open(sys.argv[1], "w"))
PYTHON
}
# dsse_layout PYTHON: the layout, changed, in DSSE, signed
dsse_layout() { edit root.layout "$1" && as_dsse root.layout && intoto sign -q --unchecked -f root.layout -k owner.pem; }

# --- layouts (Python: defaults, dropped members, any number; Go: no validation at all) ----------------------
start; dsse_layout 'pass'
ok 'a DSSE layout' verify
start; dsse_layout 'del d["expires"]'
refuses 1 'the layout never expires' 'without expiry in DSSE, which Python renews at each load' verify
start; dsse_layout 'd["more"] = 1'
refuses 65 'unknown member "more"' 'with members that Python would drop' verify
start; changed 'd["steps"][0]["cert_constraint"] = []'
refuses 65 'unknown member "cert_constraint"' 'with a constraint that is misspelled' verify
for threshold in True 1.0 '"1"' None; do
	start; edit root.layout "d['steps'][0]['threshold'] = $threshold"
	intoto sign -q --unchecked -f root.layout -k owner.pem 2>/dev/null
	refuses 65 'root.layout: ' "with a threshold of $threshold" verify
done
start; changed 'd["steps"][0]["threshold"] = 10**18'
refuses 1 'no links can ever be enough [step.quorum]' 'with a threshold that nobody reaches' verify
start; changed 'd["steps"][0]["pubkeys"] = []'
refuses 1 '[step.quorum]' 'with a step that nobody may do' verify
start; changed 'd["steps"][0]["expected_products"] = [[]]'
refuses 65 'layout.steps[0].expected_products[0]: an empty rule' 'with an empty rule, on which Go panics' verify
start; changed 'd["steps"][0]["expected_products"] = [["MATCH","*","WITH","PRODUCT","FROM","build"]]'
refuses 65 'expected_products[0]: want MATCH <pattern>' 'with a word behind WITH that Go takes for a rule without effect' verify
for name in '../up' '.hidden' 'a/b' '' 'new\nline'; do
	start; changed "d['steps'][0]['name'] = '$name'"
	refuses 65 'cannot be part of a file name' "with a step called '$name'" verify
done
start; sed -i 's/"readme": *""/"readme":"","readme":""/' root.layout
refuses 65 'root.layout: ' 'with a member that stands twice' verify
start; printf ' ' >>root.layout; ok 'white space behind the layout' verify
start; printf '{}' >>root.layout
refuses 65 'root.layout: ' 'but nothing else' verify
start; edit root.layout 'pass'; as_dsse root.layout application/json; intoto sign -q --unchecked -f root.layout -k owner.pem 2>/dev/null
refuses 65 '[layout.format]' 'a payload of another type is no layout' verify

# --- signatures (Python and Go: the first entry with the keyid decides) -------------------------------------
doubled() {
	python3 - "$1" <<'PYTHON'
import json, sys
e = json.load(open(sys.argv[1]))
bad = dict(e["signatures"][0], sig="00" * 64)
e["signatures"].insert(0, bad)
json.dump(e, open(sys.argv[1], "w"))
PYTHON
}
start; doubled root.layout; ok 'a bad signature in front of a good one, by the same key' verify
start; doubled "links/build.${id[alice]:0:8}.link"; ok 'on a link too' verify
start; dsse_layout 'pass'
python3 -c 'import json; e = json.load(open("root.layout")); e["signatures"][0].pop("keyid"); json.dump(e, open("root.layout", "w"))'
ok 'a DSSE signature without keyid' verify
start; dsse_layout 'pass'
python3 -c 'import json, base64; e = json.load(open("root.layout")); e["signatures"][0]["sig"] = base64.b64encode(b"x" * 64).decode(); json.dump(e, open("root.layout", "w"))'
refuses 1 '[layout.signature]' 'a DSSE signature that is none' verify
start; python3 - "links/build.${id[alice]:0:8}.link" <<'PYTHON'
import json, sys
e = json.load(open(sys.argv[1]))
e["signed"]["injected"] = 1
json.dump(e, open(sys.argv[1], "w"))
PYTHON
refuses 1 '[step.threshold]' 'a link with a member that nobody signed, which Python drops' verify

# --- who (Rust: any functionary may do any step; Python: by the text of the id) -----------------------------
start; rm links/*; link links build bob "\"in\":$(sha 1)" "\"out\":$(sha 2)"
refuses 1 'found 0 of 1 valid links' 'a functionary of the layout, but not of the step' verify
# Two keys whose ids begin with the same eight digits have one file.
twins() {
	start; layout root.layout owner 'alice bob' "$(step build alice 2 '' '')"
	changed 'k = list(d["keys"].values()); d["keys"] = {"12345678aa": dict(k[0], keyid="12345678aa"), "12345678bb": dict(k[1], keyid="12345678bb")}; d["steps"][0]["pubkeys"] = list(d["keys"])'
	rm links/*; link links build alice '' ''; mv links/*.link links/build.12345678.link
}
twins; refuses 1 'found 1 of 2 valid links' 'two keys with the same first digits: one signature in their file' verify
intoto sign -q --append -f links/build.12345678.link -k bob.pem -o links/build.12345678.link
ok 'two signatures in their file are two people' verify
start; changed 'd["keys"] = {}'
refuses 1 'the layout has no key with this id' 'an id without a key' verify

# --- links ----------------------------------------------------------------------------------------------
planted() { for n in 00000000 ffffffff "${id[eve]:0:8}"; do printf '%s' "$1" >"links/build.$n.link"; done; }
for text in '{' '[]' 'null' '' '{"signed":null}' '{"payload":"!"}'; do
	start; planted "$text"
	ok "a planted file with '$text' stops nobody" verify
done
start; link links build alice "\"in\":$(sha 1)" "\"out\":$(sha 2)"; cp links/build.*.link links/build.000000001.link
ok 'nor does one with more digits' verify
for edited in 'd["name"] = ["build"]' 'd["materials"] = []' 'd["products"] = {"": {"sha256": "00"*32}}' 'd["products"] = {"a": {}}' \
	'd["products"] = {"a": {"sha256": "zz"*32}}' 'd["products"] = {"a": {"sha256": "00"}}' 'd["command"] = "make"' 'del d["products"]'; do
	start; file=links/build.${id[alice]:0:8}.link; edit "$file" "$edited"
	intoto sign -q --unchecked -f "$file" -k alice.pem -o "$file"
	refuses 1 '[link.format]' "a signed link is refused: $edited" verify
done
start '' '["REQUIRE","out"]'; file=links/build.${id[alice]:0:8}.link
edit "$file" 'd["_type"] = "layout"'; intoto sign -q --unchecked -f "$file" -k alice.pem -o "$file"
refuses 1 '[link.format]' 'a link that says it is a layout' verify
start; layout root.layout owner alice "$(step 'b*' alice 1 '' '')"
refuses 1 'found 0 of 1 valid links' 'a star in a name is no pattern for files (Go)' verify
mv links/build.*.link "links/b*.${id[alice]:0:8}.link"
refuses 1 'this is a link of the step "build", renamed' 'nor for the names of steps' verify

# --- rules ----------------------------------------------------------------------------------------------
matching() { # RULE FOR PRODUCTS OF pack, WHOSE PRODUCTS ARE ... [OF build: out in folder dist]
	rm -rf links && mkdir links
	layout root.layout owner 'alice bob' "$(step build alice 1 '' ''),$(step pack bob 1 '' "$1,[\"DISALLOW\",\"*\"]")"
	link links build alice '' "\"foo\":$(sha 1),\"dist/foo\":$(sha 1)"
	link links pack bob '' "\"$2\":$(sha "${3:-1}")"
}
matching '["MATCH","foo","IN","dist","WITH","PRODUCTS","FROM","build"]' dist/foo; ok 'MATCH ... IN a folder' verify
matching '["MATCH","foo","IN","dist","WITH","PRODUCTS","FROM","build"]' foo
refuses 1 '"foo"' 'takes nothing outside of it (Go does)' verify
matching '["MATCH","foo","IN","dist","WITH","PRODUCTS","FROM","build"]' distant/foo
refuses 1 '"distant/foo"' 'nor in a folder whose name only begins so' verify
matching '["MATCH","*","WITH","PRODUCTS","FROM","build"]' foo 9
refuses 1 'its digests differ from those in the products of "build"' 'MATCH with other digests' verify
matching '["MATCH","./foo","WITH","PRODUCTS","FROM","build"]' foo
refuses 1 '"foo"' 'a pattern is not cleaned (Go does)' verify
start '' '["DISALLOW","[out"]'
refuses 1 '[layout.pattern]' 'a DISALLOW with a pattern that Go and Rust take for no match' verify
start '' '["DISALLOW","[!o]*"]'; ok 'a negated class' verify
start '' '["DISALLOW","[^x]*"]'; ok 'a caret is itself' verify
start '' '["DISALLOW","[^o]ut"]'; refuses 1 '[rule.disallow]' 'not a negation' verify
start '["DELETE","in"],["DISALLOW","*"]' '["MODIFY","*"],["DISALLOW","*"]'
refuses 1 '"out" (it is only on one side)' 'what was created was not modified' verify
# A digest that anybody can collide is no proof.
start; layout root.layout owner 'alice bob' "$(step build alice 1 '' ''),$(step pack bob 1 '["MATCH","*","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '')"
weak='"out":{"sha1":"0000000000000000000000000000000000000001"}'
link links build alice '' "$weak"; link links pack bob "$weak" ''
refuses 1 '"out" (' 'the same SHA-1 on both sides is no match' verify

# --- parameters (attestation-verifier: two that name each other never end; Python: formats and attributes) ---
start '' '["CREATE","{a}"],["DISALLOW","*"]'
refuses 1 'CREATE {b}: ' 'a value is not expanded again' timeout 20 \
	intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --param 'a={b}' --param 'b={a}' -v
ok 'a value is put in' verify --param a=out
for form in '{a!r}' '{a:>9}' '{a.upper}' '{a[0]}' '{}' '{0}' '{'; do
	start '' "[\"CREATE\",\"$form\"],[\"DISALLOW\",\"*\"]"
	refuses 1 '[layout.parameter]' "$form is no placeholder" verify --param a=out
done

done_testing
