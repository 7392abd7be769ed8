#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Layouts with gates, and verifiers that do not know gates: Debian's in-toto (the Python reference) and
# in-toto-golang.  Each passes the chain without gates, so that it is the gates that it refuses; and
# each would have passed it with the gates under the older type, in an envelope, which is why there is
# a newer one.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
peers=''
for python in /usr/bin/python3 python3; do
	"$python" -c 'import in_toto' 2>/dev/null && command -v in-toto-verify >/dev/null && { peers=python; break; }
done
if folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang 2>peers.log); then
	peers="$peers go"
fi
[ -n "$peers" ] || skip_all 'no other implementation can be had'

for name in owner bob; do intoto key generate --type ecdsa-p256 --no-passphrase -o $name.pem >/dev/null; done
intoto key convert --to=json --keyid-style=legacy -o owner.json owner.pem.pub
mkdir work
# make_chain FORMAT: plain.layout and gated.layout in work, with a link
make_chain() {
	(
		cd work && rm -f ./* && intoto layout init plain.layout --format="$1" --expires 2100-01-01T00:00:00Z &&
			intoto layout add-step plain.layout build --key ../bob.pem.pub --keyid-style=legacy --product-rule 'CREATE out' \
				--product-rule 'DISALLOW *' --quiet &&
			cp plain.layout gated.layout && intoto layout add-gate gated.layout build 'command:{"exit":[0]}' &&
			intoto sign -q --keyid-style=legacy -f plain.layout -k ../owner.pem &&
			intoto sign -q --keyid-style=legacy -f gated.layout -k ../owner.pem &&
			intoto-run -n build --format="$1" --keyid-style=legacy --signing-key ../bob.pem -p out -- sh -c 'echo 1 >out'
	) && sed 's/"gated-layout"/"layout"/' work/gated.layout >work/older.layout
}
verify_python() { (cd work && in-toto-verify -l "$1" -t ecdsa -k ../owner.json); }
verify_go() { (cd work && "$folder/in-toto-golang" verify -l "$1" -k ../owner.pem.pub --link-dir .); }
# What they say of it: it is neither of the two types that they know.
declare -A why=([python]='Invalid Metadata format' [go]='not link or layout')
fails() { ! tap_run "$@"; }
for form in metablock dsse; do
	ok "makes the chain as $form" make_chain $form
	for peer in $peers; do
		[ "$peer $form" = 'python dsse' ] && continue # it reads links and layouts in Metablock only
		ok "$peer, $form: passes the chain without gates" "verify_$peer" plain.layout
		ok "$peer, $form: refuses it with gates" fails "verify_$peer" gated.layout
		ok "$peer, $form: for its type" has "$tap_out" "${why[$peer]}"
	done
	ok "$form: we pass it without" bash -c 'cd work && intoto verify -l plain.layout --verification-keys ../owner.pem.pub'
	ok "$form: and with gates" bash -c 'cd work && intoto verify -l gated.layout --verification-keys ../owner.pem.pub'
done
done_testing
