#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Clients that are slow, many, rude, or known by a certificate; and how the server is stopped.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/serve/server.sh"
. "$INTOTO_SOURCE/tests/lib/certificates.sh"
command -v python3 >/dev/null || skip_all 'there is no python3'

server_keys
tokens
rude() { timeout 30 python3 "$INTOTO_SOURCE/tests/serve/slow.py" "$1" 127.0.0.1 "${url##*:}" server.crt "${token[both]}" "${@:2}"; }
cut_after() {
	local what=$1 seconds
	shift

	read -r what seconds < <(rude "$@" | sed 's/cut off/cut/')
	[ "$what" = cut ] && [ "$seconds" -ge 1 ] && [ "$seconds" -le 10 ] || { echo "$what after $seconds s"; return 1; }
}

# --- slow ones ---
ok 'starts with little patience' server_start --tokens tokens.json --accept any --patience 1 --min-rate 10000000 --workers 2
head -c 20000000 /dev/urandom >large
ok 'takes a large file' asked 200 -H "$(as both)" --data-binary @large /v1/upload
cut_after x handshake >handshake 2>&1 & cut_after x head >head 2>&1 & cut_after x body >body 2>&1 &
(cut_after x reader "$(sha256sum large | cut -c1-64)" >reader 2>&1; echo $? >reader.status) &
# Meanwhile the others are served.
begun=$(date +%s%N)
for i in 1 2 3 4 5 6 7 8 9 10; do asked 200 -H "$(as reader)" /v1/search >/dev/null || echo "$i" >>missed; done
ok 'serves the others meanwhile' test ! -e missed
ok 'as if nothing were' test $((($(date +%s%N) - begun) / 1000000)) -lt 4000
for i in $(jobs -p); do [ "$i" = "$server" ] || wait "$i"; done
for kind in handshake head body reader; do ok "cuts off who is slow: $kind" test ! -s $kind; done
is "$(jq -r 'select(.outcome == "slow") | .method // "none"' audit.log | sort | xargs)" 'GET POST none none' 'and has it in the audit log'
is "$(ls spool/*)" '' 'and keeps nothing of it'

# --- rude ones ---
ok 'bears who goes away in the middle' rude abort
is "$(rude smuggle | cut -d' ' -f2)" 400 'refuses a body with two lengths'
ok 'bears what is no HTTP' rude garbage
ok 'goes on' asked 200 -H "$(as reader)" /v1/search
server_stop

# --- many ---
ok 'starts for few' server_start --tokens tokens.json --max-connections 50 --max-connections-per-address 20 --patience 3
is "$(rude many 60 | cut -d' ' -f1)" 20 'holds no more from one address than it should'
ok 'and serves again when they are gone' asked 200 -H "$(as reader)" /v1/search
server_stop

# --- the store, and the audit log, fail ---
export INTOTO_TEST_STORE_DOWN=$PWD/down
ok 'starts' server_start --tokens tokens.json --accept any
touch down
refuses 0 'the store cannot be reached now' 'says that the store is away' asked 503 -H "$(as reader)" /v1/search
ok 'and not where it is' lacks answer secret.host
ok 'but to those who run it' has audit.log 'secret.host: no route'
ok 'and when to come again' grep -qi '^retry-after:' headers
refuses 0 'cannot be reached' 'acknowledges nothing then' asked 503 -H "$(as writer)" --data-binary @server.crt /v1/upload
rm down
ok 'finds the store again' asked 200 -H "$(as reader)" /v1/search
server_stop
unset INTOTO_TEST_STORE_DOWN
if [ -c /dev/full ]; then
	ok 'starts with an audit log that cannot be written' server_start --tokens tokens.json --accept any --audit-log /dev/full
	asked 200 -H "$(as reader)" /v1/search >/dev/null
	refuses 0 'the audit log cannot be written' 'answers nothing then' asked 503 -H "$(as reader)" /v1/search
	server_stop
fi

# --- certificates ---
ok 'there are authorities' eval 'authority people && authority others'
purpose='extendedKeyUsage=clientAuth'
client() {
	# shellcheck disable=SC2086 # two dates
	key "$1" && certify "$1" "$2" "/CN=$1" ${3-$long} 'basicConstraints=CA:FALSE' "$purpose"
}
ok 'and people' eval 'client ann people && client bea people && client eve others &&
	client old people "20200101000000Z 20210101000000Z"'
purpose='extendedKeyUsage=serverAuth'
ok 'and a server' client host people
for name in ann eve old host; do
	"$store" store token create --tokens tokens.json --name "$name" --rights read --certificate $name.pem || exit 1
done
by() { asked "$1" --cert "$2.pem" --key "$2.key" "${@:3}" /v1/search; }
ok 'starts for them' server_start --tokens tokens.json --accept any --client-ca people.pem
ok 'knows one by her certificate' by 200 ann
is "$(jq -r .who audit.log | tail -n 1)" ann 'and by her name'
refuses 0 'no right to write' 'who writes nothing' asked 403 --cert ann.pem --key ann.key --data-binary @tokens.json /v1/upload
ok 'a token counts for more' by 200 ann -H "$(as both)"
refuses 0 'there is no such token' 'also when it is none' by 401 ann -H 'Authorization: Bearer x'
refuses 0 'want a token' 'who has no row has no right' by 401 bea
refuses 0 'want a token' 'nor has who comes from elsewhere' by 401 eve
refuses 0 'want a token' 'nor whose time is over' by 401 old
refuses 0 'want a token' 'nor what is a server' by 401 host
refuses 0 'want a token' 'nor who shows none' asked 401 /v1/search
server_stop
ok 'starts without them' server_start --tokens tokens.json
refuses 0 'want a token' 'and looks at none' by 401 ann
server_stop

# --- stopping ---
export INTOTO_TEST_PUT_MS=1500
ok 'starts' server_start --tokens tokens.json --accept any
(asked 200 -H "$(as writer)" --data-binary @tokens.json /v1/upload >/dev/null; echo $? >last) &
last=$!
for ((i = 0; i < 100; i++)); do [ -n "$(ls spool/* 2>/dev/null)" ] && break; sleep 0.02; done
sleep 0.2
server_stop
wait $last
is "$(cat last) $server_status" '0 0' 'finishes what was begun when it is told to stop'
unset INTOTO_TEST_PUT_MS
ok 'starts' server_start --tokens tokens.json --accept any --grace 1
(rude body >/dev/null 2>&1) & slow=$!
sleep 0.5
begun=$(date +%s%N)
server_stop
ok 'but does not wait for ever' test $((($(date +%s%N) - begun) / 1000000)) -lt 5000
is "$server_status" 0 'and says that it went well'
wait $slow
is "$(ls spool)" '' 'and leaves nothing behind'
done_testing
