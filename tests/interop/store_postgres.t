#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A store in PostgreSQL where things go wrong: TLS, a line that is cut at any byte, a server that says nothing, eight
# writers while it is killed; and what it answers beside the same store in SQLite.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/postgres.sh"

postgres_start || skip_all 'there is no PostgreSQL'
prints() {
	refuses 0 "$@"
}
host=127.0.0.1:$postgres_port
export INTOTO_STORE=$postgres INTOTO_STORE_LOG_KEY=$PWD/log.key
intoto store init --objects "$PWD/objects" --log-name example.org/log >log.vkey
id_of() { echo "sha256:$(sha256sum "$1" | cut -c -64)"; }
# Whoever runs the database may think less of durability than a put does.
postgres_sql 'ALTER DATABASE postgres SET synchronous_commit = off'

# --- TLS: what libpq can do (its SCRAM knows no channel binding to Ed25519) ------------------------------------------------------------------------------
refuses 69 'does not support SSL' 'TLS that is wanted and not had' intoto store search --store "$postgres?sslmode=require"
certificates() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj '/CN=ca' -days 2 &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj '/CN=localhost' &&
		printf 'subjectAltName=DNS:localhost\n' >server.ext &&
		openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.crt &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.crt -subj '/CN=ca' -days 2 &&
		cp server.crt server.key "$postgres_folder/data/" && chmod 600 "$postgres_folder/data/server.key" &&
		{ [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$postgres_folder"/data/server.*; } &&
		postgres_sql 'ALTER SYSTEM SET ssl = on' && postgres_sql 'SELECT pg_reload_conf()' && sleep 0.5
}
ok 'a server gets a certificate' certificates
tls=postgresql://tester:secret-of-the-test@localhost:$postgres_port/postgres
ok 'a server whose name and authority are good' intoto store search --store "$tls?sslmode=verify-full&sslrootcert=$PWD/ca.crt&hostaddr=127.0.0.1"
refuses 69 'certificate verify failed' 'that of a stranger' intoto store search --store "$tls?sslmode=verify-full&sslrootcert=$PWD/other.crt&hostaddr=127.0.0.1"
refuses 69 'does not match host name' 'that of another host' intoto store search --store "$postgres?sslmode=verify-full&sslrootcert=$PWD/ca.crt"

# --- beside SQLite -----------------------------------------------------------------------------------------
cat >envelope.py <<'P'
import base64, json

def envelope(names, kind, value, raw=None):
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": kind, "predicate": {},
                 "subject": [{"name": name, "digest": {"sha256": value, "other": name}} for name in names]}
    payload = raw or json.dumps(statement, ensure_ascii=False).encode()
    return json.dumps({"payloadType": "application/vnd.in-toto+json", "payload": base64.b64encode(payload).decode(),
                       "signatures": [{"keyid": "k", "sig": "AA=="}]})
P
python3 - <<'P'
from envelope import envelope
names = ["a", "A", "ab", "a%b", "a_b", "a\\b", "é", "e\u0301", "日本", "z", "Z", "~", "\U0001f600", "a/b/c.o", "a b", "'", '"', "$1", "x" * 3000]
for i, name in enumerate(names):
    open("statement.%02d.json" % i, "w").write(envelope([name], "https://example.org/" + name[:20], "%064x" % i))
open("statement.bytes.json", "w").write(envelope([], "", "", b'{"_type":"https://in-toto.io/Statement/v1","subject":'
    b'[{"name":"b\xff\xfe","digest":{"sha256":"\xc0"}}],"predicateType":"x\\u0000y","predicate":{}}'))
P
intoto store put -q statement.*
intoto store init --store lite >/dev/null && intoto store put -q --store lite statement.*
# same CONDITION...: both find the same, in the same order, put when it may
same() {
	intoto store search --format=json --limit 1000 "$@" | jq -c 'del(.put)' >ours &&
		intoto store search --store lite --format=json --limit 1000 "$@" | jq -c 'del(.put)' >lite.found &&
		cmp ours lite.found
}
# finds COUNT SENTENCE CONDITION...
finds() {
	local count=$1 sentence=$2
	shift 2
	ok "$sentence: both the same" same "$@"
	is "$(grep -c . ours)" "$count" "... $count"
}
finds 20 'all'
finds 7 'a beginning' --name 'a*'
finds 1 'a name with a percent sign' --name 'a%*'
finds 1 'with an underscore' --name 'a_*'
finds 5 'a character' --name 'a?b*'
finds 1 'a backslash' --name 'a\*'
finds 1 'a letter with an accent' --name 'é*'
finds 1 'letters of three bytes' --name '日*'
finds 1 'one of four' --name '?' --type "$(printf 'https://example.org/\360\237\230\200')"
finds 1 'a quote' --name "'"
finds 1 'a parameter' --name '$1'
ok 'half a character is no reason to fail' intoto store search --name "$(printf '\346\227*')"
ok 'what was no text is in both' sh -c 'intoto store fsck -q && intoto store fsck -q --store lite'

# --- indexes ---------------------------------------------------------------------------------------------------
python3 -c '
from envelope import envelope
for i in range(12000):
    print(envelope(["src/part-%06d.o" % (i * 7919 % 100000)], "p", "%016x%048x" % (i + 1000, 0)))' >many.jsonl
ok '12,000 are put' intoto store put -q --jsonl many.jsonl
postgres_sql 'ANALYZE'
# plan CONDITION: how the server looks for a subject, as the search asks (query.c)
plan() {
	postgres_sql "EXPLAIN SELECT s.entry FROM (WITH RECURSIVE part(n) AS (SELECT (SELECT max(number) FROM entry) / 131072 UNION ALL
		SELECT n - 1 FROM part WHERE n > 0) SELECT n FROM part) p CROSS JOIN subject s WHERE s.entry / 131072 = p.n AND $1"
}
ok 'a digest is found by its index' grep -q 'subject_value' <(plan "substr(s.value, 1, 8) = decode('$(printf %016x 1500)', 'hex') AND s.value = decode('$(printf %016x%048x 1500 0)', 'hex')")
ok 'a name, too' grep -q 'subject_name' <(plan "s.name = 'src/part-000001.o'")
ok 'and the beginning of one' grep -q 'subject_name' <(plan "s.name >= 'src/part-00001' AND s.name < 'src/part-00002' AND s.name LIKE 'src/part-00001%'")

# --- who may only read -----------------------------------------------------------------------------------------
postgres_sql "CREATE ROLE reader LOGIN PASSWORD 'r'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"
prints 'statement.00.json' 'who may only read, finds' intoto store search --store "postgresql://reader:r@$host/postgres" --name a
echo new >new
refuses 74 'permission denied for table' 'and puts nothing' intoto store put --store "postgresql://reader:r@$host/postgres" new

# --- a server that says nothing ----------------------------------------------------------------------------------
python3 -c '
import socket, time
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); c = s.accept(); time.sleep(60)' >port &
silent=$!
until [ -s port ]; do sleep 0.05; done
refuses 69 'timeout expired' 'is not waited for for ever' timeout 30 intoto store search --store "postgresql://me@127.0.0.1:$(cat port)/db?connect_timeout=2"
kill $silent

# --- a line that is cut ----------------------------------------------------------------------------------------------
: >cuts
python3 "$INTOTO_SOURCE/tests/lib/cutter.py" "$host" "$PWD/cuts" >cutter.port 2>cutter.log &
cutter=$!
until [ -s cutter.port ]; do sleep 0.05; done
port=$(sed 's/.*://' cutter.port)
through=postgresql://tester:secret-of-the-test@127.0.0.1:$port/postgres?sslmode=disable
before=$(postgres_sql 'SELECT COUNT(*) FROM entry')
# What is acknowledged is there; what is not, is put again, and then there once.
cut_lines() {
	local way bytes status number=0 failed=0 lost=0

	for way in up down; do
		for bytes in $(seq 40 45 2500); do
			number=$((number + 1))
			printf '{"cut":"%s %s"}' $way "$bytes" >cut.json
			printf '%s %s\n%s %s\n' $way "$bytes" $way "$bytes" >cuts
			timeout 30 intoto store put --store "$through" cut.json >said 2>cut.errors
			status=$?
			: >cuts
			if [ $status -eq 0 ]; then
				[ "$(postgres_sql "SELECT COUNT(*) FROM entry WHERE id = '\\x$(id_of cut.json | cut -c 8-)'")" -eq 1 ] || { cat said; return 1; }
			else
				failed=$((failed + 1))
				! grep -q 'is not acknowledged' cut.errors || lost=$((lost + 1))
				[ $status -eq 69 ] && lacks cut.errors secret || { echo "$way $bytes: $status"; cat cut.errors; return 1; }
				intoto store put -q --store "$through" cut.json || return 1
			fi
		done
	done
	echo "$number puts, $failed of them cut, $lost of these behind the commit"
	[ $failed -gt 20 ] && [ $lost -gt 0 ] && [ "$(postgres_sql 'SELECT COUNT(*) FROM entry')" -eq $((before + number)) ]
}
ok 'a line that is cut at any byte loses nothing, and doubles nothing' cut_lines
diag "$(tail -n 1 "$tap_stdout")"
kill $cutter

# --- eight writers while the server is killed -----------------------------------------------------------------------------
writer() {
	local one

	mkdir -p "of$1"
	for one in $(seq 400); do echo "writer $1 document $one"; done >"lines$1"
	split -l 1 -a 3 "lines$1" "of$1/" && cp new "of$1/common"
	while [ ! -e stop ]; do
		# Some are killed, too.
		if [ $((RANDOM % 4)) -eq 0 ]; then
			timeout -s KILL "0.$((RANDOM % 10))" intoto store put "of$1"/* >>"said$1" 2>/dev/null
		else
			intoto store put "of$1"/* >>"said$1" 2>>"errors$1" && echo "writer $1 goes on $((++rounds))" >"of$1/more$rounds"
		fi
	done
}
storm() {
	local round number pids=()

	for number in 1 2 3 4 5 6 7 8; do
		rounds=0 && writer $number &
		pids+=($!)
	done
	for round in $(seq 8); do
		sleep "$((RANDOM % 2)).$((RANDOM % 10))"
		postgres_kill
		postgres_again || { touch stop; return 1; }
	done
	sleep 1
	touch stop
	wait "${pids[@]}"
	intoto store search --format=json --limit 10000 >/dev/null || return
	postgres_sql "SELECT 'sha256:' || encode(id, 'hex') FROM entry" | sort >there
	cat said? | sed -n 's/^\(sha256:[0-9a-f]*\)  .*/\1/p' | sort -u >acknowledged
	comm -23 acknowledged there >lost
	echo "$(wc -l <acknowledged) acknowledged, $(wc -l <lost) lost, $(cat errors? | grep -c .) times the server was gone"
	[ "$(wc -l <acknowledged)" -gt 3000 ] && [ ! -s lost ] && [ "$(cat errors? | grep -c .)" -gt 4 ]
}
ok '8 writers lose nothing while the server is killed 8 times' storm 2>/dev/null
diag "$(tail -n 1 "$tap_stdout")"
is "$(cut -d' ' -f4 < <(cat said? | grep '  put  ' | sed 's/  */ /g') | grep -c .)" "$(cat said? | grep -c '  put  ')" 'all have a number'
is "$(cat said? | grep '  put  ' | sed 's/  */ /g' | cut -d' ' -f2 | sort -n | uniq -d | wc -l)" 0 'and each another one'
is "$(postgres_sql 'SELECT COUNT(*) = MAX(number) + 1 FROM leaf')" t 'the log has no gaps'
prints 'whole: ' 'rows, objects and log agree' intoto store fsck --verifier log.vkey
postgres_stop
done_testing
