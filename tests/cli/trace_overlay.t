#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A traced make: what the overlay says was written is what differs between before and after, and what
# strace saw; and nothing of the overlay is ever recorded.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

command -v intoto >/dev/null || skip_all 'the program is not built'
can_be_unprivileged || skip_all 'nobody else can be tried here'

# Of the make that runs the tests this one knows nothing.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
key=$tap_top/key.pem
intoto key generate --no-passphrase -o "$key" >/dev/null
chmod 644 "$key"

# make_project FOLDER: sources that make into programs, with every kind of change
make_project() {
	mkdir -p "$1/src"
	for name in one two three; do
		echo "int $name(void) { return 1; }" >"$1/src/$name.c"
	done
	echo 'int main(void) { return 0; }' >"$1/src/main.c"
	echo stale >"$1/stale.txt"
	echo 1 >"$1/count"
	cat >"$1/Makefile" <<-'EOF'
		.RECIPEPREFIX = >
		objects = one.o two.o three.o main.o
		all: program lib.a
		>	rm stale.txt
		>	echo 2 >>count
		>	mkdir -p out/deep && cp program out/deep/copy
		>	mv lib.a out/
		>	ln -s deep/copy out/link
		program: $(objects)
		>	cc -o $@ $(objects)
		lib.a: $(objects)
		>	ar rc $@ $(objects)
		%.o: src/%.c
		>	cc -c -o $@ $<
	EOF
}
# What stands in a folder, with what is in it.
state_of() { (cd "$1" && find . -mindepth 1 ! -type d -exec sha256sum {} + 2>/dev/null | LC_ALL=C sort -k 2); }
# changes BEFORE AFTER: the names that differ
changes() { diff "$1" "$2" | sed -n 's/^[<>] [0-9a-f]*  \.\///p' | LC_ALL=C sort -u; }
# traced: the names in the statement that are no folders, below the project
traced() {
	sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' ../meta/build.*.trace.intoto.json | base64 -d |
		python3 -c 'import json, sys
top = sys.argv[1] + "/"
for file in json.load(sys.stdin)["predicate"]["monitorLog"]["fileAccess"]:
    kinds = file["annotations"]["accessed"]
    if file["name"].startswith(top) and "folder" not in kinds and kinds != ["changed"]:
        print(file["name"][len(top):])' "$PWD" | LC_ALL=C sort -u
}
run() { unprivileged intoto run -q -n build --signing-key "$key" -d ../meta "$@"; }

mkdir "$tap_top/w" && cd "$tap_top/w" || exit 1
mkdir meta && make_project proj && cp -r proj plain && state_of proj >before
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 .
chmod a+rx "$tap_top" .
cd proj || exit 1

if ! tap_run run -m . -p . --trace=writes --trace-with=overlay -- true; then
	diag 'NOT TRIED: an overlay for others than root'
	tap_show_output
	skip_all 'no overlay here for others than root'
fi

ok 'a traced make succeeds' run -m . -p . --trace=writes,strict --trace-with=overlay -- make
state_of . >../after
is "$(traced)" "$(changes ../before ../after)" 'the trace has what differs, and nothing else'
is "$(traced | wc -l)" 10 'of files and links that are ten'
is "$(find .. -name '.intoto-overlay*')" '' 'nothing of the overlay stays'
ok 'what was moved is there' test -f out/lib.a -a ! -e lib.a -a -L out/link

# strace sees attempts, of which those count that leave something behind.
if command -v strace >/dev/null; then
	(cd ../plain && unprivileged strace -f -qq -y -e signal=none -e trace=creat,open,openat,rename,renameat,renameat2,unlink,unlinkat,symlink,symlinkat,link,linkat \
		-o ../meta/strace make >/dev/null 2>&1)
	(cd ../plain && state_of .) >../plain-after
	is "$(changes ../before ../plain-after | grep -v '^src')" "$(traced)" 'a make that is not traced changes the same'
	missing=$(traced | while read -r name; do grep -qF -- "$(basename "$name")" ../meta/strace || echo "$name"; done)
	is "$missing" '' 'strace saw each of them'
else
	skip 'strace is not here' 'strace saw each of them'
fi

# The place of the changes is beside the folder, which a material may hold.
mkdir sub && cd sub || exit 1
[ "$(id -u)" -ne 0 ] || chown 65534:65534 .
mkdir ../meta && chmod 777 ../meta
ok 'a step whose material holds the place runs' run --base-path .. -m . -p sub --trace=writes -- \
	sh -c 'echo 1 >made'
ok 'and does not record it' lacks "$(echo ../meta/build.*.link)" intoto-overlay
sed -n 's/.*"payload": *"\([^"]*\)".*/\1/p' ../meta/build.*.link | base64 -d >"$tap_top/payload" 2>/dev/null
ok 'nor in its payload' lacks "$tap_top/payload" intoto-overlay
ok 'but the product' has "$tap_top/payload" made

done_testing
