#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto exception: made, signed, shown; and what intoto verify takes for one under a layout's terms.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob carol eve
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

create() { intoto exception create -f --id EX-7 --owner alice@example.org --reason 'it is not reachable' "$@"; }
# excuse KEY [OPTIONS]: EX-7 beside the links
excuse() {
	local key=$1
	shift
	create --gate require --finding sbom --not-before 2026-01-01T00:00:00Z --expires 2026-02-01T00:00:00Z \
		--ticket SEC-1 --signing-key "$key.pem" -o links/EX-7.exception.json "$@"
}
shown() { intoto exception show EX-7.exception.json --format=json | python3 -c 'import json,sys; e=json.load(sys.stdin)[0]; x=e["exception"]; print(eval(sys.argv[1]))' "$1"; }

# --- making one ------------------------------------------------------------------------------------------
ok 'creates one' create --gate require --finding CVE-2024-1 --finding CVE-2024-2 --package 'pkg:deb/debian/zlib@*' --ticket SEC-1 \
	--step build --artifact "sha256:$(printf '%064d' 1)" --not-before 2026-01-01T00:00:00Z --expires 2026-02-01T00:00:00Z
is "$(shown 'x')" "{'_type': 'exception', 'expires': '2026-02-01T00:00:00Z', 'id': 'EX-7', 'notBefore': '2026-01-01T00:00:00Z', 'owner': 'alice@example.org', 'reason': 'it is not reachable', 'scope': {'artifacts': [{'sha256': '$(printf '%064d' 1)'}], 'findings': ['CVE-2024-1', 'CVE-2024-2'], 'gate': 'require', 'packages': ['pkg:deb/debian/zlib@*'], 'steps': ['build']}, 'ticket': 'SEC-1'}" 'with these members'
is "$(shown 'e["signatures"]')" '[]' 'and nobody has signed it'
passes_with 'signed by    nobody yet' 'as show says' intoto exception show EX-7.exception.json
ok 'signs it' intoto exception sign EX-7.exception.json --signing-key bob.pem
ok 'and lets another sign too' intoto exception sign EX-7.exception.json --signing-key carol.pem
is "$(shown 'len(e["signatures"])')" 2 'so that two have'
mkdir -p many && cp EX-7.exception.json many/
passes_with 'EX-7 expires-soon from 2026-01-01T00:00:00Z until 2026-02-01T00:00:00Z require: CVE-2024-1, CVE-2024-2 in the package pkg:deb/debian/zlib@* in the step build' \
	'lists those of a folder' intoto exception list many --at 2026-01-15T00:00:00Z
passes_with 'EX-7 expired' 'says whose time is over' intoto exception list many --at 2027-01-15T00:00:00Z
passes_with 'EX-7 pending' 'and whose has not come' intoto exception list many --at 2025-01-15T00:00:00Z
ok 'lasts 30 days when nothing is said' create --gate require --finding x
is "$(shown '(lambda d: (d.fromisoformat(x["expires"][:-1]) - d.fromisoformat(x["notBefore"][:-1])).days)(__import__("datetime").datetime)')" 30 'from now on'
refuses 64 'exception.scope: would excuse everything' 'a scope must name something' create --gate require --step build
refuses 64 'exception.scope.packages[0]: a star can only stand at the end' 'a star alone would be everything' create --gate require --package '*'
refuses 64 'exception.scope.gate: no gate is called so' 'the gate must exist' create --gate prayer --finding x
refuses 64 'so it never holds' 'it ends after it begins' create --gate require --finding x --expires 2020-01-01T00:00:00Z
refuses 64 'exception.id: want an id' 'the id names a file' create --id ../x --gate require --finding x -o y
refuses 65 'payloadType: want' 'shows no other document' intoto exception show "$(printf '{"payloadType":"a/json","payload":"e30=","signatures":[]}' >other.json; echo other.json)"
refuses 65 'payloadType: want' 'and signs none' intoto exception sign other.json --signing-key bob.pem
refuses 66 'no.json' 'a file that is not there is told' intoto exception show no.json
rm EX-7.exception.json
ok 'does not replace a file' bash -c '! (intoto exception create --id E --owner o --reason r --gate require --finding x && intoto exception create --id E --owner o --reason r --gate require --finding x)'

# --- under a layout's terms ------------------------------------------------------------------------------
# gated [OPTIONS]: a layout whose step "build" wants an SBOM that is not there, and excuses
gated() {
	rm -rf links && mkdir links
	layout root.layout owner 'alice bob carol' "$(step build alice 1 '' '')"
	link links build alice '' "\"out\":$(sha 1)"
	intoto layout add-gate root.layout build 'require:{"predicates":["sbom"]}' --drop-signatures &&
		{ [ $# -eq 0 ] || intoto layout allow-exceptions root.layout "$@"; } && intoto sign -q -f root.layout -k owner.pem
}
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --at 2026-01-15T00:00:00Z "$@"; }
security='--key bob.pem.pub'
# shellcheck disable=SC2086 # options in one word
{
gated $security; refuses 1 '0 found, and at least 1 must be there' 'without an exception it is refused' verify
excuse bob; passes_with 'excused    layout: EX-7: was used 1 time, until 2026-02-01T00:00:00Z, by alice@example.org (SEC-1), for require: sbom: it is not reachable [gate.exception]' \
	'with one it passes, and says so' verify
ok 'also in JSON' bash -c 'intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links --at 2026-01-15T00:00:00Z --format=json | python3 -c "import json,sys; e=json.load(sys.stdin)[\"exceptions\"]; assert [(x[\"id\"],x[\"ticket\"],x[\"used\"]) for x in e]==[(\"EX-7\",\"SEC-1\",1)], e"'
ok 'writes a VSA' verify --vsa vsa.json --signing-key owner.pem --verifier-id https://example.org/v --resource-uri https://example.org/r -q
is "$(python3 -c 'import json,base64; p=json.loads(base64.b64decode(json.load(open("vsa.json"))["payload"]))["predicate"]; print(p["intoto"]["exceptions"][0]["id"], p["intoto"]["exceptions"][0]["owner"], sum("EX-7" in a["uri"] for a in p["inputAttestations"]))')" \
	'EX-7 alice@example.org 1' 'that names the exception, also among its inputs'
ok 'and an SVR' verify --svr svr.json --signing-key owner.pem --verifier-id https://example.org/v -q
is "$(python3 -c 'import json,base64; p=json.loads(base64.b64decode(json.load(open("svr.json"))["payload"]))["predicate"]; print(p["intoto"]["exceptions"][0]["id"])')" EX-7 'that names it'
mkdir -p apart; mv links/EX-7.exception.json apart/; refuses 1 '0 found' 'one in another folder is not found' verify
ok 'unless it is named' verify --exceptions apart/EX-7.exception.json
ok 'or its folder' verify --exceptions apart
mv apart/EX-7.exception.json links/
refuses 1 'EX-7.exception.json: is over since 2026-02-01T00:00:00Z' 'its time ends' verify --at 2026-02-01T00:00:00Z
refuses 1 'EX-7.exception.json: holds only from 2026-01-01T00:00:00Z' 'and begins' verify --at 2025-12-31T00:00:00Z
excuse carol; refuses 1 'is signed by 0 of the people whom the layout lets excuse, and 1 must have' 'who signs it must be allowed to' verify
excuse eve; refuses 1 'is signed by 0 of the people' 'a stranger is not' verify
excuse bob; sed -i 's/"payload":"ey/"payload":"eyI/' links/EX-7.exception.json; refuses 1 'EX-7.exception.json' 'a changed one is none' verify
excuse bob --step pack; refuses 1 '0 found' 'it holds in its step only' verify
excuse bob --step build; ok 'and there it does' verify
create --gate require --finding other --not-before 2026-01-01T00:00:00Z --expires 2026-02-01T00:00:00Z --signing-key bob.pem -o links/EX-7.exception.json
refuses 1 '0 found' 'and for its finding' verify
gated; excuse bob; refuses 1 'does not count: the layout takes no exceptions' 'a layout that says nothing takes none' verify
gated $security --max-days 20; excuse bob; refuses 1 'lasts 31 days, and the layout allows 20' 'one that lasts too long does not count' verify
gated $security --max-days 31; excuse bob; ok 'one that does not, does' verify
gated $security --require-ticket; excuse bob; ok 'a ticket can be wanted' verify
create --gate require --finding sbom --not-before 2026-01-01T00:00:00Z --expires 2026-02-01T00:00:00Z --signing-key bob.pem -o links/EX-7.exception.json
refuses 1 'names no ticket, and the layout wants one' 'and is then missed' verify
gated $security --key carol.pem.pub --threshold 2; excuse bob; refuses 1 'is signed by 1 of the people' 'two can be wanted' verify
intoto exception sign links/EX-7.exception.json --signing-key carol.pem; ok 'and are then enough' verify
}
ok 'the layout says it' bash -c "intoto layout show root.layout | grep -q 'exceptions   signed by 2 of'"
ok 'and its gates' bash -c "intoto layout show root.layout | grep -q 'gates        require: at least 1 of sbom'"
refuses 64 '2 people can never sign' 'a threshold that nobody meets is refused' bash -c 'intoto layout init l -f --expires-in 1d && intoto layout allow-exceptions l --key bob.pem.pub --threshold 2; exit $(( $? == 65 ? 64 : $? ))'
done_testing
