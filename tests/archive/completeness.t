#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a manifest says of each step: its own evidence, also where sublayouts have steps and files of one name, or none.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
chain_keys owner alice bob carol

mkdir links
layout root.layout owner alice "$(step app alice 1 '' ''),$(step lib alice 1 '' '')" ''
for name in app lib; do
	sub=links/$name.${id[alice]:0:8}
	layout "$sub.link" alice 'bob carol' "$(step one bob 1 '' '["ALLOW","*"]')" ''
	link "$sub" one bob '' "\"$name\":$(sha 1)"
done
pack() {
	intoto archive pack -o app.tar.zst -l root.layout --verification-keys owner.pem.pub --link-dir links --signing-key carol.pem "$@"
}
refuses 0 'the chain passed' 'a chain of two sublayouts is packed' pack
evidence() { intoto archive show app.tar.zst | jq -r --arg step "$1" '.predicate.completeness[] | select(.step == $step) | .evidence[]'; }
is "$(evidence app/one)" "links/app.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'each step has its own file'
is "$(evidence lib/one)" "links/lib.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'not the one of the same name elsewhere'
ok 'it passes' intoto archive verify --key carol.pem.pub app.tar.zst
rm "links/lib.${id[alice]:0:8}/"*
refuses 0 'DID NOT PASS' 'without the evidence of one' pack --even-if-refused
is "$(evidence app/one)" "links/app.${id[alice]:0:8}/one.${id[bob]:0:8}.link" 'the other has its own'
is "$(evidence lib/one)" '' 'and this one none'

# --- bundles: many pieces of evidence in one member ---------------------------------------------------------
# cdx FILE VERSION: an SBOM; statement STEP KEY MATERIALS PRODUCTS: a link in a DSSE envelope
cdx() { printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":%s,"components":[]}\n' "$2" >"$1"; }
dsse() {
	printf '{"_type":"link","name":"%s","command":["make"],"materials":{%s},"products":{%s},"byproducts":{},"environment":{}}' "$2" "$4" "$5" >payload &&
		printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}' "$(base64 -w0 payload)" >envelope &&
		intoto sign -q --unchecked -f envelope -k "$3.pem" -o "$1"
}
layout flat.layout owner 'bob carol' "$(step build bob 1 '' '["ALLOW","*"]'),$(step test carol 1 '["MATCH","app","WITH","PRODUCTS","FROM","build"]' '')" ''
mkdir apart together reports && cdx reports/sbom.json 1
raw="{\"sha256\":\"$(sha256sum reports/sbom.json | cut -c -64)\"}"
dsse "apart/build.${id[bob]:0:8}.link" build bob "\"src\":$(sha 7)" "\"app\":$(sha 1),\"sbom\":$raw"
dsse "apart/test.${id[carol]:0:8}.link" test carol "\"app\":$(sha 1)" ''
jq -c . apart/*.link >together/all.intoto.jsonl && cp together/all.intoto.jsonl lines
flat() {
	local out=$1
	shift
	intoto archive pack -o "$out" -l flat.layout --verification-keys owner.pem.pub --signing-key carol.pem --raw reports "$@"
}
steps() { intoto archive show "$1" | jq -c '[.predicate.completeness[] | [.step, .evidence]]'; }
prints() { refuses 0 "$@"; }
ok 'links apart are packed' flat apart.tar --link-dir apart
prints 'build: 1 of 1' 'links in a bundle are packed' flat together.tar --link-dir together
is "$(steps together.tar)" '[["build",["links/all.intoto.jsonl"]],["test",["links/all.intoto.jsonl"]]]' 'the evidence of each step is the bundle, without the number of a line'
passes() { intoto archive verify --key carol.pem.pub "$@"; }
prints 'PASSED' 'it passes' passes together.tar
ok 'what a line of it names by digest is packed' intoto archive show together.tar "raw/sha256/$(sha256sum reports/sbom.json | cut -c -64)"
prints '"payload"' 'the bundle is shown' intoto archive show together.tar links/all.intoto.jsonl
ok 'evidence in a bundle says what it says apart' intoto archive diff apart.tar together.tar
dsse "apart/build.${id[bob]:0:8}.link" build bob "\"src\":$(sha 8)" "\"app\":$(sha 2),\"sbom\":$raw"
dsse "apart/test.${id[carol]:0:8}.link" test carol "\"app\":$(sha 2)" ''
jq -c . apart/*.link >together/all.intoto.jsonl && flat next.tar --link-dir together >/dev/null
refuses 1 "changed   src: sha256:$(printf %064d 7) -> sha256:$(printf %064d 8)" 'and what changed in one is told' intoto archive diff together.tar next.tar
ok 'all of it was read' lacks "$tap_stdout" 'not compared'
prints 'build: 1 of 1' 'a bundle in the place of the folder' flat given.tar --link-dir lines
is "$(steps given.tar)" '[["build",["links/lines.intoto.jsonl"]],["test",["links/lines.intoto.jsonl"]]]' 'is one in the folder'
prints 'PASSED' 'where a verification finds it' passes given.tar
head -n 1 lines >together/all.intoto.jsonl
prints 'DID NOT PASS' 'with a line less' flat less.tar --link-dir together --even-if-refused
is "$(steps less.tar)" '[["build",["links/all.intoto.jsonl"]],["test",[]]]' 'a step has none'
refuses 1 'the chain does not pass' 'and the chain does not pass' passes less.tar
intoto archive export -o gone.tar --redact links/all.intoto.jsonl --reason secret --signing-key carol.pem together.tar >/dev/null
refuses 1 'UNDECIDED' 'without the bundle nobody can tell' passes gone.tar

done_testing
