#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto run --listing=merkle: links whose artifacts stand beside them, what reads them, and what is
# refused when a listing is not the one that was signed.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

declare -A id object
for name in owner bob eve; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
	id[$name]=$(intoto key id --keyid-style=legacy "$tap_top/$name.pem.pub")
	object[$name]=$(intoto key convert --to=json --keyid-style=legacy "$tap_top/$name.pem.pub")
done
bob=$tap_top/bob.pem owner=$tap_top/owner.pem
build=links/build.${id[bob]:0:8}.link pack=links/pack.${id[bob]:0:8}.link

run() { intoto run -q --keyid-style=legacy -d links --signing-key "$bob" "$@"; }
step() { # NAME MATERIALS PRODUCTS
	printf '{"_type":"step","name":"%s","pubkeys":["%s"],"threshold":1,"expected_command":[],' "$1" "${id[bob]}"
	printf '"expected_materials":[%s],"expected_products":[%s]}' "$2" "$3"
}
layout() { # BUILD-MATERIALS BUILD-PRODUCTS PACK-MATERIALS
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"2100-01-01T00:00:00Z","readme":"","keys":{"%s":%s},"steps":[%s,%s],"inspect":[]}}\n' \
		"${id[bob]}" "${object[bob]}" "$(step build "$1" "$2")" "$(step pack "$3" '["CREATE","*.tar"],["ALLOW","src/*"],["DISALLOW","*"]')" >root.layout
	intoto sign -q --unchecked -f root.layout -k "$owner" -o root.layout
}
good='["MATCH","src/*","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]'
usual() { layout '["REQUIRE","src/a"],["ALLOW","src/*"],["DISALLOW","*"]' '["CREATE","src/out"],["ALLOW","src/*"],["DISALLOW","*"]' "$good"; }
verify() { intoto verify -l root.layout -k "$owner.pub" -d links "$@"; }
fresh() {
	cd "$tap_work" && rm -rf -- "$1" && mkdir -p "$1/src" "$1/links" && cd "$1" || exit 1
	for f in a b c d e f g; do echo $f >src/$f; done
}
out() { cat "$tap_stdout"; }
listings() { find links -name '*.listing' | sort; }
chain() { # LISTING of build, of pack
	run -n build --listing="$1" -m src -p src -- sh -c 'echo new >src/out'
	run -n pack --listing="$2" -m src -p src -- sh -c 'echo tar >src/x.tar'
}

# --- what is written ---------------------------------------------------------------------------------
fresh made
run -n build -m src -p src --listing=merkle -- sh -c 'echo new >src/out'
is "$(listings | wc -l)" 2 'each side has a listing'
is "$(jq -cr '.payload' "$build" | base64 -d | jq -c '[.products, .materials] | map(keys)')" '[["listing:merkle-sha256"],["listing:merkle-sha256"]]' \
	'and in the link one artifact stands for all'
is "$(jq -cr '.payload' "$build" | base64 -d | jq -c '.environment.intoto.listing | [.materials.artifacts, .products.artifacts]')" '[7,8]' \
	'the environment says how many there are'
file=links/$(jq -r .payload "$build" | base64 -d | jq -r '.environment.intoto.listing.products.file')
is "$(sed -n 1p "$file")" "{\"digest\":{\"sha256\":\"$(sha256sum <src/a | cut -d' ' -f1)\"},\"name\":\"src/a\"}" 'a line is an artifact'
is "$(jq -r .name "$file" | tr '\n' ' ')" 'src/a src/b src/c src/d src/e src/f src/g src/out ' 'sorted by name'
# The root once more, by another program: eight leaves.
root() {
	python3 - "$1" <<-'END'
		import hashlib, sys
		def root(leaves):
		    if len(leaves) == 1: return leaves[0]
		    k = 1
		    while k * 2 < len(leaves): k *= 2
		    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()
		lines = open(sys.argv[1], "rb").read().split(b"\n")[:-1]
		print(root([hashlib.sha256(b"\0" + line).digest() for line in lines]).hex())
	END
}
is "$(jq -r .payload "$build" | base64 -d | jq -r '.products[].sha256')" "$(root "$file")" 'its root is signed'
ok 'the signature is good' intoto sign --verify -f "$build" -k "$bob.pub"
run -n build -m src -p src --listing=merkle -- true
same() { [ "$(jq -r .payload "$build" | base64 -d | jq -r '.environment.intoto.listing | .materials.file == .products.file')" = true ]; }
ok 'equal sides share a listing' same
run -n empty -p src --listing=merkle -x
is "$(jq -r .payload links/empty.*.link | base64 -d | jq -c '[.materials, (.environment.intoto.listing | keys)]')" '[{},["products"]]' 'a side without artifacts has none'
refuses 64 "option --listing wants inline or merkle, found 'tree'" 'another word' run -n x -x --listing=tree
gone() { ! ls links/full.* >/dev/null 2>&1; }
mkdir "links/full.${id[bob]:0:8}.link"
refuses 125 'is a folder' 'a link that cannot be written' run -n full -p src -x --listing=merkle
rmdir "links/full.${id[bob]:0:8}.link"
ok 'leaves no listing' gone

# --- what reads it -----------------------------------------------------------------------------------
fresh read
run -n build -m src -p src --listing=merkle -- sh -c 'echo new >src/out'
file=links/$(jq -r .payload "$build" | base64 -d | jq -r '.environment.intoto.listing.products.file')
ok 'a tree is compared with it' intoto match -l "$build" -k "$bob.pub" -p src
is "$(out)" "$build: signature verified, 8 products: 8 same, 0 differ, 0 only here, 0 only in the link" 'artifact by artifact'
echo changed >src/b
refuses 1 'differs: src/b' 'a change is found' intoto match -l "$build" -k "$bob.pub" -p src
echo b >src/b
intoto layout from-links --format=metablock -o made.layout links >/dev/null 2>&1
ok 'a layout is made from its names' has made.layout 'src/'
hidden() { ! grep -q 'listing:' made.layout; }
ok 'not from what stands for them' hidden

prove() { intoto match -l "$build" -k "$bob.pub" "$@"; }
ok 'a file is proven' prove --prove src/out
is "$(out)" "$build: signature verified: src/out is number 8 of the 8 products, by a proof of 3 hashes" 'in a sentence'
prove --prove src/out --format=json >out.proof
ok 'by its proof' prove --proof out.proof --prove src/out
ok 'of the materials, too' prove --materials --prove src/a
refuses 1 'src/out is not in the listing' 'not what is not there' prove --materials --prove src/out
echo other >src/out
refuses 1 'src/out is another file now: its digests differ from those listed' 'not what changed' prove --prove src/out
refuses 1 'src/out is another file now' 'not by its proof either' prove --proof out.proof --prove src/out
refuses 1 '"proven": false' 'and JSON says so' prove --prove src/out --format=json
echo new >src/out
refuses 1 'src/a is not what the proof is about' 'nor another file' prove --proof out.proof --prove src/a
refuses 64 'want one file that is recorded, found 8' 'a folder is no file' prove --prove src
refuses 66 'nothing: want one file that is recorded, found 0' 'nothing is no file' prove --prove nothing
refuses 64 '--prove and --proof are about one file' 'one file or all' prove --prove src/a -p src
refuses 64 'is about the products, not the materials' 'the side that was asked for' prove --materials --proof out.proof
refuses 1 'none of the given keys has signed it' 'the signature comes first' intoto match -l "$build" -k "$tap_top/eve.pem.pub" --prove src/a
mv "$file" hidden
ok 'a proof needs no listing' prove --proof out.proof
is "$(out)" "$build: signature verified: src/out is number 8 of the 8 products, by a proof of 3 hashes; no file was looked at" 'and says of what it is'
refuses 66 "$file: No such file" 'making one does' prove --prove src/a
for change in 's/"index": 7/"index": 6/' 's|src/out|src/oux|' 's/"path": \[/&"'"${id[bob]}"'",/'; do
	sed "$change" out.proof >bad.proof
	refuses 1 'the proof does not lead from the artifact to the root in the link' "a proof with $change" prove --proof bad.proof
done
sed 's/"artifacts": 8/"artifacts": 9/' out.proof >bad.proof
refuses 1 "the proof is about another listing than the link's products" 'a proof of another tree' prove --proof bad.proof
echo '{}' >bad.proof
refuses 65 'bad.proof: proof: member "artifact" is missing' 'a file that is no proof' prove --proof bad.proof
run -n build -m src -p src -- true
refuses 64 'its products are in the link itself, which needs no proof' 'a link without listing' prove --prove src/a

# --- verification ------------------------------------------------------------------------------------
for how in 'merkle merkle' 'merkle inline' 'inline merkle'; do
	fresh chain
	usual
	chain $how
	ok "rules see the names: $how" verify
done
layout '["ALLOW","*"]' '["CREATE","src/out"],["DISALLOW","*"]' "$good"
refuses 1 '[rule.disallow]' 'a rule that the names break' verify
layout '["REQUIRE","src/z"]' '["ALLOW","*"]' "$good"
refuses 1 '[rule.require]' 'a name that is not there' verify
layout '["ALLOW","*"]' '["ALLOW","*"]' '["MATCH","src/a","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]'
refuses 1 '[rule.disallow]' 'MATCH takes no more than its pattern' verify

fresh refused
usual
chain merkle inline
ok 'the chain is good' verify -v
ok 'the report says that the listings are those' has "$tap_out" 'the listings beside it are those that it was signed with'
ok 'they are inputs' verify --format=json
ok 'with their digests' has "$tap_out" "$(sha256sum <"$(listings | head -n 1)" | cut -d' ' -f1)"
file=links/$(jq -r .payload "$build" | base64 -d | jq -r '.environment.intoto.listing.products.file')
cp "$file" good
attack() { # SENTENCE TEXT: the chain is refused
	refuses 1 "$2" "$1" verify
	ok "$1: as link.listing" has "$tap_out" '[link.listing]'
	rm -rf "$file"
	cp good "$file"
}
rm "$file"
attack 'a listing that is missing' 'No such file'
printf '{"digest":{"sha256":"%064d"},"name":"src/z"}\n' 1 >>"$file"
attack 'a listing that is longer' 'has more than the 8 artifacts that the link says'
sed -i '$d' "$file"
attack 'a listing that is shorter' 'has 7 artifacts, where the link says 8'
sort -r good >"$file"
attack 'a listing that is reordered' 'its name is not behind the one before'
sed -i '3d;2p' "$file"
attack 'a listing with a line twice' 'line 3: its name stands there twice'
sed -i '2s/"sha256":"../"sha256":"zz/;2s/zz/'"$(sed -n 2p good | cut -c22-23 | tr 0-9a-f 1-9a-f0)/" "$file"
attack 'a listing with another digest' 'is not the listing whose root the link has'
sed -i 's|src/g|src/h|' "$file"
attack 'a listing with another name' 'is not the listing whose root the link has'
sed -i '3s/:/: /' "$file"
attack 'a listing that is spelled in another way' 'line 3: is spelled in another way than a listing is'
: >"$file"
attack 'an empty listing' 'has 0 artifacts, where the link says 8'
rm "$file" && mkfifo "$file"
attack 'a FIFO' "$file"
ok 'and after all that the good one is good' verify

# Signed by bob himself: what stands for a listing that is not named, beside others, under another root.
forge() { # JQ: the link of build with another document
	jq -r .payload "$build" | base64 -d | jq -c "$1" >forged
	printf '{"signatures":[],"signed":%s}\n' "$(cat forged)" >"$build"
	intoto sign -q -f "$build" -k "$bob" --keyid-style=legacy -o "$build"
}
fresh forged
usual
for case in 'del(.environment.intoto.listing)|stands for a listing that the environment does not name' \
	'.products["src/a"] = {"sha256": ("0" * 64)}|is in a listing, so want' \
	'.products = {}|is in a listing, so want' \
	'.environment.intoto.listing.products.file = "../x"|products.file: want the name of a file beside the link' \
	'.environment.intoto.listing.products.artifacts = 9|has 8 artifacts, where the link says 9' \
	'.environment.intoto.listing.products.root = ("a" * 64)|is in a listing, so want'; do
	rm -rf links && mkdir links && rm -f src/out src/x.tar
	chain merkle inline
	forge "${case%%|*}"
	refuses 1 "${case#*|}" "a link with ${case%%|*}" verify
done
done_testing
