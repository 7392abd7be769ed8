#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Digests that are known: what may stand for a file, and everything that must make it be read again.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

# Where the temporary folder is no file system that is trusted, the build folder may be.
trusted() { case $(stat -fc %T "$1") in ext2/ext3 | btrfs) ;; *) return 1 ;; esac; }
if ! trusted . && trusted "$INTOTO_BUILD"; then
	own=$(mktemp -d "$INTOTO_BUILD/reuse.XXXXXX") || exit 1
	trap 'rm -rf "$own"; tap_leave' EXIT
	tap_work=$own
	cd "$own" || exit 1
fi
trusted . || skip_all "no file system that is trusted: $(stat -fc %T .)"

for name in alice eve; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
done
alice=$tap_top/alice.pem
cache=$tap_top/cache
unset XDG_CACHE_HOME

fresh() {
	cd "$tap_work" && chmod -R u+rwX . && rm -rf -- "$1" "$cache" && mkdir -p "$1/src" "$1/out" && cd "$1" || exit 1
	for i in 1 2 3; do echo "content $i" >src/$i; done
	old
}
# What is this old may be known (20 ms; the slowest tick, twice).
old() { sleep 0.1; }
run() { intoto run -n step -d out --signing-key "$alice" "$@"; }
reuse() { run -m src -p src --reuse-digests "$@"; }
cached() { run -m src --cache --cache-file "$cache" --no-command "$@"; }
payload() { sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' out/step.*.link | base64 -d; }
link_has() { payload >"$tap_top/payload" && has "$tap_top/payload" "$1"; }
link_lacks() { payload >"$tap_top/payload" && [ -s "$tap_top/payload" ] && lacks "$tap_top/payload" "$1"; }
reused() { payload | sed -n 's/.*"digests":{[^}]*"reused":\([0-9]*\).*/\1/p'; }
# The link says of the files what they are now: read by another program.
true_link() {
	local file digest side=${1:-products}
	payload >"$tap_top/payload"
	sed "s/.*\"$side\":{//; s/}}.*//" "$tap_top/payload" >"$tap_top/side"
	for file in src/*; do
		digest=$(sha256sum <"$file" | cut -d' ' -f1)
		has "$tap_top/side" "\"$file\":{\"sha256\":\"$digest\"" || return 1
	done
}
stat_of() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "${2:-stats}"; }

# --- inside one run ----------------------------------------------------------------------------------
fresh plain
ok 'a step without the option' run -m src -p src -- true
ok 'says nothing of digests' link_lacks '"digests"'
ok 'a step with it' reuse -- true
is "$(reused)" 3 'did not read the products'
ok 'and records the same' true_link
ok 'the link says so' link_has '"digests":{"reused":3}'

fresh touched
ok 'a file that is changed and given its old times' \
	reuse -- sh -c 'touch -r src/2 keep && printf "CONTENT 2\n" >src/2 && touch -r keep src/2'
ok 'is read' true_link
is "$(reused)" 2 'and the others are not'
is "$(stat -c %Y src/2)" "$(stat -c %Y keep)" '(its modification time is the old one)'

fresh mode
ok 'a file of another mode' reuse -- chmod 600 src/1
is "$(reused)" 2 'is read'

fresh renamed
ok 'a file that another one is renamed over, of its size and time' \
	reuse -- sh -c 'echo "another 1" | head -c 10 >new && touch -r src/1 new && mv new src/1'
ok 'is read' true_link
is "$(reused)" 2 'and the others are not'

fresh moved
ok 'a file that moved to the name of another' reuse -- sh -c 'mv src/1 x; mv src/2 src/1; mv x src/2'
ok 'is what it is' true_link

fresh links
ln src/1 src/hard
old
ok 'two names of one file' reuse -- true
is "$(reused)" 4 'are known'
ok 'a change by one name' reuse -- sh -c 'echo "CONTENT 1" >src/hard'
ok 'is a change by both' true_link
is "$(reused)" 2 'and both are read'
ln -s 2 src/soft
ok 'a symbolic link' reuse -- true
is "$(reused)" 5 'goes by what it leads to'
ok 'a change of that' reuse -- sh -c 'echo "CONTENT 2" >src/2'
ok 'is read by both names' true_link
is "$(reused)" 3 'and nothing else is'
ok 'links that are recorded themselves' reuse --symlinks=record -- ln -sf 3 src/soft
ok 'have the digest of their text' link_has "\"src/soft\":{\"sha256\":\"$(printf 3 | sha256sum | cut -d' ' -f1)\"}"

fresh young
ok 'a file that was written just now' sh -c 'date +%s%N >written; echo young >src/1; exec "$@"' - \
	intoto run -n step -d out --signing-key "$alice" -m src -p src --reuse-digests -- sh -c 'date +%s%N >began'
if [ "$(reused)" = 3 ] && [ $(($(cat began) - $(cat written))) -gt 20000000 ]; then
	skip 'this machine took longer than 20 ms to begin' 'is too young to be known'
else
	is "$(reused)" 2 'is too young to be known'
fi
touch -d '+1 hour' src/2
old
ok 'a file from the future' reuse -- true
is "$(reused)" 3 'goes by its change time, which cannot be set'

fresh writer
exec 9<>src/1
ok 'a file that somebody has open for writing' reuse -- true
is "$(reused)" 2 'is not trusted'
exec 9>&-
ok 'and once it is closed' reuse -- true
is "$(reused)" 3 'it is'

if command -v python3 >/dev/null; then
	fresh mapped
	cat >map.py <<-'P'
		import mmap, os, time
		f = os.open("src/1", os.O_RDWR)
		m = mmap.mmap(f, 10)
		os.close(f)
		m[0] = ord("1")
		open("ready", "w").close()
		for _ in range(1000):
		    if os.path.exists("go"):
		        m[0] = ord("2")
		        open("done", "w").close()
		        break
		    time.sleep(0.01)
	P
	python3 map.py &
	until [ -e ready ]; do sleep 0.01; done
	old
	before=$(stat -c '%y %z' src/1)
	ok 'a file that is mapped, and written to without a change of its times' \
		reuse -- sh -c 'touch go; until [ -e done ]; do sleep 0.01; done'
	is "$(stat -c '%y %z' src/1)" "$before" '(they are the same)'
	ok 'is read again' true_link
	wait
else
	skip 'no python3' 'a file that is mapped'
fi

fresh many
ok 'with several digests' reuse --digest sha512 --digest sha256 --digest gitoid -- true
is "$(reused)" 3 'all of them are known'
ok 'and recorded' link_has "\"src/1\":{\"gitBlob\":\"$({ printf 'blob 10\0'; cat src/1; } | sha256sum | cut -d' ' -f1)\",\"sha256\":\"$(sha256sum <src/1 | cut -d' ' -f1)\",\"sha512\":\"$(sha512sum <src/1 | cut -d' ' -f1)\"}"
ok 'a folder as one artifact' run -m dir:src -p dir:src --reuse-digests -- true
is "$(reused)" 3 'is made of what is known'
ok 'and stays what it is' link_has "\"products\":{\"dir:src\":{\"sha256\":\"$(cd src && sha256sum -- * | sha256sum | cut -d' ' -f1)\"}}"
ok 'a change in it' run -m dir:src -p dir:src --reuse-digests -- sh -c 'echo "CONTENT 3" >src/3'
ok 'is seen' link_has "\"products\":{\"dir:src\":{\"sha256\":\"$(cd src && sha256sum -- * | sha256sum | cut -d' ' -f1)\"}}"

fresh stranger
if [ "$(id -u)" -eq 0 ] && can_be_unprivileged; then
	chmod 755 "$tap_top" "$tap_work" .
	chown -R 65534 src/1 src/2 out
	cp "$alice" key.pem && chown 65534 key.pem
	old
	ok 'of a user who is not root' unprivileged intoto run -n step -d out --signing-key key.pem -m src -p src --reuse-digests -- true
	is "$(reused)" 2 'the own files are known, and those of others are not'
else
	skip 'not root' 'the files of others'
fi

# --- from run to run ---------------------------------------------------------------------------------
fresh cache
ok 'a first run with a cache' cached --stats=json --stats-file=stats
is "$(stat_of files-not-read) $(stat_of entries)" '0 0' 'knows nothing'
is "$(stat -c %a "$cache")" 600 'leaves a file that only its owner may read'
ok 'the second' cached --stats=json --stats-file=stats
is "$(sed 's/.*"materials":{"bytes":\([0-9]*\),"bytes-not-read":\([0-9]*\),"files":\([0-9]*\),"files-not-read":\([0-9]*\),.*/\1 \2 \3 \4/' stats)" \
	'0 30 3 3' 'reads nothing'
ok 'and records what is there' true_link materials
ok 'and says how' link_has '"digests":{"cache":"trust","reused":3}'
id=$(stat -c %i "$cache")
ok 'a third' cached
is "$(stat -c %i "$cache")" "$id" 'leaves the file alone, since there is nothing new'
echo 'CONTENT 1' >src/1
ok 'after a change' cached
is "$(reused)" 2 'one file is read'
ok 'and is what it is' true_link materials
rm src/2
ok 'after one was removed' cached
ok 'and once more' cached --stats=json --stats-file=stats
is "$(stat_of entries)" 2 'its entry is gone'
mkdir other
echo other >other/1
old
ok 'a step that looks at something else' run -m other --cache --cache-file "$cache" --no-command
ok 'lets the entries of the first live' cached
is "$(reused)" 2 'which are used'
ok 'verifying' cached --cache=verify --stats=json --stats-file=stats
is "$(reused) $(stat_of wrong) $(sed 's/.*"materials":{"bytes":\([0-9]*\).*/\1/' stats)" '0 0 20' 'reads everything, and finds nothing wrong'
ok 'and says so' link_has '"cache":"verify"'
refuses 0 'this cache is not used and begins anew: it is of other digests' 'another list of digests does not use it' cached --digest sha512

fresh replay
ok 'a run' cached
cp "$cache" "$cache.old"
echo 'CONTENT 1' >src/1
old
ok 'and one after a change' cached
cp "$cache.old" "$cache"
ok 'with the older cache put back' cached
is "$(reused)" 2 'the file that changed is read'
ok 'and is what it is' true_link materials
printf 'content 1\n' >src/1
ok 'with its old content, too' cached
is "$(reused)" 2 'since its state is another one'

fresh hostile
ok 'a run' cached
cp "$cache" "$cache.good"
size=$(stat -c %s "$cache")
bad=0
for at in 0 9 13 17 25 33 50 80 210 $((size - 150)) $((size - 100)) $((size - 70)) $((size - 30)) $((size - 1)); do
	cp "$cache.good" "$cache"
	byte=$(od -An -tu1 -j "$at" -N 1 "$cache")
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$cache" bs=1 seek="$at" conv=notrunc status=none
	cached 2>err || bad=$((bad + 1))
	grep -q 'this cache is not used' err && [ "$(reused)" = 0 ] && true_link materials || { bad=$((bad + 1)); diag "byte $at"; }
done
is $bad 0 'a cache in which one bit is another is not used, wherever it is'
bad=0
for length in 0 1 7 100 1300 $((size - 65)) $((size - 64)) $((size - 1)); do
	head -c "$length" "$cache.good" >"$cache"
	cached 2>err || bad=$((bad + 1))
	grep -q 'this cache is not used' err && [ "$(reused)" = 0 ] || { bad=$((bad + 1)); diag "length $length"; }
done
is $bad 0 'nor one that was cut off'
{ cat "$cache.good"; echo; } >"$cache"
refuses 0 'it is damaged' 'nor one with more behind it' cached
truncate -s 1T "$cache"
refuses 0 'it is damaged' 'nor one that goes on for a terabyte' timeout 20 intoto run -n step -d out --signing-key "$alice" \
	-m src --cache --cache-file "$cache" -x
cp "$cache.good" "$cache"
ok 'the one that was not touched' cached
is "$(reused)" 3 'is used'
refuses 0 'signed with another key' 'with the key of another it is not' \
	intoto run -n step -d out --signing-key "$tap_top/eve.pem" -m src --cache --cache-file "$cache" -x
rm -f out/*
mkfifo "$tap_top/fifo"
refuses 0 'is no file, so it is not replaced' 'a FIFO is no cache, and is not waited for' \
	timeout 20 intoto run -n step -d out --signing-key "$alice" -m src --cache --cache-file "$tap_top/fifo" -x
mkdir "$tap_top/folder"
rm -f out/*
refuses 0 'the cache of digests could not be kept' 'nor is a folder, which is told' run -m src --cache --cache-file "$tap_top/folder" -x
ok 'and the step is recorded all the same' true_link materials
if can_be_unprivileged && [ "$(id -u)" -ne 0 ]; then
	mkdir closed && chmod 555 closed
	ok 'nor does a folder without permission hinder it' run -m src --cache --cache-file closed/cache -x
else
	skip 'root may write anywhere' 'a folder without permission'
fi

fresh inside
ok 'a cache in the tree that is recorded' run -m . --cache --cache-file src/cache -x
refuses 0 'src/cache: left out, it is the cache of digests' 'is left out, with a notice' run -m . --cache --cache-file src/cache -x
ok 'and no artifact' link_lacks '"src/cache"'
ok 'which the link says' link_has '"left-out":1'
ln -s cache src/alias
cp src/cache other
refuses 0 'src/alias: left out' 'nor by a link to it' run -m . --cache --cache-file ./src/../src/cache -x
ok 'neither of them' link_lacks '"src/alias"'
ok 'a copy of it' link_has '"other":{'
ok 'and what has its name elsewhere' sh -c 'mkdir out2 && cp src/1 out2/cache'
ok 'is an artifact' run -m . --cache --cache-file src/cache -x
ok 'as any other' link_has '"out2/cache":{'

fresh together
ok 'a run' cached
for i in 1 2 3 4 5 6 7 8; do
	mkdir "out$i"
	intoto run -n step -d "out$i" --signing-key "$alice" -m src -p src --cache --cache-file "$cache" -- true 2>"err$i" &
	echo "content $i$i" >"src/new$i"
done
wait
is "$(cat err?)" '' 'runs at the same time share a cache without a word'
old
ok 'and it is fit for use afterwards' cached
ok 'all of it true' true_link materials

fresh halves
ok 'the first half of a step' intoto record start -n step -d out --signing-key "$alice" -m src --cache --cache-file "$cache"
ok 'and the second' intoto record stop -n step -d out --signing-key "$alice" -p src --cache --cache-file "$cache"
ok 'share it' link_has '"digests":{"cache":"trust","reused":3}'
ok 'and the products are right' true_link

fresh default
ok 'without a name' env -u XDG_CACHE_HOME HOME="$PWD/home" intoto run -n step -d out --signing-key "$alice" -m src --cache -x
is "$(find home/.cache/intoto -type f | wc -l)" 1 'the cache is below the home folder'
ok 'or where the environment says' env XDG_CACHE_HOME="$PWD/xdg" intoto run -n step -d out --signing-key "$alice" -m src --cache -x
is "$(find xdg/intoto -type f | wc -l)" 1 'that it should be'
refuses 64 'want --cache-file FILE' 'refuses to guess where' \
	env -u XDG_CACHE_HOME -u HOME intoto run -n step -d out --signing-key "$alice" -m src --cache -x

# --- words and figures -------------------------------------------------------------------------------
fresh words
refuses 64 "option --cache wants trust or verify, found 'maybe'" 'refuses another word' run -x --cache=maybe
refuses 64 "option --stats wants text or json, found 'yaml'" 'refuses another form' run -x --stats=yaml
refuses 64 '--cache-file without --cache' 'refuses a cache file without a cache' run -x --cache-file x
refuses 64 '--stats-file without --stats' 'refuses a file for figures that nobody wants' run -x --stats-file x
refuses 64 'SHA-1 alone proves nothing' 'refuses SHA-1 alone' run -x -m src --digest gitoid-sha1
refuses 64 'both would be recorded as gitBlob' 'refuses two values by one name' \
	run -x -m src --digest gitoid --digest gitoid-sha1 --digest sha256
refuses 64 'want sha256 beside it' 'refuses a dirHash of nothing' run -x -m dir:src --digest dirHash --digest sha512
ok 'SHA-1 beside another' run -x -p src --digest gitoid-sha1 --digest sha256
ok 'is what git says' link_has "\"src/1\":{\"gitBlob\":\"$({ printf 'blob 10\0'; cat src/1; } | sha1sum | cut -d' ' -f1)\",\"sha256\":"
ok 'and compared by the other' intoto match -q -l out/step.*.link -p src
ok 'an id of git alone' run -x -p src dir:src --digest gitoid --digest sha256
ok 'is compared' intoto match -q -l out/step.*.link -p src dir:src
echo changed >src/1
refuses 1 'src/1' 'and a change is seen' intoto match -l out/step.*.link -p src dir:src
ok 'a folder has the hash of Go beside SHA-256' run -x -p dir:src --digest dirHash
hash=$(cd src && find . -type f | cut -c3- | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
ok 'which is the same' link_has "\"dir:src\":{\"dirHash\":\"$hash\",\"sha256\":\"$hash\"}"
printf 'content 1\n' >src/1
head -c 2000000 /dev/zero >src/big
mkdir -p src/deep/er
echo x >src/deep/er/x
old
refuses 0 'intoto run: 10 files in 6 folders, 2000032 bytes read, 2000032 not (5 files)' 'figures name files, folders and bytes' \
	run -m src -p src --reuse-digests --stats -- sleep 0.3
ok 'as JSON' run -m src -p src --reuse-digests --stats=json --stats-file=stats -- sleep 0.3
ok 'say the same' has stats '"materials":{"bytes":2000032,"bytes-not-read":0,"files":5,"files-not-read":0,"folders":3,'
ok 'of both sides' has stats '"products":{"bytes":0,"bytes-not-read":2000032,"files":5,"files-not-read":5,"folders":3,'
took=$(stat_of command-microseconds)
ok 'and how long the command took' test "$took" -ge 300000 -a "$took" -lt 5000000
ok 'no less than that in all' test "$(sed 's/.*,"microseconds":\([0-9]*\),"peak.*/\1/' stats)" -ge "$took"
if command -v python3 >/dev/null; then
	ok 'which is JSON' python3 -c 'import json, sys; json.load(open("stats"))'
else
	skip 'no python3' 'which is JSON'
fi

done_testing
