#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one list of the packages that we need, and their names elsewhere.
#
#	packages.sh --install build|example|test|bench installs what is missing (Debian; through sudo unless root)
#	packages.sh --missing build|example|test|bench prints what is missing on this Debian system
#	packages.sh --print apt|dnf|apk|brew build|example|test|bench
#
# "example" (the quickstart) and "test" hold "build", and "bench" (what tests/bench/ wants) holds all.  Nothing is fetched when nothing is missing.
set -euo pipefail

# purpose, and the name in each system; - where the system has it anyway or does not carry it
table() {
	cat <<'TABLE'
#        apt                   dnf                  apk                brew
build    build-essential       gcc                  build-base         -
build    make                  make                 make               make
build    autoconf              autoconf             autoconf           autoconf
build    automake              automake             automake           automake
build    libtool               libtool              libtool            libtool
build    pkg-config            pkgconf-pkg-config   pkgconf            pkgconf
build    libjansson-dev        jansson-devel        jansson-dev        jansson
build    libsodium-dev         libsodium-devel      libsodium-dev      libsodium
build    libssl-dev            openssl-devel        openssl-dev        openssl@3
build    libyaml-dev           libyaml-devel        yaml-dev           libyaml
build    libyajl-dev           yajl-devel           yajl-dev           yajl
build    libexpat1-dev         expat-devel          expat-dev          expat
build    libgit2-dev           libgit2-devel        libgit2-dev        libgit2
build    libcurl4-openssl-dev  libcurl-devel        curl-dev           curl
build    libarchive-dev        libarchive-devel     libarchive-dev     libarchive
build    libsqlite3-dev        sqlite-devel         sqlite-dev         sqlite
build    libpq-dev             libpq-devel          libpq-dev          libpq
build    libmicrohttpd-dev     libmicrohttpd-devel  libmicrohttpd-dev  libmicrohttpd
build    libgnutls28-dev       gnutls-devel         gnutls-dev         gnutls
build    libjq-dev             jq-devel             jq-dev             jq
build    libcmocka-dev         libcmocka-devel      cmocka-dev         cmocka
build    git                   git                  git                git
build    xz-utils              xz                   xz                 xz
build    bash                  bash                 bash               bash
build    ca-certificates       ca-certificates      ca-certificates    -
test     clang                 clang                clang              -
test     libclang-rt-dev       compiler-rt          compiler-rt        -
test     g++                   gcc-c++              g++                -
test     ccache                ccache               ccache             ccache
test     valgrind              valgrind             valgrind           -
test     strace                strace               strace             -
test     openssl               openssl              openssl            openssl@3
test     man-db                man-db               man-db             man-db
test     -                     groff                groff              groff
test     graphviz              graphviz             graphviz           graphviz
test     libxml2-utils         libxml2              libxml2-utils      libxml2
test     python3               python3              python3            python3
test     jq                    jq                   jq                 jq
test     in-toto               -                    -                  -
test     python3-cryptography  python3-cryptography py3-cryptography   cryptography
test     nodejs                nodejs               nodejs             node
test     cmake                 cmake                cmake              cmake
test     bats                  bats                 bats               bats-core
test     python3-pytest        python3-pytest       py3-pytest         -
test     gnupg                 gnupg2               gnupg              gnupg
test     openssh-client        openssh-clients      openssh-keygen     -
example  docker-registry       -                    -                  -
example  umoci                 umoci                umoci              -
test     skopeo                skopeo               skopeo             skopeo
test     apache2-utils         httpd-tools          apache2-utils      httpd
test     python3-nacl          python3-pynacl       py3-pynacl         -
test     debian-archive-keyring -                   -                  -
test     apt-transport-in-toto -                   -                  -
test     apt-utils             -                    -                  -
test     dpkg-dev              -                    -                  -
test     binutils-source       -                    -                  -
test     postgresql            postgresql-server    postgresql         postgresql
test     radosgw               ceph-radosgw         ceph-radosgw       -
test     ceph-mon              ceph-mon             ceph-mon           -
test     ceph-osd              ceph-osd             ceph-osd           -
test     ceph-common           ceph-common          ceph               -
test     uuid-runtime          util-linux           util-linux         -
test     golang-go             golang               go                 go
test     golang-golang-x-mod-dev -                    -                  -
test     npm                   npm                  npm                node
test     chromium              chromium             chromium           -
bench    util-linux            util-linux           taskset            -
bench    libarchive-tools      bsdtar               libarchive-tools   libarchive
TABLE
}

fail() {
	echo "packages.sh: $2" >&2
	exit "$1"
}

usage() {
	sed -n '3,9s/^# \{0,1\}//p' "$0" >&2
	exit 64
}

# names SYSTEM PURPOSE
names() {
	local column

	case $1 in
	apt) column=2 ;;
	dnf) column=3 ;;
	apk) column=4 ;;
	brew) column=5 ;;
	*) fail 64 "unknown package system '$1' (apt, dnf, apk or brew)" ;;
	esac
	case $2 in
	build | example | test | bench) ;;
	*) fail 64 "unknown purpose '$2' (build, example, test or bench)" ;;
	esac
	table | awk -v column=$column -v purpose="$2" '
		/^#/ { next }
		($1 == "build" || $1 == purpose || (purpose == "bench" && $1 == "test") || ($1 == "example" && purpose != "build")) && $column != "-" && !seen[$column]++ { print $column }'
}

# Node's own package of nodejs holds npm, and refuses Debian's beside it.
is_there() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ||
		{ [ "$1" = npm ] && command -v npm >/dev/null; }
}

missing() {
	local name

	for name in $(names apt "$1"); do
		is_there "$name" || echo "$name"
	done
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		fail 69 "not root and no sudo; as root: ${*@Q}"
	fi
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

install_missing() {
	local wanted

	if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
		fail 69 "there is no apt here; install these by hand: $(names "$(nearest_system)" "$1" | xargs)"
	fi
	wanted=$(missing "$1")
	[ -n "$wanted" ] || return 0
	echo "packages.sh: installing $(echo "$wanted" | xargs)"
	# shellcheck disable=SC2086 # a list of names
	set -- $wanted
	# Package lists that are absent or old make the first try fail.
	apt_install "$@" >/dev/null 2>&1 || {
		as_root apt-get -q update
		apt_install "$@"
	}
}

nearest_system() {
	local system

	for system in dnf apk brew; do
		command -v "$system" >/dev/null && { echo "$system"; return; }
	done
	echo apt
}

case ${1-} in
--install) [ $# -eq 2 ] || usage; names apt "$2" >/dev/null; install_missing "$2" ;;
--missing) [ $# -eq 2 ] || usage; names apt "$2" >/dev/null; missing "$2" ;;
--print) [ $# -eq 3 ] || usage; names "$2" "$3" | xargs ;;
*) usage ;;
esac
