#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout test: cases beside a layout that must pass and that must be refused, and which rules none tries.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
new() {
	intoto layout init root.layout -f --expires 2100-01-01T00:00:00Z "$@"
	intoto layout add-step root.layout build --key alice.pem.pub --quiet \
		--material-rule 'ALLOW src/*' --material-rule 'DISALLOW *' \
		--product-rule 'REQUIRE app' --product-rule 'CREATE app' --product-rule 'DISALLOW *'
	intoto layout add-step root.layout pack --key bob.pem.pub --quiet \
		--material-rule 'MATCH app WITH PRODUCTS FROM build' --material-rule 'DISALLOW *' \
		--product-rule 'CREATE app.tar' --product-rule 'DISALLOW *'
}
new
# link FOLDER NAME KEY MATERIALS PRODUCTS, as in layout_from_links.t
cat >link.py <<'PYTHON'
import hashlib, json, sys
def side(words):
    return {w.split("=")[0]: {"sha256": hashlib.sha256(w.split("=")[1].encode()).hexdigest()} for w in words.split()}
json.dump({"signed": {"_type": "link", "name": sys.argv[2], "command": [], "materials": side(sys.argv[3]),
    "products": side(sys.argv[4]), "byproducts": {}, "environment": {}}, "signatures": []}, open(sys.argv[1], "w"))
PYTHON
link() {
	local file
	file=$1/$2.$(intoto key id "$3.pem.pub" | cut -c1-8).link
	mkdir -p "$1" && python3 link.py "$file" "$2" "$4" "$5" && intoto sign -q -f "$file" -o "$file" -k "$3.pem"
}
# sample KIND/NAME BUILD-MATERIALS BUILD-PRODUCTS PACK-MATERIALS PACK-PRODUCTS
sample() {
	link "root.layout.tests/$1/links" build alice "$2" "$3"
	link "root.layout.tests/$1/links" pack bob "$4" "$5"
}
test_layout() { intoto layout test root.layout "$@"; }

refuses 66 'root.layout.tests' 'wants cases' test_layout
mkdir root.layout.tests
refuses 66 'there is no case in it' 'in their folder' test_layout

sample pass/usual src/a=1 app=2 app=2 app.tar=3
ok 'a good case' test_layout
is "$(sed 2q "$tap_stdout")" 'ok 1 - pass/usual
1..1' 'passes'
ok 'that nobody has signed the layout is no matter' has "$tap_out" '# who signed the layout was not looked at'
cat >tap_want <<'WANT'
# never tried: build: materials: DISALLOW * (no case in which it refuses anything)
# never tried: build: products: REQUIRE app (no case in which it refuses anything)
# never tried: build: products: DISALLOW * (no case in which it refuses anything)
# never tried: pack: materials: DISALLOW * (no case in which it refuses anything)
# never tried: pack: products: DISALLOW * (no case in which it refuses anything)
WANT
test_layout | grep 'never tried' >got
ok 'and rules that no case tries are told' diff got tap_want
refuses 1 'never tried' 'or refused' test_layout --strict

sample fail/strange src/a=1 'app=2 evil=9' app=2 app.tar=3
echo 'rule.disallow build' >root.layout.tests/fail/strange/expect
sample fail/changed src/a=1 app=2 app=other app.tar=3
printf '# why\n  rule.disallow pack  \n\n' >root.layout.tests/fail/changed/expect
sample fail/no-app src/a=1 '' '' app.tar=3
echo 'rule.require' >root.layout.tests/fail/no-app/expect
sample fail/outside lib/a=1 app=2 app=2 'app.tar=3 more=1'
ok 'cases that are refused as they must be' test_layout --strict
is "$(cat "$tap_stdout")" 'ok 1 - pass/usual
ok 2 - fail/changed
ok 3 - fail/no-app
ok 4 - fail/outside
ok 5 - fail/strange
1..5
# who signed the layout was not looked at where a case has no keys' 'are good, and nothing is untried'
ok 'verbose' test_layout -v
ok 'says what was found' has "$tap_out" '#   rule.disallow pack: DISALLOW *: materials: 1 artifact is left'

# --- what is not as it must be --------------------------------------------------------------------------
echo 'rule.require build' >root.layout.tests/fail/strange/expect
refuses 1 'not ok 5 - fail/strange' 'refused for another reason' test_layout
cp "$tap_out" told
ok 'is told' has told '# was refused for another reason'
ok 'with what was not found' has told '#   not found: rule.require build'
ok 'and what was' has told '#   rule.disallow build: DISALLOW *'
echo 'rule.disallow build' >root.layout.tests/fail/strange/expect
sample fail/fine src/a=1 app=2 app=2 app.tar=3
refuses 1 '# passed, and must be refused' 'a case that passes and must not' test_layout
rm -r root.layout.tests/fail/fine
sample pass/bad src/a=1 app=2 app=x app.tar=3
refuses 1 '# was refused, and must pass' 'a case that must pass and does not' test_layout
refuses 1 '"result": "refused"' 'for programs' test_layout --format json
is "$(python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print([(c["name"],c["result"],c["verdict"],c["missing"],c["signatures-checked"]) for c in d["cases"]][:2], d["untried"])' "$tap_stdout")" \
	"[('pass/bad', 'refused', 'refused', [], False), ('pass/usual', 'good', 'passed', [], False)] []" 'as JSON'
rm -r root.layout.tests/pass/bad

# --- time, parameters, keys, inspections ------------------------------------------------------------------
sample fail/late src/a=1 app=2 app=2 app.tar=3
echo 2100-01-01T00:00:00Z >root.layout.tests/fail/late/at
echo layout.expiry >root.layout.tests/fail/late/expect
ok 'a case has its time' test_layout --strict
sample fail/parameter src/a=1 app=2 app=2 app.tar=3
echo x >root.layout.tests/fail/parameter/params
refuses 64 "--param: want NAME=VALUE, found 'x'" 'and parameters, which are checked' test_layout
cp root.layout plain.layout
sed -i 's/"CREATE", *"app.tar"/"CREATE","app.{suffix}"/' root.layout; python3 - <<'PYTHON'
import json, base64
d = json.load(open("root.layout")); l = json.loads(base64.b64decode(d["payload"]))
l["steps"][1]["expected_products"][0][1] = "app.{suffix}"
d["payload"] = base64.b64encode(json.dumps(l).encode()).decode(); json.dump(d, open("root.layout", "w"))
PYTHON
for case in pass/usual fail/strange fail/no-app fail/changed fail/outside fail/late; do echo suffix=tar >root.layout.tests/$case/params; done
echo suffix=zip >root.layout.tests/fail/parameter/params
echo 'rule.disallow pack' >root.layout.tests/fail/parameter/expect
ok 'parameters are put in' test_layout --strict
cp plain.layout root.layout; find root.layout.tests -name params -delete; rm -r root.layout.tests/fail/parameter
mkdir root.layout.tests/pass/usual/keys; cp owner.pem.pub root.layout.tests/pass/usual/keys/
refuses 1 '#   layout.signature' 'with keys the signatures count' test_layout
intoto sign -q -f root.layout -k owner.pem
ok 'when they are good' test_layout
cp alice.pem.pub root.layout.tests/pass/usual/keys/
refuses 1 '#   layout.signature' 'all of them' test_layout
rm -r root.layout.tests/pass/usual/keys
cp root.layout saved; refuses 1 'layout.signature' 'verify trusts no draft' intoto verify -l plain.layout \
	--verification-keys owner.pem.pub --link-dir root.layout.tests/pass/usual/links
intoto layout add-inspection root.layout look --drop-signatures --quiet \
	--material-rule 'MATCH app.tar WITH PRODUCTS FROM pack' --material-rule 'DISALLOW app.tar' -- true
mkdir root.layout.tests/pass/usual/files; printf 3 >root.layout.tests/pass/usual/files/app.tar
sample fail/delivered src/a=1 app=2 app=2 app.tar=3
mkdir root.layout.tests/fail/delivered/files; printf x >root.layout.tests/fail/delivered/files/app.tar
echo 'rule.disallow look' >root.layout.tests/fail/delivered/expect
ok 'inspections see the files of the case' test_layout --strict --inspections=host
refuses 1 'not ok 1 - pass/usual' 'or are refused' test_layout --inspections=refuse
cp saved root.layout; rm -r root.layout.tests/fail/delivered

# --- other forms ------------------------------------------------------------------------------------------
mv root.layout.tests cases
ok 'cases lie elsewhere' test_layout --tests cases
cat >draft.yaml <<'YAML'
expires: {in: 1 month}
steps:
  - {name: build, pubkeys: [alice.pem.pub], expected_products: [CREATE app, DISALLOW *]}
  - {name: pack, pubkeys: [bob.pem.pub], expected_materials: [MATCH app WITH PRODUCTS FROM build, DISALLOW *]}
YAML
sed -i 's/CREATE app, DISALLOW \*/CREATE app, "DISALLOW *"/; s/build, DISALLOW \*/build, "DISALLOW *"/' draft.yaml
mkdir -p draft.yaml.tests/pass; cp -r cases/pass/usual draft.yaml.tests/pass/
ok 'a layout in YAML' intoto layout test draft.yaml
new --format=metablock
ok 'one in the older envelope' test_layout --tests cases
mkdir -p cases/pass/flat; cp cases/pass/usual/links/* cases/pass/flat/
ok 'links may lie in the case itself' test_layout --tests cases
echo x >cases/pass/flat/expect
refuses 65 'what must pass has no reason to expect' 'what passes has no reason' test_layout --tests cases
rm cases/pass/flat/expect; mkdir cases/pass/flat/keys
refuses 66 'there is no key in it' 'keys are there when they are said to be' test_layout --tests cases
rmdir cases/pass/flat/keys; echo soon >cases/pass/flat/at
refuses 64 "at: want 2026-01-31T23:59:59Z or @SECONDS, found 'soon'" 'and times are times' test_layout --tests cases
rm cases/pass/flat/at
refuses 64 'want the name of a layout file' 'wants a layout' intoto layout test
refuses 66 'no.layout' 'that is there' intoto layout test no.layout
refuses 66 'nowhere' 'and cases that are there' test_layout --tests nowhere

done_testing
