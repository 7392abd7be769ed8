#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store on this machine: what is put is found and given back, and its log cannot be changed unseen.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
tlog=$INTOTO_SOURCE/tests/store/tlog.py
# prints TEXT SENTENCE COMMAND...: it succeeds, and says so
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$PWD/store
export SOURCE_DATE_EPOCH=1900000000

# --- documents ---------------------------------------------------------------------------------------
intoto key generate --type ed25519 --no-passphrase -o key >/dev/null || diag 'no key'
echo hello >app && mkdir links
intoto-run -n build -p app --metadata-directory links --signing-key key -- true || diag 'no link'
intoto-run -n test -m app --metadata-directory links --format metablock --signing-key key -- true || diag 'no link'
build=$(echo links/build.*) test=$(echo links/test.*)
cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","name":"app","version":"1"}},
"components":[{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3?arch=amd64"},
{"type":"library","name":"scope","version":"2","purl":"pkg:npm/%40scope/left@2.0.0"}]}
JSON
cat >app.vex.json <<'JSON'
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"alice","timestamp":"2026-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2026-1","aliases":["GHSA-x"]},"products":[{"@id":"pkg:deb/debian/zlib1g@1.3"}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}
JSON
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }

# --- making, putting, getting --------------------------------------------------------------------------
refuses 64 'want a store' 'a store is named' env -u INTOTO_STORE intoto store search
refuses 66 'is no store' 'one that is not there' intoto store put app
prints 'example.org/log+' 'a store is made, and says its key' intoto store init --log-name example.org/log
intoto store log --key >key.vkey
is "$(cut -d+ -f1 key.vkey)" example.org/log 'the key is told again'
refuses 64 'is a store already' 'but once' intoto store init

refuses 69 '' 'a server that is not there' intoto store init --store postgresql://me:secret@127.0.0.1:1/db --objects o --log-key k
ok 'and no password is shown' not grep -q secret <(intoto store init --store postgresql://me:secret@127.0.0.1:1/db --objects o --log-key k 2>&1)
begun() { mkdir begun && : >begun/index.sqlite && intoto store init --store begun && intoto store search --store begun; }
ok 'an init that was cut short begins anew' begun
refuses 64 'without blanks' 'its log has a proper name' intoto store init --store other --log-name 'a b'
intoto store log >empty.checkpoint
prints 'put  app.cdx.json' 'documents are put' intoto store put "$build" "$test" app.cdx.json app.vex.json app
intoto store log >five.checkpoint
prints '  there  app' 'the same again is there already' intoto store put app
is "$(intoto store log | sed -n 2p)" 5 'and adds no leaf'
ok 'what was put comes back' sh -c 'intoto store get "$1" | cmp - "$2"' - "$(id_of app)" app
ok 'by the beginning of its id' sh -c 'intoto store get "$1" | cmp - "$2"' - "$(id_of app | cut -c 8-16)" app
ok 'by its number' sh -c 'intoto store get 0 | cmp - "$1"' - "$build"
gitoid=$(git hash-object --stdin -t blob <app 2>/dev/null; printf 'blob %d\0' "$(stat -c %s app)" | cat - app | sha256sum | cut -c -64)
ok 'by its gitoid' sh -c 'intoto store get "gitoid:blob:sha256:$1" | cmp - "$2"' - "$(echo "$gitoid" | tail -n 1)" app
refuses 66 'there is no such entry' 'what nobody put' intoto store get sha256:0123456789
refuses 64 'want sha256:HEX' 'what is no name' intoto store get ../../etc/passwd
refuses 66 'not-there' 'a file that is not there' intoto store put app not-there
is "$(intoto store log | sed -n 2p)" 5 'then none of them is put'
refuses 65 'is no file' 'a folder' intoto store put links

# --- who may not write -------------------------------------------------------------------------------------
# as_reader COMMAND...: as one who may read the store, and not write
as_reader() {
	if [ "$(id -u)" -ne 0 ]; then "$@"; else tap_as_nobody env HOME=/ "$@"; fi
}
if can_be_unprivileged; then
	chmod 711 "$tap_top" "$tap_top/work" "$tap_top/bin"
	mkdir -p public && cp -Lr "$INTOTO_BUILD/intoto/cmd/intoto-store" public/ && cp -r store public/ && rm public/store/log.key && chmod -R a+rX,a-w public
	reader=$PWD/public/intoto-store
	is "$(as_reader "$reader" search --store "$PWD/public/store" --format=json | jq -r .name | wc -l)" 5 'who may only read, searches'
	ok '... gets' sh -c 'cmp - app <"$1"' - <(as_reader "$reader" get --store "$PWD/public/store" "$(id_of app)")
	prints 'whole: 5 leaves' '... and checks' as_reader "$reader" fsck --store "$PWD/public/store"
	ok 'but does not put' not as_reader "$reader" put --store "$PWD/public/store" "$INTOTO_SOURCE/README.md"
	chmod u+w public/store && echo pages >public/store/index.sqlite-wal && chmod a-w public/store
	refuses 74 'left pages in' 'what is not in the file yet is not passed over' as_reader "$reader" search --store "$PWD/public/store"
	chmod -R u+w public
else
	skip 'cannot be another user' 'who may only read'
fi
mkdir theirs && python3 -c 'import sqlite3; sqlite3.connect("theirs/index.sqlite").execute("CREATE TABLE accounts (x)").connection.commit()'
refuses 64 'holds tables of something else (accounts)' 'the database of another is left alone' intoto store init --store theirs

# --- a document a line -------------------------------------------------------------------------------------
intoto store init --store lines >/dev/null
cat "$build" "$test" app.vex.json | jq -c . >three.jsonl
printf '\r\n{"last":"without an end"}' >>three.jsonl
prints 'put  three.jsonl:5' 'a document a line is put' intoto store put --store lines --jsonl three.jsonl
is "$(intoto store log --store lines | sed -n 2p)" 4 'and an empty line is none'
is "$(intoto store search --store lines --step test --format=json | jq -r .name)" three.jsonl:2 'each is found by what it says'
is "$(intoto store get --store lines 3)" '{"last":"without an end"}' 'and given back without the end of its line'
seq 2500 | sed 's/.*/{"n":&}/' >many.jsonl
is "$(intoto store put --store lines --jsonl - --format=json <many.jsonl | jq -rs 'map(select(.fresh)) | "\(length) \(.[2499].path) \(.[2499].number)"')" \
	'2500 standard input:2500 2503' 'from a pipe, too, in their order'
slowly() {
	coproc intoto store put --store lines --jsonl -
	local pid=$COPROC_PID line
	echo '{"asked":1}' >&"${COPROC[1]}"
	read -r -t 10 line <&"${COPROC[0]}" || return
	eval "exec ${COPROC[1]}>&-"
	wait "$pid" && [[ $line = *' 2504  put  standard input:1' ]]
}
ok 'who waits for the answer gets it before the end' slowly
refuses 66 'none.jsonl' 'a file of lines that is not there' intoto store put --store lines --jsonl many.jsonl none.jsonl
refuses 74 'Is a directory' 'or is a folder' intoto store put --store lines --jsonl links
# --- searching -------------------------------------------------------------------------------------------
found() { intoto store search --format=json "$@" | jq -r .name | sort | xargs; }
is "$(found)" "app app.cdx.json app.vex.json $(basename "$build") $(basename "$test")" 'all'
is "$(found --digest "$(id_of app)")" "$(basename "$build") $(basename "$test")" 'by the digest of an artifact'
is "$(found --digest "$(id_of app)" --role product)" "$(basename "$build")" 'in a role'
is "$(found --name app --role material)" "$(basename "$test")" 'by its name'
is "$(found --name 'ap?' --kind link)" "$(basename "$build") $(basename "$test")" 'by a pattern'
is "$(found --name 'a%')" '' 'in which % is a percent sign'
is "$(found --step test)" "$(basename "$test")" 'by step'
is "$(found --signer "$(intoto key show --format json key.pub | jq -r .keyid.legacy | cut -c -8)")" "$(basename "$build") $(basename "$test")" 'by the beginning of a keyid'
is "$(found --package pkg:deb/debian/zlib1g)" app.cdx.json 'by a package'
is "$(found --package pkg:deb/debian/zlib1g@1.3)" app.cdx.json 'of a version'
is "$(found --package pkg:deb/debian/zlib1g@1.4)" '' 'and of no other'
is "$(found --package pkg:npm/%40scope/left)" app.cdx.json 'of a scope'
is "$(found --vulnerability CVE-2026-1)" app.vex.json 'by a vulnerability'
is "$(found --vulnerability GHSA-x)" app.vex.json 'by an alias of it'
is "$(found --kind sbom)" app.cdx.json 'by kind'
is "$(found --limit 2)" 'app app.vex.json' 'the newest first'
is "$(found --limit 2 --before 3)" "app.cdx.json $(basename "$test")" 'then the next page'
is "$(found --step "x' OR '1'='1")" '' 'SQL in a search is a text'
is "$(found --name "'; DROP TABLE entry; --")" '' 'also that one'
is "$(found | wc -w)" 5 'and all is still there'
refuses 64 'wants --digest or --name' 'a role of nothing' intoto store search --role product
refuses 64 'a whole number from 1 to 10000' 'no limit at all' intoto store search --limit 0
refuses 64 'a whole number from 1 to 10000' 'more than there are on a page' intoto store search --limit 10001

# --- archives ------------------------------------------------------------------------------------------------
archive() {
	intoto layout init root.layout --expires 2031-01-01T00:00:00Z && intoto layout add-step root.layout build --key key.pub --product-rule 'ALLOW *' &&
		intoto sign -f root.layout --signing-key key &&
		intoto archive pack -o app.tar.zst -l root.layout --verification-keys key.pub --link-dir links --at 2030-03-17T17:46:40Z --signing-key key \
			--product app --release 1.0
}
ok 'an archive is packed' archive
intoto store init --store releases >/dev/null
prints 'put  app.tar.zst' 'and put' intoto store put --store releases app.tar.zst
in_releases() { intoto store search --store releases --format=json "$@" | jq -r .name | sort | xargs; }
is "$(in_releases --kind archive)" app.tar.zst 'it is known as one'
is "$(in_releases --kind layout)" root.layout 'its members are entries, too'
is "$(in_releases --digest "$(id_of app)" | wc -w)" 2 'and found by what they say: the link, and the verdict'
prints 'there  app.tar.zst' 'once' intoto store put --store releases app.tar.zst
head -c 3000 app.tar.zst >cut.tar.zst
ok 'one that was cut short is a file like any other' intoto store put --store releases cut.tar.zst
is "$(in_releases --kind archive)" app.tar.zst 'and no archive'

# --- hostile documents ---------------------------------------------------------------------------------------
printf '{"a":' >cut.json
printf '\0\1\2' >zero
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"\\u001b[2J","version":"\\u0000x"}]}' >escape.cdx.json
ok 'what cannot be read is kept all the same' intoto store put cut.json zero escape.cdx.json
cp app "$(printf 'na\033me')" && echo more >>"$(printf 'na\033me')"
prints 'na\u{1b}me' 'a hostile name is escaped' intoto store put "$(printf 'na\033me')"
prints 'na\u{1b}me' 'also when it is found' intoto store search

# --- the log -------------------------------------------------------------------------------------------------
intoto store log >now.checkpoint
leaf() { sqlite3 store/index.sqlite "SELECT entry FROM leaf WHERE number = $1" 2>/dev/null || python3 -c "import sqlite3; print(sqlite3.connect('store/index.sqlite').execute('SELECT entry FROM leaf WHERE number = $1').fetchone()[0].decode())"; }
for number in 0 3 4 7 8; do
	intoto store log --prove $number >proof && leaf $number >entry
	ok "entry $number is in the log, as another program finds" python3 "$tlog" proof key.vkey proof entry
	ok 'and it is the one that was put' grep -q "\"number\":$number,\|$(jq -r .id entry | cut -c 8-)" <(intoto store search --format=json --limit 100)
done
sed 's/size":[0-9]*/size":1/' entry >entry.other
refuses 1 'another root' 'the proof is of no other entry' python3 "$tlog" proof key.vkey proof entry.other
refuses 66 'no leaf of that number' 'what is not in it has no proof' intoto store log --prove 99
intoto store log --consistent-since 5 >hashes
ok 'the log goes on from where it was' python3 "$tlog" consistent key.vkey five.checkpoint now.checkpoint hashes
intoto store log --consistent-since 9 >hashes
refuses 1 '' 'a proof of another size is none' python3 "$tlog" consistent key.vkey five.checkpoint now.checkpoint hashes
refuses 66 'never had that size' 'of a size that it never had' intoto store log --consistent-since 1000
is "$(sed -n 3p empty.checkpoint)" '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'an empty log has the hash of nothing'

# --- an operator who takes something out ------------------------------------------------------------------------
sql() { python3 -c "import sqlite3, sys; c = sqlite3.connect('store/index.sqlite'); c.execute(sys.argv[1]); c.commit()" "$1"; }
cp -r store kept
sql 'UPDATE leaf SET hash = (SELECT hash FROM leaf WHERE number = 1) WHERE number = 0'
refuses 1 'are not those that were logged' 'a leaf that was changed is seen' intoto store log --prove 0
rm -rf store && cp -r kept store
sql 'DELETE FROM leaf WHERE number = 4'
refuses 65 'has a gap' 'a leaf that was taken out is seen' intoto store log --consistent-since 2
rm -rf store && cp -r kept store
object=store/objects/$(id_of app | cut -c 8-9)/$(id_of app | cut -c 10-)
chmod u+w "$object" && echo changed >"$object"
refuses 1 'has other bytes than its name says' 'an object that was changed is not given out' intoto store get "$(id_of app)"
rm -f "$object"
refuses 66 'objects' 'nor one that was taken out' intoto store get "$(id_of app)"
rm -rf store && cp -r kept store

# --- killed in the middle -------------------------------------------------------------------------------------------
mkdir many && for i in $(seq 200); do echo "$i" >many/$i; done
kill_runs() {
	local run status
	for run in 1 2 3 4 5 6 7 8; do
		(exec intoto store put many/* >acknowledged 2>/dev/null) &
		sleep "0.0$run"
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
		while read -r id _; do
			intoto store get "$id" >/dev/null || { echo "lost: $id"; return 1; }
		done <acknowledged
		intoto store log --prove 0 >/dev/null || return 1
	done
	intoto store put -q many/*
}
ok 'what was acknowledged is there, and the log is whole' kill_runs 2>/dev/null
is "$(intoto store search --kind file --limit 1000 --format=json | jq -r .name | grep -cE '^[0-9]+$')" 200 'all are there in the end, once'

done_testing
