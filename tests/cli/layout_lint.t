#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout lint: each finding in a layout that has it, and none in its twin that has not.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
intoto layout init good.layout --expires 2100-01-01T00:00:00Z --format=metablock
intoto layout add-step good.layout build --key alice.pem.pub --key bob.pem.pub --quiet \
	--material-rule 'ALLOW src/*' --material-rule 'DISALLOW *' \
	--product-rule 'REQUIRE out/log' --product-rule 'CREATE out/*' --product-rule 'DISALLOW *' -- make
intoto layout add-step good.layout pack --key bob.pem.pub --quiet \
	--material-rule 'MATCH out/* WITH PRODUCTS FROM build' --material-rule 'DISALLOW *' \
	--product-rule 'CREATE a.tar' --product-rule 'DISALLOW *' -- tar -cf a.tar out
intoto layout add-inspection good.layout look --quiet \
	--material-rule 'MATCH a.tar WITH PRODUCTS FROM pack' --material-rule 'DISALLOW a.tar' -- tar -xf a.tar
intoto sign -q -f good.layout -k owner.pem
lint() { intoto layout lint --at 2030-01-01T00:00:00Z "$@"; }

ok 'finds nothing in a good layout' lint good.layout
is "$(cat "$tap_out")" '0 errors, 0 warnings, 0 notes' 'and says so'

# change CODE: the good layout with l["steps"] ... changed by a line of Python, in x.layout
change() {
	python3 - "$1" <<'PYTHON'
import json, sys
m = json.load(open("good.layout"))
l = m["signed"]
b, p, i = l["steps"][0], l["steps"][1], l["inspect"][0]
keys = list(l["keys"])
alice, bob = b["pubkeys"]
def mat(s, *rules): s["expected_materials"] = [r.split() for r in rules]
def pro(s, *rules): s["expected_products"] = [r.split() for r in rules]
exec(sys.argv[1])
json.dump(m, open("x.layout", "w"))
PYTHON
}
# finds LEVEL CODE PLACE CHANGE [OPTIONS]: that finding and its level, at that place
finds() {
	local level=$1 code=$2 place=$3 status=0
	change "$4" || { tap_result 1 "$code"; return; }
	shift 4
	[ "$level" != error ] || status=1
	refuses $status "x.layout: $place" "finds $code" lint "$@" x.layout
	ok "there, of level $level" awk -v place="x.layout: $place" -v level=": $level: " -v code="[$code]" '
		index($0, place) == 1 && index($0, level) && index($0, code) { found = 1 } END { exit !found }' "$tap_out"
}
# nothing CODE CHANGE [OPTIONS]: not that finding
nothing() {
	local code=$1
	change "$2" || { tap_result 1 "$code"; return; }
	shift 2
	lint "$@" x.layout >out
	ok "but not $code where it is not" not grep -qF "[$code]" out
}

# --- the layout --------------------------------------------------------------------------------------
finds note layout.unsigned layout 'm["signatures"]=[]'
finds error layout.expired layout.expires 'l["expires"]="2029-12-31T23:59:59Z"'
finds error layout.expired layout.expires 'l["expires"]="2030-01-01T00:00:00Z"'
finds warning layout.expires-soon layout.expires 'l["expires"]="2030-01-31T00:00:00Z"'
nothing layout.expires-soon 'l["expires"]="2030-01-31T00:00:01Z"'
finds warning layout.expires-soon layout.expires 'l["expires"]="2030-03-01T00:00:00Z"' --expires-within 90d
finds error layout.no-expiry layout 'del l["expires"]'
finds error layout.empty layout 'l["steps"]=[]; l["inspect"]=[]'
finds error layout.format layout 'l["steps"]=7'
finds note compat.go-refuses layout 'del l["readme"]'
finds warning compat.python-ignores 'layout.steps[0].cert_constraints' 'b["cert_constraints"]=[{"common_name":"x"}]'
finds error name.unsafe 'layout.steps[0].name' 'b["name"]="../x"'
finds error name.duplicate 'layout.steps[1].name' 'p["name"]="build"'
finds warning name.case 'layout.steps[1].name' 'p["name"]="Build"; i["expected_materials"]=[]'
finds warning name.pattern 'layout.steps[1].name' 'p["name"]="p*"; i["expected_materials"]=[]'

# --- people ------------------------------------------------------------------------------------------
finds error step.threshold 'layout.steps[0].threshold' 'b["threshold"]=0'
finds error step.unreachable 'layout.steps[0].threshold' 'b["threshold"]=3'
nothing step.unreachable 'b["threshold"]=2'
finds error step.no-keys 'layout.steps[0].pubkeys' 'b["pubkeys"]=[]'
constraint='dict(common_name="*",dns_names=["*"],emails=["*"],organizations=["*"],uris=["*"],roots=["*"])'
finds warning step.certificates-open 'layout.steps[0].cert_constraints[0]' "b['cert_constraints']=[$constraint]"
nothing step.certificates-open "c=$constraint; c['uris']=['spiffe://a/b']; b['cert_constraints']=[c]"
finds error step.root-missing 'layout.steps[0].cert_constraints[0]' "c=$constraint; c['roots']=['ab']; b['cert_constraints']=[c]"
nothing step.root-missing "b['cert_constraints']=[$constraint]"
finds error step.key-missing 'layout.steps[0].pubkeys[1]' 'b["pubkeys"][1]="abcd"'
finds warning step.keyid-twice 'layout.steps[0].pubkeys[2]' 'b["pubkeys"].append(alice)'
finds error step.key-twice 'layout.steps[0].pubkeys[2]' \
	'k=dict(l["keys"][alice]); k["keyid"]="abcd"; l["keys"]["abcd"]=k; b["pubkeys"].append("abcd")'
finds error step.unreachable 'layout.steps[0].threshold' \
	'k=dict(l["keys"][alice]); k["keyid"]="abcd"; l["keys"]["abcd"]=k; b["pubkeys"].append("abcd"); b["threshold"]=3'
finds warning key.duplicate 'layout.keys' \
	'k=dict(l["keys"][alice]); k["keyid"]="f"*64; l["keys"]["f"*64]=k'
finds warning key.unused 'layout.keys' 'b["pubkeys"]=[bob]'
finds warning key.unknown-kind 'layout.keys' 'l["keys"][alice]["scheme"]="lattice"'
finds note compat.go-refuses 'layout.keys' 'l["keys"][alice]["comment"]="x"'
if openssl genrsa -out weak.pem 2048 2>/dev/null && openssl genrsa -out strong.pem 3072 2>/dev/null; then
	for name in weak strong; do
		intoto layout init $name.layout --expires 2100-01-01T00:00:00Z
		intoto layout add-key $name.layout $name.pem >/dev/null
		lint $name.layout >$name.out
	done
	ok 'finds note key.weak' has weak.out 'note: '"$(intoto key id weak.pem)"': an RSA key with fewer than 3072 bits [key.weak]'
	ok 'but not where it is not' lacks strong.out key.weak
else
	skip 'there is no openssl' 'finds note key.weak'
fi

if command -v gpg >/dev/null && gpgconf --kill all 2>/dev/null; mkdir -m 700 gpg &&
	gpg --homedir gpg --batch --quiet --passphrase '' --quick-gen-key carol@example.org ed25519 sign 1y 2>gpg.log; then
	gpg --homedir gpg --batch --armor --export carol@example.org >carol.asc
	gpgconf --homedir gpg --kill all 2>/dev/null
	intoto layout init pgp.layout --expires 2100-01-01T00:00:00Z
	ok 'a key with a time of its own' intoto layout add-key pgp.layout carol.asc
	pgp() { intoto layout lint --at "@$(($(date +%s) + $1 * 86400))" pgp.layout >pgp.out; }
	pgp 1; ok 'is fine while it lasts' lacks pgp.out key.expire
	pgp 350; ok 'finds warning key.expires-soon' has pgp.out '[key.expires-soon]'
	pgp 400; ok 'finds error key.expired' has pgp.out '[key.expired]'
else
	skip 'there is no gpg' 'finds warning key.expires-soon'
	skip 'there is no gpg' 'finds error key.expired'
fi

# --- inspections -------------------------------------------------------------------------------------
finds error inspection.no-command 'layout.inspect[0].run' 'i["run"]=[]'
finds warning inspection.relative-command 'layout.inspect[0].run' 'i["run"]=["./check.sh"]'
nothing inspection.relative-command 'i["run"]=["/usr/bin/true"]'

# --- parameters --------------------------------------------------------------------------------------
finds note parameter.unset 'layout.steps[0]' 'mat(b,"ALLOW {x}/*","DISALLOW *")'
nothing parameter.unset 'mat(b,"ALLOW {{x}}","ALLOW {a,b}","ALLOW {","DISALLOW *")'
nothing parameter.unset 'mat(b,"ALLOW {x}/*","DISALLOW *")' --param x=1
finds error parameter.missing layout 'mat(b,"ALLOW {x}/*","DISALLOW *")' --param y=1
finds warning parameter.unused layout 'mat(b,"ALLOW {x}/*","DISALLOW *")' --param x=1 --param y=1
finds error rule.unknown-step 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH * WITH PRODUCTS FROM {x}","DISALLOW *")' --param x=no
nothing rule.unknown-step 'mat(p,"MATCH * WITH PRODUCTS FROM {x}","DISALLOW *")'
nothing rule.dead 'mat(b,"ALLOW {x}","ALLOW {y}","DISALLOW *")'
nothing rule.dead 'mat(b,"ALLOW a{x}","ALLOW a{x}b","DISALLOW *")'

# --- patterns ----------------------------------------------------------------------------------------
at='layout.steps[0].expected_materials[0]'
finds error glob.open "$at" 'mat(b,"ALLOW a[b","DISALLOW *")'
finds warning glob.caret "$at" 'mat(b,"ALLOW [^a]","DISALLOW *")'
finds warning glob.class "$at" 'mat(b,"ALLOW []a]","DISALLOW *")'
finds warning glob.class "$at" 'mat(b,"ALLOW [a-]","DISALLOW *")'
finds warning glob.class "$at" 'mat(b,"REQUIRE a*","DISALLOW *")'
finds warning glob.empty-range "$at" 'mat(b,"ALLOW [z-a]","DISALLOW *")'
finds warning glob.backslash "$at" 'mat(b,"ALLOW a\\*","DISALLOW *")'
finds warning glob.braces "$at" 'mat(b,"ALLOW *.{c,h}","DISALLOW *")'
finds note glob.double-star "$at" 'mat(b,"ALLOW src/**/*.c","DISALLOW *")'
for path in ./x a//b x/ a/./b a/../b ./; do
	finds warning glob.path "$at" "mat(b,'ALLOW $path','DISALLOW *')"
done
for path in x /x ../x a/b a.b/.c ..x '*/x' a/*; do
	nothing glob.path "mat(b,'ALLOW $path','DISALLOW *')"
done
finds warning glob.path 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH * IN ./x WITH PRODUCTS FROM build","DISALLOW *")'
nothing glob.path 'mat(p,"MATCH * IN x/ WITH PRODUCTS IN out/ FROM build","DISALLOW *")'
nothing glob.class 'mat(b,"ALLOW [a-z]","ALLOW [!a-z]x","DISALLOW *")'
nothing glob.caret 'mat(b,"ALLOW [a^]","DISALLOW *")'

# --- what rules can do -------------------------------------------------------------------------------
finds warning rule.side "$at" 'mat(b,"CREATE x","DISALLOW *")'
finds warning rule.side 'layout.steps[0].expected_products[0]' 'pro(b,"DELETE x","DISALLOW *")'
finds warning rule.open-end 'layout.steps[0].expected_materials' 'mat(b,"ALLOW x")'
finds warning rule.open-end 'layout.steps[0].expected_products' 'pro(b)'
finds warning rule.open-end 'layout.steps[0].expected_products' 'pro(b,"ALLOW x","DISALLOW y*")'
nothing rule.open-end 'mat(i)'
finds note rule.allows-all "$at" 'mat(b,"ALLOW *")'
nothing rule.open-end 'mat(b,"ALLOW *")'
finds error rule.powerless 'layout.steps[0].expected_materials[1]' 'mat(b,"ALLOW *","DISALLOW *")'
finds error rule.powerless 'layout.steps[0].expected_materials[1]' 'mat(b,"ALLOW src/*","DISALLOW src/secret","DISALLOW *")'
nothing rule.powerless 'mat(b,"ALLOW src/*","DISALLOW *secret","DISALLOW *")'
nothing rule.powerless 'pro(b,"CREATE *","DISALLOW secret","DISALLOW *")'
finds warning rule.dead 'layout.steps[0].expected_materials[1]' 'mat(b,"ALLOW *.c","ALLOW src/*.c","DISALLOW *")'
finds warning rule.dead 'layout.steps[0].expected_materials[2]' 'mat(b,"ALLOW a","DISALLOW *","ALLOW b")'
finds warning rule.dead 'layout.steps[0].expected_materials[1]' 'mat(b,"DISALLOW a*","DISALLOW ab","DISALLOW *")'
finds warning rule.dead 'layout.steps[0].expected_products[1]' 'pro(b,"CREATE *","CREATE a","DISALLOW *")'
nothing rule.dead 'pro(b,"CREATE *","MODIFY *","ALLOW x","DISALLOW *")'
nothing rule.dead 'mat(p,"MATCH * WITH PRODUCTS FROM build","ALLOW a","DISALLOW *")'
finds warning rule.dead 'layout.steps[1].expected_materials[1]' 'mat(p,"MATCH * WITH PRODUCTS FROM build","MATCH out/* WITH PRODUCTS FROM build","DISALLOW *")'
finds warning rule.dead 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH src/* WITH PRODUCTS FROM build","DISALLOW *")'
finds warning rule.dead 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH * WITH PRODUCTS IN src FROM build","DISALLOW *")'
nothing rule.dead 'mat(p,"MATCH * IN src WITH PRODUCTS IN out FROM build","DISALLOW *")'
finds warning rule.dead 'layout.steps[1].expected_materials[0]' 'mat(b,"DISALLOW *"); mat(p,"MATCH * WITH MATERIALS FROM build","DISALLOW *")'
nothing rule.dead 'mat(b); mat(p,"MATCH * WITH MATERIALS FROM build","DISALLOW *")'
finds warning rule.self 'layout.steps[0].expected_materials[0]' 'mat(b,"MATCH * WITH MATERIALS FROM build","DISALLOW *")'
nothing rule.self 'pro(b,"MATCH * WITH MATERIALS FROM build","CREATE out/*","DISALLOW *")'
finds error rule.unknown-step 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH * WITH PRODUCTS FROM biuld","DISALLOW *")'
finds error rule.from-inspection 'layout.steps[1].expected_materials[0]' 'mat(p,"MATCH * WITH PRODUCTS FROM look","DISALLOW *")'
finds warning rule.later-step "$at" 'mat(b,"MATCH * WITH PRODUCTS FROM pack","DISALLOW *")'
finds error rule.require-never 'layout.steps[0].expected_products[1]' 'pro(b,"ALLOW out/*","REQUIRE out/log","DISALLOW *")'
finds error rule.require-never 'layout.steps[0].expected_products[2]' 'pro(b,"CREATE out/*","DISALLOW *","REQUIRE out/log")'
finds warning rule.require-late 'layout.steps[0].expected_products[1]' 'pro(b,"CREATE out/*","REQUIRE out/log","DISALLOW *")'
nothing rule.require-late 'pro(b,"CREATE out/a*","REQUIRE out/log","DISALLOW *")'

# --- options -----------------------------------------------------------------------------------------
change 'mat(b,"CREATE x","DISALLOW *")'
ok 'warnings are no failure' lint x.layout
ok 'a mistake says what to do' has "$tap_out" 'CREATE belongs to products'
refuses 1 'rule.side' 'unless they are to be' lint --strict x.layout
ok 'and ignored they are not told' lint --strict --ignore rule.side x.layout
is "$(cat "$tap_out")" '0 errors, 0 warnings, 0 notes' 'at all'
refuses 64 "--ignore: want a code of --list-codes, found 'rule.sied'" 'a code must exist' lint --ignore rule.sied x.layout
refuses 64 'layout.format cannot be ignored' 'and what is no layout is always told' lint --ignore layout.format x.layout
refuses 64 '--expires-within: want a number' 'a span is checked' lint --expires-within 3x x.layout
refuses 64 '--at: want' 'a time is checked' intoto layout lint --at yesterday x.layout
refuses 64 "--param: want NAME=VALUE, found 'x'" 'a parameter has a value' lint --param x x.layout
refuses 64 'want the name of a layout file' 'wants a file' lint
refuses 66 'no.layout' 'which is there' lint no.layout
echo '{' >broken.layout
refuses 65 'broken.layout' 'and is a document' lint broken.layout
change 'm["signatures"]=[]'
ok 'notes can be left out' lint -q x.layout
is "$(cat "$tap_out")" '' 'quietly'
change 'b["name"]="a\u001b[2Jb"'
refuses 1 'a\u{1b}[2Jb' 'hostile text is quoted' lint x.layout
ok 'always' lacks "$tap_out" $'\e'
change 'mat(b,"CREATE x","DISALLOW *"); b["threshold"]=9'
ok 'several files at once' not lint good.layout x.layout
ok 'for programs too' not lint --format=json good.layout x.layout
is "$(python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(d["errors"],d["warnings"],d["notes"],[(f["code"],f["file"],f["item"],f["level"],f["place"],f["subject"]) for f in d["findings"]])' "$tap_stdout")" \
	"1 1 0 [('step.unreachable', 'x.layout', 'build', 'error', 'layout.steps[0].threshold', ''), ('rule.side', 'x.layout', 'build', 'warning', 'layout.steps[0].expected_materials[0]', 'CREATE x')]" 'as JSON'

# --- the list of codes is the manual's --------------------------------------------------------------
intoto layout lint --list-codes | awk '{ print $1, $2 }' >codes
ok 'codes are sorted' env LC_ALL=C sort -c codes
sed -n '/^\.SH FINDINGS/,/^\.SH "EXIT/p' "$INTOTO_SOURCE/docs/intoto-layout.1" | sed -n 's/\\-/-/g; s/^\.BR \([a-z.-]*\) " (\([a-z]*\))"$/\1 \2/p' >manual
ok 'the manual lists them' diff codes manual
# Those of gates and exceptions are found in layout_gates.t.
ok 'each was found above' test -z "$(for code in $(cut -d' ' -f1 codes); do
	grep -qE "finds (error|warning|note) $code( |')" "$INTOTO_SOURCE/tests/cli/layout_lint.t" ||
		grep -qE "(finds|finds_note) $code |'$code'|\\[$code\\]" "$INTOTO_SOURCE/tests/cli/layout_gates.t" || echo "$code"
done)"

done_testing
