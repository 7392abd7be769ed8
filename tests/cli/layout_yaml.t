#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Layouts in YAML: intoto layout compile, and the commands that read YAML as it stands.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

mkdir keys
for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o keys/$name.pem >/dev/null
done
alice=$(intoto key id keys/alice.pem.pub)
bob=$(intoto key id keys/bob.pem.pub)
compile() { intoto layout compile "$@"; }
json() { # EXPRESSION: of the layout as "l"
	intoto layout show root.layout --format=json | python3 -c 'import json,sys; l=json.load(sys.stdin)["layout"]; print(eval(sys.argv[1]))' "$1"
}

cat >root.yaml <<'YAML'
# Who makes what.
readme: no          # stays a text
expires: 2100-01-31
keys:
  alice: keys/alice.pem.pub
steps:
  - name: build
    pubkeys: [alice, keys/bob.pem.pub]
    threshold: 2
    expected_command: make -C 'a b' all
    expected_materials:
      - ALLOW src/*
      - [DISALLOW, "*"]
    expected_products:
      - CREATE "a b"
      - DISALLOW *
  - name: "1.10"
    pubkeys: [alice]
    expected_materials:
      - MATCH * WITH PRODUCTS FROM build
      - DISALLOW *
    expected_products:
inspect:
  - name: look
    run: [tar, -xf, a.tar]
YAML
ok 'compiles' compile root.yaml -o root.layout
is "$(json 'l["_type"], l["readme"], l["expires"], sorted(l["keys"])')" \
	"('layout', 'no', '2100-01-31T00:00:00Z', $(python3 -c 'import sys; print(sorted(sys.argv[1:]))' "$alice" "$bob"))" 'the layout'
is "$(json 'l["steps"][0]')" "{'_type': 'step', 'expected_command': ['make', '-C', 'a b', 'all'], 'expected_materials': [['ALLOW', 'src/*'], ['DISALLOW', '*']], 'expected_products': [['CREATE', 'a b'], ['DISALLOW', '*']], 'name': 'build', 'pubkeys': ['$alice', '$bob'], 'threshold': 2}" 'a step'
is "$(json 'l["steps"][1]["name"], l["steps"][1]["threshold"], l["steps"][1]["expected_products"], l["steps"][1]["expected_command"]')" \
	"('1.10', 1, [], [])" 'what is not said, and names as they are written'
is "$(json 'l["inspect"]')" "[{'_type': 'inspection', 'expected_materials': [], 'expected_products': [], 'name': 'look', 'run': ['tar', '-xf', 'a.tar']}]" 'an inspection'
ok 'it can be signed' intoto sign -q -f root.layout -k keys/owner.pem
cp root.layout before
refuses 74 root.layout 'a file is not replaced' compile root.yaml -o root.layout
ok 'and is what it was' cmp before root.layout
ok 'unless told' compile -f root.yaml -o root.layout
ok 'Metablock, too' compile -f root.yaml -o root.layout --format metablock --keyid-style current
is "$(json 'l["steps"][1]["pubkeys"]')" "['$(intoto key id --keyid-style=current keys/alice.pem.pub)']" 'with ids of the other dialect'
ok 'paths begin at the folder of the file' sh -c 'mkdir -p sub && cd sub && intoto layout compile ../root.yaml -o x.layout'

# --- what reads YAML ------------------------------------------------------------------------------------
compile -f root.yaml -o root.layout
ok 'diff' intoto layout diff root.layout root.yaml
ok 'show' sh -c 'intoto layout show root.yaml | grep -q 1.10'
ok 'lint' intoto layout lint root.yaml
ok 'which has findings' has "$tap_out" 'root.yaml: layout.steps[1].expected_products: warning:'
refuses 64 'root.yaml: is written in YAML: change it with an editor' 'but add-step leaves it alone' \
	intoto layout add-step root.yaml x --key keys/alice.pem.pub
refuses 65 'root.yaml' 'and verify does not take it' intoto verify -l root.yaml --verification-keys keys/owner.pem.pub
refuses 65 'root.yaml' 'nor does sign' intoto sign -f root.yaml -k keys/owner.pem

# --- expiry ---------------------------------------------------------------------------------------------
# expires WANT YAML
expires() {
	printf 'expires: %s\n' "$2" >e.yaml
	compile -f e.yaml -o root.layout --at 2024-01-31T12:00:00Z
	is "$(json 'l["expires"]')" "$1" "expires: $2"
}
expires 2030-01-31T01:02:03Z 2030-01-31T01:02:03Z
expires 2030-01-31T00:00:00Z '"2030-01-31"'
expires 2024-02-29T12:00:00Z '{in: 1 month}'
expires 2024-07-31T12:00:00Z '{in: 6 months}'
expires 2025-02-28T12:00:00Z '{in: 13 months}'
expires 2026-01-31T12:00:00Z '{in: 2 years}'
expires 2024-04-30T12:00:00Z '{in: 90 days}'
expires 2024-04-30T12:00:00Z '90d'
expires 2024-02-01T00:00:00Z '{in: 12h}'
for wrong in soon '{in: }' '{in: 0 days}' '{in: -1 day}' '{in: 1 fortnight}' '{in: 99999999999999999999 d}' '{on: 2030-01-31}' \
	2030-02-30 '[a]' '{in: 2000 years}' 1901 '{in: 1 month, at: x}'; do
	printf 'expires: %s\n' "$wrong" >e.yaml
	refuses 65 'e.yaml: line 1, column 1: layout.expires: want 2026-01-31T23:59:59Z' "no expiry: $wrong" compile -f e.yaml -o no.layout
done

# --- mistakes, with their place -------------------------------------------------------------------------
# wrong TEXT SED-SCRIPT
wrong() {
	sed "$2" root.yaml >wrong.yaml
	refuses "${3:-65}" "wrong.yaml: $1" "refuses $2" compile wrong.yaml -o no.layout
}
wrong "line 9, column 5: layout.steps[0].threshold: want a whole number, found 'two'" 's/threshold: 2/threshold: two/'
wrong "line 9, column 5: layout.steps[0].threshold: want a whole number, found '-1'" 's/threshold: 2/threshold: -1/'
wrong 'line 9, column 5: layout.steps[0].threshold: want a whole number, found a list' 's/threshold: 2/threshold: [2]/'
wrong 'line 12, column 9: layout.steps[0].expected_materials[0]: want one of ALLOW' 's/ALLOW src/PERMIT src/'
wrong 'line 12, column 9: layout.steps[0].expected_materials[0]: a quote' "s/- ALLOW src.*/- ALLOW 'x/"
wrong 'line 11, column 5: layout.steps[0].expected_materials: want a list of rules, found a text' '/- ALLOW/d; /- .DISALLOW, /d; s/expected_materials:$/expected_materials: x/'
wrong "line 8, column 15: layout.steps[0].pubkeys[0]: 'carol' is no name in" 's/\[alice, /[carol, /'
wrong 'line 8, column 22: layout.steps[0].pubkeys[1]: keys/none.pub' 's/keys.bob.pem.pub/keys\/none.pub/' 66
wrong 'line 5, column 3: layout.keys.alice: keys/none.pub' 's/alice: .*/alice: keys\/none.pub/' 66
wrong 'line 5, column 1: layout.steps: want a list, found a text' '/^  /d; s/^steps:/steps: x/; s/^inspect.*//; s/^keys:/keys: {}/'
wrong 'line 7, column 5: layout.steps[0].name' 's/name: build/name: a\/b/'
wrong 'line 2, column 1: layout: unknown member "redme"' 's/^readme/redme/'
wrong 'line 2, column 1: a member' 's/^# Who.*/readme: x/'
wrong 'line 7, column 11: anchors and tags are not read' 's/name: build/name: \&x build/'
wrong 'line 12, column 21: mapping values are not allowed' 's/- ALLOW src.*/- ALLOW src: x: y/'
refuses 66 'none.yaml' 'a file that is not there' compile none.yaml -o no.layout
refuses 65 'is no regular file' 'a folder is no file' sh -c 'mkdir -p dir.yaml; intoto layout compile dir.yaml -o no.layout'
refuses 64 'want a layout in YAML' 'wants a file' compile -o no.layout
refuses 64 'option --output' 'and an output' compile root.yaml
printf 'steps: []\n\x01' >bin.yaml
refuses 65 'bin.yaml: line 2, column 1: control characters are not allowed' 'is text' compile bin.yaml -o no.layout
head -c 5000000 /dev/zero | tr '\0' '#' >big.yaml
refuses 65 'big.yaml' 'of a size' compile big.yaml -o no.layout
ok 'nothing was written' test ! -e no.layout

# --- nobody else pays for the library -------------------------------------------------------------------
program=$(readlink -f "$(type -P intoto)")
if command -v ldd >/dev/null; then
	ok 'the program does not map libyaml' not sh -c 'ldd "$1" | grep -i yaml' sh "$program"
	ok 'the helper does' sh -c 'ldd "$1" | grep -q yaml' sh "$(ls "$(dirname "$program")/yaml2json" "$(dirname "$program")/../libexec/intoto/yaml2json" 2>/dev/null | head -n 1)"
else
	skip 'there is no ldd' 'the program does not map libyaml'
fi
cp "$program" alone
refuses 69 'YAML needs the helper program of this package' 'without its helper it says so' env -i PATH=/nonexistent ./alone layout show root.yaml

done_testing
