#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout diff: what two layouts mean differently, and nothing about how they are written.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
alice=$(intoto key id alice.pem.pub | cut -c1-8)
bob=$(intoto key id bob.pem.pub | cut -c1-8)
intoto layout init a.layout --expires 2100-01-01T00:00:00Z --format=metablock
intoto layout add-step a.layout build --key alice.pem.pub --key bob.pem.pub --quiet \
	--material-rule 'ALLOW src/*' --material-rule 'DISALLOW *' \
	--product-rule 'REQUIRE out/log' --product-rule 'CREATE out/*' --product-rule 'MODIFY src/*' \
	--product-rule 'DISALLOW *secret' --product-rule 'DISALLOW *' -- make
intoto layout add-step a.layout pack --key bob.pem.pub --quiet \
	--material-rule 'MATCH out/* WITH PRODUCTS FROM build' --material-rule 'DISALLOW *' -- tar -cf a.tar out
intoto layout add-inspection a.layout look --quiet --material-rule 'DISALLOW bad' -- tar -xf a.tar
intoto layout add-inspection a.layout peek --quiet -- true

exits() { # STATUS CMD...
	local want=$1
	shift
	"$@"
	[ $? -eq "$want" ]
}
# differs SENTENCE CHANGE LINES...: exactly these lines
change() {
	python3 - "$1" <<'PYTHON'
import json, sys
m = json.load(open("a.layout"))
l = m["signed"]
b, p = l["steps"]; i = l["inspect"][0]; keys = l["keys"]
alice, bob = b["pubkeys"]
def mat(s, *rules): s["expected_materials"] = [r.split() for r in rules]
def pro(s, *rules): s["expected_products"] = [r.split() for r in rules]
exec(sys.argv[1])
json.dump(m, open("b.layout", "w"))
PYTHON
}
differs() {
	local sentence=$1 status=1
	change "$2" || { tap_result 1 "$1"; return; }
	shift 2
	[ $# -gt 0 ] || status=0
	ok "$sentence" exits $status intoto layout diff a.layout b.layout
	is "$(cat "$tap_stdout")" "$(printf '%s\n' "$@")" '... and how'
}

# --- what is the same ---------------------------------------------------------------------------------
differs 'nothing' 'pass'
differs 'signatures are no meaning' 'm["signatures"]=[{"keyid":"ab","sig":"00"}]'
differs 'nor is the order of keys, or how a keyword is written' 'b["pubkeys"].reverse(); b["expected_materials"][0][0]="allow"'
differs 'nor the id of a key' 'k=keys.pop(alice); k["keyid"]="abcd"; keys["abcd"]=k; b["pubkeys"][0]="abcd"'
differs 'nor a key that nobody uses' 'k=dict(keys[alice]); k["keyid"]="abcd"; keys["abcd"]=k'
intoto sign -q -f a.layout -o signed.layout -k owner.pem
ok 'nor who signed' intoto layout diff a.layout signed.layout
intoto layout init dsse.layout --expires 2100-01-01T00:00:00Z; intoto layout init meta.layout --expires 2100-01-01T00:00:00Z --format=metablock
ok 'nor the envelope' intoto layout diff dsse.layout meta.layout

# --- the layout ---------------------------------------------------------------------------------------
differs 'an earlier end' 'l["expires"]="2099-01-01T00:00:00Z"' 'expires (stricter)' '  - 2100-01-01T00:00:00Z' '  + 2099-01-01T00:00:00Z'
differs 'a later one' 'l["expires"]="2101-01-01T00:00:00Z"' 'expires (looser)' '  - 2100-01-01T00:00:00Z' '  + 2101-01-01T00:00:00Z'
differs 'none' 'del l["expires"]' 'expires (looser)' '  - 2100-01-01T00:00:00Z' '  + never'
differs 'a readme' 'l["readme"]="x"' 'readme (none)' '  + x'
differs 'a parameter' 'mat(b,"ALLOW {x}/*","DISALLOW *")' 'parameter-added (changed)' '  + x' \
	'build: materials: rule-changed (changed)' '  - ALLOW src/*' '  + ALLOW {x}/*'
differs 'a step less' 'l["steps"].pop()' 'pack: step-removed (looser)' '  - pack'
differs 'a step more' 's=dict(p); s["name"]="x"; l["steps"].append(s)' 'x: step-added (stricter)' '  + x'
differs 'another order of steps' 'l["steps"].reverse()' 'steps-reordered (none)' '  - build, pack' '  + pack, build'
differs 'another order of inspections' 'l["inspect"].reverse()' 'inspections-reordered (changed)' '  - look, peek' '  + peek, look'
differs 'a step that is an inspection now' 'l["steps"].pop(); l["inspect"][1]["name"]="pack"' \
	'pack: step-removed (looser)' '  - pack' 'peek: inspection-removed (looser)' '  - peek' 'pack: inspection-added (stricter)' '  + pack'
differs 'certificates' 'l["rootcas"]={}; b["cert_constraints"]=[]'

# --- people ---------------------------------------------------------------------------------------------
differs 'a higher threshold' 'b["threshold"]=2' 'build: threshold (stricter)' '  - 1' '  + 2'
differs 'a lower one' 'b["threshold"]=0' 'build: threshold (looser)' '  - 1' '  + 0'
differs 'somebody less' 'b["pubkeys"]=[bob]' 'build: functionary-removed (stricter)' "  - ed25519 $alice"
differs 'somebody more' 'p["pubkeys"].append(alice)' 'pack: functionary-added (looser)' "  + ed25519 $alice"
differs 'somebody else' 'p["pubkeys"]=[alice]' 'pack: functionary-removed (stricter)' "  - ed25519 $bob" 'pack: functionary-added (looser)' "  + ed25519 $alice"

# --- commands -------------------------------------------------------------------------------------------
differs 'another command' 'b["expected_command"]=["make","all"]' 'build: expected-command (none)' '  - make' '  + make all'
differs 'another inspection' 'i["run"]=["tar","-tf","a.tar"]' 'look: run (changed)' '  - tar -xf a.tar' '  + tar -tf a.tar'

# --- rules ----------------------------------------------------------------------------------------------
P='"REQUIRE out/log","CREATE out/*","MODIFY src/*","DISALLOW *secret","DISALLOW *"'
differs 'a rule that takes more' 'mat(b,"ALLOW src/*","ALLOW x","DISALLOW *")' 'build: materials: rule-added (looser)' '  + ALLOW x'
differs 'one less' 'mat(b,"DISALLOW *")' 'build: materials: rule-removed (stricter)' '  - ALLOW src/*'
differs 'no end' 'mat(b,"ALLOW src/*")' 'build: materials: rule-removed (looser)' '  - DISALLOW *'
differs 'a narrower pattern' 'mat(b,"ALLOW src/*.c","DISALLOW *")' 'build: materials: rule-changed (stricter)' '  - ALLOW src/*' '  + ALLOW src/*.c'
differs 'a wider one' 'mat(b,"ALLOW *","DISALLOW *")' 'build: materials: rule-changed (looser)' '  - ALLOW src/*' '  + ALLOW *'
differs 'another one' 'mat(b,"ALLOW lib/*","DISALLOW *")' 'build: materials: rule-changed (changed)' '  - ALLOW src/*' '  + ALLOW lib/*'
differs 'a wider DISALLOW' "pro(b,$P); b['expected_products'][3][1]='*'; b['expected_products'].pop()" \
	'build: products: rule-removed (looser)' '  - DISALLOW *secret'
differs 'a rule of another kind' 'mat(b,"REQUIRE src/x","DISALLOW *")' 'build: materials: rule-removed (stricter)' '  - ALLOW src/*' \
	'build: materials: rule-added (stricter)' '  + REQUIRE src/x'
differs 'a rule in front of what REQUIRE wants' "pro(b,'ALLOW *log',$P)" 'build: products: rule-added (changed)' '  + ALLOW *log'
differs 'DISALLOW first' 'pro(b,"REQUIRE out/log","DISALLOW *secret","CREATE out/*","MODIFY src/*","DISALLOW *")' \
	'build: products: rule-moved (stricter)' '  - DISALLOW *secret' '  + DISALLOW *secret'
differs 'REQUIRE late' 'pro(b,"CREATE out/*","MODIFY src/*","REQUIRE out/log","DISALLOW *secret","DISALLOW *")' \
	'build: products: rule-moved (stricter)' '  - REQUIRE out/log' '  + REQUIRE out/log'
cp a.layout keep; change 'mat(b,"ALLOW a","ALLOW b","DISALLOW *")'; cp b.layout a.layout
differs 'an order that means nothing' 'mat(b,"ALLOW b","ALLOW a","DISALLOW *")' 'build: materials: rule-moved (none)' '  - ALLOW a' '  + ALLOW a'
differs 'a rule behind the end' 'mat(b,"ALLOW b","DISALLOW *","ALLOW a")' 'build: materials: rule-moved (stricter)' '  - ALLOW a' '  + ALLOW a'
cp keep a.layout
differs 'another side' 'mat(p,"MATCH out/* WITH MATERIALS FROM build","DISALLOW *")' \
	'pack: materials: rule-removed (stricter)' '  - MATCH out/* WITH PRODUCTS FROM build' \
	'pack: materials: rule-added (looser)' '  + MATCH out/* WITH MATERIALS FROM build'

# --- the command ----------------------------------------------------------------------------------------
change 'b["threshold"]=2; mat(b,"ALLOW x","ALLOW src/*","DISALLOW *")'
ok 'for programs' exits 1 intoto layout diff --format=json a.layout b.layout
is "$(python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(d["same"], d["before"], d["after"], [(x["what"],x["effect"],x["item"],x["part"],x["before"],x["after"]) for x in d["differences"]])' "$tap_stdout")" \
	"False a.layout b.layout [('threshold', 'stricter', 'build', '', '1', '2'), ('rule-added', 'looser', 'build', 'materials', '', 'ALLOW x')]" 'as JSON'
ok 'the status alone' exits 1 intoto layout diff -q a.layout b.layout
is "$(cat "$tap_out")" '' 'quietly'
change 'l["readme"]="\u001b[2J"'
refuses 1 '\u{1b}[2J' 'hostile text is quoted' intoto layout diff a.layout b.layout
refuses 64 'want two layout files' 'wants two' intoto layout diff a.layout
refuses 64 "unexpected 'c'" 'and no more' intoto layout diff a.layout b.layout c
refuses 66 'no.layout' 'which are there' intoto layout diff a.layout no.layout
echo '{}' >bad.layout
refuses 65 'bad.layout' 'and are layouts' intoto layout diff bad.layout a.layout

done_testing
