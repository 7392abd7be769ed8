#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Artifacts that are no files, from the step to the verdict: intoto run, match and verify with dir:, git: and ostree:.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

for name in bob owner; do
	intoto key generate --no-passphrase -o "$tap_top/$name.pem" >/dev/null
done
cd "$tap_work" || exit 1
mkdir tree && echo one >tree/a && echo two >tree/b
git init -q . && git config user.name A && git config user.email a@example.org && git add . && git commit -qm one

ok 'a step records a folder and a commit' intoto run -n fetch --signing-key "$tap_top/bob.pem" \
	-p dir:tree git:commit:HEAD -- true
ok 'the next step starts from them' intoto run -n build --signing-key "$tap_top/bob.pem" \
	-m dir:tree git:commit:HEAD -- true
intoto layout init --expires 2035-01-01T00:00:00Z root.layout >/dev/null
intoto layout add-step root.layout fetch --quiet --key "$tap_top/bob.pem.pub" >/dev/null
intoto layout add-step root.layout build --quiet --key "$tap_top/bob.pem.pub" \
	--material-rule 'MATCH dir:tree WITH PRODUCTS FROM fetch' \
	--material-rule 'MATCH git:* WITH PRODUCTS FROM fetch' --material-rule 'DISALLOW *' >/dev/null
intoto sign -f root.layout --signing-key "$tap_top/owner.pem" >/dev/null
ok 'rules match them by name' intoto verify --layout root.layout --verification-keys "$tap_top/owner.pem.pub"
link=$(echo fetch.*.link)
ok 'a tree is compared with them' intoto match --link "$link" -p dir:tree git:commit:HEAD

echo three >tree/b
refuses 1 'dir:tree' 'a changed file changes the folder' intoto match --link "$link" -p dir:tree git:commit:HEAD
git commit -qam two
ok 'a step on the changed folder' intoto run -n build --signing-key "$tap_top/bob.pem" \
	-m dir:tree git:commit:HEAD -- true
refuses 1 '"dir:tree"' 'the chain with the changed folder' \
	intoto verify --layout root.layout --verification-keys "$tap_top/owner.pem.pub"
refuses 125 'gti:commit:HEAD: this scheme is not known, want file:, dir:, git:, ostree:' 'a scheme that nobody knows' \
	intoto run -n build --signing-key "$tap_top/bob.pem" -m gti:commit:HEAD -- true
done_testing
