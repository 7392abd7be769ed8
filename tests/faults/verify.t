#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# intoto verify while calls of the system fail: no crash, no file left behind, and what does not pass in
# peace does not pass then.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
most=10
. "$INTOTO_SOURCE/tests/faults/faults.sh"

chain_keys owner alice bob
expires=2100-01-01T00:00:00Z
mkdir good
echo made >good/out
made="\"out\":{\"sha256\":\"$(sha256sum <good/out | cut -d' ' -f1)\"}"
source="\"in\":$(sha 1)"
layout root.layout owner 'alice bob' \
	"$(step fetch alice 1 '["DISALLOW","*"]' '["CREATE","in"],["DISALLOW","*"]'),$(step build 'alice bob' 2 \
	'["MATCH","in","WITH","PRODUCTS","FROM","fetch"],["DISALLOW","*"]' '["CREATE","out"],["DISALLOW","*"]')" \
	"$(inspection look '"test","-s","out"' '["MATCH","out","WITH","PRODUCTS","FROM","build"],["DISALLOW","out"]' '["ALLOW","*"]')"
link links fetch alice '' "$source"
link links build alice "$source" "$made"
link links build bob "$source" "$made"

verify=(intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links)
reset() { rm -f out; }
judge() {
	local others
	others=$(find . -newer "$tap_top/before" -type f)
	[ -z "$others" ] || echo "files are left: $others"
	[ "$1" -eq 0 ] || [ -s "$tap_stderr" ] || [ -s "$tap_stdout" ] || grep -qE ' write |^fcntl open [123]$' "$tap_top/fault" ||
		echo 'a failure without a word'
}
cd good
cp -r ../root.layout ../owner.pem.pub ../links .
ok 'undisturbed, the chain passes' "${verify[@]}"
touch "$tap_top/before"
sleep 0.01
walk 'a good chain' "${verify[@]}"

# never SENTENCE: this chain does not pass, whatever fails
never() {
	local sentence=$1
	refuses 1 'REFUSED' "undisturbed, it is refused: $sentence" "${verify[@]}"
	touch "$tap_top/before"
	sleep 0.01
	walk "$sentence" "${verify[@]}"
}
judge_peace=$(declare -f judge)
eval "judge_more${judge_peace#judge}"
judge() {
	[ "$1" -ne 0 ] || echo 'it passes'
	! grep -q 'PASSED' "$tap_stdout" || echo 'it says that it passes'
	judge_more "$1"
}
sed -i 's/made/other/' out 2>/dev/null
rm -f links/build."${id[bob]:0:8}".link
never 'a signature too few'
cp ../links/* links/
echo other >out
never 'another product'

done_testing
