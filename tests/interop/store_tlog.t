#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The log of a store, read by Go's own transparency log library: its tiles over HTTPS, its proofs as files.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
command -v go >/dev/null || skip_all 'there is no Go compiler'
INTOTO_TEST_STORE_PROGRAM=$(command -v intoto)
. "$INTOTO_SOURCE/tests/serve/server.sh"

prints() { local text=$1 sentence=$2; shift 2; refuses 0 "$text" "$sentence" "$@"; }
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/gocache GOFLAGS=
ok 'the checker is compiled' go build -o tlog "$INTOTO_SOURCE/tests/interop/store_tlog.go"
server_keys
tokens
intoto store init --store place --log-name example.org/evidence >key.vkey
mkdir many
for ((i = 0; i < 700; i++)); do echo "$i" >"many/$i"; done
(cd many && intoto store put -q --store ../place $(seq 0 299))
intoto store log --store place >old
(cd many && intoto store put -q --store ../place $(seq 300 699))
intoto store log --store place >new
leaf() { python3 -c "import sqlite3; print(sqlite3.connect('file:place/index.sqlite?mode=ro', uri=True).execute('SELECT entry FROM leaf WHERE number = $1').fetchone()[0].decode(), end='')"; }

# --- proofs ---
for number in 0 255 256 699; do
	intoto store log --store place --prove $number >proof
	leaf $number >entry
	prints "the leaf is number $number" "Go believes the proof of $number" ./tlog proof key.vkey proof entry
done
echo x >>entry
refuses 1 'proof: invalid' 'and not that of another leaf' ./tlog proof key.vkey proof entry
intoto store log --store place --consistent-since 300 >hashes
prints '300 entries are the beginning of 700' 'Go believes that the log grew' ./tlog consistent key.vkey old new hashes
sed '1d' hashes >fewer
refuses 1 'consistency: ' 'and not with a hash less' ./tlog consistent key.vkey old new fewer
sed '2s/700/701/' new >longer
refuses 1 'checkpoint: ' 'nor a checkpoint that was changed' ./tlog consistent key.vkey old longer hashes

# --- tiles ---
ok 'the server starts' server_start --tokens tokens.json
prints '700 entries are in the signed tree' 'Go reads the whole log by its tiles' ./tlog log key.vkey "$url" "${token[reader]}" server.crt
intoto store init --store other --log-name example.org/evidence >other.vkey
refuses 1 'checkpoint: ' 'and not with the key of another log' ./tlog log other.vkey "$url" "${token[reader]}" server.crt
server_stop
python3 -c "import sqlite3; db = sqlite3.connect('place/index.sqlite'); db.execute('UPDATE leaf SET entry = (SELECT entry FROM leaf WHERE number = 5) WHERE number = 4'); db.commit()"
ok 'it starts again' server_start --tokens tokens.json
refuses 1 '/log/tile/entries/000: status 403' 'it gives no entry that was changed' ./tlog log key.vkey "$url" "${token[reader]}" server.crt
done_testing
