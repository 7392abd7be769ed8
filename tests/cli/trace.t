#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto run --trace: evidence of what a step touched, what is taken from it, and what a layout can
# demand of it.  Which mechanisms work here is asked first; what needs another is skipped, by name.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'

for name in owner bob eve; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
done
keyid=$(intoto key id bob.pem.pub | cut -c1-8)
keys=$PWD

exits() { # STATUS CMD...
	local want=$1
	shift
	"$@"
	[ $? -eq "$want" ]
}
# body FILE EXPRESSION: what stands in a signed document, as Python sees it in d
body() {
	python3 - "$1" "$2" <<'PYTHON'
import base64, json, sys
d = json.loads(base64.b64decode(json.load(open(sys.argv[1]))["payload"]))
print(eval(sys.argv[2]))
PYTHON
}
says() { # FILE EXPRESSION TEXT
	local found
	found=$(body "$1" "$2")
	[ "$found" = "$3" ] || { echo "found: $found"; return 1; }
}
step() { # NAME OPTIONS... -- COMMAND...
	local name=$1
	shift
	intoto run -n "$name" -q --signing-key "$keys/bob.pem" "$@"
}
# works OPTIONS...: whether a step can be traced so
works() {
	(mkdir -p "$tap_top/probe" && cd "$tap_top/probe" && step probe "$@" -- true) >/dev/null 2>&1
}
writes= full= notify=
works --trace=writes && writes=--trace=writes
works --trace=full && full=--trace=full
works --trace=full --trace-with=user-notification && notify='--trace=full --trace-with=user-notification'

# --- the command line ----------------------------------------------------------------------------------
usage_status=$(step build --no-such-option -- true >/dev/null 2>&1; echo $?)
mistake() {
	local sentence=$1 text=$2
	shift 2
	refuses "$usage_status" "$text" "$sentence" step build "$@" -- touch ran
	ok '... and nothing ran' not test -e ran
}
mistake 'a tier that there is not' "want writes or full first, found 'reads'" --trace=reads
mistake 'a word that there is not' "want strict or rehash behind the tier, found 'loose'" --trace=full,loose
mistake 'no word where one should be' "found ''" --trace=writes,
mistake 'a mechanism that there is not' 'strace' --trace=full --trace-with=strace
mistake 'a mechanism without a trace' '--trace-with: wants --trace' --trace-with=overlay
mistake 'traced materials without a trace' 'wants --trace=full' -m traced
mistake 'traced materials from a trace of writes' 'wants --trace=full' -m traced --trace=writes
mistake 'traced products without a trace' '--products=traced: wants --trace' -p traced
mistake 'an overlay, which sees no reads, for a full trace' 'overlay' --trace=full --trace-with=overlay
refuses "$usage_status" 'wants a command' 'a trace of nothing' step build --trace=writes --no-command
echo x >traced
ok 'a file of that name is ./traced' step name -m ./traced -- true
ok '... and recorded as one' says name.$keyid.link 'list(d["materials"])' "['traced']"
rm -f name.* traced

# --- a trace of writes ---------------------------------------------------------------------------------
if [ -z "$writes" ]; then
	skip 'nothing here can trace writes' 'a trace of writes'
else
	mkdir -p src out
	echo in >src/in
	echo old >out/old
	echo gone >out/gone
	work='cp src/in out/new; echo more >>out/old; rm out/gone; mkdir out/sub; echo x >out/sub/x; : >out/"$(printf "a\\nb")"'
	sleep 0.05
	ok 'a step is traced' step build -m src -p traced $writes -- sh -c "$work"
	link=build.$keyid.link
	trace=build.$keyid.trace.intoto.json
	ok '... and its products are what it wrote' says $link 'sorted(d["products"])' \
		"['out/a\\nb', 'out/new', 'out/old', 'out/sub/x']"
	ok '... the link names the statement' says $link 'd["environment"]["intoto"]["trace"]["statement"]["name"]' "$trace"
	ok '... by its digest' says $link 'd["environment"]["intoto"]["trace"]["statement"]["sha256"]' \
		"$(sha256sum $trace | cut -d' ' -f1)"
	ok '... which is signed by the same key' intoto sign --verify -f $trace -k bob.pem.pub
	ok '... and by no other' not intoto sign --verify -f $trace -k eve.pem.pub
	ok '... is a runtime trace' says $trace 'd["predicateType"]' 'https://in-toto.io/attestation/runtime-trace/v0.1'
	ok '... of the step' says $trace 'd["predicate"]["monitoredProcess"]["event"]' build
	ok '... about its products' says $trace '{s["name"]: s["digest"]["sha256"] for s in d["subject"]}["out/new"]' \
		"$(sha256sum out/new | cut -d' ' -f1)"
	ok '... and says what became of each file' says $trace \
		'sorted((f["name"].rsplit("/out/")[-1], f["annotations"]["state"]) for f in d["predicate"]["monitorLog"]["fileAccess"] if f["name"].endswith(("new", "gone")))' \
		"[('gone', 'removed'), ('new', 'made')]"
	ok '... every descriptor has a digest or a URI (framework v1)' says $trace \
		'all("digest" in f or "uri" in f for f in d["predicate"]["monitorLog"]["fileAccess"])' True
	ok '... and the host is told without its name' says $trace 'd["predicate"]["monitoredProcess"]["hostID"][:9]' urn:uuid:
	ok 'a name that is not UTF-8 is in the trace as a URI' \
		step bytes $writes -- sh -c 'echo x >"$(printf "out/b\\377")"'
	ok '... with its digest' says bytes.$keyid.trace.intoto.json \
		'[(f["uri"][-4:], "name" in f, "digest" in f) for f in d["predicate"]["monitorLog"]["fileAccess"] if f.get("uri", "").endswith("FF")]' \
		"[('b%FF', False, True)]"
	rm -f out/b*
	ok 'the status of the command is kept' exits 3 step fails $writes -- sh -c 'exit 3'
	ok '... and so is its trace' test -e fails.$keyid.trace.intoto.json
	ok 'a step that touches nothing has a trace about its command' step idle $writes -- true
	ok '... which says so' says idle.$keyid.trace.intoto.json '[s["name"] for s in d["subject"]]' "['command']"
	ok 'without the option there is none' step plain -- true
	ok '... in the folder' not test -e plain.$keyid.trace.intoto.json
	ok '... and in the link' says plain.$keyid.link '"trace" in d["environment"]["intoto"]' False
	mkdir meta
	ok 'the statement stands in the metadata folder' step there -d meta $writes -- true
	ok '... beside the link' test -e meta/there.$keyid.trace.intoto.json
	ok 'in verbose words' step there -v -d meta $writes -- true

	# One that goes on when the step has ended may write later: nobody knows.
	if exits 125 step late $writes,strict -- sh -c 'setsid sh -c "exec >/dev/null 2>&1; sleep 3; echo x >out/late" & exit 0'; then
		refuses 125 'escaped' 'strict: nothing is signed when somebody escaped' \
			step late $writes,strict -- sh -c 'setsid sh -c "exec >/dev/null 2>&1; sleep 3; echo x >out/late" & exit 0'
		ok '... no link' not test -e late.$keyid.link
		ok '... no statement' not test -e late.$keyid.trace.intoto.json
		ok '... and nothing that record stop could make one of' not test -e .late.$keyid.link-unfinished
	else
		skip 'nobody escapes the mechanism here' 'strict'
	fi
fi

# --- a full trace ---------------------------------------------------------------------------------------
# The three demands of a release, each with its twin that is refused.
chain() { # FOLDER: a toolchain step, a layout, and a tree to build in
	mkdir -p "$1/tree/tools" "$1/tree/src" "$1/links" && cd "$1" || return 1
	cp "$(type -P cp)" tree/tools/cc
	echo source >tree/src/a
	echo secret >outside
	(cd tree && step toolchain -p tools -d ../links -- true)
	intoto layout init demo.layout --expires 2100-01-01T00:00:00Z
	intoto layout add-step demo.layout toolchain --quiet --key ../bob.pem.pub
	sleep 0.05
}
demand() { # OPTIONS...: the step that is judged; then the layout is signed
	intoto layout add-step demo.layout build --quiet --key ../bob.pem.pub \
		--material-rule 'MATCH tools/* WITH PRODUCTS FROM toolchain' --material-rule 'DISALLOW tools/*' \
		--material-rule 'ALLOW /usr/*' --material-rule 'ALLOW /etc/*' --material-rule 'ALLOW /lib*' \
		--material-rule 'DISALLOW /*' --product-rule 'CREATE out' --product-rule 'DISALLOW *' "$@" &&
		intoto sign -q -f demo.layout -k ../owner.pem
}
build() { # OPTIONS... -- COMMAND...: in the tree
	(cd tree && rm -f out && step build -p out -d ../links "$@")
}
judge() {
	intoto verify -l demo.layout -k ../owner.pem.pub --link-dir links
}
here=$PWD
if [ -z "$full" ]; then
	skip 'nothing here can trace reads' 'the compiler that ran is this one; nothing outside was read'
else
	chain full && demand --require-trace=full,statement
	ok 'a step with a full trace' build -m traced $full -- tools/cc src/a out
	ok '... has what it read and ran among its materials' says links/build.$keyid.link \
		'[m for m in sorted(d["materials"]) if not m.startswith("/")]' "['src/a', 'tools/cc']"
	ok '... and its dynamic loader or C library' says links/build.$keyid.link \
		'any(m.startswith("/") and (".so" in m) for m in d["materials"])' True
	ok 'the compiler that ran is this one, and nothing outside was read: it passes' judge
	printf 'x' >>tree/tools/cc
	sleep 0.05
	ok 'with another compiler' build -m traced $full -- tools/cc src/a out
	refuses 1 'rule.disallow' '... it is refused' judge
	ok '... which names it' has "$tap_out" tools/cc
	cp "$(type -P cp)" tree/tools/cc
	sleep 0.05
	ok 'with a file outside of the tree' build -m traced $full -- tools/cc ../outside out
	refuses 1 'rule.disallow' '... it is refused' judge
	ok '... which names it' has "$tap_out" "$PWD/outside"
	ok 'without a trace' build -m tools -m src -- tools/cc src/a out
	refuses 1 'link.trace' '... it is refused' judge
	ok '... and told what to do' has "$tap_out" 'the command was not traced; want --trace=full'
	if [ -n "$writes" ]; then
		ok 'with a trace of writes' build -m tools $writes -- tools/cc src/a out
		refuses 1 'want a trace of the tier full, found "writes"' '... it is refused' judge
	fi
	ok 'again as it must be' build -m traced $full -- tools/cc src/a out
	mv links/build.$keyid.trace.intoto.json kept
	refuses 1 'link.trace' 'without the statement it is refused' judge
	{ cat kept; echo; } >links/build.$keyid.trace.intoto.json
	refuses 1 'has another digest' '... and with one byte more' judge
	intoto run -q -n build --signing-key ../eve.pem -d . $full -- true
	cp build.????????.trace.intoto.json links/build.$keyid.trace.intoto.json
	refuses 1 'has another digest' '... and with that of somebody else' judge
	mv kept links/build.$keyid.trace.intoto.json
	ok '... and passes with it' judge
	ok '... which is an input of the verdict' exits 0 intoto verify -l demo.layout -k ../owner.pem.pub --link-dir links \
		--vsa vsa.json --resource-uri pkg:generic/a --verifier-id https://example.org/gate --signing-key ../owner.pem
	ok '... by its digest' has <(base64 -d <<<"$(python3 -c 'import json; print(json.load(open("vsa.json"))["payload"])')") \
		"$(sha256sum links/build.$keyid.trace.intoto.json | cut -d' ' -f1)"

	# What was read and is not there any more could be what mattered.
	cd "$here" && mkdir lost && cd lost || exit 1
	echo x >input
	sleep 0.05
	refuses 125 'is not known any more' 'a material that is gone is no material that can be left out' \
		step eats -m traced $full -- sh -c 'cat input >/dev/null; rm input'
	ok '... so there is no link' not test -e eats.$keyid.link
	echo x >input
	rm -f .eats*
	sleep 0.05
	ok 'recorded before, it is known' step eats -m traced input $full -- sh -c 'cat input >/dev/null; rm input'
	ok '... under its name' says eats.$keyid.link '"input" in d["materials"]' True
	ok 'a file of its own that it removed again is none' step makes -m traced $full -- \
		sh -c 'echo x >own; cat own >/dev/null; rm own'
	ok '... and is not there' says makes.$keyid.link '"own" in d["materials"]' False
	echo old >moved
	sleep 0.05
	refuses 125 'is not known any more' 'what is moved first is no work of its own' \
		step moves -m traced $full -- sh -c 'mv moved here; cat here'
	cd "$here" || exit 1
fi

# --- no network -----------------------------------------------------------------------------------------
cd "$here" || exit 1
chain net && demand --require-trace=full --require-network none
if [ -z "$notify" ]; then
	skip 'no mechanism that sees addresses works here' 'no network'
	if [ -n "$full" ]; then
		ok 'a trace that sees no addresses' build -m tools $full -- tools/cc src/a out
		says links/build.$keyid.link '"network" in d["environment"]["intoto"]["trace"]' False &&
			refuses 1 'does not say which addresses were talked to' '... proves nothing about them' judge
	fi
else
	ok 'a step that talks to nobody' build -m tools $notify -- tools/cc src/a out
	ok '... passes' judge
	talk='(exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null; tools/cc src/a out'
	ok 'one that talks' build -m tools $notify -- bash -c "$talk"
	refuses 1 'the command talked to "inet 127.0.0.1:9"' '... is refused' judge
	cd "$here" || exit 1
	chain some && demand --require-trace=full --require-network 'inet 127.*:9'
	ok 'the same' build -m tools $notify -- bash -c "$talk"
	ok '... passes where the layout lets it' judge
fi

# --- a sandbox, and digests -----------------------------------------------------------------------------
cd "$here" || exit 1
chain box && demand --require-sandbox=no-network
if (cd tree && step probe --sandbox -m tools -m src -p out -d .. -- touch out) >/dev/null 2>&1; then
	ok 'in a sandbox' build -m tools -m src --sandbox -- tools/cc src/a out
	ok '... it passes' judge
	if [ -n "$notify" ]; then
		ok 'in a sandbox, and traced' build -m tools -m src --sandbox --trace=full -- tools/cc src/a out
		ok '... the command is followed there, too' says links/build.$keyid.link \
			'd["environment"]["intoto"]["trace"]["events"] > 0' True
		ok '... by its name outside' says links/build.$keyid.trace.intoto.json \
			'[f["annotations"]["state"] for f in d["predicate"]["monitorLog"]["fileAccess"] if f.get("name", "").endswith("/box/tree/src/a")]' \
			"['unchanged']"
	fi
else
	skip 'a step cannot be confined here' 'a sandbox'
fi
ok 'without one' build -m tools -- tools/cc src/a out
refuses 1 'the command was not in a sandbox; want --sandbox' '... it is refused' judge
ok '... with its code' has "$tap_out" link.sandbox

cd "$here" || exit 1
chain hash && demand --require-digests=computed
ok 'digests that are computed' build -m tools -- tools/cc src/a out
ok '... pass' judge
ok 'digests that are reused' build -m tools -p tools --reuse-digests -- tools/cc src/a out
if says links/build.$keyid.link '"digests" in d["environment"]["intoto"]' True >/dev/null; then
	refuses 1 'digests were reused instead of computed' '... are refused' judge
fi

# --- who counts -------------------------------------------------------------------------------------------
# Every link that counts has met the demand; one that has not is as if it were not there.
cd "$here" || exit 1
if [ -n "$writes" ]; then
	mkdir many && cd many || exit 1
	people() { # THRESHOLD
		rm -f demo.layout
		intoto layout init demo.layout --expires 2100-01-01T00:00:00Z &&
			intoto layout add-step demo.layout build --quiet --key ../bob.pem.pub --key ../eve.pem.pub \
				--threshold "$1" --require-trace=writes,statement &&
			intoto sign -q -f demo.layout -k ../owner.pem
	}
	all() {
		intoto verify -l demo.layout -k ../owner.pem.pub "$@"
	}
	ok 'one does the step with a trace' step build $writes -- true
	ok '... another without' intoto run -q -n build --signing-key ../eve.pem -- true
	people 1
	ok 'where one is enough, it passes' all -v
	ok '... and the other is named' has "$tap_out" 'the command was not traced'
	people 2
	refuses 1 'found 1 of 2 valid links' 'where two are wanted, one is missing' all
	ok '... and why' has "$tap_out" 'link.trace'
	ok 'when both have one' intoto run -q -n build --signing-key ../eve.pem $writes -- true
	ok '... it passes' all

	# What is below a step has demands of its own.
	mkdir sub && cd sub || exit 1
	intoto layout init inner.layout --expires 2100-01-01T00:00:00Z
	intoto layout add-step inner.layout inside --quiet --key ../../bob.pem.pub
	intoto sign -q -f inner.layout -k ../../bob.pem -o build.$keyid.link
	mkdir build.$keyid
	step inside -d build.$keyid $writes -- true
	intoto layout init demo.layout --expires 2100-01-01T00:00:00Z
	intoto layout add-step demo.layout build --quiet --key ../../bob.pem.pub
	intoto sign -q -f demo.layout -k ../../owner.pem
	ok 'a sublayout stands for a step' intoto verify -l demo.layout -k ../../owner.pem.pub
	rm demo.layout
	intoto layout init demo.layout --expires 2100-01-01T00:00:00Z
	intoto layout add-step demo.layout build --quiet --key ../../bob.pem.pub --require-trace=writes
	intoto sign -q -f demo.layout -k ../../owner.pem
	refuses 1 'a sublayout does not tell how the step was done' '... but not for one that requires a trace' \
		intoto verify -l demo.layout -k ../../owner.pem.pub
fi

# --- writing layouts ------------------------------------------------------------------------------------
cd "$here" || exit 1
intoto layout init words.layout --expires 2100-01-01T00:00:00Z --format=metablock
add() { # OPTIONS...
	cp words.layout try.layout
	intoto layout add-step try.layout build --quiet --key bob.pem.pub "$@"
}
requires() { # SENTENCE JSON OPTIONS...
	local sentence=$1 json=$2
	shift 2
	ok "$sentence" add "$@"
	is "$(python3 -c 'import json; print(json.dumps(json.load(open("try.layout"))["signed"]["steps"][0].get("requires"), sort_keys=True))')" \
		"$json" '... as JSON'
}
requires 'no demand' null
requires 'a trace' '{"trace": {"complete": true, "tier": "writes", "writes-proven": true}}' --require-trace=writes,complete,writes-proven
requires 'addresses' '{"trace": {"network": ["inet 10.*", "unix /run/*"], "tier": "full"}}' \
	--require-trace=full --require-network='inet 10.*' --require-network='unix /run/*'
requires 'a sandbox' '{"sandbox": {"level": ["landlock-4"], "nothing-denied": true, "promises": ["files", "nothing-left"]}}' \
	--require-sandbox=nothing-left,files,nothing-denied --require-level=landlock-4
requires 'digests' '{"digests": "computed"}' --require-digests=computed
refuses 64 "--require-trace: want writes or full first, found 'complete'" 'no tier' add --require-trace=complete
refuses 64 "found 'all'" 'a word that there is not' add --require-trace=full,all
refuses 64 "found 'peace'" 'a promise that there is not' add --require-sandbox=peace
refuses 64 '--require-network: wants --require-trace=full' 'addresses without a trace' add --require-network=none
refuses 64 'network wants the tier full' 'addresses from a trace of writes' add --require-trace=writes --require-network=none
refuses 64 'none, and addresses' 'both' add --require-trace=full --require-network=none --require-network=x
ok 'it is shown' add --require-trace=full,complete --require-network=none
intoto layout show try.layout >shown
ok '... in clauses' has shown 'requires     a trace of what is written'
ok '... each of them' has shown '             no network address'
cp try.layout before.layout
ok 'a layout that demands more' add --require-trace=full,complete,statement --require-network=none
ok '... is stricter' exits 1 intoto layout diff before.layout try.layout
ok '... which diff says' has "$tap_out" 'build: requirement-added (stricter)'
ok 'one that lets an address through' add --require-trace=full,complete --require-network='inet 10.*'
ok '... is looser' exits 1 intoto layout diff before.layout try.layout
ok '... which diff says' has "$tap_out" 'build: required-network (looser)'
ok 'the same is the same' intoto layout diff before.layout before.layout
ok 'lint tells what others make of it' intoto layout lint before.layout
ok '... the Python tool' has "$tap_out" 'compat.python-ignores'
cat >try.yaml <<YAML
expires: 90d
keys: { bob: $PWD/bob.pem.pub }
steps:
  - name: build
    pubkeys: [bob]
    requires:
      trace: { tier: full, complete: true, network: none }
      sandbox: { promises: [no-network] }
      digests: computed
YAML
ok 'YAML has the same member' intoto layout compile try.yaml -f -o try.layout
ok '... and is read' intoto layout show try.layout
intoto layout show try.layout >shown
ok '... with its demands' has shown 'a sandbox that promises no-network'
ok '... and none for an empty list' has shown '             no network address'
sed -i 's/tier: full/tier: some/' try.yaml
refuses 65 "want \"writes\" or \"full\", found 'some'" 'a mistake is found' intoto layout compile try.yaml -f -o try.layout

done_testing
