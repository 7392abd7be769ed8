#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto check: nobody builds on files that are not what the steps before have made.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner second alice bob carol; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
intoto layout init root.layout --expires 2100-01-01T00:00:00Z
intoto layout add-step root.layout fetch --key alice.pem.pub --quiet \
	--material-rule 'DISALLOW *' --product-rule 'CREATE src/*' --product-rule 'DISALLOW *'
intoto layout add-step root.layout build --key bob.pem.pub --quiet \
	--material-rule 'MATCH src/* WITH PRODUCTS FROM fetch' --material-rule 'DISALLOW *' \
	--product-rule 'CREATE out/*' --product-rule 'DISALLOW *'
intoto layout add-step root.layout package --key carol.pem.pub --quiet \
	--material-rule 'REQUIRE in/app' --material-rule 'MATCH * IN in WITH PRODUCTS IN out FROM build' \
	--material-rule 'MODIFY in/version' --material-rule 'ALLOW {extra}' --material-rule 'DISALLOW in/*'
intoto layout add-step root.layout other --key carol.pem.pub --quiet --material-rule 'DISALLOW *'
cp root.layout plain.layout
intoto sign -q -f root.layout -k owner.pem

mkdir links src; echo a >src/a; echo b >src/b
python3 - <<'PYTHON'
import hashlib, json
def d(t): return {"sha256": hashlib.sha256(t.encode()).hexdigest()}
def link(name, m, p):
    json.dump({"signed": {"_type": "link", "name": name, "command": [], "materials": m, "products": p, "byproducts": {}, "environment": {}},
        "signatures": []}, open(name + ".new", "w"))
link("fetch", {}, {"src/a": d("a\n"), "src/b": d("b\n")})
link("build", {"src/a": d("a\n"), "src/b": d("b\n")}, {"out/app": d("app\n"), "out/lib": d("lib\n")})
link("bad", {"src/a": d("A\n"), "src/b": d("b\n")}, {"out/app": d("app\n"), "out/lib": d("lib\n")})
PYTHON
id8() { intoto key id "$1.pem.pub" | cut -c1-8; }
fetch=links/fetch.$(id8 alice).link build=links/build.$(id8 bob).link
intoto sign -q -f fetch.new -o "$fetch" -k alice.pem
intoto sign -q -f build.new -o "$build" -k bob.pem

check() { intoto check -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
files() { rm -rf in; mkdir in; echo app >in/app; echo lib >in/lib; }

# --- files that are what they were ---------------------------------------------------------------------
ok 'the files of the step before' check --step build -p src
is "$(cat "$tap_out")" 'build: passed: 2 of 2 files are what they were, 0 changed, 0 unexpected, 0 missing' 'are what they were'
ok 'the first step has nothing before it' check --step fetch -p none
files
ok 'files that were moved to another folder' check --step package -p in --param extra=in/extra
echo 1 >in/version
ok 'a file that the step will change' check --step package -p in --param extra=in/extra
echo 1 >in/extra
ok 'one that the layout allows' check --step package -p in --param extra=in/extra
ok 'quietly' check -q --step build -p src
is "$(cat "$tap_out")" '' 'without a word'

# --- files that are not --------------------------------------------------------------------------------
echo tampered >src/a
refuses 1 "changed: src/a (differs from the products of 'fetch')" 'a changed file' check --step build -p src
ok 'and the others are fine' has "$tap_out" 'build: refused: 1 of 2 files are what they were, 1 changed, 0 unexpected, 0 missing'
echo a >src/a; echo x >src/evil
refuses 1 "unexpected: src/evil ('DISALLOW *' forbids it)" 'a file too many' check --step build -p src
rm src/evil src/b
refuses 1 "missing: src/b (is among the products of 'fetch')" 'a file too few' check --step build -p src
ok 'unless it may be missing' check --step build -p src --allow-missing
ok 'or nobody looked there' check --step build -p src/a
echo b >src/b
files; rm in/app
refuses 1 'missing: in/app' 'a file that a rule requires' check --step package -p in --param extra=x
ok 'is told once' test "$(grep -c in/app "$tap_stdout")" -eq 1
files; echo other >in/lib
refuses 1 "changed: in/lib (differs from the products of 'build')" 'a changed file in another folder' check --step package -p in --param extra=x
files; echo 1 >in/{x}
refuses 1 'unexpected: in/{x}' 'a file that is not the allowed one' check --step package -p in --param extra=in/y
files; printf x >"in/$(printf '\033')"
refuses 1 'unexpected: in/\u{1b}' 'names are quoted' check --step package -p in --param extra=x
echo tampered >src/a
refuses 1 '"verdict": "refused"' 'for programs' check --step build -p src --format json
is "$(python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(d["matched"], d["files"], d["evidence"])' "$tap_stdout")" \
	"1 [{'finding': 'changed', 'name': 'src/a', 'text': \"differs from the products of 'fetch'\"}] []" 'as JSON'
echo a >src/a

# --- evidence that is not ------------------------------------------------------------------------------
cp "$fetch" saved
intoto sign -q -f fetch.new -o "$fetch" -k carol.pem
refuses 1 'step.threshold fetch' 'a link by somebody else is none' check --step build -p src
rm "$fetch"
refuses 1 'step.threshold fetch' 'nor one that is not there' check --step build -p src
files
refuses 1 'step.threshold fetch' 'also two steps before' check --step package -p in --param extra=x
cp saved "$fetch"
sed -i 's/"name": "bad"/"name": "build"/' bad.new; intoto sign -q -f bad.new -o "$build" -k bob.pem
refuses 1 'rule.disallow build: DISALLOW *' 'a step before that broke its rules' check --step package -p in --param extra=x
ok 'which is no matter for a step that does not build on it' check --step build -p src
intoto sign -q -f build.new -o "$build" -k bob.pem

# --- the layout ----------------------------------------------------------------------------------------
refuses 1 'plain.layout' 'a layout that nobody signed' intoto check -l plain.layout --verification-keys owner.pem.pub --link-dir links --step build -p src
refuses 1 'root.layout' 'one that somebody else signed' intoto check -l root.layout --verification-keys second.pem.pub --link-dir links --step build -p src
refuses 1 'root.layout' 'each key must have signed' intoto check -l root.layout --verification-keys owner.pem.pub second.pem.pub --link-dir links --step build -p src
refuses 1 'root.layout: expired at 2100-01-01T00:00:00Z' 'one that is expired' check --step fetch -p none --at 2100-01-01T00:00:00Z
ok 'until then it is not' check --step build -p src --at 2099-12-31T23:59:59Z
refuses 66 "root.layout: has no step 'ship'" 'a step that is not there' check --step ship
refuses 1 'has a brace that is no parameter' 'a parameter that has no value' check --step package -p in --param y=1
ok 'a parameter that nothing asks for is no matter' check --step build -p src --param extra=1 --param y=1

# --- one link ------------------------------------------------------------------------------------------
link() { intoto check --link "$fetch" --key alice.pem.pub "$@"; }
ok 'the products of one link' link -p src
echo x >src/a
refuses 1 'changed: src/a (differs from the link)' 'changed' link -p src
echo a >src/a; echo x >src/c
refuses 1 'unexpected: src/c (is not in the link)' 'too many' link -p src
rm src/b src/c
refuses 1 'missing: src/b (is in the link)' 'too few' link -p src
ok 'unless they may be missing' link -p src --allow-missing
echo b >src/b
refuses 1 'none of the given keys has signed it' 'by somebody else' intoto check --link "$fetch" --key bob.pem.pub -p src
ok 'one of the keys is enough' intoto check --link "$fetch" --key bob.pem.pub alice.pem.pub -p src
refuses 65 'root.layout' 'a layout is no link' intoto check --link root.layout --key owner.pem.pub -p src

# --- words ---------------------------------------------------------------------------------------------
refuses 64 'want one of --layout and --link' 'wants one' intoto check
refuses 64 'want one of --layout and --link' 'and not both' check --link "$fetch" --step build
refuses 64 'want the step that is to be done' 'wants a step' check
refuses 64 'want the public key of whoever signed the layout' 'wants keys' intoto check -l root.layout --step build
refuses 64 'want the public key of whoever signed the link' 'also for a link' intoto check --link "$fetch"
refuses 64 'need --layout' 'words that need each other' intoto check --link "$fetch" --key alice.pem.pub --step build
refuses 64 '--key needs --link' 'both ways' check --key alice.pem.pub --step build
refuses 66 'none.layout' 'files that are there' intoto check -l none.layout --verification-keys owner.pem.pub --step build
refuses 64 "unexpected 'x'" 'no more words' check --step build x

done_testing
