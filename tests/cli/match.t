#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto match: the files here against a link.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

for name in bob eve; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
done
bob=$tap_top/bob.pem
id=$(intoto key id --keyid-style=legacy "$bob.pub")
link=build.${id:0:8}.link

run() { intoto run -n build -q --signing-key "$bob" "$@"; }
match() { intoto match -l "$link" "$@"; }
fresh() {
	cd "$tap_work" && rm -rf -- "$1" && mkdir "$1" && cd "$1" || exit 1
}
out() { cat "$tap_stdout"; }

# --- text --------------------------------------------------------------------------------------------
fresh text
mkdir sub
echo a >a
echo b >sub/b
run -m a -p . -- true
ok 'what was recorded matches' match
is "$(out)" "$link: signature not checked, 2 products: 2 same, 0 differ, 0 only here, 0 only in the link" 'and the report says so'
ok 'verbose' match -v
is "$(out | head -n 2 | tr '\n' ' ')" 'same: a same: sub/b ' 'names all'
echo c >sub/b
echo new >$'new\nline'
rm a
refuses 1 'differs: sub/b' 'what changed does not' match
is "$(out | head -n 3 | tr '\n' '|')" 'only in the link: a|only here: new\nline|differs: sub/b|' 'each file has a line, safe for a terminal'
is "$(out | tail -n 1)" "$link: signature not checked, 2 products: 0 same, 1 differ, 1 only here, 1 only in the link" 'and there is a sum'
refuses 1 'only in the link: a' 'quiet with a path that is not there' match -p a sub
ok 'and a notice' has "$tap_out" 'intoto match: a: skipped, there is no such file or folder'
quiet() { ! match -q >said 2>&1 && [ ! -s said ]; }
ok 'quiet means quiet' quiet
rm said

fresh sides
echo a >a
run -m a -p out --optional -- sh -c 'echo x >out'
ok 'the products' match -p out
ok 'the materials' match --materials -p a
refuses 1 'only in the link: a' 'not the other way round' match --materials -p out

fresh options
mkdir src
echo a >src/a
echo o >src/a.o
run -p src --exclude '*.o' --lstrip-paths src/ -- true
refuses 1 'only here: a.o' 'without the patterns of the step' match -p src --lstrip-paths src/
ok 'with them' match -p src -e '*.o' --lstrip-paths src/
ok 'from another folder' match --base-path src -p . -e '*.o'
ln -s a src/link
run -p src --symlinks=record -- true
refuses 1 'differs: src/link' 'links followed' match -p src
ok 'links as links' match -p src --symlinks=record

fresh digests
echo a >a
run --digest sha512 -p a -- true
ok 'only SHA-512' match -p a
echo b >a
refuses 1 'differs: a' 'which differs' match -p a
printf '{"signatures":[],"signed":{"_type":"link","name":"build","command":[],"materials":{},"products":{"a":{"md5":"%032d"}},"byproducts":{},"environment":{}}}\n' 0 >"$link"
refuses 1 'differs: a' 'a digest that nothing here trusts' match -p a

# --- JSON --------------------------------------------------------------------------------------------
fresh json
for name in a b c; do echo $name >$name; done
run -p . -- true
echo x >b
rm c
touch d
refuses 1 '"match": false' 'as JSON' match --format=json -p a b d
is "$(out | tr -d ' \n')" '{"differs":["b"],"link":"'"$link"'","match":false,"only-here":["d"],"only-in-link":["c"],"same":["a"],"side":"products","signed-by":null}' 'everything is there'

# --- the link ----------------------------------------------------------------------------------------
fresh keys
echo a >a
run -p a --format=metablock -- true
ok 'with the key that signed' match -p a -k "$tap_top/eve.pem.pub" "$bob.pub"
is "$(out | cut -d, -f1)" "$link: signature verified" 'the report says so'
refuses 1 "intoto match: $link: none of the given keys has signed it" 'with another key' match -p a -k "$tap_top/eve.pem.pub"
sed 's/"return-value": *0/"return-value":1/' "$link" >changed
mv changed "$link"
refuses 1 'none of the given keys' 'a link that was changed' match -p a -k "$bob.pub"
ok 'is compared when nobody asks for a signature' match -p a
refuses 66 'nowhere.pub: No such file' 'a key that is not there' match -p a -k nowhere.pub
refuses 66 'nowhere.link: No such file' 'a link that is not there' intoto match -l nowhere.link
echo '{"_type":"link"' >"$link"
refuses 65 "$link: " 'a link that is none' match -p a
intoto layout init root.layout --expires-in 1d
refuses 65 'root.layout: want a link, found a layout' 'a layout' intoto match -l root.layout

# --- the command line --------------------------------------------------------------------------------
refuses 64 'option --link FILE is missing' 'no link' intoto match
refuses 64 "unexpected 'word'" 'a word too many' intoto match -l "$link" -- word
refuses 64 'option --format wants text or json' 'another format' match --format=xml

done_testing
