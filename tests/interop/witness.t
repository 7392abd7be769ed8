#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What witness signs (go-witness: certificate, intermediates and timestamps on a DSSE signature)
# verifies here; its timestamp comes from a real authority, openssl behind a small server on this host.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v python3 >/dev/null || skip_all 'there is no python3'
if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" witness sid 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'witness of Debian sid cannot be had'
fi
witness=$folder/witness
. "$INTOTO_SOURCE/tests/lib/certificates.sh"

ok 'there are authorities and people' make_people
root_id=$(intoto layout init ids.layout --expires-in 1d && intoto layout add-root ids.layout root.pem)
ok 'a layout without the intermediate' without_middle
cat >link.json <<'JSON'
{"_type":"link","byproducts":{"return-value":0},"command":["true"],"environment":{},"materials":{},"name":"build","products":{}}
JSON
# sign FOLDER KEY CERTIFICATE [OPTION...]
sign() {
	local folder=$1 key=$2 cert=$3
	shift 3
	mkdir -p "$folder"
	"$witness" sign -f link.json -t application/vnd.in-toto+json --signer-file-key-path "$key" \
		--signer-file-cert-path "$cert" -o "$folder/build.01234567.link" "$@"
}
ok 'witness signs with an intermediate beside the certificate' \
	sign both bob.key bob.pem --signer-file-intermediate-paths middle.pem
ok 'that counts' verify short.layout both
ok 'and without the intermediate' sign alone bob.key bob.pem
refuses 1 'no chain of issuers leads from the certificate' 'it does not' verify short.layout alone
ok 'unless it is given' verify short.layout alone -i middle.pem

make_authority tsaroot tsa
cat >tsa.py <<'PYTHON'
import http.server, subprocess
class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open("question", "wb").write(self.rfile.read(int(self.headers["Content-Length"])))
        answer = subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question",
            "-signer", "tsa.pem", "-inkey", "tsa.key"], check=True, stdout=subprocess.PIPE).stdout
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)
server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
open("port", "w").write(str(server.server_port))
server.handle_request()
PYTHON
timeout 60 python3 tsa.py >tsa.log 2>&1 &
server=$!
for _ in $(seq 100); do
	[ -s port ] && break
	sleep 0.1
done
key brief
certify brief middle /CN=brief/O=Example 20200101000000Z "$(date -u -d '+1 day' +%Y%m%d%H%M%SZ)" \
	'basicConstraints=CA:FALSE' >/dev/null 2>&1
intoto layout init brief.layout --expires 2080-01-01T00:00:00Z >/dev/null
intoto layout add-root brief.layout root.pem middle.pem >/dev/null
intoto layout add-step brief.layout build --quiet --cert-constraint cn=brief
intoto sign -f brief.layout -k owner.key
ok 'witness asks an authority for a timestamp' \
	sign stamped brief.key brief.pem --timestamp-servers "http://127.0.0.1:$(cat port)"
wait $server
later='--at 2070-01-01T00:00:00Z'
# shellcheck disable=SC2086 # two words
ok 'as of which its certificate is good, long after' \
	verify brief.layout stamped $later --timestamp-roots tsaroot.pem
ok 'which is said' has "$tap_out" '(its timestamp)'
# shellcheck disable=SC2086
refuses 1 'the certificate expired' 'and without which it is not' verify brief.layout stamped $later

done_testing
