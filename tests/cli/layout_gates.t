#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto layout: gates, pins of attestors and terms of exceptions, written, shown, compared, linted.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob
layout() { intoto layout "$@"; }
json() { layout show "${2:-root.layout}" --format=json | python3 -c 'import json,sys; l=json.load(sys.stdin)["layout"]; print(eval(sys.argv[1]))' "$1"; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

new() { layout init root.layout -f --expires-in 90d && layout add-step root.layout build --key alice.pem.pub --quiet; }
sbom='require:{"predicates":["sbom"],"maxAge":"7d"}'

# --- writing -----------------------------------------------------------------------------------------------
new
is "$(json 'l["_type"]')" layout 'without gates a layout is a layout'
ok 'adds gates' layout add-gate root.layout build "$sbom" 'command:{"exit":[0,1]}' --key bob.pem.pub
refuses 64 'the gate names its functionaries itself' 'people are named once' layout add-gate root.layout build 'require:{"predicates":["sbom"],"functionaries":["ab"]}' --key bob.pem.pub
is "$(json 'l["_type"], [g["gate"] for g in l["steps"][0]["expectedAttributes"]], len(l["steps"][0]["expectedAttributes"][0]["functionaries"]), len(l["keys"])')" \
	"('gated-layout', ['require', 'command'], 1, 2)" 'which makes it a gated layout, with the key in it'
ok 'pins an attestor' layout pin-attestor root.layout scan --program /bin/true --level seccomp
is "$(json 'l["attestors"]["scan"]["sha256"][0] == "'"$(sha256sum /bin/true | cut -c1-64)"'", l["attestors"]["scan"]["level"]')" "(True, ['seccomp'])" 'by the digest of its program'
ok 'and another' layout pin-attestor root.layout sbom --attestor-version 1.0
ok 'or the same anew' layout pin-attestor root.layout scan --digest "$(printf '%064d' 1)"
is "$(json 'sorted(l["attestors"]), l["attestors"]["scan"]')" "(['sbom', 'scan'], {'sha256': ['$(printf '%064d' 1)']})" 'which replaces it'
ok 'lets somebody excuse' layout allow-exceptions root.layout --key owner.pem.pub --max-days 90 --require-ticket
is "$(json 'sorted(l["exceptions"].items())[0], l["exceptions"]["requireTicket"]')" "(('maxDays', 90), True)" 'for a while'
cp root.layout whole.layout
refuses 66 "has no step 'pack'" 'the step must be there' layout add-gate root.layout pack "$sbom"
refuses 65 'no gate is called "prayer"; known are command' 'the gate must exist' layout add-gate root.layout build prayer
refuses 65 'gate require: ' 'its members are JSON' layout add-gate root.layout build 'require:{'
refuses 65 'unknown member "mist"' 'and known' layout add-gate root.layout build 'require:{"predicates":["sbom"],"most":1,"mist":1}'
refuses 65 'want "sha256", "version" or "level"' 'a pin pins something' layout pin-attestor root.layout x
refuses 65 'want 64 hex digits' 'a digest is one' layout pin-attestor root.layout x --digest abcd
refuses 64 'at least one --key' 'somebody must excuse' layout allow-exceptions root.layout
refuses 65 'maxDays: want a number from 1 to 3650' 'for a while' layout allow-exceptions root.layout --key owner.pem.pub --max-days 0
ok 'nothing of that is written' cmp root.layout whole.layout
intoto sign -q -f root.layout -k owner.pem
refuses 1 'is signed' 'a signed layout stays as it is' layout add-gate root.layout build "$sbom"
for form in dsse metablock; do
	new && layout init $form.layout -f --expires-in 90d --format=$form && layout add-step $form.layout build --key alice.pem.pub --quiet &&
		layout add-gate $form.layout build "$sbom" && intoto sign -q -f $form.layout -k owner.pem
	is "$(json 'l["_type"]' $form.layout)" gated-layout "is written and read as $form"
done

# --- showing, comparing, linting ---------------------------------------------------------------------------
cp whole.layout root.layout
passes_with 'gates        require: at least 1 of sbom; signed by 1 of ' 'shows gates' layout show root.layout
ok 'pins' has "$tap_out" 'attestors    sbom: version 1.0'
passes_with 'with a ticket' 'and who may excuse' layout show root.layout
new && layout add-gate root.layout build "$sbom" && cp root.layout one.layout && layout add-gate root.layout build 'command:{"exit":[0]}'
refuses 1 'build: gate-added (stricter)' 'a gate more is stricter' layout diff one.layout root.layout
refuses 1 'build: gate-removed (looser)' 'a gate less is looser' layout diff root.layout one.layout
layout allow-exceptions root.layout --key owner.pem.pub
refuses 1 'exceptions (looser)' 'letting somebody excuse is looser' layout diff one.layout root.layout
layout pin-attestor one.layout scan --level seccomp
refuses 1 'attestors (looser)' 'no pins are looser' layout diff one.layout root.layout
finds() { want="[$1]"; ok "$2" bash -c 'intoto layout lint "$@" --quiet | grep -qF "'"$want"'"' - "${@:3}"; }
finds exception.no-limit 'finds exceptions without a limit' root.layout
layout allow-exceptions root.layout --key alice.pem.pub --max-days 30
finds exception.self 'who may excuse what they sign themselves' root.layout
layout add-gate root.layout build 'require:{"predicates":["vex"],"subject":"any","functionaries":["abcd"]}'
finds gate.any-subject 'gates for anything' root.layout
finds gate.unknown-key 'unknown keys' root.layout
finds gate.threshold 'gates that nobody can pass' root.layout
layout add-gate root.layout build 'require:{"predicates":["link"],"warn":true}'
finds_note() { ok "$2" bash -c 'intoto layout lint "$@" | grep -qF "'"[$1]"'"' - "${@:3}"; }
finds_note gate.warns 'gates that only warn' root.layout
finds_note exception.no-ticket-wanted 'exceptions that need no ticket' root.layout
echo '{}' >none.json; finds exception.format 'what is no exception' root.layout --exceptions none.json
refuses 66 'nowhere' 'exceptions must be there' layout lint root.layout --exceptions nowhere
refuses 65 'is no report of intoto verify' 'and reports be some' layout lint root.layout --exceptions none.json --used-in none.json
ok 'knows that others refuse it' bash -c 'intoto layout lint root.layout | grep -qF "[compat.gated]"'
mkdir -p ex
exception() { intoto exception create -f --owner o --reason r --gate require --finding sbom --signing-key alice.pem -o "ex/$1.exception.json" --id "$@"; }
now=2026-06-01T00:00:00Z
exception soon --not-before 2026-05-20T00:00:00Z --expires 2026-06-10T00:00:00Z --ticket T
exception over --not-before 2026-01-01T00:00:00Z --expires 2026-01-10T00:00:00Z --ticket T
exception long --not-before 2026-05-01T00:00:00Z --expires 2026-12-10T00:00:00Z --ticket T
exception bare --not-before 2026-06-01T00:00:00Z --expires 2026-07-01T00:00:00Z
exception other --not-before 2026-06-01T00:00:00Z --expires 2026-07-01T00:00:00Z --ticket T --step pack
printf '{"checks":[],"exceptions":[{"id":"bare"}]}' >report.json
intoto layout lint root.layout --at $now --expires-within 20d --exceptions ex --used-in report.json --format=json >found.json
is "$(python3 -c 'import json; print(sorted((f["subject"].split(".")[0], f["code"]) for f in json.load(open("found.json"))["findings"] if f["code"].startswith("exception.") and f["subject"].endswith(".exception.json")))')" \
	"[('bare', 'exception.no-ticket'), ('long', 'exception.refused'), ('long', 'exception.unused'), ('other', 'exception.unused'), ('over', 'exception.expired'), ('soon', 'exception.expires-soon'), ('soon', 'exception.unused')]" \
	'finds exceptions that end soon, are over, too long, have no ticket, or never applied'

# --- YAML ------------------------------------------------------------------------------------------------------
cat >g.yaml <<'END'
expires: 90d
keys: { alice: alice.pem.pub, bob: bob.pem.pub }
attestors: { scan: { version: ["1.10"] } }
exceptions: { pubkeys: [bob], maxDays: 90, requireTicket: true }
steps:
  - name: build
    pubkeys: [alice]
    expectedAttributes:
      - { gate: require, predicates: [sbom], least: 2, functionaries: [bob], warn: true, maxAge: 7d }
END
ok 'compiles gates from YAML' layout compile g.yaml -o yaml.layout
is "$(json 'l["_type"], l["steps"][0]["expectedAttributes"][0]["least"], l["steps"][0]["expectedAttributes"][0]["warn"], l["steps"][0]["expectedAttributes"][0]["functionaries"] == l["exceptions"]["pubkeys"], l["exceptions"]["maxDays"], l["attestors"]["scan"]["version"]' yaml.layout)" \
	"('gated-layout', 2, True, True, 90, ['1.10'])" 'with numbers, truths and names of people'
sed -i 's/least: 2/least: many/' g.yaml
refuses 65 'want a whole number' 'and says what is wrong' layout compile g.yaml -o yaml.layout
done_testing
