# SPDX-License-Identifier: Apache-2.0
# A browser for tests of pages: sourced behind tap.sh.
#
#	browser_find            sets $browser; else $browser_missing says what is not there
#	browser_look NAME=URL…  looks at pages (browser.js), a test for each thing that is looked at

browser_find() {
	browser_missing='there is no chromium'
	browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || return
	browser_missing='there is no node'
	command -v node >/dev/null && command -v npm >/dev/null || return
	browser_missing='playwright-core cannot be had'
	npm install --no-audit --no-fund --silent playwright-core >npm.log 2>&1
}

browser_look() {
	local line shots=${INTOTO_SCREENSHOTS:-$PWD/shots}

	mkdir -p "$shots" && cp "$INTOTO_SOURCE/tests/interop/browser.js" . || return
	timeout 300 node browser.js "$browser" "$shots" "$@" >looked 2>&1
	ok 'the browser came to its end' test $? = 0
	while IFS= read -r line; do
		case $line in
		'ok - '*) ok "${line#ok - }" true ;;
		'not ok - '*) ok "${line#not ok - }" false ;;
		*) printf '#   | %s\n' "$line" ;;
		esac
	done <looked
}
