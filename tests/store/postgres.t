#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store for many: the index in a real PostgreSQL, with many writers, and killed at any moment.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/postgres.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
postgres_programs >/dev/null || skip_all 'there is no PostgreSQL'
postgres_start || skip_all "PostgreSQL does not start: $(tail -n 3 "$postgres_folder/initdb.log" "$postgres_folder/log" 2>/dev/null | xargs)"
tlog=$INTOTO_SOURCE/tests/store/tlog.py
prints() {
	refuses 0 "$@"
}
export INTOTO_STORE=$postgres INTOTO_STORE_LOG_KEY=$PWD/log.key
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
found() { intoto store search --format=json "$@" | jq -r .name | sort | xargs; }

# --- documents ---------------------------------------------------------------------------------------
intoto key generate --type ed25519 --no-passphrase -o key >/dev/null
echo hello >app && mkdir links
intoto-run -n build -p app --metadata-directory links --signing-key key -- true
build=$(echo links/build.*)
cat >app.cdx.json <<'JSON'
{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
{"type":"library","name":"zlib","version":"1.3","purl":"pkg:deb/debian/zlib1g@1.3?arch=amd64"}]}
JSON
cat >app.vex.json <<'JSON'
{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/1","author":"alice","timestamp":"2026-01-01T00:00:00Z","version":1,
"statements":[{"vulnerability":{"name":"CVE-2026-1","aliases":["GHSA-x"]},"products":[{"@id":"pkg:deb/debian/zlib1g@1.3"}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}
JSON

# --- making, putting, finding ------------------------------------------------------------------------------
refuses 64 'want a place for the objects' 'a database wants a place for the objects' intoto store init
refuses 64 'want a file for the key of the log' 'and for the key of the log' env -u INTOTO_STORE_LOG_KEY intoto store init --objects objects
refuses 65 'is no store' 'a database without one' intoto store search
prints 'example.org/log+' 'a store is made' intoto store init --objects "$PWD/objects" --log-name example.org/log
intoto store log --key >log.vkey
refuses 64 'is a store already' 'but once' intoto store init --objects "$PWD/objects"
refuses 69 'password authentication failed' 'a wrong password' intoto store search --store "${postgres/secret-of-the-test/wrong-secret}"
ok '... which is not shown' not grep -q wrong-secret <(intoto store search --store "${postgres/secret-of-the-test/wrong-secret}" 2>&1)
refuses 69 '' 'a server that is not there' intoto store search --store postgresql://me:secret-of-mine@127.0.0.1:1/db
ok '... and its password, neither' not grep -q secret-of-mine <(intoto store search --store postgresql://me:secret-of-mine@127.0.0.1:1/db 2>&1)
prints 'put  app.cdx.json' 'documents are put' intoto store put "$build" app.cdx.json app.vex.json app
prints '  there  app' 'the same again is there already' intoto store put app
ok 'what was put comes back' sh -c 'intoto store get "$1" | cmp - "$2"' - "$(id_of app)" app
is "$(found)" "app app.cdx.json app.vex.json $(basename "$build")" 'all is found'
is "$(found --digest "$(id_of app)" --role product)" "$(basename "$build")" 'by digest and role'
is "$(found --name 'ap?' --kind link)" "$(basename "$build")" 'by a pattern'
is "$(found --name 'AP?')" '' 'in which A is not a'
is "$(found --signer "$(intoto key show --format json key.pub | jq -r .keyid.legacy | cut -c -8)")" "$(basename "$build")" 'by the beginning of a keyid'
is "$(found --package pkg:deb/debian/zlib1g@1.3)" app.cdx.json 'by package and version'
is "$(found --vulnerability GHSA-x)" app.vex.json 'by an alias of a vulnerability'
is "$(found --step "x' OR '1'='1")" '' 'SQL in a search is a text'
is "$(found --name "'; DROP TABLE entry; --")" '' 'also that one'
intoto store log >four.checkpoint
intoto store log --prove 3 >proof && postgres_sql 'SELECT encode(entry, $$escape$$) FROM leaf WHERE number = 3' | tr -d '\n' >entry
ok 'a proof is good, as another program finds' python3 "$tlog" proof log.vkey proof entry
ok 'who has not the key of the log may put' env -u INTOTO_STORE_LOG_KEY intoto store put -q app.cdx.json
ok 'it moves into a folder' intoto store export -q out
refuses 65 'has not the key of the log' '... which the key of the log signs' env -u INTOTO_STORE_LOG_KEY intoto store export out
intoto store export -q out
intoto store init --store moved >moved.vkey
prints '4 new, 0 there already' '... and from there into SQLite' intoto store import --store moved --verifier log.vkey out
is "$(found --store moved --package pkg:deb/debian/zlib1g@1.3)" app.cdx.json '... where it is found'
intoto store put -q --store moved moved.vkey
intoto store hold add --store moved --name case --by legal --reason 'of
two lines' "$(id_of moved.vkey)"
ok '... and back' intoto store export -q --store moved back
prints '1 new, 4 there already, 0 archives, 1 holds' '... to where most of it is' intoto store import --verifier moved.vkey back
ok '... with a hold' grep -q case <(intoto store hold list)
intoto store hold release --name case --by legal --reason over >/dev/null
refuses 65 'has not the key of the log' 'who has no key may sign no checkpoint' env -u INTOTO_STORE_LOG_KEY intoto store log
refuses 65 "is not the key of this store's log" 'nor does another key' intoto store log --log-key key

# --- URLs, which may hold a password ---------------------------------------------------------------------------
# hides STATUS URL: it does not work, and says nothing of the password
hides() {
	intoto store search --store "$2" >said 2>&1
	[ $? -eq "$1" ] && lacks said top && lacks said secret && has said "${2%%:*}:"
}
host=127.0.0.1:$postgres_port
ok 'a password that is wrong is not shown, whatever stands in it' hides 69 "postgresql://tester:top?secret@$host/postgres"
ok '... as a mark' hides 69 "postgres://tester:top#secret@$host/postgres"
ok '... as an option' hides 69 "postgresql://$host/postgres?user=tester&password=topsecret"
for url in "tester:top%zzsecret@$host/postgres" "tester:top/secret@$host/postgres" "tester:1/top/secret@$host/postgres" "tester:x@top@secret@$host/postgres" \
	'tester:topsecret@[::1/postgres' "$host/postgres?password=topsecret&topping=secret" "$host/postgres?topsecret" "$host/postgres?user=x&password=top=secret"; do
	ok 'nor in a URL that cannot be read' hides 64 "postgresql://$url"
done
ok 'nor of another service' hides 65 'mysql://tester:topsecret@127.0.0.1/db'
ok 'a password in the environment does' env PGPASSWORD=secret-of-the-test intoto store search --store "postgresql://tester@$host/postgres"
echo "127.0.0.1:$postgres_port:*:tester:secret-of-the-test" >pgpass && chmod 600 pgpass
ok 'or in a file' env PGPASSFILE="$PWD/pgpass" intoto store search --store "postgresql://tester@$host/postgres"
printf '[evidence]\nhost=127.0.0.1\nport=%s\nuser=tester\ndbname=postgres\npassword=secret-of-the-test\n' "$postgres_port" >services
prints app.cdx.json 'or of a service' env PGSERVICEFILE="$PWD/services" intoto store search --store 'postgresql:///?service=evidence'

# --- several stores in a database -----------------------------------------------------------------------------------
ok 'a schema is a store of its own' intoto store init --store "$postgres?schema=te%22am" --objects objects-of-it --log-key its.key
refuses 64 'holds tables of something else' 'the tables of another are left alone' sh -c \
	"PGPASSWORD=secret-of-the-test psql -X -q -h 127.0.0.1 -p $postgres_port -U tester postgres -c 'CREATE SCHEMA theirs CREATE TABLE entry (x int)' &&
	intoto store init --store '$postgres?schema=theirs' --objects objects --log-key its.key"
(cd links && intoto store put -q --store "$postgres?schema=te%22am" ../app)
is "$(intoto store search --store "$postgres?schema=te%22am" --format=json | jq -r .name)" app 'with its own entries'
is "$(intoto store search --store "$postgres?options=-csearch_path%3D%22te%5C%22%5C%22am%22" --format=json 2>&1 | jq -r .name)" app 'as its search path finds them, too'
ok 'and its own objects, wherever one stands' sh -c 'cd links && intoto store get --store "$1" 0 | cmp - ../app' - "$postgres?schema=te%22am"
refuses 65 'is no store' 'a schema that is not there' intoto store search --store "$postgres?schema=none"
refuses 64 'want the name of a schema' 'or has no name' intoto store search --store "$postgres?schema="
inits() {
	local number

	for number in 1 2 3; do intoto store init --store "$postgres?schema=race" --objects objects-of-race --log-key its.key >"init$number" 2>&1 & done
	wait
	[ "$(grep -l '^intoto-store/' init? | wc -l)" -eq 1 ] && [ "$(grep -l 'is a store already' init? | wc -l)" -eq 2 ]
}
ok 'of three who make it, one does' inits
postgres_sql 'CREATE DATABASE latin TEMPLATE template0 ENCODING latin1 LOCALE $$C$$'
refuses 65 'is LATIN1: want UTF8' 'a database that cannot hold all texts' intoto store init --store "${postgres%/*}/latin" --objects objects --log-key its.key

# --- hostile documents: PostgreSQL takes less than SQLite -------------------------------------------------------
long=$(head -c 9000 /dev/urandom | base64 -w0)
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"%s","version":"%s","purl":"pkg:deb/%s@%s"}]}' "$long" "$long" "$long" "$long" >long.cdx.json
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"\\u001b[2J","version":"\\u0000x"}]}' >escape.cdx.json
printf '\0\1\2' >zero
cp app "$(printf 'na\377me')" && echo more >>"$(printf 'na\377me')"
ok 'texts that are too long for an index' intoto store put -q long.cdx.json
ok 'a NUL in a text' intoto store put -q escape.cdx.json zero
ok 'a name that is no UTF-8' intoto store put -q "$(printf 'na\377me')"
prints 'whole: 11 leaves, 9 entries, 9 objects' 'all of it is whole' intoto store fsck --checkpoint four.checkpoint --verifier log.vkey

# --- keeping and removing ----------------------------------------------------------------------------------------
intoto store retention --by alice --class default=10d
postgres_sql "$(postgres_sql 'SELECT number, encode(entry, $$hex$$) FROM leaf ORDER BY number' | tr '|' ' ' | python3 "$INTOTO_SOURCE/tests/store/age.py" - 11)"
intoto store hold add --name case --by legal --reason why "$(id_of app)"
prints 'default  10d' 'classes are listed' intoto store retention
prints 'removed: 8 entries, 8 objects' 'what is due goes' intoto store gc --by alice --reason 'its time is over'
is "$(found)" app 'what is held stays'
refuses 66 'by alice: its time is over' 'who asks is told' intoto store get "$(id_of app.cdx.json)"
postgres_sql 'DELETE FROM hold'
refuses 1 'QUIETLY RELEASED' 'a hold that was dropped is found' intoto store fsck --verifier log.vkey --checkpoint four.checkpoint
refuses 66 'nothing of it is held' 'it cannot be released any more' intoto store hold release --name case --by legal --reason closed

# --- many writers --------------------------------------------------------------------------------------------------
# writer NUMBER: puts 12 documents, in threes, and notes those that were acknowledged
writer() {
	local one

	mkdir -p "writer$1"
	for one in $(seq 12); do echo "writer $1 document $one" >"writer$1/$one"; done
	for one in $(seq 1 3 12); do
		intoto store put "writer$1/$one" "writer$1/$((one + 1))" "writer$1/$((one + 2))" common >>"writer$1.said" 2>>"writer$1.errors"
	done
}
echo common >common
for number in 1 2 3 4 5 6 7 8; do writer $number & done
wait
is "$(cat writer?.errors)" '' '8 writers at once, and none fails'
is "$(grep -h '  put  ' writer?.said | wc -l)" 97 'each document is put, and what all of them have, once'
is "$(grep -h '  put  ' writer?.said | cut -d' ' -f3 | sort -n | uniq | wc -l)" 97 'each has its own number'
is "$(intoto store search --format=json --limit 1000 | jq -r .id | sort -u | wc -l)" 98 'nothing is lost'
ok 'the log has no gaps' sh -c 'intoto store fsck --format=json | grep -qv "log\."'

# --- killed ------------------------------------------------------------------------------------------------------------
# Every acknowledged put is there, and every row has its object.
nothing_is_lost() {
	local id

	intoto store search --format=json --limit 10000 | jq -r .id | sort >there
	sed -n 's/^\(sha256:[0-9a-f]*\)  .*/\1/p' "$@" | sort -u >acknowledged
	[ -s acknowledged ] || { diag 'nothing was acknowledged'; return 1; }
	comm -23 acknowledged there >lost
	[ ! -s lost ] || { diag "lost: $(wc -l <lost)"; return 1; }
	intoto store fsck --format=json | grep -E '"(object|entry|log)\.(missing|changed|gap|edge|leaf)' >faults
	not grep . faults
}
killed_writers() {
	local round pid

	for round in $(seq 6); do
		for number in 1 2 3; do
			mkdir -p "killed$number"
			for one in $(seq 40); do echo "round $round writer $number document $one" >"killed$number/$one"; done
			intoto store put "killed$number"/* >>"killed$number.said" 2>/dev/null &
		done
		sleep "0.0$((RANDOM % 9))"
		for pid in $(jobs -p); do [ $((RANDOM % 3)) -eq 0 ] || kill -KILL "$pid" 2>/dev/null; done
		wait
	done 2>/dev/null
	nothing_is_lost killed?.said
}
ok 'writers that are killed lose nothing that was acknowledged' killed_writers
killed_server() {
	local round

	for round in 1 2; do
		for number in 1 2 3 4; do
			mkdir -p "orphan$number"
			for one in $(seq 60); do echo "server round $round writer $number document $one" >"orphan$number/$one"; done
			(for one in $(seq 1 10 60); do
				intoto store put $(seq -f "orphan$number/%g" "$one" $((one + 9))) >>"orphan$number.said" 2>>orphan.errors
			done) &
		done
		sleep "0.$((RANDOM % 4))"
		postgres_kill
		wait
		postgres_again || return 1
	done
	nothing_is_lost orphan?.said
}
ok 'nor does a server that is killed' killed_server
refuses 0 '' 'and goes on' intoto store put common
# libpq itself prints what a server says between its welcome and the first command.
ok 'its clients said so' not grep -v -e '^intoto store put: postgresql://127.0.0.1' -e '^FATAL:  terminating connection' orphan.errors

# --- a server that is started anew ---------------------------------------------------------------------------------------
# Line by line, so that the connection is there before.
through_a_restart() {
	local first second pid

	coproc intoto store put --jsonl - 2>restart.errors
	pid=$COPROC_PID
	echo '{"before":1}' >&"${COPROC[1]}"
	read -r -t 20 first <&"${COPROC[0]}" || return
	postgres_kill && postgres_again || return
	echo '{"after":1}' >&"${COPROC[1]}"
	read -r -t 20 second <&"${COPROC[0]}" || return
	eval "exec ${COPROC[1]}>&-"
	wait "$pid" && [ -n "$first" ] && [ -n "$second" ]
}
ok 'is spoken with again, by who did nothing then' through_a_restart
postgres_stop
refuses 69 'postgresql://127.0.0.1' 'a server that is gone is said to be' intoto store put common
done_testing
