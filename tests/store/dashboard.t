#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The dashboard over a real store with real documents: every link of every page leads somewhere.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
command -v intoto >/dev/null || skip_all 'the program is not built'
command -v python3 >/dev/null || skip_all 'there is no python3'
INTOTO_TEST_STORE_PROGRAM=$(command -v intoto)
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/serve/server.sh"
. "$INTOTO_SOURCE/tests/report/release.sh"

server_keys
tokens
page() { asked 200 -u "anybody:${token[reader]}" "$1"; }
crawl() { python3 "$INTOTO_SOURCE/tests/store/crawl.py" "$url" server.crt "${token[reader]}" "$@" >crawled 2>&1 || { cat crawled; return 1; }; }
id_of() { sha256sum "$1" | cut -c -64; }

ok 'makes a release' release_make
ok 'packs it' intoto archive pack -o app.itar --layout root.layout --verification-keys owner.pem.pub --link-dir links \
	--signing-key owner.pem --product app --release 1.4.0 --even-if-refused

# --- nothing there ---
ok 'starts over an empty store' server_start --tokens tokens.json --accept any
ok 'every link of which leads somewhere' crawl
ok 'the style sheet, too' grep -q '^/style.css text/css' crawled

# --- a release, an attestation, a file ---
echo hello >plain.txt
put() { asked 200 -H "$(as writer)" --data-binary "@$1" "/v1/upload?name=$(basename "$1")"; }
ok 'takes the archive' put app.itar
ok 'an attestation of its own' put links/vex.json
ok 'and a plain file' put plain.txt
ok 'every link of every page leads somewhere' crawl
for kind in entry release v1/download; do
	ok "among them those under /$kind/" grep -q "^/$kind/" crawled
done
ok 'the page of a document' page "/entry/$(id_of plain.txt)"
ok 'shows its name' grep -qF '<h1>plain.txt</h1>' answer
ok 'and its digest' grep -qF "$(id_of plain.txt)" answer
ok 'that of an attestation' page "/entry/$(id_of links/vex.json)"
ok 'shows what it is' grep -qF 'https://openvex.dev/ns/v0.2.0' answer
ok 'and the archive that holds it' grep -qF "/release/$(id_of app.itar)" answer
ok 'the page of a release' page "/release/$(id_of app.itar)"
ok 'shows its name' grep -qF '<h1>app.itar</h1>' answer
ok 'and its report' grep -qF 'vulnerabilities' answer
is "$(grep -cF 'cannot be shown' answer)" 0 'whole'
nobody=$(printf '%064d' 1)
refuses 0 'Not found' 'but no document that is not there' asked 404 -u "anybody:${token[reader]}" "/entry/$nobody"
ok 'as the page says' grep -qF 'Not found' answer
server_stop
done_testing
