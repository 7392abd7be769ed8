#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The report of an archive in Chromium: four widths, light and dark, by keyboard, printed; one with hostile text too.
# With INTOTO_SCREENSHOTS=FOLDER pictures of it all are left there, for people to look at.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/report/release.sh"
. "$INTOTO_SOURCE/tests/interop/browser.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
browser_find || skip_all "$browser_missing"

release() { # NAME HOSTILE PRODUCT
	release_make "$2" && intoto archive pack -o "$1.itar" --layout root.layout --verification-keys owner.pem.pub \
		--link-dir links --signing-key owner.pem --product "$3" --release 1.4.0 --retention cra-10y --keep 3653d \
		--even-if-refused >/dev/null && intoto report -o "$1.html" "$1.itar"
}
long=$(printf 'unbroken%.0s' {1..60})
ok 'makes a report' release report '' app
ok 'makes one of hostile text' release hostile "\"><script>alert(1)</script><img src=x onerror=alert(2)>$long" '<svg onload=alert(3)>'
browser_look "report=file://$PWD/report.html" "hostile=file://$PWD/hostile.html"
done_testing
