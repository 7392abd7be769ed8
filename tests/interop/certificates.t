#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# in-toto-golang of Debian 13 and certificates (ITE-7): links made there verify here, links made here
# verify there, under one layout.
#
# What limits it: it compares "roots" with all roots of a layout, takes no certificate in DSSE, and
# judges dates as of now.  Each is asserted by its symptom, so that we notice when it goes.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

if ! folder=$(bash "$INTOTO_SOURCE/tests/lib/peers.sh" in-toto-golang 2>peers.log); then
	diag "$(tail -n 3 peers.log)"
	skip_all 'in-toto-golang of Debian 13 cannot be had'
fi
. "$INTOTO_SOURCE/tests/lib/certificates.sh"

ok 'there are authorities and people' make_people
root_id=$(intoto layout init ids.layout --expires-in 1d && intoto layout add-root ids.layout root.pem)
layout root.layout "uri=spiffe://example.com/build root=$root_id" >/dev/null
layout time.layout cn=gone >/dev/null
links metablock bob.key bob.pem --format=metablock
links dsse bob.key bob.pem
key gone
certify gone middle /CN=gone/O=Example 20250101000000Z 20250201000000Z 'basicConstraints=CA:FALSE' >/dev/null 2>&1
links gone gone.key gone.pem --format=metablock
without_middle >/dev/null
go=$folder/in-toto-golang
go_links() {
	local folder=$1 name=$2 key=$2
	rm -rf work
	mkdir -p "$folder" work
	(cd work && "$go" run -n build -k "$here/$key.key" -c "$here/$name.pem" -d "$here/$folder" -p . -- touch out)
}
go_verify() {
	local file=$1 folder=$2
	shift 2
	"$go" verify -l "$file" -k owner.key.pub -d "$folder" "$@"
}
# It knows one root only where it is to be named.
one_root() {
	rm -f one.layout
	intoto layout init one.layout --expires 2080-01-01T00:00:00Z --format=metablock &&
		intoto layout add-root one.layout root.pem && intoto layout add-root one.layout --intermediate middle.pem &&
		intoto layout add-step one.layout build --quiet --product-rule 'ALLOW *' \
			--cert-constraint "cn=* uri=spiffe://example.com/$1 organization=Example root=$root_id email= dns=" &&
		intoto sign -f one.layout -k owner.key
}
for name in bob:build carl:carl dora:dora; do
	person=${name%:*}
	ok "$person: we write a layout for both" one_root "${name#*:}"
	ok "$person: in-toto-golang makes a link" go_links go-$person "$person"
	ok "$person: it verifies here" verify one.layout go-$person
	ok "$person: and there" go_verify one.layout go-$person
	ok "$person: we make a link" links ours-$person "$person.key" "$person.pem" --format=metablock
	ok "$person: it verifies there" go_verify one.layout ours-$person
	ok "$person: and here" verify one.layout ours-$person
done
refuses 1 'cert failed constraints check' 'dora is not carl there' go_verify one.layout ours-carl
refuses 1 'has the URI' 'nor here' verify one.layout ours-carl
ok 'our chain of certificates is read there' links ours-chain bob.key bob.chain --format=metablock
one_root build >/dev/null 2>&1
ok 'its first one counts' go_verify one.layout ours-chain
ok 'here too' verify one.layout ours-chain
rm -rf short && links short bob.key bob.pem --format=metablock >/dev/null 2>&1
refuses 1 'failed to verify roots' 'a missing intermediate is missing there' go_verify short.layout short
ok 'and is given in the same way' go_verify short.layout short -i middle.pem

# The three things that it does not do.
refuses 1 'cert has an unexpected root' 'with two roots, naming one of them passes nobody there' go_verify root.layout metablock
ok 'and selects here' verify root.layout metablock
refuses 1 'Signature has empty Certificate' 'a certificate in DSSE is not seen there' go_verify one.layout dsse
ok 'and counts here' verify one.layout dsse
refuses 1 'cert cannot be verified' 'a certificate that is over is over there, whatever the timestamp' go_verify time.layout gone

done_testing
