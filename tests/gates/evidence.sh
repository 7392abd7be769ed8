# SPDX-License-Identifier: Apache-2.0
# Evidence for the tests of gates, behind tap.sh and chain.sh.
#
#	statement FILE SIGNERS TYPE PREDICATE [SUBJECTS]   a signed statement about "app"
#	statement FILE - TYPE PREDICATE                    the same that nobody signed
#	scan RESULTS [SCANNER [MORE]]                      a vulns predicate of 2026-02-01; MORE are members of metadata
#	found ID SEVERITY PURL [MORE]                      one result; MORE are members of its annotation
#	vex AUTHOR STATEMENTS                              an OpenVEX document
#	says ID STATUS PURL [MORE]                         one statement of it
vulns=https://in-toto.io/attestation/vulns/v0.2
openvex=https://openvex.dev/ns
cyclonedx=https://cyclonedx.org/bom
spdx=https://spdx.dev/Document
results=https://in-toto.io/attestation/test-result/v0.1

statement() {
	local signer file=$1 body

	mkdir -p "$(dirname "$file")"
	body=$(printf '{"_type":"https://in-toto.io/Statement/v1","subject":[%s],"predicateType":"%s","predicate":%s}' \
		"${5:-{\"name\":\"app\",\"digest\":$(sha 1)\}}" "$3" "$4")
	[ "$2" != - ] || { printf '%s' "$body" >"$file"; return; }
	printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}\n' "$(printf '%s' "$body" | base64 -w0)" >statement.tmp
	for signer in $2; do intoto sign -q --unchecked -f statement.tmp -k "$signer.pem" -o statement.tmp || return; done
	mv statement.tmp "$file"
}
scan() {
	printf '{"scanner":{"uri":"pkg:github/x/%s@1","db":{"lastUpdate":"2026-02-01T00:00:00Z"},"result":[%s]},"metadata":{"scanStartedOn":"2026-02-01T10:00:00Z","scanFinishedOn":"2026-02-01T10:00:05Z"%s}}' \
		"${2:-grype}" "$1" "${3:+,$3}"
}
found() {
	printf '{"id":"%s","severity":[{"method":"nvd","score":"%s"}],"annotations":[{"purl":"%s"%s}]}' "$1" "$2" "$3" "${4:+,$4}"
}
vex() {
	printf '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex","author":"%s","timestamp":"2026-01-10T00:00:00Z","version":1,"statements":[%s]}' "$1" "$2"
}
says() {
	printf '{"vulnerability":{"name":"%s"},"products":[{"@id":"%s"}],"status":"%s","justification":"vulnerable_code_not_present","action_statement":"update"%s}' \
		"$1" "$3" "$2" "${4:+,$4}"
}
