#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# apt-transport-in-toto with our verifier in place of its own (examples/apt): apt takes a package that two
# rebuilders agree on, and refuses one that was tampered with, or that a rebuilder is missing for.
#
# A repository and two rebuilders on loopback; apt with every file of its own in the test's folder.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

method=/usr/lib/apt/methods/intoto
[ -x "$method" ] || skip_all "Debian's apt-transport-in-toto is not installed"
for tool in apt-get apt-ftparchive dpkg-deb gpg python3; do
	command -v $tool >/dev/null || skip_all "$tool is not here"
done
export GNUPGHOME=$PWD/gpg
mkdir -m 700 gpg
INTOTO=$(type -P intoto)
export INTOTO

# --- who is who ----------------------------------------------------------------------------------------
make_key() {
	gpg -q --batch --passphrase '' --quick-generate-key "$1 <$1@example.org>" "$2" sign never 2>gpg.log
}
fingerprint() {
	gpg --batch --with-colons --list-keys "$1@example.org" 2>/dev/null | awk -F: '$1 == "fpr" { print tolower($10); exit }'
}
# gpg-agent would outlive the test.
gpgconf_kill() { gpgconf --kill all 2>/dev/null; }
ok 'gpg makes the key of the owner' make_key owner rsa2048
ok 'and of the first rebuilder' make_key one ed25519
ok 'and of the second' make_key two rsa2048
ok 'and of a stranger' make_key eve ed25519
owner=$(fingerprint owner) one=$(fingerprint one) two=$(fingerprint two) eve=$(fingerprint eve)

make_layout() { # FILE EXPIRES
	intoto layout init "$1" --format=metablock --expires "$2" &&
		intoto layout add-key "$1" --gpg "$one" "$two" &&
		intoto layout add-step "$1" rebuild --keyid "$one" --keyid "$two" --threshold 2 \
			--product-rule 'CREATE *.deb' --product-rule 'DISALLOW *.deb' &&
		intoto layout add-inspection "$1" compare \
			--material-rule 'MATCH *.deb WITH PRODUCTS FROM rebuild' --material-rule 'DISALLOW *.deb' --run true &&
		intoto sign -f "$1" --gpg "$owner"
}
ok 'the owner signs a layout' make_layout root.layout 2100-01-01T00:00:00Z
ok 'and one that has expired' make_layout expired.layout 2020-01-01T00:00:00Z

# --- the repository and the rebuilders -------------------------------------------------------------------
deb=hello-intoto_1.0-1_all.deb
make_deb() { # TEXT
	rm -rf tree && mkdir -p tree/DEBIAN tree/usr/share/hello-intoto repo &&
		printf 'Package: hello-intoto\nVersion: 1.0-1\nArchitecture: all\nMaintainer: test <test@example.org>\nDescription: a test\n' \
			>tree/DEBIAN/control &&
		printf '%s\n' "$1" >tree/usr/share/hello-intoto/text &&
		SOURCE_DATE_EPOCH=1600000000 dpkg-deb --root-owner-group --build tree "repo/$deb" >deb.log 2>&1 &&
		(cd repo && rm -f Release && apt-ftparchive packages . >Packages && apt-ftparchive release . >../Release && mv ../Release .)
}
metadata() { echo "served/$1/sources/hello-intoto/1.0-1/metadata"; }
rebuild() { # REBUILDER KEY
	local target
	target=$PWD/$(metadata "$1")
	rm -rf built && mkdir -p built "$(dirname "$target")" &&
		(cd built && intoto run -q -n rebuild --format=metablock --gpg "$2" -p "$deb" -- cp "../repo/$deb" .) &&
		cp built/rebuild.*.link "$target"
}
ok 'there is a package in a repository' make_deb hello
mkdir -p served
ln -s "$PWD/repo" served/repo
ok 'the first rebuilder records the same package' rebuild 1 "$one"
ok 'so does the second' rebuild 2 "$two"

python3 -u -m http.server --bind 127.0.0.1 --directory served 0 >http.out 2>http.log &
server=$!
stop() {
	kill $server 2>/dev/null
	gpgconf_kill
}
trap 'stop; tap_leave' EXIT
for _ in $(seq 100); do
	port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' http.out)
	[ -z "$port" ] || break
	sleep 0.05
done
[ -n "${port-}" ] || skip_all 'no server on loopback'

# --- apt -------------------------------------------------------------------------------------------------
archives=$PWD/state/cache/archives/$deb
# configure METHOD LAYOUT [MORE]
configure() {
	mkdir -p none state/lists/partial "${archives%/*}/partial"
	: >state/status
	echo "deb [trusted=yes] intoto://127.0.0.1:$port/repo ./" >sources.list
	cat >apt.conf <<-CONF
		Dir::Etc::Parts "$PWD/none";
		Dir::Etc::Main "$PWD/none";
		Dir::Etc::SourceParts "$PWD/none";
		Dir::Etc::SourceList "$PWD/sources.list";
		Dir::State::Lists "$PWD/state/lists";
		Dir::State::Status "$PWD/state/status";
		Dir::Cache "$PWD/state/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::http::Proxy "DIRECT";
		Dir::Bin::Methods::intoto "$1";
		APT::Intoto {
		  LogLevel {"20"};
		  Rebuilders { "http://127.0.0.1:$port/1"; "http://127.0.0.1:$port/2"; };
		  GPGHomedir {"$GNUPGHOME"};
		  Layout {"$PWD/$2"};
		  Keyids {"$owner"};
		  ${3-}
		};
	CONF
}
# apt comes with a clean cache, so that it fetches anew.
apt_download() {
	rm -rf state && configure "$@" &&
		APT_CONFIG=$PWD/apt.conf timeout 60 apt-get -q update &&
		APT_CONFIG=$PWD/apt.conf timeout 60 apt-get -q -y --download-only install hello-intoto
}
ours=$INTOTO_SOURCE/examples/apt/intoto-method

ok 'apt takes the package with our verifier' apt_download "$ours" root.layout
ok 'the method says that it passed' has "$tap_out" 'passed! :)'
ok 'the package is there' cmp "repo/$deb" "$archives"
ok 'and with its own verifier' apt_download "$method" root.layout
extracted() { dpkg-deb -x "$archives" root && has root/usr/share/hello-intoto/text hello; }
ok 'the package can be unpacked' extracted

# refused STATUS... : apt says no, names the reason, and keeps no package
refused() { # TEXT SENTENCE ARGUMENTS...
	local text=$1 sentence=$2
	shift 2
	refuses 100 "$text" "$sentence" apt_download "$@"
	ok "$sentence: nothing was kept" not test -e "$archives"
}
INTOTO=$PWD/no-such-program refused 'cannot be started' 'without our program nothing passes' "$ours" root.layout
printf '#!/bin/sh\nexit 1\n' >no && chmod +x no
INTOTO=$PWD/no refused 'ended with status 1' 'what it refuses, apt refuses' "$ours" root.layout
refused '[layout.expiry]' 'an expired layout is refused' "$ours" expired.layout

make_deb tampered
refused '[rule.disallow]' 'a tampered package is refused' "$ours" root.layout
refused "$deb\" (its digests differ" 'and the message names it' "$ours" root.layout
refused 'In-toto verification' 'its own verifier refuses it too' "$method" root.layout
make_deb hello

mv "$(metadata 2)" kept
refused '[step.threshold]' 'without the second rebuilder it is refused' "$ours" root.layout
refused '[step.threshold]' 'also when NoFail is set' "$ours" root.layout 'NoFail {"true"};'
ok 'a stranger rebuilds' rebuild 2 "$eve"
refused '[step.threshold]' 'a stranger is no second rebuilder' "$ours" root.layout
ok 'the first rebuilder answers twice' cp "$(metadata 1)" "$(metadata 2)"
refused '[step.threshold]' 'one rebuilder is not two' "$ours" root.layout
sed 's/"return-value": 0/"return-value": 0, "x": 1/' kept >"$(metadata 2)"
refused '[link.signature]' 'a changed link is refused' "$ours" root.layout
make_deb other
rebuild 2 "$two" >/dev/null 2>&1
make_deb hello
refused '[step.agreement]' 'rebuilders that disagree are refused' "$ours" root.layout
mv kept "$(metadata 2)"
ok 'with both links as they were it passes again' apt_download "$ours" root.layout

done_testing
