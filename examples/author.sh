#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A layout from the first draft to the gate, in a folder of its own:
#
#	./examples/author.sh [FOLDER]        a new temporary one, if none is given
#
# Two steps are done once; a layout is drafted from their links; the layout that is kept is written in YAML,
# looked at, tried on evidence, compiled and signed; and whoever does the second step checks the first.
# Needs intoto in PATH.
set -euo pipefail

folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/intoto-author.XXXXXX")}
mkdir -p "$folder"
cd "$folder"
say() { printf '\n==> %s\n' "$*"; }
die() { printf '\nauthor.sh: %s\n' "$*" >&2; exit 1; }

say '1. People: an owner, alice who writes, bob who builds'
for name in owner alice bob; do
	intoto key generate --type ed25519 --no-passphrase -o $name.pem
done

say '2. A good run'
run() { intoto run --quiet --metadata-directory links "$@"; }
mkdir -p links src
echo 'echo hello' >src/hello.sh
run -n write --signing-key alice.pem -p src -- true
run -n build --signing-key bob.pem -m src -p hello -- cp src/hello.sh hello

say '3. A draft out of its links'
intoto layout from-links links -o draft.layout --keys alice.pem.pub bob.pem.pub
intoto layout show draft.layout

say '4. The layout that is kept: written for people'
cat >root.yaml <<'YAML'
expires: {in: 6 months}
keys:
  alice: alice.pem.pub
  bob: bob.pem.pub
steps:
  - name: write
    pubkeys: [alice]
    expected_materials: [DISALLOW *]
    expected_products:
      - CREATE src/*.sh
      - DISALLOW *
  - name: build
    pubkeys: [bob]
    expected_command: cp src/hello.sh hello
    expected_materials:
      - REQUIRE src/hello.sh
      - MATCH src/* WITH PRODUCTS FROM write
      - DISALLOW *
    expected_products:
      - CREATE hello
      - DISALLOW *
YAML
intoto layout diff draft.layout root.yaml || [ $? -eq 1 ] || die 'the layouts cannot be compared'

say '5. Is anything wrong with it?'
intoto layout lint --strict root.yaml

say '6. Does it pass what is good, and refuse what is not?'
mkdir -p root.yaml.tests/pass/usual/links root.yaml.tests/fail/tampered/links
cp links/* root.yaml.tests/pass/usual/links/
cp links/write.* root.yaml.tests/fail/tampered/links/
echo 'rule.disallow build' >root.yaml.tests/fail/tampered/expect
(
	mkdir other && cd other && mkdir src && echo 'echo evil' >src/hello.sh
	intoto run --quiet -n build --signing-key ../bob.pem --metadata-directory ../root.yaml.tests/fail/tampered/links \
		-m src -p hello -- cp src/hello.sh hello
)
intoto layout test root.yaml

say '7. Signed, and the gate'
intoto layout compile root.yaml -o root.layout
intoto sign -q -f root.layout -k owner.pem
intoto verify -l root.layout --verification-keys owner.pem.pub --link-dir links

say '8. Before bob builds again, he checks what he builds on'
check() { intoto check -l root.layout --verification-keys owner.pem.pub --step build --link-dir links -p src; }
check
echo 'echo evil' >src/hello.sh
status=0
check || status=$?
[ $status -eq 1 ] || die 'a changed file must be refused'

say "Done; everything is in $folder"
