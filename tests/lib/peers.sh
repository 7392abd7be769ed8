#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings a program that only a newer Debian has: its package is unpacked into a folder, nothing is
# installed, and the folder of its programs is printed.
#
#	peers.sh PACKAGE [SUITE [FOLDER]]       for example: peers.sh in-toto-golang trixie
#
# FOLDER is another one of the package than usr/bin: packages of source code carry test data.
#
# From the mirror that this machine's apt uses, checked by Debian's archive key.  What was fetched once
# is kept below ${XDG_CACHE_HOME:-$HOME/.cache}/intoto-tests.
set -euo pipefail

package=${1:?usage: peers.sh PACKAGE [SUITE [FOLDER]]}
suite=${2:-trixie}
folder=${3:-usr/bin}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/intoto-tests/$suite
target=$cache/$package

fail() {
	echo "peers.sh: $*" >&2
	exit 69
}

# apt with lists, state and cache of its own
apt_of_suite() {
	apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- \
		-o Dir::State::Lists="$work/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$work/cache" \
		-o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

fetch() {
	local mirror keyring

	command -v apt-get >/dev/null || fail "no apt-get here, so no $package of Debian $suite"
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' |
		sort -u | head -n 1)
	[ -n "$mirror" ] || fail 'apt has no mirror (run apt-get update once)'
	keyring=$(find /usr/share/keyrings -name 'debian-archive-keyring.*' | sort | head -n 1)
	[ -n "$keyring" ] || fail 'the package debian-archive-keyring is missing'
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$work"/debs "$work"/root
	printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$work/sources.list"
	apt_of_suite update >&2 || fail "Debian $suite cannot be reached"
	(cd "$work/debs" && apt_of_suite download "$package" >&2) || fail "Debian $suite has no $package"
	dpkg-deb -x "$work"/debs/*.deb "$work/root"
	rm -rf "$target"
	mv "$work/root" "$target"
}

[ -d "$target/$folder" ] || fetch
[ -d "$target/$folder" ] || fail "$package of Debian $suite has no $folder"
echo "$target/$folder"
