#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same inspections by Debian's in-toto-verify, which runs them in the folder with all rights, and by
# ours in the sandbox: the verdict is the same.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/interop/chain.sh"

for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto' 2>/dev/null && break
	python=
done
[ -n "$python" ] && command -v in-toto-verify >/dev/null || skip_all "Debian's in-toto is not installed"

key_of_ours owner rsa >/dev/null || exit 1

# The folder that is verified, with what inspections are written for.
mkdir -p tree/src tree/.git tree/bin
printf 'int x;\n' >tree/src/a.c
printf 'two\n' >"tree/src/b c.txt"
printf 'object' >tree/.git/object
printf 'x' >tree/old.pyc
printf '{}' >tree/step.12345678.link
printf '#!/bin/sh\ntest "$1" = yes\n' >tree/bin/check
chmod +x tree/bin/check
ln -s src/a.c tree/latest
ln -s /usr/bin/env tree/tool
(cd tree && tar -cf demo.tar src && tar -czf demo.tgz src && sha256sum src/* >sums)

# What rules may rest on: the same files, and the digests of what is made.
sha() { sha256sum | cut -d' ' -f1; }
quoted() { "$python" -c 'import json,sys; print(json.dumps(sys.argv[1:])[1:-1])' "$@"; }

number=0
# case PASS|FAIL SENTENCE MATERIAL_RULES PRODUCT_RULES COMMAND...: both tools must say so
case_of() {
	local want=$1 sentence=$2 materials=$3 products=$4 ours theirs run
	shift 4
	number=$((number + 1))
	run=$(quoted "$@")
	printf '{"signatures":[],"signed":{"_type":"layout","expires":"2100-01-01T00:00:00Z","readme":"","keys":{},"steps":[],"inspect":[{"_type":"inspection","name":"look","run":[%s],"expected_materials":[%s],"expected_products":[%s]}]}}' \
		"$run" "$materials" "$products" >root.layout
	intoto sign -q -f root.layout -k owner.pem -o root.layout || return
	rm -rf theirs ours && cp -a tree theirs && cp -a tree ours
	(cd theirs && in-toto-verify -l ../root.layout -k ../owner.pem.pub -t rsa) >theirs.out 2>&1
	theirs=$?
	(cd ours && intoto verify -l ../root.layout -k ../owner.pem.pub) >ours.out 2>&1
	ours=$?
	[ $theirs -eq 0 ] && theirs=PASS || theirs=FAIL
	[ $ours -eq 0 ] && ours=PASS || ours=FAIL
	is "$theirs $ours" "$want $want" "$sentence: $want" || { diag "$(tail -n 3 theirs.out)"; diag "$(cat ours.out)"; }
	diff -r tree ours >changed 2>&1 || { tap_result 1 'and our folder stays as it was'; diag "$(cat changed)"; }
}
any='["ALLOW","*"]'
none='["DISALLOW","*"]'

case_of PASS 'nothing' "$any" "$any" true
case_of FAIL 'a failure' "$any" "$any" false
case_of PASS 'untar' "$any" "$any" tar xf demo.tar -C bin
case_of PASS 'untar over what is there' "$any" '["DISALLOW","src/c"],["MODIFY","nothing"],'"$any" tar xf demo.tar
case_of PASS 'untar compressed' "$any" '["CREATE","bin/src/*"],["DISALLOW","bin/src/*"],'"$any" tar xzf demo.tgz -C bin
case_of FAIL 'untar what is not there' "$any" "$any" tar xf none.tar
case_of PASS 'touch' "$any" '["CREATE","new"],["DISALLOW","new"],["REQUIRE","src/a.c"],'"$any" touch new
case_of FAIL 'touch, and a rule against it' "$any" '["DISALLOW","new"],'"$any" touch new
case_of PASS 'change' "$any" '["MODIFY","src/a.c"],["DISALLOW","src/a.c"],'"$any" sh -c 'echo more >>src/a.c'
case_of PASS 'delete' '["REQUIRE","sums"],["DELETE","sums"],["DISALLOW","sums"],'"$any" "$any" rm sums
case_of PASS 'diff of what is equal' "$any" "$any" diff src/a.c latest
case_of FAIL 'diff of what is not' "$any" "$any" diff src/a.c 'src/b c.txt'
case_of PASS 'sums' "$any" "$any" sha256sum -c sums
case_of PASS 'a script' "$any" "$any" sh -c 'for f in src/*; do test -s "$f" || exit 1; done'
case_of FAIL 'a script that fails' "$any" "$any" sh -c 'exit 3'
case_of FAIL 'one that a signal ends' "$any" "$any" sh -c 'kill -9 $$'
case_of PASS 'a pipe and a temporary file' "$any" "$any" bash -c 'set -o pipefail; t=$(mktemp) && tar tf demo.tar | sort >"$t" && grep -q a.c "$t" && rm "$t"'
case_of PASS 'a process substitution' "$any" "$any" bash -c 'diff <(tar tf demo.tar | sort) <(tar tzf demo.tgz | sort)'
case_of PASS 'test' "$any" "$any" test -f demo.tar
case_of FAIL 'test of what is not there' "$any" "$any" test -f nothing
case_of PASS 'python' "$any" '["CREATE","names"],["DISALLOW","names"],'"$any" python3 -c 'import os,tarfile; open("names","w").write(str(tarfile.open("demo.tar").getnames()))'
case_of FAIL 'python that fails' "$any" "$any" python3 -c 'raise SystemExit(1)'
case_of PASS 'python with processes' "$any" "$any" python3 -c 'import subprocess,tempfile; assert subprocess.run(["cat","src/a.c"],capture_output=True,check=True).stdout; tempfile.TemporaryFile()'
case_of PASS 'a program of the folder' "$any" "$any" ./bin/check yes
case_of FAIL 'one that refuses' "$any" "$any" bin/check no
case_of PASS 'a program through a link' "$any" "$any" ./tool true
case_of FAIL 'a program that nobody has' "$any" "$any" no-such-program
case_of FAIL 'a file that is no program' "$any" "$any" ./sums
case_of PASS 'what is never recorded is there' '["DISALLOW",".git*"],["DISALLOW","*.pyc"],["DISALLOW","*.link"],'"$any" "$any" cat .git/object old.pyc step.12345678.link
case_of FAIL 'every file is recorded before' "$none" "$any" true
case_of FAIL 'every file is recorded behind' "$any" "$none" true
case_of PASS 'under its name' '["REQUIRE","src/b c.txt"],["REQUIRE","latest"],["REQUIRE","tool"],["ALLOW","src/*"],["ALLOW","[bdlst]*"],'"$none" "$any" true
case_of FAIL 'and no other' '["REQUIRE","./src/a.c"],'"$any" "$any" true
case_of PASS 'much output' "$any" "$any" sh -c 'seq 200000; seq 200000 >&2'
case_of PASS 'input that ends' "$any" "$any" sh -c 'test -z "$(cat)"'
case_of PASS 'a background process' "$any" "$any" sh -c 'sleep 1 & true'
case_of PASS 'modes' "$any" '["CREATE","n"],["DISALLOW","n"],'"$any" sh -c 'cp sums n && chmod 4750 n && test -x n && chown "$(id -u)" n'

done_testing
