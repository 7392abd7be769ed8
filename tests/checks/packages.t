#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The list of packages, with a dpkg-query and an apt-get that only pretend.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

packages() {
	PATH=$tap_work/bin:$PATH bash "$INTOTO_SOURCE/tests/packages.sh" "$@"
}

# pretend NAME LINES: a program of that name
pretend() {
	printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
	chmod +x "bin/$1"
}

mkdir bin
pretend id 'echo 0'
pretend apt-get 'echo "$@" >>called; exit 0'
pretend dpkg-query 'printf installed'

for system in apt dnf apk brew; do
	ok "$system has names for the build" bash -c '[ -n "$1" ]' - "$(packages --print $system build)"
done
ok 'the test list holds the build list' bash -c '[ "${2#"$1"}" != "$2" ]' - \
	"$(packages --print apt build)" "$(packages --print apt test)"
refuses 64 "unknown package system 'yum'" 'refuses another system' packages --print yum build
refuses 64 "unknown purpose 'all'" 'refuses another purpose' packages --install all
refuses 64 '--install build|example|test' 'refuses no arguments' packages

ok 'installs nothing when nothing is missing' packages --install test
ok 'and then does not start apt-get' not test -e called

pretend dpkg-query 'case "$*" in *jansson*) exit 1 ;; esac; printf installed'
is "$(packages --missing build)" libjansson-dev 'names what is missing'
ok 'installs what is missing' packages --install build
is "$(cat called)" '-q install -y --no-install-recommends libjansson-dev' 'and nothing else'

rm -f called
pretend apt-get 'echo "$2" >>called; [ "$2" = update ] || [ "$(grep -c install called)" = 2 ]'
ok 'fetches package lists when the first try fails' packages --install build
is "$(xargs <called)" 'install update install' 'and then tries once more'

rm -f bin/*
for tool in bash awk cat echo xargs; do ln -s "$(type -P $tool)" bin/; done
pretend dnf :
fedora() {
	PATH=$tap_work/bin "$BASH" "$INTOTO_SOURCE/tests/packages.sh" "$@"
}
refuses 69 'jansson-devel' 'without apt it says what to install by hand' fedora --install build

done_testing
