#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The conformance corpus: it is what its generator makes, and our verifier comes to every verdict, each
# refusal for its stated reason.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'
corpus=$INTOTO_SOURCE/tests/conformance
export PYTHONDONTWRITEBYTECODE=1

# --- the corpus ----------------------------------------------------------------------------------------
same_corpus() {
	python3 "$corpus/generate.py" again && diff -r "$corpus/cases" again
}
ok 'the generator makes the corpus that is kept, byte for byte' same_corpus
rm -rf again
count=$(python3 "$corpus/run.py" --list | wc -l)
ok "there are at least 200 cases ($count)" test "$count" -ge 200

# --- the runner ----------------------------------------------------------------------------------------
judge() { # VERDICT-LINE... : an adapter that always says so
	printf '#!/bin/sh\ncat <<"END"\n%s\nEND\n' "$(printf '%s\n' "$@")" >adapter
	chmod +x adapter
	python3 "$corpus/run.py" --timeout 5 --reasons ./adapter rules/create rules/create-not
}
refuses 1 'want refuse, got accept' 'a verifier that accepts everything fails' judge accept
refuses 1 'want accept, got refuse' 'one that refuses everything fails' judge refuse 'reason failed rule.disallow'
refuses 1 'want the reason rule.disallow' 'and one that refuses for another reason' judge refuse 'reason failed layout.expiry'
refuses 1 'more reasons than rule.disallow' 'or for too many' judge refuse 'reason failed rule.disallow' 'reason failed layout.expiry'
refuses 1 'got crash' 'one that says nothing has crashed' judge ''
ok 'what cannot be tested is skipped' judge 'unsupported nothing of this'
printf '#!/bin/sh\nsleep 60\n' >adapter
refuses 1 'took longer than 1.0 s' 'one that hangs has crashed' \
	python3 "$corpus/run.py" --timeout 1 --reasons ./adapter rules/create

# --- our verifier --------------------------------------------------------------------------------------
INTOTO=$(type -P intoto)
export INTOTO
python3 "$corpus/run.py" --reasons "$corpus/adapters/ours" >cases.tap 2>&1
while IFS= read -r line; do
	case $line in
	ok\ *) tap_result 0 "${line#* - }" ;;
	not\ ok\ *) tap_result 1 "${line#* - }" ;;
	\#*) echo "$line" ;;
	esac
done <cases.tap
is "$(grep -cE '^(not )?ok ' cases.tap)" "$count" 'every case was run'
lacks_skips() { lacks cases.tap '# SKIP'; }
ok 'and none was skipped' lacks_skips

done_testing
