#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The examples do what they say.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'

ok 'author.sh: from a draft to the gate' "$INTOTO_SOURCE/examples/author.sh" author
cp "$tap_stdout" told
ok 'the draft names both steps' has told 'MATCH src/hello.sh WITH PRODUCTS FROM write'
ok 'lint finds nothing' has told '0 errors, 0 warnings, 1 notes'
ok 'the cases are good' has told 'ok 2 - fail/tampered'
ok 'the chain passes' grep -q '^PASSED' told
ok 'the last check refuses' has told "changed: src/hello.sh (differs from the products of 'write')"
ok 'and everything stays' test -s author/root.layout

done_testing
