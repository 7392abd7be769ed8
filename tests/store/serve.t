#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The store over HTTPS as it is installed: what is uploaded is in the folder, its log can be checked by others, and
# nothing that was acknowledged is lost when the server is killed.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
command -v intoto >/dev/null || skip_all 'the program is not built'
INTOTO_TEST_STORE_PROGRAM=$(command -v intoto)
. "$INTOTO_SOURCE/tests/serve/server.sh"

server_keys
tokens
tlog=$INTOTO_SOURCE/tests/store/tlog.py
intoto key generate --type ed25519 --no-passphrase -o alice >/dev/null || diag 'no key'
echo hello >app && mkdir links && intoto-run -n build -p app --metadata-directory links --signing-key alice -- true || diag 'no link'
link=$(echo links/build.*)
intoto layout init root.layout --expires 2040-01-01T00:00:00Z >/dev/null && intoto layout add-step root.layout build --key alice.pub --product-rule 'ALLOW *' &&
	intoto sign -f root.layout --signing-key alice && intoto archive pack -o app.tar.zst -l root.layout --verification-keys alice.pub --link-dir links \
		--signing-key alice --product app --release 1.0 >/dev/null || diag 'no archive'
id_of() { sha256sum "$1" | cut -c -64; }
put() { asked 200 -H "$(as writer)" --data-binary "@$1" "/v1/upload?name=$(basename "$1")"; }
get() { asked 200 -H "$(as reader)" "$@"; }

ok 'starts' server_start --tokens tokens.json --trusted-key alice.pub
intoto store log --store place --key >key.vkey

# --- documents and archives ---
ok 'takes a link' put "$link"
is "$(jq -r '"\(.fresh) \(.number)"' answer)" 'true 0' 'and says its number'
is "$(intoto store search --store place --step build --format=json | jq -r .by)" writer 'the command finds it, and who put it'
ok 'gives it back' get "/v1/download/sha256:$(id_of "$link")"
ok 'byte for byte' cmp answer "$link"
ok 'takes an archive' put app.tar.zst
ok 'whose members are found' get /v1/search?kind=layout
is "$(jq -r '.entries[].name' answer)" root.layout 'each'
ok 'and which is a release' get "/v1/search?product=app&kind=archive"
is "$(jq -r '.entries[].name' answer)" app.tar.zst 'of its product'
ok 'finds an artifact' get "/v1/search?digest=sha256:$(id_of app)&role=product"
is "$(jq -r '.entries[].number' answer)" 0 'by its digest'
ok 'says who is affected' get '/v1/affected?what=CVE-2026-1'
is "$(jq -c .affected answer)" '[]' 'here nobody'

# --- the log ---
ok 'gives a checkpoint' get /log/checkpoint
cp answer first.checkpoint
size=$(sed -n 2p answer)
is "$(intoto store log --store place)" "$(cat answer)" 'the one that the command has'
ok 'and a proof' get /v1/proof/0
cp answer proof
leaf() { python3 -c "import sqlite3; print(sqlite3.connect('file:place/index.sqlite?mode=ro', uri=True).execute('SELECT entry FROM leaf WHERE number = $1').fetchone()[0].decode(), end='')"; }
leaf 0 >entry
ok 'which another program believes' python3 "$tlog" proof key.vkey proof entry
ok 'gives a tile' get "/log/tile/0/000.p/$size"
is "$(stat -c %s answer)" $((size * 32)) 'of so many hashes'
ok 'and its entries' get "/log/tile/entries/000.p/$size"
ok 'which are the leaves' grep -aqF "$(cat entry)" answer
refuses 0 'there is no such tile' 'but none that is not there' asked 404 -H "$(as reader)" /log/tile/1/000

# --- Archivista's paths, and the dashboard ---
printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":"%s"}}],"predicateType":"https://example.org/x","predicate":{}}' \
	"$(id_of app)" >statement
printf '{"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[]}' "$(base64 -w 0 statement)" >statement.json
ok 'what the command puts' intoto store put --store place statement.json
query='query($d: [String!]) { dsses(where: {hasStatementWith: {hasSubjectsWith: {hasSubjectDigestsWith: {valueIn: $d}}}}) { edges { node { gitoidSha256 } } } }'
jq -n --arg q "$query" --arg d "$(id_of app)" '{query: $q, variables: {d: [$d]}}' >request
ok 'the server gives to clients of Archivista' get --data-binary @request /v1/query
gitoid_of() { (printf 'blob %d\0' "$(stat -c %s "$1")" && cat "$1") | sha256sum | cut -c -64; }
ok 'by a subject' has answer "$(gitoid_of statement.json)"
gitoid=$(gitoid_of "$link")
ok 'who get it by its gitoid' get "/download/$gitoid"
ok 'byte for byte, too' cmp answer "$link"
for page in / /releases /search /affected /expiring; do
	ok "shows the page $page" asked 200 -u "anybody:${token[reader]}" $page
done
# Every link of every page, until no page names another one.
crawl() {
	local path todo=(/) seen=' / ' count=0

	while [ ${#todo[@]} -gt 0 ] && [ $count -lt 300 ]; do
		path=${todo[0]} todo=("${todo[@]:1}") count=$((count + 1))
		asked 200 -u "anybody:${token[reader]}" "$path" >/dev/null || { echo "$path: $(cat status answer)"; return 1; }
		grep -qi '^content-type: text/html' headers || continue
		for path in $(grep -oE '(href|src|action)="/[^"#]*' answer | sed 's/^[^"]*"//; s/&amp;/\&/g' | sort -u); do
			[[ $seen == *" $path "* ]] || { seen+="$path " todo+=("$path"); }
		done
	done
	printf '%s\n' $seen
}
ok 'every link of every page leads somewhere' crawl
cp "$tap_stdout" crawled
for path in "/entry/$(id_of "$link")" "/release/$(id_of app.tar.zst)"; do
	ok 'also to the documents' grep -qF "${path%${path: -40}}" crawled
done
refuses 0 "$(basename "$link")" 'a document has its page' asked 200 -u "anybody:${token[reader]}" "/entry/$(id_of "$link")"
refuses 0 'app.tar.zst' 'and so has a release' asked 200 -u "anybody:${token[reader]}" "/release/$(id_of app.tar.zst)"
refuses 0 'there is no such' 'none that is not there' asked 404 -u "anybody:${token[reader]}" "/entry/$(printf %064d 1)"
ok 'the release stands on one' asked 200 -u "anybody:${token[reader]}" '/affected?what=pkg:deb/debian/zlib1g'

# --- many at once ---
server_stop
ok 'starts for anything' server_start --tokens tokens.json --accept any --workers 8
# client N COUNT: uploads so many documents, and notes those that were acknowledged
client() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf '{"client":%d,"document":%d}' "$1" "$i" >"doc.$1.$i"
		printf 'url = "%s/v1/upload?name=%s"\nheader = "%s"\ndata-binary = "@%s"\noutput = "/dev/null"\nwrite-out = "%s %%{http_code}\\n"\ncacert = "server.crt"\nsilent\n' \
			"$url" "doc.$1.$i" "$(as writer)" "doc.$1.$i" "doc.$1.$i"
		echo next
	done | sed '$d' >"config.$1"
	curl --config "config.$1" 2>/dev/null | awk '$2 == 200 { print $1; fflush() }' >"acknowledged.$1"
}
clients=()
for n in 1 2 3 4 5 6 7 8; do client $n 25 & clients+=($!); done
wait "${clients[@]}"
is "$(cat acknowledged.* | wc -l)" 200 'eight clients put their documents at once'
is "$(intoto store search --store place --kind file --limit 1000 --format=json | jq -r .name | grep -c '^doc')" 200 'all are there, once'
ok 'and the store is whole' intoto store fsck --store place
get /log/checkpoint && cp answer second.checkpoint
get "/log/consistency/$size"
jq -r '.. | strings' answer >hashes 2>/dev/null || cp answer hashes
ok 'its log goes on from where it was' python3 "$tlog" consistent key.vkey first.checkpoint second.checkpoint hashes

# --- killed in the middle ---
rm -f acknowledged.*
clients=()
for n in 11 12 13 14 15 16 17 18; do client $n 200 & clients+=($!); done
for ((i = 0; i < 200; i++)); do [ "$(cat acknowledged.* 2>/dev/null | wc -l)" -lt 60 ] || break; sleep 0.02; done
kill -KILL "$server"
wait "$server" "${clients[@]}" 2>/dev/null
server=
rm -rf spool/*
acknowledged=$(cat acknowledged.* | wc -l)
ok "the server is killed behind $acknowledged of 1600" test "$acknowledged" -ge 60 -a "$acknowledged" -lt 1600
intoto store search --store place --kind file --limit 10000 --format=json | jq -r .name | sort >there
is "$(sort acknowledged.* | comm -23 - there)" '' 'what was acknowledged is there'
ok 'and the store is whole' intoto store fsck --store place
ok 'starts again' server_start --tokens tokens.json --accept any
ok 'and goes on' put app
done_testing
