#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The statement of a trace, read by others: cosign verifies it for each product and refuses another
# key, file and kind; a reader that follows the framework's words finds every member in its place.
# Then: what other tools make of a layout that requires a trace.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v python3 >/dev/null || skip_all 'there is no python3'
for name in owner eve; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
intoto key generate --type ecdsa-p256 --no-passphrase -o bob.pem >/dev/null
mkdir work && cd work || exit 1
echo in >in
sleep 0.05
traced=
for how in '--trace=full --trace-with=user-notification' --trace=full --trace=writes; do
	# shellcheck disable=SC2086 # words
	intoto run -q -n build -m in -p out $how --signing-key ../bob.pem -- \
		sh -c 'cat in >out; cat missing 2>/dev/null; : >"$(printf "b\377")"; true' 2>why && traced=$how && break
done
[ -n "$traced" ] || skip_all "$(tail -n 1 why)"
diag "traced with $traced"
trace=$(echo build.*.trace.intoto.json)
echo other >other

# --- by the words of the framework ----------------------------------------------------------------------
check() {
	python3 - "$trace" out <<'PYTHON'
import base64, hashlib, json, re, sys
envelope = json.load(open(sys.argv[1]))
assert envelope["payloadType"] == "application/vnd.in-toto+json"
s = json.loads(base64.b64decode(envelope["payload"]))
uri = re.compile(r"[a-z][a-z0-9+.-]*:[^ ]+$")
time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

def descriptor(d):
    assert set(d) <= {"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}, d
    assert "uri" in d or "digest" in d or "content" in d, d
    assert all(re.fullmatch("([0-9a-f][0-9a-f])+", v) for v in d.get("digest", {}).values()), d
    assert "uri" not in d or uri.match(d["uri"]), d

assert set(s) == {"_type", "subject", "predicateType", "predicate"}
assert s["_type"] == "https://in-toto.io/Statement/v1"
assert s["predicateType"] == "https://in-toto.io/attestation/runtime-trace/v0.1"
assert s["subject"] and all(x["digest"] for x in s["subject"])
for x in s["subject"]:
    descriptor(x)
assert len({x["name"] for x in s["subject"]}) == len(s["subject"])
p = s["predicate"]
assert uri.match(p["monitor"]["type"]) and isinstance(p["monitor"]["tracePolicy"], dict)
assert uri.match(p["monitoredProcess"]["hostID"]) and uri.match(p["monitoredProcess"]["type"])
assert isinstance(p["monitoredProcess"]["event"], str)
log = p["monitorLog"]
assert any(k in log for k in ("process", "network", "fileAccess"))
for k in ("process", "network"):
    assert all(isinstance(x, dict) for x in log.get(k, []))
for x in log["fileAccess"]:
    descriptor(x)
assert all(time.match(p["metadata"][k]) for k in ("buildStartedOn", "buildFinishedOn"))
# Only these are extensions, and their names are our own.
assert set(p) - {"monitor", "monitoredProcess", "monitorLog", "metadata"} == {"intotoCompleteness"}
want = hashlib.sha256(open(sys.argv[2], "rb").read()).hexdigest()
assert any(x.get("name", "").endswith("/out") and x["digest"]["sha256"] == want for x in log["fileAccess"])
PYTHON
}
ok 'every member is where the specification of the predicate has it' check

# --- cosign ----------------------------------------------------------------------------------------------
bundle() {
	python3 - "$1" <<'PY'
import json, sys
e = json.load(open(sys.argv[1]))
print(json.dumps({
    "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": [],
                             "timestampVerificationData": {"rfc3161Timestamps": []}},
    "dsseEnvelope": {"payload": e["payload"], "payloadType": e["payloadType"],
                     "signatures": [{"sig": s["sig"]} for s in e["signatures"]]},
}))
PY
}
cosign() { # KEY TYPE ARTIFACT
	timeout 60 "$folder/cosign" verify-blob-attestation --bundle trace.bundle --key "$1" --insecure-ignore-tlog --type "$2" "$3"
}
type=https://in-toto.io/attestation/runtime-trace/v0.1
if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" cosign sid 2>peers.log); then
	bundle "$trace" >trace.bundle
	ok 'cosign takes the trace for the product' cosign ../bob.pem.pub $type out
	refuses 1 'do not match' 'not for another file' cosign ../bob.pem.pub $type other
	refuses 1 '' 'not by another key' cosign ../eve.pem.pub $type out
	refuses 1 '' 'and not as another kind' cosign ../bob.pem.pub https://slsa.dev/provenance/v1 out
else
	diag "$(tail -n 3 peers.log)"
	skip 'cosign of Debian sid cannot be had' 'cosign takes the trace'
fi

# --- a layout that requires a trace -----------------------------------------------------------------------
# The chain has no trace, so each tool that passes it has passed over the demand.
cd .. && mkdir demand && cd demand || exit 1
chain() { # FORMAT OPTIONS...
	local format=$1
	shift
	rm -f ./*.link ./*.layout
	intoto layout init demo.layout --expires 2100-01-01T00:00:00Z --format="$format" --readme demo &&
		intoto layout add-step demo.layout build --quiet --key ../bob.pem.pub --keyid-style=legacy "$@" &&
		intoto sign -q -f demo.layout -k ../owner.pem &&
		intoto run -q -n build --format="$format" --signing-key ../bob.pem -- true
}
ours() {
	intoto verify -l demo.layout -k ../owner.pem.pub
}
for format in metablock dsse; do
	ok "a $format layout that requires nothing" chain $format
	ok '... passes' ours
	ok "a $format layout that requires a trace" chain $format --require-trace=full
	refuses 1 'link.trace' '... is refused by us' ours
done

for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto, securesystemslib.interface' 2>/dev/null && break
	python=
done
theirs() {
	in-toto-verify -v -l demo.layout -k owner.json -t ed25519
}
if [ -n "$python" ] && command -v in-toto-verify >/dev/null; then
	intoto key convert --to=json ../owner.pem.pub -o owner.json
	for format in metablock dsse; do
		chain $format --require-trace=full
		theirs >theirs.log 2>&1
		diag "the Python tool, $format: exit status $?, $(tail -n 1 theirs.log)"
	done
	chain metablock --require-trace=full
	refuses 1 '' 'the Python tool does not take a Metablock layout that requires a trace' theirs
else
	skip "Debian's in-toto is not installed" 'the Python tool'
fi
if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang trixie 2>peers.log); then
	for format in metablock dsse; do
		chain $format --require-trace=full
		refuses 1 '' "the Go tool does not take a $format layout that requires a trace" \
			timeout 60 "$folder/in-toto-golang" verify -l demo.layout -k ../owner.pem.pub
		diag "$(tail -n 1 "$tap_out")"
	done
else
	diag "$(tail -n 3 peers.log)"
	skip 'in-toto-golang of Debian trixie cannot be had' 'the Go tool'
fi

done_testing
