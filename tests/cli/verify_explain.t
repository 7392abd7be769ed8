#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify --explain: the story of one file, by name, by digest and by what lies here; through
# renames, changes and sublayouts; what refused it first.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob || skip_all 'no keys can be made'

hostile='a]]><script>|`c`\u001b[2J\nd\"e\u202ef'
digest() { printf 'sha256:%064d' "$1"; }
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
# says TEXT SENTENCE: in what was printed last
says() { ok "$2" has said "$1"; }
denies() { ok "$2" lacks said "$1"; }
# explain ARTIFACT...: the report and the stories, into said
explain() {
	local args=()
	for arg in "$@"; do args+=(--explain "$arg"); done
	verify -q "${args[@]}" >said 2>&1
}
story() { # JSON EXPRESSION over the stories s
	verify --format=json "${@:2}" >said.json 2>&1
	python3 -c "import json; s=json.load(open('said.json'))['explained']; print(($1))" 2>&1
}

# A file that is fetched, patched, built into another, renamed into a folder, and packed.
chain() {
	layout root.layout owner 'alice bob' "$(
		step fetch alice 1 '' '["CREATE","src/*"],["DISALLOW","*"]'
		printf ,
		step patch alice 1 '["MATCH","*","WITH","PRODUCTS","FROM","fetch"],["DISALLOW","*"]' '["MODIFY","src/a"],["ALLOW","src/*"],["DISALLOW","*"]'
		printf ,
		step build bob 1 '["MATCH","*","IN","in","WITH","PRODUCTS","IN","src","FROM","patch"],["DISALLOW","*"]' '["CREATE","app"],["ALLOW","in/*"],["DISALLOW","*"]'
		printf ,
		step pack bob 1 '["MATCH","app","IN","usr/bin","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '["ALLOW","*"]'
	)"
	rm -rf links
	link links fetch alice '' "\"src/a\":$(sha 1),\"src/b\":$(sha 2)"
	link links patch alice "\"src/a\":$(sha 1),\"src/b\":$(sha 2)" "\"src/a\":$(sha 3),\"src/b\":$(sha 2)"
	link links build bob "\"in/a\":$(sha 3),\"in/b\":$(sha 2)" "\"app\":$(sha 4),\"in/a\":$(sha 3)"
	link links pack bob "\"usr/bin/app\":$(sha 4)" "\"a.tar\":$(sha 5)"
}

# --- by name -----------------------------------------------------------------------------------------
chain
ok 'a story does not change the verdict' verify --explain app
explain src/a
says '"src/a": seen in 3 places of this chain' 'a name is found'
says '  no rule refused it' 'that nothing refused it is said'
says 'fetch: made here, out of no materials' 'where it comes from'
says 'patch: is changed here' 'where it was changed'
says 'build: "in/a" goes through unchanged' 'a MATCH with prefixes is followed to the new name'
says "    $(digest 1)" 'with the first digest'
says "    $(digest 3)" 'and the second'
says '    products: allowed by MODIFY src/a' 'the rule that let it through'
says '    materials: allowed by MATCH * IN in WITH PRODUCTS IN src FROM patch' 'in every step'
says "signed by ed25519 ${id[alice]:0:8} (" 'who signed that'
denies src/b 'and nothing about others'
explain a.tar
says 'pack: made here, from 1 material: "usr/bin/app"' 'what it was made from'
explain usr/bin/app
says 'build: "app" made here, from 2 materials: "in/a", "in/b"' 'a rename is followed back'
says 'pack: goes in, and does not come out' 'up to where it was used'
explain ./usr//bin/app
says 'pack: goes in, and does not come out' 'a path is what links call it'
explain in/a
says 'fetch: "src/a" made here' 'and back through prefixes to the first step'

# --- by digest ---------------------------------------------------------------------------------------
explain "$(digest 4)"
says 'build: "app" made here' 'a digest is found'
says 'pack: "usr/bin/app" goes in' 'under every name'
zeros=$(printf '%056d' 0)
explain "sha256:$zeros"
says 'pack: "a.tar" made here' 'eight digits or more of one are enough'
explain sha256:0000000
says 'nothing in this chain knows it' 'fewer mean nothing'
explain "sha256:${zeros}ffffffff"
says 'nothing in this chain knows it' 'nor do wrong ones'

# --- by what lies here ---------------------------------------------------------------------------------
printf 'hello' >local.bin
sum=$(sha256sum local.bin | cut -d' ' -f1)
link links pack bob "\"usr/bin/app\":$(sha 4)" "\"a.tar\":{\"sha256\":\"$sum\"}"
explain local.bin
says '"local.bin": seen in 1 place of this chain' 'a file here is found by its digest'
says 'pack: "a.tar" made here' 'whatever it is called'
says 'the file here is the one that was seen last' 'and is the last one'
cp local.bin a.tar; explain a.tar
says 'the file here is the one that was seen last' 'the same by name'
echo more >>a.tar; explain a.tar
says "  the file here is none of these: " 'a changed one is told'
says ",sha256:$(sha256sum a.tar | cut -d' ' -f1)," 'with its digests'
mkfifo pipe
ok 'a pipe is no file to read' timeout 20 intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --explain pipe
mkdir folder; explain folder
says 'nothing in this chain knows it' 'nor is a folder'

# --- refused -----------------------------------------------------------------------------------------
chain
link links build bob "\"in/a\":$(sha 3),\"in/b\":$(sha 2)" "\"app\":$(sha 4),\"$hostile\":$(sha 6)"
explain "$(digest 6)"
is "$(grep -n 'REFUSED in build among the products by DISALLOW \*' said | cut -d: -f2- | head -n 1)" \
	'  REFUSED in build among the products by DISALLOW *' 'what refused it is told first'
says 'products: 1 artifact is left that it forbids' 'in the words of the report'
ok 'a hostile name is shown and obeyed by nobody' bash -c "! LC_ALL=C grep -P '[\\x00-\\x09\\x0b-\\x1f\\x7f]|\\xe2\\x80\\xae' said && grep -qF '\\u{1b}[2J' said"
link links build bob "\"in/a\":$(sha 3),\"in/b\":$(sha 9)" "\"app\":$(sha 4)"
explain in/b
says '  REFUSED in build among the materials by DISALLOW *' 'a material, too'
says 'its digests differ' 'with the reason'
rm links/patch.*; explain in/a
says 'build: goes in, and does not come out' 'a chain with a hole is told as far as it goes'
denies '  patch: is' 'and no further'

# --- unknown -----------------------------------------------------------------------------------------
chain
explain scr/a bin/app 'no such file at all' "$(printf 'x\033[2J')"
says '"scr/a": nothing in this chain knows it; did you mean ' 'a slip of the finger'
says '"src/a"' 'has a name that was meant'
says '"bin/app": nothing in this chain knows it; did you mean "app", "usr/bin/app"?' 'another folder has its name'
says '"no such file at all": nothing in this chain knows it' 'what nobody knows is said plainly'
denies 'at all": nothing in this chain knows it;' 'without a guess'
says '"x\u{1b}[2J": nothing' 'quoted'
is "$(grep -c 'knows it' said)" 4 'each is answered'
rm -rf links
explain app
says '"app": nothing in this chain knows it' 'without evidence nothing is known'

# --- sublayouts ----------------------------------------------------------------------------------------
layout root.layout owner 'alice bob' "$(
	step build bob 1 '' '["CREATE","app"],["DISALLOW","*"]'
	printf ,
	step pack alice 1 '["MATCH","app","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' ''
)"
below=links/build.${id[bob]:0:8}
layout "$below.link" bob 'alice' "$(step compile alice 1 '' '["CREATE","app"],["DISALLOW","*"]')"
link "$below" compile alice '' "\"app\":$(sha 7)"
link links pack alice "\"app\":$(sha 7)" ''
explain app
says '  build/compile: made here' 'what is inside of a sublayout is told'
is "$(grep -o '^  [a-z/]*: ' said | tr -d ' \n')" 'build/compile:build:pack:' 'before the step that it stands for'

# --- for programs --------------------------------------------------------------------------------------
chain
is "$(story '[e["item"]+":"+e["name"]+":"+e["change"] for e in s[0]["story"]]' --explain src/a)" \
	"['fetch:src/a:made', 'patch:src/a:changed', 'build:in/a:unchanged']" 'JSON tells the same story'
is "$(story 's[0]["story"][1]["products"]["consumedBy"], s[0]["story"][1]["products"]["refusedBy"], s[0]["story"][1]["products"]["digest"]' --explain src/a)" \
	"('MODIFY src/a', '', {'sha256': '$(printf %064d 3)'})" 'with rules and digests'
is "$(story '[(x["artifact"], x["known"], x["near"]) for x in s]' --explain app --explain ap)" \
	"[('app', True, []), ('ap', False, ['app'])]" 'and what is not known'
is "$(story 's[0]["local"]["sha256"]' --explain local.bin)" "$sum" 'and the file here'
ok 'a report without a story has no such member' bash -c 'intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --format=json | grep -q items'
ok 'indeed' bash -c '! intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --format=json | grep -q explained'

# --- empty files: one digest for all of them ---------------------------------------------------------------
empty='{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}'
layout root.layout owner 'alice' "$(step fetch alice 1 '' '["ALLOW","*"]')"
link links fetch alice '' "\"one\":$empty,\"two\":$empty"
explain one
says 'seen in 1 place' 'an empty file is not every empty file'

# --- many of the same bytes ------------------------------------------------------------------------------
layout root.layout owner alice "$(step fetch alice 1 '["DISALLOW","*"]' '["DISALLOW","*"]')"
rm -rf links
link links fetch alice "\"in\":$(sha 6)" "\"a\":$(sha 7),\"b\":$(sha 7),\"c\":$(sha 7)"
explain a
is "$(grep -c '^  REFUSED in fetch among the products by DISALLOW \*$' said)" 1 'a rule that refused many files of the same bytes is told once'
says '    products: 3 artifacts are left that it forbids: "a", "b", "c"' 'with what it said of its side, not of the other'

done_testing
