#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout: layouts without touching JSON.  A change is written whole or not at all.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
alice=$(intoto key id alice.pem.pub)
bob=$(intoto key id bob.pem.pub)
layout() { intoto layout "$@"; }
new() { layout init root.layout --expires 2100-01-01T00:00:00Z -f "$@"; }
json() { # EXPRESSION: of the layout as "l", and all of it as "all"
	layout show root.layout --format=json >shown.json &&
		python3 -c 'import json,sys; all=json.load(open("shown.json")); l=all["layout"]; print(eval(sys.argv[1]))' "$1"
}
quiet() { tap_run "$@" && [ ! -s "$tap_out" ]; }
# unchanged STATUS TEXT SENTENCE CMD...: refuses, and the file is what it was
unchanged() {
	local status=$1 text=$2 sentence=$3
	shift 3
	cp root.layout before
	refuses "$status" "$text" "$sentence" "$@"
	ok 'and the file is what it was' cmp before root.layout
}

# --- init --------------------------------------------------------------------------------------------
ok 'begins a layout without a word' quiet layout init root.layout --expires 2030-01-31T23:59:59Z --readme 'two "words"'
is "$(json 'l["_type"], l["expires"], l["readme"], l["keys"], l["steps"], l["inspect"], all["format"], all["signatures"]')" \
	"('layout', '2030-01-31T23:59:59Z', 'two \"words\"', {}, [], [], 'dsse', [])" 'with these members'
unchanged 74 'root.layout' 'does not replace a file' layout init root.layout --expires-in 1d
ok 'unless it is told to' layout init root.layout --expires-in 1d -f
for span in 12h:43200 90d:7776000 8w:4838400; do
	ok "expires in ${span%:*}" layout init root.layout -f --expires-in "${span%:*}"
	left=$(($(date -u -d "$(json 'l["expires"]')" +%s) - $(date +%s) - ${span#*:}))
	ok 'which is that much from now' test $left -ge -60 -a $left -le 60
done
ok 'writes Metablock' layout init root.layout -f --expires-in 1d --format=metablock
is "$(json 'all["format"]')" metablock 'when it is asked to'
rm root.layout
refuses 64 'want one of --expires and --expires-in' 'wants an expiry' layout init root.layout
refuses 64 'want one of --expires and --expires-in' 'and only one' layout init root.layout --expires-in 1d --expires 2030-01-31T23:59:59Z
for span in 90 d 0d -1d 1y 1.5d 99999999999999999999d 5300w 36601d ''; do
	refuses 64 "--expires-in: want a number and h, d or w, as 90d, found '$span'" "'$span' is no time" \
		layout init root.layout "--expires-in=$span"
done
refuses 64 "--expires: want a date as 2026-01-31T23:59:59Z, found '2030-02-30T00:00:00Z'" 'a date must exist' \
	layout init root.layout --expires 2030-02-30T00:00:00Z
refuses 64 '--readme: want UTF-8' 'text is UTF-8' layout init root.layout --expires-in 1d --readme $'\xff'
refuses 64 'want the name of the new layout file' 'wants a file' layout init --expires-in 1d
refuses 64 "unexpected 'b'" 'and only one' layout init a b --expires-in 1d
refuses 64 'option --format' 'knows its formats' layout init root.layout --expires-in 1d --format=xml
refuses 66 'no/root.layout' 'a folder that is not there is told' layout init no/root.layout --expires-in 1d
ok 'nothing was written' test ! -e root.layout

# --- add-key -----------------------------------------------------------------------------------------
new
ok 'adds keys' layout add-key root.layout alice.pem.pub bob.pem.pub
is "$(cat "$tap_stdout")" "$alice
$bob" 'and prints their ids'
is "$(json 'sorted(l["keys"]) == sorted(["'"$alice"'","'"$bob"'"]), l["keys"]["'"$alice"'"]["keytype"]')" "(True, 'ed25519')" 'which are in the layout'
ok 'adds a key once' layout add-key root.layout alice.pem.pub
is "$(json 'len(l["keys"])')" 2 'however often it is given'
new; ok 'knows the other dialect' layout add-key root.layout --keyid-style=current alice.pem.pub
is "$(cat "$tap_stdout")" "$(intoto key id --keyid-style=current alice.pem.pub)" 'of keyids'
new; ok 'takes the public half of a private key' layout add-key root.layout alice.pem
ok 'and nothing else of it' not grep -q private <(json l)
unchanged 66 'no.pub' 'a key that is not there is told' layout add-key root.layout alice.pem.pub no.pub
echo nonsense >bad.pub
unchanged 65 'bad.pub' 'so is one that is no key' layout add-key root.layout bob.pem.pub bad.pub
refuses 64 'want a layout and public key files' 'wants keys' layout add-key root.layout
refuses 66 'no.layout' 'wants a layout' layout add-key no.layout alice.pem.pub

# --- add-step ----------------------------------------------------------------------------------------
new
ok 'adds a step' layout add-step root.layout build --key alice.pem.pub --key bob.pem.pub --threshold 2 \
	--material-rule 'ALLOW *.c' --material-rule "disallow '*'" --product-rule 'CREATE "a b"' --product-rule 'DISALLOW *' \
	-- cc -o 'a b' a.c
ok 'without a note' test ! -s "$tap_out"
is "$(json 'l["steps"]')" "[{'_type': 'step', 'expected_command': ['cc', '-o', 'a b', 'a.c'], 'expected_materials': [['ALLOW', '*.c'], ['DISALLOW', '*']], 'expected_products': [['CREATE', 'a b'], ['DISALLOW', '*']], 'name': 'build', 'pubkeys': ['$alice', '$bob'], 'threshold': 2}]" \
	'as it was said'
is "$(json 'len(l["keys"])')" 2 'with its keys'
ok 'a second one, by keyid in capitals, as gpg prints them' layout add-step root.layout pack --keyid "${alice^^}" --quiet --expected-command tar -cf a.tar \
	--product-rule 'MATCH * IN x WITH MATERIALS IN y FROM build'
is "$(json 'l["steps"][1]["expected_command"], l["steps"][1]["expected_products"], l["steps"][1]["threshold"]')" \
	"(['tar', '-cf', 'a.tar'], [['MATCH', '*', 'IN', 'x', 'WITH', 'MATERIALS', 'IN', 'y', 'FROM', 'build']], 1)" 'behind the first'
unchanged 65 "has a step or inspection 'build' already" 'a name comes once' layout add-step root.layout build --key alice.pem.pub
unchanged 65 "'a/b' cannot be part of a file name" 'a name is no path' layout add-step root.layout a/b --key alice.pem.pub
unchanged 64 'want at least one --key, --keyid or --cert-constraint' 'somebody must do it' layout add-step root.layout x
unchanged 66 "has no key 'abcd'" 'a keyid must be known' layout add-step root.layout x --keyid abcd
unchanged 64 "the key $alice is given twice" 'nobody counts twice' layout add-step root.layout x --key alice.pem.pub --keyid "$alice"
unchanged 64 '--threshold: 2, but only 1 keys may do the step' 'a threshold must be possible' \
	layout add-step root.layout x --key alice.pem.pub --threshold 2
for threshold in 0 -1 two 1.0; do
	unchanged 64 "--threshold: want a whole number from 1, found '$threshold'" "$threshold is no threshold" \
		layout add-step root.layout x --key alice.pem.pub "--threshold=$threshold"
done
rule() { layout add-step root.layout x --key alice.pem.pub --product-rule "$1"; }
unchanged 65 "--product-rule 'PERMIT *': want one of ALLOW" 'a rule has a keyword' rule 'PERMIT *'
unchanged 65 "--product-rule 'ALLOW': want ALLOW <pattern>, found 1 words" 'and its words' rule ALLOW
unchanged 65 "--product-rule '': an empty rule" 'and is not empty' rule ''
unchanged 65 "--product-rule 'ALLOW 'x': a quote or a backslash" 'and its quotes end' rule "ALLOW 'x"
unchanged 65 "--product-rule 'DISALLOW [x': the pattern has a [ without its ]" 'and so do its brackets' rule 'DISALLOW [x'
unchanged 64 "unknown option '--flag'" 'words with two dashes stand behind --' \
	layout add-step root.layout x --key alice.pem.pub --expected-command make --flag
refuses 64 'want a layout and the name of the step' 'wants a name' layout add-step root.layout

# --- notes -------------------------------------------------------------------------------------------
new
ok 'says' layout add-step root.layout a --key alice.pem.pub --material-rule 'CREATE x' --product-rule 'DELETE y' \
	--product-rule 'MATCH * WITH PRODUCTS FROM later' --product-rule 'DISALLOW *'
cp "$tap_stderr" notes
ok 'that CREATE never matches materials' has notes 'note: a: material rules: CREATE x: never matches a material'
ok 'that DELETE never matches products' has notes 'note: a: product rules: DELETE y: never matches a product'
ok 'that a step is not there yet' has notes 'MATCH * WITH PRODUCTS FROM later: the layout has no step'
ok 'that anything else is allowed' has notes 'note: a: material rules: the last one is no DISALLOW'
ok 'but not where it is not' lacks notes 'product rules: the last one'

# --- add-inspection ------------------------------------------------------------------------------------
new
ok 'adds an inspection' quiet layout add-inspection root.layout look --run tar -xf a.tar \
	--material-rule 'ALLOW a.tar' --product-rule 'ALLOW *'
ok 'another, with its command behind --' quiet layout add-inspection root.layout more -- ls --all
is "$(json 'l["inspect"]')" "[{'_type': 'inspection', 'expected_materials': [['ALLOW', 'a.tar']], 'expected_products': [['ALLOW', '*']], 'name': 'look', 'run': ['tar', '-xf', 'a.tar']}, {'_type': 'inspection', 'expected_materials': [], 'expected_products': [], 'name': 'more', 'run': ['ls', '--all']}]" \
	'as they were said'
unchanged 64 'want the command of the inspection' 'an inspection has a command' layout add-inspection root.layout x
unchanged 65 "has a step or inspection 'look' already" 'and a name of its own' layout add-inspection root.layout look -- true
unchanged 65 "--material-rule 'X *': want one of" 'and rules' layout add-inspection root.layout x --material-rule 'X *' -- true

# --- signatures ----------------------------------------------------------------------------------------
new; intoto sign -q -f root.layout -k owner.pem
unchanged 1 'root.layout: is signed' 'a signed layout is left alone' layout add-step root.layout x --key alice.pem.pub --quiet
unchanged 1 '--drop-signatures' 'whatever is added' layout add-key root.layout alice.pem.pub
unchanged 1 'is signed' 'inspections too' layout add-inspection root.layout x -- true
ok 'unless its signatures may go' layout add-step root.layout x --key alice.pem.pub --quiet --drop-signatures
is "$(json 'all["signatures"], len(l["steps"])')" '([], 1)' 'which they do'
new --format=metablock
ok 'Metablock is changed' layout add-step root.layout x --key alice.pem.pub --quiet
is "$(json 'all["format"], len(l["steps"])')" "('metablock', 1)" 'and stays Metablock'
sed -i 's/"steps":/"rootcas":{"ab":{}},"steps":/' root.layout
unchanged 65 'layout.rootcas.ab: member "keyval" is missing' 'a root without a certificate is refused' layout add-key root.layout bob.pem.pub

# --- show ----------------------------------------------------------------------------------------------
new --readme $'\e[2Jhello'
layout add-step root.layout build --key alice.pem.pub --product-rule 'CREATE *' --product-rule 'DISALLOW *' --quiet -- make
intoto sign -q -f root.layout -k owner.pem
ok 'shows a layout' layout show root.layout
cp "$tap_stdout" shown
ok 'its expiry' has shown 'expires      2100-01-01T00:00:00Z'
ok 'its readme, safe for a terminal' has shown '\u{1b}[2Jhello'
ok 'who signed it' has shown "signed by    $(intoto key id owner.pem.pub)"
ok 'its keys' has shown "key $alice ed25519"
ok 'its steps' has shown 'threshold    1 of 1'
ok 'and their rules' has shown 'products     CREATE *'
refuses 66 'no.layout' 'wants a file' layout show no.layout
refuses 65 'alice.pem.pub' 'that is a layout' layout show alice.pem.pub
head -c 100 root.layout >cut.layout
refuses 65 'cut.layout: ' 'a whole one' layout show cut.layout

# --- all of it together --------------------------------------------------------------------------------
new
layout add-step root.layout build --key alice.pem.pub --product-rule 'CREATE out' --product-rule 'DISALLOW *' --quiet
intoto sign -q -f root.layout -k owner.pem
printf '{"signatures":[],"signed":{"_type":"link","name":"build","command":[],"materials":{},"products":{"out":{"sha256":"%064d"}},"byproducts":{},"environment":{}}}' 1 >build.link
intoto sign -q -f build.link -k alice.pem -o "build.${alice:0:8}.link"
ok 'a layout that was written so is verified' intoto verify -l root.layout --verification-keys owner.pem.pub

done_testing
