#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The example that archives two releases of this project does what it says.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
for tool in tar zstd; do command -v $tool >/dev/null || skip_all "there is no $tool"; done
[ -n "${INTOTO_PREFIX-}" ] || export INTOTO_ATTESTORS=$INTOTO_BUILD/attestors/sbom:$INTOTO_BUILD/attestors/tests

ok 'release.sh: from a tarball to an archive that is tampered with' "$INTOTO_SOURCE/examples/release.sh" release
cp "$tap_stdout" told
ok 'both are packed' test -s release/intoto-0.1.0.tar.zst -a -s release/intoto-0.1.1.tar.zst
ok 'with the tarball, its SBOM and its check' test "$(grep -c '  raw  ' told)" -eq 3
ok 'the second passes' has told 'PASSED: intoto-0.1.1.tar.zst'
ok 'and names the first' has told 'is the archive before this one, number 0'
ok 'what changed is told' has told 'changed   intoto.tar: sha256:'
ok 'and what did not is not' lacks told 'command of dist'
ok 'the SBOM is found in the store' has told 'https://cyclonedx.org/bom'
ok 'which is whole' has told '; 0 faults'
ok 'another SBOM is refused' has told 'REFUSED: changed.tar.zst'
ok 'and so is another signer' has told 'REFUSED: stranger.tar.zst'
ok 'the page for the auditor says what it is' grep -q 'intoto.*0\.1\.1' release/intoto-0.1.1.html

done_testing
