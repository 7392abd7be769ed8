#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The trees that recording is measured with, made once below a folder.
#
#	tests/bench/trees.sh FOLDER a          100,000 files: the source of Linux 6.1 (Debian's package
#	                                       linux-source-6.1) and packages of node (with npm); where these
#	                                       cannot be had, files of the same sizes made from a seed
#	tests/bench/trees.sh FOLDER big        4 files of 512 MiB
#	tests/bench/trees.sh FOLDER NUMBER     so many files from a seed, an eighth as large as those of "a"
#
# Prints the folder of the tree, and says on standard error how it was made.  A tree that is there
# already is left alone; how it was made stands in FOLDER/NAME.made.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?usage: trees.sh FOLDER a|big|NUMBER}
name=${2:?usage: trees.sh FOLDER a|big|NUMBER}
files=100000
seed=20261
packages=(typescript eslint webpack jest rxjs core-js date-fns lodash react react-dom @mui/icons-material)

fail() {
	echo "trees.sh: $*" >&2
	exit 69
}

# The kernel's source, which is installed or unpacked without being installed.
kernel() {
	local archive=/usr/src/linux-source-6.1.tar.xz

	[ -r "$archive" ] || archive=$("$source/tests/lib/peers.sh" linux-source-6.1 bookworm usr/src)/linux-source-6.1.tar.xz
	[ -r "$archive" ] || return 1
	tar -xJf "$archive" -C "$1"
	find "$1" -type l -delete
}

# As many files of node's packages as are missing to the number, in the order of their names.
packages() {
	local missing

	command -v npm >/dev/null || return 1
	mkdir "$work/npm"
	(cd "$work/npm" && npm init -y && npm install --ignore-scripts --no-audit --no-fund "${packages[@]}") >&2 || return 1
	missing=$((files - $(find "$1" -type f | wc -l)))
	[ "$missing" -ge 0 ] || return 1
	(cd "$work/npm" && find node_modules -type f -print | LC_ALL=C sort | sed -n "1,${missing}p" |
		tar -c -T - | tar -x -C "$1")
	[ "$(find "$1" -type f | wc -l)" -eq "$files" ]
}

# made NUMBER DIVISOR: into $work/tree
made() {
	rm -rf "$work/tree"
	${CC:-cc} -D_GNU_SOURCE -O2 -o "$work/tree.bin" "$source/tests/bench/tree.c"
	"$work/tree.bin" "$work/tree" "$1" "$seed" "$2"
}

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ -d "$folder/$name" ]; then
	echo "$folder/$name"
	exit
fi
work=$(mktemp -d "$folder/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
case $name in
a)
	how='Linux 6.1 of Debian and packages of node'
	if ! kernel "$work/tree" || ! packages "$work/tree"; then
		how="made from the seed $seed, since the real one cannot be had here"
		made "$files" 1
	fi
	;;
big)
	how='random bytes'
	for i in 1 2 3 4; do
		head -c $((512 * 1024 * 1024)) /dev/urandom >"$work/tree/big$i.bin"
	done
	;;
[1-9]*[0-9])
	how="made from the seed $seed, an eighth as large"
	made "$name" 8
	;;
*) fail "there is no tree '$name'" ;;
esac
echo "$how" >"$folder/$name.made"
mv "$work/tree" "$folder/$name"
echo "trees.sh: $name: $(find "$folder/$name" -type f | wc -l) files, $how" >&2
echo "$folder/$name"
