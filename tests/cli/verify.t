#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify: a small chain passes; each change to it is refused for its own reason, and what can be
# allowed by name then passes.
#
# Layouts and links are written by hand in Metablock, so that they can be wrong in every way.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

# --- keys, layouts, links ----------------------------------------------------------------------------
declare -A id current object
for name in owner second eve alice bob carol; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem >/dev/null
	id[$name]=$(intoto key id --keyid-style=legacy $name.pem.pub)
	current[$name]=$(intoto key id --keyid-style=current $name.pem.pub)
	object[$name]=$(intoto key convert --to=json --keyid-style=legacy $name.pem.pub)
done

# What the next layout is made of.
start() {
	expires='"expires":"2100-01-01T00:00:00Z",'
	keys="\"${id[alice]}\":${object[alice]},\"${id[bob]}\":${object[bob]},\"${id[carol]}\":${object[carol]}"
	build_keys="\"${id[alice]}\"" build_threshold=1 build_command=
	build_materials= build_products='["CREATE","out"],["DISALLOW","*"]'
	pack_materials='["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]'
	pack_products='["CREATE","*.tar"],["DISALLOW","*"]'
	more_steps= inspect= signers=owner
	rm -rf links && mkdir links
}
step() { # NAME KEYS THRESHOLD COMMAND MATERIALS PRODUCTS
	printf '{"_type":"step","name":"%s","pubkeys":[%s],"threshold":%s,"expected_command":[%s],' "$1" "$2" "$3" "$4"
	printf '"expected_materials":[%s],"expected_products":[%s]}' "$5" "$6"
}
steps() {
	step build "$build_keys" "$build_threshold" "$build_command" "$build_materials" "$build_products"
	printf ,
	step pack "\"${id[bob]}\"" 1 '' "$pack_materials" "$pack_products"
	printf %s "$more_steps"
}
# layout [FILE [STEPS]]: written and signed
layout() {
	local file=${1:-root.layout} signer
	printf '{"signatures":[],"signed":{"_type":"layout",%s"readme":"","keys":{%s},"steps":[%s],"inspect":[%s]}}\n' \
		"$expires" "$keys" "${2-$(steps)}" "$inspect" >"$file"
	for signer in $signers; do intoto sign -q --unchecked -f "$file" -k "$signer.pem" -o "$file" || return; done
}
sha() { printf '{"sha256":"%064d"}' "$1"; }
# link STEP KEY MATERIALS PRODUCTS [BYPRODUCTS [NAME [FOLDER [COMMAND]]]]
link() {
	printf '{"signatures":[],"signed":{"_type":"link","name":"%s","command":[%s],"materials":{%s},"products":{%s},"byproducts":{%s},"environment":{}}}\n' \
		"${6:-$1}" "${8-}" "$3" "$4" "${5-}" >link.tmp
	intoto sign -q --unchecked -f link.tmp -k "$2.pem" -o "${7:-links}/$1.${id[$2]:0:8}.link"
}
# The chain that passes.
links() {
	link build alice '' "\"out\":$(sha 1)"
	link pack bob "\"out\":$(sha 1)" "\"a.tar\":$(sha 2)"
}
good() { start; links; layout; }
verify() { intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links "$@"; }
quiet() { tap_run "$@" && [ ! -s "$tap_out" ]; }
told() { tap_run "$@" && has "$tap_out" "$want"; }
# passes_with TEXT SENTENCE CMD...
passes_with() { want=$1; shift; ok "$1" told "${@:2}"; }

# --- a pass ------------------------------------------------------------------------------------------
good
passes_with 'PASSED: root.layout: ' 'a good chain passes' verify
is "$(wc -l <"$tap_out")" 1 'in one line'
ok 'without a word when asked' quiet verify -q
passes_with 'build: 1 of 1 links by distinct keys [step.threshold]' 'every check is listed when asked' verify -v
tap_run verify --format=json
is "$(python3 -c 'import json,sys; r=json.load(open(sys.argv[1])); print(r["verdict"],r["version"],r["layout"],r["counts"]["failed"],len(r["checks"])==sum(r["counts"].values()))' "$tap_stdout" 2>&1)" \
	'passed 1 root.layout 0 True' 'and as JSON'
ok 'links are looked for in the current folder' bash -c \
	'cd links && intoto verify -l ../root.layout --verification-keys ../owner.pem.pub'
ok 'intoto-verify is the same' intoto-verify -l root.layout -k owner.pem.pub -t ed25519 --link-dir links

# --- the command line --------------------------------------------------------------------------------
refuses 64 'option --layout FILE is missing' 'wants a layout' intoto verify --verification-keys owner.pem.pub
refuses 64 'want the public key of whoever signed' 'wants a key' intoto verify -l root.layout
refuses 64 "unexpected 'more'" 'takes no operands' verify -- more
refuses 64 "want a key of type rsa, found ed25519" 'checks --key-types' verify -k owner.pem.pub -t rsa
refuses 64 'want one for each of the 1 --layout-keys, found 2' 'counts --key-types' verify -k owner.pem.pub -t rsa rsa
refuses 64 "option --allow" 'knows what can be allowed' verify --allow everything
refuses 64 "--inspection-timeout: want whole seconds" 'wants a time that has come' verify --inspection-timeout=-1
refuses 64 "--inspection-memory: want bytes, or a number with K, M, G or T behind it, found '1X'" 'wants a size' verify --inspection-memory 1X
refuses 64 "--inspection-size: want bytes" 'and one that is not too large' verify --inspection-size 99999999999T
refuses 64 "--inspection-processes: want a number from 1 to 1000000, found '0'" 'wants a process at least' verify --inspection-processes 0
refuses 64 "--inspection-timeout: want whole seconds" 'and in digits' verify --inspection-timeout 1m
refuses 66 'no.pub' 'a key that is not there is missing input' verify -k no.pub

# --- the layout file ---------------------------------------------------------------------------------
refuses 66 '[layout.file]' 'a layout that is not there is missing input' \
	intoto verify -l no.layout --verification-keys owner.pem.pub
head -c 300 root.layout >cut.layout
refuses 65 'cut.layout: ' 'a truncated layout is bad input' intoto verify -l cut.layout --verification-keys owner.pem.pub
ok 'with its reason code' has "$tap_out" '[layout.format]'
refuses 65 '"verdict": "undecided"' 'and nothing is decided' \
	intoto verify -l cut.layout --verification-keys owner.pem.pub --format=json
start; build_threshold='"1"'; layout
refuses 65 'layout.steps[0].threshold: want a whole number, found a text' 'a wrong type is bad input, with its place' verify
start; build_threshold='1,"more":2'; layout
refuses 65 'layout.steps[0]: unknown member "more"' 'an unknown member is refused' verify
start; layout root.layout "$(step a '' 1 '' '' ''),$(step a '' 1 '' '' '')"
refuses 65 "two steps or inspections are called 'a'" 'a name that comes twice is refused' verify
start; layout root.layout "$(step ../a '' 1 '' '' '')"
refuses 65 "'../a' cannot be part of a file name" 'a name that is a path is refused' verify
start; layout root.layout "$(step a '' 1 '' '["ALLOW"]' '')"
refuses 65 'layout.steps[0].expected_materials[0]: want ALLOW <pattern>' 'a rule that does not parse is refused' verify
refuses 65 '[layout.format]' 'a link is no layout' \
	intoto verify -l "links/../link.tmp" --verification-keys owner.pem.pub

# --- who signed it -----------------------------------------------------------------------------------
good
refuses 1 '[layout.signature]' 'another key is refused' intoto verify -l root.layout --verification-keys eve.pem.pub --link-dir links
ok 'and steps are not looked at' lacks "$tap_out" 'build'
refuses 1 '[layout.signature]' 'every key must have signed' verify -k second.pem.pub
ok 'a key that is given twice is one' verify -k owner.pem.pub owner.pem
start; links; signers='owner second'; layout
ok 'two owners who both signed' verify -k second.pem.pub
ok 'one of them is enough when only one is asked for' verify
start; links; signers=; layout
refuses 1 '[layout.signature]' 'an unsigned layout is refused' verify
good; sed -i 's/"a.tar"/"b.tar"/; s/\*\.tar/*.tgz/' root.layout
refuses 1 '[layout.signature]' 'a changed layout is refused' verify
good; sed -i 's/"readme":/"injected":1,"readme":/; s/"readme" *:/"more":1,"readme":/' root.layout
refuses 65 'unknown member' 'an injected member is seen' verify

# --- its time ----------------------------------------------------------------------------------------
start; links; expires='"expires":"2020-06-01T00:00:00Z",'; layout
refuses 1 'expired at 2020-06-01T00:00:00Z' 'an expired layout is refused' verify
refuses 1 '[layout.expiry]' 'in the very second too' verify --at 2020-06-01T00:00:00Z
ok 'but not one second before' verify --at 2020-05-31T23:59:59Z
ok 'which can be said in seconds' verify --at @1590969599
refuses 1 '[layout.expiry]' 'and one later it is' verify --at @1590969600
for time in yesterday 2020-05-31 @x 2020-02-30T00:00:00Z; do
	refuses 64 "--at: want 2026-01-31T23:59:59Z or @SECONDS, found '$time'" "$time is no time" verify --at "$time"
done
refuses 64 'want a time from 1970 to 9999' 'nor is the year 10000' verify --at @253402300800
start; links; expires=; layout
refuses 1 'never expires' 'a layout without expiry is refused' verify
passes_with '[layout.expiry]' 'unless that is allowed' verify --allow no-expiry -v

# --- what else it must say -----------------------------------------------------------------------------
start; layout root.layout ''
refuses 1 '[layout.empty]' 'an empty layout is refused' verify
ok 'unless that is allowed' verify --allow empty-layout
for threshold in 0 -1; do
	start; links; build_threshold=$threshold; layout
	refuses 1 "the threshold is $threshold, want at least 1 [step.threshold-value]" "a threshold of $threshold is refused" verify
	ok 'unless that is allowed' verify --allow zero-threshold
	rm links/build.*
	refuses 1 'found 0 of 1 valid links' 'and then it counts as 1' verify --allow zero-threshold
done
start; links; build_products='["CREATE","out"],["DISALLOW","[secret"]'; layout
refuses 1 '[layout.pattern]' 'an unclosed bracket is refused' verify
ok 'unless that is allowed' verify --allow bad-glob
start; link build alice '' "\"[secret\":$(sha 1)"; link pack bob '' "\"a.tar\":$(sha 2)"
build_products='["DISALLOW","[secret"]'; layout
refuses 1 '[rule.disallow]' 'and then it stands for itself' verify --allow bad-glob

# --- who may do a step -----------------------------------------------------------------------------------
start; links; build_keys="\"${id[alice]}\",\"${id[bob]}\""; build_threshold=3; layout
refuses 1 '[step.quorum]' 'a threshold above the number of keys is refused' verify
start; links; keys+=",\"${current[alice]}\":$(intoto key convert --to=json --keyid-style=current alice.pem.pub)"
build_keys="\"${id[alice]}\",\"${current[alice]}\""; layout
refuses 1 'the same public key is listed under two ids' 'one key under two ids is refused' verify
start; links; build_keys="\"${id[alice]}\",\"${id[alice]}\""; layout
passes_with 'the id is listed twice' 'one id twice is one key' verify -v
start; links; build_keys="\"${id[alice]}\",\"${id[eve]}\""; layout
passes_with 'the layout has no key with this id' 'an id without a key is told' verify -v
start; links; build_keys="\"${current[alice]}\""; layout
ok 'a step may call a key by its id in the other dialect' verify
start; links; keys+=',"abcd":{"keytype":"sphincs","scheme":"sphincs-shake-128s","keyval":{"public":"00"}}'; layout
passes_with 'this key is never used' 'a key of another kind is told' verify -v

# --- links -----------------------------------------------------------------------------------------------
good; rm links/build.*
refuses 1 'found 0 of 1 valid links by distinct keys; looked for "build.' 'a missing link is refused' verify
ok 'and its name is told' has "$tap_out" "\"build.${id[alice]:0:8}.link\""
tap_run verify; ok 'in every dialect' has "$tap_out" "\"build.${current[alice]:0:8}.link\""
good; mv "links/build.${id[alice]:0:8}.link" "links/build.${current[alice]:0:8}.link"
ok 'a link is found under the id of the other dialect' verify
good; sed -i 's/00000001"/00000003"/' links/build.*.link
refuses 1 '[link.signature]' 'a changed link is refused' verify
ok 'and is no evidence' has "$tap_out" '[step.threshold]'
good; rm links/build.*; link build eve '' "\"out\":$(sha 1)"
refuses 1 '[step.threshold]' 'a link by a stranger is refused' verify
ok 'and is told' has "$tap_out" '[link.unauthorised]'
mv "links/build.${id[eve]:0:8}.link" "links/build.${id[alice]:0:8}.link"
refuses 1 '[link.signature]' 'under an authorised name too' verify
good; cp "links/pack.${id[bob]:0:8}.link" "links/build.${id[bob]:0:8}.link"; rm "links/build.${id[alice]:0:8}.link"
refuses 1 '[step.threshold]' 'a functionary of another step is a stranger' verify
start; link build alice '' "\"out\":$(sha 1)" '' other; link pack bob "\"out\":$(sha 1)" "\"a.tar\":$(sha 2)"; layout
refuses 1 'this is a link of the step "other", renamed [link.name]' 'a renamed link is refused' verify
ok 'unless that is allowed' verify --allow name-mismatch
good; rm links/pack.*; touch here.txt
intoto record start -n pack --signing-key bob.pem -d links >/dev/null 2>&1
mv links/.pack.*.link-unfinished "links/pack.${id[bob]:0:8}.link"; pack_materials=; pack_products=; layout
refuses 1 'this is a link of the step ".pack", renamed [link.name]' 'a record that was only started is no link' verify
mv "links/pack.${id[bob]:0:8}.link" "links/.pack.${id[bob]:0:8}.link-unfinished"
ok 'until it is stopped' intoto record stop -n pack --signing-key bob.pem -d links
ok 'when it is one' verify
good; head -c 100 links/build.* >cut; cp cut "links/build.${id[alice]:0:8}.link"
refuses 1 '[link.format]' 'a truncated link is refused' verify
good; rm links/build.*; mkfifo "links/build.${id[alice]:0:8}.link"
refuses 1 'is no regular file' 'a FIFO is refused, not waited for' timeout 20 \
	intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links
good; link build alice '' "\"out\":{\"sha256\":\"zz\"}" 2>/dev/null
refuses 1 'link.products' 'a signed link that is malformed is refused, with the place' verify
good; cp root.layout "links/build.${id[alice]:0:8}.link"
refuses 1 '[link.signature]' 'a layout by somebody else is no sublayout' verify
good; chmod 0 links/build.*
if can_be_unprivileged; then
	refuses 74 '[link.file]' 'a link that cannot be read decides nothing' unprivileged \
		intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links
else
	skip 'root reads everything, and cannot become anyone else here' 'a link that cannot be read decides nothing'
fi
good; ln -s loop "links/build.${id[alice]:0:8}.tmp"; rm "links/build.${id[alice]:0:8}.link"
ln -s "build.${id[alice]:0:8}.link" "links/build.${id[alice]:0:8}.link"
refuses 74 'UNDECIDED' 'a link in a loop of symbolic links decides nothing' verify

# --- thresholds ------------------------------------------------------------------------------------------
two_of_three() {
	start
	build_keys="\"${id[alice]}\",\"${id[bob]}\",\"${id[carol]}\"" build_threshold=2
	link pack bob "\"out\":$(sha 1)" "\"a.tar\":$(sha 2)"
	link build alice '' "\"out\":$(sha 1)"
	layout
}
two_of_three
refuses 1 'found 1 of 2 valid links' 'one link is not enough for a threshold of 2' verify
cp "links/build.${id[alice]:0:8}.link" "links/build.${current[alice]:0:8}.link"
refuses 1 'found 1 of 2 valid links' 'nor is the same link under another id' verify
cp "links/build.${id[alice]:0:8}.link" "links/build.${id[bob]:0:8}.link"
refuses 1 'found 1 of 2 valid links' "nor is it under another one's name" verify
two_of_three; link build bob '' "\"out\":$(sha 1)"
ok 'two links are' verify
echo '{' >"links/build.${id[carol]:0:8}.link"
passes_with '[link.format]' 'a broken third one is told, and not missed' verify -v
two_of_three; link build bob '' "\"out\":$(sha 7)"
refuses 1 '(products: "out" has other digests) [step.agreement]' 'two links that differ are refused' verify
refuses 1 'found 1 of 2' 'allowing disagreement still wants a quorum' verify --allow disagreement
link build carol '' "\"out\":$(sha 1)"
refuses 1 '[step.agreement]' 'a third one does not outvote by itself' verify
ok 'but may when that is allowed' verify --allow disagreement
two_of_three; link build bob '' "\"out\":$(sha 1),\"more\":$(sha 1)"
refuses 1 '(products: "more" is only in one)' 'a product that only one has is a difference' verify
two_of_three; link build bob "\"in\":$(sha 1)" "\"out\":$(sha 1)"
refuses 1 '(materials: "in" is only in one)' 'so is a material' verify
start; links; build_keys="\"${id[alice]}\",\"${id[carol]}\""; link build carol '' "\"out\":$(sha 9)"; layout
refuses 1 '[step.agreement]' 'links must agree even where one is enough' verify

# --- what a link says about its command --------------------------------------------------------------------
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":3'; layout
refuses 1 'the command failed with status 3 [link.status]' 'a failed step is refused' verify
ok 'unless that is allowed' verify --allow failed-step
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":-9'; layout
refuses 1 'was ended by signal 9' 'so is one that a signal ended' verify
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":0'; layout
ok 'status 0 is fine' verify
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":3,"accepted-return-values":[2,3]'; layout
ok 'so is a status that was accepted' verify
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":3,"accepted-return-values":[2]'; layout
refuses 1 '[link.status]' 'but no other' verify
for status in '"0"' true '[0]' '{}'; do
	start; links; link build alice '' "\"out\":$(sha 1)" "\"return-value\":$status" 2>/dev/null; layout
	refuses 1 '' "a status of $status is none" verify
done
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":"1"'; layout
refuses 1 'is no whole number, so nobody knows how the command ended [link.status]' 'a failure written as text is no success' verify
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":-9223372036854775808'; layout
refuses 1 'was ended by signal 9223372036854775808' 'nor is the smallest number' verify
start; links; link build alice '' "\"out\":$(sha 1)" '"return-value":0,"timed-out":true'; layout
refuses 1 'the command took too long and was ended [link.status]' 'nor is status 0 of a command that had to be ended' verify
ok 'unless that is allowed' verify --allow failed-step
start; links; link build alice '' "\"out\":$(sha 1)" '' '' '' '"make"'; layout
passes_with 'does not say how its command ended [link.status]' 'a command without a status is told' verify -v
start; build_command='"make","all"'; link build alice '' "\"out\":$(sha 1)" '' '' '' '"make","all"'
link pack bob "\"out\":$(sha 1)" "\"a.tar\":$(sha 2)"; layout
passes_with 'the command is the expected one' 'the expected command' verify -v
start; links; build_command='"make"'; layout
passes_with '[link.command]' 'another command is only told' verify -v

# --- rules -------------------------------------------------------------------------------------------------
start; links; link build alice '' "\"out\":$(sha 1),\"evil\\u001b[2J\":$(sha 5)"; layout
refuses 1 '1 artifact is left that it forbids: "evil\u{1b}[2J" [rule.disallow]' 'an artifact that no rule takes is refused' verify
plain() { tap_run verify --format=json; ! LC_ALL=C grep -q "$(printf '\302\233')" "$tap_stdout" && has "$tap_stdout" 'evil\u009b2J'; }
start; links; pack_products="[\"REQUIRE\",\"evil$(printf '\302\233')2J\"]"; layout
ok 'JSON is safe on a terminal' plain
start; links; link pack bob "\"out\":$(sha 8)" "\"a.tar\":$(sha 2)"; layout
refuses 1 '"out" (its digests differ from those in the products of "build")' 'an artifact that changed on the way is refused' verify
start; links; link pack bob "\"out\":$(sha 1),\"x\":$(sha 1)" "\"a.tar\":$(sha 2)"
pack_materials='["MATCH","*","WITH","PRODUCTS","FROM","build"],["DISALLOW","*"]'; layout
refuses 1 '"x" (it is not among the products of "build")' 'so is one that came from nowhere' verify
start; links; layout; rm links/build.*
refuses 1 '"out" (nothing is known about the products of "build")' 'so is one whose step has no link' verify
start; links; build_products='["REQUIRE","log"]'; layout
refuses 1 'products: "log" is not there [rule.require]' 'a required artifact must be there' verify
start; links; build_products='["ALLOW","*"],["REQUIRE","out"]'; layout
refuses 1 '"out" was consumed by a rule before this one' 'and must not be consumed before' verify
start; links; build_products='["REQUIRE","out"]'; layout
ok 'which it is not otherwise' verify
start; links; pack_materials='["MATCH","*","WITH","PRODUCTS","FROM","biuld"]'; layout
passes_with '"biuld" is no step or inspection of this layout [rule.unknown-step]' 'an unknown step is told' verify -v
start; links; build_products='["ALLOW","out"],["ALLOW","nothing"]'; layout
passes_with 'ALLOW nothing: products: the rule consumed nothing [rule.unused]' 'a rule without use is told' verify -v
start; links; layout
many=; for n in $(seq 1 25); do many+="\"f$n\":$(sha 1),"; done
link build alice '' "$many\"out\":$(sha 1)"
refuses 1 ' and 15 more [rule.disallow]' 'ten artifacts are named, the others counted' verify
start; links; build_products='["DISALLOW","*"]'; pack_products='["DISALLOW","*"]'; layout
tap_run verify
is "$(grep -c 'rule.disallow' "$tap_out")" 2 'all failures are listed'

# --- parameters --------------------------------------------------------------------------------------------
start; links; build_products='["CREATE","{what}"],["DISALLOW","*"]'; layout
refuses 1 '[rule.disallow]' 'without parameters a brace is a brace' verify
ok 'a parameter is put in' verify --param what=out
refuses 1 '[rule.disallow]' 'its value decides' verify --param what=in
refuses 1 "layout.steps[0].expected_products[0]: '{what}' has a brace" 'a parameter that is missing is refused' verify --param other=1
passes_with 'nothing in the layout asks for it' 'one too many is told' verify --param what=out --param more=1 -v
refuses 64 'want NAME=VALUE' 'a parameter has a value' verify --param what
refuses 64 'want a name of letters' 'and a name' verify --param =x
refuses 64 "'what' is given twice" 'and comes once' verify --param what=out --param what=in
refuses 64 'without control characters' 'and is one line' verify --param $'what=a\nb'

# --- sublayouts --------------------------------------------------------------------------------------------
# sublayout SIGNER [DEPTH]: alice's step is a layout whose steps bob and carol do
sublayout() {
	local folder=links/build.${id[alice]:0:8}
	start; links; layout
	rm links/build.*; mkdir -p "$folder"
	signers=$1
	pack_materials=; pack_products=; build_products=
	layout sub.layout "$(step one "\"${id[bob]}\"" 1 '' '["DISALLOW","*"]' '["CREATE","o"]'),$(step two "\"${id[carol]}\"" 1 '' \
		'["MATCH","o","WITH","PRODUCTS","FROM","one"],["DISALLOW","*"]' '["CREATE","out"],["DISALLOW","*"]')"
	mv sub.layout "$folder.link"
	link one bob '' "\"o\":$(sha 4)" '' '' "$folder"
	link two carol "\"o\":$(sha 4)" "\"out\":$(sha 1)" '' '' "$folder"
}
sublayout alice
passes_with 'the sublayout passed [sublayout.verdict]' 'a sublayout stands for a link' verify -v
ok 'its items are told with their step' has "$tap_out" 'build/two: '
sublayout eve
refuses 1 '[link.signature]' 'a sublayout by a stranger is refused' verify
sublayout alice; sed -i 's/0004"/0005"/' links/build.*/one.*.link
refuses 1 'build/one: found 0 of 1 valid links' 'a changed link in a sublayout is refused' verify
ok 'and the sublayout with it' has "$tap_out" '[sublayout.verdict]'
sublayout alice; link two carol "\"o\":$(sha 4)" "\"out\":$(sha 6)" '' '' "links/build.${id[alice]:0:8}"
refuses 1 'pack: ' 'what comes out of a sublayout must fit the chain' verify
sublayout alice; rm -r "links/build.${id[alice]:0:8}"
refuses 1 'build/one: found 0 of 1' 'the links of a sublayout are in its folder' verify
sublayout alice; expires='"expires":"2020-06-01T00:00:00Z",'; signers=alice
layout "links/build.${id[alice]:0:8}.link" "$(step one "\"${id[bob]}\"" 1 '' '' '')"
refuses 1 'build: expired at 2020-06-01' 'an expired sublayout is refused' verify
sublayout alice; signers=alice; layout "links/build.${id[alice]:0:8}.link" "$(step ../x '' 1 '' '' '')"
refuses 1 "cannot be part of a file name" 'a malformed sublayout is refused, not undecided' verify
# A layout that is its own sublayout, through a symbolic link.
start; keys="\"${id[alice]}\":${object[alice]}"
signers='owner alice'; layout root.layout "$(step deep "\"${id[alice]}\"" 1 '' '' '')"
cp root.layout "links/deep.${id[alice]:0:8}.link"; ln -s . "links/deep.${id[alice]:0:8}"
refuses 1 'sublayouts are nested deeper than 8 [sublayout.depth]' 'sublayouts without an end are refused' verify
start; keys="\"${id[alice]}\":${object[alice]}"; signers='owner alice'
layout root.layout "$(for n in 0 1 2 3 4 5 6; do [ $n = 0 ] || printf ,; step s$n "\"${id[alice]}\"" 1 '' '' ''; done)"
for n in 0 1 2 3 4 5 6; do cp root.layout "links/s$n.${id[alice]:0:8}.link"; ln -s . "links/s$n.${id[alice]:0:8}"; done
refuses 1 'more than 1000 sublayouts in all' 'and so are too many' timeout 60 \
	intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links -v

# --- inspections -------------------------------------------------------------------------------------------
inspection() { # NAME RUN MATERIALS PRODUCTS
	printf '{"_type":"inspection","name":"%s","run":[%s],"expected_materials":[%s],"expected_products":[%s]}' "$@"
}
here() { # CMD...: in a fresh folder with the product alone
	rm -rf here && mkdir here && printf tar >here/a.tar && (cd here && "$@")
}
verify_here() { here intoto verify -l ../root.layout --verification-keys ../owner.pem.pub --link-dir ../links "$@"; }
with_inspection() {
	start; links
	link pack bob "\"out\":$(sha 1)" "\"a.tar\":{\"sha256\":\"$(printf tar | sha256sum | cut -d' ' -f1)\"}"
	inspect=$(inspection look "$@"); layout
}
with_inspection '"sh","-c","echo x >made; echo loud"' '["MATCH","*","WITH","PRODUCTS","FROM","pack"],["DISALLOW","*"]' \
	'["MATCH","a.tar","WITH","PRODUCTS","FROM","pack"],["CREATE","made"],["DISALLOW","*"]'
passes_with 'PASSED' 'an inspection passes' verify_here
ok 'its output is not shown' lacks "$tap_out" loud
is "$(ls here | tr '\n' ' ')" 'a.tar ' 'what it made stays in the copy'
passes_with 'PASSED' 'and with --inspections=host it passes, too' verify_here --inspections=host
is "$(ls here | tr '\n' ' ')" 'a.tar made ' 'where no link file is left behind'
passes_with loud 'unless every check is listed' verify_here -v
refuses 1 '[inspection.refused]' 'inspections can be refused' verify_here --inspections=refuse
ok 'and are not run then' not test -e here/made
here true; printf x >>here/a.tar
refuses 1 '[rule.disallow]' 'what is here must be what was made' \
	bash -c 'cd here && intoto verify -l ../root.layout --verification-keys ../owner.pem.pub --link-dir ../links'
sed -i 's/00000001"/00000003"/' links/build.*.link
refuses 1 'was not run' 'after a failure no inspection is run' verify_here -v --inspections=host
ok 'really' not test -e here/made
with_inspection '"sh","-c","test -z \"$(cat)\" && test ! -e /proc/self/fd/9"' '' ''
with_input() { verify_here <<<secret 9</dev/null; }
ok 'an inspection gets no input and no descriptor of ours' with_input
with_inspection '"sh","-c","exit 3"' '' ''
refuses 1 'the command ended with status 3 [inspection.command]' 'an inspection that fails is refused' verify_here
with_inspection '"sh","-c","kill -9 $$"' '' ''
refuses 1 'was ended by signal 9' 'so is one that a signal ends' verify_here
with_inspection '"sleep","60"' '' ''
refuses 1 'took longer than 1 s [inspection.timeout]' 'so is one that takes too long' verify_here --inspection-timeout 1
with_inspection '"no-such-program-anywhere"' '' ''
refuses 69 'UNDECIDED' 'one that cannot be started decides nothing' verify_here
with_inspection '' '' ''
refuses 1 'the inspection has no command' 'one without a command is refused' verify_here
with_inspection '"true"' '["MATCH","*","WITH","PRODUCTS","FROM","next"]' ''
inspect+=,$(inspection next '"touch","b"' '["MATCH","a.tar","WITH","MATERIALS","FROM","look"],["DISALLOW","*"]' \
	'["MATCH","a.tar","WITH","PRODUCTS","FROM","look"],["CREATE","b"],["DISALLOW","*"]'); layout
ok 'inspections may match inspections' verify_here
with_inspection '"false"' '' ''; inspect+=,$(inspection next '"touch","b"' '' ''); layout
refuses 1 'was not run' 'after a failed one the next is not run' verify_here -v --inspections=host
ok 'really not' not test -e here/b
# A broken file beside a sublayout must not keep the sublayout's inspections from being run.
sublayout alice
inspect=$(inspection look '"sh","-c","touch ran; exit 1"' '' ''); expires='"expires":"2100-01-01T00:00:00Z",'; signers=alice
layout "links/build.${id[alice]:0:8}.link" "$(step one "\"${id[bob]}\"" 1 '' '' '')"
start_keys="\"${id[alice]}\",\"${id[carol]}\""; inspect=; signers=owner; build_keys=$start_keys; build_products=; pack_materials=; layout
echo '{' >"links/build.${id[carol]:0:8}.link"
refuses 1 '[inspection.command]' 'a failing inspection of a sublayout is refused beside a broken file' verify_here --inspections=host
ok 'because it was run' test -e here/ran

# --- the summary link ----------------------------------------------------------------------------------------
good
ok 'writes a summary link' verify -q --summary-link sum.link --summary-name done
is "$(intoto sign -q -f sum.link -k alice.pem -o links/done.link && intoto sign --verify -f links/done.link -k alice.pem.pub >/dev/null && echo yes)" \
	yes 'which can be signed'
start; links; layout; rm -f sum.link; sed -i 's/00000001"/00000003"/' links/build.*.link
refuses 1 REFUSED 'after a failure' verify --summary-link sum.link
ok 'there is none' not test -e sum.link

done_testing
