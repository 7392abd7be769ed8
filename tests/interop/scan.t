#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The attestor "scan" on what real tools write here and now: npm audit, against a registry of our own that
# answers as the real one does, and the analysers of clang and gcc, as SARIF.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/attestor.sh"

command -v jq >/dev/null || skip_all 'jq is not installed'
attestor=scan

# --- npm audit ---------------------------------------------------------------------------------------
cat >registry.py <<'X'
import http.server, json, sys
advisory = {"minimist": [{"id": 1096466, "url": "https://github.com/advisories/GHSA-xvch-5gv4-984h",
    "title": "Prototype Pollution in minimist", "severity": "critical", "vulnerable_versions": "<0.2.4",
    "cwe": ["CWE-1321"], "cvss": {"score": 9.8, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}
versions = {v: {"name": "minimist", "version": v, "dist": {}} for v in ("0.0.8", "0.2.4")}
class Registry(http.server.BaseHTTPRequestHandler):
    def answer(self, what):
        text = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(advisory if sys.argv[1] == "found" else {})
    def do_GET(self):
        self.answer({"name": "minimist", "dist-tags": {"latest": "0.2.4"}, "versions": versions})
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Registry)
open("port", "w").write(str(server.server_address[1]))
server.serve_forever()
X
# audit ANSWER: what npm prints for a project with one dependency
audit() {
	local pid status

	rm -f port
	python3 registry.py "$1" &
	pid=$!
	for _ in $(seq 100); do [ -s port ] && break; sleep 0.05; done
	echo '{"name":"x","version":"1.0.0","dependencies":{"minimist":"0.0.8"}}' >package.json
	echo '{"name":"x","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"x","version":"1.0.0","dependencies":{"minimist":"0.0.8"}},"node_modules/minimist":{"version":"0.0.8","resolved":"http://127.0.0.1/minimist.tgz","integrity":"sha512-AAAA"}}}' >package-lock.json
	timeout 60 npm audit --json --registry="http://127.0.0.1:$(cat port)/" >audit.json 2>npm.err
	status=$?
	kill "$pid"
	wait "$pid" 2>/dev/null
	return $status
}
if command -v npm >/dev/null && command -v python3 >/dev/null; then
	ok 'npm audit finds something' not audit found
	ok 'its report is read' attest audit.json
	is "$(of '[.metadata.intotoFormat, (.metadata.intotoComplete | tostring), .scanner.result[0].id, .scanner.result[0].severity[0].score, .scanner.result[0].annotations[0].package] | join(" ")')" \
		'npm true GHSA-xvch-5gv4-984h critical minimist' 'as a whole, with the advisory'
	ok 'npm audit finds nothing' audit nothing
	ok 'and that is read too' attest audit.json
	is "$(of '[(.metadata.intotoComplete | tostring), (.scanner.result | length | tostring)] | join(" ")')" 'true 0' 'as clean'
	timeout 60 npm audit --json --registry=http://127.0.0.1:1/ --fetch-retries=0 >audit.json 2>npm.err
	refuses 1 'an error instead of a report' 'what it prints without its registry is refused' attest audit.json
else
	skip 'npm or python3 is not installed' 'the report of npm audit is read'
fi

# --- analysers of compilers --------------------------------------------------------------------------
cat >fault.c <<'X'
int main(int argc, char **argv)
{
	int *nowhere = 0;

	if (argc > 3)
		return *nowhere;
	return argv[0][0];
}
X
if command -v clang >/dev/null && clang --analyze -Xanalyzer -analyzer-output=sarif -o clang.sarif fault.c 2>/dev/null && [ -s clang.sarif ]; then
	ok 'SARIF of clang is read' attest clang.sarif
	is "$(of '[.metadata.intotoFormat, .scanner.result[0].annotations[0].rule, .scanner.result[0].severity[0].score] | join(" ")')" \
		'sarif core.NullDereference medium' 'with what it found'
else
	skip 'clang cannot analyse here' 'SARIF of clang is read'
fi
if gcc -fanalyzer -fdiagnostics-format=sarif-file -c fault.c -o fault.o 2>/dev/null && [ -s fault.c.sarif ]; then
	ok 'SARIF of gcc is read' attest fault.c.sarif
	is "$(of '.scanner.result[0].annotations[0] | .kind + " " + (.rule | startswith("-Wanalyzer") | tostring)')" 'code true' 'with what it found'
else
	skip 'gcc writes no SARIF here' 'SARIF of gcc is read'
fi

done_testing
