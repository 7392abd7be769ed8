#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: sublayouts.  All signatures, thresholds and step rules come first, inspections last,
# and a signed link may stand in for an inspection of a sublayout.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

chain_keys owner alice bob carol eve

told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }
# Inspections are run here, in a fresh folder.
verify() {
	rm -rf here ran && mkdir here && printf tar >here/tar
	(cd here && intoto verify -l ../root.layout --verification-keys ../owner.pem.pub --link-dir ../links --inspections=host "$@")
}

sub=links/build.${id[alice]:0:8}
# start [INSPECTIONS OF THE SUBLAYOUT [OF THE LAYOUT]]: "build" is a sublayout of alice, whose step "one"
# bob does
start() {
	rm -rf links root.layout && mkdir links
	layout root.layout owner 'alice bob' \
		"$(step build alice 1 '' '["CREATE","out"],["DISALLOW","*"]'),$(step pack bob 1 \
			'["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '["ALLOW","*"]')" "${2-}"
	layout "$sub.link" alice bob "$(step one bob 1 '' '["CREATE","out"],["DISALLOW","*"]')" "${1-}"
	link "$sub" one bob '' "\"out\":$(sha 1)"
	link links pack bob "\"out\":$(sha 1)" ''
}
mark() { inspection "$1" "\"sh\",\"-c\",\"echo $1 >>../ran\"" '' "${2-}"; }

# --- the order ---------------------------------------------------------------------------------------
start "$(mark inner)" "$(mark outer)"
passes_with 'build: ../links/build.' 'inspections of both layouts are run' verify -v
is "$(tr '\n' ' ' <ran)" 'inner outer ' 'those of the sublayout first'
start "$(mark inner)" "$(mark outer)"; link links pack bob "\"out\":$(sha 9)" ''
refuses 1 'skipped    build/inner: ' 'a failure of a later step' verify -v
refuses 1 'the inspections of the sublayout were not run [sublayout.verdict]' 'which is told of an earlier sublayout' verify -v
ok 'keeps its inspections from being run' not test -e ran
start "$(mark inner '["DISALLOW","*"]')" "$(mark outer)"
refuses 1 'build/inner: DISALLOW *: products: 1 artifact is left' 'the rules of a sublayout are applied to its inspections' verify
is "$(cat ran)" inner 'and come before the inspections of the layout'
ok 'the sublayout is refused for it' has "$tap_out" 'the sublayout did not pass [sublayout.verdict]'
start "$(mark inner)"; refuses 1 'build/inner: ' 'refusing inspections means those of sublayouts too' verify --inspections=refuse
ok 'none is run' not test -e ran

# --- two layers --------------------------------------------------------------------------------------
deep=$sub/one.${id[bob]:0:8}
start "$(mark middle)" "$(mark outer)"; rm "$sub"/*
layout "$deep.link" bob carol "$(step low carol 1 '' '["CREATE","mid"]'),$(step high carol 1 '["MATCH","mid","WITH","PRODUCTS","FROM","low"],["DISALLOW","*"]' '["CREATE","out"]')" "$(mark inner)"
link "$deep" low carol '' "\"mid\":$(sha 3)"; link "$deep" high carol "\"mid\":$(sha 3)" "\"out\":$(sha 1)"
passes_with 'build/one/high: ' 'sublayouts of sublayouts' verify -v
is "$(tr '\n' ' ' <ran)" 'inner middle outer ' 'the innermost inspections come first'
link "$deep" high carol "\"mid\":$(sha 3)" "\"out\":$(sha 4)"
refuses 1 'pack: ' 'what comes out at the bottom must fit at the top' verify

# --- parameters --------------------------------------------------------------------------------------
start; layout "$sub.link" alice bob "$(step one bob 1 '' '["CREATE","{what}"],["DISALLOW","*"]')"
refuses 1 'build/one: ' 'a sublayout gets no parameters' verify --param what=out
passes_with '[sublayout.verdict]' 'unless they are passed on' verify --param what=out --pass-parameters -v
refuses 1 "'{what}' has a brace" 'then it needs all that it names' verify --param other=out --pass-parameters

# --- signed links of inspections -----------------------------------------------------------------------
# signed KEY BYPRODUCTS [NAME]: the link of the inspection "inner"
signed() {
	printf '{"signatures":[],"signed":{"_type":"link","name":"%s","command":["sh","-c","echo inner >>../ran"],"materials":{"out":%s},"products":{},"byproducts":{%s},"environment":{}}}\n' \
		"${3:-inner}" "$(sha 1)" "$2" >link.tmp
	intoto sign -q --unchecked -f link.tmp -k "$1.pem" -o "$sub/inner.${id[${4:-$1}]:0:8}.link"
}
inner=$(inspection inner '"sh","-c","echo inner >>../ran"' '["MATCH","out","WITH","PRODUCTS","FROM","one"],["DISALLOW","*"]' '')
start "$inner"; refuses 1 'build/inner: ' 'without a link the inspection sees what is here' verify
start "$inner"; signed alice '"return-value":0'
passes_with 'stands in for the inspection, which is not run [inspection.link]' 'a link signed by who signed the sublayout stands in' verify -v
ok 'and the command is not run' not test -e ran
ok 'even where none may be' verify --inspections=refuse
start "$inner"; signed alice '"return-value":0'; sed -i 's/0001"/0002"/' "$sub"/inner.*
refuses 1 'does not stand in for the inspection: it is not signed by who signed the sublayout' 'a changed one does not' verify
is "$(cat ran)" inner 'so the inspection is run'
start "$inner"; signed bob '"return-value":0'
refuses 1 '[inspection.link]' 'nor does one by a functionary of the sublayout' verify
start "$inner"; signed eve '"return-value":0' inner alice
refuses 1 '[inspection.link]' 'nor one by a stranger under its name' verify
start "$inner"; signed alice '"return-value":1'
refuses 1 'does not say that its command ended with status 0 [inspection.link]' 'one that failed is refused' verify
ok 'and not run instead' not test -e ran
refuses 1 '[inspection.link]' 'also where a step may fail' verify --allow failed-step
start "$inner"; signed alice ''
refuses 1 'does not say that its command ended with status 0 [inspection.link]' 'so is one that does not say how it ended' verify
start "$inner"; signed alice '"return-value":0' other
refuses 1 'this is a link of the step "other", renamed [link.name]' 'so is one of another inspection' verify
start "$inner"; layout "$sub/inner.${id[alice]:0:8}.link" alice bob ''
refuses 1 'has signed something else under the name of the inspection' 'so is a layout in its place' verify
start "$(inspection inner '"true"' '["DISALLOW","*"]' '')"; signed alice '"return-value":0'
refuses 1 'build/inner: DISALLOW *: materials: 1 artifact is left' 'its rules are applied to the link' verify
ok 'whose command is compared' has "$tap_out" '[link.command]'
start '' "$inner"; rm -rf "$sub"*; layout root.layout owner 'alice bob' "$(step pack bob 1 '' '')" "$(mark inner)"
sub=links; signed owner '"return-value":0'; sub=links/build.${id[alice]:0:8}
ok 'an inspection of the layout itself' verify
is "$(cat ran)" inner 'is run all the same'

# --- two sublayouts for one step -------------------------------------------------------------------------
both() {
	start; layout root.layout owner 'alice bob carol' "$(step build 'alice carol' "$1" '' ''),$(step pack bob 1 \
		'["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]' '')"
	other=links/build.${id[carol]:0:8}
	layout "$other.link" carol bob "$(step one bob 1 '' '')"; link "$other" one bob '' "\"out\":$(sha "$2")"
}
both 2 1; passes_with 'build: 2 links agree' 'two sublayouts may meet a threshold' verify -v
both 2 5; refuses 1 '[step.agreement]' 'they must agree' verify
both 1 5; refuses 1 '(products: "out" has other digests) [step.agreement]' 'even where one is enough' verify

done_testing
